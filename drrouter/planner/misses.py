"""Finds what a schedule does not achieve, by how much, because of what, and prices it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from drrouter.domain.limit import Scope
from drrouter.domain.plan import Miss, MissKind
from drrouter.planner.cycle_task import CycleTask, Start
from drrouter.planner.demand_task import DemandTask
from drrouter.planner.problem import Problem
from drrouter.planner.schedule import Schedule
from drrouter.planner.site import LimitRow, Site
from drrouter.planner.storage_task import SLACK_KWH, Goal, StorageTask
from drrouter.planner.tasks import Tasks
from drrouter.planner.words import clock, kwh, watts

_NOTHING_KWH = 1e-4
"""Less than a tenth of a watt-hour is the arithmetic's, not a miss."""


@dataclass(frozen=True, slots=True)
class Missed:
    """All misses, and the sum of their prices in the plan's currency."""

    misses: tuple[Miss, ...]
    penalties: float


def find_misses(problem: Problem, tasks: Tasks, schedule: Schedule, site: Site) -> Missed:
    """Every miss of the schedule, with its price."""
    priced = [
        *_cycle_misses(problem, tasks, schedule),
        *_level_misses(problem, tasks, schedule),
        *_comfort_misses(problem, tasks, schedule),
        *_curtailments(tasks, schedule),
        *_limit_misses(problem, tasks, schedule, site),
    ]
    return Missed(tuple(miss for miss, _ in priced), sum(price for _, price in priced))


def missed_price(problem: Problem, task: CycleTask) -> float:
    """What it costs not to place a cycle: the cycle, and being late until the end of the horizon.

    Interpretation: so a late cycle is always worth more than none.
    """
    if task.can_wait:
        return 0.0
    return problem.prices.cycle + task.missed_h * problem.prices.lateness_per_hour


def _cycle_misses(problem: Problem, tasks: Tasks, schedule: Schedule) -> Iterator[tuple[Miss, float]]:
    for task in tasks.cycles:
        start, device_id = schedule.starts[task.device.id], task.device.id
        if start is None and not task.can_wait:
            cause = task.obstacle or _why_nowhere(task)
            yield Miss(MissKind.CYCLE, device_id, 1.0, "cycle", cause), missed_price(problem, task)
        elif start is not None and start.late_h > 0:
            price = start.late_h * problem.prices.lateness_per_hour
            yield (
                Miss(MissKind.DEADLINE, device_id, start.late_h, "h", _why_late(problem, task, start)),
                price,
            )


def _why_nowhere(task: CycleTask) -> str:
    return f"no start leaves {task.name} below every limit, or each costs more than the cycle is worth"


def _why_late(problem: Problem, task: CycleTask, start: Start) -> str:
    begin = max(task.wish.earliest, problem.now)
    length_h = (start.end - start.start).total_seconds() / 3600
    left_h = (task.wish.ready_by - begin).total_seconds() / 3600
    if left_h < length_h:
        return f"{task.name} takes {length_h:.2f} h and only {max(left_h, 0.0):.2f} h were left"
    if all(other.late_h for other in task.starts):
        return "caps or other cycles of the machine leave no earlier start"
    return f"the limits in force leave no room before {clock(problem, start.start)}"


def _level_misses(problem: Problem, tasks: Tasks, schedule: Schedule) -> Iterator[tuple[Miss, float]]:
    hours = tasks.tariffs.hours
    for task in tasks.storages:
        stored = task.stored(schedule.power_w[task.device.id], hours)
        for goal in task.goals:
            short_kwh = goal.stored_kwh - goal.reached(stored)
            if short_kwh > _NOTHING_KWH:
                amount, unit = _in_unit(task, short_kwh)
                cause = _why_short(problem, task, goal, hours)
                miss = Miss(MissKind.LEVEL, task.device.id, amount, unit, cause)
                yield miss, short_kwh * problem.prices.level_per_kwh


def _in_unit(task: StorageTask, short_kwh: float) -> tuple[float, str]:
    if task.flexibility.unit == "Wh":
        return short_kwh * abs(task.unit_per_kwh) / 1000, "kWh"
    return short_kwh * abs(task.unit_per_kwh), task.flexibility.unit


def _why_short(problem: Problem, task: StorageTask, goal: Goal, hours: tuple[float, ...]) -> str:
    full_power = [1000 * power for power in task.open_kw]
    reachable = goal.reached(task.stored(full_power, hours))
    if goal.stored_kwh > task.full + SLACK_KWH:
        return "the wish is for more than the storage holds"
    if reachable < goal.stored_kwh:
        missing = goal.stored_kwh - reachable
        return f"even full power until {clock(problem, goal.wish.by)} leaves {kwh(missing)} missing"
    return f"limits and prices leave no room for more before {clock(problem, goal.wish.by)}"


