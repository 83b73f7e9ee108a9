"""Bands of the forecasts: how much room they keep below a limit, for whom, and for how long."""

from dataclasses import replace
from datetime import timedelta

import pytest

from drrouter.planner import Effort, greedy, plan, verify
from drrouter.planner.caution import reserves_w
from tests.unit.planner.homes import CAR, CHARGING, HVAC, at, car, hvac, limit, problem

LOOSE = replace(CHARGING, min_power_w=0.0)
BAND = ((200.0, 500.0),) * 8
HOUR = Effort(cautious=timedelta(hours=1))


def test_without_bands_or_caution_nothing_is_kept() -> None:
    assert reserves_w(problem(hours=2, effort=HOUR)) == (0.0,) * 8
    assert reserves_w(problem(hours=2, base_band_w=BAND)) == (0.0,) * 8


def test_the_upper_load_and_the_lower_sun_are_kept_for_the_first_hour() -> None:
    home = problem(
        hours=2, effort=HOUR, base_band_w=BAND, pv_w=(1000.0,) * 8, pv_band_w=((600.0, 1300.0),) * 8
    )
    assert reserves_w(home) == (600.0,) * 4 + (0.0,) * 4


def test_a_band_beside_its_mean_keeps_nothing() -> None:
    assert reserves_w(problem(hours=2, effort=HOUR, base_band_w=((100.0, 200.0),) * 8)) == (0.0,) * 8


@pytest.mark.parametrize("make", [plan, greedy])
def test_a_car_leaves_the_room_that_is_kept_and_others_do_not(make: object) -> None:
    wanted = car(flexibility=LOOSE, wished=24_000.0, by=at(18))
    home = problem(wanted, hours=2, limits=(limit(1500.0),), base_band_w=BAND, effort=HOUR)
    made = make(home)  # type: ignore[operator]
    assert verify(made, home) == ()
    assert max(made.power_w[CAR][:4]) == pytest.approx(1000.0, abs=1.0)
    assert max(made.power_w[CAR][4:]) == pytest.approx(1200.0, abs=1.0)


def test_a_demand_does_not_go_without_for_what_may_not_come() -> None:
    home = problem(hvac(), hours=2, limits=(limit(900.0),), base_band_w=BAND, effort=HOUR)
    made = plan(home)
    assert made.misses == ()
    assert made.power_w[HVAC] == pytest.approx((600.0,) * 8)


def test_bands_have_one_pair_a_slot() -> None:
    with pytest.raises(ValueError, match="base_band_w needs one value per slot"):
        problem(hours=2, base_band_w=BAND[:3])
