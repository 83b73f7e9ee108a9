"""Explains a cycle: what it costs where it stands, now and at best, and what binds it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from drrouter.domain.flexibility import ProfileFlexibility
from drrouter.domain.plan import Explanation, Reason, ScheduledCycle
from drrouter.planner.bill import Standing
from drrouter.planner.catalogue import reason
from drrouter.planner.cycle_task import CycleTask, obstacle_at
from drrouter.planner.explain.peaks import lifted
from drrouter.planner.explain.scene import WORTH_SAYING, Scene
from drrouter.planner.explain.telling import UNBOUND, Bind, Costs, tell
from drrouter.planner.problem import Problem
from drrouter.planner.relations import Others, clash, order
from drrouter.planner.schedule import others_of
from drrouter.planner.site import Site
from drrouter.planner.start import Profile, Start


class _Elsewhere(NamedTuple):
    """Another start, what it would cost, and what stands in its way (one of these).

    Attributes:
        energy_cost: the same without what the tariff's terms add.
        enough_w: the limit in its way would have to be as high as this.
    """

    start: Start
    cost: float
    energy_cost: float
    too_late: bool
    too_early: bool
    obstacle: Reason | None
    limit: Reason | None
    enough_w: float

    @property
    def open(self) -> bool:
        """Whether nothing but the wish stands in its way."""
        return self.obstacle is None and self.limit is None


def explain_fixed(scene: Scene, cycle: ScheduledCycle) -> Explanation:
    """A running or promised cycle stands where it stands; what is promised is still priced, then and now."""
    label, problem, device_id = scene.labels[cycle.device_id], scene.problem, cycle.device_id
    if cycle.start <= problem.now:
        runs = reason("cycle.runs", label=label, start=cycle.start, end=cycle.end)
        return tell(problem, device_id, runs)
    bind = Bind(reason("cycle.promised"))
    profile = _profile_of(problem, cycle)
    if profile is None:
        agreed = reason("cycle.agreed", label=label, start=cycle.start, end=cycle.end)
        return tell(problem, device_id, agreed, bind=bind)
    promised = profile.place(cycle.start, problem.slots, cycle.end)
    with scene.without(device_id, promised.power_w, promised.first) as site:
        standing = Standing(scene.bill, site.grid_w)
        cost = _cost(scene, standing, promised)
        places = [profile.place(slot.start, problem.slots, cycle.end) for slot in problem.slots]
        prices = [_cost(scene, standing, place) for place in places]
    saving = prices[0] - cost
    agreed = reason(
        "cycle.agreed.less" if saving >= 0 else "cycle.agreed.more",
        label=label,
        start=cycle.start,
        end=cycle.end,
        cost=cost,
        difference=abs(saving),
    )
    return tell(problem, device_id, agreed, costs=Costs(prices[0], cost, min(cost, *prices)), bind=bind)


def _profile_of(problem: Problem, cycle: ScheduledCycle) -> Profile | None:
    """The programme's energy over time, None where the model does not know the programme."""
    device = next(device for device in problem.devices if device.id == cycle.device_id)
    flexibility = device.flexibility
    found = flexibility.programme(cycle.programme_id) if isinstance(flexibility, ProfileFlexibility) else None
    return Profile(found) if found else None


def explain_cycle(scene: Scene, task: CycleTask) -> Explanation:
    """Why a wished cycle stands where it stands, or nowhere."""
    device_id, chosen = task.device.id, scene.entry.schedule.starts[task.device.id]
    power_w, first = (chosen.power_w, chosen.first) if chosen else ((), 0)
    around = others_of(scene.problem, task, scene.entry.schedule.starts)
    with scene.without(device_id, power_w, first) as site:
        standing = Standing(scene.bill, site.grid_w)
        others = list(_elsewhere(scene, task, site, standing, around))
        cost = _cost(scene, standing, chosen) if chosen else None
        peak = _peak_in_the_way(scene, site, chosen, others) if chosen else UNBOUND
    known = [other.cost for other in others] + ([cost] if cost is not None else [])
    costs = Costs(others[0].cost if others else None, cost, min(known, default=None))
    cause = scene.cause(device_id)
    if chosen is None or cost is None:
        bind = Bind(cause, _with_room(others)) if task.starts else Bind(cause or reason("cycle.later"))
        return tell(scene.problem, device_id, _not_started(scene, task, cause), costs=costs, bind=bind)
    bind = _binding(scene, task, others, cost)
    bind = bind if bind.binding else (peak if peak.binding else Bind(cause))
    late = reason("cycle.ready_late", cause, late_h=chosen.late_h) if chosen.late_h else None
    text = _started(scene, task, chosen, cost, others[0])
    more = (*_pauses(chosen), _why_this(task, chosen, others), *_orders(scene.problem, around))
    return tell(scene.problem, device_id, text, late, *more, costs=costs, bind=bind)


