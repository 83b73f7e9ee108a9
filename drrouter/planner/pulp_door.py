"""The one door to the solver: variables, rows and prices go in by what they mean, and values come out.

It alone knows that PuLP 3 (Python 3.11) and PuLP 4 (Python 3.12 and newer) differ, and that names may hold
only ``[a-z0-9_]``. What the names mean, and every rule of the home, is left to the model and the constraint
families.

Rows are written down once, as numbers by position, and handed to HiGHS in one piece, where PuLP's own
interface makes a call for each column and row. The same numbers become PuLP's model, expression by expression
from dictionaries, for whoever needs that: to read it in a file, or to solve it by another of PuLP's solvers.
Making it costs more than all the rest of a first plan's model, and names alone a fifth of it, so that nobody
pays for them who does not ask.
"""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from math import isfinite
from typing import Any, NamedTuple

import pulp

from drrouter.errors import PlannerError
from drrouter.planner.diving import minimise
from drrouter.planner.highs import INFINITE, Numbers
from drrouter.planner.problem import Effort

_GAP_ABS = 1e-4


class Sense(Enum):
    """How a row's left side stands to its right side."""

    AT_MOST = "<="
    AT_LEAST = ">="
    EQUAL = "="


class Label(NamedTuple):
    """What a variable or row is: of whom, what, and in which slot (or which of several).

    ``Label("Washer 2", "power", 17)`` reads ``Washer 2.power[17]`` and is named ``washer_2__power__017``.
    """

    owner: str
    what: str
    number: int | None = None

    def __str__(self) -> str:
        """As people read it."""
        return f"{self.owner}.{self.what}" + ("" if self.number is None else f"[{self.number}]")


Var = int
"""A variable is known by its place among the columns."""


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


