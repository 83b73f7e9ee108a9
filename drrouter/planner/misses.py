"""Finds what a schedule does not achieve, by how much, because of what, and prices it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from drrouter.domain.limit import Scope
from drrouter.domain.plan import Miss, MissKind, Reason
from drrouter.planner.catalogue import reason
from drrouter.planner.cycle_task import CycleTask
from drrouter.planner.demand_task import DemandTask
from drrouter.planner.event_misses import rebound_misses
from drrouter.planner.level_misses import level_misses
from drrouter.planner.priced import NOTHING_KWH, Priced, miss
from drrouter.planner.problem import Prices, Problem
from drrouter.planner.relations import Others, broken_by_waiting, clash, order
from drrouter.planner.schedule import Schedule, others_of
from drrouter.planner.site import LimitRow, Site
from drrouter.planner.start import Start
from drrouter.planner.tasks import Tasks

_NOTHING_W = 1e-3
"""Less power than this above a limit is the arithmetic's: days of it are no miss."""

_LITTLE_KWH = 1e-5
"""Nor is less than this in a stretch: limits are broken by as little as a base load that grazes them."""


@dataclass(frozen=True, slots=True)
class Missed:
    """All misses, and the sum of their prices in the plan's currency."""

    misses: tuple[Miss, ...]
    penalties: float


def find_misses(problem: Problem, tasks: Tasks, schedule: Schedule, site: Site) -> Missed:
    """Every miss of the schedule, with its price."""
    priced = [
        *_cycle_misses(problem, tasks, schedule),
        *level_misses(problem, tasks, schedule),
        *_curtailments(problem, tasks, schedule),
        *_limit_misses(problem, tasks, schedule, site),
        *rebound_misses(problem, site),
        *_export_misses(problem, tasks, site),
    ]
    return Missed(tuple(miss for miss, _ in priced), sum(price for _, price in priced))


def missed_price(prices: Prices, task: CycleTask) -> float:
    """What it costs not to place a cycle: the cycle, and being late until the end of the horizon.

    Interpretation: so a late cycle is always worth more than none.
    """
    return 0.0 if task.can_wait else left_price(prices, task)


def left_price(prices: Prices, task: CycleTask) -> float:
    """What it costs not to place a cycle that may not wait."""
    return prices.cycle + task.missed_h * prices.lateness_per_hour


def may_wait(problem: Problem, task: CycleTask, others: Others | None) -> bool:
    """Whether a cycle may wait until after the horizon, among what stands in it."""
    return task.can_wait and not (others and broken_by_waiting(problem, others))


def _cycle_misses(problem: Problem, tasks: Tasks, schedule: Schedule) -> Iterator[Priced]:
    for task in tasks.cycles:
        start, device_id = schedule.starts[task.device.id], task.device.id
        others = others_of(problem, task, schedule.starts)
        if start is None and not may_wait(problem, task, others):
            cause = task.obstacle or _why_nowhere(problem, task, others)
            missed = miss(problem, MissKind.CYCLE, device_id, 1.0, "cycle", cause)
            yield missed, left_price(problem.prices, task)
        elif start is not None and start.late_h > 0:
            price = start.late_h * problem.prices.lateness_per_hour
            why = _why_late(problem, task, start, others)
            yield miss(problem, MissKind.DEADLINE, device_id, start.late_h, "h", why), price


def _why_nowhere(problem: Problem, task: CycleTask, others: Others | None) -> Reason:
    if others is not None:
        found = _clashes(problem, task.starts, others)
        if found is not None:
            return found
        if (broken := broken_by_waiting(problem, others)) and task.can_wait:
            return order(problem, *broken)
    return reason("cycle.no_room", name=task.name)


def _clashes(problem: Problem, starts: Iterable[Start], others: Others) -> Reason | None:
    """Why none of the starts is possible among the others, None where one is."""
    found = [clash(problem, start.start, start.end, others) for start in starts]
    return found[-1] if found and all(found) else None


def _why_late(problem: Problem, task: CycleTask, start: Start, others: Others | None) -> Reason:
    begin = max(task.wish.earliest, problem.now)
    length_h = (start.end - start.start).total_seconds() / 3600
    left_h = (task.wish.ready_by - begin).total_seconds() / 3600
    if left_h < length_h:
        return reason("cycle.too_long", name=task.name, length_h=length_h, left_h=max(left_h, 0.0))
    if all(other.late_h for other in task.starts):
        return reason("cycle.no_earlier")
    in_time = (other for other in task.starts if not other.late_h)
    if others is not None and (found := _clashes(problem, in_time, others)):
        return found
    return reason("cycle.limits_before", start=start.start)


