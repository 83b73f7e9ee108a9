"""Puts identical machines with identical wishes together: how many start when is asked once for all."""

from collections.abc import Sequence

from drrouter.domain.demand_response import Rebate
from drrouter.domain.limit import Limit
from drrouter.planner.cycle_task import CycleTask
from drrouter.planner.start import Start

Pool = tuple[CycleTask, ...]
"""Cycles that differ in nothing but the machine, in the order of the problem; often only one."""


def pools(limits: Sequence[Limit], rebates: Sequence[Rebate], tasks: Sequence[CycleTask]) -> tuple[Pool, ...]:
    """The cycles, identical ones together.

    Identical are the same programmes, wish, caps, line, groups, limits and rebates, on machines with nothing
    fixed that never pause, in no precedence and in no one-at-a-time group.
    """
    found: dict[object, list[CycleTask]] = {}
    for number, task in enumerate(tasks):
        found.setdefault(_kind(limits, rebates, task) or number, []).append(task)
    return tuple(tuple(pool) for pool in found.values())


def _kind(limits: Sequence[Limit], rebates: Sequence[Rebate], task: CycleTask) -> object | None:
    device, wish = task.device, task.wish
    if task.others is not None or task.chains or device.running is not None or device.commitment is not None:
        return None
    bound_by = tuple(number for number, limit in enumerate(limits) if device.id in limit.members)
    metered_by = tuple(number for number, rebate in enumerate(rebates) if device.id in rebate.members)
    asked = (wish.earliest, wish.ready_by, wish.choices, tuple(start.start for start in task.starts))
    fed_by = (device.line, device.lines)
    return (device.flexibility, asked, device.caps, fed_by, device.groups, bound_by, metered_by)


def handed_out(pool: Pool, counts: Sequence[int]) -> list[Start | None]:
    """One start for each machine of a pool, from how many begin at each; who may stay where it was, stays.

    The rest are handed out in order of time to the machines in their order.
    """
    left = list(counts)
    chosen: list[int | None] = [None] * len(pool)
    for number, task in enumerate(pool):
        if task.previous is not None and left[task.previous] > 0:
            left[task.previous] -= 1
            chosen[number] = task.previous
    rest = iter([index for index, count in enumerate(left) if count > 0 for _ in range(count)])
    for number, index in enumerate(chosen):
        chosen[number] = next(rest, None) if index is None else index
    return [None if index is None else task.starts[index] for task, index in zip(pool, chosen, strict=True)]
