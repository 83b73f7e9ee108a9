"""A model written anew over one that was written before: only what is new is written.

The same rooms write it in the same order. A part that is told what it was told before is taken over as it
stands: its columns, its rows, and what its room returned. Every other part, and whatever stands in none, is
written anew in its place. From the first variable or row on that is another than before, all is written as
by a new door.

    before    |washer|freezer|car|balance|limits|
    told      same   same     new same    new
    now       |......|.......|xxx|.......|xxxxxx|        . taken over        x written anew

Prices, bounds and right sides that change from plan to plan were written over a copy, so that the parts stand
here as their rooms left them. The result is, number for number, the model that a new door would hold, and
nothing of an earlier plan can show.
"""

from collections.abc import Callable, Sequence
from typing import Concatenate, ParamSpec, Self, TypeVar

from drrouter.planner.labels import Labels
from drrouter.planner.pulp_door import Door, Row, Var

P = ParamSpec("P")
T = TypeVar("T")


class KeptDoor(Door):
    """A door that begins with what another one holds."""

    def __init__(self, before: Door) -> None:
        """Open the model for writing anew; ``before`` is left as it is."""
        super().__init__(before._title)
        self.hand_over, self._register = before.hand_over, before._register
        self._blocks, self._known = before._blocks, before._parts
        self._numbers = (before._settled or before._numbers).copied()
        self._numbers.offset, self._shared = 0.0, self._numbers.value
        self._place = 0
        self._follows = True

    @property
    def follows(self) -> bool:
        """Whether all that was written until now stood there before, but for its numbers."""
        return self._follows

    def part(self, room: Callable[Concatenate[Self, P], T], *told: P.args, **named: P.kwargs) -> T:
        """What the room wrote before, where it was told the same; else what it writes now."""
        known = self._known[len(self._parts)] if len(self._parts) < len(self._known) else None
        place = (room, self._place, True)
        if known is None or (known.room, known.begin, self._follows) != place or known.told != told:
            return super().part(room, *told, **named)
        self._parts.append(known)
        self._place = known.end
        self._numbers.offset += known.offset
        made: T = known.made
        return made

    def finish(self) -> None:
        """All is written: what stood behind that is none of this model."""
        if self._follows and self._place < len(self._blocks):
            self._leave()

    def _written(self) -> int:
        return self._place if self._follows else len(self._blocks)

    def _put_columns(
        self, labels: Labels, lows: list[float], highs: list[float], prices: list[float], *, whole: bool
    ) -> Var:
        """Write new numbers into the columns that stood in this place, or append them."""
        if not self._follows or not self._stands(labels, len(prices), whole):
            self._leave()
            return super()._put_columns(labels, lows, highs, prices, whole=whole)
        numbers, first = self._numbers, self._blocks[self._place].first
        columns = slice(first, first + len(prices))
        numbers.cost[columns], numbers.lower[columns], numbers.upper[columns] = prices, lows, highs
        self._place += 1
        return first

    def _put_rows(
        self,
        labels: Labels,
        lengths: Sequence[int],
        index: list[Var],
        value: list[float],
        sides: tuple[list[float], list[float]],
    ) -> Row:
        """Write new numbers into the rows that stood in this place, or append them."""
        stands = self._follows and self._stands(labels, len(lengths), None)
        first = self._blocks[self._place].first if stands else 0
        if not stands or not self._has(first, lengths, index):
            self._leave()
            return super()._put_rows(labels, lengths, index, value, sides)
        if lengths:
            numbers, rows = self._numbers, slice(first, first + len(lengths))
            begin = numbers.start[first]
            if numbers.value is self._shared:
                numbers.value = list(numbers.value)
            numbers.value[begin : begin + len(value)] = value
            numbers.row_lower[rows], numbers.row_upper[rows] = sides
        self._place += 1
        return first

    def _stands(self, labels: Labels, size: int, whole: bool | None) -> bool:
        """Whether this family stood in this place."""
        if self._place == len(self._blocks):
            return False
        before = self._blocks[self._place]
        return (before.labels, before.size, before.whole) == (labels, size, whole)

    def _has(self, first: int, lengths: Sequence[int], index: list[Var]) -> bool:
        """Whether just these variables stood in the rows from ``first`` on."""
        numbers = self._numbers
        ends = [*numbers.start[first : first + len(lengths) + 1], len(numbers.index)]
        begin = place = ends[0]
        for end, length in zip(ends[1:], lengths, strict=False):
            place += length
            if place != end:
                return False
        return numbers.index[begin:place] == index

    def _leave(self) -> None:
        """Go on as a new door would, behind what is written."""
        if not self._follows:
            return
        behind, self._blocks = self._blocks[self._place :], self._blocks[: self._place]
        self._register = self._register.without(block.labels for block in behind)
        columns = next((block.first for block in behind if block.whole is not None), self.size[0])
        rows = next((block.first for block in behind if block.whole is None), self.size[1])
        self._numbers.cut(columns, rows)
        self._follows = False


class Keeper:
    """Keeps the last model that was written, so that the next one like it costs less."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._kept: Door | None = None

    def write(self, write: Callable[[Door], T]) -> T:
        """Write a model over the one that is kept, and keep it."""
        if self._kept is None:
            door = Door()
            written = write(door)
        else:
            door = over = KeptDoor(self._kept)
            written = write(over)
            over.finish()
        self._kept = door
        return written
