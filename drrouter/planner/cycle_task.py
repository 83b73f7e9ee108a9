"""What each machine with whole cycles must do: what is fixed, what is wished, and where it may start.

A cycle is never cut: each possible start carries the whole profile, already cut into the energy that falls
into each slot, so that slots of unequal length are exact.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta

from drrouter.domain.flexibility import ProfileFlexibility, Programme, RemoteStart
from drrouter.domain.ids import ProgrammeId
from drrouter.domain.interval import Interval
from drrouter.domain.plan import Reason, ScheduledCycle
from drrouter.domain.wish import CycleWish
from drrouter.planner.catalogue import reason
from drrouter.planner.problem import DeviceInput, Problem


@dataclass(frozen=True, slots=True)
class Start:
    """One place where a cycle may stand.

    Attributes:
        first: index of the first slot that it touches.
        power_w: its mean power in that slot and the following ones.
        tail_wh: energy that falls behind the last slot.
        late_h: hours by which it ends after the wished time.
    """

    start: datetime
    end: datetime
    first: int
    power_w: tuple[float, ...]
    tail_wh: float = 0.0
    late_h: float = 0.0

    def over(self, count: int) -> tuple[float, ...]:
        """Its mean power in each of ``count`` slots."""
        behind = count - self.first - len(self.power_w)
        return (0.0,) * self.first + self.power_w + (0.0,) * behind


@dataclass(frozen=True, slots=True)
class CycleTask:
    """A wished cycle that is still to be placed.

    Attributes:
        name: of the programme, as people read it.
        starts: where it may stand, in order of time.
        can_wait: whether it may as well start after the horizon and still be ready in time.
        missed_h: hours that count as late when it is not placed at all.
        previous: the index of the start that the previous plan chose.
        obstacle: why there is no start at all.
    """

    device: DeviceInput
    wish: CycleWish
    name: str
    energy_wh: float
    starts: tuple[Start, ...]
    can_wait: bool
    missed_h: float
    previous: int | None = None
    obstacle: Reason | None = None


class Profile:
    """A programme's energy over time, made for many questions: the same numbers as ``energy_between``."""

    def __init__(self, programme: Programme) -> None:
        """Add the phases up once."""
        self.duration = programme.duration
        self._ends: list[float] = [0.0]
        self._energy_wh: list[float] = [0.0]
        for phase in programme.phases:
            seconds = phase.duration.total_seconds()
            self._ends.append(self._ends[-1] + seconds)
            self._energy_wh.append(self._energy_wh[-1] + phase.power_w * seconds / 3600)

    def until(self, seconds: float) -> float:
        """The energy, in Wh, that the cycle has used this long after its start."""
        after = bisect_left(self._ends, seconds)
        if after == 0:
            return 0.0
        if after == len(self._ends):
            return self._energy_wh[-1]
        share = (seconds - self._ends[after - 1]) / (self._ends[after] - self._ends[after - 1])
        return self._energy_wh[after - 1] + share * (self._energy_wh[after] - self._energy_wh[after - 1])

    def place(self, begin: datetime, slots: tuple[Interval, ...], ready_by: datetime) -> Start:
        """The cycle started at ``begin``, cut into the slots; what lies before the first slot is gone."""
        end = begin + self.duration
        power_w: list[float] = []
        first = max(0, bisect_right(slots, begin, key=_start_of) - 1)
        for slot in slots[first:]:
            if slot.start >= end:
                break
            used = self.until((slot.end - begin).total_seconds())
            power_w.append((used - self.until((slot.start - begin).total_seconds())) / slot.hours)
        tail_wh = self.until(self.duration.total_seconds())
        tail_wh -= self.until((slots[-1].end - begin).total_seconds())
        late_h = max(0.0, (end - ready_by).total_seconds() / 3600)
        return Start(begin, end, first, tuple(power_w), tail_wh, late_h)


def _start_of(slot: Interval) -> datetime:
    return slot.start


def fixed_cycles(problem: Problem, device: DeviceInput) -> tuple[tuple[ScheduledCycle, Programme], ...]:
    """The running cycle and the commitment: fixed load, never moved.

    Interpretation: a commitment that begins before the running cycle ends *is* the running cycle, since a
    machine runs one at a time. A programme that the device does not know has no profile and no load.
    """
    if not isinstance(device.flexibility, ProfileFlexibility):
        return ()
    fixed: list[tuple[ScheduledCycle, Programme]] = []
    if device.running is not None:
        fixed += _fixed(device, device.flexibility, device.running.programme_id, device.running.started_at)
    commitment = device.commitment
    if commitment is not None and (not fixed or commitment.start >= fixed[0][0].end):
        fixed += _fixed(device, device.flexibility, commitment.programme_id, commitment.start)
    return tuple(item for item in fixed if item[0].end > problem.now)


