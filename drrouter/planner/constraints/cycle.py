"""Whole cycles: each wished cycle has one start, or none."""

from dataclasses import dataclass

from drrouter.planner.constraints import Draw
from drrouter.planner.cycle_task import CycleTask
from drrouter.planner.ledger import beyond_price, move_price
from drrouter.planner.misses import missed_price
from drrouter.planner.problem import Problem
from drrouter.planner.pulp_door import Door, Label, Sense, Var
from drrouter.planner.tasks import Tasks


@dataclass(frozen=True, slots=True)
class CycleVars:
    """The variables of one cycle.

    Attributes:
        starts: one per possible start, 1 where the cycle stands.
        none: 1 where it stands nowhere within the horizon.
    """

    task: CycleTask
    starts: tuple[Var, ...]
    none: Var
    draw: Draw


def add_cycle(door: Door, problem: Problem, tasks: Tasks, task: CycleTask) -> CycleVars:
    """Add a cycle that is wished and not yet fixed (washer, dryer, dishwasher).

        sum(start[s]) + none = 1            start[s] in {0, 1}
        power[k] = sum(start[s] * profile[s][k])

    The profile of each start is cut into the slots beforehand, so a cycle is never cut. A start behind the
    wished time costs its lateness, and ``none`` costs the missed cycle, or its energy at the mean price
    where it may still be ready in time behind the horizon.

    Source: TR 102 935, 5.3.1 (white ware runs whole cycles); S2 PPBC.
    """
    owner = task.device.id
    starts = tuple(
        door.variable(
            Label(owner, "start", number),
            binary=True,
            price=start.late_h * problem.prices.lateness_per_hour
            + beyond_price(task, start, tasks)
            + move_price(task, start, tasks),
        )
        for number, start in enumerate(task.starts)
    )
    none_price = missed_price(problem, task) + beyond_price(task, None, tasks) + move_price(task, None, tasks)
    none = door.variable(Label(owner, "none"), 0.0, 1.0, price=none_price)
    door.row(Label(owner, "once"), {none: 1.0, **dict.fromkeys(starts, 1.0)}, Sense.EQUAL, 1.0)
    return CycleVars(task, starts, none, _draw(task, starts, tasks.count))


def _draw(task: CycleTask, starts: tuple[Var, ...], count: int) -> Draw:
    draw: list[dict[Var, float]] = [{} for _ in range(count)]
    for start, var in zip(task.starts, starts, strict=True):
        for index, power_w in enumerate(start.power_w, start=start.first):
            if power_w:
                draw[index][var] = power_w / 1000
    return tuple(draw)
