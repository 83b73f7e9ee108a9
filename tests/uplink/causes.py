"""Why an outcome may honestly differ between two runs: what the router knew at that moment.

What becomes of an order hangs on the orders beside it: of several of one payload type for the same devices
one is in force. A router that hears of a change late, because its notice was lost, does something else until
then, and tells so; an order that starts when it is read then lasts longer, too. Receipts say to the instant
when each version was heard in either run; of a withdrawal, which has none, a poll tells, as soon as link,
router and disk were well for the time that a poll may take.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from drrouter.domain.interval import Interval
from tests.uplink.agenda import MINUTE, Version
from tests.uplink.outcome import Outcome, Said, event_id_of

MOVED = 10 * MINUTE
"""How far a start that is moved by chance may move an end beyond the one that a version states."""

BOTH = 2
"""Runs that are compared."""

HVAC = frozenset({"relay_1", "relay_2"})
EVERYONE = HVAC | {"car_1"}
_MEMBERS = {"hvac": HVAC, "cars": frozenset({"car_1"}), "relay_1": frozenset({"relay_1"})}

Heard = Mapping[tuple[str, str], datetime]
"""When each version was heard first, by event id and version."""


@dataclass(frozen=True, slots=True)
class Ignorance:
    """A time in which a change of an event held in one of the runs alone, and what the change is about."""

    start: datetime
    end: datetime
    event_id: str
    kind: str
    members: frozenset[str]
    versions: tuple[Version, ...]

    def concerns(self, said: Version, at: datetime) -> bool:
        """Whether it touches what is said of a version at this instant: same type, device, and time."""
        if not self.start <= at <= self.end:
            return False
        if self.event_id == event_id_of(said.key):
            return True
        return (
            self.kind == said.kind
            and bool(self.members & members_of(said))
            and any(_overlap(said, version) for version in self.versions)
        )


def members_of(version: Version) -> frozenset[str]:
    """The devices that it is for."""
    return frozenset().union(*(_MEMBERS[name] for name in version.targets)) if version.targets else EVERYONE


def heard_of(outcome: Outcome) -> Heard:
    """When the router received each version, by its receipts."""
    heard: dict[tuple[str, str], datetime] = {}
    for content, at in outcome.said_at.items():
        said = Said.read(content)
        if said.kind == "X_RECEIPT":
            heard[said.key] = min(at, heard.get(said.key, at))
    return heard


@dataclass(frozen=True, slots=True)
class Learning:
    """When each run heard of each version, and when the one with faults could read at all.

    Attributes:
        reach: how long all must be well until everything is read.
    """

    calm: Heard
    rough: Heard
    troubles: Sequence[Interval]
    reach: timedelta

    def of(self, version: Version) -> list[datetime]:
        """The instants at which the runs heard of it, ascending; as many as did."""
        key = (event_id_of(version.key), version.written_at.isoformat())
        return sorted(run[key] for run in (self.calm, self.rough) if key in run)

    def read_by(self, instant: datetime) -> datetime:
        """By when everything of this instant was read for certain."""
        well_since = instant
        for trouble in self.troubles:
            if trouble.start - well_since >= self.reach:
                break
            well_since = max(well_since, trouble.end)
        return well_since + self.reach

    def differs_until(self, version: Version) -> datetime:
        """Until both runs know of it; and until it is over in both where it starts when it is read."""
        known = self.of(version)
        if version.is_withdrawal or not known:
            return self.read_by(version.written_at) if version.is_withdrawal else version.written_at
        if len(known) < BOTH:
            return self.read_by(version.gone_at)
        if version.starts_now and known[0] < known[-1]:
            lasts = version.ends_at - version.begins_at + 2 * MOVED
            return min(known[-1] + lasts, self.read_by(version.gone_at))
        return known[-1]


def ignorances(versions: Iterable[Version], learning: Learning) -> Iterator[Ignorance]:
    """Every time in which the runs knew different things."""
    lives: dict[str, list[Version]] = {}
    for version in versions:
        lives.setdefault(version.key, []).append(version)
    for life in lives.values():
        yield from _of_one(life, learning)


def _of_one(life: list[Version], learning: Learning) -> Iterator[Ignorance]:
    """Of one event: of each version as it comes, and of its end."""
    for before, version in pairwise((None, *life)):
        assert version is not None
        begins, ends = min([version.written_at, *learning.of(version)]), learning.differs_until(version)
        if begins < ends:
            lasts = max(version.ends_at, ends) if version.starts_now else version.ends_at
            lasting = replace(version, ends_at=lasts)
            yield _ignorance(begins, ends, (lasting,) if before is None else (before, lasting))
    gone_at = life[-1].gone_at
    yield _ignorance(gone_at, learning.read_by(gone_at), (life[-1],))


def _ignorance(start: datetime, end: datetime, about: tuple[Version, ...]) -> Ignorance:
    last = about[-1]
    return Ignorance(start, end, event_id_of(last.key), last.kind, members_of(last), about)


def _overlap(one: Version, other: Version) -> bool:
    if one.is_withdrawal or other.is_withdrawal:
        return False
    return one.begins_at - MOVED <= other.ends_at and other.begins_at - MOVED <= one.ends_at
