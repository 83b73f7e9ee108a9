"""Durations and instants as OpenADR writes them: calendar months and years, "now", odd time stamps."""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_SPAN = re.compile(
    r"P(?:(?P<years>\d{1,6})Y)?(?:(?P<months>\d{1,6})M)?(?:(?P<weeks>\d{1,6})W)?(?:(?P<days>\d{1,9})D)?"
    r"T?(?:(?P<hours>\d{1,9})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,9}(?:\.\d{1,9})?)S)?"
)
_BEGINNING_OF_TIME = ("0001-01-01", "0000-00-00", "0000-01-01")
_FAR = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """A duration: months follow the calendar, the rest is exact."""

    months: int = 0
    exact: timedelta = timedelta(0)

    def __bool__(self) -> bool:
        """Whether it is longer than nothing."""
        return bool(self.months or self.exact)

    def after(self, start: datetime) -> datetime:
        """The instant this long after ``start``; the end of the calendar where it lies beyond.

        >>> Span(months=1).after(datetime(2026, 1, 31, tzinfo=UTC)).date().isoformat()
        '2026-02-28'
        """
        months = start.year * 12 + start.month - 1 + self.months
        year, month = months // 12, months % 12 + 1
        if year > _FAR.year:
            return _FAR
        day = min(start.day, calendar.monthrange(year, month)[1])
        try:
            return start.replace(year=year, month=month, day=day) + self.exact
        except OverflowError:
            return _FAR


def parse_span(text: object) -> Span | None:
    """A duration of ISO 8601, None where it is none; ``P9999Y`` and the like end with the calendar.

    Interpretation: the letter T may be missing (``P12H``), as in the User Guide; negative durations are none.

    >>> parse_span("PT1H30M") == Span(exact=timedelta(minutes=90)), parse_span("P1M"), parse_span("soon")
    (True, Span(months=1, exact=datetime.timedelta(0)), None)
    """
    found = _SPAN.fullmatch(text) if isinstance(text, str) else None
    if found is None or not any(found.groups()):
        return None
    part = {name: float(value or 0) for name, value in found.groupdict().items()}
    exact = timedelta(
        weeks=part["weeks"],
        days=min(part["days"], 9_999_999),
        hours=part["hours"] % 24,
        minutes=part["minutes"] % 60,
        seconds=part["seconds"],
    )
    exact += timedelta(days=part["hours"] // 24, hours=part["minutes"] // 60)
    return Span(int(part["years"]) * 12 + int(part["months"]), exact)


def is_beginning_of_time(text: object) -> bool:
    """Whether a start means "now", or "when the one before ends" (User Guide 7.3, "intervalPeriod.start")."""
    return isinstance(text, str) and text[:10] in _BEGINNING_OF_TIME


def parse_instant(text: object) -> datetime | None:
    """An instant in UTC, None where it is none.

    Interpretation: a time stamp without a zone, or with a blank instead of T, is read as UTC.
    """
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
        if found is None:
            return None
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def has_zone(text: object) -> bool:
    """Whether a time stamp names its zone."""
    return isinstance(text, str) and re.search(r"(Z|z|[+-]\d\d:?\d\d)$", text) is not None
