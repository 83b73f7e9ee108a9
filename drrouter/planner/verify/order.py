"""Checks how cycles of different machines stand to each other: in order, and one at a time."""

from datetime import datetime
from itertools import combinations

from drrouter.domain.flexibility import ProfileFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.plan import Plan, ScheduledCycle
from drrouter.domain.wish import Precedence
from drrouter.planner.problem import DeviceInput, Problem
from drrouter.planner.verify.due import due_cycles, due_wish, wanted
from drrouter.planner.verify.findings import Findings


def order_violations(plan: Plan, problem: Problem, findings: Findings) -> None:
    """Check every precedence and every one-at-a-time group; two fixed cycles stand as they stand."""
    for group in problem.exclusive:
        _check_group(plan, group, findings)
    for link in problem.precedences:
        _check_follower(plan, problem, link, findings)
        _check_leader(plan, problem, link, findings)


def follows_too_late(plan: Plan, problem: Problem, device_id: DeviceId) -> bool:
    """Whether a cycle behind the horizon would come too long after the one that it follows."""
    for link in problem.precedences:
        if link.after == device_id and link.max_gap is not None:
            before = _binding(plan, problem, link.before)
            if before is not None and before.end + link.max_gap < problem.horizon.end:
                return True
    return False


def _check_group(plan: Plan, group: tuple[DeviceId, ...], findings: Findings) -> None:
    cycles = [cycle for cycle in plan.cycles if cycle.device_id in group]
    for one, other in combinations(cycles, 2):
        apart = one.end <= other.start or other.end <= one.start
        findings.expect(
            apart or one.device_id == other.device_id or (one.fixed and other.fixed),
            f"{one.device_id} and {other.device_id} run at the same time, at {max(one.start, other.start)}.",
        )


def _check_follower(plan: Plan, problem: Problem, link: Precedence, findings: Findings) -> None:
    after = _chosen(plan, link.after)
    if after is None:
        return
    before = _binding(plan, problem, link.before) if link.before != link.after else None
    if before is None:
        findings.expect(
            not _is_due(problem, link.before), f"{link.after} runs without {link.before}, which it follows."
        )
        return
    gap = after.start - before.end
    findings.expect(
        gap >= link.min_gap and (link.max_gap is None or gap <= link.max_gap),
        f"{link.after} starts {gap} after {link.before}, and not within its gap.",
    )


def _check_leader(plan: Plan, problem: Problem, link: Precedence, findings: Findings) -> None:
    """A wished cycle ends before the commitment that follows it, wherever the clock lets it."""
    before, soonest = _chosen(plan, link.before), _soonest(problem, link.before)
    if before is None or soonest is None or _is_due(problem, link.after) or link.before == link.after:
        return
    for cycle in plan.cycles:
        if cycle.device_id == link.after and cycle.start > problem.now:
            in_time = before.end + link.min_gap <= cycle.start
            findings.expect(
                in_time or soonest + link.min_gap > cycle.start,
                f"{link.before} is not ready before {link.after} starts as agreed at {cycle.start}.",
            )


def _soonest(problem: Problem, device_id: DeviceId) -> datetime | None:
    """When the wished cycle of the machine could end at the soonest, by the clock alone."""
    device = _device(problem, device_id)
    wish = due_wish(problem, device) if device else None
    if device is None or wish is None or not isinstance(device.flexibility, ProfileFlexibility):
        return None
    lengths = [p.duration for p in device.flexibility.programmes if p.id in wanted(wish)]
    return max(problem.now, wish.earliest) + min(lengths) if lengths else None


def _binding(plan: Plan, problem: Problem, device_id: DeviceId) -> ScheduledCycle | None:
    """The cycle that others follow: the wished one, else the last of the fixed ones."""
    device = _device(problem, device_id)
    if device is None or not isinstance(device.flexibility, ProfileFlexibility):
        return None
    if due_wish(problem, device) is not None:
        return _chosen(plan, device_id)
    fixed = due_cycles(problem, device, device.flexibility)
    return max(fixed, key=lambda cycle: cycle.end, default=None)


def _chosen(plan: Plan, device_id: DeviceId) -> ScheduledCycle | None:
    return next((c for c in plan.cycles if c.device_id == device_id and not c.fixed), None)


def _is_due(problem: Problem, device_id: DeviceId) -> bool:
    device = _device(problem, device_id)
    return device is not None and due_wish(problem, device) is not None


def _device(problem: Problem, device_id: DeviceId) -> DeviceInput | None:
    return next((device for device in problem.devices if device.id == device_id), None)
