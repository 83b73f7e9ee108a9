"""A home with sun, a battery, a heat pump and a meter: what is planned is done, and follows the meter."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from drrouter.domain.flexibility import StorageFlexibility
from drrouter.domain.interval import Interval
from drrouter.domain.rates import Rates, constant
from drrouter.domain.signal import EventReceived
from drrouter.domain.timeline import TariffRates
from drrouter.router.forecast import Place, Roof
from drrouter.router.household import StandingWish
from tests.boxes import BatteryBox, InverterBox, ModesBox, WallBox
from tests.builders import (
    BATTERY,
    CAR,
    HEAT_PUMP,
    HOUR,
    HVAC,
    INVERTER,
    METER,
    MINUTE,
    NOON,
    at,
    battery,
    capacity,
    car,
    heat_pump,
    hvac,
    inverter,
    meter,
    shed,
)
from tests.fakes import InlineSolver
from tests.homes import Home, running

ROOF = Roof(0.0, Place(52.1, 5.1))


def cloudy(now: datetime) -> float:
    """A sun of 3 kW with a cloud every other five minutes."""
    return 3000.0 if now.minute // 5 % 2 == 0 else 1500.0


def steps(span: Interval, *values: tuple[str, float], last: float) -> Rates:
    """Values that hold up to a time of the day each, and the last one from there on."""
    made, begin = [], span.start
    for until, value in values:
        made.append((Interval(begin, at(until)), value))
        begin = at(until)
    return Rates((*made, (Interval(begin, span.end), last)))


def paid(span: Interval) -> TariffRates:
    """What is sent away earns nothing before two, and a little later."""
    export = steps(span, ("14:00", 0.0), last=0.15)
    return TariffRates(import_energy=constant(0.30, span), export_energy=export)


def charged(span: Interval) -> TariffRates:
    """What is sent away costs."""
    return TariffRates(import_energy=constant(0.30, span), export_energy=constant(-0.10, span))


def dear_evening(span: Interval) -> TariffRates:
    """Energy is dear from four to six."""
    energy = steps(span, ("16:00", 0.10), ("18:00", 0.60), last=0.10)
    return TariffRates(import_energy=energy, export_energy=constant(0.01, span))


def box(home: Home) -> BatteryBox:
    found = home.boxes[BATTERY]
    assert isinstance(found, BatteryBox)
    return found


async def test_a_battery_follows_the_sun_inside_the_slot_and_does_not_hunt() -> None:
    home = Home(battery(), inverter(), meter(), solver=InlineSolver(), sun_w=cloudy, tariff=paid, roof=ROOF)
    async with running(home):
        await home.clock.advance(20 * MINUTE)
        for _ in range(6):
            await home.clock.advance(4 * MINUTE)
            assert home.boxes[METER].power_w == pytest.approx(0.0, abs=150.0)
            await home.clock.advance(MINUTE)
        told = len(box(home).received)
        assert told <= 40
        assert box(home).level_wh > 5500 + 800


async def test_a_battery_covers_the_home_in_the_evening_and_sends_nothing_away() -> None:
    home = Home(
        battery(), meter(), solver=InlineSolver(), tariff=dear_evening, start=at("15:00"), base_w=800.0
    )
    async with running(home):
        await home.clock.advance(2 * HOUR)
        assert home.boxes[METER].power_w == pytest.approx(0.0, abs=150.0)
        home.base_w = 1500.0
        await home.clock.advance(MINUTE)
        assert home.boxes[METER].power_w == pytest.approx(0.0, abs=150.0)
        home.base_w = 200.0
        await home.clock.advance(MINUTE)
        assert home.boxes[METER].power_w == pytest.approx(0.0, abs=150.0)


async def test_a_limit_of_the_grid_is_met_by_the_battery_while_everything_else_goes_on() -> None:
    home = Home(battery(), hvac(), meter(), base_w=1500.0, solver=InlineSolver())
    async with running(home):
        await home.clock.advance(MINUTE)
        home.provider.says(EventReceived(capacity("peak", 1000, "12:00", "14:00")))
        await home.clock.advance(MINUTE)
        assert home.boxes[METER].power_w <= 1000.0 + 60
        assert home.plug(HVAC).on
        assert box(home).setpoint_w < -1000.0


async def test_others_give_way_to_a_limit_where_the_battery_says_that_it_gives_and_does_not() -> None:
    home = Home(battery(), hvac(), meter(), base_w=1500.0, solver=InlineSolver())
    box(home).stuck = True
    async with running(home):
        await home.clock.advance(MINUTE)
        home.provider.says(EventReceived(capacity("peak", 2000, "12:00", "14:00")))
        await home.clock.advance(3 * MINUTE)
        assert home.boxes[METER].power_w == 1500.0
        for _ in range(20):
            await home.clock.advance(MINUTE)
            assert not home.plug(HVAC).on


async def test_what_a_battery_does_not_give_of_a_limit_is_said_to_be_impossible() -> None:
    home = Home(battery(), meter(), base_w=1500.0, solver=InlineSolver())
    box(home).stuck = True
    async with running(home):
        await home.clock.advance(MINUTE)
        home.provider.says(EventReceived(capacity("peak", 1000, "12:00", "14:00")))
        await home.clock.advance(3 * MINUTE)
        assert [round(watts) for watts in home.router.steering.verdict.impossible_w.values()] == [500]
        assert box(home).setpoint_w < 0
        box(home).stuck = False
        await home.clock.advance(3 * MINUTE)
        assert home.router.steering.verdict.impossible_w == {}


async def test_a_limit_counts_with_what_the_meter_shows_and_not_with_what_was_stated() -> None:
    home = Home(hvac(), meter(), base_w=100.0)
    async with running(home):
        home.provider.says(EventReceived(capacity("peak", 1500, "12:00", "14:00")))
        await home.clock.advance(MINUTE)
        assert home.plug(HVAC).on
        home.base_w = 900.0
        await home.clock.advance(2 * MINUTE)
        assert not home.plug(HVAC).on


async def test_an_inverter_gives_only_what_stays_at_home_while_sending_away_costs() -> None:
    home = Home(inverter(), meter(), solver=InlineSolver(), sun_w=lambda _: 3000.0, tariff=charged, roof=ROOF)
    async with running(home):
        await home.clock.advance(20 * MINUTE)
        assert home.boxes[METER].power_w == pytest.approx(0.0, abs=150.0)
        home.base_w = 1200.0
        await home.clock.advance(MINUTE)
        assert home.boxes[METER].power_w == pytest.approx(0.0, abs=150.0)
        assert isinstance(home.boxes[INVERTER], InverterBox)


async def test_a_heat_pump_is_blocked_by_a_shed_for_its_longest_time_and_comes_back() -> None:
    home = Home(heat_pump(), meter(), tick=30 * MINUTE / 30)
    async with running(home):
        pump = home.boxes[HEAT_PUMP]
        assert isinstance(pump, ModesBox)
        home.provider.says(EventReceived(shed("peak", "12:00", "15:00")))
        await home.clock.advance(MINUTE)
        assert pump.mode == 0
        await home.clock.advance(2 * HOUR)
        assert pump.mode == 1
        assert home.clock.now() == NOON + 2 * HOUR + MINUTE
        await home.clock.advance(HOUR)
        assert pump.mode == 1


async def test_a_device_that_says_nothing_any_more_counts_as_gone_and_is_said_once() -> None:
    home = Home(battery(), meter())
    async with running(home):
        await home.clock.advance(MINUTE)
        box(home).falls_silent()
        await home.clock.advance(30 * MINUTE)
        said = [line for line in home.store.sentences() if "Battery is gone" in line]
        assert said == ["Battery is gone: it has said nothing for 15 minutes."]
        assert BATTERY not in {device.id for device in home.router.problem("test").devices}


async def test_set_points_that_follow_are_noted_when_they_turn_and_not_each_time() -> None:
    home = Home(battery(), inverter(), meter(), solver=InlineSolver(), sun_w=cloudy, tariff=paid, roof=ROOF)
    async with running(home):
        await home.clock.advance(HOUR)
        notes = [line for line in home.store.sentences() if line.startswith("Battery set to")]
        assert 1 <= len(notes) <= 12


async def test_base_load_that_was_learned_survives_a_restart() -> None:
    home = Home(meter(), hvac(), base_w=300.0)
    async with running(home):
        home.base_w = 900.0
        await home.clock.advance(HOUR)
    async with running(home):
        (first, *_) = home.router.problem("test").base_load_w
        assert first > 700.0


WALLBOX = replace(
    car(), flexibility=StorageFlexibility("Wh", 0.0, 20_000.0, 20_000.0, 1.0, 0.0, 7400.0, 1380.0)
)


async def test_a_car_that_is_charged_from_the_sun_follows_it_and_has_what_it_needs_in_time() -> None:
    standing = {CAR: StandingWish(4000.0, time(20))}  # in Amsterdam: 18:00 in UTC
    home = Home(
        WALLBOX,
        inverter(),
        meter(),
        solver=InlineSolver(),
        sun_w=lambda now: 3400.0 if now.minute // 10 % 2 == 0 else 2600.0,
        tariff=paid,
        roof=ROOF,
        wallbox=True,
        standing=standing,
    )
    async with running(home):
        wallbox = home.boxes[CAR]
        assert isinstance(wallbox, WallBox)
        wallbox.plugged = True
        await home.clock.advance(2 * MINUTE)
        imported_wh = 0.0
        for _ in range(6 * 60 - 4):
            await home.clock.advance(MINUTE)
            imported_wh += max(home.boxes[METER].power_w, 0.0) / 60
        assert wallbox.charged_wh == pytest.approx(4000.0, abs=60.0)
        assert imported_wh < 300.0
        wallbox.plugged = False
        await home.clock.advance(MINUTE)
        assert "Car: the car is full or gone." in home.store.sentences()


async def test_a_limit_lets_a_car_charge_with_what_it_leaves() -> None:
    home = Home(WALLBOX, meter(), base_w=500.0, wallbox=True)
    async with running(home):
        wallbox = home.boxes[CAR]
        assert isinstance(wallbox, WallBox)
        wallbox.plugged = True
        await home.clock.advance(MINUTE)
        assert wallbox.power_w == 7400.0
        home.provider.says(EventReceived(capacity("peak", 3000, "12:00", "13:00")))
        await home.clock.advance(MINUTE)
        assert home.boxes[METER].power_w == pytest.approx(3000.0, abs=60.0)
        home.base_w = 2500.0
        await home.clock.advance(MINUTE)
        assert wallbox.power_w == 0.0


async def test_a_plug_with_a_loose_contact_does_not_flood_the_journal() -> None:
    home = Home(WALLBOX, meter(), base_w=500.0, wallbox=True, tick=timedelta(seconds=1))
    async with running(home):
        wallbox = home.boxes[CAR]
        assert isinstance(wallbox, WallBox)
        for second in range(240):
            wallbox.plugged = second % 2 == 0
            await home.clock.advance(timedelta(seconds=1))
        said = home.store.sentences()
        assert len([sentence for sentence in said if "Car: a car seems to come and go" in sentence]) == 1
        assert len(said) < 60
        wallbox.plugged = False
        await home.clock.advance(7 * MINUTE)
        assert not home.router.registry.state(CAR).plugged
