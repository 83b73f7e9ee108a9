"""Where prices could make a battery do what elsewhere only loses: burn energy, pass it on, send it away."""

import operator
from collections.abc import Sequence

from drrouter.planner.battery_task import Giving, burning_slots
from drrouter.planner.problem import Problem
from drrouter.planner.site import NO_LIMIT_W, export_limits_w
from drrouter.planner.storage_task import StorageTask
from drrouter.planner.tasks import Tasks


def turning_slots(problem: Problem, tasks: Tasks, task: StorageTask) -> tuple[bool, ...]:
    """Where prices could make it pay to take and to give at once; empty for what cannot give."""
    gives = task.giving
    if gives is None:
        return ()
    freely = gives.may_export and not _is_unwanted(task) and not problem.export_limits
    burning = burning_slots(_cheap(problem, tasks), sends_freely=freely, unwanted=_is_unwanted(task))
    return tuple(map(operator.or_, burning, _passes_on(problem, tasks, gives)))


def _cheap(problem: Problem, tasks: Tasks) -> list[bool]:
    """Where a kWh less may cost nothing, or where sending it away may break a limit."""
    cheap = [
        min(least, sell) <= 0 for least, sell in zip(tasks.tariffs.least, tasks.tariffs.sell, strict=True)
    ]
    if not problem.export_limits:
        return cheap
    return [low or limit_w < NO_LIMIT_W for low, limit_w in zip(cheap, export_limits_w(problem), strict=True)]


def _passes_on(problem: Problem, tasks: Tasks, gives: Giving) -> list[bool]:
    """Where it could send away, as its own, what a battery gives that may not send anything."""
    kept = [(task, task.giving) for task in tasks.storages if task.giving and not task.giving.may_export]
    if not gives.may_export or not kept:
        return [False] * tasks.count
    dear = dear_slots(problem, tasks, kept)
    return [dear[k] and any(other.max_kw[k] > 0 for _, other in kept) for k in range(tasks.count)]


def dear_slots(
    problem: Problem, tasks: Tasks, kept: Sequence[tuple[StorageTask, Giving]]
) -> tuple[bool, ...]:
    """Where sending a stored kWh away could earn more than buying it again costs, or than it is worth."""
    tariffs = tasks.tariffs
    cheapest = min(*tariffs.least, *tariffs.sell)
    floors = [
        gives.per_kwh / max(1.0, *task.dynamics.gain) * min(cheapest, task.end_value) + gives.wear_per_kwh
        if not _is_unwanted(task) and not problem.export_limits and min(cheapest, task.end_value) > 0
        else float("-inf")
        for task, gives in kept
    ]
    least = min(floors, default=0.0) - 1e-6
    return tuple([sell > least for sell in tariffs.sell])


def _is_unwanted(task: StorageTask) -> bool:
    """Whether what is stored may be worth less than nothing: at the end, above a bound, or outside a band."""
    return task.end_value < 0 or task.full < 0 or any(task.bands)
