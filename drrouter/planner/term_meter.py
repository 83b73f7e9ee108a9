"""Keeps what the terms of a tariff would bill up to date, as flows at the meter change slot by slot."""

from collections.abc import Mapping, Sequence

from drrouter.planner.terms import CapacityTask, PeakTask, Terms


class _Means:
    """The mean import of every period of one term."""

    def __init__(self, task: PeakTask | CapacityTask, import_kw: Sequence[float]) -> None:
        self.means = [[period.mean_kw(import_kw) for period in span] for span in task.spans]
        self.at: dict[int, list[tuple[int, int, float]]] = {}
        for number, span in enumerate(task.spans):
            for place, period in enumerate(span):
                for index, share in period.parts:
                    self.at.setdefault(index, []).append((number, place, share))

    def change(self, index: int, more_kw: float) -> None:
        for number, place, share in self.at.get(index, ()):
            self.means[number][place] += share * more_kw

    def changed(self, changes: Mapping[int, float]) -> dict[tuple[int, int], float]:
        """The new means of the periods that these changes touch."""
        touched: dict[tuple[int, int], float] = {}
        for index, more_kw in changes.items():
            for number, place, share in self.at.get(index, ()):
                before = touched.get((number, place), self.means[number][place])
                touched[number, place] = before + share * more_kw
        return touched


class TermMeter:
    """What the terms bill for the flows so far, and what a change would add.

    Attributes:
        is_idle: whether there are no terms at all.
    """

    def __init__(self, terms: Terms, grid_w: Sequence[float]) -> None:
        """Begin with these flows at the meter, in W per slot."""
        import_kw = [max(0.0, watts) / 1000 for watts in grid_w] if terms else []
        self._terms, self.is_idle = terms, not terms
        self._peaks = [(task, _Means(task, import_kw)) for task in terms.peaks]
        self._capacities = [(task, _Means(task, import_kw)) for task in terms.capacities]
        self._energies = [terms.energy_kwh(task, import_kw) for task in terms.tiers]
        self._inside = [frozenset(task.slots) for task in terms.tiers]
        self._highest: dict[int, list[float]] = {}

    def change(self, index: int, before_w: float, after_w: float) -> None:
        """The flow of a slot has changed."""
        if self.is_idle:
            return
        more_kw = (max(0.0, after_w) - max(0.0, before_w)) / 1000
        for _, means in (*self._peaks, *self._capacities):
            means.change(index, more_kw)
        for number, inside in enumerate(self._inside):
            if index in inside:
                self._energies[number] += self._terms.hours[index] * more_kw
        self._highest.clear()

    def added(self, changes: Mapping[int, float]) -> float:
        """What this much more import in these slots would add, in kW per slot, beyond the price per kWh."""
        if self.is_idle:
            return 0.0
        return self._added_peaks(changes) + self._added_capacities(changes) + self._added_tiers(changes)

    def edges_kw(self, index: int) -> list[float]:
        """After how much more import in the slot the terms change what it costs, as far as they know.

        Interpretation: a period longer than the slot is taken to draw evenly, for what fills one of its
        slots may fill the others as well.
        """
        edges = []
        for number, (task, means) in enumerate(self._peaks):
            for span, place, _ in means.at.get(index, ()):
                edges.append(task.free_kw(span, self._highest_of(number)) - means.means[span][place])
        for capacity, means in self._capacities:
            for span, place, _ in means.at.get(index, ()):
                edges.append(capacity.term.contracted_kw - means.means[span][place])
        for number, tier in enumerate(self._terms.tiers):
            if index in self._inside[number]:
                edges.append(_left(tier.rooms, self._energies[number]) / self._terms.hours[index])
        return [edge for edge in edges if 0 < edge < float("inf")]

    def _highest_of(self, number: int) -> list[float]:
        if number not in self._highest:
            task, means = self._peaks[number]
            self._highest[number] = _highest(task, means, {})
        return self._highest[number]

    def _added_peaks(self, changes: Mapping[int, float]) -> float:
        total, rises = 0.0, min(changes.values(), default=0.0) >= 0
        for number, (task, means) in enumerate(self._peaks):
            touched, before = means.changed(changes), self._highest_of(number)
            if rises:
                after = list(before)
                for (span, _), mean_kw in touched.items():
                    after[span] = max(after[span], mean_kw)
            else:
                after = _highest(task, means, touched)
            if after != before:
                total += task.fee(task.billed_kw(after)) - task.fee(task.billed_kw(before))
        return total

    def _added_capacities(self, changes: Mapping[int, float]) -> float:
        total = 0.0
        for task, means in self._capacities:
            for (span, place), mean_kw in means.changed(changes).items():
                period = task.spans[span][place]
                total += task.cost(period, mean_kw) - task.cost(period, means.means[span][place])
        return total

    def _added_tiers(self, changes: Mapping[int, float]) -> float:
        total, hours = 0.0, self._terms.hours
        for energy, inside, task in zip(self._energies, self._inside, self._terms.tiers, strict=True):
            more = sum(hours[index] * kilowatts for index, kilowatts in changes.items() if index in inside)
            total += task.added(energy + more) - task.added(energy)
        return total


def _highest(task: PeakTask, means: _Means, touched: Mapping[tuple[int, int], float]) -> list[float]:
    """The highest mean of each span, where some means are others than they stand."""
    return [
        max((so_far, *(touched.get((number, place), mean) for place, mean in enumerate(span))))
        for number, (so_far, span) in enumerate(zip(task.so_far_kw, means.means, strict=True))
    ]


def _left(rooms: Sequence[float], energy_kwh: float) -> float:
    """What is left, in kWh, of the block in which a tier stands."""
    for room in rooms:
        if energy_kwh < room - 1e-9:
            return room - energy_kwh
        energy_kwh -= room
    return float("inf")
