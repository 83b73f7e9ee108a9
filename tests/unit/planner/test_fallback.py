"""The greedy rung and the filling of storages by hand."""

from dataclasses import replace
from datetime import timedelta

import pytest

from drrouter.domain.interval import Interval
from drrouter.domain.plan import MissKind, SolveRung
from drrouter.planner import Problem, greedy, verify
from drrouter.planner.fallback import start_now_entry
from drrouter.planner.filling import earliest_first, fill
from drrouter.planner.site import Site
from drrouter.planner.storage_task import storage_task
from drrouter.planner.tasks import tasks_of
from tests.unit.planner.homes import (
    CAR,
    CHARGING,
    DISHWASHER,
    ECO,
    FREEZER,
    FREEZING,
    HVAC,
    NOW,
    WASHER,
    at,
    car,
    demo_home,
    freezer,
    hvac,
    limit,
    machine,
    problem,
)

WHOLE_DAY = Interval(NOW, at(16, 30))
TWO_PRICES = {"hours": 2.0, "import_price": (0.3,) * 4 + (0.1,) * 4}


def filled(home: Problem, at_once: bool = False) -> tuple[float, ...]:
    task = storage_task(home, home.devices[0], max(0.0, tasks_of(home).tariffs.mean_buy))
    assert task is not None
    site = Site(home, home.base_load_w)
    return fill(home, site, task, earliest_first) if at_once else fill(home, site, task)


def two_prices(*devices: object, **changes: object) -> Problem:
    return problem(*devices, **{**TWO_PRICES, **changes})  # type: ignore[arg-type]


class TestFilling:
    def test_a_wish_is_bought_in_the_cheapest_slots_before_it(self) -> None:
        power_w = filled(two_prices(car(wished=21_000.0, by=at(18)), effort=demo_home().effort))
        assert power_w[:4] == (0.0,) * 4
        assert sum(power_w[4:]) / 4 >= 1000 / 0.9 - 1e-6

    def test_a_wish_that_costs_more_than_its_miss_is_not_bought(self) -> None:
        dear = two_prices(car(wished=21_000.0, by=at(18)), import_price=(3.0,) * 8)
        cheap_end = replace(dear, devices=(replace(dear.devices[0], end_value_per_wh=0.0),))
        assert filled(cheap_end) == (0.0,) * 8

    def test_what_is_worth_more_at_the_end_is_bought_without_a_wish(self) -> None:
        power_w = filled(two_prices(car(wished=None)))
        assert power_w == (0.0,) * 4 + (2300.0,) * 4

    def test_at_once_means_from_the_first_slot_on(self) -> None:
        power_w = filled(two_prices(car(wished=21_035.0, by=at(18), end_value_per_wh=0.0)), at_once=True)
        assert power_w == (2300.0, 2300.0) + (0.0,) * 6

    def test_a_switch_runs_for_whole_slots_until_it_is_full(self) -> None:
        power_w = filled(two_prices(car(level=39_000.0, wished=None)))
        assert sorted(power_w)[-2:] == pytest.approx([(1 / 0.9 - 0.575) * 4000, 2300.0], abs=0.1)

    def test_a_freezer_that_warms_is_cooled_in_time_at_the_cheapest_slot(self) -> None:
        home = two_prices(freezer(level=-15.3), import_price=(0.3, 0.1) + (0.3,) * 6)
        power_w = filled(home)
        assert power_w[1] == pytest.approx(90.0)
        assert sum(power_w) * 0.25 * 0.02 == pytest.approx(2 * 0.6 - 0.3, abs=1e-3)

    def test_a_wish_never_breaks_a_limit(self) -> None:
        home = two_prices(car(), limits=(limit(2000.0),))
        assert filled(home) == (0.0,) * 8

    def test_a_freezer_breaks_a_limit_before_it_thaws(self) -> None:
        home = two_prices(freezer(level=-14.0), limits=(limit(300.0),))
        assert filled(home)[0] == pytest.approx(90.0, abs=0.1)

    def test_the_sun_is_used_before_the_grid(self) -> None:
        sunny = two_prices(
            car(wished=None, flexibility=replace(CHARGING, min_power_w=0.0)),
            base_load_w=(-1000.0,) * 8,
            export_price=(0.05,) * 8,
            import_price=(0.5,) * 8,
        )
        priced = replace(sunny, devices=(replace(sunny.devices[0], end_value_per_wh=0.0001),))
        assert filled(priced) == (1000.0,) * 8

    def test_bounds_out_of_reach_of_whole_steps_end_the_search(self) -> None:
        coarse = replace(FREEZING, duty=False, min_power_w=90.0, level_min=-15.1, level_target=-15.05)
        home = two_prices(freezer(level=-15.0, flexibility=coarse))
        assert len(filled(home)) == 8


