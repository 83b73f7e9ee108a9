"""What machines really draw: whole runs, their agreement, and the programme that they make."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drrouter.domain.device import DeviceState
from drrouter.domain.flexibility import Phase, ProfileFlexibility, Programme
from drrouter.domain.ids import ProgrammeId
from drrouter.domain.wish import RunningCycle
from drrouter.router.learned_cycles import (
    AGREEING,
    KEPT,
    LONGEST,
    MOST_PHASES,
    LearnedCycles,
    phases_of,
)
from tests.builders import ECO, HOUR, MINUTE, NOON, WASHER, programme

MAKERS = programme()
WASH = (*(2000.0,) * 20, *(150.0,) * 40)


def run(
    learner: LearnedCycles, minutes: Sequence[float | None], start: datetime = NOON, of: ProgrammeId = ECO
) -> bool:
    """One run with a reading in each minute, and whether it was kept when it ended."""
    cycle = RunningCycle(WASHER, of, start)
    for minute, watts in enumerate(minutes):
        if watts is not None:
            learner.read(WASHER, DeviceState(running=cycle, power_w=watts), start + minute * MINUTE, 5.0)
    return learner.read(WASHER, DeviceState(power_w=0.0), start + len(minutes) * MINUTE, 5.0)


def runs(learner: LearnedCycles, *several: Sequence[float | None]) -> None:
    for number, minutes in enumerate(several):
        run(learner, minutes, NOON + number * 24 * HOUR)


def test_three_runs_that_agree_make_the_programme() -> None:
    learner = LearnedCycles()
    runs(learner, WASH, WASH)
    assert learner.observed(WASHER, MAKERS) is None
    runs(learner, [watts * 1.05 for watts in WASH])
    made = learner.observed(WASHER, MAKERS)
    assert made is not None
    assert (made.id, made.name, made.duration) == (MAKERS.id, MAKERS.name, HOUR)
    assert [(phase.duration, phase.power_w) for phase in made.phases] == [
        (20 * MINUTE, 2000.0),
        (40 * MINUTE, 150.0),
    ]


@pytest.mark.parametrize("other", [WASH[:45], [watts * 1.4 for watts in WASH]])
def test_runs_that_differ_in_length_or_energy_teach_nothing(other: Sequence[float]) -> None:
    learner = LearnedCycles()
    runs(learner, WASH, WASH, other)
    assert len(learner.runs(WASHER, ECO)) == 3
    assert learner.observed(WASHER, MAKERS) is None


def test_what_a_machine_draws_after_its_end_is_no_part_of_the_run() -> None:
    learner = LearnedCycles()
    assert run(learner, (*WASH, 2.0, 2.0, 2.0, 2.0, 2.0))
    assert learner.runs(WASHER, ECO) == (WASH,)


def test_small_holes_are_filled_and_runs_with_large_ones_are_left_out() -> None:
    learner = LearnedCycles()
    assert run(learner, (2000.0, None, None, 2000.0))
    assert learner.runs(WASHER, ECO) == ((2000.0,) * 4,)
    assert not run(learner, (2000.0, *(None,) * 4, 2000.0))
    assert not run(learner, (*(None,) * 5, 2000.0, 2000.0))


def test_a_run_that_draws_nothing_or_never_ends_is_left_out() -> None:
    learner = LearnedCycles()
    assert not run(learner, (0.0, 1.0, 0.0))
    assert not run(learner, (100.0,) * (LONGEST + 5))


def test_only_the_last_runs_are_remembered() -> None:
    learner = LearnedCycles()
    runs(learner, *([100.0 + number] * 30 for number in range(KEPT + 3)))
    assert len(learner.runs(WASHER, ECO)) == KEPT
    assert learner.runs(WASHER, ECO)[-1][0] == 107.0


def test_a_new_cycle_ends_the_one_before() -> None:
    learner = LearnedCycles()
    for start in (NOON, NOON + 2 * HOUR):
        cycle = RunningCycle(WASHER, ECO, start)
        for minute in range(30):
            learner.read(WASHER, DeviceState(running=cycle, power_w=100.0), start + minute * MINUTE, 5.0)
    assert learner.runs(WASHER, ECO) == ((100.0,) * 30,)


def test_readings_without_a_power_or_a_cycle_teach_nothing() -> None:
    learner = LearnedCycles()
    assert not learner.read(WASHER, DeviceState(power_w=100.0), NOON, 5.0)
    assert not run(learner, [])
    cycle = RunningCycle(WASHER, ECO, NOON)
    learner.read(WASHER, DeviceState(running=cycle), NOON, 5.0)
    assert not learner.read(WASHER, DeviceState(), NOON + HOUR, 5.0)


def test_what_was_learned_stands_in_place_of_what_the_maker_says_but_for_programmes_that_may_pause() -> None:
    pausing = Programme(
        ProgrammeId("pausing"),
        "Pausing",
        (Phase("heat", HOUR, 900.0, max_pause=HOUR), Phase("spin", HOUR, 100.0)),
    )
    learner = LearnedCycles()
    for of in (ECO, pausing.id):
        for day in range(3):
            run(learner, WASH, NOON + day * 24 * HOUR, of)
    amended = learner.amended(WASHER, ProfileFlexibility((MAKERS, pausing)))
    assert amended.programmes[0].duration == HOUR
    assert amended.programmes[1] == pausing


def test_what_was_learned_survives_a_restart() -> None:
    learner = LearnedCycles()
    runs(learner, WASH, WASH, WASH)
    again = LearnedCycles(learner.keep())
    assert again.observed(WASHER, MAKERS) == learner.observed(WASHER, MAKERS)


@pytest.mark.parametrize(
    "kept",
    [
        7,
        {"washer": 7},
        {"washer": {"eco": 7}},
        {"washer": {"eco": [7, [], ["x"], [-1.0], [float("inf")], [1.0] * (LONGEST + 1)]}},
    ],
)
def test_what_was_kept_in_another_form_is_left_out(kept: object) -> None:
    assert LearnedCycles(kept).keep() == {}


@given(minutes=st.lists(st.floats(0, 3000), min_size=1, max_size=LONGEST))
def test_phases_keep_length_and_energy_and_are_few(minutes: list[float]) -> None:
    """Joining minutes into phases loses no time and no energy, and leaves what a plan can bear."""
    phases = phases_of(tuple(minutes))
    assert sum((phase.duration for phase in phases), timedelta(0)) == len(minutes) * MINUTE
    energy = sum(phase.power_w * phase.duration / HOUR for phase in phases)
    assert energy == pytest.approx(sum(minutes) / 60, abs=1e-6)
    assert len(phases) <= MOST_PHASES
    assert AGREEING <= KEPT