def _why_this(task: CycleTask, chosen: Start, others: list[_Elsewhere]) -> Reason | None:
    """Why a programme runs that is liked less than another."""
    liked = [other for other in others if other.start.programme.id == task.wish.programme_id]
    if chosen.programme.id == task.wish.programme_id or not liked:
        return None
    free = [other.cost for other in liked if other.open and not (other.too_late or other.too_early)]
    name, best = chosen.programme.name, liked[0].start.programme.name
    if free:
        return reason("cycle.chosen.cheaper", name=name, liked=best, cost=min(free))
    return reason("cycle.chosen.fits", name=name, liked=best)


def _pauses(chosen: Start) -> Iterator[Reason]:
    """Where it stands still between two phases."""
    phases = chosen.programme.phases
    for phase, begin, following in zip(phases, chosen.phase_starts, chosen.phase_starts[1:], strict=False):
        since = begin + phase.duration
        if following > since:
            yield reason("cycle.pauses", phase=phase.name, since=since, until=following)


def _orders(problem: Problem, around: Others | None) -> Iterator[Reason]:
    """What it keeps its distance to."""
    for link, before in around.leaders if around else ():
        yield reason("cycle.in_order", order(problem, link, before))


def _not_started(scene: Scene, task: CycleTask, cause: Reason | None) -> Reason:
    if task.starts and cause is None:
        price = min(energy_wh for energy_wh, _ in task.waits) / 1000 * scene.bill.prices.mean_buy
        return reason("cycle.waits", label=task.device.label, price=price)
    return reason("cycle.not_started", cause or reason("cycle.later"), label=task.device.label)


def _with_room(others: list[_Elsewhere]) -> Reason | None:
    """How high the limit would have to be for a cycle that none of its starts leaves below it."""
    kept_off = [
        other for other in others if other.limit and not (other.obstacle or other.too_late or other.too_early)
    ]
    if not kept_off:
        return None
    best = min(kept_off, key=lambda other: (round(other.enough_w), round(other.cost, 6), other.start.start))
    at, cost, enough_w = best.start.start, best.cost, best.enough_w
    return reason("cycle.with_room", at=at, cost=cost, enough_w=enough_w)


def _started(scene: Scene, task: CycleTask, chosen: Start, cost: float, at_once: _Elsewhere) -> Reason:
    saving = at_once.cost - cost
    told: dict[str, float | str] = {"label": task.device.label, "name": chosen.programme.name, "cost": cost}
    if chosen.start == scene.problem.now:
        return reason("cycle.starts.now", start=chosen.start, end=chosen.end, **told)
    told |= {"start": chosen.start.isoformat(), "end": chosen.end.isoformat(), "difference": abs(saving)}
    if saving >= 0:
        return reason("cycle.starts.less", **told)
    if at_once.limit is None:
        return reason("cycle.starts.more", **told)
    return reason("cycle.starts.more_limited", at_once.limit, **told)


def _elsewhere(
    scene: Scene, task: CycleTask, site: Site, standing: Standing, around: Others | None
) -> Iterator[_Elsewhere]:
    """Every start at the beginning of a slot, wished or not, with its price and its obstacle."""
    flexibility, problem, wish = task.device.flexibility, scene.problem, task.wish
    known = flexibility.programme if isinstance(flexibility, ProfileFlexibility) else lambda _: None
    fixed = [cycle for cycle in scene.tasks.fixed if cycle.device_id == task.device.id]
    placed = {(start.programme.id, start.start): start for start in task.starts}
    rooms_w = [max(0.0, site.room_w(task.device.id, index)) for index in range(len(problem.slots))]
    for programme in filter(None, map(known, wish.choices)):
        profile = Profile(programme)
        for slot in problem.slots:
            start = placed.get((programme.id, slot.start))
            start = start or profile.place(slot.start, problem.slots, wish.ready_by)
            limit, enough_w = _limit_in_the_way(scene, site, task, start, rooms_w)
            energy_cost = standing.added_energy(start.power_w, start.first)
            yield _Elsewhere(
                start=start,
                cost=energy_cost + _beside_energy(scene, standing, start),
                energy_cost=energy_cost,
                too_late=start.late_h > 0,
                too_early=slot.start < wish.earliest,
                obstacle=obstacle_at(problem, task.device, programme, slot.start, fixed)
                or (clash(problem, start.start, start.end, around) if around else None),
                limit=limit,
                enough_w=enough_w,
            )


