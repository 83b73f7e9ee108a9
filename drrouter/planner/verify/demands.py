"""Checks demands: within caps and floors, and what is curtailed is told."""

from drrouter.domain.flexibility import DemandFlexibility
from drrouter.domain.plan import MissKind, Plan
from drrouter.planner.problem import DeviceInput, Problem
from drrouter.planner.verify.bounds import mean_over
from drrouter.planner.verify.findings import WATT, Findings


def demand_violations(
    plan: Plan, problem: Problem, device: DeviceInput, flexibility: DemandFlexibility, findings: Findings
) -> None:
    """Check one demand, slot by slot, and the energy that it does not get."""
    curtailed_kwh = 0.0
    for slot, watts in zip(problem.slots, plan.power_w[device.id], strict=True):
        place = f"{device.id} at {slot.start}"
        floor_w = mean_over(device, slot, lambda cap, floor: min(floor, cap, flexibility.max_power_w))
        most_w = mean_over(
            device,
            slot,
            lambda cap, floor: max(min(flexibility.power_w, cap), min(floor, cap, flexibility.max_power_w)),
        )
        findings.expect(
            floor_w - WATT <= watts <= most_w + WATT,
            f"{place} draws {watts:.1f} W, and may draw {floor_w:.1f} to {most_w:.1f} W.",
        )
        curtailed_kwh += max(0.0, flexibility.power_w - watts) * slot.hours / 1000
    price = flexibility.curtail_price_per_kwh
    findings.missed(plan, MissKind.COMFORT, device.id, curtailed_kwh, price)
