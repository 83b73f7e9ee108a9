"""What a tariff document charges beside prices per kWh: peaks, tiers, capacities, and by the day or month.

    [[peak]]       the highest mean imports of a month          -> domain.tariff_terms.PeakTerm
    [[tier]]       a price by how much was imported so far      -> TierTerm
    [[capacity]]   a contracted capacity, and what exceeds it   -> CapacityTerm, and a standing fee
    [[standing]]   by the day, month or year, used or not       -> the bill alone

What each means on a bill is left to ``billing``, and for a plan to ``terms``.
"""

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from drrouter.tariff.parts import Id, Months, Part, Price, When

ChargeKind = Literal["energy", "network", "tax"]
Vat = Annotated[float, Field(ge=0, le=100)]
Kilowatts = Annotated[float, Field(ge=0, le=10_000)]
Fee = Annotated[float, Field(ge=0, le=1_000_000)]
Minutes = Literal[15, 30, 60]


class Charged(Part):
    """Something with a price."""

    id: Id
    """Identifies it inside this file."""
    vat_percent: Vat | None = None
    """VAT on it where that differs from the tariff's; 0 where its price contains VAT already."""


class Charge(Charged):
    """A charge beside the prices per kWh."""

    kind: ChargeKind = "network"
    """For energy, its transport, or the state."""


class Step(Part):
    """A step of a ladder of prices."""

    above_kw: Kilowatts
    """The step is taken above this."""
    price: Fee
    """What the whole month costs on this step."""


class Peak(Charge):
    """A price of the highest mean imports of each calendar month."""

    price_per_kw: Fee = 0.0
    """Per kW of the billed peak and month."""
    steps: Annotated[tuple[Step, ...], Field(max_length=50)] = ()
    """A ladder of monthly prices by the billed peak, in rising order."""
    averaging_min: Minutes = 15
    """Over how many minutes the meter takes the mean; counted from local midnight."""
    highest: Annotated[int, Field(ge=1, le=31)] = 1
    """How many values are averaged into the billed peak."""
    one_a_day: bool = False
    """Whether those values are of different days, each the highest of its day."""
    mean_of_months: Annotated[int, Field(ge=1, le=12)] = 1
    """Over how many months up to this one the monthly peaks are averaged (Flanders: 12)."""
    minimum_kw: Kilowatts = 0.0
    """The least that counts for a month."""
    months: Months | None = None
    """The months that have this charge; without it, all."""
    when: Annotated[tuple[When, ...], Field(max_length=20)] = ()
    """Only what begins inside one of these counts; without it, everything."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if not self.price_per_kw and not self.steps:
            raise ValueError("has no price; add price_per_kw or steps")
        for lower, upper in pairwise(self.steps):
            if not (lower.above_kw < upper.above_kw and lower.price <= upper.price):
                raise ValueError("has steps that do not rise in kW and in price; put them in order")
        if self.highest > 1 and not self.one_a_day:
            raise ValueError("averages several values of one day; add one_a_day = true")
        if not all(part.narrows for part in self.when):
            raise ValueError("has a when without days, hours, months or dates; name one or take it out")
        return self


class TierBlock(Part):
    """A block of a tier."""

    above_kwh: Annotated[float, Field(ge=0, le=10_000_000)]
    """Energy above this, counted since the period began, has this price."""
    price_per_kwh: Price
    """Added to the prices of the components; of any sign."""


class Tier(Charge):
    """A price per kWh by how much was imported in the period so far, added to the components."""

    kind: ChargeKind = "energy"
    """For energy, its transport, or the state."""
    per: Literal["day", "month", "year"] = "month"
    """When the count begins again: each local day, month or year."""
    blocks: Annotated[tuple[TierBlock, ...], Field(min_length=1, max_length=50)]
    """From above 0 kWh on, in rising order."""
    months: Months | None = None
    """The months that have this tier, by the month in which its period begins; without it, all."""

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.blocks[0].above_kwh != 0:
            raise ValueError("says nothing of the first kWh; let the first block be above_kwh = 0")
        for lower, upper in pairwise(self.blocks):
            if not lower.above_kwh < upper.above_kwh:
                raise ValueError("has blocks that do not rise; put them in order")
        if self.per == "year" and self.months is not None:
            raise ValueError("counts by the year and names months; take one of the two out")
        return self


class Capacity(Charge):
    """A contracted capacity: what it costs to have it, and what is charged above it."""

    contracted_kw: Kilowatts
    """What this home has contracted; write your own."""
    price_per_kw_year: Fee = 0.0
    """Per contracted kW and year; a twelfth of it each month."""
    excess_price_per_kwh: Annotated[float, Field(ge=0, le=1000)] = 0.0
    """Per kWh that was imported above the contracted capacity."""
    averaging_min: Minutes = 60
    """Over how many minutes the meter takes the mean; counted from local midnight."""
    when: Annotated[tuple[When, ...], Field(max_length=20)] = ()
    """When the capacity binds; without it, always."""

    @model_validator(mode="after")
    def _narrows(self) -> Self:
        if not all(part.narrows for part in self.when):
            raise ValueError("has a when without days, hours, months or dates; name one or take it out")
        return self


class Standing(Charge):
    """What is paid whether or not energy is used; below zero it is a credit."""

    price: Annotated[float, Field(ge=-1_000_000, le=1_000_000)]
    """For each day, month or year; a year's is charged by twelfths."""
    per: Literal["day", "month", "year"]
    """For which time the price is."""
    months: Months | None = None
    """The months that have this charge; without it, all."""
