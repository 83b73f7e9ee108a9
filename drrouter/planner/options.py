"""Answers "which options are available now?" from the last plan alone, never from a solver.

The home is taken as planned, without this device's own planned cycle; each start is priced by what it would
add to the bill, and dropped where it would break a limit.

Source: TR 102 935, 5.3.1 (a device asks, the router answers with priced options).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from drrouter.domain.flexibility import ProfileFlexibility, Programme
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import floor_to
from drrouter.domain.option import OptionKind
from drrouter.domain.plan import Plan, Reason
from drrouter.domain.said import resaid
from drrouter.planner.bill import Bill, Standing, bill_of
from drrouter.planner.catalogue import reason, say
from drrouter.planner.cycle_task import obstacle_at
from drrouter.planner.inverter_task import inverter_tasks
from drrouter.planner.problem import DeviceInput, Problem
from drrouter.planner.relations import clash, planned_others
from drrouter.planner.site import Site
from drrouter.planner.start import Profile, Start, placed
from drrouter.planner.timeline import on_slots_of

_MINUTE = timedelta(minutes=1)
_CRUMB_W = 0.5


@dataclass(frozen=True, slots=True)
class PricedStart:
    """One possible start of one programme.

    Attributes:
        cost: what it adds to the bill, in the plan's currency.
        co2_g: what its share of the import emits, in g.
        saving: against starting now; negative where now is cheaper.
        reason: a sentence with numbers.
    """

    kind: OptionKind
    start: datetime
    end: datetime
    cost: float
    co2_g: float
    saving: float
    reason: str


@dataclass(frozen=True, slots=True)
class _Priced:
    start: Start
    cost: float
    co2_g: float


def price_options(
    plan: Plan,
    problem: Problem,
    device_id: DeviceId,
    programme: Programme,
    earliest: datetime,
    ready_by: datetime,
    now: datetime,
) -> tuple[PricedStart, ...]:
    """The starts worth offering: now, cheapest, greenest (where CO2 is known) and the latest in time.

    Args:
        plan: the last plan.
        problem: the question that it answers; a newer one does as well.
        programme: what shall run.
        earliest: not before; ``now`` where that is later.
        ready_by: the end at the latest.
        now: aware UTC, the instant of the question.

    Returns:
        At most one per kind, and several kinds may name the same start. Starts that would break a limit, a
        cap or another cycle of the machine are left out; where none is left, starting now alone is
        answered, and its reason says what it would break.
    """
    desk = _Desk(plan, problem, device_id, programme, ready_by)
    begin = max(earliest, now)
    first = desk.price(begin)
    fitting = [desk.price(instant) for instant in desk.instants(begin) if desk.obstacle(instant) is None]
    in_time = [offer for offer in fitting if offer.start.end <= ready_by]
    if not in_time:
        return (desk.answer(OptionKind.NOW, first, first, _why_alone(desk, first, ready_by)),)
    return tuple(_choose(desk, first, in_time, now))


def fits(
    plan: Plan, problem: Problem, device_id: DeviceId, programme: Programme, start: datetime
) -> str | None:
    """Why the programme cannot start then in the home as planned, as a sentence; None where it can."""
    desk = _Desk(plan, problem, device_id, programme, start + programme.duration)
    obstacle = desk.obstacle(start)
    return resaid(say(problem, obstacle), obstacle) or None


class _Desk:
    """Prices starts of one programme in the home as planned."""

    def __init__(
        self, plan: Plan, problem: Problem, device_id: DeviceId, programme: Programme, ready_by: datetime
    ) -> None:
        self.problem, self.programme, self.ready_by = problem, programme, ready_by
        self.profile = Profile(programme)
        self.device = _device(problem, device_id)
        self.fixed = [cycle for cycle in plan.cycles if cycle.device_id == device_id and cycle.fixed]
        self.others = planned_others(problem, plan, device_id)
        self.bill = bill_of(problem)
        self.site = _as_planned(problem, on_slots_of(problem, plan), self.bill)
        for power_w, first in _own_cycles(plan, problem, self.device):
            self.site.add(device_id, power_w, first, sign=-1)
        self.standing = Standing(self.bill, self.site.grid_w)

    def instants(self, begin: datetime) -> list[datetime]:
        """Where it may start: at once, at every slot, and as late as it is still ready in time."""
        latest = floor_to(self.ready_by - self.programme.duration, _MINUTE)
        slots = [slot.start for slot in self.problem.slots if slot.start > begin]
        wanted = {begin, latest, *slots}
        horizon = self.problem.horizon
        return sorted(instant for instant in wanted if begin <= instant and horizon.holds(instant))

    def obstacle(self, instant: datetime) -> Reason | None:
        """Why it cannot start then: the machine itself, or a limit."""
        if not self.problem.horizon.holds(instant):
            return reason("option.outside", at=instant)
        own = obstacle_at(self.problem, self.device, self.programme, instant, self.fixed)
        own = own or clash(self.problem, instant, instant + self.programme.duration, self.others)
        return own or self._broken_limit(self._place(instant))

    def price(self, instant: datetime) -> _Priced:
        """What a start adds to the bill and to the import's CO2; behind the horizon at mean values."""
        start, grid_w = self._place(instant), self.site.grid_w
        tail_kwh = start.tail_wh / 1000
        cost = self.standing.added(start.power_w, start.first) + tail_kwh * self.bill.prices.mean_buy
        co2_g = self.bill.added_co2(grid_w, start.power_w, start.first) + tail_kwh * self.bill.mean_co2
        return _Priced(start, cost, co2_g)

    def answer(self, kind: OptionKind, offer: _Priced, first: _Priced, why: Reason) -> PricedStart:
        """An offer as it is told; adding 0.0 turns a negative zero into zero."""
        saving = first.cost - offer.cost + 0.0
        start = offer.start
        said = resaid(say(self.problem, why), why)
        return PricedStart(kind, start.start, start.end, offer.cost, offer.co2_g, saving, said)

    def _place(self, instant: datetime) -> Start:
        return self.profile.place(instant, self.problem.slots, self.ready_by)

    def _broken_limit(self, start: Start) -> Reason | None:
        for index, power_w in enumerate(start.power_w, start=start.first):
            room_w = self.site.room_w(self.device.id, index)
            row = self.site.tightest(self.device.id, index)
            if row is not None and power_w > max(0.0, room_w) + _CRUMB_W:
                return reason(
                    "option.limit",
                    at=self.problem.slots[index].start,
                    power=power_w,
                    limit_w=row.max_w,
                    left_w=max(0.0, room_w),
                )
        return None


