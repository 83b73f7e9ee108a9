"""Checks a plan against the rules of the home, before anything is dispatched.

It knows the rules and neither the model nor the solver: it imports nothing of the planner but the Problem,
and works everything out again from the plan's powers and cycles. Each violation is a sentence; a plan with
none is executable, and says truly what it misses and what it costs.
"""

import math

from drrouter.domain.flexibility import (
    EnvelopeFlexibility,
    ModesFlexibility,
    ProfileFlexibility,
    StorageFlexibility,
)
from drrouter.domain.plan import Plan
from drrouter.planner.problem import DeviceInput, Problem
from drrouter.planner.verify.batteries import own_energy_violations
from drrouter.planner.verify.cycles import cycle_violations
from drrouter.planner.verify.demands import demand_violations
from drrouter.planner.verify.findings import Findings
from drrouter.planner.verify.inverters import inverter_violations
from drrouter.planner.verify.modes import mode_violations
from drrouter.planner.verify.order import order_violations
from drrouter.planner.verify.outages import outage_violations
from drrouter.planner.verify.site import site_violations
from drrouter.planner.verify.storages import storage_violations

__all__ = ["verify"]


def verify(plan: Plan, problem: Problem) -> tuple[str, ...]:
    """Every rule that the plan breaks, as sentences; empty where it breaks none.

    Checked are: the frame of the plan; whole cycles, slot by slot, with the running one untouched and the
    commitment kept, in their order, one at a time and in no announced power cut; levels, bounds, powers,
    caps, floors and availability of storages, demands and inverters; the balance at the meter; stored energy
    that stays at home; misses told truly (cycle, deadline, level, comfort, limit); the arithmetic of costs.
    """
    broken = _frame(plan, problem)
    if broken:
        return tuple(broken)
    findings = Findings()
    for device in problem.devices:
        _check_device(plan, problem, device, findings)
    order_violations(plan, problem, findings)
    outage_violations(plan, problem, findings)
    own_energy_violations(plan, problem, findings)
    site_violations(plan, problem, findings)
    return tuple(findings.sentences)


def _check_device(plan: Plan, problem: Problem, device: DeviceInput, findings: Findings) -> None:
    flexibility = device.flexibility
    if isinstance(flexibility, ProfileFlexibility):
        cycle_violations(plan, problem, device, flexibility, findings)
    elif isinstance(flexibility, StorageFlexibility):
        storage_violations(plan, problem, device, flexibility, findings)
    elif isinstance(flexibility, EnvelopeFlexibility):
        inverter_violations(plan, problem, device, flexibility, findings)
    elif isinstance(flexibility, ModesFlexibility):
        mode_violations(plan, problem, device, flexibility, findings)
    else:
        demand_violations(plan, problem, device, flexibility, findings)


def _frame(plan: Plan, problem: Problem) -> list[str]:
    """Whether the plan answers this problem at all: its slots, its devices, one finite number per slot."""
    broken = []
    if plan.slots != problem.slots:
        return ["The plan's slots are not the problem's."]
    if plan.currency != problem.currency:
        broken.append(f"The plan counts in {plan.currency!r}, the problem in {problem.currency!r}.")
    known = {device.id for device in problem.devices}
    stages = {
        device.id for device in problem.devices if not isinstance(device.flexibility, ProfileFlexibility)
    }
    named = {*plan.power_w, *plan.level, *plan.modes, *(cycle.device_id for cycle in plan.cycles)}
    broken += [
        f"The plan names {device_id}, a device that the problem lacks." for device_id in sorted(named - known)
    ]
    broken += [
        f"The plan has no powers for {device_id}." for device_id in sorted(stages - plan.power_w.keys())
    ]
    broken += [
        f"The plan has no levels for {device.id}."
        for device in problem.devices
        if isinstance(device.flexibility, StorageFlexibility) and device.id not in plan.level
    ]
    broken += [
        f"The plan gives a cycle to {cycle.device_id}, which is no machine with cycles."
        for cycle in plan.cycles
        if cycle.device_id in stages
    ]
    series = {
        "grid": plan.grid_w,
        "marginal price": plan.marginal_price,
        "headroom": plan.headroom_w,
        **{f"power of {device_id}": values for device_id, values in plan.power_w.items()},
        **{f"level of {device_id}": values for device_id, values in plan.level.items()},
    }
    for name, values in series.items():
        if len(values) != len(problem.slots) or not all(map(math.isfinite, values)):
            broken.append(f"The {name} needs one finite number for each of {len(problem.slots)} slots.")
    return broken
