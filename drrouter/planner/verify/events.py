"""Checks what events leave: the rebound after them told truly, and what rebates earn."""

from drrouter.domain.demand_response import Rebate
from drrouter.domain.plan import MissKind, Plan
from drrouter.planner.problem import Problem
from drrouter.planner.verify.findings import ENERGY_KWH, Findings


def rebound_violations(plan: Plan, problem: Problem, findings: Findings) -> None:
    """Check that everything above the peak of a recovery is told; what overlaps counts once, at the lower."""
    over_kwh = 0.0
    for slot, watts in zip(problem.slots, plan.grid_w, strict=True):
        peaks = [calm.peak_w for calm in problem.recoveries if calm.interval.overlap(slot) is not None]
        if peaks:
            over_kwh += max(0.0, watts - min(peaks)) / 1000 * slot.hours
    told = sum(miss.amount for miss in plan.misses if miss.kind is MissKind.REBOUND)
    findings.penalties += over_kwh * problem.prices.recovery_per_kwh
    findings.expect(
        abs(told - over_kwh) <= ENERGY_KWH + 1e-3 * over_kwh,
        f"After the event {over_kwh:.3f} kWh are above the peak without it, the plan says {told:.3f} kWh.",
    )


def rebates_earned(plan: Plan, problem: Problem) -> float:
    """What all rebates pay, in the plan's currency."""
    return sum(_earned(plan, problem, rebate) for rebate in problem.rebates)


def _earned(plan: Plan, problem: Problem, rebate: Rebate) -> float:
    usual_kwh = used_kwh = 0.0
    for index, slot in enumerate(problem.slots):
        hours = slot.overlap_hours(rebate.interval)
        usual_kwh += hours * rebate.baseline_w / 1000
        if rebate.members:
            watts = sum(plan.power_w[member][index] for member in set(rebate.members) & plan.power_w.keys())
        else:
            watts = max(0.0, plan.grid_w[index])
        used_kwh += hours * watts / 1000
    saved_kwh = max(0.0, usual_kwh - max(0.0, used_kwh))
    if rebate.most_kwh is not None:
        saved_kwh = min(saved_kwh, rebate.most_kwh)
    return saved_kwh * rebate.price_per_kwh
