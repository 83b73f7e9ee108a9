"""Charge points of each version, driven over real bytes through the library's own client."""

import asyncio
import subprocess
import sys
from datetime import timedelta

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.instruction import FailSafe, Outcome, OutcomeKind
from drrouter.domain.measurement import Quality, Quantity
from drrouter.errors import DeviceSilentError
from drrouter.sim.wire.ocpp import BatteryCar, Fault
from tests.adapters.devices.reading import read
from tests.adapters.ocpp.conftest import VERSIONS, WALLBOX, Connect, Open, device_of, settings, tell, until

every_version = pytest.mark.parametrize("version", VERSIONS)


@every_version
async def test_a_car_that_is_plugged_in_charges_and_is_measured(
    listen: Open, connect: Connect, version: str
) -> None:
    central = await listen()
    fake = await connect(central, version=version)
    device = device_of(central)
    await fake.plug_in()
    seen = await until(device, lambda known: Quantity.POWER_L3_W in known and Quantity.PLUGGED in known)
    values = {quantity: reading.value for quantity, reading in seen.items()}
    assert values[Quantity.PLUGGED] == 1.0
    assert values[Quantity.SWITCH] == 1.0
    assert values[Quantity.POWER_W] == 11_000.0
    assert values[Quantity.POWER_L1_W] == pytest.approx(11_000 / 3, abs=0.1)
    assert values[Quantity.SETPOINT_W] == pytest.approx(16 * 230 * 3)
    assert values[Quantity.LEVEL_PERCENT] == 50.0
    assert {reading.quality for reading in seen.values()} == {Quality.OK}


@every_version
@pytest.mark.parametrize("unit", ["A", "W"])
async def test_a_limit_is_kept_by_the_car_and_read_back(
    listen: Open, connect: Connect, clock: SimulatedClock, version: str, unit: str
) -> None:
    central = await listen()
    fake = await connect(central, version=version, unit=unit)
    device = device_of(central)
    await fake.plug_in()
    await until(device, lambda known: Quantity.POWER_W in known)
    assert await tell(device, clock, 7000.0) == Outcome(OutcomeKind.DONE)
    told = 7000.0 if unit == "W" else 10.1 * 230 * 3
    assert fake.outlet.car.power_w() == pytest.approx(told)
    assert (await read(device))[Quantity.SETPOINT_W].value == pytest.approx(told)
    await fake.measure()
    seen = await until(device, lambda known: Quantity.POWER_L1_W in known)
    assert seen[Quantity.POWER_W].value == pytest.approx(told, abs=0.1)


@every_version
async def test_less_than_six_amperes_is_a_pause(
    listen: Open, connect: Connect, clock: SimulatedClock, version: str
) -> None:
    central = await listen()
    fake = await connect(central, version=version)
    device = device_of(central)
    await fake.plug_in()
    assert (await tell(device, clock, 3000.0)).kind is OutcomeKind.DONE
    assert fake.outlet.car.power_w() == 0.0
    seen = await read(device)
    assert seen[Quantity.SETPOINT_W].value == 0.0
    assert seen[Quantity.SWITCH].value == 0.0


@every_version
@pytest.mark.parametrize(
    ("fail_safe", "then_w"),
    [(FailSafe.RESTORE_POWER, 11_000.0), (FailSafe.CUT_POWER, 0.0), (FailSafe.KEEP, 10.1 * 230 * 3)],
)
async def test_the_charge_point_falls_back_by_itself_when_the_router_is_silent(
    listen: Open, connect: Connect, clock: SimulatedClock, version: str, fail_safe: FailSafe, then_w: float
) -> None:
    central = await listen()
    fake = await connect(central, version=version)
    device = device_of(central)
    await fake.plug_in()
    await tell(device, clock, 7000.0, fail_safe=fail_safe, lasts=timedelta(minutes=5))
    await fake.stop()
    await clock.advance(timedelta(minutes=4))
    await fake.measure()
    assert fake.outlet.car.power_w() == pytest.approx(10.1 * 230 * 3)
    await clock.advance(timedelta(minutes=2))
    await fake.measure()
    assert fake.outlet.car.power_w() == pytest.approx(then_w)


@every_version
async def test_a_limit_told_before_the_car_comes_holds_when_it_comes(
    listen: Open, connect: Connect, clock: SimulatedClock, version: str
) -> None:
    central = await listen()
    fake = await connect(central, version=version)
    device = device_of(central)
    assert (await tell(device, clock, 7000.0)).kind is OutcomeKind.DONE
    await fake.plug_in()
    assert fake.outlet.car.power_w() == pytest.approx(10.1 * 230 * 3)


@every_version
async def test_a_charge_that_waits_is_started_by_the_router(
    listen: Open, connect: Connect, clock: SimulatedClock, version: str
) -> None:
    central = await listen()
    fake = await connect(central, version=version, starts_alone=False)
    device = device_of(central)
    await fake.plug_in()
    await until(device, lambda known: Quantity.PLUGGED in known and known[Quantity.PLUGGED].value == 1.0)
    assert fake.outlet.transaction is None
    assert (await tell(device, clock, 7000.0)).kind is OutcomeKind.DONE
    await until(device, lambda known: Quantity.POWER_L1_W in known)
    assert fake.outlet.car.power_w() == pytest.approx(10.1 * 230 * 3)


