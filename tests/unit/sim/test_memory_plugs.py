"""The plugs of a simulation, which do wrong in their spells."""

from collections.abc import Sequence
from contextlib import aclosing
from datetime import datetime

import pytest

from drrouter.domain.flexibility import ProfileFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, OutcomeKind
from drrouter.domain.interval import Interval
from drrouter.domain.measurement import Quality, Reading
from drrouter.errors import DeviceSilentError
from drrouter.sim.appliances import Car, CycleMachine
from drrouter.sim.simulate.faults import Dice, Fault, Spell
from drrouter.sim.simulate.plugs import MemoryPlug
from drrouter.sim.simulate.virtual_time import VirtualClock
from tests.builders import DAY, ECO, MINUTE, WASHER, at, programme, washer
from tests.unit.sim.virtual import SPAN, in_virtual_time

CAR = DeviceId("car")


def a_car() -> Car:
    return Car(DAY, full_wh=10_000.0, charge_w=2000.0, level_wh=0.0, plugged=True, supplied=True)


class OneSpell(Dice):
    """Draws one fault of devices, from 12:00 to 12:10, or none."""

    def __init__(self, fault: Fault | None) -> None:
        super().__init__(1, Fault)
        self.fault = fault

    def device_spells(self, device: str, span: Interval) -> tuple[Spell, ...]:
        return (Spell(self.fault, Interval(at("12:00"), at("12:10"))),) if self.fault else ()


def plug_with(
    clock: VirtualClock, fault: Fault | None, appliance: Car | CycleMachine | None = None
) -> MemoryPlug:
    """A plug that misbehaves from 12:00 to 12:10, in front of a car that charges."""
    return MemoryPlug(CAR, appliance or a_car(), clock, OneSpell(fault), SPAN, MINUTE)


def tell(on: bool) -> Instruction:
    return Instruction(f"{on}", CAR, 2000.0 if on else 0.0, "a test", at("23:00"))


@pytest.mark.parametrize(
    ("fault", "outcome", "charges", "minutes"),
    [
        (None, OutcomeKind.DONE, False, 0.0),
        (Fault.DEVICE_SILENT, OutcomeKind.SILENT, True, 5 / 60),
        (Fault.DEVICE_REFUSES, OutcomeKind.REFUSED, True, 0.0),
        (Fault.DEVICE_LIES, OutcomeKind.DONE, True, 0.0),
    ],
)
def test_a_plug_obeys_unless_it_misbehaves(
    fault: Fault | None, outcome: OutcomeKind, charges: bool, minutes: float
) -> None:
    async def test(clock: VirtualClock) -> None:
        plug = plug_with(clock, fault)
        await clock.sleep_until(at("12:01"))
        assert (await plug.apply(tell(False))).kind is outcome
        assert plug.appliance.supplied is charges
        assert clock.now() == at("12:01") + minutes * MINUTE
        await clock.sleep_until(at("12:10"))
        assert (await plug.apply(tell(False))).kind is OutcomeKind.DONE
        assert not plug.appliance.supplied
        assert plug.commands == 2

    in_virtual_time(test)


def test_a_slow_plug_obeys_seconds_later() -> None:
    async def test(clock: VirtualClock) -> None:
        plug = plug_with(clock, Fault.DEVICE_SLOW)
        await clock.sleep_until(at("12:01"))
        await plug.apply(tell(False))
        assert not plug.appliance.supplied
        assert at("12:01:02") <= clock.now() <= at("12:01:20")

    in_virtual_time(test)


async def first_after(plug: MemoryPlug, clock: VirtualClock, instant: datetime) -> Sequence[Reading]:
    await clock.sleep_until(instant)
    async with aclosing(plug.readings()) as readings:  # type: ignore[type-var]
        return await anext(readings)


def test_a_plug_tells_switch_power_and_energy() -> None:
    async def test(clock: VirtualClock) -> None:
        answer = await first_after(plug_with(clock, None), clock, at("01:00"))
        assert [(one.quantity, one.value) for one in answer] == [
            ("switch", 1.0),
            ("power_w", 2000.0),
            ("energy_wh", pytest.approx(2000.0)),
        ]
        assert {one.at for one in answer} == {at("01:00")}

    in_virtual_time(test)


def test_a_frozen_plug_repeats_itself_and_an_implausible_one_is_marked() -> None:
    async def test(clock: VirtualClock) -> None:
        frozen = plug_with(clock, Fault.DEVICE_FROZEN)
        before = await first_after(frozen, clock, at("11:00"))
        during = await first_after(frozen, clock, at("12:05"))
        assert [one.value for one in during] == [one.value for one in before]
        odd = await first_after(plug_with(clock, Fault.DEVICE_IMPLAUSIBLE), clock, at("12:06"))
        assert [one.quality for one in odd] == [Quality.OK, Quality.BAD, Quality.BAD]

    in_virtual_time(test)


def test_a_silent_plug_gives_no_reading() -> None:
    async def test(clock: VirtualClock) -> None:
        with pytest.raises(DeviceSilentError, match="car does not answer"):
            await first_after(plug_with(clock, Fault.DEVICE_SILENT), clock, at("12:05"))

    in_virtual_time(test)


def a_machine() -> CycleMachine:
    flexibility = washer(WASHER, programme(ECO, (60, 2000.0))).flexibility
    assert isinstance(flexibility, ProfileFlexibility)
    return CycleMachine(DAY, flexibility.programmes, supplied=True)


def test_a_command_that_cuts_a_cycle_is_remembered() -> None:
    async def test(clock: VirtualClock) -> None:
        machine = a_machine()
        plug = plug_with(clock, None, machine)
        machine.load(ECO)
        await clock.sleep_until(at("00:30"))
        await plug.apply(tell(False))
        assert [(cut.at, cut.instruction_id) for cut in plug.cuts] == [(at("00:30"), "False")]

    in_virtual_time(test)


def test_nobody_presses_the_button_while_a_cycle_runs() -> None:
    async def test(clock: VirtualClock) -> None:
        machine = a_machine()
        plug = plug_with(clock, Fault.DEVICE_PRESSED, machine)
        await clock.sleep_until(at("11:30"))
        machine.advance(clock.now())
        machine.load(ECO)
        await first_after(plug, clock, at("12:00"))
        assert machine.supplied
        idle = plug_with(clock, Fault.DEVICE_PRESSED)
        await first_after(idle, clock, at("12:01"))
        await first_after(idle, clock, at("12:02"))
        assert [(moved.on, moved.instruction_id) for moved in idle.switchings] == [(False, None)]

    in_virtual_time(test)
