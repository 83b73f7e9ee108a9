"""Days, weeks, months and years as they are lived at home, and the bars that each is drawn with.

day    24 hours (or 23, or 25)      month  its days
week   7 days from Monday on        year   12 months
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby
from zoneinfo import ZoneInfo

from drrouter.domain.interval import Interval


class Span(StrEnum):
    """How much of the history is looked at."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Days:
    """The local days of one bar."""

    first: date
    last: date

    def all(self) -> tuple[date, ...]:
        """Each of them."""
        return tuple(
            self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)
        )


def days_of(span: Span, day: date) -> Days:
    """The days of the span that a day lies in."""
    if span is Span.DAY:
        return Days(day, day)
    if span is Span.WEEK:
        monday = day - timedelta(days=day.weekday())
        return Days(monday, monday + timedelta(days=6))
    if span is Span.MONTH:
        first = day.replace(day=1)
        return Days(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))
    return Days(day.replace(month=1, day=1), day.replace(month=12, day=31))


def bars_of(span: Span, days: Days) -> tuple[Days, ...]:
    """The bars of a span, in days; those of a day are hours, and its bar is all of it."""
    if span is not Span.YEAR:
        return tuple(Days(one, one) for one in days.all())
    months = (list(group) for _, group in groupby(days.all(), key=lambda one: one.month))
    return tuple(Days(month[0], month[-1]) for month in months)


def local_day(day: date, zone: ZoneInfo) -> Interval:
    """From midnight to midnight, in UTC; 23 or 25 hours where the clock is changed."""
    return Interval(_midnight(day, zone), _midnight(day + timedelta(days=1), zone))


def span_of(days: Days, zone: ZoneInfo) -> Interval:
    """From the first midnight to the last."""
    return Interval(_midnight(days.first, zone), _midnight(days.last + timedelta(days=1), zone))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
