"""The one door to the solver: variables, rows and prices go in by what they mean, and values come out.

It alone knows that PuLP 3 (Python 3.11) and PuLP 4 (Python 3.12 and newer) differ. What the names mean, and
every rule of the home, is left to the model and the constraint families.

Rows are written down once, as numbers by position, and handed to HiGHS in one piece, where PuLP's own
interface makes a call for each column and row. The same numbers become PuLP's model, expression by expression
from dictionaries, for whoever needs that: to read it in a file, or to solve it by another of PuLP's solvers.
Making it costs more than all the rest of a first plan's model, and names alone a fifth of it, so that nobody
pays for them who does not ask.
"""

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pulp

from drrouter.planner.diving import minimise
from drrouter.planner.highs import INFINITE, HandOver, Numbers
from drrouter.planner.labels import Label, Labels, names_of
from drrouter.planner.problem import Effort
from drrouter.planner.writing import Row, Sense, Var, Writing

__all__ = ["Door", "Label", "Labels", "Row", "Sense", "Solution", "Var"]

_GAP_ABS = 1e-4


@dataclass(frozen=True, slots=True)
class Solution:
    """What the solver found.

    Attributes:
        values: per variable.
        objective, bound: of the model, in the plan's currency; the bound is proven.
        gap: relative distance of both; None where there is no bound.
        proven: whether the solver itself stopped because the gap asked for was reached.
    """

    values: Sequence[float]
    objective: float
    bound: float | None
    gap: float | None
    proven: bool


class Door(Writing):
    """A model under construction; minimises.

    Attributes:
        hand_over: hands it to HiGHS, and knows what it handed over of an earlier model.
    """

    def __init__(self, name: str = "home") -> None:
        """Open an empty model."""
        super().__init__()
        self._title = name
        self.hand_over = HandOver()
        self._start: dict[Var, float] = {}
        self._relaxed = False

    def relax(self) -> None:
        """Let every variable take any value between its bounds: a linear programme, for a quick answer."""
        self._relaxed = True

    def start(self, values: Mapping[Var, float]) -> None:
        """Begin the search at a solution known before; what is not named, the solver adds."""
        self._start.update(values)

    def problem(self) -> Any:
        """The model as PuLP holds it: to be written to a file, or solved by another of PuLP's solvers."""
        names = self._names()
        columns = [names[label] for label in self._labels(rows=False)]
        rows = [names[label] for label in self._labels(rows=True)]
        return _held(self._title, self._numbers, columns, rows)

    def label_of(self, name: str) -> Label:
        """What the name in the model stands for."""
        return next(label for label, known in self._names().items() if known == name)

    def name_of(self, label: Label) -> str:
        """The name in the model."""
        return self._names()[label]

    def solve(self, effort: Effort, scale: float = 0.0) -> Solution:
        """Minimise, with one thread, a fixed seed and a limit on work instead of time.

        Args:
            effort: how many nodes at most, and which relative gap is good enough.
            scale: what the gap is relative to where the objective is smaller, for bills near zero.

        Raises:
            PlannerError: there is no solution that keeps every row.
        """
        numbers = replace(self._numbers, integers=[]) if self._relaxed else self._numbers
        gap_abs = max(_GAP_ABS, effort.gap * scale)
        answer = minimise(numbers, effort, gap_abs, self._start, self.hand_over)
        return Solution(
            values=answer.values,
            objective=answer.objective,
            bound=answer.bound,
            gap=_gap(answer.objective, answer.bound),
            proven=answer.proven,
        )

    def _names(self) -> dict[Label, str]:
        return names_of(label for block in self._blocks for label in block.labels.each())

    def _labels(self, *, rows: bool) -> Iterator[Label]:
        """The labels of the columns, or of the rows that have terms, in their order."""
        for block in self._blocks:
            if (block.whole is None) is rows and block.size:
                yield from block.labels.each()


_COMPARED: dict[Sense, Callable[[Any, float], Any]] = {
    Sense.AT_MOST: operator.le,
    Sense.AT_LEAST: operator.ge,
    Sense.EQUAL: operator.eq,
}


def _held(title: str, numbers: Numbers, names: list[str], rows: list[str]) -> Any:
    """The model in PuLP, its expressions made from dictionaries, without operators."""
    problem, whole = pulp.LpProblem(title, pulp.LpMinimize), set(numbers.integers)
    variables = [
        problem.add_variable(
            name,
            None if numbers.lower[column] == -INFINITE else numbers.lower[column],
            None if numbers.upper[column] == INFINITE else numbers.upper[column],
            pulp.LpInteger if column in whole else pulp.LpContinuous,
        )
        for column, name in enumerate(names)
    ]
    ends = [*numbers.start, len(numbers.index)][1:]
    for row, (name, first, end) in enumerate(zip(rows, numbers.start, ends, strict=True)):
        columns = numbers.index[first:end]
        terms = {variables[c]: v for c, v in zip(columns, numbers.value[first:end], strict=True)}
        low, high = numbers.row_lower[row], numbers.row_upper[row]
        sense = Sense.EQUAL if low == high else Sense.AT_MOST if low == -INFINITE else Sense.AT_LEAST
        right = high if low == -INFINITE else low
        problem.addConstraint(_COMPARED[sense](_expression(terms), right), name)
    costs = zip(variables, numbers.cost, strict=True)
    problem.setObjective(_expression({variable: cost for variable, cost in costs if cost}) + numbers.offset)
    return problem


def _expression(terms: dict[Any, float]) -> Any:
    if hasattr(pulp.LpAffineExpression, "from_dict"):  # PuLP 4
        return pulp.LpAffineExpression.from_dict(terms)
    return pulp.LpAffineExpression(terms)


def _gap(objective: float, bound: float | None) -> float | None:
    if bound is None:
        return None
    return max(0.0, objective - bound) / max(abs(bound), 1e-9)
