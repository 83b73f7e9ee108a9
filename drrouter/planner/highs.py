"""Hands a model to HiGHS in one piece and runs it: numbers go in by position, values come out by position.

It alone talks to highspy. What the columns and rows mean, and their names, is left to the door.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import highspy

from drrouter.errors import PlannerError

INFINITE = highspy.kHighsInf
"""Stands for "no bound"."""

_SEED = 20090
_FEASIBLE = 2
"""What HiGHS calls a primal solution that keeps every row (kSolutionStatusFeasible)."""

_Status = highspy.HighsModelStatus

_WITH_PLAN = frozenset(
    {
        _Status.kOptimal,
        _Status.kSolutionLimit,
        _Status.kIterationLimit,
        _Status.kTimeLimit,
        _Status.kObjectiveBound,
        _Status.kObjectiveTarget,
        _Status.kInterrupt,
        _Status.kMemoryLimit,
    }
)
"""Ends after which a feasible solution is a plan; an unbounded model has feasible points too, and no plan."""


@dataclass(slots=True)
class Numbers:
    """A model as HiGHS takes it: columns, and rows one after the other.

    Attributes:
        cost, lower, upper: per column; ``integers`` are the columns that must be whole.
        row_lower, row_upper: per row; ``start[r]`` is where its terms begin in ``index`` and ``value``.
        offset: a constant in the objective.
    """

    cost: list[float] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    integers: list[int] = field(default_factory=list)
    row_lower: list[float] = field(default_factory=list)
    row_upper: list[float] = field(default_factory=list)
    start: list[int] = field(default_factory=list)
    index: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    offset: float = 0.0

    def copied(self) -> "Numbers":
        """The same with prices, bounds and right sides of its own; what stands in the rows is shared."""
        return Numbers(
            cost=list(self.cost),
            lower=list(self.lower),
            upper=list(self.upper),
            integers=self.integers,
            row_lower=list(self.row_lower),
            row_upper=list(self.row_upper),
            start=self.start,
            index=self.index,
            value=self.value,
            offset=self.offset,
        )

    def cut(self, columns: int, rows: int) -> None:
        """Leave only the first columns and rows; what others share stays as it is."""
        end = self.start[rows] if rows < len(self.start) else len(self.index)
        self.start, self.index, self.value = self.start[:rows], self.index[:end], self.value[:end]
        self.integers = [column for column in self.integers if column < columns]
        del self.row_lower[rows:], self.row_upper[rows:]
        del self.cost[columns:], self.lower[columns:], self.upper[columns:]


@dataclass(frozen=True, slots=True)
class Answer:
    """What HiGHS found: values per column, objective, and the bound, None where none is proven."""

    values: Sequence[float]
    objective: float
    bound: float | None
    proven: bool


class HandOver:
    """A HiGHS of its own, and what it was handed last: of a later model only what is new is translated.

    HiGHS is given the whole model every time, and forgets the one before: nothing of that can show.
    """

    def __init__(self) -> None:
        """Hand nothing over yet."""
        self._highs: highspy.Highs | None = None
        self._lp = highspy.HighsLp()
        self._known: Numbers | None = None
        self._size = (0, 0, 0)

    def of(self, numbers: Numbers, *, whole: bool) -> highspy.Highs:
        """HiGHS with the model in it; ``whole`` says whether whole numbers must be whole.

        Raises:
            PlannerError: HiGHS refuses a number.
        """
        with _refusals("take the model"):
            return self._handed(numbers, whole=whole)

    def _handed(self, numbers: Numbers, *, whole: bool) -> highspy.Highs:
        known, self._known = self._known, None
        if known is None:  # nothing was handed over yet, or not to its end
            self._lp, self._size, known = highspy.HighsLp(), (0, 0, 0), Numbers()
        lp, matrix = self._lp, self._lp.a_matrix_
        size = (len(numbers.cost), len(numbers.row_lower), len(numbers.index))
        if numbers.index is not known.index or numbers.start is not known.start or size != self._size:
            lp.num_col_, lp.num_row_, _ = self._size = size
            matrix.format_ = highspy.MatrixFormat.kRowwise
            matrix.start_, matrix.index_ = [*numbers.start, len(numbers.index)], numbers.index
            matrix.value_, known.value = numbers.value, numbers.value
        if numbers.value is not known.value and numbers.value != known.value:
            matrix.value_ = numbers.value
        for name, now, before in (
            ("col_cost_", numbers.cost, known.cost),
            ("col_lower_", numbers.lower, known.lower),
            ("col_upper_", numbers.upper, known.upper),
            ("row_lower_", numbers.row_lower, known.row_lower),
            ("row_upper_", numbers.row_upper, known.row_upper),
        ):
            if now != before:
                setattr(lp, name, now)
        lp.offset_ = numbers.offset
        lp.integrality_ = _kinds(numbers) if whole else []
        highs, self._highs = self._highs or _highs(), None
        _check(highs.passModel(lp), "take the model")
        self._known, self._highs = numbers.copied(), highs
        return highs

    def forget(self) -> None:
        """Begin with another HiGHS: one that met an error may end the process."""
        self._highs = None


class HighsModel:
    """A model inside HiGHS; minimises with one thread and a fixed seed."""

    def __init__(self, numbers: Numbers, *, relaxed: bool = False, by: HandOver | None = None) -> None:
        """Hand the model over, in one piece; ``relaxed`` lets whole numbers be any.

        Args:
            by: who handed an earlier model over; HiGHS is then its own, until it hands over the next.

        Raises:
            PlannerError: HiGHS refuses a number.
        """
        self._whole = bool(numbers.integers) and not relaxed
        self._by = by or HandOver()
        self._highs = self._by.of(numbers, whole=self._whole)

    def search(self, nodes: int, gap: float, gap_abs: float, start: Mapping[int, float]) -> Answer:
        """Minimise by branch and bound, with a limit on work instead of time.

        Args:
            nodes: branch-and-bound nodes at most.
            gap, gap_abs: relative and absolute distance to the proven bound that is good enough.
            start: values of some columns in a solution known before.

        Raises:
            PlannerError: there is no solution that keeps every row.
        """
        self._set("mip_max_nodes", nodes)
        self._set("mip_rel_gap", gap)
        self._set("mip_abs_gap", gap_abs)
        if start:
            with _refusals("take the start"):
                self._highs.setSolution(len(start), list(start), list(start.values()))
        return self.run()

    def run(self) -> Answer:
        """Minimise; a relaxed model starts where it stood before.

        Raises:
            PlannerError: there is no solution that keeps every row.
        """
        try:
            with _refusals("solve the model"):
                _check(self._highs.run(), "solve the model")
        except PlannerError:
            self._by.forget()
            raise
        return self.answer()

    def answer(self) -> Answer:
        """What a model found that has just been run.

        Raises:
            PlannerError: there is no solution that keeps every row.
        """
        highs = self._highs
        info, status = highs.getInfo(), highs.getModelStatus()
        if info.primal_solution_status != _FEASIBLE or status not in _WITH_PLAN:
            raise PlannerError(f"the solver found no plan: {highs.modelStatusToString(status)}")
        bound = info.mip_dual_bound if self._whole else info.objective_function_value
        return Answer(
            values=highs.getSolution().col_value,
            objective=info.objective_function_value,
            bound=bound if abs(bound) < INFINITE else None,
            proven=status == _Status.kOptimal,
        )

    def reduced_costs(self) -> Sequence[float]:
        """What a relaxed model, just run, would cost more for each unit that a column leaves its bound by."""
        return [abs(cost) for cost in self._highs.getSolution().col_dual]

    def bound(self, columns: list[int], lower: list[float], upper: list[float]) -> None:
        """Put these columns between other bounds."""
        step = "change bounds"
        _check(self._highs.changeColsBounds(len(columns), columns, lower, upper), step)

    def _set(self, option: str, value: int | float) -> None:
        _set(self._highs, option, value)


@contextmanager
def _refusals(step: str) -> Iterator[None]:
    """Translate what is no number to highspy."""
    try:
        yield
    except (RuntimeError, ValueError, TypeError, OverflowError) as error:
        raise PlannerError(f"the solver could not {step}: {error}") from error


def _check(status: highspy.HighsStatus, step: str) -> None:
    """HiGHS says what it did not do by a status alone, and going on after an error may end the process."""
    if status == highspy.HighsStatus.kError:
        raise PlannerError(f"the solver could not {step}")


def _highs() -> highspy.Highs:
    """A HiGHS of one thread and a fixed seed."""
    highs = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy types all but its making
    _set(highs, "output_flag", False)
    _set(highs, "threads", 1)
    _set(highs, "parallel", "off")
    _set(highs, "random_seed", _SEED)
    return highs


def _set(highs: highspy.Highs, option: str, value: bool | int | float | str) -> None:
    _check(highs.setOptionValue(option, value), f"set {option} to {value}")


def _kinds(numbers: Numbers) -> list[highspy.HighsVarType]:
    kinds = [highspy.HighsVarType.kContinuous] * len(numbers.cost)
    for column in numbers.integers:
        kinds[column] = highspy.HighsVarType.kInteger
    return kinds