def _as_planned(problem: Problem, plan: Plan, bill: Bill) -> Site:
    """The home as planned, with all the sun that may be held back where nobody takes it."""
    site = Site.of_plan(problem, plan)
    if bill.prices.spare_w:
        for task in inverter_tasks(problem):
            site.add(task.device.id, plan.power_w.get(task.device.id, ()), sign=-1)
            site.add(task.device.id, task.offered_w)
    return site


def _choose(desk: _Desk, first: _Priced, in_time: list[_Priced], now: datetime) -> Iterable[PricedStart]:
    at_once = next((offer for offer in in_time if offer.start.start == first.start.start), None)
    if at_once is not None:
        start = first.start
        why = (
            reason("option.now", end=start.end, cost=first.cost)
            if start.start == now
            else reason("option.soon", start=start.start, end=start.end, cost=first.cost)
        )
        yield desk.answer(OptionKind.NOW, first, first, why)
    cheapest = min(in_time, key=lambda offer: (round(offer.cost, 9), offer.start.start))
    yield desk.answer(OptionKind.CHEAPEST, cheapest, first, _told(desk, OptionKind.CHEAPEST, cheapest, first))
    if desk.problem.co2_g_per_kwh:
        greenest = min(in_time, key=lambda o: (round(o.co2_g, 6), round(o.cost, 9), o.start.start))
        yield desk.answer(
            OptionKind.GREENEST, greenest, first, _told(desk, OptionKind.GREENEST, greenest, first)
        )
    latest = max(in_time, key=lambda offer: offer.start.start)
    yield desk.answer(OptionKind.LATEST, latest, first, _told(desk, OptionKind.LATEST, latest, first))


def _told(desk: _Desk, kind: OptionKind, offer: _Priced, first: _Priced) -> Reason:
    start, by, difference = offer.start.start, desk.ready_by, first.cost - offer.cost
    against = _against(desk, offer, first, difference)
    if kind is OptionKind.CHEAPEST:
        return reason("option.cheapest", against, by=by, start=start, cost=offer.cost)
    if kind is OptionKind.GREENEST:
        return reason("option.greenest", against, by=by, start=start, cost=offer.cost)
    return reason("option.latest", against, by=by, start=start, cost=offer.cost)


def _against(desk: _Desk, offer: _Priced, first: _Priced, difference: float) -> Reason:
    """The offer beside starting now: what it costs less or more and, where that is known, emits."""
    if not desk.problem.co2_g_per_kwh:
        return reason("option.less" if difference >= 0 else "option.more", difference=abs(difference))
    return reason(
        "option.less_green" if difference >= 0 else "option.more_green",
        difference=abs(difference),
        co2_g=offer.co2_g,
        now_g=first.co2_g,
    )


def _why_alone(desk: _Desk, first: _Priced, ready_by: datetime) -> Reason:
    start = first.start
    obstacle = desk.obstacle(start.start)
    fate = reason("option.but", obstacle) if obstacle else reason("option.ready", end=start.end)
    return reason("option.alone", fate, by=ready_by, start=start.start, cost=first.cost)


def _own_cycles(plan: Plan, problem: Problem, device: DeviceInput) -> Iterable[tuple[tuple[float, ...], int]]:
    """The power of the device's own cycles that the plan may still move, each with its first slot."""
    known = {programme.id: programme for programme in _programmes(device)}
    for cycle in plan.cycles:
        if cycle.device_id == device.id and not cycle.fixed and cycle.programme_id in known:
            own = placed(known[cycle.programme_id], cycle, problem.slots)
            yield own.power_w, own.first


def _programmes(device: DeviceInput) -> tuple[Programme, ...]:
    return device.flexibility.programmes if isinstance(device.flexibility, ProfileFlexibility) else ()


def _device(problem: Problem, device_id: DeviceId) -> DeviceInput:
    """The device as the problem knows it; one that it does not know has no caps and no groups."""
    known = (device for device in problem.devices if device.id == device_id)
    return next(known, DeviceInput(device_id, device_id, ProfileFlexibility(())))
