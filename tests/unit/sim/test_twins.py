"""Batteries, inverters, heat pumps and tanks of the simulated house: exact, and unable to be harmed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drrouter.domain.flexibility import (
    Discharge,
    EnvelopeFlexibility,
    Mode,
    ModesFlexibility,
    StorageFlexibility,
)
from drrouter.sim.appliances import (
    Appliance,
    Battery,
    Car,
    Inverter,
    ModeMachine,
    Still,
    Tank,
    appliance_for,
)

START = datetime(2026, 6, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)

WALL = StorageFlexibility(
    "Wh",
    level_min=500.0,
    level_max=10_000.0,
    level_target=10_000.0,
    level_per_wh=0.9,
    drift_per_h=0.0,
    max_power_w=5000.0,
    min_power_w=100.0,
    idle_power_w=10.0,
    discharge=Discharge(4000.0, level_per_wh=1.25, min_power_w=50.0),
)
TANK = StorageFlexibility(
    "°C",
    level_min=50.0,
    level_max=65.0,
    level_target=60.0,
    level_per_wh=0.007,
    drift_per_h=0.0,
    max_power_w=2000.0,
    duty=True,
    loss_per_h=0.01,
    ambient=18.0,
)
ROOF = EnvelopeFlexibility(5000.0, least_power_w=500.0)
SG_READY = ModesFlexibility(
    (
        Mode("blocked", 0.0, longest=2 * HOUR, most_per_day=3 * HOUR),
        Mode("normal", 1000.0),
        Mode("forced", 2000.0),
    )
)


def battery(level_wh: float = 5000.0, storage: StorageFlexibility = WALL) -> Battery:
    made = appliance_for(storage, START, level=level_wh)
    assert isinstance(made, Battery)
    return made


# Batteries


def test_a_battery_rests_until_it_is_told_something() -> None:
    wall = battery()
    wall.advance(START + HOUR)
    assert (wall.power_w, wall.level_wh, wall.meter.total_wh) == (10.0, 5000.0, 10.0)


def test_a_battery_takes_with_a_loss_until_it_is_full() -> None:
    wall = battery()
    wall.set_power(2000.0)
    wall.advance(START + HOUR)
    assert wall.level_wh == pytest.approx(6800.0)
    wall.advance(START + 5 * HOUR)
    assert wall.level_wh == pytest.approx(10_000.0, abs=0.01)
    assert wall.power_w == 10.0
    assert wall.meter.total_wh == pytest.approx(5000 / 0.9 + 10 * (4 - 5000 / 1800 + 1), rel=1e-3)


def test_a_battery_gives_with_a_loss_until_it_is_at_its_least() -> None:
    wall = battery()
    wall.set_power(-1000.0)
    wall.advance(START + HOUR)
    assert (wall.power_w, wall.given_wh) == (-1000.0, 1000.0)
    assert wall.level_wh == pytest.approx(3750.0)
    wall.advance(START + 10 * HOUR)
    assert wall.level_wh == pytest.approx(500.0, abs=0.01)
    assert wall.power_w == 10.0
    assert wall.given_wh == pytest.approx(3600.0, abs=0.01)


@pytest.mark.parametrize(
    ("told_w", "power_w"),
    [(9000.0, 5000.0), (99.0, 10.0), (-9000.0, -4000.0), (-49.0, 10.0), (0.0, 10.0)],
)
def test_a_battery_does_the_nearest_that_it_can(told_w: float, power_w: float) -> None:
    wall = battery()
    wall.set_power(told_w)
    assert wall.power_w == power_w


def test_a_full_battery_gives_but_takes_no_more_until_some_is_gone() -> None:
    wall = battery(10_000.0)
    wall.set_power(1000.0)
    assert wall.power_w == 10.0
    wall.set_power(-1000.0)
    wall.advance(START + timedelta(minutes=10))
    wall.set_power(1000.0)
    assert wall.power_w == 1000.0


def test_a_battery_without_supply_does_nothing() -> None:
    wall = battery()
    wall.set_power(1000.0)
    wall.set_supply(False)
    assert wall.power_w == 0.0


def test_a_battery_that_leaks_settles_where_its_charge_and_its_loss_are_even() -> None:
    leaky = battery(5000.0, replace(WALL, loss_per_h=0.5))
    leaky.set_power(2000.0)
    leaky.advance(START + 48 * HOUR)
    assert leaky.level_wh == pytest.approx(2000 * 0.9 / 0.5)
    assert leaky.stored_wh == pytest.approx(4000.0)
    leaky.set_power(5000.0)
    leaky.advance(START + 72 * HOUR)
    assert leaky.highest_wh == pytest.approx(9000.0, rel=1e-3)


# Cars


def test_a_car_that_is_offered_less_than_its_floor_takes_nothing() -> None:
    car = appliance_for(replace(WALL, discharge=None, min_power_w=1380.0), START, level=0.0, supplied=True)
    assert isinstance(car, Car)
    powers = []
    for told_w in (1379.0, 1380.0, 3000.0, 9000.0, -500.0):
        car.set_power(told_w)
        powers.append(car.power_w)
    assert powers == [0.0, 1380.0, 3000.0, 5000.0, 0.0]
    car.set_power(3000.0)
    car.advance(START + HOUR)
    assert car.level_wh == pytest.approx(2700.0)


# Inverters


def test_an_inverter_gives_what_the_sun_offers_and_nothing_at_night() -> None:
    roof = Inverter(START, ROOF, sun=lambda at: 0.5 if 6 <= at.hour < 18 else 0.0)
    roof.advance(START + 24 * HOUR)
    assert roof.meter.total_wh == pytest.approx(-12 * 2500)
    assert roof.withheld_wh == 0.0


def test_an_inverter_is_held_back_but_not_below_its_least() -> None:
    roof = Inverter(START, ROOF, sun=lambda _: 0.5)
    powers = []
    for limit_w in (None, 1000.0, 100.0, 9000.0):
        roof.set_limit(limit_w)
        powers.append(roof.power_w)
    assert powers == [-2500.0, -1000.0, -500.0, -2500.0]
    roof.set_limit(1000.0)
    roof.advance(START + HOUR)
    assert roof.withheld_wh == pytest.approx(1500.0)
    roof.set_supply(False)
    assert roof.power_w == 0.0


def test_a_clear_day_begins_and_ends_and_is_brightest_at_noon() -> None:
    roof = Inverter(START, EnvelopeFlexibility(1000.0))
    shown = []
    for hour in (0, 5, 12, 19, 23):
        roof.advance(START + hour * HOUR)
        shown.append(round(roof.offered_w))
    assert shown == [0, 0, 850, 0, 0]


# Heat pumps


def heat_pump() -> ModeMachine:
    made = appliance_for(SG_READY, START)
    assert isinstance(made, ModeMachine)
    return made


def test_a_heat_pump_runs_in_the_mode_that_it_is_told() -> None:
    pump = heat_pump()
    pump.advance(START + HOUR)
    pump.set_mode(2)
    pump.advance(START + 2 * HOUR)
    assert (pump.power_w, pump.switches, pump.meter.total_wh) == (2000.0, 1, 3000.0)


def test_a_heat_pump_that_is_blocked_too_long_goes_on_by_itself() -> None:
    pump = heat_pump()
    pump.set_mode(0)
    pump.advance(START + 5 * HOUR)
    assert (pump.mode, pump.told, pump.overruns) == (1, 0, 1)
    assert pump.meter.total_wh == 3000.0


def test_a_heat_pump_is_blocked_only_so_long_on_one_day() -> None:
    pump = heat_pump()
    pump.set_mode(0)
    pump.advance(START + 2 * HOUR)
    pump.set_mode(0)
    pump.advance(START + 5 * HOUR)
    assert (pump.mode, pump.overruns) == (1, 2)
    pump.set_mode(0)
    assert pump.mode == 1
    pump.advance(START + 24 * HOUR)
    pump.set_mode(0)
    assert pump.mode == 0


def test_a_heat_pump_has_no_other_modes() -> None:
    with pytest.raises(IndexError, match="there is no mode 3"):
        heat_pump().set_mode(3)


def test_a_heat_pump_without_supply_draws_nothing() -> None:
    pump = heat_pump()
    pump.set_supply(False)
    assert pump.power_w == 0.0


# Tanks and rooms


def test_a_tank_keeps_its_water_warm_and_pays_its_loss() -> None:
    tank = appliance_for(TANK, START, thermostat=(62.0, 57.0), supplied=True)
    assert isinstance(tank, Tank)
    tank.advance(START + 10 * 24 * HOUR)
    assert 57 <= tank.lowest_c + 1e-6 <= tank.highest_c <= 62 + 1e-6
    loss_w = 0.01 * (59.5 - 18.0) / 0.007
    assert tank.meter.total_wh / 240 == pytest.approx(loss_w, rel=0.05)


def test_a_tank_without_supply_cools_to_its_surroundings() -> None:
    tank = appliance_for(TANK, START, supplied=False)
    assert isinstance(tank, Tank)
    tank.advance(START + 2000 * HOUR)
    assert tank.temperature_c == pytest.approx(18.0)


@pytest.mark.parametrize(
    ("drift", "target", "settles"), [(-1.0, 60.0, 21.0), (-1.0, 22.0, 7.0), (0.0, 60.0, 60.0)]
)
def test_surroundings_that_no_model_states_are_a_kitchen_or_far_off(
    drift: float, target: float, settles: float
) -> None:
    body = replace(TANK, loss_per_h=0.0, drift_per_h=drift, level_target=target, level_min=target - 5)
    twin = appliance_for(body, START, supplied=False)
    assert isinstance(twin, Tank)
    twin.advance(START + 1000 * HOUR)
    assert twin.temperature_c == pytest.approx(settles, abs=0.1)


# All of them


def test_a_meter_draws_nothing_of_its_own() -> None:
    meter = appliance_for(None, START)
    meter.advance(START + HOUR)
    assert (type(meter), meter.power_w, meter.meter.total_wh) == (Still, 0.0, 0.0)


def _charging() -> Appliance:
    made = battery()
    made.set_power(3000.0)
    return made


def _blocked() -> Appliance:
    made = heat_pump()
    made.set_mode(0)
    return made


KINDS: dict[str, Callable[[], Appliance]] = {
    "battery": _charging,
    "inverter": lambda: Inverter(START, ROOF),
    "heat pump": _blocked,
    "tank": lambda: appliance_for(TANK, START, supplied=True),
}


@pytest.mark.parametrize("kind", KINDS)
@given(looks=st.lists(st.integers(0, 12 * 3600 * 10**6), max_size=12))
def test_looking_at_a_twin_never_changes_its_course(kind: str, looks: list[int]) -> None:
    watched, alone = KINDS[kind](), KINDS[kind]()
    for look in sorted(looks):
        watched.advance(START + timedelta(microseconds=look))
    for twin in (watched, alone):
        twin.advance(START + 12 * HOUR)
    assert watched.meter.minutes_wh == pytest.approx(alone.meter.minutes_wh, abs=1e-4)
