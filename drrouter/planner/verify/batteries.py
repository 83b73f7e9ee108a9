"""Checks batteries: they give only with consent and within their powers, and keep energy where it may be."""

from drrouter.domain.flexibility import Discharge, StorageFlexibility
from drrouter.domain.plan import Plan
from drrouter.planner.problem import DeviceInput, Problem
from drrouter.planner.verify.bounds import floor_at, means_over
from drrouter.planner.verify.findings import WATT, Findings


def giving_shares(problem: Problem, device: DeviceInput, flexibility: StorageFlexibility) -> list[float]:
    """The share of each slot in which the device may give back; empty where it never may."""
    if flexibility.discharge is None or not device.may_discharge:
        return []
    return means_over(device, problem.slots, lambda cap_w, floor_w: float(cap_w > 0 and floor_w <= 0))


def giving_violations(
    problem: Problem,
    device: DeviceInput,
    discharge: Discharge | None,
    index: int,
    watts: float,
    shares: list[float],
    findings: Findings,
) -> None:
    """Check what one storage gives in one slot: nothing, or what its discharge and its owner allow."""
    slot, given_w = problem.slots[index], max(0.0, -watts)
    if discharge is None or not shares:
        findings.expect(
            given_w <= WATT, "{} draws {:.1f} W at {} and may not give.", device.id, watts, slot.start
        )
        return
    most_w, least_w = shares[index] * discharge.max_power_w, shares[index] * discharge.min_power_w
    findings.expect(
        given_w <= most_w + WATT,
        "{} gives {:.1f} W of at most {:.1f} W at {}.",
        *(device.id, given_w, most_w, slot.start),
    )
    findings.expect(
        given_w <= WATT or given_w >= least_w - WATT or slot.start >= problem.now + problem.effort.near,
        "{} gives {:.1f} W at {}, and at least {:.1f} W when it gives.",
        *(device.id, given_w, slot.start, least_w),
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
            if device.sun_only:
                _check_sun(plan, problem, device, flexibility, index, findings)
        surplus_w = max(0.0, -plan.grid_w[index] - kept_w - sent_w)
        exported_w = max(0.0, -plan.grid_w[index])
        findings.expect(
            kept_w <= WATT or exported_w <= surplus_w + sent_w + WATT,
            "Stored energy that may not leave the home is exported at {}.",
            slot.start,
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
    if _needs(device, flexibility):
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
