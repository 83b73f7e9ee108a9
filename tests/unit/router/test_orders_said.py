"""What a device was told, in words."""

from dataclasses import replace

import pytest

from drrouter.domain.device import DeviceProfile, DeviceState
from drrouter.domain.instruction import Instruction
from drrouter.router.orders_said import asked, gist, refused
from drrouter.router.registry import Seat
from tests.builders import HOUR, NOON, battery, heat_pump, hvac, inverter

SET = DeviceState(setpoint_w=0.0)


def told(watts: float, mode: int | None = None) -> Instruction:
    return Instruction("i", battery().id, watts, "because", NOON + HOUR, mode=mode)


@pytest.mark.parametrize(
    ("device", "state", "instruction", "words"),
    [
        (hvac(), DeviceState(on=True), told(0.0), "switched off"),
        (hvac(), DeviceState(on=True), told(900.0), "switched on"),
        (battery(), SET, told(1500.4), "set to 1500 W"),
        (battery(), SET, told(-1500.0), "set to give 1500 W"),
        (inverter(), SET, told(-2000.0), "limited to 2000 W"),
        (heat_pump(), DeviceState(mode=1), told(2500.0, 3), "put into mode forced"),
        (heat_pump(), DeviceState(mode=1), told(2500.0), "switched on"),
    ],
)
def test_every_way_of_being_told_has_its_words(
    device: DeviceProfile, state: DeviceState, instruction: Instruction, words: str
) -> None:
    assert asked(Seat(device, state), instruction) == words


def test_a_set_point_is_worth_a_note_when_it_turns_or_its_reason_does() -> None:
    seat = Seat(battery(), SET)
    assert gist(seat, told(900.0)) == gist(seat, told(1500.0)) != gist(seat, told(-900.0))
    assert gist(seat, replace(told(900.0), reason="else")) != gist(seat, told(900.0))
    assert gist(Seat(hvac(), DeviceState(on=True)), told(0.0)) is None


def test_what_was_refused_is_the_same_whatever_the_figure() -> None:
    assert refused(Seat(battery(), SET), told(900.0)) == "set"
    assert refused(Seat(hvac(), DeviceState(on=True)), told(0.0)) == "switched off"
