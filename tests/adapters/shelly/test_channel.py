"""One Shelly driven over real bytes: switched, heard, and met in each of its faults."""

import asyncio
import math
from datetime import timedelta
from typing import Any

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import FailSafe, Outcome, OutcomeKind
from drrouter.domain.measurement import Quality, Quantity
from drrouter.errors import DeviceRefusedError, DeviceSilentError, DeviceUnknownError
from drrouter.sim.wire.shelly import Fault
from tests.adapters.shelly.asking import Reader, devices_of, looking_at, tell
from tests.adapters.shelly.conftest import Join

SILENT_FAULTS = [Fault.SILENT, Fault.GARBAGE, Fault.NO_OBJECT, Fault.HALF, Fault.HANGS_UP]


async def test_a_relay_is_switched_and_read_back(plug_in: Join, clock: SimulatedClock) -> None:
    fake = await plug_in()
    (device,) = await devices_of(looking_at(clock, fake))
    assert await tell(device, clock, 2000.0) == Outcome(OutcomeKind.DONE)
    assert fake.firmware.relays[0].on
    assert await tell(device, clock, 0.0) == Outcome(OutcomeKind.DONE)
    assert not fake.firmware.relays[0].on


async def test_readings_state_switch_power_energy_and_voltage(plug_in: Join, clock: SimulatedClock) -> None:
    fake = await plug_in()
    fake.firmware.press(0)
    await clock.advance(timedelta(hours=1))
    (device,) = await devices_of(looking_at(clock, fake))
    async with Reader(device) as reader:
        seen = await reader.next()
    assert {quantity: reading.value for quantity, reading in seen.items()} == {
        Quantity.SWITCH: 1.0,
        Quantity.POWER_W: 2000.0,
        Quantity.ENERGY_WH: 2000.0,
        Quantity.VOLTAGE_V: 231.0,
    }
    assert {reading.quality for reading in seen.values()} == {Quality.OK}
    assert {reading.device_id for reading in seen.values()} == {device.id}


async def test_what_the_device_pushes_is_told_at_once_and_nothing_is_asked(
    plug_in: Join, clock: SimulatedClock
) -> None:
    fake = await plug_in()
    (device,) = await devices_of(looking_at(clock, fake))
    async with Reader(device) as reader:
        await reader.until(Quantity.SWITCH, 0.0)
        asked = len(fake.requests)
        fake.firmware.press(0)
        seen = await reader.until(Quantity.SWITCH, 1.0)
        assert seen[Quantity.POWER_W].value == 2000.0
        await fake.push(full=True)
        await reader.next()
        assert len(fake.requests) == asked


async def test_part_of_a_status_changes_only_what_it_tells(plug_in: Join, clock: SimulatedClock) -> None:
    fake = await plug_in()
    fake.firmware.press(0)
    (device,) = await devices_of(looking_at(clock, fake))
    async with Reader(device) as reader:
        await reader.until(Quantity.SWITCH, 1.0)
        part = {"switch:0": {"id": 0, "apower": 1500.0, "aenergy": {"by_minute": [1.0]}}, "other:9": 5}
        await fake.say({"src": "shelly", "method": "NotifyStatus", "params": {"ts": 1.0} | part})
        seen = await reader.until(Quantity.POWER_W, 1500.0)
    assert seen[Quantity.SWITCH].value == 1.0
    assert seen[Quantity.ENERGY_WH].value == 0.0


async def test_a_device_that_says_nothing_for_long_is_asked(plug_in: Join, clock: SimulatedClock) -> None:
    fake = await plug_in(sleep_until=None)
    (device,) = await devices_of(looking_at(clock, fake, poll_s=20))
    async with Reader(device) as reader:
        await reader.next()
        asked = len(fake.requests)
        await clock.advance(timedelta(seconds=20))
        await reader.next()
        assert fake.requests[asked:] == ["Shelly.GetStatus"]


async def test_one_that_is_asked_and_says_nothing_is_silent(plug_in: Join, clock: SimulatedClock) -> None:
    fake = await plug_in(sleep_until=None)
    (device,) = await devices_of(looking_at(clock, fake, poll_s=20, timeout_s=2))
    async with Reader(device) as reader:
        await reader.next()
        fake.fault = Fault.SILENT
        await clock.advance(timedelta(seconds=20))
        with pytest.raises(DeviceSilentError, match="no answer"):
            await reader.next()


@pytest.mark.parametrize("fault", SILENT_FAULTS)
async def test_a_device_that_gives_no_usable_answer_is_silent(
    plug_in: Join, clock: SimulatedClock, fault: Fault
) -> None:
    fake = await plug_in()
    (found,) = await looking_at(clock, fake).discover()
    patient, hasty = looking_at(clock, fake), looking_at(clock, fake, timeout_s=0.3)
    device, same = (one.setup(DeviceId("Kettle"), found) for one in (patient, hasty))
    fake.fault = fault
    outcome = await tell(same, clock, 2000.0)
    assert outcome.kind is OutcomeKind.SILENT
    assert "Kettle (Shelly): no" in outcome.sentence
    async with Reader(same) as reader:
        with pytest.raises(DeviceSilentError, match="Kettle"):
            await reader.next()
    fake.fault = Fault.NONE
    assert (await tell(device, clock, 2000.0, name="again")).kind is OutcomeKind.DONE