def _cost(scene: Scene, standing: Standing, start: Start) -> float:
    energy_cost = standing.added_energy(start.power_w, start.first)
    return energy_cost + _beside_energy(scene, standing, start)


def _beside_energy(scene: Scene, standing: Standing, start: Start) -> float:
    """What the terms add, and what lies behind the horizon."""
    behind = start.tail_wh / 1000 * scene.bill.prices.mean_buy
    return standing.added_terms(start.power_w, start.first) + behind


def _limit_in_the_way(
    scene: Scene, site: Site, task: CycleTask, start: Start, rooms_w: Sequence[float]
) -> tuple[Reason | None, float]:
    """The first limit that the start would break, and what limit would be enough for all of it, in W."""
    first: Reason | None = None
    enough_w, device_id = 0.0, task.device.id
    for index, power_w in enumerate(start.power_w, start=start.first):
        if power_w <= rooms_w[index] + 0.5:
            continue
        row, room_w = site.tightest(device_id, index), site.room_w(device_id, index)
        if row is not None:
            enough_w = max(enough_w, row.max_w - room_w + power_w)
            at, left_w = scene.problem.slots[index].start, rooms_w[index]
            first = first or reason("limit.room", limit_w=row.max_w, left_w=left_w, at=at)
    return first, enough_w


def _peak_in_the_way(scene: Scene, site: Site, chosen: Start, others: list[_Elsewhere]) -> Bind:
    """The peak that keeps the cycle from the start with the cheapest energy."""
    if not scene.tasks.tariffs.terms.peaks:
        return UNBOUND
    planned = scene.bill.added_energy(site.grid_w, chosen.power_w, chosen.first)
    free = [
        other
        for other in others
        if other.open
        and not (other.too_late or other.too_early or other.start.tail_wh)
        and other.energy_cost < planned - WORTH_SAYING
    ]
    if chosen.tail_wh or not free:
        return UNBOUND
    best = min(free, key=lambda other: (round(other.energy_cost, 6), other.start.start))
    at, saving = best.start.start, planned - best.energy_cost
    peak = lifted(scene, site, best.start.power_w, best.start.first)
    return Bind(peak, reason("cycle.without_it", at=at, saving=saving), saving) if peak else UNBOUND


def _binding(scene: Scene, task: CycleTask, others: list[_Elsewhere], cost: float) -> Bind:
    """What keeps the cycle from being cheaper, and what letting go of it would save."""
    cheaper = [other for other in others if other.cost < cost - WORTH_SAYING]
    open_starts = [other for other in cheaper if other.open]
    if open_starts:
        best = min(open_starts, key=lambda other: (round(other.cost, 6), other.start.end))
        saving = cost - best.cost
        if best.too_late:
            change = reason("cycle.allow_until", until=best.start.end, saving=saving)
            return Bind(reason("cycle.must_be_ready", by=task.wish.ready_by), change, saving)
        if best.too_early:
            change = reason("cycle.allow_from", since=best.start.start, saving=saving)
            return Bind(reason("cycle.must_not_start", earliest=task.wish.earliest), change, saving)
    if not cheaper:
        return UNBOUND
    best = min(cheaper, key=lambda other: (round(other.cost, 6), other.start.start))
    at, saving = best.start.start, cost - best.cost
    if best.obstacle is not None:
        return Bind(best.obstacle, reason("cycle.without_it", at=at, saving=saving), saving)
    if best.limit is not None:
        enough_w = best.enough_w
        change = reason("cycle.without_limit", at=at, saving=saving, enough_w=enough_w)
        return Bind(best.limit, change, saving)
    return UNBOUND
