"""Finds whole numbers by diving: relax them, fix one after the other, and prove by the relaxed bound.

Branch and bound spends most of its time on cuts and on the last thousandth. A home's relaxed model is nearly
whole already, and its bound within a few thousandths of the best plan, so that some tens of small steps from
it find a plan that this bound proves good enough:

    relaxed bound |-------------- gap asked for --------------|
                  |-- all whole --|                              a dive that got there: done
                  |------------------------ a whole number --x   a dive that passed the gap: give it up

Where no dive arrives, one that may pass the gap finds a plan to begin with. Branch and bound does the rest,
without the whole numbers that cost more than that plan by themselves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import floor

from drrouter.errors import PlannerError
from drrouter.planner.highs import INFINITE, Answer, HandOver, HighsModel, Numbers
from drrouter.planner.problem import Effort

_WHOLE = 1e-6
"""Nearer to a whole number than this is one."""

_STEP = 0.3
"""The share of what is left of the gap that one step may cost before its other side is tried."""

_SATISFIED = 0.25
"""A dive that ends within this share of the gap is not tried to be beaten by another."""


_ROUNDING = 1e-6
"""What reduced costs may be wrong by, in the plan's currency."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way of diving.

    Attributes:
        share: of the fractions that are left, how many are fixed in one step; at least one is.
        up_from: fractions from here on become the next whole number, smaller ones the one below.
        largest_first: whether large fractions are fixed first, else all in the order of the columns, which
            is that of devices and of time.
    """

    share: float
    up_from: float
    largest_first: bool


WAYS = (Way(0.0, 0.3, largest_first=False), Way(0.1, 0.0, largest_first=True))
"""What is tried, in this order: see docs/planner_study.md."""


def minimise(
    numbers: Numbers, effort: Effort, gap_abs: float, start: Mapping[int, float], by: HandOver | None = None
) -> Answer:
    """Minimise until the gap asked for is proven, or as well as the effort allows.

    Args:
        by: who hands the relaxed model over.

    Raises:
        PlannerError: there is no solution that keeps every row.
    """
    if not numbers.integers:
        return HighsModel(numbers, by=by).run()
    model = HighsModel(numbers, relaxed=True, by=by)
    relaxed = model.run()
    costs = model.reduced_costs()
    gap = max(gap_abs, effort.gap * abs(relaxed.objective))
    arrived = _dive(model, numbers, relaxed, relaxed.objective + gap, _SATISFIED * gap)
    if arrived is not None:
        return replace(arrived, bound=relaxed.objective)
    known = _dive(model, numbers, relaxed, INFINITE, gap)
    if known is None:
        return HighsModel(numbers).search(effort.nodes, effort.gap, gap_abs, start)
    if known.objective <= relaxed.objective + gap:
        return replace(known, bound=relaxed.objective)
    return _searched(_narrowed(numbers, relaxed, costs, known), effort, gap_abs, relaxed, known)


def _searched(numbers: Numbers, effort: Effort, gap_abs: float, relaxed: Answer, known: Answer) -> Answer:
    """What branch and bound makes of a known plan, or that plan."""
    start = dict(enumerate(known.values))
    try:
        found = HighsModel(numbers).search(effort.nodes, effort.gap, gap_abs, start)
    except PlannerError:
        return replace(known, bound=relaxed.objective, proven=False)
    if found.objective > known.objective:
        return replace(known, bound=found.bound, proven=found.proven)
    return found


def _dive(
    model: HighsModel, numbers: Numbers, relaxed: Answer, most: float, satisfied: float
) -> Answer | None:
    """The best of the dives that arrive below ``most``; None where none does."""
    best: Answer | None = None
    for way in WAYS:
        if best is not None and best.objective <= relaxed.objective + satisfied:
            break
        below = most if best is None else best.objective
        best = _Dive(model, numbers, below).down(relaxed, way) or best
        model.bound(numbers.integers, *_bounds(numbers))
    return best


def _narrowed(numbers: Numbers, relaxed: Answer, costs: Sequence[float], known: Answer) -> Numbers:
    """The model without the whole numbers that no better plan than the known one has.

    Where a column stands at its bound in the relaxed model, each unit further costs at least its reduced
    cost; what costs more than all that is left up to the known plan stays where it is.

    Source: Crowder, Johnson and Padberg 1983 (fixing by reduced cost).
    """
    left = known.objective - relaxed.objective
    lower, upper = list(numbers.lower), list(numbers.upper)
    for column in numbers.integers:
        if costs[column] > left + _ROUNDING:
            lower[column] = upper[column] = float(round(relaxed.values[column]))
    return replace(numbers, lower=lower, upper=upper)


def _bounds(numbers: Numbers) -> tuple[list[float], list[float]]:
    lower = [numbers.lower[column] for column in numbers.integers]
    return lower, [numbers.upper[column] for column in numbers.integers]


class _Dive:
    """One dive: the model, and the objective beyond which it is given up."""

    def __init__(self, model: HighsModel, numbers: Numbers, most: float) -> None:
        self.model, self.integers, self.most = model, numbers.integers, most

    def down(self, here: Answer, way: Way) -> Answer | None:
        """Fix fractions until there are none; None where that costs too much."""
        while fractions := self._fractions(here, way):
            some = fractions[: max(1, floor(way.share * len(fractions)))]
            below = [float(floor(here.values[column])) for _, column in some]
            chosen = [low + (part >= way.up_from) for low, (part, _) in zip(below, some, strict=True)]
            further = self._step([column for _, column in some], below, chosen, here.objective)
            if further is None:
                return None
            here = further
        return here

    def _fractions(self, here: Answer, way: Way) -> list[tuple[float, int]]:
        """The columns that are not whole, with what they are above the whole number below."""
        values = here.values
        parts = [(values[column] - floor(values[column]), column) for column in self.integers]
        found = [(part, column) for part, column in parts if _WHOLE < part < 1 - _WHOLE]
        return sorted(found, key=lambda item: (-item[0], item[1])) if way.largest_first else found

    def _step(
        self, columns: list[int], below: list[float], chosen: list[float], objective: float
    ) -> Answer | None:
        """Fix the columns as chosen, or the other way round where that is cheaper."""
        further = self._fixed(columns, chosen)
        if further is not None and further.objective - objective <= _STEP * (self.most - objective):
            return further
        other = [2 * low + 1 - value for low, value in zip(below, chosen, strict=True)]
        otherwise = self._fixed(columns, other)
        if further is None or (otherwise is not None and otherwise.objective < further.objective):
            return otherwise
        return self._fixed(columns, chosen)

    def _fixed(self, columns: list[int], values: list[float]) -> Answer | None:
        self.model.bound(columns, values, values)
        try:
            found = self.model.run()
        except PlannerError:
            return None
        return found if found.objective <= self.most else None
