"""The local calendar of tariffs and offline profiles: to which day a local time belongs, and its names.

Hours over midnight belong to the day on which they begin:

    hours     23:00-07:00
    local     |22:00      |23:00      |00:00      |07:00
    belongs to  none       today       the day before  none
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from drrouter.tariff.document import minutes_of

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


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
        begin, _, finish = span.partition("-")
        start, end = minutes_of(begin), minutes_of(finish)
        if start < end:
            days += [today] * (start <= minute < end)
        else:
            days += [today] * (minute >= start) + [today - timedelta(days=1)] * (minute < end)
    return tuple(days)


def names_of(day: date, holidays: frozenset[date]) -> frozenset[str]:
    """What a day may be called; a holiday is a holiday and no weekday or weekend."""
    if day in holidays:
        return frozenset({"holiday"})
    return frozenset({_WEEKDAYS[day.weekday()], "weekend" if day.weekday() >= 5 else "weekday"})
