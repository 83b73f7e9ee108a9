"""Durations and instants as OpenADR writes them: calendar months and years, "now", infinity, odd time stamps.

The readers are lenient and answer None for what is none; ``is_date_time`` and ``is_duration`` are strict,
for what a client sends to a VTN.

Source: OpenADR 3.1.0, openadr3.yaml, ``dateTime``, ``duration``, ``intervalPeriod``; User Guide 7.3.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_SPAN = re.compile(
    r"P(?:(?P<years>[0-9]{1,9})Y)?(?:(?P<months>[0-9]{1,9})M)?"
    r"(?:(?P<weeks>[0-9]{1,9})W)?(?:(?P<days>[0-9]{1,9})D)?"
    r"T?(?:(?P<hours>[0-9]{1,9})H)?(?:(?P<minutes>[0-9]{1,9})M)?"
    r"(?:(?P<seconds>[0-9]{1,9}(?:\.[0-9]{1,9})?)S)?"
)
_STRICT_SPAN = re.compile(
    r"P(?=[0-9]|T[0-9])(?:[0-9]{1,9}Y)?(?:[0-9]{1,9}M)?(?:[0-9]{1,9}[DW])?"
    r"(?:T(?=[0-9])(?:[0-9]{1,9}H)?(?:[0-9]{1,9}M)?(?:[0-9]{1,9}(?:\.[0-9]{1,9})?S)?)?"
)
_STRICT_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_ZONE = re.compile(r"(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})$")
_BEGINNINGS_OF_TIME = ("0001-01-01", "0000-00-00", "0000-01-01")

END_OF_TIME = datetime(9999, 12, 31, tzinfo=UTC)
"""Where infinity ends: no later instant can be told."""


@dataclass(frozen=True, slots=True)
class Span:
    """A duration: months follow the calendar, the rest is exact."""

    months: int = 0
    exact: timedelta = timedelta(0)

    def __bool__(self) -> bool:
        """Whether it is longer than nothing."""
        return bool(self.months or self.exact)

    def after(self, start: datetime) -> datetime:
        """The instant this long after ``start``; ``END_OF_TIME`` where it lies beyond.

        A day that a month has not becomes its last.

        >>> Span(months=1).after(datetime(2026, 1, 31, tzinfo=UTC)).date().isoformat()
        '2026-02-28'
        >>> parse_span("P9999Y").after(datetime(2026, 1, 31, tzinfo=UTC)) == END_OF_TIME
        True
        """
        months = start.year * 12 + start.month - 1 + self.months
        year, month = months // 12, months % 12 + 1
        if year > END_OF_TIME.year:
            return END_OF_TIME
        day = min(start.day, calendar.monthrange(year, month)[1])
        try:
            return min(start.replace(year=year, month=month, day=day) + self.exact, END_OF_TIME)
        except OverflowError:
            return END_OF_TIME


def parse_span(text: object) -> Span | None:
    """A duration of ISO 8601, None where it is none.

    Interpretation: the letter T may be missing (``P12H``), as in the User Guide; negative durations are none.

    >>> parse_span("PT1H30M") == Span(exact=timedelta(minutes=90)), parse_span("P1M"), parse_span("soon")
    (True, Span(months=1, exact=datetime.timedelta(0)), None)
    """
    found = _SPAN.fullmatch(text) if isinstance(text, str) else None
    if found is None or not any(found.groups()):
        return None
    part = {name: value or "0" for name, value in found.groupdict().items()}
    days = 7 * int(part["weeks"]) + int(part["days"]) + int(part["hours"]) // 24
    seconds = 3600 * (int(part["hours"]) % 24) + 60 * int(part["minutes"]) + float(part["seconds"])
    try:
        exact = timedelta(days=days, seconds=seconds)
    except OverflowError:
        exact = timedelta.max
    return Span(int(part["years"]) * 12 + int(part["months"]), exact)


def format_span(span: timedelta) -> str:
    """An exact duration in ISO 8601.

    >>> format_span(timedelta(hours=25)), format_span(timedelta(seconds=0.5)), format_span(timedelta(0))
    ('P1DT1H', 'PT0.5S', 'PT0S')
    """
    if span < timedelta(0):
        raise ValueError(f"{span} is negative")
    days, rest = span // timedelta(days=1), span % timedelta(days=1)
    minutes, seconds = divmod(rest.total_seconds(), 60)
    hours, minutes = divmod(int(minutes), 60)
    parts = ((f"{hours}H" if hours else ""), (f"{minutes}M" if minutes else ""))
    clock = "".join(parts) + (f"{seconds:.6f}".rstrip("0").rstrip(".") + "S" if seconds else "")
    if not days and not clock:
        return "PT0S"
    return "P" + (f"{days}D" if days else "") + (f"T{clock}" if clock else "")


def is_beginning_of_time(text: object) -> bool:
    """Whether a start means "now", or "when the one before ends" (User Guide 7.3, "intervalPeriod.start")."""
    return isinstance(text, str) and text[:10] in _BEGINNINGS_OF_TIME


def parse_instant(text: object) -> datetime | None:
    """An instant in UTC, None where it is none.

    Interpretation: a time stamp without a zone, or with a blank instead of T, is read as UTC.

    >>> parse_instant("2026-11-22 17:49:33").isoformat()
    '2026-11-22T17:49:33+00:00'
    """
    try:
        found = datetime.fromisoformat(text.upper()) if isinstance(text, str) else None
        if found is None:
            return None
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def format_instant(instant: datetime) -> str:
    """An aware instant as RFC 3339 in UTC, with microseconds where it has any.

    >>> format_instant(datetime(2026, 1, 31, 12, tzinfo=UTC))
    '2026-01-31T12:00:00Z'
    """
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def has_zone(text: object) -> bool:
    """Whether a time stamp names its zone."""
    return isinstance(text, str) and _ZONE.search(text) is not None


def is_date_time(text: str) -> bool:
    """Whether it is RFC 3339 with a zone, or one of the forms of "now" that the specification names.

    >>> is_date_time("2026-01-31T12:00:00Z"), is_date_time("0001-01-01"), is_date_time("2026-01-31 12:00")
    (True, True, False)
    """
    if is_beginning_of_time(text):
        return text[10:].upper() in ("", "T00:00:00", "T00:00:00Z", "T00:00:00+00:00")
    return _STRICT_INSTANT.fullmatch(text) is not None and parse_instant(text) is not None


def is_duration(text: str) -> bool:
    """Whether it is a duration by the specification's pattern, and not negative.

    Interpretation: the pattern admits a minus; no duration of an event or report can have a use for it.

    >>> is_duration("PT15M"), is_duration("P9999Y"), is_duration("P12H"), is_duration("-PT1H")
    (True, True, False, False)
    """
    return _STRICT_SPAN.fullmatch(text) is not None
