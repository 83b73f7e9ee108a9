"""When the reports of an event are due, and on which of its intervals; a pure function of the event and time.

    historical, startInterval 1, numIntervals 2, frequency 2     |-0-|-1-|-2-|-3-|
                                                                         ^0,1    ^2,3
    forecast, startInterval 0, numIntervals 3, frequency 1       |-0-|-1-|-2-|-3-|
                                                                 ^012^123^234

Interpretation: the User Guide draws a subset (startInterval 1, numIntervals 3) as reporting on 1 to 3, and
periodic reports (1, 2, 2) as on 0 and 1 first. Both hold if a report reaches back where enough intervals lie
behind it, and forward where not.

Source: OpenADR 3.1, User Guide 7.5, with its examples.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from drrouter.domain.interval import Interval
from drrouter.domain.report import Grid, ReportAsk

AD_HOC = timedelta(hours=1)
"""Interpretation: what may be reported at any time is reported at once, and then every hour."""

MOST_INTERVALS = 1000
"""Intervals of one report."""


@dataclass(frozen=True, slots=True)
class Due:
    """One report: its number from 0 on, when it is due, and the intervals that it is on."""

    number: int
    at: datetime
    slots: tuple[tuple[int, Interval], ...]


def due_now(ask: ReportAsk, grid: Grid, received_at: datetime, now: datetime) -> Due | None:
    """The newest report that is due by now; None before the first.

    Those before it are not sent any more: a late event gets one report that catches up (User Guide 7.5).

    Args:
        ask: the descriptor.
        grid: the event's intervals.
        received_at: of this version of the event.
        now: the instant.
    """
    if ask.frequency == 0 or not grid.slots:
        return _ad_hoc(ask, grid, received_at, now)
    newest = max((due for due in _dues(ask, grid, now) if due[0] <= now), default=None)
    return _due(ask, grid, newest[1]) if newest else None


def next_due(ask: ReportAsk, grid: Grid, received_at: datetime, now: datetime) -> datetime | None:
    """When the next report after now is due; None where none is."""
    if ask.frequency == 0 or not grid.slots:
        begin = max(received_at, grid.slots[0][1].start) if grid.slots else received_at
        coming = begin if now < begin else begin + ((now - begin) // AD_HOC + 1) * AD_HOC
        return coming if _goes_on(ask, grid, coming) else None
    return min((at for at, _ in _dues(ask, grid, now) if at > now), default=None)


def _dues(ask: ReportAsk, grid: Grid, now: datetime) -> Iterator[tuple[datetime, int]]:
    """When the reports around now are due, with their numbers: the newest that was due, the next, and others.

    They are not due in the order of their numbers: one that reaches back may be due before those ahead of it.
    """
    step = _step(ask, grid)
    rounds = -(-_count(ask, grid) // step) + 1
    newest = (grid.number_at(now) - _first(ask, grid)) // step
    if ask.repeat >= 0:
        newest = min(newest, ask.repeat - 1)
    for number in range(max(newest - rounds, 0), max(newest, 0) + rounds + 1):
        if places := _places(ask, grid, number):
            yield _due_at(ask, grid, places), number


def _due(ask: ReportAsk, grid: Grid, number: int) -> Due | None:
    """The report of this number."""
    places = _places(ask, grid, number)
    if not places:
        return None
    slots = [slot for at in places if (slot := grid.slot(at)) is not None]
    return Due(number, _due_at(ask, grid, places), tuple(slots))


def _places(ask: ReportAsk, grid: Grid, number: int) -> range:
    """The intervals that the report of this number is on, counted from 0 on; none where there is none."""
    if 0 <= ask.repeat <= number:
        return range(0)
    anchor, count = _first(ask, grid) + number * _step(ask, grid), _count(ask, grid)
    size = grid.size
    if anchor < 0 or (size is not None and anchor >= size):
        return range(0)
    reaches_back = ask.historical and (anchor + 1 >= count or anchor + count > (size or anchor + count))
    begin = max(anchor - count + 1, 0) if reaches_back else anchor
    return range(begin, begin + count if size is None else min(begin + count, size))


def _due_at(ask: ReportAsk, grid: Grid, places: range) -> datetime:
    """When a report on these is due: at the end of the last, a forecast at the beginning of the first."""
    slot = grid.slot(places[-1] if ask.historical else places[0])
    assert slot is not None  # noqa: S101 -- places are within the grid
    return slot[1].end if ask.historical else slot[1].start


def _first(ask: ReportAsk, grid: Grid) -> int:
    """The interval at which the first report is made.

    Interpretation: of intervals that go on without end, "the last" is the last of the first round.
    """
    if ask.start >= 0:
        return ask.start
    return len(grid.slots) - 1 if ask.historical else 0


def _count(ask: ReportAsk, grid: Grid) -> int:
    """How many intervals one report is on."""
    return min(ask.count if ask.count > 0 else len(grid.slots), MOST_INTERVALS)


def _step(ask: ReportAsk, grid: Grid) -> int:
    """Intervals from one report to the next."""
    return ask.frequency if ask.frequency > 0 else _count(ask, grid)


def _ad_hoc(ask: ReportAsk, grid: Grid, received_at: datetime, now: datetime) -> Due | None:
    """One at once, and one in every hour after that while the event lasts, each on what is now."""
    begin = max(received_at, grid.slots[0][1].start) if grid.slots else received_at
    number = max((now - begin) // AD_HOC, 0) if now >= begin else -1
    if number < 0 or (number > 0 and not _goes_on(ask, grid, begin + number * AD_HOC)):
        return None
    at = begin + number * AD_HOC
    span = Interval(at - AD_HOC, at) if ask.historical else Interval(at, at + AD_HOC)
    return Due(number, at, ((0, span),))


def _goes_on(ask: ReportAsk, grid: Grid, instant: datetime) -> bool:
    """Whether the event lasts at the instant; one without any period lasts, or wants one report."""
    if not grid.slots:
        return ask.frequency == 0
    size = grid.size
    last = grid.slot(size - 1) if size else None
    return last is None or instant < last[1].end
