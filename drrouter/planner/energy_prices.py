"""What a kWh costs in each slot: import with the price of its CO2, export, and their mean."""

from dataclasses import dataclass

from drrouter.planner.problem import Problem


@dataclass(frozen=True, slots=True)
class Tariffs:
    """What a kWh costs in each slot, in the plan's currency.

    Attributes:
        hours: the length of each slot.
        buy: import price and the price of its CO2.
        sell: what export earns.
        mean_buy: over the horizon, weighted by time; the price of what lies behind it.
    """

    hours: tuple[float, ...]
    buy: tuple[float, ...]
    sell: tuple[float, ...]
    mean_buy: float

    def slot_cost(self, index: int, grid_w: float) -> float:
        """The cost of one slot; negative where export earns."""
        price = self.buy[index] if grid_w > 0 else self.sell[index]
        return self.hours[index] * grid_w / 1000 * price


def tariffs_of(problem: Problem) -> Tariffs:
    """The prices of a problem, CO2 included."""
    hours = tuple(slot.hours for slot in problem.slots)
    co2 = problem.co2_g_per_kwh or (0.0,) * len(hours)
    buy = tuple(
        price + grams / 1000 * problem.co2_price_per_kg
        for price, grams in zip(problem.import_price, co2, strict=True)
    )
    mean = sum(length * price for length, price in zip(hours, buy, strict=True)) / sum(hours)
    return Tariffs(hours, buy, problem.export_price, mean)
