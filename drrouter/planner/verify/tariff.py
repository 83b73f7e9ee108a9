"""Works the tariff's terms out again from the plan's flows alone: peaks, tiers and capacities.

The meter is read as a counter: energy imported up to an instant. A period's mean is the difference of two
readings, so neither slots nor shares of them are laid over one another here.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta

from drrouter.domain.interval import Interval
from drrouter.domain.plan import Plan
from drrouter.domain.tariff_terms import EDGE_KW, CapacityTerm, PeakTerm, TierTerm
from drrouter.planner.problem import Problem


class Counter:
    """What was imported from the beginning of the plan up to an instant, in kWh; ``nothing`` imports none."""

    def __init__(self, plan: Plan, *, nothing: bool = False) -> None:
        """Add the import up, slot by slot."""
        self.slots = plan.slots
        self.import_kw = [0.0 if nothing else max(0.0, watts) / 1000 for watts in plan.grid_w]
        self.readings = [0.0]
        for slot, kilowatts in zip(self.slots, self.import_kw, strict=True):
            self.readings.append(self.readings[-1] + slot.hours * kilowatts)

    def at(self, instant: datetime) -> float:
        """The reading; 0 before the plan, and the last one behind it."""
        index = bisect_right([slot.start for slot in self.slots], instant) - 1
        if index < 0:
            return 0.0
        slot = self.slots[index]
        hours = (min(instant, slot.end) - slot.start).total_seconds() / 3600
        return self.readings[index] + hours * self.import_kw[index]

    def means(
        self, span: Interval, averaging: timedelta, windows: tuple[Interval, ...], running_kwh: float
    ) -> Iterator[tuple[float, float]]:
        """Mean import and length, in kW and h, of each period that ends behind the plan's beginning."""
        first, last = self.slots[0].start, self.slots[-1].end
        begin = span.start
        if begin < first:
            begin += (first - begin) // averaging * averaging
        while begin < min(last, span.end):
            end = min(begin + averaging, span.end, last)
            counts = not windows or any(window.start <= begin < window.end for window in windows)
            if counts and end > first:
                energy = self.at(end) - self.at(begin) + (running_kwh if begin < first else 0.0)
                hours = (end - begin).total_seconds() / 3600
                yield energy / hours, hours
            begin += averaging


def term_costs(plan: Plan, problem: Problem) -> dict[str, tuple[float, float]]:
    """Per kind of term: what the plan says that it costs, and what it costs."""
    used, unused = Counter(plan), Counter(plan, nothing=True)
    peak = sum(_peak_fee(term, used) - _peak_fee(term, unused) for term in problem.peak_terms)
    tier = sum(_tier_cost(term, plan) for term in problem.tiers)
    capacity = sum(_excess(term, used) - _excess(term, unused) for term in problem.capacity_terms)
    return {
        "peak": (plan.cost.peak_cost, peak),
        "tier": (plan.cost.tier_cost, tier),
        "capacity": (plan.cost.capacity_cost, capacity),
    }


def _peak_fee(term: PeakTerm, counter: Counter) -> float:
    values = list(term.counted_kw)
    for span in term.spans:
        means = counter.means(span.interval, term.averaging, term.windows, term.running_kwh)
        values.append(max([span.so_far_kw, *(mean for mean, _ in means)]))
    highest = sorted(values)[-term.highest :]
    billed = max(term.minimum_kw, sum(highest) / term.highest)
    fee = 0.0
    for step in term.steps:
        if step.above_kw == 0 or billed > step.above_kw + EDGE_KW:
            fee = step.price
    return fee + term.price_per_kw * billed


def _tier_cost(term: TierTerm, plan: Plan) -> float:
    """The counter's way through the blocks: what all would cost, less what the beginning would."""
    imported = sum(
        max(0.0, watts) / 1000 * slot.hours
        for slot, watts in zip(plan.slots, plan.grid_w, strict=True)
        if term.interval.holds(slot.start)
    )
    return _up_to(term, term.so_far_kwh + imported) - _up_to(term, term.so_far_kwh)


def _up_to(term: TierTerm, energy_kwh: float) -> float:
    total, before = 0.0, 0.0
    for block in term.blocks:
        total += max(0.0, energy_kwh - block.above_kwh) * (block.price_per_kwh - before)
        before = block.price_per_kwh
    return total


def _excess(term: CapacityTerm, counter: Counter) -> float:
    means = counter.means(term.interval, term.averaging, term.windows, term.running_kwh)
    return sum(term.price_per_kwh * hours * max(0.0, mean - term.contracted_kw) for mean, hours in means)
