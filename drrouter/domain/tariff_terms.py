"""What a tariff charges beside its price per kWh: for peaks, by blocks of energy, and above a capacity.

Times are intervals, never calendars: whoever knows the local calendar says which span a month or a day is.
What the meter has already counted stands in the terms, so that a plan is charged only for what it adds:

    month so far |  horizon of the plan  | rest of the month
        3.1 kW   |   3.1 kW -> 3.4 kW    |   unknown, and taken to stay below

Interpretation: a plan that lifts a peak pays the full price of the lift, since the rest of the month is
unknown. Whoever expects more of the rest of the month says so in the counter.
"""

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from drrouter.domain.interval import SLOT, Interval

EDGE_KW = 1e-3
"""A watt above the edge of a step is the arithmetic's: the step is taken above it.

Interpretation: meters that bill by steps of kW count in kWh with two or three digits.
"""

HOUR = timedelta(hours=1)
"""The period over which Norwegian meters take the mean."""

_SHORTEST = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class PeakSpan:
    """A span whose highest mean import counts once: a month, or one local day.

    Attributes:
        interval: periods of averaging are counted from its start.
        so_far_kw: the highest mean import that the meter has counted in it, without the period in progress.

    Raises:
        ValueError: the counter is negative or no number.
    """

    interval: Interval
    so_far_kw: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what no meter shows."""
        _require("so_far_kw", self.so_far_kw)


@dataclass(frozen=True, slots=True)
class PeakStep:
    """A step of a price ladder: what a billing period costs where more than ``above_kw`` is billed."""

    above_kw: float
    price: float


@dataclass(frozen=True, slots=True)
class PeakTerm:
    """A price of the highest mean imports of a billing period.

        billed = max(minimum, mean of the ``highest`` largest of counted and spans)
        fee    = price_per_kw * billed + the price of the highest step whose edge is below billed

    Flanders bills the highest quarter hour of the month, at least 2.5 kW; Norway takes a step of a ladder by
    the mean of the three highest hours on three different days.

    Attributes:
        spans: the month, or the days that the plan touches; each has one highest value.
        price_per_kw: of the billed peak, for the whole billing period.
        steps: the ladder, in rising order of kW and price; empty where there is none.
        averaging: the period over which the meter takes the mean.
        highest: how many values are averaged. Values that are not there yet count as 0 kW.
        counted_kw: values of spans that are over (the highest of each earlier day).
        minimum_kw: the least that is billed: of Flanders 2.5 kW, of a contract what it includes.
        windows: only periods that begin in one of them count (demand windows); empty means all.
        running_kwh: what was imported since the beginning of the period in progress.

    Raises:
        ValueError: a number is negative or not finite, or the ladder does not rise.

    Source: VREG, capaciteitstarief (Flanders, since 2023); NVE, fastledd by the three highest hours on
    different days (Norway, since 2022).
    """

    name: str
    spans: tuple[PeakSpan, ...]
    price_per_kw: float = 0.0
    steps: tuple[PeakStep, ...] = ()
    averaging: timedelta = SLOT
    highest: int = 1
    counted_kw: tuple[float, ...] = ()
    minimum_kw: float = 0.0
    windows: tuple[Interval, ...] = ()
    running_kwh: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what no tariff says."""
        for name in ("price_per_kw", "minimum_kw", "running_kwh"):
            _require(name, getattr(self, name))
        for value in self.counted_kw:
            _require("counted_kw", value)
        if self.highest < 1 or self.averaging < _SHORTEST:
            raise ValueError("a peak term averages at least one value over at least a minute")
        for step in self.steps:
            _require("a step", step.above_kw)
            _require("the price of a step", step.price)
        for lower, upper in pairwise(self.steps):
            if not (lower.above_kw < upper.above_kw and lower.price <= upper.price):
                raise ValueError("the steps of a ladder rise, in kW and in price")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a tier: energy above ``above_kwh`` costs this much per kWh, of any sign."""

    above_kwh: float
    price_per_kwh: float


@dataclass(frozen=True, slots=True)
class TierTerm:
    """A price per kWh that depends on how much was imported in the billing period, beside the series.

    Attributes:
        interval: the billing period; a slot belongs to the one in which it begins.
        blocks: in rising order of kWh, the first above 0; prices may rise or fall.
        so_far_kwh: what was imported in the period before the plan.

    Raises:
        ValueError: the first block is not above 0 kWh, edges do not rise, or the counter is negative.
    """

    name: str
    interval: Interval
    blocks: tuple[Block, ...]
    so_far_kwh: float = 0.0

    def __post_init__(self) -> None:
        """Refuse gaps below the first block and edges that do not rise."""
        _require("so_far_kwh", self.so_far_kwh)
        if not self.blocks or self.blocks[0].above_kwh != 0:
            raise ValueError("the first block of a tier begins above 0 kWh")
        for lower, upper in pairwise(self.blocks):
            if not lower.above_kwh < upper.above_kwh:
                raise ValueError("the edges of a tier rise")


@dataclass(frozen=True, slots=True)
class CapacityTerm:
    """A price of the energy imported above a contracted capacity, period by period.

    The standing fee of the contract is the same for every plan and stands in none. A fee by kW of the
    highest excess is a ``PeakTerm`` with the contracted capacity as its minimum.

    Attributes:
        interval: when the contract binds; periods of averaging are counted from its start.
        contracted_kw: mean import up to this costs nothing more.
        price_per_kwh: of what is imported above it.
        averaging, windows, running_kwh: as in ``PeakTerm``.

    Raises:
        ValueError: a number is negative or not finite.

    Source: NVE, consultation 5/2017, "abonnert effekt" (energy above the subscribed power has its price).
    """

    name: str
    interval: Interval
    contracted_kw: float
    price_per_kwh: float
    averaging: timedelta = HOUR
    windows: tuple[Interval, ...] = ()
    running_kwh: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what no contract says."""
        for name in ("contracted_kw", "price_per_kwh", "running_kwh"):
            _require(name, getattr(self, name))
        if self.averaging < _SHORTEST:
            raise ValueError("a capacity term averages over at least a minute")


def _require(name: str, value: float) -> None:
    if not 0 <= value < float("inf"):
        raise ValueError(f"{name} must be a number, 0 at least: {value}")
