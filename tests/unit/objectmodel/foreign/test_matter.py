"""Forecasts in Matter's words, encoded and decoded by its own clusters; what a forecast cannot say."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from chip.clusters.Objects import DeviceEnergyManagement
from hypothesis import given

from drrouter.errors import MessageError
from drrouter.objectmodel.flexibility import Program, ProgramPhase
from drrouter.objectmodel.foreign.matter import EPOCH, forecast, program_of, window_of
from drrouter.objectmodel.foreign.phases import energy_wh, on_grid, phases_of
from tests.unit.objectmodel.foreign.random_programs import programs

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
LATEST = START + timedelta(hours=10)
STRUCTS = DeviceEnergyManagement.Structs


def _forecast(program: Program) -> dict[str, Any]:
    return forecast(program, START + timedelta(hours=1), earliest=START, latest=LATEST, number=7)


def _through_matter(message: Mapping[str, Any]) -> dict[str, Any]:
    """Built from Matter's own structures, encoded as TLV, decoded, and as plain data again."""
    slots = [STRUCTS.SlotStruct(**slot) for slot in message["slots"]]
    written = STRUCTS.ForecastStruct(**{**message, "slots": slots})
    read = STRUCTS.ForecastStruct.FromTLV(written.ToTLV())
    assert read == written
    plain: dict[str, Any] = asdict(read)
    plain["activeSlotNumber"] = None
    return plain


@given(programs())
def test_matter_keeps_seconds_milliwatts_and_the_pause_after_each_slot(program: Program) -> None:
    back = program_of(_through_matter(_forecast(program)))
    grid = on_grid(phases_of(program, 10), 1.0)
    assert [phase.duration_s for phase in back.phases] == [part.duration_s for part in grid]
    for phase, part in zip(back.phases, grid, strict=True):
        assert abs(phase.power_w - part.power_w) <= 0.0005 + 1e-9
        assert abs(energy_wh(phase) - (part.energy_wh or 0.0)) <= 0.001
        assert (phase.id, phase.name) == (None, "phase")
    delays = [float(int(part.max_delay_s)) for part in grid]
    assert [phase.max_delay_s for phase in back.phases] == [0.0, *delays[1:]]
    assert back.pausable_between == any(delays[1:])
    assert (back.id, back.name) == ("forecast", {"en": "Forecast"})


@given(programs(most=40, longest_s=900))
def test_ten_slots_are_all_there_are(program: Program) -> None:
    message = _forecast(program)
    assert 1 <= len(message["slots"]) <= 10
    assert message["endTime"] - message["startTime"] == sum(s["defaultDuration"] for s in message["slots"])
    assert message["isPausable"] == any(slot["slotIsPausable"] for slot in message["slots"])


def test_a_washing_program_as_two_slots() -> None:
    program = Program(
        id="eco",
        name={"en": "Eco"},
        pausable_between=True,
        phases=(
            ProgramPhase(duration_s=1200, power_w=2100, energy_wh=690),
            ProgramPhase(duration_s=3300, power_w=180, max_delay_s=300),
        ),
    )
    message = _forecast(program)
    heat, wash = message["slots"]
    assert (heat["nominalPower"], heat["minPower"], heat["maxPower"], heat["nominalEnergy"]) == (
        2_070_000,
        0,
        2_100_000,
        690_000,
    )
    assert (heat["slotIsPausable"], heat["maxPauseDuration"], wash["slotIsPausable"]) == (True, 300, False)
    assert (wash["minPower"], wash["maxPower"], wash["nominalEnergy"]) == (180_000, 180_000, 165_000)
    assert window_of(message) == (START, LATEST)
    assert EPOCH + timedelta(seconds=message["startTime"]) == START + timedelta(hours=1)


def test_power_is_taken_from_whatever_a_slot_states() -> None:
    def power_w(**stated: int) -> float:
        slot = {"minDuration": 60, "maxDuration": 90, "defaultDuration": 60, **stated}
        (phase,) = program_of({**BARE, "slots": [slot]}).phases
        return phase.power_w

    assert power_w(nominalPower=500_000) == 500
    assert power_w(maxPower=600_000) == 600
    assert power_w(nominalPower=500_000, maxPower=600_000) == 600
    assert power_w(nominalEnergy=5_000) == pytest.approx(300)
    with pytest.raises(MessageError, match="states no power"):
        power_w(manufacturerESAState=3)


BARE: dict[str, Any] = {"forecastID": 1, "startTime": 0, "endTime": 60, "isPausable": False}


def test_a_forecast_without_window_has_none() -> None:
    slot = {"minDuration": 60, "maxDuration": 60, "defaultDuration": 60, "nominalPower": 1}
    assert window_of({**BARE, "slots": [slot]}) == (None, None)


@pytest.mark.parametrize(
    "change",
    [
        {"slots": []},
        {"slots": [{"minDuration": -1, "maxDuration": 1, "defaultDuration": 1}]},
        {"slots": [{"minDuration": 0, "maxDuration": 1, "defaultDuration": 0, "nominalPower": 1}]},
        {"slots": [{"minDuration": 0, "maxDuration": 1, "defaultDuration": 1, "nominalPower": -1}]},
        {"slots": [{"minDuration": 0, "maxDuration": 1, "defaultDuration": 100_000, "nominalPower": 1}]},
        {"slots": 5},
        {"isPausable": "perhaps"},
    ],
)
def test_what_is_no_forecast_of_a_program_is_refused(change: dict[str, Any]) -> None:
    slot = {"minDuration": 60, "maxDuration": 60, "defaultDuration": 60, "nominalPower": 1}
    with pytest.raises(MessageError, match="Matter forecast"):
        program_of({**BARE, "slots": [slot]} | change)


def test_an_instant_before_2000_cannot_be_said() -> None:
    program = Program(id="a", name={"en": "A"}, phases=(ProgramPhase(duration_s=60, power_w=1),))
    before = datetime(1999, 12, 31, tzinfo=UTC)
    with pytest.raises(MessageError, match="1999-12-31"):
        forecast(program, START, earliest=before, latest=START)
