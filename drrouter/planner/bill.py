"""What power adds to the bill on top of what flows already: energy and terms, without CO2 and misses."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from drrouter.planner.energy_prices import Tariffs, mean_over, tariffs_of
from drrouter.planner.inverter_task import inverter_tasks, opened
from drrouter.planner.problem import Problem
from drrouter.planner.term_meter import TermMeter


@dataclass(frozen=True, slots=True)
class Bill:
    """The prices that stand on the bill; ``co2`` in g per kWh, zeros where it is unknown."""

    prices: Tariffs
    co2: tuple[float, ...]
    mean_co2: float

    def added(self, grid_w: Sequence[float], power_w: Iterable[float], first: int = 0) -> float:
        """The money that this power from slot ``first`` on adds, in the plan's currency."""
        drawn = tuple(power_w)
        return self.added_energy(grid_w, drawn, first) + self.added_terms(grid_w, drawn, first)

    def added_energy(self, grid_w: Sequence[float], power_w: Iterable[float], first: int = 0) -> float:
        """The same without what the tariff's terms add."""
        slot_cost = self.prices.slot_cost
        return sum(
            [
                slot_cost(index, grid_w[index] + watts) - slot_cost(index, grid_w[index])
                for index, watts in enumerate(power_w, start=first)
            ]
        )

    def added_terms(self, grid_w: Sequence[float], power_w: Iterable[float], first: int = 0) -> float:
        """What the tariff's terms add."""
        return Standing(self, grid_w).added_terms(power_w, first) if self.prices.terms else 0.0

    def added_co2(self, grid_w: Sequence[float], power_w: Iterable[float], first: int = 0) -> float:
        """The CO2 of the import that this power adds, in g; power from the own roof emits none."""
        return sum(
            self.prices.hours[index]
            * (max(0.0, grid_w[index] + watts) - max(0.0, grid_w[index]))
            / 1000
            * self.co2[index]
            for index, watts in enumerate(power_w, start=first)
        )


class Standing:
    """Flows at the meter that stay while it is asked again and again what power adds to them.

    The same numbers as ``Bill.added_energy`` and ``Bill.added_terms``, with what stands counted once.
    """

    def __init__(self, bill: Bill, grid_w: Sequence[float]) -> None:
        """Count what each slot costs as it stands, and what the terms bill for it."""
        self.prices, self.grid_w = bill.prices, grid_w
        self._costs = [bill.prices.slot_cost(index, watts) for index, watts in enumerate(grid_w)]
        self._meter = TermMeter(bill.prices.terms, grid_w)

    def added(self, power_w: Sequence[float], first: int = 0) -> float:
        """The money that this power from slot ``first`` on adds, in the plan's currency."""
        return self.added_energy(power_w, first) + self.added_terms(power_w, first)

    def added_energy(self, power_w: Iterable[float], first: int = 0) -> float:
        """The same without what the tariff's terms add."""
        slot_cost, grid_w, costs = self.prices.slot_cost, self.grid_w, self._costs
        return sum(
            [
                slot_cost(index, grid_w[index] + watts) - costs[index]
                for index, watts in enumerate(power_w, start=first)
            ]
        )

    def added_terms(self, power_w: Iterable[float], first: int = 0) -> float:
        """What the tariff's terms add."""
        if self._meter.is_idle:
            return 0.0
        grid_w = self.grid_w
        return self._meter.added(
            {
                index: (max(0.0, grid_w[index] + watts) - max(0.0, grid_w[index])) / 1000
                for index, watts in enumerate(power_w, start=first)
            }
        )


def bill_of(problem: Problem) -> Bill:
    """The bill's prices; energy behind the horizon is counted at the means over the horizon.

    Where sun may be held back, flows are told with all of it (``Tariffs.spare_w``).
    """
    prices = tariffs_of(problem, co2_price_per_kg=0.0)
    prices = opened(problem, prices, inverter_tasks(problem, prices))
    co2 = problem.co2_g_per_kwh or (0.0,) * len(prices.hours)
    return Bill(prices, co2, mean_over(prices.hours, co2))
