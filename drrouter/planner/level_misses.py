"""What storages miss: wished levels, their safe bounds, their comfort and the setpoints of events."""

from collections.abc import Iterator

from drrouter.domain.plan import MissKind, Reason
from drrouter.domain.wish import ComfortBand
from drrouter.planner.catalogue import reason
from drrouter.planner.priced import NOTHING_KWH, Priced, miss
from drrouter.planner.problem import Problem
from drrouter.planner.schedule import Schedule
from drrouter.planner.storage_task import SLACK_KWH, Goal, StorageTask
from drrouter.planner.tasks import Tasks

_NOTHING_UNIT_H = 1e-4


def level_misses(problem: Problem, tasks: Tasks, schedule: Schedule) -> Iterator[Priced]:
    """Every miss of every storage."""
    for task in tasks.storages:
        stored = task.stored(schedule.power_w[task.device.id])
        yield from _wished(problem, task, stored)
        yield from _safe(problem, task, stored)
        yield from _wanted(problem, task, stored)


def _wished(problem: Problem, task: StorageTask, stored: list[float]) -> Iterator[Priced]:
    for goal in task.goals:
        short_kwh = goal.stored_kwh - goal.reached(stored)
        if short_kwh > NOTHING_KWH:
            amount, unit = _in_unit(task, short_kwh)
            cause = _why_short(task, goal)
            missed = miss(problem, MissKind.LEVEL, task.device.id, amount, unit, cause)
            yield missed, short_kwh * problem.prices.level_per_kwh


def _in_unit(task: StorageTask, short_kwh: float) -> tuple[float, str]:
    if task.flexibility.unit == "Wh":
        return short_kwh * abs(task.unit_per_kwh) / 1000, "kWh"
    return short_kwh * abs(task.unit_per_kwh), task.flexibility.unit


def _why_short(task: StorageTask, goal: Goal) -> Reason:
    reachable = goal.reached(task.dynamics.path(task.open_kw))
    if goal.stored_kwh > task.full + SLACK_KWH:
        return reason("storage.holds_less")
    if reachable < goal.stored_kwh:
        missing, unit = _in_unit(task, goal.stored_kwh - reachable)
        return reason("storage.full_power", by=goal.wish.by, missing=missing, unit=unit)
    return reason("storage.no_room", by=goal.wish.by)


def _safe(problem: Problem, task: StorageTask, stored: list[float]) -> Iterator[Priced]:
    """How far and how long the level is outside its bounds."""
    total, tolerance = 0.0, 2 * SLACK_KWH * abs(task.unit_per_kwh)
    least, most = task.flexibility.level_min, task.flexibility.level_max
    lowest, highest = sorted(task.level + task.unit_per_kwh * kwh for kwh in (min(stored), max(stored)))
    if not task.trips and max(least - lowest, highest - most) <= tolerance:
        return
    lows = [task.level + task.unit_per_kwh * low for low in task.lowest(stored)] if task.trips else ()
    for index, (length, kilowatt_hours) in enumerate(zip(task.dynamics.hours, stored, strict=True)):
        level = task.level + task.unit_per_kwh * kilowatt_hours
        off = max((lows[index] if lows else least) - level, level - most)
        total += length * off if off > tolerance else 0.0
    if total > NOTHING_KWH * abs(task.unit_per_kwh):
        amount = total / (1000 if task.flexibility.unit == "Wh" else 1)
        cause, unit = _why_outside(task), _unit_hours(task)
        missed = miss(problem, MissKind.COMFORT, task.device.id, amount, unit, cause)
        yield missed, amount * problem.prices.comfort_per_unit_hour


def _unit_hours(task: StorageTask) -> str:
    return "kWh·h" if task.flexibility.unit == "Wh" else f"{task.flexibility.unit}·h"


def _why_outside(task: StorageTask) -> Reason:
    low, high, unit = task.flexibility.level_min, task.flexibility.level_max, task.flexibility.unit
    if not low <= task.level <= high:
        return reason("storage.outside_now", level=task.level, unit=unit, low=low, high=high)
    if any(task.device.taken):
        return reason("storage.drawn_empty", low=low, high=high, unit=unit)
    return reason("storage.cannot_keep", low=low, high=high, unit=unit)


def _wanted(problem: Problem, task: StorageTask, stored: list[float]) -> Iterator[Priced]:
    """Comfort bands and setpoints, all of a kind as one miss."""
    for kind in (MissKind.COMFORT, MissKind.SETPOINT):
        off = [
            (index, band.outside(stored[index]) * band.unit_hours, band.outside(stored[index]) * band.price)
            for index, bands in enumerate(task.bands)
            for band in bands
            if isinstance(band.asked, ComfortBand) is (kind is MissKind.COMFORT)
        ]
        amount, price = sum(much for _, much, _ in off), sum(cost for _, _, cost in off)
        if amount > _NOTHING_UNIT_H:
            first = next(index for index, much, _ in off if much > 0)
            cause = _why_not_wanted(problem, task, first, kind)
            yield miss(problem, kind, task.device.id, amount, _unit_hours(task), cause), price


def _why_not_wanted(problem: Problem, task: StorageTask, index: int, kind: MissKind) -> Reason:
    """Out of reach, or not worth it, at the first slot that misses it."""
    reachable = task.dynamics.path(task.open_kw)[index]
    lacking = [band for band in task.bands[index] if band.low > reachable + SLACK_KWH]
    at = problem.slots[index].end
    if kind is MissKind.COMFORT:
        return reason("storage.comfort_out_of_reach" if lacking else "storage.comfort_not_kept", at=at)
    return reason("storage.setpoint_out_of_reach" if lacking else "storage.setpoint_not_kept", at=at)
