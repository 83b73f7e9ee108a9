"""Lays a plan over the slots of another problem, so that an older plan can answer a newer question."""

from dataclasses import replace

from drrouter.domain.flexibility import ModesFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.domain.plan import Plan
from drrouter.planner.inverter_task import inverter_tasks
from drrouter.planner.problem import Problem


def on_slots_of(problem: Problem, plan: Plan) -> Plan:
    """The plan's powers as means over the problem's slots; the plan itself where the slots are the same.

    Behind the plan's end nothing is planned: no device draws, inverters give what they can, and the meter
    shows the base load less the generation.
    """
    if plan.slots == problem.slots:
        return plan
    pv_w = problem.pv_w or (0.0,) * len(problem.slots)
    suns = {task.device.id: task.offered_w for task in inverter_tasks(problem)}
    flows = zip(problem.base_load_w, pv_w, *suns.values(), strict=True)
    bare = tuple(load - sun + sum(given) for load, sun, *given in flows)
    nothing, modes = (0.0,) * len(bare), plan.modes.items()
    shares = _shares(plan.slots, problem.slots)
    return replace(
        plan,
        slots=problem.slots,
        grid_w=_resampled(shares, plan.grid_w, bare),
        power_w={
            device_id: _resampled(shares, power_w, suns.get(device_id, nothing))
            for device_id, power_w in plan.power_w.items()
        },
        modes={device_id: _laid_modes(problem, device_id, shares, slots) for device_id, slots in modes},
    )


def _laid_modes(
    problem: Problem,
    device_id: DeviceId,
    shares: list[list[tuple[int, float]]],
    modes: tuple[tuple[float, ...], ...],
) -> tuple[tuple[float, ...], ...]:
    """How much of each new slot is run in each mode; behind the plan's end in the normal one."""
    flexibility = next((device.flexibility for device in problem.devices if device.id == device_id), None)
    normal = flexibility.normal if isinstance(flexibility, ModesFlexibility) else None
    laid = [
        _resampled(shares, mine, (float(mode == normal),) * len(shares))
        for mode, mine in enumerate(zip(*modes, strict=True))
    ]
    return tuple(zip(*laid, strict=True))


def _shares(old: tuple[Interval, ...], new: tuple[Interval, ...]) -> list[list[tuple[int, float]]]:
    """For each new slot, the old ones that overlap it and the share of it that they cover.

    Both rows of slots are walked once, for all devices together.
    """
    shares: list[list[tuple[int, float]]] = []
    first, count = 0, len(old)
    for slot in new:
        while first < count and old[first].end <= slot.start:
            first += 1
        last, parts = first, []
        while last < count and old[last].start < slot.end:
            parts.append((last, old[last].overlap_hours(slot) / slot.hours))
            last += 1
        shares.append(parts)
    return shares


def _resampled(
    shares: list[list[tuple[int, float]]], values: tuple[float, ...], elsewhere: tuple[float, ...]
) -> tuple[float, ...]:
    """The mean over each new slot; what no old slot covers has the value of ``elsewhere``."""
    return tuple(
        sum(share * values[index] for index, share in parts)
        + (1.0 - sum(share for _, share in parts)) * other
        for parts, other in zip(shares, elsewhere, strict=True)
    )
