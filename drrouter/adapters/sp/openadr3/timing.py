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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from drrouter.adapters.sp.openadr3.spans import (
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


@dataclass(frozen=True, slots=True)
class Placed:
    """One interval of the event, with its payloads as they came."""

    interval: Interval
    payloads: tuple[object, ...]


@dataclass(slots=True)
class Timing:
    """The intervals in real time; ``withdrawn`` where the event was cancelled by its dates."""

    placed: list[Placed] = field(default_factory=list)
    withdrawn: bool = False
    ignored: list[str] = field(default_factory=list)


def place(event: Mapping[str, object], now: datetime) -> Timing:
    """Place the intervals of a wire event that is received ``now``."""
    timing = Timing()
    default, rows = _member(event, "intervalPeriod"), _rows(event, "intervals")
    if len(rows) > MOST_INTERVALS:
        timing.ignored.append(f"only the first {MOST_INTERVALS} of {len(rows)} intervals are read")
    _name_oddities(default, rows, timing)
    timing.placed = list(_in_turn(default, rows[:MOST_INTERVALS], now, timing))
    timing.withdrawn = not timing.placed and _is_withdrawn(default, rows)
    if timing.placed and (whole := parse_span(event.get("duration"))):
        timing.placed = _fitted(timing, whole, now)
    return timing


def _in_turn(
    default: Mapping[str, object], rows: list[object], now: datetime, timing: Timing
) -> Iterator[Placed]:
    """Each interval at its own start, else after the one before, else at the event's start."""
    latest, following = now + HORIZON, None
    for number, row in enumerate(rows):
        own = _member(row, "intervalPeriod")
        mine = parse_span(own.get("duration"))
        span = parse_span(default.get("duration")) if mine is None else mine
        start = _start(own, default, following, now)
        if start is None or span is None:
            timing.ignored.append(f"interval {number} has no {'duration' if start else 'start'}")
            following = start or following
            continue
        following = min(span.after(start), latest)
        if start < following:
            yield Placed(Interval(start, following), tuple(_rows(row, "payloads")))


def _start(
    own: Mapping[str, object], default: Mapping[str, object], following: datetime | None, now: datetime
) -> datetime | None:
    """Where an interval begins; None where nothing says so."""
    mine, common = own.get("start"), default.get("start")
    if mine is not None and not is_beginning_of_time(mine):
        return parse_instant(mine)
    if following is not None:
        return following
    if common is not None and not is_beginning_of_time(common):
        return parse_instant(common)
    return now if is_beginning_of_time(mine) or is_beginning_of_time(common) else None


def _is_withdrawn(default: Mapping[str, object], rows: list[object]) -> bool:
    """Whether every start is the beginning of time and every duration nothing (User Guide 7.9)."""
    periods = [default, *(_member(row, "intervalPeriod") for row in rows)]
    starts = [period["start"] for period in periods if period.get("start") is not None]
    spans = [parse_span(period["duration"]) for period in periods if period.get("duration") is not None]
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


def _name_oddities(default: Mapping[str, object], rows: list[object], timing: Timing) -> None:
    """Say what is read in spite of its form, or not at all."""
    periods = [default, *(_member(row, "intervalPeriod") for row in rows[:MOST_INTERVALS])]
    if any(parse_span(period.get("randomizeStart")) for period in periods):
        timing.ignored.append("randomizeStart is not applied")
    starts = [period["start"] for period in periods if period.get("start") is not None]
    if any(
        parse_instant(start) and not has_zone(start) and not is_beginning_of_time(start) for start in starts
    ):
        timing.ignored.append("a start without a time zone is read as UTC")


def _member(row: object, key: str) -> Mapping[str, object]:
    """An object inside an object, empty where there is none."""
    found = row.get(key) if isinstance(row, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _rows(row: object, key: str) -> list[object]:
    """A list inside an object, empty where there is none."""
    found = row.get(key) if isinstance(row, Mapping) else None
    return found if isinstance(found, list) else []
