"""What energy costs at which time, as a provider writes it: one TOML file, ``schema = "drrouter.tariff/1"``.

A tariff is a sum of components; each has a price per kWh, and zones of the local calendar where another
price holds. Beside them stand charges for peaks, tiers, capacities and by the day (``charges``). What the
calendar means on a given day is left to ``expand``. A document is never executed.

    >>> read_tariff(b'schema = "drrouter.tariff/1"', "acme/night.toml")
    Traceback (most recent call last):
    drrouter.errors.DocumentError: acme/night.toml: SPDX-License-Identifier: is missing. ...

Source: TR 102 935, 5.3.1.2 ("receives and stores the control and pricing information"); requirement P6
(prices of any sign).
"""

from datetime import date
from functools import cache
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, ValidationError, model_validator

from drrouter.domain.document import as_json, harmless, licence_of, parse_toml
from drrouter.domain.remedy import document_error
from drrouter.tariff.charges import Capacity, Charged, Peak, Standing, Tier, Vat
from drrouter.tariff.holidays import holiday_rule, holidays_of
from drrouter.tariff.parts import Part, Price, TimeZone, When, Words

SCHEMA = "drrouter.tariff/1"


class Source(Part):
    """Where the figures come from."""

    publisher: Words
    """Who has published them."""
    published: date
    """When they were published, or from when they hold."""
    exact: bool
    """Whether every figure is as published; false where some are typical."""
    left_out: Annotated[str, Field(max_length=500), AfterValidator(harmless)] = ""
    """What the tariff has, and this file has not."""


class Zone(When):
    """When another price holds; a key that is left out does not narrow it."""

    price_per_kwh: Price
    """The price in this zone."""

    @model_validator(mode="after")
    def _narrows(self) -> Self:
        if not self.narrows:
            raise ValueError(
                "needs days, hours, months or dates; without them it is the component's own price"
            )
        return self


class Component(Charged):
    """One part of the price; the parts add up."""

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
    source: Source | None = None
    """Where the figures come from."""
    vat_percent: Vat = 0.0
    """VAT on everything but what is fed in; 0 where the prices here contain it."""
    peak: Annotated[tuple[Peak, ...], Field(max_length=10)] = ()
    """Prices of the highest mean imports."""
    tier: Annotated[tuple[Tier, ...], Field(max_length=10)] = ()
    """Prices by how much was imported so far."""
    capacity: Annotated[tuple[Capacity, ...], Field(max_length=10)] = ()
    """Contracted capacities."""
    standing: Annotated[tuple[Standing, ...], Field(max_length=20)] = ()
    """What is paid whether or not energy is used."""
    holidays: Annotated[tuple[date, ...], Field(max_length=500)] = ()
    """Days that count as holiday."""
    yearly_holidays: Annotated[
        tuple[Annotated[str, Field(max_length=40), AfterValidator(holiday_rule)], ...], Field(max_length=50)
    ] = ()
    """Holidays by rule, such as 12-25, easter+1 or 04-27 sun-1 (docs/tariffs.md lists the forms)."""
    co2: Co2 | None = None
    """CO2 where no provider says so."""

    @property
    def follows_provider(self) -> bool:
        """Whether a service provider's price series is meant to replace the energy part."""
        return any(part.kind == "energy" and part.base == "provider" for part in self.component)

    @property
    def zone(self) -> ZoneInfo:
        """The zone of its calendar."""
        return ZoneInfo(self.time_zone)

    def holidays_in(self, first: date, last: date) -> frozenset[date]:
        """The holidays from the first to the last day, and some around them."""
        years = range(first.year - 1, last.year + 2)
        return frozenset(self.holidays) | holidays_of(self.yearly_holidays, years)

    def vat_factor(self, part: Charged) -> float:
        """What a price of this part is multiplied by to contain VAT; what is fed in has none of its own."""
        fed_in = isinstance(part, Component) and part.kind == "feed_in"
        percent = part.vat_percent
        if percent is None:
            percent = 0.0 if fed_in else self.vat_percent
        return 1 + percent / 100

    @model_validator(mode="after")
    def _parts_differ(self) -> Self:
        charges = (*self.peak, *self.tier, *self.capacity, *self.standing)
        ids = [part.id for part in (*self.component, *charges)]
        twice = next((key for key in ids if ids.count(key) > 1), None)
        if twice:
            what = "components" if twice in [part.id for part in self.component] else "charges"
            raise ValueError(f"has two {what} {twice!r}; give each an id of its own")
        if not any(part.kind == "energy" for part in self.component):
            raise ValueError('has no component of kind "energy"; add one')
        if self.follows_provider and [part.kind for part in self.component].count("energy") > 1:
            raise ValueError("has a provider's energy price beside another; write fees of your own as tax")
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
    licence_of(data, where)
    try:
        return TariffDocument.model_validate_json(as_json(table))
    except ValidationError as error:
        facts = error.errors(include_url=False)
        raise document_error(where, table, facts, json_schema()) from error
