"""What one more kWh costs, held against what the plan of a home with that kWh more costs."""

from dataclasses import replace
from typing import Any

import pytest

from drrouter.domain.flexibility import DemandFlexibility
from drrouter.planner import DeviceInput, Problem, greedy, plan
from drrouter.planner.marginal import marginal_prices
from drrouter.planner.site import Site
from drrouter.planner.tasks import tasks_of
from tests.unit.planner.homes import (
    CAR,
    CHARGING,
    HVAC,
    STORING,
    at,
    battery,
    car,
    freezer,
    hvac,
    limit,
    problem,
)

LOOSE = replace(CHARGING, min_power_w=0.0)
MORE_KWH = 0.005


def dearer(home: Problem, index: int) -> float:
    """What the plan costs more, per kWh, with a little more base load in the slot."""
    more_w = 1000 * MORE_KWH / home.slots[index].hours
    load = tuple(watts + more_w * (k == index) for k, watts in enumerate(home.base_load_w))
    before, after = plan(home), plan(replace(home, base_load_w=load))
    assert before.objective is not None
    assert after.objective is not None
    return (after.objective - before.objective) / MORE_KWH


def hours(*prices: float, **changes: Any) -> dict[str, Any]:
    """Prices by the hour, in quarter hours."""
    return {"hours": len(prices), "import_price": tuple(p for p in prices for _ in range(4)), **changes}


def agrees(home: Problem, *indices: int) -> None:
    made = plan(home)
    for index in indices:
        assert made.marginal_price[index] == pytest.approx(dearer(home, index), abs=1e-3), index


def test_where_nothing_binds_it_is_the_price_of_import() -> None:
    agrees(problem(car(flexibility=LOOSE, by=at(19)), **hours(0.3, 0.1, 0.2, 0.4)), 0, 4, 8, 12)


def test_while_the_home_exports_it_is_what_is_not_sold() -> None:
    sunny = problem(freezer(), **hours(0.3, 0.3, pv_w=(2000.0,) * 8, export_price=(0.06,) * 8))
    assert plan(sunny).marginal_price == pytest.approx((0.06,) * 8)
    agrees(sunny, 0, 5)


def test_where_a_limit_binds_a_storage_gives_way_to_its_next_hour() -> None:
    wanted = car(flexibility=LOOSE, wished=23_600.0, by=at(20))
    home = problem(wanted, limits=(limit(2000.0),), **hours(0.4, 0.1, 0.2, 0.3))
    made = plan(home)
    assert made.headroom_w[5] == pytest.approx(0, abs=1e-3)
    assert made.marginal_price[5] == pytest.approx(made.marginal_price[12], abs=0.1)
    assert made.marginal_price[5] < 1.0
    agrees(home, 1, 5, 9, 13)


def test_where_a_limit_binds_and_nobody_can_give_way_it_is_the_price_of_the_limit() -> None:
    home = problem(limits=(limit(300.0),), **hours(0.2, 0.2))
    assert plan(home).marginal_price == pytest.approx((10.2,) * 8)
    agrees(home, 3)


def test_a_goal_that_is_only_just_met_is_missed_at_its_price() -> None:
    wanted = car(flexibility=LOOSE, wished=23_060.0, by=at(18), end_value_per_wh=0.0)
    home = problem(wanted, limits=(limit(2000.0),), **hours(0.2, 0.2))
    made = plan(home)
    assert made.marginal_price[2] == pytest.approx(2.0, abs=1e-3)
    agrees(home, 2, 6)


def test_a_demand_gives_way_for_its_price() -> None:
    cooling = DeviceInput(HVAC, "Air conditioning", DemandFlexibility(600.0, 600.0, at(20) - at(16), 0.9))
    home = problem(cooling, limits=(limit(900.0),), **hours(0.2, 0.2))
    made = plan(home)
    assert made.marginal_price == pytest.approx((0.9,) * 8)
    agrees(home, 3)


def test_a_demand_at_its_floor_gives_nothing() -> None:
    full = hvac(floors=((limit(0).interval, 600.0),))
    home = problem(full, limits=(limit(900.0),), **hours(0.2, 0.2))
    assert plan(home).marginal_price == pytest.approx((10.2,) * 8)


def test_a_storage_that_takes_just_the_sun_gives_way_for_a_cheaper_hour() -> None:
    """One more kWh while the car takes all the surplus is bought where the car can take it most cheaply."""
    prices = hours(0.4, 0.4, 0.2, 0.4, pv_w=(1300.0,) * 8 + (0.0,) * 8, export_price=(0.05,) * 16)
    wanted = car(flexibility=LOOSE, wished=23_600.0, by=at(20), end_value_per_wh=0.0)
    home = problem(wanted, **prices)
    made = plan(home)
    assert made.grid_w[2] == pytest.approx(0, abs=1e-3)
    assert made.marginal_price[2] == pytest.approx(0.2, abs=1e-3)
    agrees(home, 2, 9, 13)


def test_energy_that_may_come_earlier_does() -> None:
    """In the cheap hour the limit binds, and the car can take what it lacks an hour before."""
    wanted = car(flexibility=LOOSE, wished=23_600.0, by=at(18))
    home = problem(wanted, limits=(limit(2500.0),), **hours(0.3, 0.1, 0.5))
    agrees(home, 1, 5)


def test_a_freezer_at_its_bound_cannot_give_way() -> None:
    cold = freezer(level=-15.0)
    home = problem(cold, limits=(limit(320.0),), **hours(0.2, 0.1))
    made = plan(home)
    assert all(price >= 0.1 for price in made.marginal_price)


def test_what_has_decayed_by_then_is_of_no_use_however_much_it_was_paid_for() -> None:
    leaking = replace(LOOSE, loss_per_h=30.0, level_min=0.0)
    home = problem(car(flexibility=leaking, wished=None), limits=(limit(2000.0),), **hours(-0.5, 0.1, 0.1))
    tasks, drawn = tasks_of(home), (0.0,) * 8 + (1700.0,) + (0.0,) * 3
    site = Site(home, tasks.base_w, tasks.tariffs)
    site.add(CAR, drawn)
    assert 0 <= marginal_prices(home, tasks, site, {CAR: drawn})[8] < 0.1


def test_the_greedy_rung_tells_the_same() -> None:
    wanted = car(flexibility=LOOSE, wished=23_600.0, by=at(20))
    home = problem(wanted, limits=(limit(2000.0),), **hours(0.4, 0.1, 0.2, 0.3))
    assert greedy(home).marginal_price == pytest.approx(plan(home).marginal_price, abs=1e-3)


def test_at_a_limit_a_battery_gives_more_and_is_filled_in_a_cheaper_hour() -> None:
    loose = replace(STORING, min_power_w=0.0)
    home = problem(
        battery(flexibility=loose),
        limits=(limit(1500.0, at(17), at(18)),),
        **hours(0.2, 0.4, 0.3, 0.3, base_load_w=(300.0,) * 4 + (2000.0,) * 4 + (300.0,) * 8),
    )
    made = plan(home)
    assert made.misses == ()
    assert max(made.marginal_price) < 2.0
    agrees(home, 1, 5, 9)