class Door:
    """A model under construction; minimises."""

    def __init__(self, name: str = "home") -> None:
        """Open an empty model."""
        self._title = name
        self._known: dict[Label, None] = {}
        self._numbers = Numbers()
        self._columns: list[Label] = []
        self._rows: list[tuple[Label, Mapping[Var, float]]] = []
        self._start: dict[Var, float] = {}
        self._relaxed = False

    def variable(
        self,
        label: Label,
        low: float | None = 0.0,
        high: float | None = None,
        *,
        binary: bool = False,
        integer: bool = False,
        price: float = 0.0,
    ) -> Var:
        """A new variable between its bounds (None is no bound), with its price in the objective.

        Args:
            binary: it is 0 or 1, whatever its bounds.
            integer: it is a whole number.

        Raises:
            PlannerError: the label stands in the model already, or a number is not finite.
        """
        self._note(label)
        if binary:
            low, high = 0.0, 1.0
        column = self._put(label, low, high, price)
        self._columns.append(label)
        if binary or integer:
            self._numbers.integers.append(column)
        return column

    def add_price(self, var: Var, price: float) -> None:
        """Let each unit of the variable cost this much more."""
        self._numbers.cost[var] += price

    def fix(self, var: Var, value: float) -> None:
        """Let the variable have this value and no other."""
        self._numbers.lower[var] = self._numbers.upper[var] = value

    def relax(self) -> None:
        """Let every variable take any value between its bounds: a linear programme, for a quick answer."""
        self._relaxed = True

    def add_constant(self, price: float) -> None:
        """Let the whole cost this much more, so that a relative gap is one of the true objective."""
        self._numbers.offset += price

    def row(self, label: Label, terms: Mapping[Var, float], sense: Sense, right: float) -> None:
        """Sum of coefficient times variable, compared with a number; a row without terms is left out.

        The terms are not to be changed afterwards.

        Raises:
            PlannerError: the label stands in the model already, or a number is not finite.
        """
        numbers = self._numbers
        self._note(label)
        terms = with_value(label, terms)
        self._rows.append((label, terms))
        if not terms:
            return
        self._compare(label, sense, right)
        numbers.start.append(len(numbers.index))
        numbers.index.extend(terms)
        numbers.value.extend(terms.values())

    def start(self, values: Mapping[Var, float]) -> None:
        """Begin the search at a solution known before; what is not named, the solver adds."""
        self._start.update(values)

    @property
    def size(self) -> tuple[int, int]:
        """How many variables and rows there are."""
        return len(self._numbers.cost), len(self._numbers.row_lower)

    @property
    def numbers(self) -> Numbers:
        """The model as the solver takes it, columns in the order in which variables were made."""
        return self._numbers

    def problem(self) -> Any:
        """The model as PuLP holds it: to be written to a file, or solved by another of PuLP's solvers."""
        names = _names(self._known)
        rows = [names[label] for label, terms in self._rows if terms]
        return _held(self._title, self._numbers, [names[label] for label in self._columns], rows)

    def label_of(self, name: str) -> Label:
        """What the name in the model stands for."""
        return next(label for label, known in _names(self._known).items() if known == name)

    def name_of(self, label: Label) -> str:
        """The name in the model."""
        return _names(self._known)[label]

    def solve(self, effort: Effort, scale: float = 0.0) -> Solution:
        """Minimise, with one thread, a fixed seed and a limit on work instead of time.

        Args:
            effort: how many nodes at most, and which relative gap is good enough.
            scale: what the gap is relative to where the objective is smaller, for bills near zero.

        Raises:
            PlannerError: there is no solution that keeps every row.
        """
        numbers = replace(self._numbers, integers=[]) if self._relaxed else self._numbers
        answer = minimise(numbers, effort, max(_GAP_ABS, effort.gap * scale), self._start)
        return Solution(
            values=answer.values,
            objective=answer.objective,
            bound=answer.bound,
            gap=_gap(answer.objective, answer.bound),
            proven=answer.proven,
        )

    def _put(self, label: Label, low: float | None, high: float | None, price: float) -> int:
        """Append a column."""
        if not isfinite((low or 0.0) + (high or 0.0) + price):
            raise PlannerError(
                f"the solver refuses {label}: it is between {low} and {high} and costs {price}"
            )
        numbers = self._numbers
        numbers.cost.append(price)
        numbers.lower.append(-INFINITE if low is None else low)
        numbers.upper.append(INFINITE if high is None else high)
        return len(numbers.cost) - 1

    def _compare(self, label: Label, sense: Sense, right: float) -> None:
        """Append a row's bounds."""
        if not isfinite(right):
            raise PlannerError(f"the solver refuses {label}: {sense.value} {right}")
        numbers = self._numbers
        numbers.row_lower.append(-INFINITE if sense is Sense.AT_MOST else right)
        numbers.row_upper.append(INFINITE if sense is Sense.AT_LEAST else right)

    def _note(self, label: Label) -> None:
        """A label stands once in a model."""
        if label in self._known:
            raise PlannerError(f"{label} stands twice in the model")
        self._known[label] = None


_COMPARED: dict[Sense, Callable[[Any, float], Any]] = {
    Sense.AT_MOST: operator.le,
    Sense.AT_LEAST: operator.ge,
    Sense.EQUAL: operator.eq,
}

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


def _names(labels: Iterable[Label]) -> dict[Label, str]:
    """``owner__what__017`` in ``[a-z0-9_]``; a second owner that reads the same gets a number."""
    names: dict[Label, str] = {}
    taken: set[str] = set()
    for label in labels:
        owner, what, number = label
        tail = "" if number is None else f"__{number:03d}"
        name, twin = f"{_plain(owner)}__{_plain(what)}{tail}", 1
        while name in taken:
            twin += 1
            name = f"{_plain(owner)}_{twin}__{_plain(what)}{tail}"
        taken.add(name)
        names[label] = name
    return names


@lru_cache(maxsize=1000)  # a model has a few words and thousands of names
def _plain(text: str) -> str:
    return "".join(letter if letter in _LETTERS else "_" for letter in text.lower()) or "_"


def with_value(label: Label, terms: Mapping[Var, float]) -> Mapping[Var, float]:
    """The terms that are not nought.

    Raises:
        PlannerError: one is not finite.
    """
    if not isfinite(sum(terms.values())):
        raise PlannerError(f"the solver refuses {label}: {terms}")
    return terms if all(terms.values()) else {var: value for var, value in terms.items() if value}


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
    ends = [*numbers.start[1:], len(numbers.index)]
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
