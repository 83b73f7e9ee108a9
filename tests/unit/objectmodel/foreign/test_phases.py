"""A program as a list of phases that fits the other side's limits."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drrouter.errors import MessageError
from drrouter.objectmodel.flexibility import Program, ProgramPhase
from drrouter.objectmodel.foreign.phases import (
    Stretch,
    energy_wh,
    joined,
    mean_w,
    on_grid,
    phases_of,
    program_from,
)
from drrouter.objectmodel.foreign.words import distinct, id_of, key_from
from tests.unit.objectmodel.foreign.random_programs import phases

LISTS = st.lists(phases(), min_size=1, max_size=30)


def _phase(duration_s: float, power_w: float, **more: float) -> ProgramPhase:
    return ProgramPhase(duration_s=duration_s, power_w=power_w, **more)  # type: ignore[arg-type]


def test_measured_minutes_of_equal_power_are_one_phase() -> None:
    program = Program(id="eco", name={"en": "Eco"}, minutes_w=(5.0, 5.0, 2000.0))
    assert [(phase.name, phase.duration_s, phase.power_w) for phase in phases_of(program)] == [
        ("minute 0", 120.0, 5.0),
        ("minute 2", 60.0, 2000.0),
    ]


def test_neighbours_that_differ_least_are_joined_first() -> None:
    parts = [_phase(600, 100), _phase(600, 2000), _phase(600, 1900, max_delay_s=60), _phase(600, 20)]
    assert [(part.duration_s, part.power_w) for part in joined(parts, 3)] == [
        (600, 100),
        (1200, 2000),
        (600, 20),
    ]


@given(LISTS, st.integers(min_value=1, max_value=30))
def test_joining_keeps_duration_energy_and_peak_of_the_whole(parts: list[ProgramPhase], most: int) -> None:
    shorter = joined(parts, most)
    assert len(shorter) == min(most, len(parts))
    assert sum(part.duration_s for part in shorter) == pytest.approx(sum(part.duration_s for part in parts))
    assert sum(map(energy_wh, shorter)) == pytest.approx(sum(map(energy_wh, parts)), rel=1e-6, abs=1e-6)
    assert max(part.power_w for part in shorter) == max(part.power_w for part in parts)
    assert all(mean_w(part) <= part.power_w for part in shorter)


@given(LISTS, st.sampled_from([1.0, 60.0]))
def test_ends_of_phases_move_by_half_a_step_at_most(parts: list[ProgramPhase], step_s: float) -> None:
    grid = on_grid(parts, step_s)
    ends = list(itertools.accumulate(part.duration_s for part in parts))
    kept = list(itertools.accumulate(part.duration_s for part in grid))
    assert all(part.duration_s > 0 and part.duration_s % step_s == 0 for part in grid)
    assert all(min(abs(end - other) for other in ends) <= step_s / 2 + 1e-6 for end in kept) or len(grid) == 1
    assert abs(kept[-1] - ends[-1]) <= max(step_s / 2 + 1e-6, step_s - ends[-1])
    assert max(part.power_w for part in grid) == max(part.power_w for part in parts)
    assert sum(part.energy_wh or 0 for part in grid) <= sum(map(energy_wh, parts)) + 1e-6


def test_a_whole_program_shorter_than_a_step_takes_one_step() -> None:
    assert on_grid([_phase(5, 100), _phase(5, 50)], 60.0) == [Stretch(60.0, 100.0, 150 * 5 / 3600, 0.0)]


def test_energy_stated_beyond_power_times_duration_is_cut() -> None:
    assert energy_wh(_phase(3600, 1000, energy_wh=1005)) == 1000


@pytest.mark.parametrize(
    ("stretches", "problem"),
    [
        ([Stretch(86_401, 5)], "longer than a day"),
        ([Stretch(60, -5)], "gives power back"),
        ([Stretch(60, 200_000)], "power_w"),
        ([], "phases or minutes_w"),
    ],
)
def test_a_foreign_program_that_is_none_of_ours_is_refused(stretches: list[Stretch], problem: str) -> None:
    with pytest.raises(MessageError, match=f"peer.*{problem}"):
        program_from("peer", "eco", "Eco", stretches, may_pause=False)


def test_identifiers_come_out_the_same_each_time_and_differ_by_key() -> None:
    assert (
        id_of("generic.washer", "eco") == id_of("generic.washer", "eco") != id_of("generic.washer", "quick")
    )


def test_foreign_identifiers_become_keys_of_ours_that_differ() -> None:
    assert key_from("Eco:40-60", "x") == "eco_40_60"
    assert key_from("::", "program_1") == "program_1"
    assert distinct(["eco", "eco", "eco", "a" * 64, "a" * 64]) == [
        "eco",
        "eco_2",
        "eco_3",
        "a" * 64,
        "a" * 62 + "_2",
    ]
