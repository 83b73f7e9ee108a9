"""Whole cycles: each wished cycle has one start, or none; identical machines are counted."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from drrouter.planner.constraints import Draw
from drrouter.planner.constraints.order import Events
from drrouter.planner.constraints.pauses import ChainVars, add_chain
from drrouter.planner.cycle_task import CycleTask
from drrouter.planner.ledger import beyond_price, move_price, price_of_moving
from drrouter.planner.misses import missed_price
from drrouter.planner.pools import Pool
from drrouter.planner.problem import Problem
from drrouter.planner.pulp_door import Door, Label, Sense, Var
from drrouter.planner.start import Start
from drrouter.planner.tasks import Tasks


@dataclass(frozen=True, slots=True)
class CycleVars:
    """The variables of the cycles of a pool.

    Attributes:
        starts: one per possible start: how many of the machines start there; None where its programme may
            pause and is in ``chains``.
        none: how many stand nowhere within the horizon.
        most_kw: what they can draw together in each slot.
        begins, ends: the variables again, each with the instant at which a cycle begins or ends by it.
    """

    pool: Pool
    starts: tuple[Var | None, ...]
    chains: tuple[ChainVars, ...]
    none: Var
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


def add_cycle(door: Door, problem: Problem, tasks: Tasks, pool: Pool) -> CycleVars:
    """Add cycles that are wished and not yet fixed (washer, dryer, dishwasher), identical ones together.

        sum(start[s]) + none = count            start[s] in {0 .. count}
        power[k] = sum(start[s] * profile[s][k])
        stay[s] <= start[s]        stay[s] <= how many stood at s before        (identical machines only)

    The profile of each start is cut into the slots beforehand, so a cycle is never cut; each programme that
    serves the wish has its own starts, and one that may pause its own room (``pauses``). A start behind the
    wished time costs its lateness, a programme that is liked less its price, and ``none`` the missed cycle,
    or its energy at the mean price where it may still be ready in time behind the horizon. ``count`` is 1
    but for identical machines, of which it only matters how many start when.

    Source: TR 102 935, 5.3.1 (white ware runs whole cycles); S2 PPBC.
    """
    task, count = pool[0], len(pool)
    moving = count == 1 and not any(task.kept and chain.indices(task.kept) for chain in task.chains)
    starts = _add_starts(door, problem, tasks, pool, moving=moving)
    chains = tuple(add_chain(door, problem, tasks, task, chain) for chain in task.chains)
    none_price = missed_price(problem, task) + beyond_price(task, None, tasks)
    none_price += move_price(task, None, tasks) if moving else 0.0
    none = door.variable(Label(task.device.id, "none"), 0.0, float(count), price=none_price)
    known = [(start, var) for start, var in zip(task.starts, starts, strict=True) if var is not None]
    begins = [(start.start, var) for start, var in known]
    ends = [(start.end, var) for start, var in known]
    for chain in chains:
        begins += chain.begins
        ends += chain.ends
    once = {none: 1.0, **{var: 1.0 for _, var in begins}}
    door.row(Label(task.device.id, "once"), once, Sense.EQUAL, float(count))
    if count > 1:
        _add_stays(door, tasks, pool, [var for _, var in known])
    groups = [known] + [
        list(zip(places, names, strict=True))
        for chain in chains
        for places, names in zip(chain.chain.places, chain.blocks, strict=True)
    ]
    draw, most_kw = _draw(groups, tasks.count)
    most_kw = tuple(count * power for power in most_kw)
    return CycleVars(pool, starts, chains, none, draw, most_kw, tuple(begins), tuple(ends))


def _add_starts(
    door: Door, problem: Problem, tasks: Tasks, pool: Pool, *, moving: bool
) -> tuple[Var | None, ...]:
    task, count = pool[0], len(pool)
    paused = {chain.programme.id for chain in task.chains}
    starts: list[Var | None] = []
    for number, start in enumerate(task.starts):
        if start.programme.id in paused:
            starts.append(None)
            continue
        price = start.late_h * problem.prices.lateness_per_hour + beyond_price(task, start, tasks)
        price += move_price(task, start, tasks) if moving else 0.0
        label, one = Label(task.device.id, "start", number), count == 1
        starts.append(door.variable(label, 0.0, float(count), binary=one, integer=not one, price=price))
    return tuple(starts)


def _add_stays(door: Door, tasks: Tasks, pool: Pool, starts: list[Var]) -> None:
    """Identical machines pay for moving by how many of them stay where the previous plan had them."""
    before = Counter(task.previous for task in pool if task.previous is not None)
    for index, count in sorted(before.items()):
        price = price_of_moving(pool[0], tasks)
        door.add_constant(count * price)
        stay = door.variable(Label(pool[0].device.id, "stay", index), 0.0, float(count), price=-price)
        staying = {stay: 1.0, starts[index]: -1.0}
        door.row(Label(pool[0].device.id, "staying", index), staying, Sense.AT_MOST, 0.0)


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