def _comfort_misses(problem: Problem, tasks: Tasks, schedule: Schedule) -> Iterator[tuple[Miss, float]]:
    for task in tasks.storages:
        outside = _outside(task, schedule, tasks)
        if outside > _NOTHING_KWH * abs(task.unit_per_kwh):
            scale, unit = (
                (1000, "kWh·h") if task.flexibility.unit == "Wh" else (1, f"{task.flexibility.unit}·h")
            )
            amount = outside / scale
            miss = Miss(MissKind.COMFORT, task.device.id, amount, unit, _why_outside(task))
            yield miss, amount * problem.prices.comfort_per_unit_hour


def _outside(task: StorageTask, schedule: Schedule, tasks: Tasks) -> float:
    """How far and how long the level is outside its bounds, in its unit times hours."""
    hours, total = tasks.tariffs.hours, 0.0
    tolerance = 2 * SLACK_KWH * abs(task.unit_per_kwh)
    for length, stored in zip(hours, task.stored(schedule.power_w[task.device.id], hours), strict=True):
        level = task.level + task.unit_per_kwh * stored
        off = max(task.flexibility.level_min - level, level - task.flexibility.level_max)
        total += length * off if off > tolerance else 0.0
    return total


def _why_outside(task: StorageTask) -> str:
    low, high, unit = task.flexibility.level_min, task.flexibility.level_max, task.flexibility.unit
    if not low <= task.level <= high:
        return f"it stands at {task.level:g} {unit} now, outside {low:g} .. {high:g}"
    return f"its caps or its power cannot keep it within {low:g} .. {high:g} {unit}"


def _curtailments(tasks: Tasks, schedule: Schedule) -> Iterator[tuple[Miss, float]]:
    for task in tasks.demands:
        missing = _curtailed(task, schedule, tasks)
        if missing > _NOTHING_KWH:
            capped = any(most < task.expected_kw for most in task.max_kw)
            cause = "held off by a cap" if capped else "held off for a limit or a price"
            miss = Miss(MissKind.COMFORT, task.device.id, missing, "kWh", cause)
            yield miss, missing * task.flexibility.curtail_price_per_kwh


def _curtailed(task: DemandTask, schedule: Schedule, tasks: Tasks) -> float:
    return sum(
        length * max(0.0, task.expected_kw - power_w / 1000)
        for length, power_w in zip(tasks.tariffs.hours, schedule.power_w[task.device.id], strict=True)
    )


def _limit_misses(
    problem: Problem, tasks: Tasks, schedule: Schedule, site: Site
) -> Iterator[tuple[Miss, float]]:
    over = [
        (row, number)
        for number, row in enumerate(site.rows)
        if tasks.tariffs.hours[row.index] * (site.used_w(number) - row.max_w) / 1000 > _NOTHING_KWH
    ]
    over.sort(key=lambda item: (_name(item[0]), item[0].index))
    stretches = groupby(enumerate(over), key=lambda item: (_name(item[1][0]), item[1][0].index - item[0]))
    for _, stretch in stretches:
        rows = [(row, site.used_w(number)) for _, (row, number) in stretch]
        energy = sum(tasks.tariffs.hours[row.index] * (used - row.max_w) / 1000 for row, used in rows)
        row = rows[0][0]
        device_id = row.limit.members[0] if row.limit.scope is Scope.DEVICE and row.limit.members else None
        cause = _why_over(problem, tasks, schedule, rows)
        yield Miss(MissKind.LIMIT, device_id, energy, "kWh", cause), energy * problem.prices.limit_per_kwh


def _name(row: LimitRow) -> tuple[str, ...]:
    return tuple(sorted(row.members or ()))


def _why_over(problem: Problem, tasks: Tasks, schedule: Schedule, rows: list[tuple[LimitRow, float]]) -> str:
    """The worst slot of the stretch, and what draws there."""
    row, used_w = max(rows, key=lambda item: item[1] - item[0].max_w)
    begin, end = problem.slots[rows[0][0].index].start, problem.slots[rows[-1][0].index].end
    parts = [f"unshiftable load {watts(tasks.base_w[row.index])}"] if row.members is None else []
    power_w = schedule.device_power(tasks)
    for device in problem.devices:
        drawn = power_w.get(device.id, ())
        if drawn and drawn[row.index] > 0.5 and row.binds(device.id):
            mark = " (running cycle)" if device.running is not None and device.id in tasks.fixed_w else ""
            parts.append(f"{device.label} {watts(drawn[row.index])}{mark}")
    return (
        f"{clock(problem, begin)} to {clock(problem, end)}: up to {watts(used_w - row.max_w)} above "
        f"the limit of {watts(row.max_w)}, because of {', '.join(parts) or 'its members'}"
    )
