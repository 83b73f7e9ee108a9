"""A SunSpec battery: told a power in both directions, with its own timer, and left to itself afterwards."""

import math
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from drrouter.domain.instruction import FailSafe, Outcome, OutcomeKind
from drrouter.domain.measurement import Quality, Quantity
from drrouter.errors import DeviceUnknownError
from drrouter.sim.wire.modbus import Fault, Model
from tests.adapters.modbus.conftest import Home

Tell = Callable[..., Awaitable[Outcome]]


@pytest.mark.parametrize("power_w", [3000.0, 1500.0, 0.0, -1234.0, -3000.0])
async def test_a_battery_does_what_it_is_told(home: Home, tell: Tell, power_w: float) -> None:
    device = home.device("battery")
    assert await tell(device, power_w) == Outcome(OutcomeKind.DONE)
    values = await home.values(device)
    assert values[Quantity.SETPOINT_W] == pytest.approx(power_w, abs=0.3)
    assert values[Quantity.POWER_W] == pytest.approx(power_w, abs=1)
    assert math.copysign(1, values[Quantity.SETPOINT_W]) == (1 if power_w >= 0 else -1)


async def test_what_is_more_than_it_can_is_all_that_it_can(home: Home, tell: Tell) -> None:
    device = home.device("battery")
    await tell(device, 9000.0)
    assert (await home.values(device))[Quantity.SETPOINT_W] == 3000.0
    await tell(device, -9000.0)
    assert (await home.values(device))[Quantity.SETPOINT_W] == -3000.0


async def test_a_battery_tells_its_level_as_it_fills(home: Home, tell: Tell) -> None:
    device = home.device("battery")
    await tell(device, 2000.0, lasts=timedelta(hours=3))
    assert (await home.values(device))[Quantity.LEVEL_PERCENT] == pytest.approx(50.0, abs=0.1)
    await home.clock.advance(timedelta(hours=1))
    assert (await home.values(device))[Quantity.LEVEL_PERCENT] == pytest.approx(70.1, abs=0.1)


async def test_a_full_battery_takes_no_more_and_an_empty_one_gives_none(home: Home, tell: Tell) -> None:
    device = home.device("battery")
    for power_w, level in ((3000.0, 100.0), (-3000.0, 0.0)):
        await tell(device, power_w, lasts=timedelta(hours=9))
        await home.clock.advance(timedelta(hours=8))
        await home.values(device)
        values = await home.values(device)
        assert (values[Quantity.POWER_W], values[Quantity.LEVEL_PERCENT]) == (0.0, level)


async def test_a_battery_steers_itself_again_when_nobody_renews_the_instruction(
    home: Home, tell: Tell
) -> None:
    device = home.device("battery")
    await tell(device, 1500.0, lasts=timedelta(minutes=2))
    await home.clock.advance(timedelta(minutes=2))
    values = await home.values(device)
    assert (values[Quantity.POWER_W], values[Quantity.SETPOINT_W]) == (-200.0, -200.0)


async def test_a_power_that_shall_outlive_us_has_no_timer(home: Home, tell: Tell) -> None:
    device = home.device("battery")
    await tell(device, 1500.0, fail_safe=FailSafe.KEEP)
    await home.clock.advance(timedelta(minutes=30))
    assert (await home.values(device))[Quantity.SETPOINT_W] == 1500.0


async def test_a_battery_without_a_timer_is_told_all_the_same(home: Home, tell: Tell) -> None:
    home.battery.odd[124, 15] = 0xFFFF
    device = home.device("battery")
    assert (await tell(device, 1500.0)).kind is OutcomeKind.DONE
    assert home.battery.model(124)[15] == 0


