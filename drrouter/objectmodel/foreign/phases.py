"""A program as a list of phases, no longer than the other side can hold.

energy  is what the document states, else power times duration
mean    is energy over duration; it lies below the power where a phase draws its power in bursts
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from drrouter.domain.flexibility import Phase, Programme
from drrouter.domain.ids import ProgrammeId
from drrouter.errors import MessageError
from drrouter.objectmodel.flexibility import DAY_S, Program, ProgramPhase
from drrouter.objectmodel.foreign.words import checked

MOST_PHASES = 200
"""What a program of ours may hold."""

LONGEST_PAUSE_S = 7 * 86_400.0
"""What a pause of ours may last; a foreign one without end is written as this."""


def phases_of(program: Program, most: int = MOST_PHASES) -> tuple[ProgramPhase, ...]:
    """The program's phases; measured minutes of equal power are one phase.

    A phase may only be waited for where the program may pause at all.

    Args:
        program: from an object model.
        most: how many the other side can hold; neighbours that differ least are joined beyond that.
    """
    phases: Sequence[ProgramPhase] = program.phases or _minutes(program.minutes_w)
    if not program.pausable_between:
        phases = [phase.model_copy(update={"max_delay_s": 0.0}) for phase in phases]
    return joined(phases, most)


def as_programme(program: Program) -> Programme:
    """The program as the planner has it; a phase draws its mean power, and may pause before the next."""
    phases = phases_of(program)
    pauses = [timedelta(seconds=phase.max_delay_s) for phase in phases[1:]] + [timedelta(0)]
    return Programme(
        ProgrammeId(program.id),
        program.name["en"],
        tuple(
            Phase(phase.name, timedelta(seconds=phase.duration_s), mean_w(phase), pause)
            for phase, pause in zip(phases, pauses, strict=True)
        ),
    )


def _minutes(minutes_w: Sequence[float]) -> tuple[ProgramPhase, ...]:
    """One phase for each run of equal minutes, named after its first."""
    phases, start = [], 0
    for power_w, run in itertools.groupby(minutes_w):
        count = len(list(run))
        phases.append(ProgramPhase(name=f"minute {start}", duration_s=60.0 * count, power_w=power_w))
        start += count
    return tuple(phases)


def energy_wh(phase: ProgramPhase) -> float:
    """What it consumes, in Wh; what the document states beyond power times duration (1 %) is cut."""
    most = phase.power_w * phase.duration_s / 3600
    return most if phase.energy_wh is None else min(phase.energy_wh, most)


def mean_w(phase: ProgramPhase) -> float:
    """Its mean power, in W, never above its power."""
    if phase.energy_wh is None:
        return phase.power_w
    return min(energy_wh(phase) * 3600 / phase.duration_s, phase.power_w)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A phase as another standard states it, not yet checked.

    Attributes:
        energy_wh: what it consumes; None is power times duration.
        max_delay_s: how long the machine may wait before it.
        lines_w: what each of three lines carries, where it is not the same.
    """

    duration_s: float
    power_w: float
    energy_wh: float | None = None
    max_delay_s: float = 0.0
    lines_w: tuple[float, ...] | None = None

    @property
    def energy_at_power_wh(self) -> float:
        """What it would consume at its power throughout."""
        return self.power_w * self.duration_s / 3600


def program_from(
    sender: str, key: str, name: str, stretches: Sequence[Stretch], *, may_pause: bool
) -> Program:
    """A program of ours from another standard's phases, joined where there are too many.

    Raises:
        MessageError: it runs for more than a day, gives power back, or is otherwise none of ours.
    """
    if sum(stretch.duration_s for stretch in stretches) > DAY_S:
        raise MessageError(sender, key, "it takes longer than a day")
    if any(stretch.power_w < 0 or (stretch.energy_wh or 0) < 0 for stretch in stretches):
        raise MessageError(sender, key, "a program that gives power back is none of ours")
    phases = [checked(ProgramPhase, _phase_table(stretch), sender) for stretch in stretches]
    return checked(
        Program,
        {
            "id": key,
            "name": {"en": name},
            "pausable_between": may_pause,
            "phases": joined(phases, MOST_PHASES),
        },
        sender,
    )


