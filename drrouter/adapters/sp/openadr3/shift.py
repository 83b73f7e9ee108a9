"""By how much the starts of an event are moved (randomizeStart), so that homes do not act all at once.

    event 10:00, range PT5M     |===========|            as the provider wrote it
    this router                    |===========|         + 173 s, at every poll and after every restart
    the neighbour's             |===========|            - 61 s

A draw needs no memory: it is a hash of the router's own seed, the event, its start and the range. So it is
drawn anew as soon as start or range change, and only then.

Source: OpenADR 3.1, User Guide 7.3, "intervalPeriod.randomizeStart".
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from drrouter.adapters.openadr3 import reading
from drrouter.adapters.openadr3.times import is_beginning_of_time, parse_instant, parse_span

MOST_SHIFT = timedelta(days=365)
"""Interpretation: a longer range counts as this one."""

_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)

Draw = Callable[[str, timedelta], timedelta]
"""The shift for a start, told in words, within a range to either side."""


def still(_start: str, _most: timedelta) -> timedelta:
    """Move nothing."""
    return timedelta(0)


def drawn_by(seed: str, event_id: str) -> Draw:
    """The draws of one router for one event: uniform over the whole seconds of the range.

    Interpretation: whole seconds, as for the random delay of charge points (SI 2021/1467, 11).

    >>> draw = drawn_by("this router", "event-1")
    >>> draw("10:00", timedelta(minutes=5)) == draw("10:00", timedelta(minutes=5))
    True
    >>> abs(draw("11:00", timedelta(minutes=5))) <= timedelta(minutes=5)
    True
    """

    def draw(start: str, most: timedelta) -> timedelta:
        seconds = int(most.total_seconds())
        told = "\n".join((seed, event_id, start, str(seconds)))
        number = int.from_bytes(hashlib.sha256(told.encode()).digest(), "big")
        return timedelta(seconds=number % (2 * seconds + 1) - seconds)

    return draw


_FACTS = {"PRICE", "EXPORT_PRICE", "PRICE_ALTERNATE", "GHG"}


@dataclass(frozen=True, slots=True)
class Dice:
    """A router's way to move the starts of its events.

    Attributes:
        seed: the router's own, so that neighbours differ.
        prices: whether prices are moved, too. Interpretation: they are not, unless the owner says so,
            because a price is a fact of the market and a moved one is wrong.
    """

    seed: str = ""
    prices: bool = False

    def spares(self, event: reading.Event) -> bool:
        """Whether an event stays where it is because it tells nothing but prices."""
        kinds = {payload.type for interval in event.intervals for payload in interval.payloads}
        return not self.prices and bool(kinds) and kinds <= _FACTS

    def draw_for(self, event: reading.Event) -> Draw:
        """How the starts of this event are moved."""
        return still if self.spares(event) else drawn_by(self.seed, event.id)


class Moves:
    """The shift in force while the intervals of an event are placed one after another.

    The first draw is the event's; an interval that names a range of its own draws anew, and what comes after
    it, with a start of its own or without, moves along with the latest draw.
    """

    def __init__(self, default: reading.IntervalPeriod, first: reading.IntervalPeriod, draw: Draw) -> None:
        """Draw for the event: ``default`` is its period, ``first`` that of its first interval."""
        self._draw, self._start = draw, _told(default.start or first.start)
        most = range_of(default)
        self.shift = timedelta(0) if most is None else draw(self._start, most)

    def at(self, number: int, own: reading.IntervalPeriod) -> timedelta:
        """The shift of the interval with this place and period."""
        most = range_of(own)
        if most is not None:
            self.shift = self._draw(f"{self._start}, interval {number} at {_told(own.start)}", most)
        return self.shift


def range_of(period: reading.IntervalPeriod) -> timedelta | None:
    """How far a start may be moved to either side; None where it may not, or where PT0S says so.

    Interpretation: a range with a minus counts without it (User Guide: "the absolute value").
    """
    text = period.randomize_start
    span = parse_span(text.removeprefix("-")) if text else None
    return min(span.after(_SOME_DAY) - _SOME_DAY, MOST_SHIFT) if span else None


def _told(start: str | None) -> str:
    """A start in words that do not change with its spelling."""
    if start is None or is_beginning_of_time(start):
        return "now"
    instant = parse_instant(start)
    return instant.isoformat() if instant else start
