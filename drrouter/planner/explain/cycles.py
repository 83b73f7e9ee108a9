"""Explains a cycle: what it costs where it stands, what it would cost now, and what binds it."""

from collections.abc import Iterator
from dataclasses import dataclass

from drrouter.domain.flexibility import ProfileFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.plan import Explanation, ScheduledCycle
from drrouter.planner.cycle_task import CycleTask, Profile, Start, obstacle_at
from drrouter.planner.explain.scene import WORTH_SAYING, Scene
from drrouter.planner.problem import Problem
from drrouter.planner.site import Site
from drrouter.planner.words import clock, money, watts

PROMISED = "it was promised, and no plan moves it"


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """Another start, what it would cost, and what stands in its way (one of these, in words)."""

    start: Start
    cost: float
    too_late: bool
    too_early: bool
    obstacle: str
    limit: str


def explain_fixed(scene: Scene, cycle: ScheduledCycle) -> Explanation:
    """A running or promised cycle stands where it stands; what is promised is still priced, then and now."""
    label, problem = scene.labels[cycle.device_id], scene.problem
    ready = f"it is ready at {clock(problem, cycle.end)}"
    if cycle.start <= problem.now:
        text = f"{label} runs since {clock(problem, cycle.start)} and is never cut; {ready}."
        return Explanation(cycle.device_id, text)
    text = f"{label} was agreed to start at {clock(problem, cycle.start)}; {ready}"
    profile = _profile_of(problem, cycle)
    if profile is None:
        return Explanation(cycle.device_id, f"{text}.", binding=PROMISED)
    promised = profile.place(cycle.start, problem.slots, cycle.end)
    at_once = profile.place(problem.now, problem.slots, cycle.end)
    with scene.without(cycle.device_id, promised.power_w, promised.first) as site:
        cost, cost_now = _cost(scene, site, promised), _cost(scene, site, at_once)
    saving = cost_now - cost
    against = f"{money(problem, abs(saving))} {'less' if saving >= 0 else 'more'} than now"
    text = f"{text} and costs {money(problem, cost)} then, {against}."
    return Explanation(cycle.device_id, text, cost_now, cost, PROMISED)


def _profile_of(problem: Problem, cycle: ScheduledCycle) -> Profile | None:
    """The programme's energy over time, None where the model does not know the programme."""
    device = next(device for device in problem.devices if device.id == cycle.device_id)
    flexibility = device.flexibility
    found = flexibility.programme(cycle.programme_id) if isinstance(flexibility, ProfileFlexibility) else None
    return Profile(found) if found else None


def explain_cycle(scene: Scene, task: CycleTask) -> Explanation:
    """Why a wished cycle stands where it stands, or nowhere."""
    device_id, chosen = task.device.id, scene.entry.schedule.starts[task.device.id]
    if not task.starts:
        miss = scene.missed(device_id)
        cause = miss.cause if miss else "it may wait until after the planned hours"
        return Explanation(device_id, f"{task.device.label} is not started: {cause}.", binding=cause)
    power_w, first = (chosen.power_w, chosen.first) if chosen else ((), 0)
    with scene.without(device_id, power_w, first) as site:
        others = list(_elsewhere(scene, task, site))
        cost_now = others[0].cost
        cost = _cost(scene, site, chosen) if chosen else None
    binding, would_change = _binding(scene, task, others, cost) if cost is not None else ("", "")
    text = _text(scene, task, chosen, cost, others[0])
    return Explanation(device_id, text, cost_now, cost, binding or _cause(scene, device_id), would_change)


def _cause(scene: Scene, device_id: DeviceId) -> str:
    miss = scene.missed(device_id)
    return miss.cause if miss else ""


