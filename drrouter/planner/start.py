"""Where a cycle may stand, with its profile cut into the slots; which of them is best is left to others."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from drrouter.domain.flexibility import Programme
from drrouter.domain.ids import ProgrammeId
from drrouter.domain.interval import Interval
from drrouter.domain.plan import ScheduledCycle

_TICK, _TICKS_PER_S = timedelta(microseconds=1), 1_000_000
"""The least that instants differ by; whole numbers of it are exact, and quicker than times."""

Place = tuple[ProgrammeId, datetime, tuple[datetime, ...]]
"""A programme, its start, and the starts of its phases where it may pause."""


@dataclass(frozen=True, slots=True)
class Start:
    """One place where a cycle may stand.

    Attributes:
        first: index of the first slot that it touches.
        power_w: its mean power in that slot and the following ones.
        programme: what runs.
        tail_wh: energy that falls behind the last slot.
        late_h: hours by which it ends after the wished time.
        dislike: the price of its programme being liked less than the wished one.
        phase_starts: when each phase starts, where the programme may pause; else empty.
    """

    start: datetime
    end: datetime
    first: int
    power_w: tuple[float, ...]
    programme: Programme
    tail_wh: float = 0.0
    late_h: float = 0.0
    dislike: float = 0.0
    phase_starts: tuple[datetime, ...] = ()

    @property
    def place(self) -> Place:
        """What tells it from other starts."""
        return self.programme.id, self.start, self.phase_starts

    def is_at(self, cycle: ScheduledCycle) -> bool:
        """Whether it is the very cycle, pauses included."""
        return cycle.programme_id == self.programme.id and place_of(self.programme, cycle) == self.place

    def over(self, count: int) -> tuple[float, ...]:
        """Its mean power in each of ``count`` slots."""
        behind = count - self.first - len(self.power_w)
        return (0.0,) * self.first + self.power_w + (0.0,) * behind


class Profile:
    """A programme's energy over time, made for many questions: the same numbers as ``energy_between``."""

    def __init__(self, programme: Programme, dislike: float = 0.0) -> None:
        """Add the phases up once."""
        self.programme, self.dislike = programme, dislike
        self.duration, self._may_pause = programme.duration, programme.may_pause
        self._ticks = self.duration // _TICK
        self._slots: tuple[Interval, ...] = ()
        self._grid: list[int] = []
        self._cut: dict[tuple[int, ...], tuple[float, ...]] = {}  # on even slots most starts look alike
        self._ends: list[float] = [0.0]
        self._energy_wh: list[float] = [0.0]
        for phase in programme.phases:
            seconds = phase.duration.total_seconds()
            self._ends.append(self._ends[-1] + seconds)
            self._energy_wh.append(self._energy_wh[-1] + phase.power_w * seconds / 3600)
        self._whole_wh = self._used(self._ticks)

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
        end, edges = begin + self.duration, self._edges(slots)
        since = (begin - slots[0].start) // _TICK
        first = max(0, bisect_right(edges, since, hi=len(slots)) - 1)
        behind = bisect_left(edges, since + self._ticks, lo=first, hi=len(slots))
        lags = tuple([edge - since for edge in edges[first : behind + 1]])
        power_w = self._cut.get(lags)
        if power_w is None:
            power_w = self._cut[lags] = self._mean_powers(lags)
        tail_wh = self._whole_wh - self._used(edges[-1] - since)
        late_h = (end - ready_by).total_seconds() / 3600 if end > ready_by else 0.0
        phases = self.programme.phase_starts(begin) if self._may_pause else ()
        return Start(begin, end, first, power_w, self.programme, tail_wh, late_h, self.dislike, phases)

    def _edges(self, slots: tuple[Interval, ...]) -> list[int]:
        """Where the slots begin and the last one ends, in ticks; kept for the next question of the same."""
        if slots is not self._slots:
            now, self._slots = slots[0].start, slots
            self._grid = [
                (instant - now) // _TICK for instant in (*(slot.start for slot in slots), slots[-1].end)
            ]
        return self._grid

    def _mean_powers(self, lags: Sequence[int]) -> tuple[float, ...]:
        """The mean power between each of these lags, in ticks from the start, and the next one."""
        return tuple(
            (self._used(after) - self._used(before)) / ((after - before) / _TICKS_PER_S / 3600)
            for before, after in pairwise(lags)
        )

    def _used(self, ticks: int) -> float:
        return self.until(ticks / _TICKS_PER_S)


def place_of(programme: Programme, cycle: ScheduledCycle) -> Place:
    """Where a cycle of the programme stands in a plan."""
    phases = cycle.phase_starts or programme.phase_starts(cycle.start) if programme.may_pause else ()
    return programme.id, cycle.start, phases


def placed(programme: Programme, cycle: ScheduledCycle, slots: tuple[Interval, ...]) -> Start:
    """A cycle as a plan has it, cut into the slots."""
    if not cycle.phase_starts:
        return Profile(programme).place(cycle.start, slots, cycle.end)
    parts = [
        Profile(replace(programme, phases=(phase,))).place(begin, slots, cycle.end)
        for phase, begin in zip(programme.phases, cycle.phase_starts, strict=True)
    ]
    return joined(programme, parts, cycle.phase_starts)


def joined(programme: Programme, parts: Sequence[Start], phase_starts: tuple[datetime, ...]) -> Start:
    """Parts of a programme, one after the other, as one cycle with pauses between them."""
    first, last = parts[0].first, parts[-1]
    power_w = [0.0] * (max(part.first + len(part.power_w) for part in parts) - first)
    for part in parts:
        for index, watts in enumerate(part.power_w, start=part.first - first):
            power_w[index] += watts
    return Start(
        parts[0].start,
        last.end,
        first,
        tuple(power_w),
        programme,
        sum(part.tail_wh for part in parts),
        last.late_h,
        parts[0].dislike,
        phase_starts,
    )


def peak_between(programme: Programme, since: timedelta, until: timedelta) -> float:
    """The highest power, in W, from ``since`` to ``until`` after the start; 0 outside the cycle."""
    peak_w, begin = 0.0, timedelta(0)
    for phase in programme.phases:
        if begin < until and begin + phase.duration > since:
            peak_w = max(peak_w, phase.power_w)
        begin += phase.duration
    return peak_w
