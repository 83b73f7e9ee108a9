"""Who gives way to an order, by hand: what is forbidden, and nothing else."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings

from drrouter.domain.flexibility import Discharge
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit
from drrouter.domain.plan import MissKind, Plan, SolveRung
from drrouter.domain.wish import PlugIn
from drrouter.planner import DeviceInput, Problem, plan, verify
from drrouter.planner.giving_way import given_way
from drrouter.planner.repair import held, repair
from drrouter.planner.tasks import tasks_of
from tests.properties.random_homes import homes, limits
from tests.unit.planner.homes import (
    BATTERY,
    CAR,
    CHARGING,
    FREEZER,
    HVAC,
    NOW,
    STORING,
    WASHER,
    at,
    battery,
    car,
    demo_home,
    freezer,
    hvac,
    limit,
    machine,
    problem,
)

HOUR = timedelta(hours=1)
CHEAP_NOW = (0.1,) * 8 + (0.3,) * 8
MODULATING = replace(CHARGING, min_power_w=1400.0, max_power_w=3700.0)


def home(*devices: DeviceInput, **changes: Any) -> Problem:
    """Four hours in quarters: two cheap ones, two dear ones, 500 W of load, nothing sold."""
    usual = {"import_price": CHEAP_NOW, "export_price": (0.0,) * 16, "base_load_w": (500.0,) * 16}
    return problem(*devices, hours=4.0, **{**usual, **changes})


def struck(asked: Problem, **changes: Any) -> Problem:
    """The home once it is planned, and something changed."""
    return replace(asked, previous=plan(asked), **changes)


def yielded(asked: Problem) -> Plan:
    """What is mended by hand, checked; no linear programme is asked."""
    assert given_way(asked, tasks_of(asked), asked.previous.power_w if asked.previous else {}) is not None
    made = held(asked)
    assert verify(made, asked) == ()
    return made


def test_what_the_order_does_not_touch_stays_to_the_last_digit() -> None:
    before = demo_home()
    asked = struck(before, limits=(limit(5000.0), limit(2600.0, NOW, NOW + HOUR)))
    assert asked.previous is not None
    made = yielded(asked)
    assert made.power_w[FREEZER] == asked.previous.power_w[FREEZER]
    assert made.cycle_of(WASHER) == asked.previous.cycle_of(WASHER)
    assert made.power_w[CAR] != asked.previous.power_w[CAR]


def test_where_nothing_is_forbidden_nothing_changes_and_it_is_as_good_as_it_was() -> None:
    asked = struck(demo_home(), trigger="an event")
    made = repair(asked)
    assert made is not None
    assert asked.previous is not None
    assert (made.power_w, made.cycles) == (asked.previous.power_w, asked.previous.cycles)
    assert made.solve_rung is SolveRung.INCUMBENT
    assert held(asked).solve_rung is SolveRung.GREEDY


def test_a_car_buys_back_what_a_limit_takes_where_that_is_cheapest() -> None:
    asked = struck(
        home(car(level=36_000.0, wished=38_000.0, by=at(20))), limits=(limit(600.0, NOW, NOW + HOUR),)
    )
    made = yielded(asked)
    assert set(made.power_w[CAR][:4]) == {0.0}
    assert sum(made.power_w[CAR][4:8]) > 0  # still the cheap hours
    assert made.misses == ()


def test_one_that_modulates_takes_what_the_limit_leaves_and_no_less_than_its_least() -> None:
    asked = home(car(level=30_000.0, wished=38_000.0, by=at(20), flexibility=MODULATING))
    some, little = (struck(asked, limits=(limit(most, NOW, NOW + HOUR),)) for most in (2500.0, 1500.0))
    assert yielded(some).power_w[CAR][:4] == pytest.approx((2000.0,) * 4)
    assert yielded(little).power_w[CAR][:4] == (0.0,) * 4


def test_what_must_keep_its_bounds_draws_above_the_limit_and_says_so() -> None:
    asked = struck(problem(freezer(level=-15.1)), limits=(limit(0.0, NOW, NOW + 2 * HOUR),))
    made = yielded(asked)
    assert min(made.level[FREEZER]) <= -15.0
    assert {miss.kind for miss in made.misses} == {MissKind.LIMIT}


def test_a_freezer_that_is_warmer_than_planned_is_cooled_again() -> None:
    cold = problem(freezer(level=-20.0))
    asked = replace(problem(freezer(level=-15.5)), previous=plan(cold))
    made = yielded(asked)
    assert max(made.level[FREEZER]) <= -15.0 + 1e-6


def test_what_is_fuller_than_planned_takes_no_more_than_there_is_room_for() -> None:
    empty = home(car(level=30_000.0, wished=40_000.0, by=at(20), flexibility=MODULATING))
    full = home(car(level=39_000.0, wished=40_000.0, by=at(20), flexibility=MODULATING))
    made = yielded(replace(full, previous=plan(empty)))
    assert max(made.level[CAR]) <= 40_000.0 + 1e-3


def test_what_a_battery_gives_makes_room_and_is_kept() -> None:
    asked_by_five = car(
        level=36_000.0, wished=38_000.0, by=at(17), flexibility=replace(MODULATING, min_power_w=0.0)
    )
    devices = battery(level=8000.0, end_value_per_wh=0.0), asked_by_five
    asked = struck(
        home(*devices, import_price=tuple(reversed(CHEAP_NOW))), limits=(limit(1500.0, NOW, NOW + HOUR),)
    )
    assert asked.previous is not None
    made = yielded(asked)
    assert made.power_w[BATTERY] == asked.previous.power_w[BATTERY]
    assert made.power_w[CAR] == asked.previous.power_w[CAR]


def test_a_battery_gives_no_more_than_the_home_still_needs() -> None:
    dear_now = tuple(reversed(CHEAP_NOW))
    devices = battery(level=8000.0, end_value_per_wh=0.0), car(level=36_000.0, wished=38_000.0, by=at(18))
    asked = struck(
        home(*devices, import_price=dear_now), limits=(limit(0.0, NOW, NOW + HOUR, members=(CAR,)),)
    )
    made = yielded(asked)
    assert all(watts >= -500.0 - 1e-6 for watts in made.power_w[BATTERY][:4])


def test_a_battery_that_may_not_charge_gives_no_energy_that_it_lacks() -> None:
    asked = struck(
        home(battery(level=500.0, end_value_per_wh=0.0)),
        limits=(limit(500.0, NOW, NOW + 2 * HOUR),),
    )
    assert asked.previous is not None
    assert min(asked.previous.power_w[BATTERY]) < 0
    made = yielded(asked)
    assert min(made.power_w[BATTERY]) == 0.0


def test_one_with_a_least_power_of_giving_gives_that_or_nothing() -> None:
    discharge = Discharge(3000.0, 1.25, min_power_w=450.0)
    storing = replace(STORING, discharge=discharge)
    dear_now = tuple(reversed(CHEAP_NOW))
    before = home(battery(level=8000.0, flexibility=storing, end_value_per_wh=0.0), import_price=dear_now)
    asked = struck(before, base_load_w=(440.0,) * 16)
    assert yielded(asked).power_w[BATTERY][0] == 0.0


def test_without_discharge_nothing_is_given_that_was() -> None:
    asked = struck(home(battery(level=8000.0)))
    refused = replace(asked, devices=(replace(asked.devices[0], may_discharge=False),))
    assert min(yielded(refused).power_w[BATTERY]) >= 0.0


def test_what_charges_on_sun_takes_only_what_the_sun_still_leaves() -> None:
    sunny = car(level=30_000.0, wished=None, flexibility=replace(MODULATING, min_power_w=0.0), sun_only=True)
    asked = struck(home(sunny, pv_w=(3000.0,) * 16))
    cloudy = replace(asked, pv_w=(1500.0,) * 16)
    assert max(yielded(cloudy).power_w[CAR]) <= 1000.0 + 1e-6


def test_a_demand_has_what_it_was_planned_to_have_or_what_is_left() -> None:
    asked = struck(home(hvac()), limits=(limit(800.0, NOW, NOW + HOUR),))
    assert asked.previous is not None
    made = yielded(asked)
    assert made.power_w[HVAC][:4] == pytest.approx((300.0,) * 4)
    assert made.power_w[HVAC][4:] == asked.previous.power_w[HVAC][4:]


def test_a_cycle_moves_only_where_it_no_longer_fits() -> None:
    asked = struck(problem(machine()))
    assert asked.previous is not None
    start = asked.previous.cycles[0].start
    order = limit(1000.0, start, start + HOUR)
    assert yielded(replace(asked, limits=(order,))).cycles[0].start != start


def test_a_new_floor_is_kept() -> None:
    asked = struck(home(car(level=30_000.0, wished=None, flexibility=MODULATING, end_value_per_wh=0.0)))
    floored = replace(asked.devices[0], floors=((Interval(NOW, NOW + HOUR), 2000.0),))
    assert yielded(replace(asked, devices=(floored,))).power_w[CAR][:4] == pytest.approx((2000.0,) * 4)


def test_a_device_that_the_plan_before_does_not_know_and_a_car_with_trips_are_left_to_others() -> None:
    new = struck(home(), devices=(freezer(),))
    assert given_way(new, tasks_of(new), {}) is None
    periods = (
        PlugIn(Interval(NOW, NOW + HOUR)),
        PlugIn(Interval(NOW + 2 * HOUR, NOW + 4 * HOUR), used=1000.0),
    )
    away = home(car(level=30_000.0, wished=None, periods=periods))
    assert given_way(away, tasks_of(away), {CAR: (0.0,) * 16}) is None
    assert held(new).power_w.keys() == {FREEZER}


@pytest.mark.parametrize("later", [timedelta(0), timedelta(minutes=37)])
def test_what_costs_much_more_than_the_plan_before_is_left_to_a_linear_programme(
    later: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, now = plan(demo_home()), NOW + later
    asked = demo_home(now=now, previous=before, limits=(limit(5000.0), limit(2600.0, now, now + HOUR)))
    asked = replace(asked, slots=problem(now=now).slots) if later else asked
    by_hand = repair(asked)
    monkeypatch.setattr("drrouter.planner.repair._MUCH", -1.0)  # so that anything is much
    solved = repair(asked)
    assert by_hand is not None
    assert solved is not None
    assert later or by_hand.solve_rung is SolveRung.GREEDY
    assert verify(solved, asked) == ()
    assert solved.objective is not None
    assert by_hand.objective is not None
    assert solved.objective <= by_hand.objective


def test_where_prices_fell_a_linear_programme_is_asked() -> None:
    """The plan before is no measure then: a car that waited for good reason may charge at once."""
    asked = car(flexibility=replace(CHARGING, min_power_w=0.0))
    dear = tuple(2.0 if k >= 8 else 1.0 for k in range(96))
    before = problem(asked, import_price=dear, export_price=(0.0,) * 96)
    cheaper = struck(before, import_price=tuple(0.05 if k >= 30 else 0.5 for k in range(96)))
    made, best = repair(cheaper), plan(replace(cheaper, previous=None))
    assert made is not None
    assert made.solve_rung is SolveRung.INCUMBENT
    assert made.objective == pytest.approx(best.objective, abs=0.01)


@pytest.mark.long
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(homes(), limits([]))
def test_whoever_gives_way_by_hand_breaks_no_rule_that_the_linear_programme_would_keep(
    asked: Problem, event: Limit
) -> None:
    after = struck(asked, limits=(*asked.limits, event))
    note(repr(after))
    for made in (repair(after), held(after)):
        assert made is not None
        assert verify(made, after) == ()
