"""What devices tell themselves: levels, set-points, modes, cars at the plug, lines of a meter."""

from dataclasses import replace
from datetime import datetime

import pytest

from drrouter.domain.device import DeviceProfile, DeviceState, Presence
from drrouter.domain.flexibility import Line, StorageFlexibility
from drrouter.domain.measurement import Quantity, Reading
from drrouter.router.observe import Happening, Observation, Watch, observe
from tests.builders import (
    CAR,
    MINUTE,
    NOON,
    at,
    bad,
    battery,
    car,
    freezer,
    heat_pump,
    inverter,
    meter,
    reading,
    washer,
)

HERE = DeviceState(Presence.PRESENT, seen_at=NOON)


def told(device: DeviceProfile, when: datetime, **values: float) -> tuple[Reading, ...]:
    return tuple(reading(device.id, Quantity(name), value, when) for name, value in values.items())


def seen(device: DeviceProfile, state: DeviceState, *answers: tuple[Reading, ...]) -> Observation:
    observation = Observation(state, Watch())
    happened: tuple[Happening, ...] = ()
    for one in answers:
        observation = observe(device, observation.state, observation.watch, one)
        happened = (*happened, *observation.happened)
    return replace(observation, happened=happened)


def test_a_battery_tells_its_set_point_and_how_full_it_is() -> None:
    state = seen(
        battery(),
        HERE,
        told(battery(), NOON, setpoint_w=-800.0, power_w=-790.0, level_percent=42.0, exported_wh=9.0),
    ).state
    assert (state.setpoint_w, state.power_w, state.level, state.exported_wh) == (-800.0, -790.0, 4200.0, 9.0)
    assert state.on is True


def test_a_level_in_watt_hours_is_taken_as_it_is_and_a_percentage_of_a_freezer_means_nothing() -> None:
    assert seen(battery(), HERE, told(battery(), NOON, level_wh=5.0)).state.level == 5.0
    assert seen(freezer(), HERE, told(freezer(), NOON, level_percent=50.0)).state.level is None


def test_a_store_that_is_modelled_in_percent_takes_its_percentage() -> None:
    store = battery().flexibility
    assert isinstance(store, StorageFlexibility)
    tank = replace(battery(), flexibility=replace(store, unit="percent"))
    assert seen(tank, HERE, told(tank, NOON, level_percent=50.0)).state.level == 50.0


def test_a_level_that_was_once_told_is_never_reckoned() -> None:
    store = seen(
        battery(),
        HERE,
        told(battery(), NOON, level_wh=5000.0, power_w=3000.0),
        told(battery(), at("12:10"), power_w=3000.0),
    )
    assert store.state.level == 5000.0


def test_an_inverter_without_a_switch_is_on_while_it_may_give() -> None:
    assert seen(inverter(), HERE, told(inverter(), NOON, setpoint_w=-5000.0)).state.on is True
    assert seen(inverter(), HERE, told(inverter(), NOON, setpoint_w=0.0)).state.on is False


def test_a_heat_pump_tells_its_mode_and_since_when() -> None:
    after = seen(
        heat_pump(), HERE, told(heat_pump(), NOON, mode=1.0), told(heat_pump(), at("12:05"), mode=0.0)
    ).state
    assert (after.mode, after.mode_since, after.on) == (0, at("12:05"), False)


def test_a_mode_that_the_object_model_does_not_have_counts_as_none() -> None:
    assert seen(heat_pump(), HERE, told(heat_pump(), NOON, mode=9.0)).state.mode is None
    assert seen(washer(), HERE, told(washer(), NOON, mode=1.0)).state.mode is None


def test_a_machine_tells_whether_it_is_armed() -> None:
    assert seen(washer(), HERE, told(washer(), NOON, armed=1.0)).state.armed is True
    assert seen(washer(), HERE).state.armed is None


def test_a_meter_tells_its_lines_and_their_sum_where_it_tells_no_whole() -> None:
    lines = told(meter(), NOON, power_l1_w=100.0, power_l2_w=-40.0, power_l3_w=10.0)
    state = seen(meter(), HERE, lines).state
    assert state.power_w == 70.0
    assert state.line_w == ((Line.L1, 100.0), (Line.L2, -40.0), (Line.L3, 10.0))


