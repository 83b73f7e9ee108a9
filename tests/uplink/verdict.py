"""Compares a run with faults with the run without: what must be equal, and what a fault may honestly hide.

Equal, byte for byte: the timeline at the end; at every quiet noon the events that are not over, and the
timeline that comes of them from then on, but for events that start when they are read.

Messages: the provider has each once, and none that it has not in the run without faults. Of the receipts
only those may be missing whose version could not be read: no time of REACH passed between its writing and
the writing after it (or its end, or the event's) in which link, router and disk were all well. What became
of an order (all but receipts) depends on what holds beside it, so there a message may be missing or be
more than in the other run where trouble came within REACH before it was said; and where its event was
changed or withdrawn within REACH before, for a notice that is lost leaves that to the next poll. The order of
the messages on one event and one device is that of the run without faults.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from drrouter.domain.interval import Interval
from tests.uplink.agenda import Version
from tests.uplink.month import POLL_S
from tests.uplink.outcome import Outcome, event_id_of

REACH = timedelta(seconds=1.1 * POLL_S + 330)
"""A poll, or a failed one and the longest wait after it."""


@dataclass(slots=True)
class Verdict:
    """What differs; all empty in the end, but for ``excused``.

    Attributes:
        excused: messages that differ by such a reason; ``excusable`` versions that could not be read.
    """

    timelines: list[int] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    final: bool = True
    strange: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    left: int = 0
    excused: int = 0
    excusable: int = 0
    receipts: int = 0

    @property
    def faults(self) -> dict[str, Any]:
        """What should not be."""
        found = {
            "timelines": self.timelines,
            "events": self.events[:5],
            "final": [] if self.final else ["differs"],
            "strange": self.strange[:5],
            "missing": self.missing[:5],
            "disordered": self.disordered[:5],
            "doubled": self.doubled[:5],
            "left": [self.left] if self.left else [],
        }
        return {key: value for key, value in found.items() if value}


def compare(calm: Outcome, rough: Outcome, versions: Iterable[Version]) -> Verdict:
    """Judge."""
    verdict = Verdict(final=_text(calm.final) == _text(rough.final))
    for number, (one, other) in enumerate(zip(calm.timelines, rough.timelines, strict=True)):
        if _text(one) != _text(other):
            verdict.timelines.append(number)
    versions = tuple(versions)
    now = {version.key for version in versions if version.starts_now}
    for number, (mine, yours) in enumerate(zip(calm.events, rough.events, strict=True)):
        verdict.events += _differing(number, mine, yours, now)
    verdict.doubled = [*calm.doubled, *rough.doubled]
    verdict.left = calm.left + rough.left
    verdict.receipts = len(rough.reports)
    unread, troubles = _unread(versions, rough.troubles), sorted(rough.troubles, key=_start)
    changes = _changes(versions)
    verdict.excusable = len(unread)
    for content in sorted(rough.reports ^ calm.reports):
        said_by = calm if content in calm.reports else rough
        if _is_excused(content, said_by, unread, troubles, changes):
            verdict.excused += 1
        else:
            (verdict.missing if said_by is calm else verdict.strange).append(content)
    verdict.disordered = list(_disordered(calm, rough))
    return verdict


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _differing(number: int, mine: dict[str, Any], yours: dict[str, Any], now: set[str]) -> Iterator[str]:
    for name in sorted({*mine, *yours} - now):
        if _text(mine.get(name)) != _text(yours.get(name)):
            yield f"noon {number}: {name}"


def _is_excused(
    content: str,
    said_by: Outcome,
    unread: set[tuple[str, str]],
    troubles: list[Interval],
    changes: dict[str, list[datetime]],
) -> bool:
    """Whether faults honestly explain why only one of the runs said this."""
    event_id, _, _, _, payloads = json.loads(content)
    if "X_RECEIPT" in payloads:
        return (event_id, payloads["X_RECEIPT"][0]) in unread
    said_at = said_by.said_at[content]
    if any(said_at - REACH <= changed <= said_at for changed in changes.get(event_id, ())):
        return True
    return any(trouble.start <= said_at <= trouble.end + REACH for trouble in troubles)


def _changes(versions: Iterable[Version]) -> dict[str, list[datetime]]:
    """When each event was written anew or withdrawn, by its id."""
    changes: dict[str, list[datetime]] = {}
    for version in versions:
        changes.setdefault(event_id_of(version.key), []).extend((version.written_at, version.gone_at))
    return changes


def _unread(versions: Iterable[Version], troubles: Iterable[Interval]) -> set[tuple[str, str]]:
    """The versions that could not be read, as event id and version."""
    spells = sorted(troubles, key=_start)
    return {
        (event_id_of(version.key), version.written_at.isoformat())
        for version in versions
        if not _could_be_read(version, spells)
    }


def _could_be_read(version: Version, troubles: list[Interval]) -> bool:
    well_since, end = version.written_at, min(version.gone_at, version.ends_at)
    for trouble in troubles:
        if trouble.end <= well_since:
            continue
        if trouble.start >= end:
            break
        if trouble.start - well_since >= REACH:
            return True
        well_since = max(well_since, trouble.end)
    return end - well_since >= REACH


def _disordered(calm: Outcome, rough: Outcome) -> Iterator[str]:
    """Messages on one event and device that came in another order; those of one run alone have none."""
    for key, told in rough.told.items():
        common = {*told} & {*calm.told.get(key, ())}
        found = [one for one in told if one in common]
        wanted = [one for one in calm.told.get(key, ()) if one in common]
        if found != wanted:
            yield f"{key}: {found} instead of {wanted}"


def _start(interval: Interval) -> datetime:
    return interval.start
