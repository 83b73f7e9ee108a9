"""A SunSpec inverter: measured, limited with its own timer, and met in each of its faults."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from drrouter.adapters.devices.modbus.integration import ModbusIntegration
from drrouter.domain.instruction import FailSafe, Outcome, OutcomeKind
from drrouter.domain.measurement import Quality, Quantity
from drrouter.errors import DeviceRefusedError, DeviceSilentError, DeviceUnknownError
from drrouter.sim.wire.modbus import Fault
from tests.adapters.modbus.conftest import Home

Tell = Callable[..., Awaitable[Outcome]]
SILENT = [
    Fault.SILENT,
    Fault.GARBAGE,
    Fault.NONSENSE,
    Fault.HALF,
    Fault.WRONG_TRANSACTION,
    Fault.SHORT,
]


async def test_an_inverter_tells_what_it_gives_and_may_give(home: Home) -> None:
    device = home.device("inverter")
    await home.values(device)
    await home.clock.advance(timedelta(hours=1) - timedelta(seconds=10))
    seen = await home.read(device)
    assert {quantity: reading.value for quantity, reading in seen.items()} == {
        Quantity.POWER_W: -4000.0,
        Quantity.EXPORTED_WH: pytest.approx(4000.0, abs=15),
        Quantity.VOLTAGE_V: 230.5,
        Quantity.SETPOINT_W: -5000.0,
    }
    assert {reading.quality for reading in seen.values()} == {Quality.OK}
    assert {reading.at for reading in seen.values()} == {home.clock.now()}


async def test_an_inverter_is_limited_and_read_back(home: Home, tell: Tell) -> None:
    device = home.device("inverter")
    assert await tell(device, -3000.0) == Outcome(OutcomeKind.DONE)
    assert home.inverter.limit_w == 3000.0
    values = await home.values(device)
    assert (values[Quantity.POWER_W], values[Quantity.SETPOINT_W]) == (-3000.0, -3000.0)


async def test_a_limit_of_nothing_stops_it_and_one_above_its_rating_frees_it(home: Home, tell: Tell) -> None:
    device = home.device("inverter")
    await tell(device, 0.0)
    assert math.copysign(1, (await home.values(device))[Quantity.SETPOINT_W]) == 1.0
    assert home.inverter.power_w == 0.0
    await tell(device, -9000.0)
    assert (await home.values(device))[Quantity.SETPOINT_W] == -5000.0
    assert home.inverter.power_w == 4000.0


async def test_a_limit_is_rounded_downwards(home: Home, tell: Tell) -> None:
    home.inverter.model(123)[23] = 0
    await tell(home.device("inverter"), -3049.0)
    assert home.inverter.model(123)[5] == 60


async def test_the_inverter_frees_itself_when_nobody_renews_the_instruction(home: Home, tell: Tell) -> None:
    device = home.device("inverter")
    await tell(device, -1000.0, lasts=timedelta(minutes=2))
    assert (await home.values(device))[Quantity.POWER_W] == -1000.0
    await home.clock.advance(timedelta(minutes=1))
    await tell(device, -1000.0, lasts=timedelta(minutes=2))
    await home.clock.advance(timedelta(seconds=100))
    assert (await home.values(device))[Quantity.POWER_W] == -1000.0
    await home.clock.advance(timedelta(minutes=1))
    values = await home.values(device)
    assert (values[Quantity.POWER_W], values[Quantity.SETPOINT_W]) == (-4000.0, -5000.0)


@pytest.mark.parametrize("fail_safe", [FailSafe.KEEP, FailSafe.CUT_POWER])
async def test_a_limit_that_shall_outlive_us_has_no_timer(
    home: Home, tell: Tell, fail_safe: FailSafe
) -> None:
    device = home.device("inverter")
    await tell(device, -1000.0, fail_safe=fail_safe)
    await home.clock.advance(timedelta(hours=2))
    assert (await home.values(device))[Quantity.POWER_W] == -1000.0


async def test_a_time_that_no_timer_holds_is_the_longest_it_holds(home: Home, tell: Tell) -> None:
    await tell(home.device("inverter"), -1000.0, lasts=timedelta(days=3))
    assert home.inverter.model(123).registers[7] == 0xFFFE


async def test_an_inverter_without_a_timer_is_limited_all_the_same(home: Home, tell: Tell) -> None:
    home.inverter.odd[123, 7] = 0xFFFF
    device = home.device("inverter")
    assert (await tell(device, -1000.0)).kind is OutcomeKind.DONE
    assert home.inverter.model(123)[7] == 0
    assert home.inverter.limit_w == 1000.0


async def test_an_inverter_that_refuses_its_timer_is_limited_all_the_same(home: Home, tell: Tell) -> None:
    honest, timer = home.gateway.touched, 40000 + 2 + 68 + 52 + 28 + 32 + 7
    device = home.device("inverter")
    await home.values(device)
    writes: list[int] = []

    def touched(function, old, new):  # type: ignore[no-untyped-def]
        if new is not None:
            writes.append(function)
        home.gateway.fault = Fault.REFUSES_WRITES if len(writes) == 1 else Fault.NONE
        return honest(function, old, new)

    home.gateway.touched = touched  # type: ignore[method-assign]
    assert (await tell(device, -1000.0)).kind is OutcomeKind.DONE
    assert len(writes) == 3
    assert home.inverter.registers()[timer - 40000] == 0
    assert home.inverter.limit_w == 1000.0


async def test_its_setting_goes_before_its_nameplate(home: Home, tell: Tell) -> None:
    home.inverter.model(121)[2] = 4600
    device = home.device("inverter")
    assert (await home.values(device))[Quantity.SETPOINT_W] == -4600.0
    await home.hide(home.inverter, 121)
    device = home.device("inverter")
    assert (await home.values(device))[Quantity.SETPOINT_W] == -5000.0


async def test_an_inverter_that_cannot_be_limited_is_watched_only(home: Home, tell: Tell) -> None:
    await home.hide(home.inverter, 123)
    device = home.device("inverter")
    assert Quantity.SETPOINT_W not in await home.values(device)
    outcome = await tell(device, -1000.0)
    assert outcome.kind is OutcomeKind.IMPOSSIBLE
    assert "offer no limit" in outcome.sentence


@pytest.mark.parametrize("power_w", [500.0, -2e6, math.nan])
async def test_an_inverter_cannot_be_told_to_use_power(home: Home, tell: Tell, power_w: float) -> None:
    assert (await tell(home.device("inverter"), power_w)).kind is OutcomeKind.IMPOSSIBLE
    assert home.inverter.limit_w == 5000.0


@pytest.mark.parametrize("fault", SILENT)
async def test_an_inverter_that_gives_no_usable_answer_is_silent(
    home: Home, tell: Tell, fault: Fault
) -> None:
    home.timeout_s = 0.5
    device = home.device("inverter")
    await home.values(device)
    home.gateway.fault = fault
    outcome = await tell(device, -1000.0)
    assert outcome.kind is OutcomeKind.SILENT
    assert "inverter (Modbus): " in outcome.sentence
    with pytest.raises(DeviceSilentError, match="inverter"):
        await home.read(device)
    home.gateway.fault = Fault.NONE
    assert (await tell(device, -1000.0)).kind is OutcomeKind.DONE
    assert (await home.values(device))[Quantity.SETPOINT_W] == -1000.0


async def test_an_inverter_that_refuses_says_why(home: Home, tell: Tell) -> None:
    device = home.device("inverter")
    home.gateway.fault = Fault.REFUSES_WRITES
    outcome = await tell(device, -1000.0)
    assert outcome.kind is OutcomeKind.REFUSED
    assert "it is busy" in outcome.sentence
    assert (await home.values(device))[Quantity.SETPOINT_W] == -5000.0
    home.gateway.fault = Fault.REFUSES
    with pytest.raises(DeviceRefusedError, match="busy"):
        await home.read(device)


async def test_an_inverter_that_acknowledges_and_does_nothing_is_found_out(home: Home, tell: Tell) -> None:
    home.gateway.fault = Fault.IGNORES
    outcome = await tell(home.device("inverter"), -1000.0)
    assert outcome.kind is OutcomeKind.REFUSED
    assert "did not take it over" in outcome.sentence


async def test_what_an_inverter_does_not_have_is_left_out_and_what_cannot_be_is_marked(home: Home) -> None:
    device = home.device("inverter")
    home.inverter.odd = {(103, 14): 0x8000, (103, 13): 0x8000}
    seen = await home.read(device)
    assert Quantity.POWER_W not in seen
    assert seen[Quantity.VOLTAGE_V].quality is Quality.BAD
    assert math.isfinite(seen[Quantity.VOLTAGE_V].value)
    home.inverter.odd = {(103, 15): 4, (123, 5): 0xFFFF, (123, 9): 1}
    seen = await home.read(device)
    assert seen[Quantity.POWER_W].quality is Quality.BAD
    assert seen[Quantity.SETPOINT_W].quality is Quality.BAD


async def test_a_scale_that_cannot_be_stops_a_command(home: Home, tell: Tell) -> None:
    home.inverter.odd = {(123, 23): 0x8000}
    outcome = await tell(home.device("inverter"), -1000.0)
    assert outcome.kind is OutcomeKind.SILENT
    assert "scale factor" in outcome.sentence


async def test_an_inverter_that_left_is_silent_and_works_again_when_it_is_back(
    home: Home, tell: Tell
) -> None:
    device = home.device("inverter")
    await tell(device, -1000.0)
    await home.gateway.stop()
    with pytest.raises(DeviceSilentError, match="nobody answers"):
        await home.read(device)
    assert (await tell(device, -2000.0)).kind is OutcomeKind.SILENT
    await home.gateway.start()
    assert (await home.values(device))[Quantity.SETPOINT_W] == -1000.0
    assert (await tell(device, -2000.0)).kind is OutcomeKind.DONE


async def test_another_inverter_at_the_address_is_neither_told_nor_believed(home: Home, tell: Tell) -> None:
    device = home.device("inverter", {"serial": "AS5000-0041"})
    outcome = await tell(device, -1000.0)
    assert outcome.kind is OutcomeKind.IMPOSSIBLE
    assert "another device answers (AS5000-0042)" in outcome.sentence
    assert home.inverter.limit_w == 5000.0
    with pytest.raises(DeviceUnknownError):
        await home.read(device)


async def test_the_first_that_answers_is_kept_where_none_is_known(home: Home) -> None:
    device = home.device("inverter")
    await home.values(device)
    home.inverter.models[0].set_text(50, 16, "")
    with pytest.raises(DeviceUnknownError, match="no serial number"):
        await home.read(device)


async def test_a_meter_is_no_inverter(home: Home) -> None:
    with pytest.raises(DeviceUnknownError, match="no SunSpec model of an inverter"):
        await home.read(home.device("inverter", unit=3))


async def test_a_reading_that_a_command_overtook_is_taken_again(home: Home, tell: Tell) -> None:
    device = home.device("inverter")
    await home.values(device)
    honest, before = home.inverter.live, home.gateway.requests
    once: list[asyncio.Future[Outcome]] = []
    await home.values(device)
    asked = home.gateway.requests - before

    def live(seconds: float) -> None:
        if not once:
            once.append(asyncio.ensure_future(tell(device, -1000.0)))
            device._obedience.commands += 1  # as the command does once the line is free
        honest(seconds)

    home.inverter.live = live  # type: ignore[method-assign]
    before = home.gateway.requests
    assert (await home.values(device))[Quantity.SETPOINT_W] == -1000.0
    assert (await once[0]).kind is OutcomeKind.DONE
    assert home.gateway.requests - before > 2 * asked


async def test_the_name_of_a_maker_is_cleaned(home: Home) -> None:
    home.inverter.models[0].set_text(2, 16, "\u202eEvil\x1b[2J")
    (found,) = await ModbusIntegration(home.settings("inverter"), home.clock).discover()
    assert found.identity["manufacturer"] == "Evil[2J"
