"""What a home does while its provider is silent: one TOML file, ``schema = "drrouter.offline/1"``.

In an offline profile the provider names day types, peak windows without shiftable consumption, limits of the
site, price levels, and after which silence all this comes into force. What it means on a given day is left
to ``offline_expand``, when it is in force to the router. A document is never executed.

    >>> read_offline(b'schema = "drrouter.offline/1"', "acme/offline.toml")
    Traceback (most recent call last):
    drrouter.errors.DocumentError: acme/offline.toml: SPDX-License-Identifier: is missing. ...

Source: TR 102 935, 5.3.1.2 ("offline-mode, which may be pre-programmed by the El.-SP to avoid regular peak
pricing consumption").
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, model_validator

from drrouter.domain.document import as_json, licence_of, parse_toml
from drrouter.domain.interval import Interval
from drrouter.domain.remedy import document_error
from drrouter.tariff.parts import DayName, Hours, Part, Price, TimeZone, Words

SCHEMA = "drrouter.offline/1"

_WEEK_S = 7 * 86_400

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$", max_length=64)]
HourList = Annotated[tuple[Hours, ...], Field(min_length=1, max_length=24)]
DayTypes = Annotated[tuple[Id, ...], Field(min_length=1, max_length=20)]


class DayType(Part):
    """A kind of day; the first one in the document that fits a day is the day's type."""

    id: Id
    """Identifies the day type inside this file."""
    days: Annotated[tuple[DayName, ...], Field(min_length=1)] | None = None
    """Days of the local calendar; a day of the list of holidays is a holiday and no weekday or weekend."""
    months: Annotated[tuple[Annotated[int, Field(ge=1, le=12)], ...], Field(min_length=1)] | None = None
    """Months, 1 to 12, to which ``days`` is narrowed."""
    dates: Annotated[tuple[date, ...], Field(min_length=1, max_length=500)] | None = None
    """Single days of this type, whatever they are otherwise."""

    @model_validator(mode="after")
    def _says_which(self) -> Self:
        if self.days is None and self.months is None and self.dates is None:
            raise ValueError("fits no day; name days, months or dates")
        return self


class Window(Part):
    """When something holds, in local time; a key that is left out does not narrow it."""

    day_types: DayTypes | None = None
    """Day types of this file."""
    hours: HourList | None = None
    """Local times in quarters, such as 17:00-20:00; over midnight they belong to the day they begin."""


class PeakWindow(Window):
    """A time in which nothing that can be shifted uses power."""

    id: Id
    """Identifies the window inside this file."""
    hours: HourList  # required here: a day without end would let no machine run at all
    """Local times in quarters, such as 17:00-20:00; over midnight they belong to the day they begin."""


class LimitWindow(Window):
    """A limit of what the site imports."""

    id: Id
    """Identifies the limit inside this file."""
    max_w: Annotated[float, Field(ge=0, le=1_000_000)]
    """The most that the site may import, in W."""


class PriceWindow(Window):
    """What a kWh is taken to cost where the provider has published no price; the first that holds wins."""

    price_per_kwh: Price
    """The energy part of the price; the tariff's network fees and taxes are added."""


class Timeouts(Part):
    """After which silence the profile comes into force."""

    link_timeout_s: Annotated[float, Field(ge=0, le=_WEEK_S)]
    """Seconds after the link to the provider was lost."""
    data_timeout_s: Annotated[float, Field(ge=0, le=_WEEK_S)] | None = None
    """Seconds after the newest published price ran out; without it, prices that run out change nothing."""

    @property
    def link(self) -> timedelta:
        """How long the link may be lost."""
        return timedelta(seconds=self.link_timeout_s)

    @property
    def data(self) -> timedelta | None:
        """How long prices may be out, None for ever."""
        return None if self.data_timeout_s is None else timedelta(seconds=self.data_timeout_s)