@every_version
async def test_a_charge_that_somebody_ended_is_not_begun_again(
    listen: Open, connect: Connect, clock: SimulatedClock, version: str
) -> None:
    central = await listen()
    fake = await connect(central, version=version)
    device = device_of(central)
    await fake.plug_in()
    await fake.end_charge()
    assert (await tell(device, clock, 7000.0)).kind is OutcomeKind.DONE
    seen = await read(device)
    assert (seen[Quantity.PLUGGED].value, seen[Quantity.POWER_W].value) == (1.0, 0.0)
    assert fake.outlet.transaction is None


@every_version
async def test_a_charge_point_that_rejects_profiles_is_reported_as_refusing(
    listen: Open, connect: Connect, clock: SimulatedClock, version: str
) -> None:
    central = await listen()
    fake = await connect(central, version=version)
    device = device_of(central)
    await fake.plug_in()
    fake.fault = Fault.REJECTS
    outcome = await tell(device, clock, 7000.0)
    assert outcome.kind is OutcomeKind.REFUSED
    assert "wallbox (OCPP): it answers SetChargingProfile with Rejected" in outcome.sentence


@every_version
async def test_a_charge_point_that_acknowledges_and_does_nothing_is_found_out(
    listen: Open, connect: Connect, clock: SimulatedClock, version: str
) -> None:
    central = await listen()
    fake = await connect(central, version=version)
    device = device_of(central)
    await fake.plug_in()
    fake.fault = Fault.IGNORES
    outcome = await tell(device, clock, 7000.0)
    assert outcome.kind is OutcomeKind.REFUSED
    assert "its schedule allows 11040 W" in outcome.sentence


@every_version
@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.GARBAGE, Fault.MEANINGLESS, Fault.HANGS_UP])
async def test_a_charge_point_that_gives_no_usable_answer_is_silent(
    listen: Open, connect: Connect, clock: SimulatedClock, version: str, fault: Fault
) -> None:
    central = await listen(settings(timeout_s=0.3))
    fake = await connect(central, version=version)
    device = device_of(central)
    await fake.plug_in()
    fake.fault = fault
    outcome = await tell(device, clock, 7000.0)
    assert outcome.kind is OutcomeKind.SILENT
    fake.fault = Fault.NONE
    if fault is Fault.HANGS_UP:
        with pytest.raises(DeviceSilentError, match="not connected"):
            await until(device, lambda known: False)
        await fake.stop()
        await fake.start(boots=False)
    assert (await tell(device, clock, 7000.0)).kind is OutcomeKind.DONE


@every_version
async def test_a_charge_point_without_smart_charging_is_started_and_stopped(
    listen: Open, connect: Connect, clock: SimulatedClock, version: str
) -> None:
    central = await listen()
    fake = await connect(central, version=version)
    device = device_of(central)
    await fake.plug_in()
    await until(device, lambda known: Quantity.SETPOINT_W in known)
    fake.fault = Fault.NO_SMART_CHARGING
    assert (await tell(device, clock, 0.0)).kind is OutcomeKind.DONE
    seen = await until(device, lambda known: known[Quantity.SWITCH].value == 0.0)
    assert fake.outlet.transaction is None
    assert seen[Quantity.SETPOINT_W].value == 0.0
    assert (await tell(device, clock, 5000.0)).kind is OutcomeKind.DONE
    seen = await until(device, lambda known: known[Quantity.SWITCH].value == 1.0)
    assert seen[Quantity.SETPOINT_W].value == pytest.approx(16 * 230 * 3)


async def test_a_car_gives_energy_back_where_its_owner_wants_that(
    listen: Open, connect: Connect, clock: SimulatedClock
) -> None:
    central = await listen(settings(part={"v2x": True}))
    fake = await connect(central, version="2.1")
    device = device_of(central)
    await fake.plug_in()
    assert (await tell(device, clock, -3000.0)).kind is OutcomeKind.DONE
    assert fake.outlet.car.power_w() == -3000.0
    seen = await read(device)
    assert seen[Quantity.SETPOINT_W].value == -3000.0
    assert seen[Quantity.SWITCH].value == 1.0


@pytest.mark.parametrize(("version", "v2x"), [("2.1", False), ("2.0.1", True), ("1.6", True)])
async def test_a_car_gives_nothing_back_without_consent_or_before_21(
    listen: Open, connect: Connect, clock: SimulatedClock, version: str, v2x: bool
) -> None:
    central = await listen(settings(part={"v2x": v2x}))
    fake = await connect(central, version=version)
    await fake.plug_in()
    assert (await tell(device_of(central), clock, -3000.0)).kind is OutcomeKind.IMPOSSIBLE
    assert fake.outlet.car.power_w() == 11_000.0


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_what_a_car_wants_is_handed_on(
    listen: Open, connect: Connect, clock: SimulatedClock, version: str
) -> None:
    central = await listen()
    heard = []
    central.on_needs = lambda station, outlet, needs: heard.append((station, outlet, needs))
    fake = await connect(central, version=version)
    await fake.plug_in()
    await fake.need(20_000.0, timedelta(hours=8))
    [(station, outlet, needs)] = heard
    assert (station, outlet) == ("CP1", 1)
    assert needs.energy_wh == 20_000.0
    assert needs.departure == clock.now() + timedelta(hours=8)
    assert needs.level_percent is None