def test_what_cannot_be_trusted_changes_nothing() -> None:
    broken = tuple(bad(one) for one in told(battery(), NOON, setpoint_w=9e9, level_percent=400.0))
    assert seen(battery(), HERE, broken).state == replace(HERE, seen_at=NOON)


# Cars at a charging point that knows them


@pytest.fixture
def away() -> DeviceState:
    return replace(HERE, plugged=False)


def test_a_car_arrives_and_leaves_when_the_charging_point_says_so(away: DeviceState) -> None:
    here = seen(car(), away, told(car(), NOON, plugged=1.0, setpoint_w=0.0))
    assert here.happened == (Happening.CAR_ARRIVED,)
    assert (here.state.plugged, here.state.level) == (True, 0.0)
    gone = seen(car(), here.state, told(car(), at("13:00"), plugged=0.0))
    assert gone.happened == (Happening.CAR_DONE,)
    assert gone.state.plugged is False


def test_the_level_that_a_car_tells_stands_above_what_is_counted(away: DeviceState) -> None:
    here = seen(car(), away, told(car(), NOON, plugged=1.0, level_percent=30.0))
    assert here.state.level == 3000.0


def test_energy_is_counted_from_the_arrival_on(away: DeviceState) -> None:
    after = seen(
        car(),
        away,
        told(car(), NOON, plugged=1.0, setpoint_w=2300.0, energy_wh=500.0),
        told(car(), at("12:30"), power_w=2300.0, energy_wh=1600.0),
    )
    assert after.state.level == 1100.0


def test_power_tells_nothing_of_a_car_where_the_plug_does(away: DeviceState) -> None:
    drawing = [told(car(), NOON + n * MINUTE, power_w=2300.0) for n in range(1, 4)]
    assert seen(car(), away, told(car(), NOON, plugged=0.0), *drawing).happened == ()


def test_a_car_that_takes_nothing_although_it_may_is_full_and_stays(away: DeviceState) -> None:
    answers = [told(car(), NOON + n * MINUTE, plugged=1.0, setpoint_w=2300.0, power_w=0.0) for n in range(7)]
    full = seen(car(), away, *answers)
    assert (full.state.level, full.state.plugged) == (10_000.0, True)
    assert full.happened == (Happening.CAR_ARRIVED,)
    held = [told(car(), NOON + n * MINUTE, plugged=1.0, setpoint_w=0.0, power_w=0.0) for n in range(7)]
    assert seen(car(), away, *held).state.level == 0.0


def test_other_devices_have_no_cars() -> None:
    assert seen(battery(), HERE, told(battery(), NOON, plugged=0.0)).state.plugged is True
    assert car().id == CAR


def test_a_switch_that_was_once_told_is_not_concluded_from_the_set_point() -> None:
    answers = told(car(), NOON, switch=0.0), told(car(), at("12:01"), setpoint_w=2300.0)
    assert seen(car(), HERE, *answers).state.on is False


def test_the_temperature_of_a_battery_or_a_charger_is_not_its_level() -> None:
    store = seen(battery(), HERE, told(battery(), NOON, level_percent=50.0, temperature_c=35.0))
    assert store.state.level == 5000.0
    later = seen(battery(), store.state, told(battery(), at("12:01"), temperature_c=35.0))
    assert later.state.level == 5000.0


def test_the_charge_of_a_thermometer_is_not_the_level_of_a_freezer() -> None:
    frozen = replace(HERE, level=-20.0, on=False)
    after = seen(freezer(), frozen, told(freezer(), at("13:00"), level_percent=90.0, switch=0.0, power_w=0.0))
    assert after.state.level == pytest.approx(-19.0)


def test_a_freezer_whose_thermometer_falls_silent_is_taken_to_grow_warmer() -> None:
    first = told(freezer(), NOON, temperature_c=-20.0, switch=0.0, power_w=0.0)
    minutes = [told(freezer(), NOON + minute * MINUTE, switch=0.0, power_w=0.0) for minute in range(1, 121)]
    assert seen(freezer(), HERE, first, *minutes[:30]).state.level == -20.0
    assert seen(freezer(), HERE, first, *minutes).state.level == pytest.approx(-18.0)
    spoken = told(freezer(), at("14:01"), temperature_c=-19.0)
    assert seen(freezer(), HERE, first, *minutes, spoken).state.level == -19.0
