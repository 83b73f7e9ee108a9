"""Profiles in S2's words, judged by s2-python; what the way there and back loses, to the last key."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from s2python.ppbc import PPBCPowerProfileDefinition

from drrouter.domain.flexibility import Line
from drrouter.errors import MessageError
from drrouter.objectmodel import load_catalogue
from drrouter.objectmodel.flexibility import Profile, Program, ProgramPhase
from drrouter.objectmodel.foreign.phases import energy_wh, mean_w, phases_of
from drrouter.objectmodel.foreign.s2_ppbc import chosen, offered, profile_from, window_of
from drrouter.objectmodel.foreign.words import id_of
from tests.unit.objectmodel.foreign.random_programs import profiles, programs

WINDOW = (datetime(2026, 3, 1, 8, tzinfo=UTC), datetime(2026, 3, 1, 18, tzinfo=UTC))
MODEL = "generic.washer"
MS = 0.001


def _known_to_s2(message: dict[str, Any]) -> PPBCPowerProfileDefinition:
    return PPBCPowerProfileDefinition.from_json(json.dumps(message))


def _assert_same_phases(back: Sequence[ProgramPhase], there: Sequence[ProgramPhase]) -> None:
    """Durations to the millisecond, power and mean power kept; ids and names gone."""
    assert len(back) == len(there)
    for found, written in zip(back, there, strict=True):
        assert abs(found.duration_s - written.duration_s) <= MS
        assert found.power_w == pytest.approx(written.power_w, rel=1e-9)
        assert found.lines_w == written.lines_w
        assert mean_w(found) == pytest.approx(mean_w(written), rel=1e-9, abs=1e-9)
        assert abs(energy_wh(found) - energy_wh(written)) <= written.power_w * MS / 3600 + 1e-6
        assert (found.id, found.name) == (None, "phase")


@given(profiles())
def test_an_offer_is_valid_s2_and_loses_labels_pauses_and_who_may_start_it(profile: Profile) -> None:
    message = offered(MODEL, profile, WINDOW)
    assert len(_known_to_s2(message).power_sequences_containers) == 1
    back = profile_from(message)
    assert (back.remote_start, back.resumes_after_power_cut) == ("always", False)
    assert back.lines == profile.lines
    assert len(back.programs) == len(profile.programs)
    for found, written in zip(back.programs, profile.programs, strict=True):
        _assert_same_phases(found.phases, phases_of(written))
        assert found.pausable_between == written.pausable_between
        assert {phase.max_delay_s for phase in found.phases} == {0.0}
        assert found.id == id_of(MODEL, written.id).replace("-", "_")
        assert list(found.name) == ["en"]


@given(programs())
def test_a_chosen_program_is_valid_s2_and_keeps_each_pause_but_the_first(program: Program) -> None:
    message = chosen(MODEL, program, WINDOW)
    written = phases_of(program)
    assert len(_known_to_s2(message).power_sequences_containers) == len(written)
    (back,) = profile_from(message).programs
    _assert_same_phases(back.phases, written)
    assert back.phases[0].max_delay_s == 0
    for found, before in zip(back.phases[1:], written[1:], strict=True):
        assert abs(found.max_delay_s - before.max_delay_s) <= MS
    assert back.pausable_between == any(phase.max_delay_s for phase in back.phases)


def test_a_chosen_program_of_three_lines_says_so() -> None:
    program = Program(id="a", name={"en": "A"}, phases=(ProgramPhase(duration_s=60, power_w=900),))
    message = chosen(MODEL, program, WINDOW, None)
    _known_to_s2(message)
    assert _values(message)[0]["commodity_quantity"] == "ELECTRIC.POWER.3_PHASE_SYMMETRIC"
    assert profile_from(message).lines == 3


def test_the_same_offer_has_the_same_identifiers_and_another_window_another_message() -> None:
    profile = load_catalogue()[MODEL].flexibility[0]
    assert isinstance(profile, Profile)
    first, later = offered(MODEL, profile, WINDOW), offered(MODEL, profile, (WINDOW[0], WINDOW[0]))
    assert first == offered(MODEL, profile, WINDOW)
    assert first["id"] == later["id"]
    assert first["message_id"] != later["message_id"]
    assert window_of(first) == WINDOW


def test_a_program_of_more_minutes_than_s2_can_hold_is_joined_and_keeps_its_energy() -> None:
    minutes = tuple(float(minute % 7 * 100) for minute in range(1440))
    program = Program(id="long", name={"en": "Long"}, minutes_w=minutes)
    message = offered(MODEL, Profile(kind="profile", programs=(program,)), WINDOW)
    (sequence,) = message["power_sequences_containers"][0]["power_sequences"]
    assert len(sequence["elements"]) == 200
    _known_to_s2(message)
    (back,) = profile_from(message).programs
    assert sum(map(energy_wh, back.phases)) == pytest.approx(sum(minutes) / 60)


def test_the_line_is_named_and_other_commodities_are_passed_over() -> None:
    program = Program(id="a", name={"en": "A"}, phases=(ProgramPhase(duration_s=60, power_w=900),))
    message = offered(MODEL, Profile(kind="profile", programs=(program,)), WINDOW, Line.L3)
    (value,) = _values(message)
    assert value["commodity_quantity"] == "ELECTRIC.POWER.L3"
    _values(message).append({**value, "commodity_quantity": "ELECTRIC.POWER.L1"})
    _values(message).append({**value, "commodity_quantity": "HEAT.THERMAL_POWER"})
    back = profile_from(message)
    assert back.lines == 3
    assert back.programs[0].phases[0].power_w == 1800
    assert back.programs[0].phases[0].lines_w == (900, 0, 900)


def test_every_way_through_the_containers_is_a_program_but_those_for_emergencies() -> None:
    message = _two_by_two()
    assert len(profile_from(message).programs) == 4
    first = message["power_sequences_containers"][0]["power_sequences"]
    first[0]["abnormal_condition_only"] = True
    assert [len(program.phases) for program in profile_from(message).programs] == [2, 2]


def test_too_many_ways_and_none_are_refused() -> None:
    message = _two_by_two()
    message["power_sequences_containers"] *= 4
    with pytest.raises(MessageError, match="256 ways"):
        profile_from(message)
    for container in message["power_sequences_containers"]:
        for sequence in container["power_sequences"]:
            sequence["abnormal_condition_only"] = True
    with pytest.raises(MessageError, match="0 ways"):
        profile_from(message)


def test_an_element_that_lasts_no_time_is_passed_over() -> None:
    message = _two_by_two()
    sequence = message["power_sequences_containers"][0]["power_sequences"][0]
    sequence["elements"].append({**sequence["elements"][0], "duration": 0})
    assert len(profile_from(message).programs[0].phases) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"message_type": "FRBC.SystemDescription"},
        {"power_sequences_containers": []},
        {"power_sequences_containers": "many"},
        {"start_time": "2026-03-01T08:00:00"},
        {"id": None},
    ],
)
def test_what_is_no_definition_is_refused_by_name(change: dict[str, Any]) -> None:
    with pytest.raises(MessageError, match=next(iter(change))):
        profile_from(_two_by_two() | change)


@pytest.mark.parametrize("watts", [-5.0, float("nan"), 1e9])
def test_power_that_no_device_draws_is_refused(watts: float) -> None:
    message = _two_by_two()
    _values(message)[0]["value_expected"] = watts
    with pytest.raises(MessageError, match="S2 PPBC"):
        profile_from(message)


def _values(message: dict[str, Any]) -> list[dict[str, Any]]:
    values: list[dict[str, Any]] = message["power_sequences_containers"][0]["power_sequences"][0]["elements"][
        0
    ]["power_values"]
    return values


def _two_by_two() -> dict[str, Any]:
    """Two containers of two sequences each."""
    names = ("a", "b")
    heat = tuple(
        Program(id=name, name={"en": name}, phases=(ProgramPhase(duration_s=60, power_w=100),))
        for name in names
    )
    message = offered(MODEL, Profile(kind="profile", programs=heat), WINDOW)
    again = offered("other", Profile(kind="profile", programs=heat), WINDOW)
    message["power_sequences_containers"] += again["power_sequences_containers"]
    return message