class TestGreedy:
    def test_it_beats_starting_everything_now(self) -> None:
        home = demo_home()
        made, at_once = greedy(home), start_now_entry(home, tasks_of(home))
        assert made.solve_rung is SolveRung.GREEDY
        assert made.objective is not None
        assert made.objective < at_once.objective - 1.0
        assert made.misses == ()
        assert made.gap is None
        assert verify(made, home) == ()

    def test_starting_now_starts_everything_now(self) -> None:
        home = demo_home(limits=())
        entry = start_now_entry(home, tasks_of(home))
        starts = {device_id: start.start for device_id, start in entry.schedule.starts.items() if start}
        assert starts == {WASHER: NOW, DISHWASHER: NOW}
        assert entry.power_w[CAR][0] == 2300.0

    def test_two_cycles_do_not_stand_on_each_other_under_a_limit(self) -> None:
        home = problem(machine(), machine(DISHWASHER, ECO), limits=(limit(2500.0),))
        made = greedy(home)
        assert made.misses == ()
        assert max(made.grid_w) <= 2500.0 + 1e-6

    def test_a_cycle_that_fits_nowhere_is_missed_and_not_forced(self) -> None:
        made = greedy(problem(machine(), limits=(limit(1500.0),)))
        assert [miss.kind for miss in made.misses] == [MissKind.CYCLE]
        assert made.cycles == ()

    def test_a_cycle_too_dear_is_left_out(self) -> None:
        made = greedy(problem(machine(ready_by=at(15, 30)), import_price=(20.0,) * 96))
        assert [miss.kind for miss in made.misses] == [MissKind.CYCLE]

    def test_a_demand_is_curtailed_for_a_limit_down_to_its_floor(self) -> None:
        warm = hvac(floors=((WHOLE_DAY, 200.0),))
        made = greedy(problem(warm, limits=(limit(400.0),)))
        assert made.power_w[HVAC] == (200.0,) * 96
        assert {miss.kind for miss in made.misses} == {MissKind.COMFORT, MissKind.LIMIT}

    def test_a_demand_dearer_than_it_is_worth_is_off(self) -> None:
        made = greedy(problem(hvac(), import_price=(1.5,) * 96))
        assert made.power_w[HVAC] == (0.0,) * 96

    def test_safety_comes_before_wishes(self) -> None:
        home = problem(freezer(level=-14.0), machine(), car(), limits=(limit(2400.0),))
        made = greedy(home)
        assert made.power_w[FREEZER][0] == pytest.approx(90.0, abs=0.1)
        assert verify(made, home) == ()

    def test_a_home_without_devices_has_a_plan(self) -> None:
        home = problem()
        assert verify(greedy(home), home) == ()

    def test_the_second_round_repairs_what_the_first_could_not_know(self) -> None:
        first_slots = problem(
            car(wished=None), hvac(), hours=1, limits=(limit(3000.0),), import_price=(-0.1,) * 4
        )
        made = greedy(first_slots)
        assert made.misses == ()
        assert timedelta(hours=1) == first_slots.horizon.duration
