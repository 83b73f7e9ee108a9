"""Checks that no cycle which the planner placed runs into a power cut that was announced."""

from drrouter.domain.plan import Plan
from drrouter.planner.problem import Problem
from drrouter.planner.verify.findings import Findings


def outage_violations(plan: Plan, problem: Problem, findings: Findings) -> None:
    """Neither a phase nor a pause of a chosen cycle lies in a cut; fixed ones stand as they stand."""
    for cycle in (cycle for cycle in plan.cycles if not cycle.fixed):
        for cut in (outage.interval for outage in problem.outages):
            findings.expect(
                cycle.end <= cut.start or cut.end <= cycle.start,
                f"{cycle.device_id} would be cut off at {cut.start}, when power is announced to go.",
            )
