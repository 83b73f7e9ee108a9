"""An event that lasts shorter or longer than its intervals: cut, or repeated as far as the next days need.

    |-a-|-b-|            PT2H      the intervals
    |-a-|-b-|-a-|-b-|-a-|          event.duration PT5H: repeated, the last one cut where need be
    |-a-|                          event.duration PT1H: cut

An event that repeats for ever is read ``AHEAD`` of the present; ``Timing.known_until`` says how far, and
before that instant comes it is looked at again (``known``).

Source: OpenADR 3.1, User Guide 7.3, "event.duration".
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from drrouter.adapters.openadr3 import reading
from drrouter.adapters.openadr3.times import Span
from drrouter.domain.interval import Interval

MOST_INTERVALS = 10_000
"""Intervals of one event that are read; of a repeated event, the repetitions count."""

AHEAD = timedelta(days=8)
"""Interpretation: repetitions that begin within this time are read; a week without a link changes nothing."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One interval of the event, with id and payloads as they came, and by how much it is to be moved."""

    interval: Interval
    payloads: tuple[reading.ValuesMap, ...]
    shift: timedelta = timedelta(0)
    id: int = 0

    def moved(self) -> "Placed | None":
        """The interval where it takes place; None where it would lie before all calendars."""
        try:
            interval = Interval(self.interval.start + self.shift, self.interval.end + self.shift)
        except OverflowError:
            return None
        return Placed(interval, self.payloads, id=self.id)


@dataclass(slots=True)
class Timing:
    """The intervals in real time.

    Attributes:
        withdrawn: whether the event was cancelled by its dates.
        known_until: for an event that goes on, how far it was read; None where it was read to its end.
    """

    placed: list[Placed] = field(default_factory=list)
    withdrawn: bool = False
    ignored: list[str] = field(default_factory=list)
    known_until: datetime | None = None


def fitted(timing: Timing, whole: Span, now: datetime) -> None:
    """Cut or repeat what is placed so that the event lasts ``whole``, from its first start on."""
    begin = min(placed.interval.start for placed in timing.placed)
    period = max(placed.interval.end for placed in timing.placed) - begin
    stretch = Interval(begin, whole.after(begin))
    if timing.known_until is None and stretch.duration > period:
        timing.placed = _repeated(timing, stretch, period, now)
        return
    timing.placed = list(_within(stretch, timing.placed, timedelta(0)))
    if timing.known_until is not None and stretch.end <= timing.known_until:
        timing.known_until = None


def _repeated(timing: Timing, stretch: Interval, period: timedelta, now: datetime) -> list[Placed]:
    """The repetitions from the one that holds now, after being moved, to those of the coming days."""
    farthest = max(abs(placed.shift) for placed in timing.placed)
    last = -(-stretch.duration // period) - 1
    current = min(max(0, (now - farthest - stretch.start) // period), last)
    repeated: list[Placed] = []
    for repetition in itertools.count(current):
        begin = stretch.start + repetition * period
        if begin >= stretch.end:
            break
        full = len(repeated) + len(timing.placed) > MOST_INTERVALS
        if repeated and (full or begin >= now + AHEAD):
            timing.known_until = begin
            break
        repeated += _within(stretch, timing.placed, repetition * period)
    return repeated


def _within(stretch: Interval, originals: Iterable[Placed], later: timedelta) -> Iterator[Placed]:
    """The intervals put off by ``later``, as far as they lie inside."""
    for placed in originals:
        put_off = Interval(placed.interval.start + later, placed.interval.end + later).overlap(stretch)
        if put_off is not None:
            yield replace(placed, interval=put_off)