def cycle_task(problem: Problem, device: DeviceInput) -> CycleTask | None:
    """The cycle that is wished and still to be placed, None where there is none.

    Interpretation: a wish for the programme that already runs or is committed is served by that cycle.
    """
    wish = next((wish for wish in device.wishes if isinstance(wish, CycleWish)), None)
    if wish is None or not isinstance(device.flexibility, ProfileFlexibility):
        return None
    fixed = fixed_cycles(problem, device)
    if any(cycle.programme_id == wish.programme_id for cycle, _ in fixed):
        return None
    programme = device.flexibility.programme(wish.programme_id)
    if programme is None:
        unknown = reason("cycle.unknown_programme", programme=wish.programme_id)
        return _obstructed(problem, device, wish, unknown)
    if device.flexibility.remote_start is RemoteStart.NONE:
        return _obstructed(problem, device, wish, reason("cycle.by_hand"))
    starts = _starts(problem, device, programme, wish, [cycle for cycle, _ in fixed])
    return CycleTask(
        device=device,
        wish=wish,
        name=programme.name,
        energy_wh=programme.energy_wh,
        starts=starts,
        can_wait=wish.ready_by - programme.duration >= problem.horizon.end,
        missed_h=_missed_h(problem, wish),
        previous=_previous(problem, device, programme.id, starts),
        obstacle=None if starts else reason("cycle.no_start"),
    )


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


def _fixed(
    device: DeviceInput, flexibility: ProfileFlexibility, programme_id: ProgrammeId, start: datetime
) -> list[tuple[ScheduledCycle, Programme]]:
    programme = flexibility.programme(programme_id)
    if programme is None:
        return []
    end = start + programme.duration
    return [(ScheduledCycle(device.id, programme_id, start, end, fixed=True), programme)]


def _starts(
    problem: Problem,
    device: DeviceInput,
    programme: Programme,
    wish: CycleWish,
    fixed: list[ScheduledCycle],
) -> tuple[Start, ...]:
    """The beginnings of slots from ``earliest`` on; in too narrow a window its own ends as well.

    Interpretation: the start that the previous plan chose stays possible though slots begin elsewhere now.
    More starts inside long slots do not pay: prices are the same all through such a slot.
    """
    earliest = max(wish.earliest, problem.now)
    latest = wish.ready_by - programme.duration
    begins = [slot.start for slot in problem.slots if slot.start >= earliest]
    begins += [begin for begin in _planned_before(problem, device, programme) if begin >= earliest]
    if not any(begin <= latest for begin in begins):
        begins += [begin for begin in (earliest, latest) if earliest <= begin < problem.horizon.end]
    profile = Profile(programme)
    made = [
        profile.place(begin, problem.slots, wish.ready_by)
        for begin in sorted(set(begins))
        if obstacle_at(problem, device, programme, begin, fixed) is None
    ]
    return tuple(start for start in made if not start.tail_wh or not start.late_h)


def obstacle_at(
    problem: Problem, device: DeviceInput, programme: Programme, begin: datetime, fixed: list[ScheduledCycle]
) -> Reason | None:
    """Why the machine itself cannot run then: another cycle of it, or a cap; None where it can."""
    end = begin + programme.duration
    for cycle in fixed:
        if cycle.start < end and cycle.end > begin:
            return reason("cycle.other_runs", label=device.label, end=cycle.end)
    for span, cap_w in device.caps:
        if peak_between(programme, span.start - begin, span.end - begin) > max(0.0, cap_w):
            return reason("cycle.held", label=device.label, cap_w=cap_w, since=span.start, until=span.end)
    return None


def peak_between(programme: Programme, since: timedelta, until: timedelta) -> float:
    """The highest power, in W, from ``since`` to ``until`` after the start; 0 outside the cycle."""
    peak_w, begin = 0.0, timedelta(0)
    for phase in programme.phases:
        if begin < until and begin + phase.duration > since:
            peak_w = max(peak_w, phase.power_w)
        begin += phase.duration
    return peak_w


def _missed_h(problem: Problem, wish: CycleWish) -> float:
    return max(0.0, (problem.horizon.end - wish.ready_by).total_seconds() / 3600)


def _planned_before(problem: Problem, device: DeviceInput, programme: Programme) -> list[datetime]:
    """Where the previous plan put it, within the horizon."""
    cycle = problem.previous.cycle_of(device.id) if problem.previous else None
    if cycle is None or cycle.programme_id != programme.id or cycle.start >= problem.horizon.end:
        return []
    return [cycle.start]


def _previous(
    problem: Problem, device: DeviceInput, programme_id: ProgrammeId, starts: tuple[Start, ...]
) -> int | None:
    before = problem.previous.cycle_of(device.id) if problem.previous else None
    if before is None or before.programme_id != programme_id:
        return None
    return next((index for index, start in enumerate(starts) if start.start == before.start), None)
