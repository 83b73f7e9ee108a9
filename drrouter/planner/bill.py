"""What power adds to the bill on top of what flows already: energy at its price, without CO2 and misses."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from drrouter.planner.energy_prices import Tariffs
from drrouter.planner.problem import Problem


@dataclass(frozen=True, slots=True)
class Bill:
    """The prices that stand on the bill; ``co2`` in g per kWh, zeros where it is unknown."""

    prices: Tariffs
    co2: tuple[float, ...]
    mean_co2: float

    def added(self, grid_w: Sequence[float], power_w: Iterable[float], first: int = 0) -> float:
        """The money that this power from slot ``first`` on adds, in the plan's currency."""
        return sum(
            self.prices.slot_cost(index, grid_w[index] + watts) - self.prices.slot_cost(index, grid_w[index])
            for index, watts in enumerate(power_w, start=first)
        )

    def added_co2(self, grid_w: Sequence[float], power_w: Iterable[float], first: int = 0) -> float:
        """The CO2 of the import that this power adds, in g; power from the own roof emits none."""
        return sum(
            self.prices.hours[index]
            * (max(0.0, grid_w[index] + watts) - max(0.0, grid_w[index]))
            / 1000
            * self.co2[index]
            for index, watts in enumerate(power_w, start=first)
        )


def bill_of(problem: Problem) -> Bill:
    """The bill's prices; energy behind the horizon is counted at the means over the horizon."""
    hours = tuple(slot.hours for slot in problem.slots)
    co2 = problem.co2_g_per_kwh or (0.0,) * len(hours)
    prices = Tariffs(hours, problem.import_price, problem.export_price, _mean(hours, problem.import_price))
    return Bill(prices, co2, _mean(hours, co2))


def _mean(hours: tuple[float, ...], values: tuple[float, ...]) -> float:
    return sum(length * value for length, value in zip(hours, values, strict=True)) / sum(hours)
