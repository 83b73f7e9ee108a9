"""What energy costs at which time, as a provider writes it: one TOML file, ``schema = "drrouter.tariff/1"``.

A tariff is a sum of components; each has a price per kWh, and zones of the local calendar where another
price holds. What the calendar means on a given day is left to ``expand``. A document is never executed.

    >>> read_tariff(b'schema = "drrouter.tariff/1"', "acme/night.toml")
    Traceback (most recent call last):
    drrouter.errors.DocumentError: acme/night.toml: names no licence. Begin it with a line such as: ...

Source: TR 102 935, 5.3.1.2 ("receives and stores the control and pricing information"); requirement P6
(prices of any sign).
"""

from datetime import date
from functools import cache
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from drrouter.domain.document import as_json, harmless, licence_of, parse_toml
from drrouter.domain.remedy import document_error
from drrouter.errors import DocumentError

SCHEMA = "drrouter.tariff/1"

DayName = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "weekday", "weekend", "holiday"]
Price = Annotated[float, Field(ge=-1000, le=1000)]
Words = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(harmless)]


def minutes_of(clock: str) -> int:
    """Minutes since local midnight of a wall-clock time like ``07:15``; ``24:00`` is the day's end."""
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def _is_a_span(hours: str) -> str:
    """Begin and end differ."""
    start, _, end = hours.partition("-")
    if minutes_of(start) == minutes_of(end):
        raise ValueError(f"{hours!r} is empty; leave hours out for the whole day")
    return hours


def known_zone(name: str) -> str:
    """The name itself, where it is a time zone.

    Raises:
        ValueError: it is not.
    """
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no time zone; write one such as Europe/Amsterdam") from error
    return name


_QUARTER = r"(?:(?:[01]\d|2[0-3]):(?:00|15|30|45)"
Hours = Annotated[str, Field(pattern=rf"^{_QUARTER})-{_QUARTER}|24:00)$"), AfterValidator(_is_a_span)]
TimeZone = Annotated[str, Field(max_length=64), AfterValidator(known_zone)]


class Part(BaseModel):
    """A table of a document: unknown keys are refused, values keep their type."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


class Zone(Part):
    """When another price holds; a key that is left out does not narrow it."""

    price_per_kwh: Price
    """The price in this zone."""
    days: Annotated[tuple[DayName, ...], Field(min_length=1)] | None = None
    """Days of the local calendar; a holiday of the tariff's list is a holiday and no weekday or weekend."""
    hours: Annotated[tuple[Hours, ...], Field(min_length=1, max_length=24)] | None = None
    """Local times in quarters, such as 07:00-23:00; over midnight they belong to the day they begin."""
    months: Annotated[tuple[Annotated[int, Field(ge=1, le=12)], ...], Field(min_length=1)] | None = None
    """Months, 1 to 12."""

    @model_validator(mode="after")
    def _narrows(self) -> Self:
        if self.days is None and self.hours is None and self.months is None:
            raise ValueError("needs days, hours or months; without them it is the component's own price")
        return self


class Component(Part):
    """One part of the price; the parts add up."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$", max_length=64)]
    """Identifies the component inside this file."""
    kind: Literal["energy", "network", "tax", "feed_in"]
    """Energy used, its transport, levies and margins, or what is paid for energy fed in."""
    base: Literal["fixed", "provider"] = "fixed"
    """Provider: the service provider's price series counts, and the prices here only where it is silent."""
    price_per_kwh: Price
    """The price where no zone holds."""
    zones: Annotated[tuple[Zone, ...], Field(max_length=50)] = ()
    """Other prices by the calendar; the first zone that holds wins."""

    @model_validator(mode="after")
    def _base_fits(self) -> Self:
        if self.base == "provider" and self.kind in ("network", "tax"):
            raise ValueError(
                f"base is provider, but a provider's series never replaces {self.kind}; write fixed"
            )
        return self


class Co2(Part):
    """What the energy is taken to contain where no provider says so."""

    g_per_kwh: Annotated[float, Field(ge=0, le=5000)]
    """CO2 in g per kWh."""


class TariffDocument(Part):
    """A tariff that passed every check."""

    spec: Annotated[Literal["drrouter.tariff/1"], Field(alias="schema")]
    """The kind of document and its edition."""
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*\.[a-z0-9][a-z0-9_]*$", max_length=100)]
    """The file's path with dots: provider.tariff."""
    version: Annotated[int, Field(ge=1, le=1_000_000)]
    """Grows with every change."""
    name: Words
    """What people call it."""
    note: Words | None = None
    """What a reader should know, such as a simplification."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    """ISO 4217."""
    time_zone: TimeZone
    """The zone of its calendar, such as Europe/Amsterdam."""
    component: Annotated[tuple[Component, ...], Field(min_length=1, max_length=20)]
    """The parts of the price."""
    holidays: Annotated[tuple[date, ...], Field(max_length=500)] = ()
    """Days that count as holiday."""
    co2: Co2 | None = None
    """CO2 where no provider says so."""

    @property
    def follows_provider(self) -> bool:
        """Whether a service provider's price series is meant to replace the energy part."""
        return any(part.kind == "energy" and part.base == "provider" for part in self.component)

    @model_validator(mode="after")
    def _parts_differ(self) -> Self:
        ids = [part.id for part in self.component]
        twice = next((key for key in ids if ids.count(key) > 1), None)
        if twice:
            raise ValueError(f"has two components {twice!r}; give each an id of its own")
        if not any(part.kind == "energy" for part in self.component):
            raise ValueError('has no component of kind "energy"; add one')
        return self


@cache
def json_schema() -> dict[str, Any]:
    """The JSON Schema of a tariff."""
    return TariffDocument.model_json_schema()


def read_tariff(data: bytes, where: str) -> TariffDocument:
    """Read and check a tariff.

    Args:
        data: the whole file.
        where: its name, for the sentence.

    Raises:
        DocumentError: what is wrong first; its notes name the rest.
    """
    table = parse_toml(data, where)
    if not licence_of(data):
        raise DocumentError(
            where, "", "names no licence", "Begin it with a line such as: # SPDX-License-Identifier: CC0-1.0"
        )
    try:
        return TariffDocument.model_validate_json(as_json(table))
    except ValidationError as error:
        facts = error.errors(include_url=False)
        raise document_error(where, table, facts, json_schema()) from error
