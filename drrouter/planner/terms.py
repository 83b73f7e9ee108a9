"""What a tariff charges beside its price per kWh, as numbers: peaks, tiers and capacities over the slots.

Import in a slot is a mean power in kW, never negative. Every cost is what the plan adds: what would be due
if nothing more were imported is the same for every plan, and stands in none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from heapq import nlargest
from itertools import pairwise

from drrouter.domain.interval import Interval
from drrouter.domain.tariff_terms import EDGE_KW, CapacityTerm, PeakTerm, TierTerm
from drrouter.planner.periods import Period, periods
from drrouter.planner.problem import Problem


@dataclass(frozen=True, slots=True)
class PeakTask:
    """One peak term over the slots.

    Attributes:
        spans: the periods of each span of the term.
        so_far_kw: per span, what cannot be undone: the counter and the period in progress.
        minimum_kw: what is billed at least.
    """

    term: PeakTerm
    spans: tuple[tuple[Period, ...], ...]
    so_far_kw: tuple[float, ...]
    minimum_kw: float

    def highest_kw(self, import_kw: Sequence[float]) -> list[float]:
        """Per span, the highest mean import."""
        return [
            max((so_far, *(period.mean_kw(import_kw) for period in span)))
            for so_far, span in zip(self.so_far_kw, self.spans, strict=True)
        ]

    def billed_kw(self, highest_kw: Sequence[float]) -> float:
        """What is billed for these highest values of the spans."""
        largest = nlargest(self.term.highest, (*highest_kw, *self.term.counted_kw))
        return max(self.minimum_kw, sum(largest) / self.term.highest)

    def fee(self, billed_kw: float) -> float:
        """The fee of the billing period for what is billed."""
        return self.term.price_per_kw * billed_kw + self.step_price(billed_kw)

    def step_price(self, billed_kw: float) -> float:
        """The price of the step reached. Interpretation: a step above 0 kW is due in any case."""
        reached = [step.price for step in self.term.steps if _is_above(billed_kw, step.above_kw)]
        return max(reached, default=0.0)

    @property
    def sunk_kw(self) -> float:
        """What is billed where nothing more is imported."""
        return self.billed_kw(self.so_far_kw)

    def added(self, highest_kw: Sequence[float]) -> float:
        """What these highest values add to the fee."""
        return self.fee(self.billed_kw(highest_kw)) - self.fee(self.sunk_kw)

    def free_kw(self, span: int, highest_kw: Sequence[float]) -> float:
        """How high the span may rise while the others stand, without a higher fee."""
        count, others = self.term.highest, [*highest_kw, *self.term.counted_kw]
        del others[span]
        largest = nlargest(count, others)
        ceiling = self._ceiling(self.billed_kw(highest_kw))
        within = count * ceiling - sum(largest[: count - 1])
        unseen = largest[-1] if len(largest) == count else 0.0
        return max(highest_kw[span], within, unseen)

    def _ceiling(self, billed_kw: float) -> float:
        if self.term.price_per_kw:
            return billed_kw
        edges = (step.above_kw for step in self.term.steps if not _is_above(billed_kw, step.above_kw))
        return max(billed_kw, next(edges, float("inf")))


@dataclass(frozen=True, slots=True)
class TierTask:
    """One tier over the slots.

    Attributes:
        slots: the slots of its billing period.
        price: of the block in which the plan begins; it is part of what a kWh costs in these slots.
        rooms: kWh left in that block and in each one above it, the last without end.
        prices: of these blocks.
    """

    term: TierTerm
    slots: tuple[int, ...]
    price: float
    rooms: tuple[float, ...]
    prices: tuple[float, ...]

    def cost(self, energy_kwh: float) -> float:
        """What importing so much in the period costs."""
        total = 0.0
        for room, price in zip(self.rooms, self.prices, strict=True):
            part = min(energy_kwh, room)
            total += part * price
            energy_kwh -= part
        return total

    def added(self, energy_kwh: float) -> float:
        """What it costs beyond the price of the first block."""
        return self.cost(energy_kwh) - self.price * energy_kwh

    @property
    def discount(self) -> float:
        """By how much a later block may be cheaper, per kWh."""
        return self.price - min(self.prices)


@dataclass(frozen=True, slots=True)
class CapacityTask:
    """One capacity over the slots; it has a single span."""

    term: CapacityTerm
    spans: tuple[tuple[Period, ...], ...]

    def cost(self, period: Period, mean_kw: float) -> float:
        """What this mean import of a period adds."""
        over_kw = max(0.0, mean_kw - self.term.contracted_kw)
        sunk_kw = max(0.0, period.before_kw - self.term.contracted_kw)
        return self.term.price_per_kwh * period.hours * (over_kw - sunk_kw)


@dataclass(frozen=True, slots=True)
class TermCosts:
    """What the terms add to the bill, in the plan's currency."""

    peak: float
    tier: float
    capacity: float


