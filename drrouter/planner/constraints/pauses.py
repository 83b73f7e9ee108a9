"""Programmes that may pause: each part has its own start, within a pause of the one before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from drrouter.planner.chain import Chain
from drrouter.planner.constraints.order import Events, add_least, add_most
from drrouter.planner.cycle_task import CycleTask
from drrouter.planner.ledger import price_of_moving, tail_price
from drrouter.planner.problem import Prices
from drrouter.planner.pulp_door import Door, Label, Labels, Sense, Solution, Var
from drrouter.planner.start import Start
from drrouter.planner.tasks import Tasks


@dataclass(frozen=True, slots=True)
class ChainVars:
    """The variables of a programme that may pause: per block one for each place.

    Attributes:
        kept: the place of each block in which the previous plan has it; None where it has it elsewhere.
        moved: whether it leaves that.
    """

    chain: Chain
    blocks: tuple[tuple[Var, ...], ...]
    kept: tuple[int, ...] | None = None
    moved: Var | None = None

    @property
    def begins(self) -> Events:
        """By which variable the cycle begins when."""
        places = zip(self.chain.places[0], self.blocks[0], strict=True)
        return tuple((start.start, var) for start, var in places)

    @property
    def ends(self) -> Events:
        """By which variable the cycle ends when."""
        places = zip(self.chain.places[-1], self.blocks[-1], strict=True)
        return tuple((start.end, var) for start, var in places)

    def chosen(self, solution: Solution) -> Start | None:
        """The cycle that the solver chose, None where it chose another programme or none."""
        parts = [
            start
            for places, names in zip(self.chain.places, self.blocks, strict=True)
            for start, var in zip(places, names, strict=True)
            if solution.values[var] > 0.5
        ]
        return self.chain.whole(tuple(parts)) if len(parts) == len(self.blocks) else None


def add_chain(door: Door, prices: Prices, task: CycleTask, chain: Chain) -> ChainVars:
    """Add a programme that may pause between its parts (S2: a machine that can be paused).

        sum(start[b, s]) = sum(start[0, s])            start[b, s] in {0, 1}
        sum(start of b at t or earlier) <= sum(end of b-1 at t or earlier)
        sum(start of b at t or later) <= sum(end of b-1 at t - max_pause or later)
        begun at t or earlier - ended at t or earlier <= 0            where another cycle begins at t

    Parts begin at slots, or right after the one before; a part is never cut. The last line keeps fixed
    cycles of the machine and of its one-at-a-time groups out of the pauses.

    Source: S2 PPBC (pauses between elements of a power sequence).
    """
    owner = f"{task.device.id} {chain.programme.id}"
    blocks = tuple(
        door.variables(
            Labels(owner, f"part {number}", range(len(places))),
            binary=True,
            price=[_price(prices, chain, number, start) for start in places],
        )
        for number, places in enumerate(chain.places)
    )
    for number in range(1, len(blocks)):
        _add_next(door, owner, chain, blocks, number)
    kept = chain.indices(task.kept) if task.kept else None
    added = ChainVars(chain, blocks, kept, None if kept is None else _add_move(door, owner, blocks, kept))
    for index, instant in enumerate(chain.closed):
        running = dict.fromkeys((var for begin, var in added.begins if begin <= instant), 1.0)
        for end, var in added.ends:
            if end <= instant:
                running[var] = running.get(var, 0.0) - 1.0
        door.row(Label(owner, "closed", index), running, Sense.AT_MOST, 0.0)
    return added


def price_chain(door: Door, tasks: Tasks, task: CycleTask, part: ChainVars) -> None:
    """What depends on the price of energy: what runs behind the horizon, and moving, which costs once."""
    for places, names in zip(part.chain.places, part.blocks, strict=True):
        for start, var in zip(places, names, strict=True):
            if start.tail_wh:
                door.add_price(var, tail_price(start, tasks))
    if part.moved is not None:
        door.add_price(part.moved, price_of_moving(task, tasks))


def _price(prices: Prices, chain: Chain, number: int, start: Start) -> float:
    price = start.dislike
    if number == len(chain.blocks) - 1:
        price += start.late_h * prices.lateness_per_hour
    return price


def _add_next(door: Door, owner: str, chain: Chain, blocks: tuple[tuple[Var, ...], ...], number: int) -> None:
    both = {**dict.fromkeys(blocks[number], 1.0), **dict.fromkeys(blocks[0], -1.0)}
    door.row(Label(owner, "parts", number), both, Sense.EQUAL, 0.0)
    before = zip(chain.places[number - 1], blocks[number - 1], strict=True)
    ends = tuple((start.end, var) for start, var in before)
    after = zip(chain.places[number], blocks[number], strict=True)
    begins = tuple((start.start, var) for start, var in after)
    block, what = chain.blocks[number - 1], f"part {number}"
    add_least(door, owner, what, timedelta(0), ends, begins)
    add_most(door, owner, what, block.max_pause, ends, begins)


def _add_move(door: Door, owner: str, blocks: Sequence[Sequence[Var]], kept: Sequence[int]) -> Var:
    """Whether it leaves any place of the previous plan.

    moved + start[b, kept of b] >= 1            for each block b
    """
    moved = door.variable(Label(owner, "moved"), 0.0, 1.0)
    for number, index in enumerate(kept):
        stays = {moved: 1.0, blocks[number][index]: 1.0}
        door.row(Label(owner, "moving", number), stays, Sense.AT_LEAST, 1.0)
    return moved
