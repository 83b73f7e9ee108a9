"""Checks demands: within caps and floors, and what is curtailed is told."""

from drrouter.domain.flexibility import DemandFlexibility
from drrouter.domain.plan import MissKind, Plan
from drrouter.planner.problem import DeviceInput, Problem
from drrouter.planner.verify.bounds import means_over
from drrouter.planner.verify.findings import WATT, Findings


def demand_violations(
    plan: Plan, problem: Problem, device: DeviceInput, flexibility: DemandFlexibility, findings: Findings
) -> None:
    """Check one demand, slot by slot, and the energy that it does not get."""
    curtailed_kwh = 0.0

    def least(cap_w: float, floor_w: float) -> float:
        return min(floor_w, cap_w, flexibility.max_power_w)

    def most(cap_w: float, floor_w: float) -> float:
        return max(min(flexibility.power_w, cap_w), least(cap_w, floor_w))

    floors_w, mosts_w = (means_over(device, problem.slots, bound) for bound in (least, most))
    bounds = zip(floors_w, mosts_w, strict=True)
    for slot, watts, (floor_w, most_w) in zip(problem.slots, plan.power_w[device.id], bounds, strict=True):
        findings.expect(
            floor_w - WATT <= watts <= most_w + WATT,
            "{} at {} draws {:.1f} W, and may draw {:.1f} to {:.1f} W.",
            *(device.id, slot.start, watts, floor_w, most_w),
        )
        curtailed_kwh += max(0.0, flexibility.power_w - watts) * slot.hours / 1000
    price = flexibility.curtail_price_per_kwh
    findings.missed(plan, MissKind.COMFORT, device.id, curtailed_kwh, price)
