"""When the intervals of an event are: OpenADR's rules of time turned into half-open intervals of UTC.

    event.intervalPeriod    start 10:00, PT1H
    intervals               |   0   |   1 (own: PT2H)   |          |   2 (own start)   |
    placed                  10      11                  13         16                  17

Covers: defaults of the event and what an interval overrides, following on, "now" (0001-01-01), infinity
(P9999Y), zero durations, gaps and overlaps, event.duration shorter (cut) and longer (repeated), and the
withdrawal by start 0001 with PT0S. Not covered: randomizeStart, which is named as ignored; and what the
payloads say (``normalise``).

Source: OpenADR 3.1, User Guide 7.3, 7.4 and 7.9.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from drrouter.adapters.openadr3 import reading
from drrouter.adapters.openadr3.times import (
    Span,
    has_zone,
    is_beginning_of_time,
    parse_instant,
    parse_span,
)
from drrouter.domain.interval import Interval

MOST_INTERVALS = 10_000
"""Intervals of one event that are read; of a repeated event, the repetitions count."""

HORIZON = timedelta(days=365)
"""Interpretation: infinity, and whatever ends later than this after the receipt, ends here."""


_NOTHING = reading.IntervalPeriod()


@dataclass(frozen=True, slots=True)
class Placed:
    """One interval of the event, with its payloads as they came."""

    interval: Interval
    payloads: tuple[reading.ValuesMap, ...]


@dataclass(slots=True)
class Timing:
    """The intervals in real time; ``withdrawn`` where the event was cancelled by its dates."""

    placed: list[Placed] = field(default_factory=list)
    withdrawn: bool = False
    ignored: list[str] = field(default_factory=list)


def place(event: reading.Event, now: datetime) -> Timing:
    """Place the intervals of a wire event that is received ``now``."""
    timing = Timing()
    default, rows = event.interval_period or _NOTHING, event.intervals[:MOST_INTERVALS]
    if len(rows) < len(event.intervals):
        timing.ignored.append(f"only the first {len(rows)} of {len(event.intervals)} intervals are read")
    periods = [default, *(row.interval_period or _NOTHING for row in rows)]
    timing.ignored += _oddities(periods)
    timing.placed = list(_in_turn(default, rows, now, timing))
    timing.withdrawn = not timing.placed and _is_withdrawn(periods)
    if timing.placed and (whole := parse_span(event.duration)):
        timing.placed = _fitted(timing, whole, now)
    return timing


def _in_turn(
    default: reading.IntervalPeriod, rows: Sequence[reading.Interval], now: datetime, timing: Timing
) -> Iterator[Placed]:
    """Each interval at its own start, else after the one before, else at the event's start."""
    latest, following = now + HORIZON, None
    for number, row in enumerate(rows):
        own = row.interval_period or _NOTHING
        mine = parse_span(own.duration)
        span = parse_span(default.duration) if mine is None else mine
        start = _start(own.start, default.start, following, now)
        if start is None or span is None:
            timing.ignored.append(f"interval {number} has no {'duration' if start else 'start'}")
            following = start or following
            continue
        following = min(span.after(start), latest)
        if start < following:
            yield Placed(Interval(start, following), row.payloads)


def _start(own: str | None, common: str | None, following: datetime | None, now: datetime) -> datetime | None:
    """Where an interval begins; None where nothing says so."""
    if own is not None and not is_beginning_of_time(own):
        return parse_instant(own)
    if following is not None:
        return following
    if common is not None and not is_beginning_of_time(common):
        return parse_instant(common)
    return now if own or common else None


def _is_withdrawn(periods: Sequence[reading.IntervalPeriod]) -> bool:
    """Whether every start is the beginning of time and every duration nothing (User Guide 7.9)."""
    starts = [period.start for period in periods if period.start is not None]
    spans = [parse_span(period.duration) for period in periods if period.duration is not None]
    return bool(starts) and all(map(is_beginning_of_time, starts)) and all(span == Span() for span in spans)


def _fitted(timing: Timing, whole: Span, now: datetime) -> list[Placed]:
    """Cut or repeat so that the event lasts ``whole``, from its first start on.

    |-a-|-b-|            PT2H      the intervals
    |-a-|-b-|-a-|-b-|-a-|          PT5H: repeated, the last one cut where need be
    |-a-|                          PT1H: cut
    """
    begin = min(placed.interval.start for placed in timing.placed)
    period = max(placed.interval.end for placed in timing.placed) - begin
    end = min(whole.after(begin), now + HORIZON)
    repeats = whole.after(begin) > begin + period
    over = max(0, (now - begin) // period) if repeats else 0
    fitted: list[Placed] = []
    for repetition in itertools.count(over):
        shift = repetition * period
        if begin + shift >= end:
            break
        fitted += _within(Interval(begin, end), timing.placed, shift)
        if len(fitted) + len(timing.placed) > MOST_INTERVALS:
            timing.ignored.append(
                f"the event repeats; {fitted[-1].interval.end:%Y-%m-%d} is the end read so far"
            )
            break
    return fitted


def _within(stretch: Interval, originals: Iterable[Placed], shift: timedelta) -> Iterator[Placed]:
    """The intervals moved by ``shift``, as far as they lie inside."""
    for placed in originals:
        moved = Interval(placed.interval.start + shift, placed.interval.end + shift).overlap(stretch)
        if moved is not None:
            yield Placed(moved, placed.payloads)


def _oddities(periods: Sequence[reading.IntervalPeriod]) -> Iterator[str]:
    """Say what is read in spite of its form, or not at all."""
    if any(parse_span(period.randomize_start) for period in periods):
        yield "randomizeStart is not applied"
    starts = [period.start for period in periods if not is_beginning_of_time(period.start)]
    if any(parse_instant(start) and not has_zone(start) for start in starts):
        yield "a start without a time zone is read as UTC"
