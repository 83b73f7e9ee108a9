"""When the intervals of an event are: OpenADR's rules of time turned into half-open intervals of UTC.

    event.intervalPeriod    start 10:00, PT1H
    intervals               |   0   |   1 (own: PT2H)   |          |   2 (own start)   |
    placed                  10      11                  13         16                  17

Covers: defaults of the event and what an interval overrides, following on, "now" (0001-01-01), infinity
(P9999Y), zero durations, gaps and overlaps, event.duration shorter (cut) and longer (``repeating``),
randomizeStart (``shift``), and the withdrawal by start 0001 with PT0S. Not covered: what the payloads say
(``normalise``).

Source: OpenADR 3.1, User Guide 7.3, 7.4 and 7.9.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from drrouter.adapters.openadr3 import reading
from drrouter.adapters.openadr3.times import (
    Span,
    has_zone,
    is_beginning_of_time,
    parse_instant,
    parse_span,
)
from drrouter.adapters.sp.openadr3.repeating import MOST_INTERVALS, Placed, Timing, fitted
from drrouter.adapters.sp.openadr3.shift import Dice, Moves, range_of
from drrouter.domain.interval import Interval

HORIZON = timedelta(days=365)
"""Interpretation: infinity, and whatever ends later than this after the receipt, ends here for the present;
see ``Timing.known_until``."""

_NOTHING = reading.IntervalPeriod()


def place(event: reading.Event, now: datetime, dice: Dice) -> Timing:
    """Place the intervals of a wire event that is received, or looked at again, ``now``.

    Interpretation: "now" is the receipt. Where an event reaches farther than it is read at once, so that it
    will be looked at again, "now" is its modificationDateTime, lest its start move with each look.
    """
    timing = _placed(event, now, now, dice)
    if timing.known_until is None:
        return timing
    written_at = parse_instant(event.modification_date_time) or now
    return _placed(event, min(written_at, now), now, dice)


def _placed(event: reading.Event, beginning: datetime, now: datetime, dice: Dice) -> Timing:
    """Place them, with ``beginning`` as what the beginning of time means."""
    timing = Timing()
    default, rows = event.interval_period or _NOTHING, event.intervals[:MOST_INTERVALS]
    if len(rows) < len(event.intervals):
        timing.ignored.append(f"only the first {len(rows)} of {len(event.intervals)} intervals are read")
    periods = [default, *(row.interval_period or _NOTHING for row in rows)]
    timing.ignored += _oddities(periods)
    if dice.spares(event) and any(map(range_of, periods)):
        timing.ignored.append("randomizeStart is not applied to prices")
    moves = Moves(default, periods[1] if rows else _NOTHING, dice.draw_for(event))
    timing.placed = list(_in_turn(default, rows, moves, timing, beginning, now + HORIZON))
    timing.withdrawn = not timing.placed and not _only_asks(event) and _is_withdrawn(periods)
    if timing.placed and (whole := parse_span(event.duration)):
        fitted(timing, whole, now)
    timing.placed = [moved for placed in timing.placed if (moved := placed.moved()) is not None]
    return timing


def _in_turn(
    default: reading.IntervalPeriod,
    rows: Sequence[reading.Interval],
    moves: Moves,
    timing: Timing,
    beginning: datetime,
    latest: datetime,
) -> Iterator[Placed]:
    """Each interval at its own start, else after the one before, else at the event's start; not moved yet."""
    following = None
    for number, row in enumerate(rows):
        own = row.interval_period or _NOTHING
        shift = moves.at(number, own)
        mine = parse_span(own.duration)
        span = parse_span(default.duration) if mine is None else mine
        start = _start(own.start, default.start, following, beginning)
        if start is None or span is None:
            timing.ignored.append(f"interval {number} has no {'duration' if start else 'start'}")
            following = start or following
            continue
        following = span.after(start)
        if following > latest:
            following, timing.known_until = latest, latest
        if start < following:
            yield Placed(Interval(start, following), row.payloads, shift, row.id)


def _start(
    own: str | None, common: str | None, following: datetime | None, beginning: datetime
) -> datetime | None:
    """Where an interval begins; None where nothing says so."""
    if own is not None and not is_beginning_of_time(own):
        return parse_instant(own)
    if following is not None:
        return following
    if common is not None and not is_beginning_of_time(common):
        return parse_instant(common)
    return beginning if own or common else None


def _only_asks(event: reading.Event) -> bool:
    """Whether it is there for its reports alone, and so may last no time (User Guide 8.6)."""
    return bool(event.report_descriptors) and not event.intervals


def _is_withdrawn(periods: Sequence[reading.IntervalPeriod]) -> bool:
    """Whether every start is the beginning of time and every duration nothing (User Guide 7.9)."""
    starts = [period.start for period in periods if period.start is not None]
    spans = [parse_span(period.duration) for period in periods if period.duration is not None]
    return bool(starts) and all(map(is_beginning_of_time, starts)) and all(span == Span() for span in spans)


def _oddities(periods: Sequence[reading.IntervalPeriod]) -> Iterator[str]:
    """Say what is read in spite of its form, or not at all."""
    starts = [period.start for period in periods if not is_beginning_of_time(period.start)]
    if any(parse_instant(start) and not has_zone(start) for start in starts):
        yield "a start without a time zone is read as UTC"