class Validity(Part):
    """The local days for which the profile speaks."""

    first: Annotated[date, Field(alias="from")]
    """The first day on which it may be in force."""
    last: Annotated[date, Field(alias="until")]
    """The last day on which it may be in force."""

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.last < self.first:
            raise ValueError("ends before it begins; exchange from and until")
        return self


class OfflineDocument(Part):
    """An offline profile that passed every check."""

    spec: Annotated[Literal["drrouter.offline/1"], Field(alias="schema")]
    """The kind of document and its edition."""
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*\.[a-z0-9][a-z0-9_]*$", max_length=100)]
    """Identifies the profile: provider.profile."""
    version: Annotated[int, Field(ge=1, le=1_000_000)]
    """Grows with every change; a lower one never replaces a higher one."""
    name: Words
    """What people call it."""
    note: Words | None = None
    """What a reader should know, such as a simplification."""
    provider: Words
    """The service provider that speaks."""
    program: Annotated[Words, Field(max_length=128)] | None = None
    """The name of its programme that this belongs to; without it, it is for every home of the provider."""
    time_zone: TimeZone
    """The zone of its calendar, such as Europe/Amsterdam."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    """ISO 4217, of its price levels."""
    valid: Validity
    """The local days for which it speaks."""
    timeouts: Timeouts
    """After which silence it comes into force."""
    holidays: Annotated[tuple[date, ...], Field(max_length=500)] = ()
    """Days that count as holiday."""
    day_type: Annotated[tuple[DayType, ...], Field(max_length=20)] = ()
    """Kinds of days; the first that fits a day is its type."""
    peak: Annotated[tuple[PeakWindow, ...], Field(max_length=50)] = ()
    """Windows without shiftable consumption."""
    limit: Annotated[tuple[LimitWindow, ...], Field(max_length=50)] = ()
    """Limits of the site."""
    price: Annotated[tuple[PriceWindow, ...], Field(max_length=50)] = ()
    """Price levels where no price was published."""

    @property
    def zone(self) -> ZoneInfo:
        """The zone of its calendar."""
        return ZoneInfo(self.time_zone)

    @property
    def validity(self) -> Interval:
        """From the first to the end of the last day, local midnight each."""
        ends = (self.valid.first, self.valid.last + timedelta(days=1))
        first, behind = (datetime.combine(day, time(), self.zone).astimezone(UTC) for day in ends)
        return Interval(first, behind)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        _refuse_twice("day_type", (part.id for part in self.day_type))
        _refuse_twice("peak", (part.id for part in self.peak))
        _refuse_twice("limit", (part.id for part in self.limit))
        known = {part.id for part in self.day_type}
        used = (name for part in (*self.peak, *self.limit, *self.price) for name in part.day_types or ())
        if unknown := next((name for name in used if name not in known), None):
            raise ValueError(f"names the day type {unknown!r}, which is not in it; add a [[day_type]]")
        if not (self.peak or self.limit or self.price):
            raise ValueError("orders nothing; add a [[peak]], a [[limit]] or a [[price]]")
        if self.price and self.currency is None:
            raise ValueError("names prices without a currency; add currency")
        return self


def _refuse_twice(what: str, ids: Iterable[str]) -> None:
    """Refuse two parts of one id."""
    seen: set[str] = set()
    for key in ids:
        if key in seen:
            raise ValueError(f"has two {what} {key!r}; give each an id of its own")
        seen.add(key)


@cache
def json_schema() -> dict[str, Any]:
    """The JSON Schema of an offline profile."""
    return OfflineDocument.model_json_schema()


def read_offline(data: bytes, where: str) -> OfflineDocument:
    """Read and check an offline profile.

    Args:
        data: the whole file.
        where: its name or address, for the sentence.

    Raises:
        DocumentError: what is wrong first; its notes name the rest.
    """
    table = parse_toml(data, where)
    licence_of(data, where)
    try:
        return OfflineDocument.model_validate_json(as_json(table))
    except ValidationError as error:
        facts = error.errors(include_url=False)
        raise document_error(where, table, facts, json_schema()) from error
