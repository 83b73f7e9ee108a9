"""Writes a model down as numbers by position: families of variables, rows, and what they cost.

A model is written in two steps. The rooms write its structure, each as a part that depends on nothing but
what it is told (``part``); then, once that is ``settled``, they write what changes from plan to plan: prices,
bounds and right sides. A later model takes over the parts that are told the same (``kept_door``).

What the numbers are for is left to the door.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from itertools import chain
from math import isfinite
from typing import Any, Concatenate, NamedTuple, ParamSpec, Self, TypeVar

from drrouter.errors import PlannerError
from drrouter.planner.highs import INFINITE, Numbers
from drrouter.planner.labels import Label, Labels, Register

P = ParamSpec("P")
T = TypeVar("T")

Var = int
"""A variable is known by its place among the columns."""

Row = int
"""A row is known by its place."""


class Sense(Enum):
    """How a row's left side stands to its right side."""

    AT_MOST = "<="
    AT_LEAST = ">="
    EQUAL = "="


class Block(NamedTuple):
    """Variables or rows that were written at once: ``size`` of them from place ``first`` on.

    Attributes:
        whole: of variables, whether they are whole numbers; None is a block of rows.
    """

    labels: Labels
    first: int
    size: int
    whole: bool | None


class Part(NamedTuple):
    """What one room wrote of what it was told: some blocks, a constant, and what it returned."""

    room: Callable[..., Any]
    told: tuple[Any, ...]
    begin: int
    end: int
    offset: float
    made: Any


