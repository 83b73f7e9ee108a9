"""How cycles of different machines stand to each other: one after the other, or never at the same time.

The model has both as rows (``constraints/precedence.py``, ``constraints/exclusive.py``); here they are told
for one cycle among others that stand already.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from drrouter.domain.flexibility import ProfileFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.plan import Plan, Reason, ScheduledCycle
from drrouter.domain.wish import Precedence
from drrouter.planner.catalogue import reason
from drrouter.planner.fixed import fixed_cycles, open_wish
from drrouter.planner.problem import DeviceInput, Problem


@dataclass(frozen=True, slots=True)
class Stand:
    """A cycle of a machine, from start to end, where it stands."""

    device_id: DeviceId
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Others:
    """The cycles that one cycle is held against.

    Attributes:
        apart: those that must not run at the same time.
        leaders: those that it follows; None is one that is wished and stands nowhere.
        followers: those that follow it.
    """

    apart: tuple[Stand, ...] = ()
    leaders: tuple[tuple[Precedence, Stand | None], ...] = ()
    followers: tuple[tuple[Precedence, Stand], ...] = ()


def is_related(problem: Problem, device_id: DeviceId) -> bool:
    """Whether any precedence or group binds the machine at all."""
    return any(device_id in (link.before, link.after) for link in problem.precedences) or bool(
        partners(problem, device_id)
    )


def partners(problem: Problem, device_id: DeviceId) -> frozenset[DeviceId]:
    """The machines that never run at the same time as this one."""
    groups = (group for group in problem.exclusive if device_id in group)
    return frozenset(other for group in groups for other in group if other != device_id)


def fixed_others(problem: Problem, device: DeviceInput) -> Others:
    """What is fixed around a machine whose cycle is still to be placed.

    Interpretation: a machine is followed by its wished cycle where it has one, else by the last of its
    running and committed ones. A commitment ahead binds the wished cycle before it only where that can
    still end in time by the clock: else it was made for another load.
    """
    fixed = {other.id: _fixed(problem, other) for other in problem.devices if other.id != device.id}
    wished = {other.id for other in problem.devices if open_wish(problem, other) is not None}
    apart = partners(problem, device.id)
    soonest = _soonest_end(problem, device)
    leaders, followers = [], []
    for link in problem.precedences:
        if link.after == device.id and link.before not in wished and fixed.get(link.before):
            leaders.append((link, max(fixed[link.before], key=lambda stand: stand.end)))
        if link.before == device.id and link.after not in wished and soonest is not None:
            followers += [
                (replace(link, max_gap=None), stand)
                for stand in fixed.get(link.after, ())
                if soonest + link.min_gap <= stand.start and stand.start > problem.now
            ]
    return Others(
        tuple(stand for other in sorted(apart) for stand in fixed.get(other, ())),
        tuple(leaders),
        tuple(followers),
    )


def placed_others(
    problem: Problem, device_id: DeviceId, placed: Mapping[DeviceId, Stand | None], fixed: Others
) -> Others:
    """What stands around a machine: the fixed ones, and the wished ones where they are placed.

    Args:
        placed: per wished cycle where it stands, None for nowhere.
        fixed: what is fixed around the machine.
    """
    apart = [stand for other in sorted(partners(problem, device_id)) if (stand := placed.get(other))]
    leaders = [
        (link, None if link.before == device_id else placed[link.before])
        for link in problem.precedences
        if link.after == device_id and link.before in placed
    ]
    followers = [
        (link, stand)
        for link in problem.precedences
        if link.before == device_id and link.after != device_id and (stand := placed.get(link.after))
    ]
    return Others((*fixed.apart, *apart), (*fixed.leaders, *leaders), (*fixed.followers, *followers))


def planned_others(problem: Problem, plan: Plan, device_id: DeviceId) -> Others:
    """What stands around a machine in a plan; those that follow it may still move."""
    cycles: dict[DeviceId, ScheduledCycle] = {}
    for cycle in sorted(plan.cycles, key=lambda cycle: (not cycle.fixed, cycle.end)):
        cycles[cycle.device_id] = cycle
    apart = partners(problem, device_id)
    return Others(
        tuple(_stand(cycle) for cycle in plan.cycles if cycle.device_id in apart),
        tuple(
            (link, _stand(cycles[link.before]))
            for link in problem.precedences
            if link.after == device_id != link.before and link.before in cycles
        ),
    )


def clash(problem: Problem, start: datetime, end: datetime, others: Others) -> Reason | None:
    """Why a cycle may not stand from start to end among the others; None where it may."""
    return next(_clashes(problem, start, end, others), None)


def _clashes(problem: Problem, start: datetime, end: datetime, others: Others) -> Iterator[Reason]:
    for stand in others.apart:
        if stand.start < end and stand.end > start:
            yield reason("cycle.one_at_a_time", label=_label(problem, stand.device_id), end=stand.end)
    for link, before in others.leaders:
        if before is None or not keeps(link, before.end, start):
            yield order(problem, link, before)
    for link, after in others.followers:
        if not keeps(link, end, after.start):
            yield reason("cycle.follower", label=_label(problem, link.after), start=after.start)


def keeps(link: Precedence, end: datetime, start: datetime) -> bool:
    """Whether a cycle that starts then keeps its distance to one that ends then."""
    gap = start - end
    return gap >= link.min_gap and (link.max_gap is None or gap <= link.max_gap)


def order(problem: Problem, link: Precedence, before: Stand | None) -> Reason:
    """What the precedence asks of what follows."""
    label = _label(problem, link.before)
    if before is None:
        return reason("cycle.not_before", label=label)
    least = link.min_gap.total_seconds() / 60
    if link.max_gap is None and not least:
        return reason("cycle.after", label=label, end=before.end)
    if link.max_gap is None:
        return reason("cycle.after_least", label=label, end=before.end, least=least)
    most = link.max_gap.total_seconds() / 60
    if not least:
        return reason("cycle.after_most", label=label, end=before.end, most=most)
    return reason("cycle.after_both", label=label, end=before.end, least=least, most=most)


def broken_by_waiting(problem: Problem, others: Others) -> tuple[Precedence, Stand] | None:
    """What a cycle would break by waiting until after the horizon: it would follow too late."""
    for link, before in others.leaders:
        if before is not None and closes(link, before.end, problem.horizon.end):
            return link, before
    return None


def closes(link: Precedence, end: datetime, horizon_end: datetime) -> bool:
    """Whether what follows a cycle that ends then must start within the horizon."""
    return link.max_gap is not None and end + link.max_gap < horizon_end


def _label(problem: Problem, device_id: DeviceId) -> str:
    return next((device.label for device in problem.devices if device.id == device_id), device_id)


def _soonest_end(problem: Problem, device: DeviceInput) -> datetime | None:
    wish, flexibility = open_wish(problem, device), device.flexibility
    if wish is None or not isinstance(flexibility, ProfileFlexibility):
        return None
    lengths = [programme.duration for name in wish.choices if (programme := flexibility.programme(name))]
    return max(problem.now, wish.earliest) + min(lengths) if lengths else None


def _fixed(problem: Problem, device: DeviceInput) -> tuple[Stand, ...]:
    return tuple(_stand(cycle) for cycle, _ in fixed_cycles(problem, device))


def _stand(cycle: ScheduledCycle) -> Stand:
    return Stand(cycle.device_id, cycle.start, cycle.end)