@every_version
async def test_a_charge_point_that_returns_is_driven_again_and_what_it_queued_does_not_mislead(
    listen: Open, connect: Connect, clock: SimulatedClock, version: str
) -> None:
    central = await listen()
    fake = await connect(central, version=version)
    device = device_of(central)
    await fake.plug_in()
    await fake.stop()
    with pytest.raises(DeviceSilentError, match="not connected"):
        await until(device, lambda known: False)
    await fake.unplug()
    await clock.advance(timedelta(hours=2))
    await fake.plug_in()
    await fake.start(boots=False)
    seen = await until(device, lambda known: known[Quantity.POWER_W].value > 0)
    assert seen[Quantity.PLUGGED].value == 1.0
    assert seen[Quantity.POWER_W].value == pytest.approx(11_000.0)
    assert (await tell(device, clock, 7000.0)).kind is OutcomeKind.DONE


@every_version
async def test_a_car_that_leaves_is_gone_and_draws_nothing(
    listen: Open, connect: Connect, version: str
) -> None:
    central = await listen()
    fake = await connect(central, version=version)
    device = device_of(central)
    await fake.plug_in()
    await fake.unplug()
    seen = await read(device)
    assert seen[Quantity.PLUGGED].value == 0.0
    assert seen[Quantity.POWER_W].value == 0.0
    assert seen[Quantity.POWER_L1_W].value == 0.0
    assert {reading.quality for reading in seen.values()} == {Quality.OK}
    assert Quantity.LEVEL_PERCENT not in seen


@every_version
async def test_measurements_come_at_the_interval_that_was_asked_for(
    listen: Open, connect: Connect, clock: SimulatedClock, version: str
) -> None:
    central = await listen(settings(sample_s=20))
    car = BatteryCar(clock.now, level_wh=20_000.0)
    fake = await connect(central, version=version, car=car)
    device = device_of(central)
    await until(device, lambda known: fake.outlet.sample_s == 20)
    await fake.plug_in()
    reading = asyncio.create_task(until(device, lambda known: known[Quantity.ENERGY_WH].value > 100.0))
    await clock.advance(timedelta(seconds=150))
    seen = await reading
    assert seen[Quantity.ENERGY_WH].value == pytest.approx(11_000 * 40 / 3600, abs=0.1)


async def test_a_charge_that_is_not_measured_is_told_apart_from_one_that_draws_nothing(
    listen: Open, connect: Connect, clock: SimulatedClock
) -> None:
    central = await listen(settings(heartbeat_s=3600))
    fake = await connect(central)
    device = device_of(central)
    await fake.plug_in()
    await until(device, lambda known: Quantity.POWER_L1_W in known)
    fake.freeze()
    await clock.advance(timedelta(seconds=90))
    with pytest.raises(DeviceSilentError, match="has not measured for 60 s"):
        await read(device)


@every_version
async def test_a_limit_ends_with_the_charge_that_it_was_for(
    listen: Open, connect: Connect, clock: SimulatedClock, version: str
) -> None:
    central = await listen()
    fake = await connect(central, version=version)
    device = device_of(central)
    await fake.plug_in()
    await tell(device, clock, 7000.0)
    await fake.unplug()
    await clock.advance(timedelta(seconds=10))
    await fake.plug_in()
    assert fake.outlet.car.power_w() == 11_000.0
    assert (await read(device))[Quantity.SETPOINT_W].value == pytest.approx(16 * 230 * 3)


@every_version
async def test_a_fail_safe_that_changes_is_changed_in_the_charge_point(
    listen: Open, connect: Connect, clock: SimulatedClock, version: str
) -> None:
    central = await listen()
    fake = await connect(central, version=version)
    device = device_of(central)
    await fake.plug_in()
    await tell(device, clock, 7000.0, name="a", fail_safe=FailSafe.CUT_POWER)
    assert len(fake.outlet.profiles) == 2
    await tell(device, clock, 7000.0, name="b", fail_safe=FailSafe.RESTORE_POWER)
    assert len(fake.outlet.profiles) == 1


async def test_a_charge_point_that_never_connected_is_silent(listen: Open, clock: SimulatedClock) -> None:
    device = device_of(await listen())
    assert device.id == WALLBOX
    with pytest.raises(DeviceSilentError, match="not connected"):
        await read(device)
    assert (await tell(device, clock, 7000.0)).kind is OutcomeKind.SILENT


def test_no_library_is_loaded_before_a_home_uses_it() -> None:
    libraries = "{'ocpp', 'aiohttp', 'jsonschema'} & set(sys.modules)"
    program = f"import sys, drrouter.adapters.devices.table; sys.exit(bool({libraries}))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