def _phase_table(stretch: Stretch, name: str = "phase") -> dict[str, Any]:
    """The keys of a phase; its energy is stated where it says more than power and duration do."""
    most = stretch.energy_at_power_wh
    energy = most if stretch.energy_wh is None else stretch.energy_wh
    return {
        "name": name,
        "duration_s": stretch.duration_s,
        "power_w": stretch.power_w,
        "energy_wh": energy if energy < most and not math.isclose(energy, most) else None,
        "max_delay_s": min(stretch.max_delay_s, LONGEST_PAUSE_S),
        "lines_w": stretch.lines_w,
    }


def joined(phases: Sequence[ProgramPhase], most: int) -> tuple[ProgramPhase, ...]:
    """At most so many phases: neighbours are joined whose mean powers differ least for their length.

    Duration and energy of the whole stay; the power of a joined phase is the highest in it and spreads evenly
    over its lines, its name is that of the first, and pauses inside it are gone.

    Interpretation: the two are joined whose joining adds least squared error of power over time (Ward, 1963).
    """
    rest = list(phases)
    costs = [_cost(first, second) for first, second in itertools.pairwise(rest)]
    while len(rest) > most:
        at = costs.index(min(costs))
        rest[at : at + 2] = [_join(rest[at], rest[at + 1])]
        del costs[at]
        for near in (at - 1, at):
            if 0 <= near < len(costs):
                costs[near] = _cost(rest[near], rest[near + 1])
    return tuple(rest)


def _cost(first: ProgramPhase, second: ProgramPhase) -> float:
    """The squared error that joining the two would add."""
    length = first.duration_s * second.duration_s / (first.duration_s + second.duration_s)
    return length * (mean_w(first) - mean_w(second)) ** 2


def _join(first: ProgramPhase, second: ProgramPhase) -> ProgramPhase:
    """The two as one."""
    both = Stretch(
        first.duration_s + second.duration_s,
        max(first.power_w, second.power_w),
        energy_wh(first) + energy_wh(second),
        first.max_delay_s,
    )
    return ProgramPhase(**_phase_table(both, first.name))


def on_grid(phases: Sequence[ProgramPhase], step_s: float) -> list[Stretch]:
    """The phases with their ends on whole steps since the start, so that no error adds up.

    A phase that thereby vanishes is carried into the next, or at the end into the one before. Energy that no
    longer fits into power times duration is cut.
    """
    grid: list[Stretch] = []
    elapsed_s, begin, waiting = 0.0, 0, list[ProgramPhase]()
    for phase in phases:
        waiting.append(phase)
        elapsed_s += phase.duration_s
        if (end := round(elapsed_s / step_s)) > begin:
            grid.append(_stretched(waiting, (end - begin) * step_s))
            begin, waiting = end, []
    if not waiting:
        return grid
    if not grid:
        return [_stretched(waiting, step_s)]
    last, power_w = grid[-1], max(phase.power_w for phase in waiting)
    energy = (last.energy_wh or 0.0) + sum(map(energy_wh, waiting))
    return [*grid[:-1], _fitted(last.duration_s, max(last.power_w, power_w), energy, last.max_delay_s)]


def _stretched(phases: Sequence[ProgramPhase], duration_s: float) -> Stretch:
    """These phases as one of that duration."""
    return _fitted(
        duration_s,
        max(phase.power_w for phase in phases),
        sum(map(energy_wh, phases)),
        phases[0].max_delay_s,
    )


def _fitted(duration_s: float, power_w: float, energy: float, max_delay_s: float) -> Stretch:
    """A stretch that consumes no more than its power allows."""
    return Stretch(duration_s, power_w, min(energy, power_w * duration_s / 3600), max_delay_s)
