"""What each machine with whole cycles must do: what is wished, and where it may start.

A cycle is never cut: each possible start carries the whole profile, already cut into the energy that falls
into each slot, so that slots of unequal length are exact.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from drrouter.domain.flexibility import ProfileFlexibility, Programme, RemoteStart
from drrouter.domain.plan import Reason, ScheduledCycle
from drrouter.domain.wish import CycleWish
from drrouter.planner.catalogue import reason
from drrouter.planner.chain import Chain, around_block, blocks_of, instants_of
from drrouter.planner.fixed import fixed_cycles, open_wish
from drrouter.planner.problem import DeviceInput, Problem
from drrouter.planner.relations import Others, broken_by_waiting, clash, fixed_others, is_related
from drrouter.planner.start import Place, Profile, Start, peak_between, place_of


@dataclass(frozen=True, slots=True)
class CycleTask:
    """A wished cycle that is still to be placed.

    Attributes:
        name: of the wished programme, as people read it.
        starts: where it may stand, in order of time; of all programmes that serve the wish.
        can_wait: whether it may as well start after the horizon and still be ready in time.
        missed_h: hours that count as late when it is not placed at all.
        waits: energy in Wh, and price of being liked less, of each programme that could so wait.
        previous: the index of the start that the previous plan chose.
        kept: where the previous plan has it, as far as that is still possible.
        chains: the programmes that may pause, with where their parts may stand.
        obstacle: why there is no start at all.
        others: what is fixed around it; None where neither precedence nor group binds the machine.
    """

    device: DeviceInput
    wish: CycleWish
    name: str
    energy_wh: float
    starts: tuple[Start, ...]
    can_wait: bool
    missed_h: float
    waits: tuple[tuple[float, float], ...] = ()
    previous: int | None = None
    kept: Place | None = None
    chains: tuple[Chain, ...] = ()
    obstacle: Reason | None = None
    others: Others | None = None

    @property
    def planned(self) -> Start | None:
        """Where the previous plan has it, pauses included; None where that is no longer possible."""
        if self.previous is not None or self.kept is None:
            return None if self.previous is None else self.starts[self.previous]
        return next((start for chain in self.chains if (start := chain.at(self.kept))), None)


def cycle_task(problem: Problem, device: DeviceInput) -> CycleTask | None:
    """The cycle that is wished and still to be placed, None where there is none."""
    wish, flexibility = open_wish(problem, device), device.flexibility
    if wish is None or not isinstance(flexibility, ProfileFlexibility):
        return None
    known = [programme for name in wish.choices if (programme := flexibility.programme(name))]
    if not known:
        return _obstructed(
            problem, device, wish, reason("cycle.unknown_programme", programme=wish.programme_id)
        )
    if flexibility.remote_start is RemoteStart.NONE:
        return _obstructed(problem, device, wish, reason("cycle.by_hand"))
    others = fixed_others(problem, device) if is_related(problem, device.id) else None
    starts = _all_starts(problem, device, wish, known, others)
    chains = tuple(filter(None, (_chain(problem, device, wish, programme, others) for programme in known)))
    before = _planned_before(problem, wish, known)
    waits = () if others and broken_by_waiting(problem, others) else _waits(problem, wish, known)
    return CycleTask(
        device=device,
        wish=wish,
        name=known[0].name,
        energy_wh=known[0].energy_wh,
        starts=starts,
        can_wait=bool(waits),
        missed_h=_missed_h(problem, wish),
        waits=waits,
        previous=next((k for k, start in enumerate(starts) if start.place == before), None),
        kept=_kept(starts, chains, before),
        chains=chains,
        obstacle=None if starts else reason("cycle.no_start"),
        others=others,
    )


def dislike(problem: Problem, wish: CycleWish, programme: Programme) -> float:
    """The price of running this programme instead of the one that is liked best."""
    return wish.choices.index(programme.id) * problem.prices.less_liked


def _obstructed(problem: Problem, device: DeviceInput, wish: CycleWish, obstacle: Reason) -> CycleTask:
    return CycleTask(
        device=device,
        wish=wish,
        name=str(wish.programme_id),
        energy_wh=0.0,
        starts=(),
        can_wait=False,
        missed_h=_missed_h(problem, wish),
        obstacle=obstacle,
    )


def _waits(problem: Problem, wish: CycleWish, known: list[Programme]) -> tuple[tuple[float, float], ...]:
    return tuple(
        (programme.energy_wh, dislike(problem, wish, programme))
        for programme in known
        if wish.ready_by - programme.duration >= problem.horizon.end
    )


def _all_starts(
    problem: Problem,
    device: DeviceInput,
    wish: CycleWish,
    known: list[Programme],
    others: Others | None,
) -> tuple[Start, ...]:
    fixed = [cycle for cycle, _ in fixed_cycles(problem, device)]
    starts = [
        start for programme in known for start in _starts(problem, device, programme, wish, fixed, others)
    ]
    return tuple(sorted(starts, key=lambda start: start.start))


def _starts(
    problem: Problem,
    device: DeviceInput,
    programme: Programme,
    wish: CycleWish,
    fixed: list[ScheduledCycle],
    others: Others | None,
) -> tuple[Start, ...]:
    """Where it may begin, less what the machine itself and what is fixed around it forbid."""
    profile = Profile(programme, dislike(problem, wish, programme))
    made = [
        profile.place(begin, problem.slots, wish.ready_by)
        for begin in begins(problem, programme, wish, others)
        if obstacle_at(problem, device, programme, begin, fixed) is None
        and not (others and clash(problem, begin, begin + programme.duration, others))
    ]
    return _seen(problem, wish, made)


def _seen(problem: Problem, wish: CycleWish, starts: Iterable[Start]) -> tuple[Start, ...]:
    """A cycle ends behind the horizon only where that is in time."""
    until = max(problem.horizon.end, wish.ready_by)
    return tuple(start for start in starts if start.end <= until)


def _chain(
    problem: Problem, device: DeviceInput, wish: CycleWish, programme: Programme, others: Others | None
) -> Chain | None:
    """The programme with its pauses, None where it has none or one of its parts stands nowhere."""
    if not programme.may_pause:
        return None
    fixed = [cycle for cycle, _ in fixed_cycles(problem, device)]
    blocks, places = blocks_of(programme), list[tuple[Start, ...]]()
    planned = _planned_before(problem, wish, [programme])
    for number, block in enumerate(blocks):
        around = around_block(others, number, len(blocks))
        instants = (
            instants_of(problem, block, places[-1], planned[2] if planned else ())
            if places
            else begins(problem, programme, wish, others)
        )
        profile = Profile(block.part, 0.0 if places else dislike(problem, wish, programme))
        made = (
            profile.place(begin, problem.slots, wish.ready_by)
            for begin in instants
            if obstacle_at(problem, device, block.part, begin, fixed) is None
            and not (around and clash(problem, begin, begin + profile.duration, around))
        )
        last = number == len(blocks) - 1
        places.append(_seen(problem, wish, made) if last else tuple(made))
    closed = {cycle.start for cycle in fixed} | {stand.start for stand in (others.apart if others else ())}
    closed |= {outage.interval.start for outage in problem.outages}
    return Chain(programme, blocks, tuple(places), tuple(sorted(closed))) if all(places) else None


def _kept(starts: tuple[Start, ...], chains: tuple[Chain, ...], before: Place | None) -> Place | None:
    if before is None:
        return None
    possible = any(start.place == before for start in starts)
    return before if possible or any(chain.indices(before) is not None for chain in chains) else None


def begins(
    problem: Problem, programme: Programme, wish: CycleWish, others: Others | None = None
) -> list[datetime]:
    """The beginnings of slots from ``earliest`` on; in too narrow a window its own ends as well.

    Interpretation: the start that the previous plan chose stays possible though slots begin elsewhere now.
    More starts inside long slots do not pay: prices are the same all through such a slot.
    """
    earliest = max(wish.earliest, problem.now)
    latest = wish.ready_by - programme.duration
    at_slots = [slot.start for slot in problem.slots if slot.start >= earliest]
    if planned := _planned_before(problem, wish, [programme]):
        at_slots.append(planned[1])
    if others and (others.followers or others.leaders):
        at_slots += [earliest, *_nearest(programme, others)]
    if not any(begin <= latest for begin in at_slots):
        at_slots += [earliest, latest]
    end = problem.horizon.end
    return sorted({begin for begin in at_slots if earliest <= begin < end})


def _nearest(programme: Programme, others: Others) -> list[datetime]:
    """As near as what is fixed allows: right after the leaders, right before the followers."""
    after = [before.end + link.min_gap for link, before in others.leaders if before is not None]
    ahead = [after.start - link.min_gap - programme.duration for link, after in others.followers]
    return after + ahead


def obstacle_at(
    problem: Problem, device: DeviceInput, programme: Programme, begin: datetime, fixed: list[ScheduledCycle]
) -> Reason | None:
    """Why the machine cannot run then: another cycle of it, a cap, an announced cut; None where it can."""
    if not (fixed or device.caps or problem.outages):
        return None
    end = begin + programme.duration
    for outage in problem.outages:
        cut = outage.interval
        if cut.start < end and cut.end > begin:
            return reason("cycle.outage", provider=outage.provider, since=cut.start, until=cut.end)
    for cycle in fixed:
        if cycle.start < end and cycle.end > begin:
            return reason("cycle.other_runs", label=device.label, end=cycle.end)
    for span, cap_w in device.caps:
        if peak_between(programme, span.start - begin, span.end - begin) > max(0.0, cap_w):
            return reason("cycle.held", label=device.label, cap_w=cap_w, since=span.start, until=span.end)
    return None


def _missed_h(problem: Problem, wish: CycleWish) -> float:
    return max(0.0, (problem.horizon.end - wish.ready_by).total_seconds() / 3600)


def _planned_before(problem: Problem, wish: CycleWish, known: list[Programme]) -> Place | None:
    """Where the previous plan put it, with one of these programmes."""
    cycle = problem.previous.cycle_of(wish.device_id) if problem.previous else None
    programme = next((one for one in known if cycle and one.id == cycle.programme_id), None)
    return place_of(programme, cycle) if programme and cycle else None
