"""The one door to PuLP and HiGHS: variables, rows and prices go in by name, values come out by name.

It alone knows that PuLP 3 (Python 3.11) and PuLP 4 (Python 3.12 and newer) differ, that a status after an
early stop cannot be trusted, and that names may hold only ``[a-z0-9_]``. What the names mean, and every rule
of the home, is left to the model and the constraint families.
"""

import operator
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any

import highspy
import pulp

from drrouter.errors import PlannerError
from drrouter.planner.problem import Effort

_SEED = 20090
_GAP_ABS = 1e-4
_FEASIBLE = 2
"""What HiGHS calls a primal solution that keeps every row (kSolutionStatusFeasible)."""

_WITH_PLAN = frozenset(
    {
        highspy.HighsModelStatus.kOptimal,
        highspy.HighsModelStatus.kSolutionLimit,
        highspy.HighsModelStatus.kIterationLimit,
        highspy.HighsModelStatus.kTimeLimit,
        highspy.HighsModelStatus.kObjectiveBound,
        highspy.HighsModelStatus.kObjectiveTarget,
        highspy.HighsModelStatus.kInterrupt,
        highspy.HighsModelStatus.kMemoryLimit,
    }
)
"""Ends after which a feasible solution is a plan; an unbounded model has feasible points too, and no plan."""

_HAS_FROM_DICT = hasattr(pulp.LpAffineExpression, "from_dict")
"""PuLP 4 makes expressions by a class method, PuLP 3 by the class itself."""


class Sense(Enum):
    """How a row's left side stands to its right side."""

    AT_MOST = "<="
    AT_LEAST = ">="
    EQUAL = "="


_COMPARED: dict[Sense, Callable[[Any, float], Any]] = {
    Sense.AT_MOST: operator.le,
    Sense.AT_LEAST: operator.ge,
    Sense.EQUAL: operator.eq,
}


@dataclass(frozen=True, slots=True)
class Label:
    """What a variable or row is: of whom, what, and in which slot (or which of several).

    ``Label("Washer 2", "power", 17)`` reads ``Washer 2.power[17]`` and is named ``washer_2__power__017``.
    """

    owner: str
    what: str
    index: int | None = None

    def __str__(self) -> str:
        """As people read it."""
        return f"{self.owner}.{self.what}" + ("" if self.index is None else f"[{self.index}]")


Var = str
"""A variable is known by its name in the model."""