async def test_a_failed_reading_is_not_tried_again_at_once_but_a_command_is(
    plug_in: Join, clock: SimulatedClock
) -> None:
    fake = await plug_in()
    (device,) = await devices_of(looking_at(clock, fake))
    fake.fault = Fault.HANGS_UP
    for _ in range(2):
        async with Reader(device) as reader:
            with pytest.raises(DeviceSilentError):
                await reader.next()
    fake.fault, connections = Fault.NONE, fake.connections
    async with Reader(device) as reader:
        with pytest.raises(DeviceSilentError, match="tried again soon"):
            await reader.next()
    assert fake.connections == connections
    assert (await tell(device, clock, 2000.0)).kind is OutcomeKind.DONE


async def test_a_broken_connection_is_told_and_made_anew(plug_in: Join, clock: SimulatedClock) -> None:
    fake = await plug_in()
    (device,) = await devices_of(looking_at(clock, fake))
    async with Reader(device) as reader:
        await reader.next()
        await fake.hang_up()
        with pytest.raises(DeviceSilentError, match="broke"):
            await reader.end()
    async with Reader(device) as reader:
        assert (await reader.next())[Quantity.SWITCH].value == 0.0


async def test_a_device_that_left_is_silent_and_works_again_when_it_is_back(
    plug_in: Join, clock: SimulatedClock
) -> None:
    fake = await plug_in()
    (device,) = await devices_of(looking_at(clock, fake))
    await fake.stop()
    assert (await tell(device, clock, 2000.0)).kind is OutcomeKind.SILENT
    await fake.start()
    assert (await tell(device, clock, 2000.0, name="again")).kind is OutcomeKind.DONE
    async with Reader(device) as reader:
        assert (await reader.next())[Quantity.POWER_W].value == 2000.0


async def test_refusal_and_idle_acknowledgement_are_found_out(plug_in: Join, clock: SimulatedClock) -> None:
    fake = await plug_in()
    (device,) = await devices_of(looking_at(clock, fake))
    fake.fault = Fault.REFUSES
    outcome = await tell(device, clock, 2000.0)
    assert (outcome.kind, "Switch.Set with error -1" in outcome.sentence) == (OutcomeKind.REFUSED, True)
    fake.fault = Fault.IGNORES
    outcome = await tell(device, clock, 2000.0, name="again")
    assert (outcome.kind, "did not move" in outcome.sentence) == (OutcomeKind.REFUSED, True)


@pytest.mark.parametrize("fault", [Fault.LIES, Fault.NOT_A_NUMBER])
async def test_an_impossible_power_is_marked_bad(plug_in: Join, clock: SimulatedClock, fault: Fault) -> None:
    fake = await plug_in()
    (device,) = await devices_of(looking_at(clock, fake))
    fake.fault = fault
    async with Reader(device) as reader:
        seen = await reader.next()
    assert seen[Quantity.POWER_W].quality is Quality.BAD
    assert math.isfinite(seen[Quantity.POWER_W].value)
    assert seen[Quantity.VOLTAGE_V].quality is Quality.OK


async def test_another_device_at_the_address_is_neither_commanded_nor_believed(
    plug_in: Join, clock: SimulatedClock
) -> None:
    fake = await plug_in()
    (device,) = await devices_of(looking_at(clock, fake))
    port = fake.port
    await fake.stop()
    stranger = await plug_in(1, identity={"mac": "020000000099"}, port=port)
    outcome = await tell(device, clock, 2000.0)
    assert outcome.kind is OutcomeKind.IMPOSSIBLE
    assert "another device answers (02:00:00:00:00:99)" in outcome.sentence
    assert not stranger.firmware.relays[0].on
    async with Reader(device) as reader:
        with pytest.raises(DeviceUnknownError, match="another device"):
            await reader.next()


async def test_a_connection_whose_opening_was_given_up_is_not_used(
    plug_in: Join, clock: SimulatedClock
) -> None:
    fake = await plug_in()
    (device,) = await devices_of(looking_at(clock, fake))
    stranger, asked = fake.firmware.info() | {"mac": "020000000099"}, asyncio.Event()

    def info(locked: bool = False) -> dict[str, Any]:
        asked.set()
        return stranger

    fake.firmware.info = info  # type: ignore[method-assign]
    fake.fault = Fault.SILENT
    telling = asyncio.create_task(tell(device, clock, 2000.0))
    await asked.wait()
    telling.cancel()
    await asyncio.gather(telling, return_exceptions=True)
    fake.fault = Fault.NONE
    assert (await tell(device, clock, 2000.0, name="again")).kind is OutcomeKind.IMPOSSIBLE
    assert not fake.firmware.relays[0].on