class Writing:
    """A model that is being written."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._register = Register()
        self._numbers = Numbers()
        self._blocks: list[Block] = []
        self._parts: list[Part] = []
        self._settled: Numbers | None = None

    @property
    def size(self) -> tuple[int, int]:
        """How many variables and rows there are."""
        return len(self._numbers.cost), len(self._numbers.row_lower)

    @property
    def numbers(self) -> Numbers:
        """The model as the solver takes it, columns in the order in which variables were made."""
        return self._numbers

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
        if binary:
            low, high = 0.0, 1.0
        if not isfinite((low or 0.0) + (high or 0.0) + price):
            raise PlannerError(
                f"the solver refuses {label}: it is between {low} and {high} and costs {price}"
            )
        lows = [-INFINITE if low is None else low]
        highs = [INFINITE if high is None else high]
        return self._put_columns(_one(label), lows, highs, [price], whole=binary or integer)

    def variables(
        self,
        labels: Labels,
        low: Sequence[float] | float | None = 0.0,
        high: Sequence[float] | float | None = None,
        *,
        binary: bool = False,
        integer: bool = False,
        price: Sequence[float] | float = 0.0,
    ) -> tuple[Var, ...]:
        """A family of new variables; bounds and prices are one for each, or one for all.

        Raises:
            PlannerError: a label stands in the model already, or a number is not finite.
        """
        count = len(labels.numbers)
        lows, highs, prices = _spread(low, count), _spread(high, count), _spread(price, count)
        for what, numbers, given in (("lies above", lows, low), ("lies below", highs, high)):
            if given is not None and not isfinite(sum(numbers)):
                raise _refusal(labels, what, numbers)
        if not isfinite(sum(prices)):
            raise _refusal(labels, "costs", prices)
        if binary:
            lows, highs = [0.0] * count, [1.0] * count
        if low is None:
            lows = [-INFINITE] * count
        if high is None and not binary:
            highs = [INFINITE] * count
        first = self._put_columns(labels, lows, highs, prices, whole=binary or integer)
        return tuple(range(first, first + count))

    def row(self, label: Label, terms: Mapping[Var, float], sense: Sense, right: float) -> Row | None:
        """Sum of coefficient times variable, compared with a number; a row without terms is left out.

        Raises:
            PlannerError: the label stands in the model already, or a number is not finite.
        """
        if not isfinite(sum(terms.values())):
            raise PlannerError(f"the solver refuses {label}: {terms}")
        if not isfinite(right):
            raise PlannerError(f"the solver refuses {label}: {sense.value} {right}")
        if not all(terms.values()):
            terms = {var: value for var, value in terms.items() if value}
        if not terms:
            self._put_rows(_one(label), (), [], [], ([], []))
            return None
        return self._put_rows(
            _one(label), (len(terms),), list(terms), list(terms.values()), _sides(sense, [right])
        )

    def rows(
        self, labels: Labels, terms: Sequence[Mapping[Var, float]], sense: Sense, right: Sequence[float]
    ) -> tuple[Row, ...]:
        """A family of rows, none of which is without terms.

        Raises:
            PlannerError: a label stands in the model already, a number is not finite, or a row has no terms.
        """
        value = list(chain.from_iterable(map(_values, terms)))
        if not isfinite(sum(value) + sum(right)):
            raise _refusal(labels, sense.value, [*value, *right])
        if not all(value):
            terms = [{var: value for var, value in row.items() if value} for row in terms]
            value = list(chain.from_iterable(map(_values, terms)))
        lengths = list(map(len, terms))
        if not all(lengths):
            raise _refusal(labels, "has a row without terms:", value)
        first = self._put_rows(labels, lengths, list(chain.from_iterable(terms)), value, _sides(sense, right))
        return tuple(range(first, first + len(lengths)))

    def part(self, room: Callable[Concatenate[Self, P], T], *told: P.args, **named: P.kwargs) -> T:
        """What a room writes of nothing but what it is told; a later model may take it over."""
        if named:
            raise TypeError("a part is told everything by position")
        begin, before = self._written(), self._numbers.offset
        self._numbers.offset = 0.0
        made = room(self, *told, **named)
        self._parts.append(Part(room, told, begin, self._written(), self._numbers.offset, made))
        self._numbers.offset += before
        return made

    def settle(self) -> None:
        """All is written but what changes from plan to plan: prices, bounds and right sides."""
        self._settled, self._numbers = self._numbers, self._numbers.copied()

    def add_price(self, var: Var, price: float) -> None:
        """Let each unit of the variable cost this much more."""
        self._numbers.cost[var] += price

    def add_prices(self, variables: Sequence[Var], prices: Sequence[float]) -> None:
        """The same for a family of variables.

        Raises:
            PlannerError: a price is not finite.
        """
        if not isfinite(sum(prices)):
            raise PlannerError(f"the solver refuses prices: {prices}")
        cost = self._numbers.cost
        for var, price in zip(variables, prices, strict=True):
            cost[var] += price

    def bound(self, variables: Sequence[Var], high: Sequence[float]) -> None:
        """Let these variables be no higher.

        Raises:
            PlannerError: a bound is not finite.
        """
        if not isfinite(sum(high)):
            raise PlannerError(f"the solver refuses bounds: {high}")
        upper = self._numbers.upper
        for var, most in zip(variables, high, strict=True):
            upper[var] = most

    def compare(self, rows: Sequence[Row], sense: Sense, right: Sequence[float]) -> None:
        """Compare these rows with other numbers, in the sense in which they were written.

        Raises:
            PlannerError: a number is not finite.
        """
        if not isfinite(sum(right)):
            raise PlannerError(f"the solver refuses right sides: {sense.value} {right}")
        lower, upper = self._numbers.row_lower, self._numbers.row_upper
        for row, below, above in zip(rows, *_sides(sense, right), strict=True):
            lower[row], upper[row] = below, above

    def fix(self, var: Var, value: float) -> None:
        """Let the variable have this value and no other."""
        self._numbers.lower[var] = self._numbers.upper[var] = value

    def add_constant(self, price: float) -> None:
        """Let the whole cost this much more, so that a relative gap is one of the true objective."""
        self._numbers.offset += price

    def _put_columns(
        self, labels: Labels, lows: list[float], highs: list[float], prices: list[float], *, whole: bool
    ) -> Var:
        """Append a family of columns; returns the place of the first."""
        self._register.note(labels)
        numbers, first, count = self._numbers, len(self._numbers.cost), len(prices)
        self._blocks.append(Block(labels, first, count, whole))
        numbers.cost += prices
        numbers.lower += lows
        numbers.upper += highs
        if whole:
            numbers.integers += range(first, first + count)
        return first

    def _put_rows(
        self,
        labels: Labels,
        lengths: Sequence[int],
        index: list[Var],
        value: list[float],
        sides: tuple[list[float], list[float]],
    ) -> Row:
        """Append a family of rows, each with so many terms; returns the place of the first."""
        self._register.note(labels)
        numbers, first = self._numbers, len(self._numbers.row_lower)
        self._blocks.append(Block(labels, first, len(lengths), None))
        numbers.row_lower += sides[0]
        numbers.row_upper += sides[1]
        place = len(numbers.index)
        for length in lengths:
            numbers.start.append(place)
            place += length
        numbers.index += index
        numbers.value += value
        return first

    def _written(self) -> int:
        """How many blocks are written."""
        return len(self._blocks)


def _sides(sense: Sense, right: Sequence[float]) -> tuple[list[float], list[float]]:
    """The lower and the upper bounds of rows that are compared with these numbers."""
    lower = [-INFINITE] * len(right) if sense is Sense.AT_MOST else list(right)
    return lower, [INFINITE] * len(right) if sense is Sense.AT_LEAST else list(right)


def _one(label: Label) -> Labels:
    return Labels(label.owner, label.what, (label.number,))


def _spread(numbers: Sequence[float] | float | None, count: int) -> list[float]:
    """One number for each; nought stands for none."""
    if numbers is None:
        return [0.0] * count
    return [numbers] * count if isinstance(numbers, float | int) else list(numbers)


def _values(terms: Mapping[Var, float]) -> Iterable[float]:
    return terms.values()


def _refusal(labels: Labels, what: str, numbers: Sequence[float]) -> PlannerError:
    return PlannerError(f"the solver refuses {labels.owner}.{labels.what}: {what} {numbers}")
