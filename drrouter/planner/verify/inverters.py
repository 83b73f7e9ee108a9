"""Checks inverters: they give no more than the sun offers, and are held back no lower than they can be."""

from drrouter.domain.flexibility import EnvelopeFlexibility
from drrouter.domain.plan import Plan
from drrouter.planner.problem import DeviceInput, Problem
from drrouter.planner.verify.bounds import mean_over
from drrouter.planner.verify.findings import WATT, Findings


def inverter_violations(
    plan: Plan, problem: Problem, device: DeviceInput, flexibility: EnvelopeFlexibility, findings: Findings
) -> None:
    """Check one inverter, slot by slot; it is off where it is not there or a cap of 0 W holds."""
    suns_w = device.sun_w or (0.0,) * len(problem.slots)
    for slot, sun_w, watts in zip(problem.slots, suns_w, plan.power_w[device.id], strict=True):
        on = mean_over(device, slot, lambda cap_w, _: 1.0 if cap_w > 0 else 0.0) if sun_w > 0 else 0.0
        offered_w = on * min(sun_w, flexibility.rated_power_w)
        least_w = min(offered_w, on * flexibility.least_power_w)
        findings.expect(
            least_w - WATT <= -watts <= offered_w + WATT,
            f"{device.id} gives {-watts:.1f} W at {slot.start}, not {least_w:.1f} to {offered_w:.1f} W.",
        )
