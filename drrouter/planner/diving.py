"""Finds whole numbers by diving: relax them, fix one after the other, and prove by the relaxed bound.

Branch and bound spends most of its time on cuts and on the last thousandth. A home's relaxed model is nearly
whole already, and its bound within a few thousandths of the best plan, so that some tens of small steps from
it find a plan that this bound proves good enough:

    relaxed bound |-------------- gap asked for --------------|
                  |-- all whole --|                              a dive that got there: done
                  |------------------------ a whole number --x   a dive that passed the gap: give it up

Where no dive arrives, branch and bound does its work.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import floor

from drrouter.errors import PlannerError
from drrouter.planner.highs import Answer, HighsModel, Numbers
from drrouter.planner.problem import Effort

_WHOLE = 1e-6
"""Nearer to a whole number than this is one."""

_STEP = 0.3
"""The share of what is left of the gap that one step may cost before its other side is tried."""

_SATISFIED = 0.5
"""A dive that ends within this share of the gap is not tried to be beaten by another."""


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


def minimise(numbers: Numbers, effort: Effort, gap_abs: float, start: Mapping[int, float]) -> Answer:
    """Minimise until the gap asked for is proven, or as well as the effort allows.

    Raises:
        PlannerError: there is no solution that keeps every row.
    """
    if not numbers.integers:
        return HighsModel(numbers).run()
    return _dive(numbers, effort, gap_abs) or HighsModel(numbers).search(
        effort.nodes, effort.gap, gap_abs, start
    )


def _dive(numbers: Numbers, effort: Effort, gap_abs: float) -> Answer | None:
    """The best of the dives that arrive within the gap; None where none does."""
    model = HighsModel(numbers, relaxed=True)
    relaxed = model.run()
    gap = max(gap_abs, effort.gap * abs(relaxed.objective))
    best: Answer | None = None
    for way in WAYS:
        if best is not None and best.objective <= relaxed.objective + _SATISFIED * gap:
            break
        most = relaxed.objective + gap if best is None else best.objective
        best = _Dive(model, numbers, most).down(relaxed, way) or best
        model.bound(numbers.integers, *_bounds(numbers))
    return None if best is None else replace(best, bound=relaxed.objective)


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
