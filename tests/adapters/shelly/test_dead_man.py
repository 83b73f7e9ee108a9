"""The relay's own timer as dead-man's switch: set, wound up while the router lives, left when not."""

from datetime import timedelta

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.instruction import FailSafe, OutcomeKind
from drrouter.domain.measurement import Quantity
from drrouter.errors import DeviceError
from drrouter.sim.wire.shelly import Fault
from tests.adapters.shelly.asking import LIFE, Reader, devices_of, looking_at, tell
from tests.adapters.shelly.conftest import Join

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("power_w", "fail_safe", "timer"),
    [
        (0.0, FailSafe.RESTORE_POWER, LIFE),
        (0.0, FailSafe.CUT_POWER, None),
        (0.0, FailSafe.KEEP, None),
        (1.0, FailSafe.RESTORE_POWER, None),
        (1.0, FailSafe.CUT_POWER, LIFE),
        (1.0, FailSafe.KEEP, None),
    ],
)
async def test_a_timer_is_set_where_the_relay_must_not_stay_so(
    plug_in: Join, clock: SimulatedClock, power_w: float, fail_safe: FailSafe, timer: timedelta | None
) -> None:
    fake = await plug_in()
    fake.firmware.press(0)
    (device,) = await devices_of(looking_at(clock, fake))
    assert (await tell(device, clock, power_w, fail_safe)).kind is OutcomeKind.DONE
    relay = fake.firmware.relays[0]
    assert (relay.timer if relay.timer_at else None) == timer


async def test_without_a_router_the_relay_switches_back_by_itself(
    plug_in: Join, clock: SimulatedClock
) -> None:
    fake = await plug_in()
    fake.firmware.press(0)
    (device,) = await devices_of(looking_at(clock, fake))
    await tell(device, clock, 0.0)
    await clock.advance(LIFE - MINUTE)
    assert not fake.firmware.relays[0].on
    await clock.advance(MINUTE)
    assert fake.firmware.relays[0].on
    async with Reader(device) as reader:
        await reader.until(Quantity.SWITCH, 1.0)


async def test_while_the_router_reads_the_timer_is_wound_up_again_and_again(
    plug_in: Join, clock: SimulatedClock
) -> None:
    fake = await plug_in()
    fake.firmware.press(0)
    (device,) = await devices_of(looking_at(clock, fake))
    async with Reader(device) as reader:
        await reader.next()
        await tell(device, clock, 0.0)
        await clock.advance(6 * LIFE)
        assert not fake.firmware.relays[0].on
        assert fake.requests.count("Switch.Set") == 1 + 9
    await clock.advance(LIFE)
    assert fake.firmware.relays[0].on


async def test_a_newer_instruction_ends_the_winding_up(plug_in: Join, clock: SimulatedClock) -> None:
    fake = await plug_in()
    (device,) = await devices_of(looking_at(clock, fake))
    async with Reader(device) as reader:
        await reader.next()
        await tell(device, clock, 0.0)
        await tell(device, clock, 1.0)
        sets = fake.requests.count("Switch.Set")
        await clock.advance(3 * LIFE)
        assert fake.firmware.relays[0].on
        assert fake.requests.count("Switch.Set") == sets


async def test_what_a_hand_switched_on_is_not_cut_by_the_winding_up(
    plug_in: Join, clock: SimulatedClock
) -> None:
    fake = await plug_in()
    fake.firmware.press(0)
    (device,) = await devices_of(looking_at(clock, fake))
    async with Reader(device) as reader:
        await reader.next()
        await tell(device, clock, 0.0)
        fake.firmware.press(0)
        await reader.until(Quantity.SWITCH, 1.0)
        await clock.advance(3 * LIFE)
        assert fake.firmware.relays[0].on
        assert fake.requests.count("Switch.Set") == 1


async def test_a_device_that_does_not_let_its_timer_be_wound_up_switches_back(
    plug_in: Join, clock: SimulatedClock
) -> None:
    fake = await plug_in()
    fake.firmware.press(0)
    (device,) = await devices_of(looking_at(clock, fake))
    async with Reader(device) as reader:
        await reader.next()
        await tell(device, clock, 0.0)
        fake.fault = Fault.REFUSES
        await clock.advance(2 * LIFE)
        with pytest.raises(DeviceError, match="error -1"):
            await reader.end()
    assert fake.firmware.relays[0].on
