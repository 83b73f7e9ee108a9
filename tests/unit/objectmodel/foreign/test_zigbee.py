"""Power profiles as bytes, read by zigpy with the record that the standard has; what is lost on the way."""

import math

import pytest
import zigpy.types as t
from hypothesis import given
from zigpy.zcl.clusters.general import PowerProfile as ZigpyPowerProfile

from drrouter.errors import MessageError
from drrouter.objectmodel.flexibility import Profile, Program, ProgramPhase
from drrouter.objectmodel.foreign.phases import energy_wh, on_grid, phases_of
from drrouter.objectmodel.foreign.zigbee import (
    NO_BOUND,
    EnergyPhase,
    PowerProfile,
    formatting,
    power_profiles,
    profile_from_bytes,
    profile_of,
    program_of,
)
from tests.unit.objectmodel.foreign.random_programs import profiles


class Record(t.Struct):
    """The transferred phase of ZCL 8, 3.17, with the field that zigpy 2.4 leaves out."""

    energy_phase_id: t.uint8_t
    macro_phase_id: t.uint8_t
    expected_duration: t.uint16_t
    peak_power: t.uint16_t
    energy: t.uint16_t
    max_activation_delay: t.uint16_t


class Response(t.Struct):
    total_profile_num: t.uint8_t
    power_profile_id: t.uint8_t
    transfer_phases: t.LVList[Record, t.uint8_t]


WASH = Program(
    id="eco",
    name={"en": "Eco"},
    pausable_between=True,
    phases=(
        ProgramPhase(duration_s=1200, power_w=2100, energy_wh=690),
        ProgramPhase(duration_s=3300, power_w=179.5, energy_wh=160.25, max_delay_s=330),
    ),
)


@given(profiles())
def test_zigpy_reads_every_byte_that_we_write(profile: Profile) -> None:
    written, _ = power_profiles(profile)
    for ours in written:
        theirs, rest = Response.deserialize(ours.to_bytes())
        assert rest == b""
        assert (theirs.total_profile_num, theirs.power_profile_id) == (len(written), ours.power_profile_id)
        assert [EnergyPhase(*record.as_tuple()) for record in theirs.transfer_phases] == list(ours.phases)
        assert theirs.serialize() == ours.to_bytes()
        assert profile_from_bytes(ours.to_bytes()) == ours


@given(profiles())
def test_minutes_whole_watts_and_the_unit_of_energy_are_what_is_left(profile: Profile) -> None:
    written, energy_formatting = power_profiles(profile)
    unit_wh = 10.0 ** -(energy_formatting & 7)
    back = profile_of(written, energy_formatting)
    assert (back.remote_start, back.resumes_after_power_cut) == ("armed", False)
    assert [program.id for program in back.programs] == [
        f"program_{ours.power_profile_id}" for ours in written
    ]
    for found, original in zip(back.programs, profile.programs, strict=True):
        grid = on_grid(phases_of(original), 60.0)
        assert [phase.duration_s for phase in found.phases] == [part.duration_s for part in grid]
        assert [phase.power_w for phase in found.phases] == [math.ceil(part.power_w) for part in grid]
        for phase, part in zip(found.phases, grid, strict=True):
            assert abs(energy_wh(phase) - (part.energy_wh or 0.0)) <= unit_wh / 2 + 1e-6
            assert (phase.id, phase.name) == (None, "phase")
        delays = [60.0 * math.floor(part.max_delay_s / 60) for part in grid]
        assert [phase.max_delay_s for phase in found.phases] == [0.0, *delays[1:]]
        assert found.pausable_between == any(delays[1:])
        assert list(found.name) == ["en"]


def test_a_washing_program_as_its_six_fields() -> None:
    (written,), energy_formatting = power_profiles(Profile(kind="profile", programs=(WASH,)))
    assert energy_formatting & 7 == 1
    assert written == PowerProfile(
        1, 1, (EnergyPhase(1, 1, 20, 2100, 6900, NO_BOUND), EnergyPhase(2, 1, 55, 180, 1602, 5))
    )
    assert written.to_bytes().hex(" ") == (
        "01 01 02 01 01 14 00 34 08 f4 1a ff ff 02 01 37 00 b4 00 42 06 05 00"
    )


def test_the_record_of_zigpy_itself_has_five_fields_and_reads_garbage() -> None:
    (written,), _ = power_profiles(Profile(kind="profile", programs=(WASH,)))
    stock = ZigpyPowerProfile.ClientCommandDefs.power_profile_response.schema
    read, rest = stock.deserialize(written.to_bytes())
    assert len(rest) == 4
    assert read.as_dict()["transfer_phases"][1].peak_power != 180


def test_the_unit_grows_with_the_largest_energy() -> None:
    def decimals(wh: float) -> int:
        phase = ProgramPhase(duration_s=86_400, power_w=50_000, energy_wh=wh)
        program = Program(id="a", name={"en": "A"}, phases=(phase,))
        return power_profiles(Profile(kind="profile", programs=(program,)))[1] & 7

    assert [decimals(wh) for wh in (65.0, 66.0, 655.0, 656.0, 65_000.0)] == [3, 2, 2, 1, 0]
    with pytest.raises(MessageError, match="70000 Wh is more"):
        decimals(70_000)


def test_more_watts_than_sixteen_bits_hold_are_refused() -> None:
    phase = ProgramPhase(duration_s=60, power_w=65_535)
    program = Program(id="a", name={"en": "A"}, phases=(phase,))
    with pytest.raises(MessageError, match="65535 W are more"):
        power_profiles(Profile(kind="profile", programs=(program,)))


@pytest.mark.parametrize(
    "payload", [b"", b"\x01\x01", b"\x01\x01\x02" + bytes(10), b"\x01\x01\x01" + bytes(11)]
)
def test_half_a_payload_and_one_too_long_are_refused(payload: bytes) -> None:
    with pytest.raises(MessageError, match="Zigbee Power Profile"):
        profile_from_bytes(payload)


def test_profiles_that_are_none_of_ours_are_refused() -> None:
    with pytest.raises(MessageError, match="no power profile"):
        profile_of((), formatting(1))
    with pytest.raises(MessageError, match="program_3"):
        program_of(PowerProfile(3, 3, (EnergyPhase(1, 1, 60_000, 5, 5, 0),)), formatting(1))
    with pytest.raises(MessageError, match="phases"):
        program_of(PowerProfile(1, 1, ()), formatting(1))
    with pytest.raises(MessageError, match="duration_s"):
        program_of(PowerProfile(1, 1, (EnergyPhase(1, 1, 0, 5, 5, 0),)), formatting(1))