@dataclass(frozen=True, slots=True)
class Solution:
    """What the solver found.

    Attributes:
        values: per variable; one that stands in no row and has no price is at its lower bound.
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
        self._lower: dict[Var, float] = {}
        self._prices: dict[Var, float] = {}
        self._labels: dict[str, Label] = {}
        self._names: dict[Label, str] = {}
        self._rows, self._constant = 0, 0.0

    def variable(
        self,
        label: Label,
        low: float | None = 0.0,
        high: float | None = None,
        *,
        binary: bool = False,
        price: float = 0.0,
    ) -> Var:
        """A new variable between its bounds (None is no bound), with its price in the objective."""
        name = self._name(label)
        category = pulp.LpInteger if binary else pulp.LpContinuous
        if binary:
            low, high = 0.0, 1.0
        with _refusals(str(label)):
            self._variables[name] = self._problem.add_variable(name, low, high, category)
        self._lower[name] = low if low is not None else 0.0
        self.add_price(name, price)
        return name

    def add_price(self, name: Var, price: float) -> None:
        """Let each unit of the variable cost this much more."""
        if price:
            self._prices[name] = self._prices.get(name, 0.0) + price

    def add_constant(self, price: float) -> None:
        """Let the whole cost this much more, so that a relative gap is one of the true objective."""
        self._constant += price

    def row(self, label: Label, terms: Mapping[Var, float], sense: Sense, right: float) -> None:
        """Sum of coefficient times variable, compared with a number; a row without terms is left out."""
        name, known = self._name(label), self._variables
        expression = _expression({known[var]: value for var, value in terms.items() if value})
        if not any(terms.values()):
            return
        self._rows += 1
        with _refusals(str(label)):
            self._problem.addConstraint(_COMPARED[sense](expression, right), name)

    @property
    def size(self) -> tuple[int, int]:
        """How many variables and rows there are."""
        return len(self._variables), self._rows

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
        objective = {self._variables[name]: price for name, price in self._prices.items()}
        self._problem.setObjective(_expression(objective))
        highs = self._run(effort, max(_GAP_ABS, effort.gap * scale))
        info, status = highs.getInfo(), highs.getModelStatus()
        if info.primal_solution_status != _FEASIBLE or status not in _WITH_PLAN:
            raise PlannerError(f"the solver found no plan: {highs.modelStatusToString(status)}")
        bound = info.mip_dual_bound if _is_number(info.mip_dual_bound) else None
        if not self._problem.isMIP():
            bound = info.objective_function_value
        return Solution(
            values=self._values(highs),
            objective=info.objective_function_value,
            bound=bound,
            gap=_gap(info.objective_function_value, bound),
            proven=status == highspy.HighsModelStatus.kOptimal,
        )

    def _run(self, effort: Effort, gap_abs: float) -> Any:
        """PuLP's own three steps, without its reading of the status, which fails at a node limit."""
        solver = pulp.HiGHS(
            msg=False,
            gapRel=effort.gap,
            gapAbs=gap_abs,
            threads=1,
            output_flag=False,
            parallel="off",
            random_seed=_SEED,
            mip_max_nodes=effort.nodes,
        )
        with _refusals("the model"):
            solver.createAndConfigureSolver(self._problem)
            solver.buildSolverModel(self._problem)
            self._problem.solverModel.changeObjectiveOffset(self._constant)
            solver.callSolver(self._problem)
        return self._problem.solverModel

    def _values(self, highs: Any) -> dict[Var, float]:
        columns = highs.getSolution().col_value
        values = dict(self._lower)
        if hasattr(self._problem, "exported_variables"):
            for index, variable in enumerate(self._problem.exported_variables()):
                values[variable.name] = columns[index]
        else:
            for variable in self._problem.variables():
                values[variable.name] = columns[variable.index]
        return values

    def _name(self, label: Label) -> str:
        """``owner__what__017`` in ``[a-z0-9_]``; a second owner that reads the same gets a number."""
        owner, what = _plain(label.owner), _plain(label.what)
        tail = "" if label.index is None else f"__{label.index:03d}"
        name, twin = f"{owner}__{what}{tail}", 1
        while name in self._labels:
            twin += 1
            name = f"{owner}_{twin}__{what}{tail}"
        if label in self._names:
            raise PlannerError(f"{label} stands twice in the model")
        self._labels[name], self._names[label] = label, name
        return name


@contextmanager
def _refusals(what: str) -> Iterator[None]:
    """Translate what PuLP and HiGHS refuse: numbers that are not finite, options that they do not know."""
    try:
        yield
    except (pulp.PulpError, RuntimeError, ValueError, TypeError, OverflowError) as error:
        raise PlannerError(f"the solver refused {what}: {error}") from error


@lru_cache(maxsize=1000)  # a model has a few words and thousands of names
def _plain(text: str) -> str:
    return "".join(letter if letter in _LETTERS else "_" for letter in text.lower()) or "_"


_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


def _expression(terms: dict[Any, float]) -> Any:
    if _HAS_FROM_DICT:
        return pulp.LpAffineExpression.from_dict(terms)
    return pulp.LpAffineExpression(terms)


def _is_number(value: float) -> bool:
    return abs(value) < highspy.kHighsInf and value == value


def _gap(objective: float, bound: float | None) -> float | None:
    if bound is None:
        return None
    return max(0.0, objective - bound) / max(abs(bound), 1e-9)
