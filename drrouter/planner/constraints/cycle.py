"""Whole cycles: each wished cycle has one start, or none; identical machines are counted."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from drrouter.planner.constraints import Draw
from drrouter.planner.cycle_task import CycleTask
from drrouter.planner.ledger import beyond_price, move_price, price_of_moving
from drrouter.planner.misses import missed_price
from drrouter.planner.pools import Pool
from drrouter.planner.problem import Problem
from drrouter.planner.pulp_door import Door, Label, Sense, Var
from drrouter.planner.tasks import Tasks


@dataclass(frozen=True, slots=True)
class CycleVars:
    """The variables of the cycles of a pool.

    Attributes:
        starts: one per possible start: how many of the machines start there.
        none: how many stand nowhere within the horizon.
        most_kw: what they can draw together in each slot.
        begins, ends: the variables again, each with the instant at which a cycle begins or ends by it.
    """

    pool: Pool
    starts: tuple[Var, ...]
    none: Var
    draw: Draw
    most_kw: tuple[float, ...]
    begins: tuple[tuple[datetime, Var], ...]
    ends: tuple[tuple[datetime, Var], ...]

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
    serves the wish has its own starts. A start behind the wished time costs its lateness, a programme that
    is liked less its price, and ``none`` the missed cycle, or its energy at the mean price where it may
    still be ready in time behind the horizon. ``count`` is 1 but for identical machines, of which it only
    matters how many start when.

    Source: TR 102 935, 5.3.1 (white ware runs whole cycles); S2 PPBC.
    """
    task, count = pool[0], len(pool)
    alone = count == 1
    starts = tuple(
        door.variable(
            Label(task.device.id, "start", number),
            0.0,
            float(count),
            binary=alone,
            integer=not alone,
            price=start.late_h * problem.prices.lateness_per_hour
            + beyond_price(task, start, tasks)
            + (move_price(task, start, tasks) if alone else 0.0),
        )
        for number, start in enumerate(task.starts)
    )
    none_price = missed_price(problem, task) + beyond_price(task, None, tasks)
    none_price += move_price(task, None, tasks) if alone else 0.0
    none = door.variable(Label(task.device.id, "none"), 0.0, float(count), price=none_price)
    once = {none: 1.0, **dict.fromkeys(starts, 1.0)}
    door.row(Label(task.device.id, "once"), once, Sense.EQUAL, float(count))
    if not alone:
        _add_stays(door, tasks, pool, starts)
    draw = _draw(task, starts, tasks.count)
    return CycleVars(
        pool,
        starts,
        none,
        draw,
        tuple(count * max(slot.values(), default=0.0) for slot in draw),
        tuple((start.start, var) for start, var in zip(task.starts, starts, strict=True)),
        tuple((start.end, var) for start, var in zip(task.starts, starts, strict=True)),
    )


def _add_stays(door: Door, tasks: Tasks, pool: Pool, starts: tuple[Var, ...]) -> None:
    """Identical machines pay for moving by how many of them stay where the previous plan had them."""
    before = Counter(task.previous for task in pool if task.previous is not None)
    for index, count in sorted(before.items()):
        price = price_of_moving(pool[0], tasks)
        door.add_constant(count * price)
        stay = door.variable(Label(pool[0].device.id, "stay", index), 0.0, float(count), price=-price)
        staying = {stay: 1.0, starts[index]: -1.0}
        door.row(Label(pool[0].device.id, "staying", index), staying, Sense.AT_MOST, 0.0)


def _draw(task: CycleTask, starts: tuple[Var, ...], count: int) -> Draw:
    draw: list[dict[Var, float]] = [{} for _ in range(count)]
    for start, var in zip(task.starts, starts, strict=True):
        for index, power_w in enumerate(start.power_w, start=start.first):
            if power_w:
                draw[index][var] = power_w / 1000
    return tuple(draw)