def _text(
    scene: Scene, task: CycleTask, chosen: Start | None, cost: float | None, at_once: _Elsewhere
) -> str:
    problem, label = scene.problem, task.device.label
    if chosen is None or cost is None:
        if task.can_wait:
            price = money(problem, task.energy_wh / 1000 * scene.bill.prices.mean_buy)
            return f"{label} waits: no start in the planned hours is cheaper than the {price} expected later."
        return f"{label} is not started: {_cause(scene, task.device.id)}."
    saving = at_once.cost - cost
    against = f"{money(problem, abs(saving))} {'less' if saving >= 0 else 'more'} than now"
    if saving < 0 and at_once.limit:
        against += f", but {at_once.limit}"
    if chosen.start == problem.now:
        against = "and no later start in its window is cheaper"
    late = (
        f" It is ready {chosen.late_h:.2f} h late: {_cause(scene, task.device.id)}." if chosen.late_h else ""
    )
    return (
        f"{label} starts at {clock(problem, chosen.start)} and is ready at {clock(problem, chosen.end)}: "
        f"{task.name} costs {money(problem, cost)} then, {against}.{late}"
    )


def _elsewhere(scene: Scene, task: CycleTask, site: Site) -> Iterator[_Elsewhere]:
    """Every start at the beginning of a slot, wished or not, with its price and its obstacle."""
    flexibility, problem, wish = task.device.flexibility, scene.problem, task.wish
    programmes = flexibility.programmes if isinstance(flexibility, ProfileFlexibility) else ()
    fixed = [cycle for cycle in scene.tasks.fixed if cycle.device_id == task.device.id]
    for programme in (programme for programme in programmes if programme.id == wish.programme_id):
        profile = Profile(programme)
        for slot in problem.slots:
            start = profile.place(slot.start, problem.slots, wish.ready_by)
            yield _Elsewhere(
                start=start,
                cost=_cost(scene, site, start),
                too_late=start.late_h > 0,
                too_early=slot.start < wish.earliest,
                obstacle=obstacle_at(problem, task.device, programme, slot.start, fixed) or "",
                limit=_limit_in_the_way(scene, site, task.device.id, start),
            )


def _cost(scene: Scene, site: Site, start: Start) -> float:
    behind = start.tail_wh / 1000 * scene.bill.prices.mean_buy
    return scene.bill.added(site.grid_w, start.power_w, start.first) + behind


def _limit_in_the_way(scene: Scene, site: Site, device_id: DeviceId, start: Start) -> str:
    for index, power_w in enumerate(start.power_w, start=start.first):
        row = site.tightest(device_id, index)
        room_w = max(0.0, site.room_w(device_id, index))
        if row is not None and power_w > room_w + 0.5:
            when = clock(scene.problem, scene.problem.slots[index].start)
            return f"the limit of {watts(row.max_w)} leaves {watts(room_w)} at {when}"
    return ""


def _binding(scene: Scene, task: CycleTask, others: list[_Elsewhere], cost: float) -> tuple[str, str]:
    """What keeps the cycle from being cheaper, and what letting go of it would save."""
    problem = scene.problem
    cheaper = [other for other in others if other.cost < cost - WORTH_SAYING]
    if not cheaper:
        return "", ""
    open_starts = [other for other in cheaper if not other.obstacle and not other.limit]
    if open_starts:
        best = min(open_starts, key=lambda other: (round(other.cost, 6), other.start.end))
        saved = money(problem, cost - best.cost)
        if best.too_late:
            until = clock(problem, best.start.end)
            return (
                f"it must be ready by {clock(problem, task.wish.ready_by)}",
                f"allow until {until} and save {saved}",
            )
        if best.too_early:
            since = clock(problem, best.start.start)
            return (
                f"it must not start before {clock(problem, task.wish.earliest)}",
                f"allow from {since} on and save {saved}",
            )
    best = min(cheaper, key=lambda other: (round(other.cost, 6), other.start.start))
    why = best.obstacle or best.limit
    if not why:
        return "", ""
    return (
        why,
        f"without it, {clock(problem, best.start.start)} would save {money(problem, cost - best.cost)}",
    )