async def test_channels_of_one_device_are_switched_alone_over_one_connection(
    plug_in: Join, clock: SimulatedClock
) -> None:
    fake = await plug_in(1, "Kettle", "Toaster")
    kettle, toaster = await devices_of(looking_at(clock, fake))
    connections = fake.connections
    async with Reader(kettle) as first, Reader(toaster) as second:
        await first.next()
        await second.next()
        assert (await tell(toaster, clock, 1.0)).kind is OutcomeKind.DONE
        assert [relay.on for relay in fake.firmware.relays] == [False, True]
        await second.until(Quantity.SWITCH, 1.0)
        assert fake.connections == connections + 1


async def test_a_channel_that_is_gone_is_unknown(plug_in: Join, clock: SimulatedClock) -> None:
    fake = await plug_in(1, "Kettle", "Toaster")
    _, toaster = await devices_of(looking_at(clock, fake))
    fake.firmware.relays = fake.firmware.relays[:1]
    async with Reader(toaster) as reader:
        with pytest.raises(DeviceUnknownError, match="no channel switch:1"):
            await reader.next()
    assert (await tell(toaster, clock, 1.0)).kind is OutcomeKind.REFUSED


async def test_a_meter_of_three_lines_is_read_and_switches_nothing(
    plug_in: Join, clock: SimulatedClock
) -> None:
    fake = await plug_in(1, meters=1)
    (device,) = await devices_of(looking_at(clock, fake))
    async with Reader(device) as reader:
        seen = {quantity: reading.value for quantity, reading in (await reader.next()).items()}
    assert seen == {
        Quantity.POWER_W: 850.0,
        Quantity.POWER_L1_W: 1000.0,
        Quantity.POWER_L2_W: 250.0,
        Quantity.POWER_L3_W: -400.0,
        Quantity.VOLTAGE_V: 231.0,
        Quantity.ENERGY_WH: 5000.0,
        Quantity.EXPORTED_WH: 700.0,
    }
    outcome = await tell(device, clock, 0.0)
    assert (outcome.kind, "only measures" in outcome.sentence) == (OutcomeKind.IMPOSSIBLE, True)


@pytest.mark.parametrize(
    "frame",
    [
        5,
        "text",
        [],
        {"method": "NotifyStatus"},
        {"method": "NotifyStatus", "params": 5},
        {"method": "NotifyStatus", "params": {"switch:0": 5, "sys": {}}},
        {"method": "NotifyEvent", "params": {"events": []}},
        {"id": 424242, "result": {}},
        {"id": "7", "method": "Who.AreYou"},
    ],
    ids=str,
)
async def test_odd_news_do_no_harm(plug_in: Join, clock: SimulatedClock, frame: Any) -> None:
    fake = await plug_in()
    (device,) = await devices_of(looking_at(clock, fake))
    async with Reader(device) as reader:
        await reader.next()
        await fake.say(frame)
        fake.firmware.press(0)
        try:
            await reader.until(Quantity.SWITCH, 1.0)
        except DeviceSilentError:  # what ends the connection is told, and it is made anew
            async with Reader(device) as again:
                await again.until(Quantity.SWITCH, 1.0)


async def test_a_password_is_shown_and_a_wrong_one_said(plug_in: Join, clock: SimulatedClock) -> None:
    fake = await plug_in(password="open sesame")
    (device,) = await devices_of(looking_at(clock, fake, password="open sesame"))
    outcomes = await asyncio.gather(
        *(tell(device, clock, float(number % 2), name=str(number)) for number in range(4))
    )
    assert {outcome.kind for outcome in outcomes} == {OutcomeKind.DONE}
    assert fake.firmware.relays[0].on
    async with Reader(device) as reader:
        await reader.until(Quantity.SWITCH, 1.0)
        fake.password = "changed"
        outcome = await tell(device, clock, 0.0)
    assert outcome.kind is OutcomeKind.REFUSED
    assert "refuses the password; correct the file that shelly.password_file names" in outcome.sentence
    assert "sesame" not in outcome.sentence
    fake.password = ""


async def test_a_password_that_is_needed_and_not_given_is_named(plug_in: Join, clock: SimulatedClock) -> None:
    fake = await plug_in(password="open sesame")
    (device,) = await devices_of(looking_at(clock, fake))
    outcome = await tell(device, clock, 1.0)
    assert (outcome.kind, "set shelly.password_file" in outcome.sentence) == (OutcomeKind.IMPOSSIBLE, True)
    with pytest.raises(DeviceRefusedError, match="asks for a password"):
        await anext(device.readings())


@pytest.mark.parametrize("power_w", [-1.0, math.nan])
async def test_a_power_that_no_switch_can_have_is_impossible(
    plug_in: Join, clock: SimulatedClock, power_w: float
) -> None:
    fake = await plug_in()
    (device,) = await devices_of(looking_at(clock, fake))
    outcome = await tell(device, clock, power_w, FailSafe.KEEP)
    assert outcome.kind is OutcomeKind.IMPOSSIBLE
