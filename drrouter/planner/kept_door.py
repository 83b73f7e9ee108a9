"""A model written anew over the structure of one written before: only its numbers change.

The same rooms write it in the same order. Names, columns and which variable stands in which row are kept;
bounds, prices, right sides and coefficients are those of the new problem. The result is, number for number,
the model that a new door would hold, so that nothing of an earlier plan can show.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

from drrouter.errors import PlannerError
from drrouter.planner.highs import Numbers
from drrouter.planner.pulp_door import Door, Label, Sense, Var, with_value

T = TypeVar("T")


class OtherStructureError(PlannerError):
    """The new problem has other variables or rows than the model that was kept."""


class KeptDoor(Door):
    """A door whose structure is known."""

    def __init__(self, before: Door) -> None:
        """Open the model for writing anew; ``before`` is left as it is."""
        self._title = before._title
        self._known, self._columns = before._known, before._columns
        self._rows = list(before._rows)
        old = before._numbers
        self._numbers = Numbers(
            integers=old.integers, start=old.start, index=old.index, value=list(old.value)
        )
        self._whole = frozenset(old.integers)
        self._next = 0
        self._start = {}
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
        """The variable that stood in this place, with its new bounds and price.

        Raises:
            OtherStructureError: another one did.
        """
        column, whole = len(self._numbers.cost), binary or integer
        if column == len(self._columns) or self._columns[column] != label or whole != (column in self._whole):
            raise OtherStructureError(f"{label} is new in the model")
        if binary:
            low, high = 0.0, 1.0
        return self._put(label, low, high, price)

    def row(self, label: Label, terms: Mapping[Var, float], sense: Sense, right: float) -> None:
        """The row that stood in this place, with its new numbers.

        Raises:
            OtherStructureError: another one did, or other variables stood in it.
        """
        place, self._next = self._next, self._next + 1
        if place == len(self._rows) or self._rows[place][0] != label:
            raise OtherStructureError(f"{label} is new in the model")
        before = self._rows[place][1]
        if terms != before:
            self._replace(place, before, with_value(label, terms))
        if before:
            self._compare(label, sense, right)

    def finish(self) -> None:
        """Say that all is written.

        Raises:
            OtherStructureError: something that stood in the model is missing.
        """
        if len(self._numbers.cost) < len(self._columns) or self._next < len(self._rows):
            raise OtherStructureError("the model is smaller than before")

    def _replace(self, place: int, before: Mapping[Var, float], terms: Mapping[Var, float]) -> None:
        """Put other coefficients in the places of those before."""
        label, numbers = self._rows[place][0], self._numbers
        if list(terms) != list(before):
            raise OtherStructureError(f"{label} has other variables than before")
        self._rows[place] = (label, terms)
        if terms:
            first = numbers.start[len(numbers.row_lower)]
            numbers.value[first : first + len(terms)] = terms.values()


class Keeper:
    """Keeps the last model that was written, so that the next one of the same structure costs less."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._kept: Door | None = None

    def write(self, write: Callable[[Door], T]) -> T:
        """Write a model with the kept structure, or with a new one where it is another."""
        if self._kept is not None:
            door = KeptDoor(self._kept)
            try:
                written = write(door)
                door.finish()
            except OtherStructureError:
                self._kept = None
            else:
                self._kept = door
                return written
        fresh = Door()
        written = write(fresh)
        self._kept = fresh
        return written