@dataclass(frozen=True, slots=True)
class Terms:
    """All terms of a tariff; ``hours`` is the length of each slot."""

    hours: tuple[float, ...]
    peaks: tuple[PeakTask, ...] = ()
    tiers: tuple[TierTask, ...] = ()
    capacities: tuple[CapacityTask, ...] = ()

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.peaks or self.tiers or self.capacities)

    def costs(self, grid_w: Sequence[float]) -> TermCosts:
        """What these flows at the meter cost; of tiers all of it, since the series has none of it."""
        import_kw = [max(0.0, watts) / 1000 for watts in grid_w]
        return TermCosts(
            peak=sum(task.added(task.highest_kw(import_kw)) for task in self.peaks),
            tier=sum(task.cost(self.energy_kwh(task, import_kw)) for task in self.tiers),
            capacity=sum(
                task.cost(period, period.mean_kw(import_kw))
                for task in self.capacities
                for span in task.spans
                for period in span
            ),
        )

    def energy_kwh(self, task: TierTask, import_kw: Sequence[float]) -> float:
        """What is imported in the billing period of a tier."""
        return sum(self.hours[index] * import_kw[index] for index in task.slots)

    def base_price(self, index: int) -> float:
        """What the tiers add to each kWh of the slot while the plan stays in their first blocks."""
        return sum(task.price for task in self.tiers if index in task.slots)

    def discount(self, index: int) -> float:
        """By how much a kWh of the slot may become cheaper in later blocks."""
        return sum(task.discount for task in self.tiers if index in task.slots)

    def assuming(self, minimum_kw: Sequence[float]) -> "Terms":
        """The same terms where each peak is billed with so much in any case."""
        peaks = tuple(
            replace(task, minimum_kw=max(task.minimum_kw, least))
            for task, least in zip(self.peaks, minimum_kw, strict=True)
        )
        return replace(self, peaks=peaks)


def terms_of(problem: Problem) -> Terms:
    """The terms of a problem as numbers."""
    slots = problem.slots
    return Terms(
        hours=tuple(slot.hours for slot in slots),
        peaks=tuple(_peak_task(slots, term) for term in problem.peak_terms),
        tiers=tuple(_tier_task(slots, term) for term in problem.tiers),
        capacities=tuple(_capacity_task(slots, term) for term in problem.capacity_terms),
    )


def _peak_task(slots: tuple[Interval, ...], term: PeakTerm) -> PeakTask:
    spans = tuple(
        periods(slots, span.interval, term.averaging, term.windows, term.running_kwh) for span in term.spans
    )
    so_far_kw = tuple(
        max((span.so_far_kw, *(period.before_kw for period in cut)))
        for span, cut in zip(term.spans, spans, strict=True)
    )
    return PeakTask(term, spans, so_far_kw, term.minimum_kw)


def _tier_task(slots: tuple[Interval, ...], term: TierTerm) -> TierTask:
    ends = [upper.above_kwh for _, upper in pairwise(term.blocks)] + [float("inf")]
    left = [
        (end - max(block.above_kwh, term.so_far_kwh), block.price_per_kwh)
        for block, end in zip(term.blocks, ends, strict=True)
        if end > term.so_far_kwh
    ]
    rooms, prices = zip(*left, strict=True)
    inside = tuple(index for index, slot in enumerate(slots) if term.interval.holds(slot.start))
    return TierTask(term, inside, prices[0], rooms, prices)


def _capacity_task(slots: tuple[Interval, ...], term: CapacityTerm) -> CapacityTask:
    cut = periods(slots, term.interval, term.averaging, term.windows, term.running_kwh)
    return CapacityTask(term, (cut,))


def _is_above(billed_kw: float, edge_kw: float) -> bool:
    return edge_kw == 0 or billed_kw > edge_kw + EDGE_KW
