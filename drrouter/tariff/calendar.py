"""The local calendar of tariffs and offline profiles: to which day a local time belongs, and its names.

Hours over midnight belong to the day on which they begin:

    hours     23:00-07:00
    local     |22:00      |23:00      |00:00      |07:00
    belongs to  none       today       the day before  none
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from drrouter.domain.interval import Interval
from drrouter.tariff.holidays import WEEKDAYS
from drrouter.tariff.parts import When, minutes_of


def days_of(hours: Sequence[str] | None, local: datetime) -> tuple[date, ...]:
    """The days to which a local time belongs under these hours; none where it lies outside all of them.

    Args:
        hours: such as ``("07:00-23:00",)``; None is the whole day.
        local: on the clock of the wall.

    Interpretation: hours over midnight count to the day that they begin on.
    """
    minute, today = local.hour * 60 + local.minute, local.date()
    if hours is None:
        return (today,)
    days: list[date] = []
    for span in hours:
        start, end = _ends(span)
        if start < end:
            days += [today] * (start <= minute < end)
        else:
            days += [today] * (minute >= start) + [today - timedelta(days=1)] * (minute < end)
    return tuple(days)


def names_of(day: date, holidays: frozenset[date]) -> frozenset[str]:
    """What a day may be called; a holiday is a holiday and no weekday or weekend."""
    if day in holidays:
        return frozenset({"holiday"})
    return frozenset({WEEKDAYS[day.weekday()], "weekend" if day.weekday() >= 5 else "weekday"})


def holds(when: When, local: datetime, holidays: frozenset[date]) -> bool:
    """Whether a part of the calendar holds at a local time."""
    return any(is_day(when, day, holidays) for day in days_of(when.hours, local))


def is_day(when: When, day: date, holidays: frozenset[date]) -> bool:
    """Whether a part of the calendar holds on a day, its hours aside."""
    if when.months is not None and day.month not in when.months:
        return False
    if when.dates is not None and day not in when.dates:
        return False
    return when.days is None or not names_of(day, holidays).isdisjoint(when.days)


def day_span(day: date, zone: ZoneInfo) -> Interval:
    """A local day, of 23, 24 or 25 hours."""
    return Interval(_midnight(day, zone), _midnight(day + timedelta(days=1), zone))


def month_span(day: date, zone: ZoneInfo) -> Interval:
    """The local month of a day."""
    first = day.replace(day=1)
    return Interval(_midnight(first, zone), _midnight(following_month(first), zone))


def year_span(day: date, zone: ZoneInfo) -> Interval:
    """The local year of a day."""
    return Interval(_midnight(date(day.year, 1, 1), zone), _midnight(date(day.year + 1, 1, 1), zone))


def following_month(day: date) -> date:
    """The first day of the next month."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Where a local day begins; where its midnight is skipped, the first instant after."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


@cache
def _ends(hours: str) -> tuple[int, int]:
    """Begin and end in minutes since local midnight."""
    begin, _, finish = hours.partition("-")
    return minutes_of(begin), minutes_of(finish)
