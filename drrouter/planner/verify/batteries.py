"""Checks batteries: they give only with consent and within their powers, and keep energy where it may be."""

from drrouter.domain.flexibility import StorageFlexibility
from drrouter.domain.plan import Plan
from drrouter.planner.problem import DeviceInput, Problem
from drrouter.planner.verify.bounds import floor_at, mean_over
from drrouter.planner.verify.findings import WATT, Findings


def giving_violations(
    problem: Problem,
    device: DeviceInput,
    flexibility: StorageFlexibility,
    index: int,
    watts: float,
    findings: Findings,
) -> None:
    """Check what one storage gives in one slot: nothing, or what its discharge and its owner allow."""
    discharge, slot, given_w = flexibility.discharge, problem.slots[index], max(0.0, -watts)
    if discharge is None or not device.may_discharge:
        findings.expect(given_w <= WATT, f"{device.id} draws {watts:.1f} W at {slot.start} and may not give.")
        return

    def may_give(cap_w: float, floor_w: float) -> float:
        return 1.0 if cap_w > 0 and floor_w <= 0 else 0.0

    share = mean_over(device, slot, may_give)
    most_w, least_w = share * discharge.max_power_w, share * discharge.min_power_w
    findings.expect(
        given_w <= most_w + WATT,
        f"{device.id} gives {given_w:.1f} W of at most {most_w:.1f} W at {slot.start}.",
    )
    near = slot.start < problem.now + problem.effort.near
    findings.expect(
        not near or given_w <= WATT or given_w >= least_w - WATT,
        f"{device.id} gives {given_w:.1f} W at {slot.start}, and at least {least_w:.1f} W when it gives.",
    )


def own_energy_violations(plan: Plan, problem: Problem, findings: Findings) -> None:
    """Check that what may not be exported is not, and that nothing is imported for what charges on sun."""
    storages = [
        (device, device.flexibility)
        for device in problem.devices
        if isinstance(device.flexibility, StorageFlexibility)
    ]
    for index, slot in enumerate(problem.slots):
        kept_w = sent_w = 0.0
        for device, flexibility in storages:
            given_w = max(0.0, -plan.power_w[device.id][index])
            if flexibility.discharge is not None and flexibility.discharge.may_export:
                sent_w += given_w
            else:
                kept_w += given_w
            _check_sun(plan, problem, device, flexibility, index, findings)
        surplus_w = max(0.0, -plan.grid_w[index] - kept_w - sent_w)
        exported_w = max(0.0, -plan.grid_w[index])
        findings.expect(
            kept_w <= WATT or exported_w <= surplus_w + sent_w + WATT,
            f"Stored energy that may not leave the home is exported at {slot.start}.",
        )


def _check_sun(
    plan: Plan,
    problem: Problem,
    device: DeviceInput,
    flexibility: StorageFlexibility,
    index: int,
    findings: Findings,
) -> None:
    """Above its floor, a storage on sun draws only while nothing is imported, unless safety needs it."""
    if not device.sun_only or _needs(device, flexibility):
        return
    slot, watts = problem.slots[index], plan.power_w[device.id][index]
    edges = {slot.start, *(span.start for span, _ in device.floors if slot.holds(span.start))}
    floor_w = max(floor_at(device, edge) for edge in edges)
    findings.expect(
        watts <= max(floor_w, flexibility.min_power_w if floor_w > 0 else 0.0) + WATT
        or plan.grid_w[index] <= WATT,
        f"{device.id} may charge on sun only; it draws {watts:.1f} W at {slot.start} and the home imports.",
    )


def _needs(device: DeviceInput, flexibility: StorageFlexibility) -> bool:
    """Whether its bounds ask for power, whatever the sun does."""
    if flexibility.moves_alone or any(device.taken):
        return True
    if device.level is None:
        return False
    if flexibility.level_per_wh < 0:
        return device.level > flexibility.level_max
    return device.level < flexibility.level_min