@pytest.mark.parametrize(
    ("odd", "level"),
    [
        ({}, 50.0),
        ({(124, 8): 0xFFFF, (802, 11): 421}, 42.1),
        ({(124, 8): 0xFFFF, (802, 11): 0xFFFF}, None),
    ],
)
async def test_the_level_is_read_where_it_stands(
    home: Home, odd: dict[tuple[int, int], int], level: float | None
) -> None:
    home.battery.odd = odd
    values = await home.values(home.device("battery"))
    assert values.get(Quantity.LEVEL_PERCENT) == pytest.approx(level, abs=0.1)


async def test_a_level_that_cannot_be_is_marked_bad(home: Home) -> None:
    home.battery.odd = {(124, 8): 12_000}
    seen = await home.read(home.device("battery"))
    assert seen[Quantity.LEVEL_PERCENT].quality is Quality.BAD


async def test_a_battery_that_cannot_be_told_is_watched_only(home: Home, tell: Tell) -> None:
    capacity = Model(713, 6)
    capacity[4] = 77
    home.battery.models.append(capacity)
    await home.hide(home.battery, 124, 802)
    device = home.device("battery")
    values = await home.values(device)
    assert values[Quantity.LEVEL_PERCENT] == 77.0
    assert Quantity.SETPOINT_W not in values
    outcome = await tell(device, 1500.0)
    assert outcome.kind is OutcomeKind.IMPOSSIBLE
    assert "storage (124)" in outcome.sentence


async def test_a_battery_that_states_no_reference_cannot_be_told(home: Home, tell: Tell) -> None:
    for odd in ({(124, 2): 0}, {(124, 2): 0xFFFF}, {(124, 18): 0x8000}):
        home.battery.odd = odd
        assert (await tell(home.device("battery"), 1500.0)).kind is OutcomeKind.IMPOSSIBLE


async def test_a_battery_whose_power_is_not_told_has_no_setpoint_while_it_steers_itself(
    home: Home, tell: Tell
) -> None:
    home.battery.odd = {(103, 14): 0x8000}
    device = home.device("battery")
    assert Quantity.SETPOINT_W not in await home.values(device)
    await tell(device, 600.0)
    assert (await home.values(device))[Quantity.SETPOINT_W] == 600.0


async def test_a_battery_that_acknowledges_and_does_nothing_is_found_out(home: Home, tell: Tell) -> None:
    home.gateway.fault = Fault.IGNORES
    assert (await tell(home.device("battery"), 1500.0)).kind is OutcomeKind.REFUSED


async def test_a_meter_has_no_storage(home: Home, tell: Tell) -> None:
    device = home.device("battery", unit=3)
    assert await home.values(device) == {}
    assert (await tell(device, 1500.0)).kind is OutcomeKind.IMPOSSIBLE


async def test_a_meter_tells_the_home_in_both_senses(home: Home) -> None:
    home.lines_w = (300.0, 0.0, -1000.0)
    device = home.device("meter")
    await home.values(device)
    await home.clock.advance(timedelta(hours=1) - timedelta(seconds=10))
    expected = {
        Quantity.POWER_W: -700.0,
        Quantity.POWER_L1_W: 300.0,
        Quantity.POWER_L2_W: 0.0,
        Quantity.POWER_L3_W: -1000.0,
        Quantity.ENERGY_WH: pytest.approx(0.0, abs=1),
        Quantity.EXPORTED_WH: pytest.approx(700.0, abs=2),
        Quantity.VOLTAGE_V: 230.1,
    }
    assert await home.values(device) == expected
    turned = await home.values(home.device("meter", turned=True))
    assert (turned[Quantity.POWER_W], turned[Quantity.POWER_L1_W]) == (700.0, -300.0)
    assert turned[Quantity.ENERGY_WH] == pytest.approx(702.0, abs=1)


async def test_a_meter_is_told_nothing_and_an_inverter_is_none(home: Home, tell: Tell) -> None:
    assert (await tell(home.device("meter"), 0.0)).kind is OutcomeKind.IMPOSSIBLE
    with pytest.raises(DeviceUnknownError, match="no SunSpec model of a meter"):
        await home.read(home.device("meter", unit=1))
