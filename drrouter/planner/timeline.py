"""Lays a plan over the slots of another problem, so that an older plan can answer a newer question."""

from dataclasses import replace

from drrouter.domain.interval import Interval
from drrouter.domain.plan import Plan
from drrouter.planner.problem import Problem


def on_slots_of(problem: Problem, plan: Plan) -> Plan:
    """The plan's powers as means over the problem's slots; the plan itself where the slots are the same.

    Behind the plan's end nothing is planned: no device draws, and the meter shows the base load less the
    generation.
    """
    if plan.slots == problem.slots:
        return plan
    pv_w = problem.pv_w or (0.0,) * len(problem.slots)
    bare = tuple(load - sun for load, sun in zip(problem.base_load_w, pv_w, strict=True))
    return replace(
        plan,
        slots=problem.slots,
        grid_w=_resampled(plan, problem, plan.grid_w, bare),
        power_w={
            device_id: _resampled(plan, problem, power_w, (0.0,) * len(bare))
            for device_id, power_w in plan.power_w.items()
        },
    )


def _resampled(
    plan: Plan, problem: Problem, values: tuple[float, ...], elsewhere: tuple[float, ...]
) -> tuple[float, ...]:
    """The mean over each slot of the problem; both rows of slots are walked once."""
    means, first, count = [], 0, len(plan.slots)
    for slot, other in zip(problem.slots, elsewhere, strict=True):
        while first < count and plan.slots[first].end <= slot.start:
            first += 1
        last = first
        while last < count and plan.slots[last].start < slot.end:
            last += 1
        means.append(_mean(plan.slots[first:last], values[first:last], slot, other))
    return tuple(means)


def _mean(slots: tuple[Interval, ...], values: tuple[float, ...], over: Interval, other: float) -> float:
    parts = [(slot.overlap_hours(over), value) for slot, value in zip(slots, values, strict=True)]
    covered = sum(hours for hours, _ in parts)
    total = sum(hours * value for hours, value in parts) + (over.hours - covered) * other
    return total / over.hours
