"""Compares a run with faults with the run without: what must be equal, and what a fault may honestly hide.

Equal, byte for byte: the timeline at the end; at every quiet noon the events that are not over, and the
timeline that comes of them from then on, but for events that start when they are read.

Messages: the provider has each once, and none that it has not in the run without faults. Only these may be
missing, or be more than in the other run:

- a receipt whose version could not be read: no time of REACH passed between its writing and the writing after
  it (or its end, or the event's) in which link, router and disk were all well;
- an outcome said while only one of the runs knew of a change of its event, or of another order of the same
  type for one of its devices over the same time (``causes``);
- what an order ends with, done or impossible, where the two runs differ in that it started at all, and that
  difference is one of these.

The order of the messages on one event and one device is that of the run without faults.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from drrouter.domain.interval import Interval
from tests.uplink.agenda import Version
from tests.uplink.causes import Ignorance, Learning, heard_of, ignorances
from tests.uplink.month import POLL_S
from tests.uplink.outcome import Outcome, Said, event_id_of

REACH = timedelta(seconds=1.1 * POLL_S + 330)
"""A poll, or a failed one and the longest wait after it."""

ENDS = frozenset({"X_DONE", "X_IMPOSSIBLE"})
"""What an order can end with."""


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
    unread = _unread(versions, rough.troubles)
    verdict.excusable = len(unread)
    troubles = sorted(rough.troubles, key=_start)
    learning = Learning(heard_of(calm), heard_of(rough), troubles, REACH)
    excuses = _Excuses(versions, unread, ignorances(versions, learning))
    for content in sorted(rough.reports ^ calm.reports, key=lambda one: (Said.read(one).kind in ENDS, one)):
        said_by = calm if content in calm.reports else rough
        if excuses.hold_for(content, said_by):
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


class _Excuses:
    """Whether faults honestly explain why one run alone said something; asked about starts before ends."""

    def __init__(
        self, versions: Iterable[Version], unread: set[tuple[str, str]], unknown: Iterable[Ignorance]
    ) -> None:
        self._unread = unread
        self._versions = {_key(version): version for version in versions}
        self._unknown: dict[str, list[Ignorance]] = {}
        for one in unknown:
            self._unknown.setdefault(one.kind, []).append(one)
        self._starts: set[tuple[str, str, str]] = set()

    def hold_for(self, content: str, said_by: Outcome) -> bool:
        """Whether it is explained."""
        said = Said.read(content)
        if said.kind == "X_RECEIPT":
            return said.key in self._unread
        at, about = said_by.said_at[content], (*said.key, said.resource)
        if said.kind in ENDS and about in self._starts:
            return True
        holds = self._in_ignorance(said, at)
        if holds and said.kind == "X_STARTED":
            self._starts.add(about)
        return holds

    def _in_ignorance(self, said: Said, at: datetime) -> bool:
        version = self._versions.get(said.key)
        return version is not None and any(
            one.concerns(version, at) for one in self._unknown.get(version.kind, ())
        )


def _unread(versions: Iterable[Version], troubles: Iterable[Interval]) -> set[tuple[str, str]]:
    """The versions that could not be read, as event id and version."""
    spells = sorted(troubles, key=_start)
    return {_key(version) for version in versions if not _could_be_read(version, spells)}


def _key(version: Version) -> tuple[str, str]:
    """As messages name it: event id and version."""
    return event_id_of(version.key), version.written_at.isoformat()


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
