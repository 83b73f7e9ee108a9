"""Checks inverters: they give no more than the sun offers, and are held back no lower than they can be."""

from drrouter.domain.flexibility import EnvelopeFlexibility
from drrouter.domain.plan import Plan
from drrouter.planner.problem import DeviceInput, Problem
from drrouter.planner.verify.bounds import means_over
from drrouter.planner.verify.findings import WATT, Findings


def inverter_violations(
    plan: Plan, problem: Problem, device: DeviceInput, flexibility: EnvelopeFlexibility, findings: Findings
) -> None:
    """Check one inverter, slot by slot; it is off where it is not there or a cap of 0 W holds."""
    suns_w = device.sun_w or (0.0,) * len(problem.slots)
    shares = means_over(device, problem.slots, lambda cap_w, _: float(cap_w > 0))
    slots = zip(problem.slots, suns_w, shares, plan.power_w[device.id], strict=True)
    for slot, sun_w, share, watts in slots:
        on = share if sun_w > 0 else 0.0
        offered_w = on * min(sun_w, flexibility.rated_power_w)
        least_w = min(offered_w, on * flexibility.least_power_w)
        findings.expect(
            least_w - WATT <= -watts <= offered_w + WATT,
            "{} gives {:.1f} W at {}, not {:.1f} to {:.1f} W.",
            *(device.id, -watts, slot.start, least_w, offered_w),
        )
