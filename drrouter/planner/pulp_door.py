"""The one door to PuLP: variables, rows and prices go in by name, values come out by name.

It alone knows that PuLP 3 (Python 3.11) and PuLP 4 (Python 3.12 and newer) differ, and that names may hold
only ``[a-z0-9_]``. PuLP holds the model, its expressions made from dictionaries, without operators; the same
rows are handed to HiGHS in one piece, where PuLP's own interface makes a call for each. What the names mean,
and every rule of the home, is left to the model and the constraint families.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
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

_IS_PULP_4 = hasattr(pulp.LpAffineExpression, "from_dict")
"""PuLP 4 makes expressions by a class method and rows by comparing; PuLP 3 by its classes themselves."""

_REFUSED = (pulp.PulpError, ValueError, TypeError, OverflowError)
"""What PuLP raises at numbers that are not finite, or are none."""


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


Var = str
"""A variable is known by its name in the model."""


@dataclass(frozen=True, slots=True)
class Solution:
    """What the solver found.

    Attributes:
        values: per variable.
        objective, bound: of the model, in the plan's currency; the bound is proven.
        gap: relative distance of both; None where there is no bound.
        proven: whether the solver itself stopped because the gap asked for was reached.
    """

    values: dict[Var, float]
    objective: float
    bound: float | None
    gap: float | None
    proven: bool


class Door:
    """A model under construction; minimises."""

    def __init__(self, name: str = "home") -> None:
        """Open an empty model."""
        self._problem = pulp.LpProblem(name, pulp.LpMinimize)
        self._variables: dict[Var, Any] = {}
        self._columns: dict[Var, int] = {}
        self._labels: dict[str, Label] = {}
        self._names: dict[Label, str] = {}
        self._numbers = Numbers()
        self._start: dict[Var, float] = {}

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
        name, numbers, whole = self._name(label), self._numbers, binary or integer
        if binary:
            low, high = 0.0, 1.0
        try:
            self._variables[name] = self._problem.add_variable(name, low, high, _KIND[whole])
        except _REFUSED as error:
            raise PlannerError(f"the solver refused {label}: {error}") from error
        self._columns[name] = len(numbers.cost)
        if whole:
            numbers.integers.append(len(numbers.cost))
        numbers.cost.append(price)
        numbers.lower.append(-INFINITE if low is None else low)
        numbers.upper.append(INFINITE if high is None else high)
        return name

    def add_price(self, name: Var, price: float) -> None:
        """Let each unit of the variable cost this much more."""
        self._numbers.cost[self._columns[name]] += price

    def add_constant(self, price: float) -> None:
        """Let the whole cost this much more, so that a relative gap is one of the true objective."""
        self._numbers.offset += price

    def row(self, label: Label, terms: Mapping[Var, float], sense: Sense, right: float) -> None:
        """Sum of coefficient times variable, compared with a number; a row without terms is left out.

        Raises:
            PlannerError: the label stands in the model already, or a number is not finite.
        """
        name, numbers = self._name(label), self._numbers
        terms = {var: value for var, value in terms.items() if value}
        if not terms:
            return
        if not isfinite(sum(terms.values())):
            raise PlannerError(f"the solver refused {label}: {terms}")
        try:
            self._problem.addConstraint(self._constraint(terms, sense, right), name)
        except _REFUSED as error:
            raise PlannerError(f"the solver refused {label}: {error}") from error
        numbers.start.append(len(numbers.index))
        numbers.index.extend([self._columns[var] for var in terms])
        numbers.value.extend(terms.values())
        numbers.row_lower.append(-INFINITE if sense is Sense.AT_MOST else right)
        numbers.row_upper.append(INFINITE if sense is Sense.AT_LEAST else right)

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

    @property
    def problem(self) -> Any:
        """The model as PuLP holds it: to be written to a file, or solved by another of PuLP's solvers."""
        costs = zip(self._variables.values(), self._numbers.cost, strict=True)
        self._problem.setObjective(_expression({variable: cost for variable, cost in costs if cost}))
        return self._problem

    def label_of(self, name: str) -> Label:
        """What the name in the model stands for."""
        return self._labels[name]

    def name_of(self, label: Label) -> str:
        """The name in the model."""
        return self._names[label]

    def solve(self, effort: Effort, scale: float = 0.0) -> Solution:
        """Minimise, with one thread, a fixed seed and a limit on work instead of time.

        Args:
            effort: how many nodes at most, and which relative gap is good enough.
            scale: what the gap is relative to where the objective is smaller, for bills near zero.

        Raises:
            PlannerError: there is no solution that keeps every row.
        """
        start = {self._columns[name]: value for name, value in self._start.items()}
        answer = minimise(self._numbers, effort, max(_GAP_ABS, effort.gap * scale), start)
        return Solution(
            values=dict(zip(self._columns, answer.values, strict=True)),
            objective=answer.objective,
            bound=answer.bound,
            gap=_gap(answer.objective, answer.bound),
            proven=answer.proven,
        )

    def _constraint(self, terms: dict[Var, float], sense: Sense, right: float) -> Any:
        expression = _expression({self._variables[var]: value for var, value in terms.items()})
        if _IS_PULP_4:
            return _COMPARED[sense](expression, right)
        return pulp.LpConstraint(expression, _SIGN[sense], rhs=right)

    def _name(self, label: Label) -> str:
        """``owner__what__017`` in ``[a-z0-9_]``; a second owner that reads the same gets a number."""
        owner, what = _plain(label.owner), _plain(label.what)
        tail = "" if label.number is None else f"__{label.number:03d}"
        name, twin = f"{owner}__{what}{tail}", 1
        while name in self._labels:
            twin += 1
            name = f"{owner}_{twin}__{what}{tail}"
        if label in self._names:
            raise PlannerError(f"{label} stands twice in the model")
        self._labels[name], self._names[label] = label, name
        return name


_KIND = {False: pulp.LpContinuous, True: pulp.LpInteger}

_COMPARED: dict[Sense, Callable[[Any, float], Any]] = {
    Sense.AT_MOST: operator.le,
    Sense.AT_LEAST: operator.ge,
    Sense.EQUAL: operator.eq,
}

_SIGN = {
    Sense.AT_MOST: pulp.LpConstraintLE,
    Sense.AT_LEAST: pulp.LpConstraintGE,
    Sense.EQUAL: pulp.LpConstraintEQ,
}

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


@lru_cache(maxsize=1000)  # a model has a few words and thousands of names
def _plain(text: str) -> str:
    return "".join(letter if letter in _LETTERS else "_" for letter in text.lower()) or "_"


def _expression(terms: dict[Any, float]) -> Any:
    return pulp.LpAffineExpression.from_dict(terms) if _IS_PULP_4 else pulp.LpAffineExpression(terms)


def _gap(objective: float, bound: float | None) -> float | None:
    if bound is None:
        return None
    return max(0.0, objective - bound) / max(abs(bound), 1e-9)
