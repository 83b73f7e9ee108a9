"""Whole cycles: each wished cycle has one start, or none; identical machines are counted."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from drrouter.planner.constraints import Draw
from drrouter.planner.constraints.order import Events
from drrouter.planner.constraints.pauses import ChainVars, add_chain, price_chain
from drrouter.planner.cycle_task import CycleTask
from drrouter.planner.ledger import beyond_price, price_of_moving, tail_price
from drrouter.planner.misses import missed_price
from drrouter.planner.pools import Pool
from drrouter.planner.problem import Prices
from drrouter.planner.pulp_door import Door, Label, Labels, Sense, Var
from drrouter.planner.start import Start
from drrouter.planner.tasks import Tasks


@dataclass(frozen=True, slots=True)
class CycleVars:
    """The variables of the cycles of a pool.

    Attributes:
        starts: one per possible start: how many of the machines start there; None where its programme may
            pause and is in ``chains``.
        none: how many stand nowhere within the horizon.
        stays: of identical machines: how many stay at a start of the previous plan, and how many could.
        most_kw: what they can draw together in each slot.
        begins, ends: the variables again, each with the instant at which a cycle begins or ends by it.
    """

    pool: Pool
    starts: tuple[Var | None, ...]
    chains: tuple[ChainVars, ...]
    none: Var
    stays: tuple[tuple[Var, int], ...]
    draw: Draw
    most_kw: tuple[float, ...]
    begins: Events
    ends: Events

    @property
    def task(self) -> CycleTask:
        """The first of the pool, whose name the variables bear."""
        return self.pool[0]

    def running_at(self, instant: datetime) -> dict[Var, float]:
        """How many run at the instant: those begun by then, less those ended by then."""
        terms: dict[Var, float] = {}
        for begin, var in self.begins:
            if begin <= instant:
                terms[var] = terms.get(var, 0.0) + 1.0
        for end, var in self.ends:
            if end <= instant:
                terms[var] = terms.get(var, 0.0) - 1.0
        return {var: value for var, value in terms.items() if value}


def add_cycle(door: Door, prices: Prices, count: int, pool: Pool) -> CycleVars:
    """Add cycles that are wished and not yet fixed (washer, dryer, dishwasher), identical ones together.

        sum(start[s]) + none = count            start[s] in {0 .. count}
        power[k] = sum(start[s] * profile[s][k])
        stay[s] <= start[s]        stay[s] <= how many stood at s before        (identical machines only)

    The profile of each start is cut into the slots beforehand, so a cycle is never cut; each programme that
    serves the wish has its own starts, and one that may pause its own room (``pauses``). A start behind the
    wished time costs its lateness, a programme that is liked less its price, and ``none`` the missed cycle.
    What depends on the price of energy follows (``price_cycle``). ``count`` is 1 but for identical machines,
    of which it only matters how many start when.

    Args:
        prices: of misses.
        count: how many slots there are.

    Source: TR 102 935, 5.3.1 (white ware runs whole cycles); S2 PPBC.
    """
    task, owner, machines = pool[0], pool[0].device.id, len(pool)
    starts = _add_starts(door, prices, pool)
    chains = tuple(add_chain(door, prices, task, chain) for chain in task.chains)
    none = door.variable(Label(owner, "none"), 0.0, float(machines), price=missed_price(prices, task))
    known = [(start, var) for start, var in zip(task.starts, starts, strict=True) if var is not None]
    begins = [(start.start, var) for start, var in known]
    ends = [(start.end, var) for start, var in known]
    for chain in chains:
        begins += chain.begins
        ends += chain.ends
    once = {none: 1.0, **{var: 1.0 for _, var in begins}}
    door.row(Label(owner, "once"), once, Sense.EQUAL, float(machines))
    stays = _add_stays(door, pool, [var for _, var in known]) if machines > 1 else ()
    groups = [known] + [
        list(zip(places, names, strict=True))
        for chain in chains
        for places, names in zip(chain.chain.places, chain.blocks, strict=True)
    ]
    draw, most_kw = _draw(groups, count)
    most_kw = tuple(machines * power for power in most_kw)
    return CycleVars(pool, starts, chains, none, stays, draw, most_kw, tuple(begins), tuple(ends))


def price_cycle(door: Door, tasks: Tasks, part: CycleVars) -> None:
    """What depends on the price of energy: what runs behind the horizon, and moving.

    Energy behind the horizon, in part or all of it where the cycle may wait, costs the mean price.
    """
    task = part.task
    for start, var in zip(task.starts, part.starts, strict=True):
        if start.tail_wh and var is not None:
            door.add_price(var, tail_price(start, tasks))
    door.add_price(part.none, beyond_price(task, None, tasks))
    price = price_of_moving(task, tasks)
    for stay, before in part.stays:
        door.add_constant(before * price)
        door.add_price(stay, -price)
    if len(part.pool) == 1 and task.kept is not None and all(chain.kept is None for chain in part.chains):
        places = [start.place for start in task.starts]
        moves = [var for place, var in zip(places, part.starts, strict=True) if place != task.kept]
        for var in (*moves, *(var for chain in part.chains for var in chain.blocks[0]), part.none):
            if var is not None:
                door.add_price(var, price)
    for chain in part.chains:
        price_chain(door, tasks, task, chain)


def _add_starts(door: Door, prices: Prices, pool: Pool) -> tuple[Var | None, ...]:
    task, machines = pool[0], len(pool)
    paused = {chain.programme.id for chain in task.chains}
    known = [number for number, start in enumerate(task.starts) if start.programme.id not in paused]
    late = prices.lateness_per_hour
    price = [task.starts[number].late_h * late + task.starts[number].dislike for number in known]
    labels = Labels(task.device.id, "start", tuple(known))
    starts = door.variables(labels, 0.0, float(machines), integer=True, price=price)
    found = dict(zip(known, starts, strict=True))
    return tuple(found.get(number) for number in range(len(task.starts)))


def _add_stays(door: Door, pool: Pool, starts: list[Var]) -> tuple[tuple[Var, int], ...]:
    """Identical machines pay for moving by how many of them stay where the previous plan had them."""
    before = Counter(task.previous for task in pool if task.previous is not None)
    owner, stays = pool[0].device.id, list[tuple[Var, int]]()
    for index, count in sorted(before.items()):
        stay = door.variable(Label(owner, "stay", index), 0.0, float(count))
        stays.append((stay, count))
        staying = {stay: 1.0, starts[index]: -1.0}
        door.row(Label(owner, "staying", index), staying, Sense.AT_MOST, 0.0)
    return tuple(stays)


def _draw(groups: list[list[tuple[Start, Var]]], count: int) -> tuple[Draw, tuple[float, ...]]:
    """Who draws what in each slot, and the most that one of each group draws there."""
    draw: list[dict[Var, float]] = [{} for _ in range(count)]
    most_kw = [0.0] * count
    for group in groups:
        highest = [0.0] * count
        for start, var in group:
            for index, power_w in enumerate(start.power_w, start=start.first):
                if power_w:
                    draw[index][var] = power_w / 1000
                    highest[index] = max(highest[index], power_w / 1000)
        most_kw = [most + power for most, power in zip(most_kw, highest, strict=True)]
    return tuple(draw), tuple(most_kw)
