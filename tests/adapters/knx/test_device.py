"""Devices on the bus, driven by xknx over real datagrams, and met in each of their faults."""

import asyncio
from datetime import timedelta

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.instruction import Outcome, OutcomeKind
from drrouter.domain.measurement import Quality, Quantity
from drrouter.errors import DeviceSilentError
from drrouter.sim.wire.knx import Actuator, FakeGateway, Fault
from tests.adapters.knx.conftest import SET, SWITCHED, Connect, Heater, device_of, settings, tell, until


async def test_a_device_is_switched_and_its_state_read_back(
    connect: Connect, gateway: FakeGateway, clock: SimulatedClock, heater: Heater
) -> None:
    device = device_of(await connect(settings(gateway.port)))
    assert await tell(device, clock, 2000.0) == Outcome(OutcomeKind.DONE)
    assert heater.on
    assert await tell(device, clock, 2000.0, "again") == Outcome(OutcomeKind.DONE)
    assert await tell(device, clock, 0.0) == Outcome(OutcomeKind.DONE)
    assert not heater.on


async def test_a_device_without_a_state_object_is_asked_at_its_switch(
    connect: Connect, gateway: FakeGateway, clock: SimulatedClock, heater: Heater
) -> None:
    device = device_of(await connect(settings(gateway.port, {"switch": "1/0/1"})))
    assert (await tell(device, clock, 2000.0)).kind is OutcomeKind.DONE
    assert heater.on
    seen = await until(device, lambda known: Quantity.SWITCH in known)
    assert seen[Quantity.SWITCH].value == 1.0


async def test_values_are_asked_for_at_first_and_come_by_themselves_afterwards(
    connect: Connect, gateway: FakeGateway, actuator: Actuator, clock: SimulatedClock
) -> None:
    device = device_of(await connect(settings(gateway.port)))
    seen = await until(device, lambda known: len(known) == 3)
    assert {quantity: reading.value for quantity, reading in seen.items()} == {
        Quantity.SWITCH: 0.0,
        Quantity.POWER_W: 0.0,
        Quantity.ENERGY_WH: 1234.0,
    }
    watching = asyncio.create_task(until(device, lambda known: known[Quantity.POWER_W].value > 0))
    await clock.settle()
    gateway.tell(actuator.press(True))
    seen = await watching
    assert seen[Quantity.SWITCH].value == 1.0
    assert seen[Quantity.POWER_W].value == 2000.0


async def test_a_power_is_set_and_read_back(
    connect: Connect, gateway: FakeGateway, clock: SimulatedClock, heater: Heater
) -> None:
    device = device_of(await connect(settings(gateway.port, SWITCHED | SET)))
    assert (await tell(device, clock, 1500.0)).kind is OutcomeKind.DONE
    assert heater.power_w() == 1500.0
    seen = await until(device, lambda known: Quantity.SETPOINT_W in known)
    assert seen[Quantity.SETPOINT_W].value == 1500.0


async def test_units_of_the_other_data_points_become_ours(connect: Connect, clock: SimulatedClock) -> None:
    from xknx.dpt.dpt_9 import DPTPower2Byte, DPTTemperature
    from xknx.dpt.dpt_13 import DPTActiveEnergykWh

    part = {
        "power": "2/0/1",
        "power_dpt": "9.024",
        "energy": "2/0/2",
        "energy_dpt": "13.013",
        "temperature": "2/0/3",
    }
    async with FakeGateway([]) as gateway:
        device = device_of(await connect(settings(gateway.port, part)), "2/0/1")
        watching = asyncio.create_task(until(device, lambda known: len(known) == 3))
        while gateway.telegrams.count < 3:
            await gateway.telegrams.since(gateway.telegrams.count)
        gateway.tell(
            [
                ("2/0/1", DPTPower2Byte.to_knx(1.5)),
                ("2/0/2", DPTActiveEnergykWh.to_knx(42)),
                ("2/0/3", DPTTemperature.to_knx(21.5)),
            ]
        )
        seen = await watching
        assert seen[Quantity.POWER_W].value == pytest.approx(1500.0, abs=5)
        assert seen[Quantity.ENERGY_WH].value == 42_000.0
        assert seen[Quantity.TEMPERATURE_C].value == 21.5
        outcome = await tell(device, clock, 100.0)
        assert outcome.kind is OutcomeKind.IMPOSSIBLE
        assert "no group address that switches" in outcome.sentence


async def test_a_relay_that_hangs_is_reported_as_refusing(
    connect: Connect, gateway: FakeGateway, actuator: Actuator, clock: SimulatedClock
) -> None:
    device = device_of(await connect(settings(gateway.port)))
    actuator.stuck = True
    outcome = await tell(device, clock, 2000.0)
    assert outcome.kind is OutcomeKind.REFUSED
    assert "told on, but its state does not follow" in outcome.sentence


async def test_a_device_that_left_the_bus_is_silent(
    connect: Connect, gateway: FakeGateway, actuator: Actuator, clock: SimulatedClock
) -> None:
    device = device_of(await connect(settings(gateway.port)))
    actuator.mute = True
    outcome = await tell(device, clock, 2000.0)
    assert outcome.kind is OutcomeKind.SILENT
    assert "its state at 1/0/2 was not told" in outcome.sentence
    watching = asyncio.create_task(until(device, lambda known: False))
    await clock.advance(timedelta(seconds=200))
    with pytest.raises(DeviceSilentError, match="none of its group addresses said anything for 180 s"):
        await watching


async def test_bytes_of_another_type_are_marked_bad(
    connect: Connect, gateway: FakeGateway, actuator: Actuator
) -> None:
    device = device_of(await connect(settings(gateway.port, SWITCHED | SET)))
    actuator.garbled = True
    seen = await until(device, lambda known: len(known) == 4)
    assert {reading.quality for reading in seen.values()} == {Quality.BAD}


async def test_a_power_that_the_data_point_cannot_say_is_impossible(
    connect: Connect, gateway: FakeGateway, clock: SimulatedClock
) -> None:
    part = SET | {"setpoint_dpt": "9.024"}
    device = device_of(await connect(settings(gateway.port, part)), "1/0/5")
    outcome = await tell(device, clock, 1e12)
    assert outcome.kind is OutcomeKind.IMPOSSIBLE


@pytest.mark.parametrize("fault", [Fault.NO_ACK, Fault.NO_CONFIRMATION])
@pytest.mark.timeout(30)
async def test_a_gateway_that_takes_no_telegrams_is_silent(
    connect: Connect, gateway: FakeGateway, clock: SimulatedClock, fault: Fault
) -> None:
    device = device_of(await connect(settings(gateway.port)))
    gateway.fault = fault
    outcome = await tell(device, clock, 2000.0)
    assert outcome.kind is OutcomeKind.SILENT
    assert "the KNX gateway does not take telegrams" in outcome.sentence


async def test_garbage_beside_the_answers_costs_nothing(
    connect: Connect, gateway: FakeGateway, clock: SimulatedClock
) -> None:
    gateway.fault = Fault.GARBAGE
    device = device_of(await connect(settings(gateway.port)))
    assert (await tell(device, clock, 2000.0)).kind is OutcomeKind.DONE
