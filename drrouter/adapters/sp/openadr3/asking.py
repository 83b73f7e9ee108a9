"""Which reports an event asks for, and on which intervals: report descriptors in our own words.

    intervals, with payloads or without      those, with their ids; again and again where the event repeats
    a period and no intervals                "implied" intervals: the period, over and over
    neither, or a period of no length        none: the router says what it has when it wants

Source: OpenADR 3.1, User Guide 7.5, "report-only events"; 8.6 and 8.7.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from drrouter.adapters.openadr3 import reading
from drrouter.adapters.openadr3.times import is_beginning_of_time, parse_instant, parse_span
from drrouter.adapters.sp.openadr3.shift import Dice
from drrouter.adapters.sp.openadr3.targets import names
from drrouter.adapters.sp.openadr3.timing import place
from drrouter.domain.interval import Interval
from drrouter.domain.report import Grid, ReportAsk, ReportIntervals

MOST_ASKS = 50
_MOST_WORD = 60


def asks_of(row: reading.Event) -> tuple[ReportAsk, ...]:
    """The reports that an event asks for; one that makes no sense is read as the nearest that does."""
    return tuple(_ask(one) for one in row.report_descriptors[:MOST_ASKS])


def _ask(row: reading.ReportDescriptor) -> ReportAsk:
    mode = ReportIntervals.SAME
    with suppress(ValueError):
        mode = ReportIntervals(row.report_intervals or "")
    return ReportAsk(
        payload_type=row.payload_type[:_MOST_WORD],
        reading_type=(row.reading_type or "")[:_MOST_WORD],
        units=(row.units or "")[:_MOST_WORD],
        targets=names(row.targets),
        aggregate=bool(row.aggregate),
        start=_at_least(row.start_interval, -1),
        count=_at_least(row.num_intervals, -1),
        historical=row.historical is not False,
        frequency=_at_least(row.frequency, -1),
        repeat=_at_least(row.repeat, 1),
        intervals=mode,
    )


def _at_least(found: int | None, default: int) -> int:
    return default if found is None else max(found, -1)


def grid_of(row: reading.Event, now: datetime, dice: Dice) -> Grid:
    """The intervals that reports are on."""
    whole = parse_span(row.duration)
    if not row.intervals:
        return _implied(row.interval_period, row.duration, now)
    placed = place(row.model_copy(update={"duration": None}), now, dice).placed
    slots = _in_order((one.id, one.interval) for one in placed)
    if not slots or whole is None:
        return Grid(slots)
    end = whole.after(slots[0][1].start)
    repeats = end > slots[-1][1].end
    return Grid(slots if repeats else tuple(one for one in slots if one[1].start < end), repeats, until=end)


def _implied(period: reading.IntervalPeriod | None, duration: str | None, now: datetime) -> Grid:
    """One interval after the other, as long as the event's own period."""
    span = parse_span(period.duration) if period else None
    if period is None or span is None:
        return Grid()
    start = now if is_beginning_of_time(period.start) else parse_instant(period.start)
    if start is None or span.after(start) <= start:
        return Grid()
    whole = parse_span(duration)
    until = whole.after(start) if whole else None
    return Grid(((0, Interval(start, span.after(start))),), repeats=True, implied=True, until=until)


def _in_order(slots: Iterable[tuple[int, Interval]]) -> tuple[tuple[int, Interval], ...]:
    return tuple(sorted(slots, key=lambda slot: slot[1]))
