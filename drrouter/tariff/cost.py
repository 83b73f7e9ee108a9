"""What a load profile costs under given rates."""

from collections.abc import Iterable
from dataclasses import dataclass

from drrouter.domain.interval import Interval
from drrouter.domain.rates import Rates


@dataclass(frozen=True, slots=True)
class Cost:
    """A sum of money, and how much of the energy it covers.

    Attributes:
        money: in the currency of the rates; negative where one is paid for using energy.
        energy_wh: all the energy of the profile.
        unpriced_wh: energy used while no price was known; it is not in ``money``.
    """

    money: float = 0.0
    energy_wh: float = 0.0
    unpriced_wh: float = 0.0

    def plus(self, other: "Cost") -> "Cost":
        """Both together."""
        return Cost(
            self.money + other.money,
            self.energy_wh + other.energy_wh,
            self.unpriced_wh + other.unpriced_wh,
        )


def cost_of(profile: Iterable[tuple[Interval, float]], rates: Rates) -> Cost:
    """What a load profile costs.

    Args:
        profile: energy in Wh over intervals, each spread evenly over its interval.
        rates: the price per kWh.
    """
    total = Cost()
    for interval, energy_wh in profile:
        total = total.plus(_cost_of_one(interval, energy_wh, rates))
    return total


def _cost_of_one(interval: Interval, energy_wh: float, rates: Rates) -> Cost:
    """One interval: each step of the rates prices its share of the energy."""
    money = priced_hours = 0.0
    for step, price in rates.steps:
        hours = step.overlap_hours(interval)
        priced_hours += hours
        money += price * energy_wh / 1000 * hours / interval.hours
    return Cost(money, energy_wh, energy_wh * max(1 - priced_hours / interval.hours, 0.0))
