"""Learns from measured power what a machine's programmes really are, beside what its maker says.

Every whole run is kept as a power for each minute, the last ones of each programme. Once three runs agree in
length and energy, their median minute by minute is taken for the programme. What its maker says stays known
beside it.

Interpretation: a programme in which the machine may stand still keeps the maker's phases, for the pauses lie
between those.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median

from drrouter.domain.device import DeviceState
from drrouter.domain.flexibility import Phase, ProfileFlexibility, Programme
from drrouter.domain.ids import DeviceId, ProgrammeId
from drrouter.domain.wish import RunningCycle

AGREEING = 3
KEPT = 5
"""How many runs of a programme are remembered."""

LONGEST = 6 * 60
"""In minutes: what runs longer is not learned."""

LENGTH_SHARE = 0.1
ENERGY_SHARE = 0.15
"""How far runs may lie from their median and still agree."""

GAP = 3
"""In minutes: a run with a longer hole in its readings is not learned."""

MOST_PHASES = 24

_ALIKE_W, _ALIKE_SHARE = 50.0, 0.15
_MINUTE = timedelta(minutes=1)

Minutes = tuple[float, ...]
"""The mean power of each minute of a run, in W."""

Shelf = dict[DeviceId, dict[ProgrammeId, tuple[Minutes, ...]]]


@dataclass(slots=True)
class _Run:
    """A run in progress: the sum and number of powers in each of its minutes."""

    cycle: RunningCycle
    sums: dict[int, tuple[float, int]]


class LearnedCycles:
    """The runs of every machine, and what they teach."""

    def __init__(self, kept: object = None) -> None:
        """Go on from what ``keep`` said before a restart; anything else begins anew."""
        self._runs: dict[DeviceId, _Run] = {}
        self._shelf: Shelf = _read(kept)

    def read(self, device_id: DeviceId, state: DeviceState, now: datetime, idle_w: float) -> bool:
        """Let one reading in; returns whether a run ended with it and was kept.

        Args:
            device_id: the machine.
            state: what is known of it after the reading.
            now: when it was read.
            idle_w: below this it rests: what it draws after its end is no part of the run.
        """
        run = self._runs.get(device_id)
        if state.running is None or (run and run.cycle.started_at != state.running.started_at):
            self._runs.pop(device_id, None)
            ended = run is not None and self._ended(device_id, run, idle_w)
            if state.running is None:
                return ended
        run = self._runs.setdefault(device_id, _Run(state.running, {}))
        run.cycle = state.running
        minute = int((now - run.cycle.started_at) / _MINUTE)
        if state.power_w is not None and 0 <= minute <= LONGEST:
            total, count = run.sums.get(minute, (0.0, 0))
            run.sums[minute] = total + state.power_w, count + 1
        return False

    def _ended(self, device_id: DeviceId, run: _Run, idle_w: float) -> bool:
        """Keep a run that was seen from its start to its end."""
        minutes = _minutes(run.sums, idle_w)
        if not minutes:
            return False
        shelf = self._shelf.setdefault(device_id, {})
        shelf[run.cycle.programme_id] = (*shelf.get(run.cycle.programme_id, ()), minutes)[-KEPT:]
        return True

    def runs(self, device_id: DeviceId, programme_id: ProgrammeId) -> tuple[Minutes, ...]:
        """The last runs of a programme, oldest first."""
        return self._shelf.get(device_id, {}).get(programme_id, ())

    def observed(self, device_id: DeviceId, makers: Programme) -> Programme | None:
        """The programme as it was measured; None before enough runs agree."""
        runs = self.runs(device_id, makers.id)[-AGREEING:]
        if len(runs) < AGREEING or not _agree(runs):
            return None
        return replace(makers, phases=phases_of(_median(runs)))

    def amended(self, device_id: DeviceId, makers: ProfileFlexibility) -> ProfileFlexibility:
        """What the maker states, with the programmes that were measured in their places."""
        programmes = [
            one if one.may_pause else self.observed(device_id, one) or one for one in makers.programmes
        ]
        return replace(makers, programmes=tuple(programmes))

    def keep(self) -> dict[str, object]:
        """What a restart goes on from."""
        return {
            name: {
                programme: [[round(watts, 1) for watts in run] for run in runs]
                for programme, runs in shelf.items()
            }
            for name, shelf in self._shelf.items()
        }


def _minutes(sums: Mapping[int, tuple[float, int]], idle_w: float) -> Minutes:
    """The run as a power for each minute; empty where it has holes, is too long, or nothing was drawn."""
    means = {minute: total / count for minute, (total, count) in sums.items()}
    busy = [minute for minute, watts in means.items() if watts >= idle_w]
    if not busy or min(means) > GAP or max(means) >= LONGEST:
        return ()
    out: list[float] = []
    hole = 0
    for minute in range(max(busy) + 1):
        hole = 0 if minute in means else hole + 1
        if hole > GAP:
            return ()
        out.append(means.get(minute, out[-1] if out else 0.0))
    return tuple(out)


def _agree(runs: Sequence[Minutes]) -> bool:
    """Whether runs are alike in length and energy."""
    for measures, share in (
        ([len(run) for run in runs], LENGTH_SHARE),
        ([sum(run) for run in runs], ENERGY_SHARE),
    ):
        middle = median(measures)
        if any(abs(one - middle) > share * middle for one in measures):
            return False
    return True


def _median(runs: Sequence[Minutes]) -> Minutes:
    """The middle of the runs, minute by minute, as long as the middle one."""
    length = sorted(len(run) for run in runs)[len(runs) // 2]
    return tuple(
        median([run[minute] if minute < len(run) else 0.0 for run in runs]) for minute in range(length)
    )


def phases_of(minutes: Minutes) -> tuple[Phase, ...]:
    """Minutes of about the same power joined into phases of their mean, as few as a plan can bear."""
    share = _ALIKE_SHARE
    while len(groups := _groups(minutes, share)) > MOST_PHASES:
        share *= 2
    return tuple(
        Phase(f"measured {number}", len(group) * _MINUTE, sum(group) / len(group))
        for number, group in enumerate(groups, 1)
    )


def _groups(minutes: Minutes, share: float) -> list[list[float]]:
    groups: list[list[float]] = []
    for watts in minutes:
        mean = sum(groups[-1]) / len(groups[-1]) if groups else None
        if mean is not None and abs(watts - mean) <= max(_ALIKE_W * share / _ALIKE_SHARE, share * mean):
            groups[-1].append(watts)
        else:
            groups.append([watts])
    return groups


def _read(kept: object) -> Shelf:
    """What was kept, leaving out what has another form."""
    shelf: Shelf = {}
    for name, programmes in (kept if isinstance(kept, dict) else {}).items():
        for programme, runs in (programmes if isinstance(programmes, dict) else {}).items():
            good = [_run(run) for run in runs[-KEPT:]] if isinstance(runs, list) else []
            whole = tuple(run for run in good if run)
            if whole:
                shelf.setdefault(DeviceId(name), {})[ProgrammeId(programme)] = whole
    return shelf


def _run(kept: object) -> Minutes:
    numbers = kept if isinstance(kept, list) else []
    good = all(isinstance(watts, int | float) and 0 <= watts < float("inf") for watts in numbers)
    return tuple(float(watts) for watts in numbers) if good and len(numbers) <= LONGEST else ()
