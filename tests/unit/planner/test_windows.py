"""Between which powers a device may run in each slot."""

from datetime import timedelta

import pytest

from drrouter.domain.interval import Interval
from drrouter.planner.windows import demand_windows, storage_windows
from tests.unit.planner.homes import CHARGING, FREEZING, NOW, at, car, freezer, hvac

SLOT = Interval(NOW, NOW + timedelta(minutes=15))
WHOLE_DAY = Interval(NOW, at(16, 30))
FIRST_THIRD = Interval(NOW, NOW + timedelta(minutes=5))


def test_a_switch_is_off_or_at_its_power() -> None:
    window = storage_windows(car(), CHARGING, [SLOT])[0]
    assert (window.floor_w, window.on_w, window.max_w) == (0.0, 2300.0, 2300.0)


def test_a_duty_device_has_no_lowest_power() -> None:
    window = storage_windows(freezer(), FREEZING, [SLOT])[0]
    assert (window.on_w, window.max_w) == (0.0, 90.0)


def test_a_cap_below_the_lowest_power_forces_it_off() -> None:
    window = storage_windows(car(caps=((WHOLE_DAY, 1000.0),)), CHARGING, [SLOT])[0]
    assert window.max_w == 0.0


def test_a_cap_over_a_third_of_the_slot_leaves_two_thirds_of_the_power() -> None:
    window = storage_windows(car(caps=((FIRST_THIRD, 0.0),)), CHARGING, [SLOT])[0]
    assert window.max_w == pytest.approx(2300 * 2 / 3)
    assert window.on_w == pytest.approx(2300 * 2 / 3)


def test_the_tightest_of_several_caps_holds() -> None:
    window = storage_windows(freezer(caps=((WHOLE_DAY, 60.0), (WHOLE_DAY, 30.0))), FREEZING, [SLOT])[0]
    assert window.max_w == 30.0


def test_a_floor_lifts_a_switch_to_its_power() -> None:
    assert storage_windows(car(floors=((WHOLE_DAY, 1.0),)), CHARGING, [SLOT])[0].floor_w == 2300.0


def test_a_cap_wins_over_a_floor() -> None:
    window = storage_windows(
        freezer(caps=((WHOLE_DAY, 20.0),), floors=((WHOLE_DAY, 90.0),)), FREEZING, [SLOT]
    )[0]
    assert (window.floor_w, window.max_w) == (20.0, 20.0)


def test_a_car_away_has_no_power_and_no_floor() -> None:
    away = car(available=Interval(at(20), at(22)), floors=((WHOLE_DAY, 2300.0),))
    assert storage_windows(away, CHARGING, [SLOT])[0].max_w == 0.0
    assert storage_windows(away, CHARGING, [SLOT])[0].floor_w == 0.0


def test_a_car_that_leaves_within_the_slot_has_its_share() -> None:
    leaving = car(available=FIRST_THIRD)
    assert storage_windows(leaving, CHARGING, [SLOT])[0].max_w == pytest.approx(2300 / 3)


def test_a_demand_runs_between_its_floor_and_what_it_wants() -> None:
    window = demand_windows(hvac(floors=((WHOLE_DAY, 100.0),)), 600.0, 1200.0, [SLOT])[0]
    assert (window.floor_w, window.max_w) == (100.0, 600.0)


def test_a_floor_above_what_a_demand_wants_is_met_up_to_its_power() -> None:
    window = demand_windows(hvac(floors=((WHOLE_DAY, 5000.0),)), 600.0, 1200.0, [SLOT])[0]
    assert (window.floor_w, window.max_w) == (1200.0, 1200.0)


def test_a_cap_holds_a_demand_down() -> None:
    window = demand_windows(
        hvac(caps=((WHOLE_DAY, 50.0),), floors=((WHOLE_DAY, 90.0),)), 600.0, 1200.0, [SLOT]
    )[0]
    assert (window.floor_w, window.max_w) == (50.0, 50.0)