def _curtailments(problem: Problem, tasks: Tasks, schedule: Schedule) -> Iterator[Priced]:
    for task in tasks.demands:
        missing = _curtailed(task, schedule, tasks)
        if missing > NOTHING_KWH:
            capped = any(most < task.expected_kw for most in task.max_kw)
            cause = reason("demand.capped") if capped else reason("demand.held_off")
            missed = miss(problem, MissKind.COMFORT, task.device.id, missing, "kWh", cause)
            yield missed, missing * task.flexibility.curtail_price_per_kwh


def _curtailed(task: DemandTask, schedule: Schedule, tasks: Tasks) -> float:
    return sum(
        length * max(0.0, task.expected_kw - power_w / 1000)
        for length, power_w in zip(tasks.tariffs.hours, schedule.power_w[task.device.id], strict=True)
    )


def _limit_misses(problem: Problem, tasks: Tasks, schedule: Schedule, site: Site) -> Iterator[Priced]:
    over = [
        (row, number) for number, row in enumerate(site.rows) if site.used_w(number) - row.max_w > _NOTHING_W
    ]
    over.sort(key=lambda item: (_name(item[0]), item[0].index))
    stretches = groupby(enumerate(over), key=lambda item: (_name(item[1][0]), item[1][0].index - item[0]))
    for _, stretch in stretches:
        rows = [(row, site.used_w(number)) for _, (row, number) in stretch]
        energy = sum(tasks.tariffs.hours[row.index] * (used - row.max_w) / 1000 for row, used in rows)
        if energy <= _LITTLE_KWH:
            continue
        row = rows[0][0]
        device_id = row.limit.members[0] if row.limit.scope is Scope.DEVICE and row.limit.members else None
        cause = _why_over(problem, tasks, schedule, rows)
        missed = miss(problem, MissKind.LIMIT, device_id, energy, "kWh", cause)
        yield missed, energy * problem.prices.limit_per_kwh


def _export_misses(problem: Problem, tasks: Tasks, site: Site) -> Iterator[Priced]:
    """What is exported above its limits, a stretch at a time."""
    hours = tasks.tariffs.hours
    over = [k for k in range(tasks.count) if site.over_export_w(k) > _NOTHING_W]
    for _, stretch in groupby(enumerate(over), key=lambda item: item[1] - item[0]):
        slots = [index for _, index in stretch]
        energy = sum(hours[index] * site.over_export_w(index) / 1000 for index in slots)
        if energy <= _LITTLE_KWH:
            continue
        worst = max(slots, key=site.over_export_w)
        cause = reason(
            "limit.export",
            since=problem.slots[slots[0]].start,
            until=problem.slots[slots[-1]].end,
            over_w=site.over_export_w(worst),
            limit_w=site.export_w[worst],
        )
        missed = miss(problem, MissKind.LIMIT, None, energy, "kWh", cause)
        yield missed, energy * problem.prices.limit_per_kwh


def _name(row: LimitRow) -> tuple[str, ...]:
    line = row.limit.line if row.limit.scope is Scope.LINE else None
    return (line or "", *sorted(row.members or ()))


def _why_over(
    problem: Problem, tasks: Tasks, schedule: Schedule, rows: list[tuple[LimitRow, float]]
) -> Reason:
    """The worst slot of the stretch, and what draws there."""
    row, used_w = max(rows, key=lambda item: item[1] - item[0].max_w)
    begin, end = problem.slots[rows[0][0].index].start, problem.slots[rows[-1][0].index].end
    line = row.limit.line if row.limit.scope is Scope.LINE else None
    base_w = tasks.base_w[row.index] if row.members is None else row.base_w
    parts = [reason("limit.unshiftable", power=base_w)] if row.members is None or line else []
    power_w = schedule.device_power(tasks)
    for device in problem.devices:
        drawn = power_w.get(device.id, ())
        if drawn and drawn[row.index] > 0.5 and row.binds(device.id):
            runs = device.running is not None and device.id in tasks.fixed_w
            power = row.share(device.id) * drawn[row.index]
            parts.append(reason("limit.running" if runs else "limit.load", label=device.label, power=power))
    parts = parts or [reason("limit.members")]
    over_w = used_w - row.max_w
    if line is not None:
        told: dict[str, Any] = {"line": line, "over_w": over_w, "limit_w": row.max_w}
        return reason("limit.line", *parts, since=begin, until=end, **told)
    return reason("limit.exceeded", *parts, since=begin, until=end, over_w=over_w, limit_w=row.max_w)
