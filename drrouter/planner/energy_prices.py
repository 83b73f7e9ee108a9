"""What a kWh costs in each slot: import with its CO2, export, their mean, and the terms beside them."""

from collections.abc import Sequence
from dataclasses import dataclass

from drrouter.planner.problem import Problem
from drrouter.planner.terms import Terms, terms_of


@dataclass(frozen=True, slots=True)
class Tariffs:
    """What a kWh costs in each slot, in the plan's currency.

    Attributes:
        hours: the length of each slot.
        buy: import price, the tier in which the plan begins, and the price of its CO2.
        sell: what export earns.
        mean_buy: over the horizon, weighted by time; the price of what lies behind it.
        terms: what import costs beside its price per kWh.
        spare_w, export_w: what inverters may hold back, and what may be exported, per slot. Flows are then
            told with all that the sun offers, and a slot costs what it does once what pays is held back.
            Empty: flows cost as they are.
    """

    hours: tuple[float, ...]
    buy: tuple[float, ...]
    sell: tuple[float, ...]
    mean_buy: float
    terms: Terms
    spare_w: tuple[float, ...] = ()
    export_w: tuple[float, ...] = ()

    def slot_cost(self, index: int, grid_w: float) -> float:
        """The cost of one slot, without terms; negative where export earns."""
        if self.spare_w:
            grid_w += self._held_w(index, grid_w)
        price = self.buy[index] if grid_w > 0 else self.sell[index]
        return self.hours[index] * grid_w / 1000 * price

    def _cost_of(self, index: int, grid_w: float) -> float:
        price = self.buy[index] if grid_w > 0 else self.sell[index]
        return self.hours[index] * grid_w / 1000 * price

    def _held_w(self, index: int, grid_w: float) -> float:
        """How much it pays to hold back: what may not leave, and what costs more than it is worth."""
        spare_w = self.spare_w[index]
        if not spare_w:
            return 0.0
        least_w = min(spare_w, max(0.0, -grid_w - self.export_w[index]))
        steps_w = (least_w, min(spare_w, max(least_w, -grid_w)), spare_w)
        return min(steps_w, key=lambda watts: self._cost_of(index, grid_w + watts))

    def least_buy(self, index: int) -> float:
        """The least that a kWh imported in the slot may cost, in the cheapest block of its tiers."""
        return self.buy[index] - self.terms.discount(index)

    @property
    def least(self) -> Sequence[float]:
        """The same of every slot."""
        return [self.least_buy(index) for index in range(len(self.buy))] if self.terms.tiers else self.buy


def tariffs_of(problem: Problem, co2_price_per_kg: float | None = None) -> Tariffs:
    """The prices of a problem; the price of CO2 may be another than the problem's (0 for the bill alone)."""
    price_per_kg = problem.co2_price_per_kg if co2_price_per_kg is None else co2_price_per_kg
    hours, terms = tuple(slot.hours for slot in problem.slots), terms_of(problem)
    co2 = problem.co2_g_per_kwh or (0.0,) * len(hours)
    buy = tuple(
        price + terms.base_price(index) + grams / 1000 * price_per_kg
        for index, (price, grams) in enumerate(zip(problem.import_price, co2, strict=True))
    )
    return Tariffs(hours, buy, problem.export_price, mean_over(hours, buy), terms)


def mean_over(hours: Sequence[float], values: Sequence[float]) -> float:
    """The mean of values per slot, weighted by the length of the slots."""
    return sum(length * value for length, value in zip(hours, values, strict=True)) / sum(hours)
