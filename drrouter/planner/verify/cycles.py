"""Checks whole cycles: at their place, never cut, the running one untouched, the committed one kept."""

from datetime import timedelta
from itertools import pairwise

from drrouter.domain.flexibility import ProfileFlexibility, Programme, RemoteStart
from drrouter.domain.interval import Interval
from drrouter.domain.plan import MissKind, Plan, ScheduledCycle
from drrouter.domain.wish import CycleWish
from drrouter.planner.problem import DeviceInput, Problem
from drrouter.planner.verify.due import due_cycles, wanted
from drrouter.planner.verify.findings import WATT, Findings
from drrouter.planner.verify.order import follows_too_late

_HOUR = timedelta(hours=1)


def cycle_violations(
    plan: Plan, problem: Problem, device: DeviceInput, flexibility: ProfileFlexibility, findings: Findings
) -> None:
    """Check one machine's cycles, its power slot by slot, and what it says of its wish."""
    mine = sorted((cycle for cycle in plan.cycles if cycle.device_id == device.id), key=lambda c: c.start)
    for cycle in mine:
        _check_shape(device, flexibility, cycle, findings)
    for before, after in pairwise(mine):
        findings.expect(before.end <= after.start, f"Two cycles of {device.id} overlap at {after.start}.")
    _check_power(plan, problem, device, flexibility, mine, findings)
    fixed = due_cycles(problem, device, flexibility)
    findings.expect(
        {(c.programme_id, c.start) for c in mine if c.fixed} == {(c.programme_id, c.start) for c in fixed},
        f"The running or committed cycle of {device.id} is not where it was.",
    )
    chosen = [cycle for cycle in mine if not cycle.fixed]
    _check_wish(plan, problem, device, flexibility, chosen, fixed, findings)


def _check_shape(
    device: DeviceInput, flexibility: ProfileFlexibility, cycle: ScheduledCycle, findings: Findings
) -> None:
    programme = flexibility.programme(cycle.programme_id)
    whole = programme is not None and _is_whole(cycle, programme)
    findings.expect(
        whole, f"The cycle {cycle.programme_id} of {device.id} at {cycle.start} is not a whole programme."
    )


def _check_power(
    plan: Plan,
    problem: Problem,
    device: DeviceInput,
    flexibility: ProfileFlexibility,
    mine: list[ScheduledCycle],
    findings: Findings,
) -> None:
    """In each slot the power is that of the cycles standing there, and nothing else."""
    planned = plan.power_w.get(device.id, (0.0,) * len(problem.slots))
    pairs = [(cycle, flexibility.programme(cycle.programme_id)) for cycle in mine]
    phases = [phase for cycle, programme in pairs if programme for phase in _phases(cycle, programme)]
    for index, slot in enumerate(problem.slots):
        drawn_wh = planned[index] * slot.hours
        energy_wh = sum(
            [
                span.overlap_hours(slot) * power_w
                for span, power_w in phases
                if span.start < slot.end and slot.start < span.end
            ]
        )
        findings.expect(
            abs(drawn_wh - energy_wh) <= WATT,
            "{} uses {:.1f} Wh from {}, and its cycles {:.1f} Wh.",
            *(device.id, drawn_wh, slot.start, energy_wh),
        )


def _check_wish(
    plan: Plan,
    problem: Problem,
    device: DeviceInput,
    flexibility: ProfileFlexibility,
    chosen: list[ScheduledCycle],
    fixed: list[ScheduledCycle],
    findings: Findings,
) -> None:
    wishes = [wish for wish in device.wishes if isinstance(wish, CycleWish)]
    wish = wishes[0] if wishes else None
    served = wish is None or any(cycle.programme_id in wanted(wish) for cycle in fixed)
    findings.expect(
        len(chosen) <= (0 if served else 1), f"{device.id} has a cycle in the plan that nobody asked for."
    )
    late_h = lost = 0.0
    if wish is not None and not served:
        if chosen:
            _check_choice(problem, device, flexibility, wish, chosen[0], findings)
            late_h = max(0.0, (chosen[0].end - wish.ready_by) / _HOUR)
        elif not _can_wait(plan, problem, flexibility, wish):
            lost = 1.0
            findings.penalties += (
                max(0.0, (problem.horizon.end - wish.ready_by) / _HOUR) * problem.prices.lateness_per_hour
            )
    findings.missed(plan, MissKind.DEADLINE, device.id, late_h, problem.prices.lateness_per_hour)
    findings.missed(plan, MissKind.CYCLE, device.id, lost, problem.prices.cycle)


def _check_choice(
    problem: Problem,
    device: DeviceInput,
    flexibility: ProfileFlexibility,
    wish: CycleWish,
    cycle: ScheduledCycle,
    findings: Findings,
) -> None:
    """A cycle that the planner placed is the wished one, startable, not too early, and cut by no cap."""
    findings.expect(
        cycle.programme_id in wanted(wish),
        f"{device.id} is planned to run another programme than wished.",
    )
    findings.expect(
        flexibility.remote_start is not RemoteStart.NONE,
        f"{device.id} cannot be started by a command, and the plan starts it.",
    )
    findings.expect(
        cycle.start >= max(problem.now, wish.earliest), f"{device.id} starts before it may, at {cycle.start}."
    )
    findings.expect(
        cycle.end <= max(problem.horizon.end, wish.ready_by), f"{device.id} ends late behind the horizon."
    )
    programme = flexibility.programme(cycle.programme_id)
    for phase_span, power_w in _phases(cycle, programme) if programme else ():
        for span, cap_w in device.caps:
            cut = power_w > max(0.0, cap_w) and span.overlap(phase_span) is not None
            findings.expect(
                not cut, f"A cap of {cap_w:g} W cuts into the cycle of {device.id} at {span.start}."
            )


def _phases(cycle: ScheduledCycle, programme: Programme) -> list[tuple[Interval, float]]:
    """When each phase runs, at which power; without pauses where the cycle tells of none."""
    begin, spans = cycle.start, []
    for number, phase in enumerate(programme.phases):
        begin = cycle.phase_starts[number] if number < len(cycle.phase_starts) else begin
        spans.append((Interval(begin, begin + phase.duration), phase.power_w))
        begin += phase.duration
    return spans


def _is_whole(cycle: ScheduledCycle, programme: Programme) -> bool:
    """Whether every phase runs once, in order, with no pause but those that the programme allows."""
    if len(cycle.phase_starts) not in {0, len(programme.phases)}:
        return False
    spans = [span for span, _ in _phases(cycle, programme)]
    if spans[0].start != cycle.start or spans[-1].end != cycle.end:
        return False
    pauses = [later.start - earlier.end for earlier, later in pairwise(spans)]
    allowed = [phase.max_pause for phase in programme.phases]
    paused = any(pauses) and cycle.fixed
    return not paused and all(timedelta(0) <= p <= most for p, most in zip(pauses, allowed, strict=False))


def _can_wait(plan: Plan, problem: Problem, flexibility: ProfileFlexibility, wish: CycleWish) -> bool:
    """Whether a cycle that is not in the plan may still start behind its horizon and be ready in time."""
    if flexibility.remote_start is RemoteStart.NONE or follows_too_late(plan, problem, wish.device_id):
        return False
    known = [programme for programme in flexibility.programmes if programme.id in wanted(wish)]
    return any(wish.ready_by - programme.duration >= problem.horizon.end for programme in known)
