"""The whole planner: what it decides in homes that can be overseen, and how it comes down the ladder."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from drrouter.domain.flexibility import ProfileFlexibility, RemoteStart
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Scope
from drrouter.domain.plan import MissKind, Plan, SolveRung
from drrouter.errors import PlannerError
from drrouter.planner import Effort, Prices, Problem, greedy, ladder, plan, verify
from drrouter.planner.model import build
from drrouter.planner.solve import solve
from drrouter.planner.tasks import Tasks, tasks_of
from tests.unit.planner.homes import (
    CAR,
    CHARGING,
    COTTON,
    DISHWASHER,
    ECO,
    FREEZER,
    FREEZING,
    HVAC,
    NOW,
    WASHER,
    at,
    car,
    committed,
    demo_home,
    freezer,
    hvac,
    limit,
    machine,
    problem,
    programme,
    running,
)

FLAT = (0.2,) * 96
NIGHTS = (0.0,) * 48 + (0.1,) * 48
WHOLE_DAY = Interval(NOW, at(16, 30))


def checked(home: Problem) -> Plan:
    made = plan(home)
    assert verify(made, home) == ()
    assert made.solve_rung is not SolveRung.GREEDY
    return made


def kinds(made: Plan) -> list[MissKind]:
    return [miss.kind for miss in made.misses]


class TestCycles:
    def test_a_washer_runs_at_noon_when_power_is_cheapest(self) -> None:
        made = checked(problem(machine()))
        assert made.cycles[0].start == at(11, 30)
        assert made.misses == ()

    def test_a_ready_by_at_dawn_holds(self) -> None:
        made = checked(problem(machine(ready_by=at(5.5, 30))))
        assert made.cycles[0].end <= at(5.5, 30)

    def test_a_window_already_too_short_is_late_and_says_why(self) -> None:
        made = checked(problem(machine(ready_by=at(16.5))))
        assert kinds(made) == [MissKind.DEADLINE]
        assert made.misses[0].amount == pytest.approx(85 / 60 - 0.5)
        assert "takes 1.42 h and only 0.50 h were left" in made.misses[0].cause

    def test_a_limit_makes_it_late_rather_than_broken(self) -> None:
        made = checked(problem(machine(ready_by=at(19)), limits=(limit(1000.0, NOW, at(18.5)),)))
        assert kinds(made) == [MissKind.DEADLINE]
        assert made.cycles[0].start == at(18.5)
        assert "limits in force leave no room" in made.misses[0].cause

    def test_a_cap_makes_it_late(self) -> None:
        made = checked(problem(machine(ready_by=at(19), caps=((Interval(NOW, at(18)), 0.0),))))
        assert "caps or other cycles" in made.misses[0].cause

    def test_the_running_cycle_stays_and_counts_as_load(self) -> None:
        busy = machine(running=running(WASHER, COTTON, at(15.9)), earliest=None)
        made = checked(problem(busy))
        assert made.cycles[0].fixed
        assert made.power_w[WASHER][0] == pytest.approx((14 * 2000 + 150) / 15)

    def test_a_commitment_stays_although_noon_is_cheaper(self) -> None:
        agreed = machine(commitment=committed(WASHER, COTTON, at(19)))
        made = checked(problem(agreed))
        assert [(cycle.start, cycle.fixed) for cycle in made.cycles] == [(at(19), True)]

    def test_another_programme_waits_until_the_running_one_is_over(self) -> None:
        both = replace(
            machine(runs=ECO, ready_by=at(20)),
            running=running(WASHER, COTTON, at(15.5)),
            flexibility=ProfileFlexibility((COTTON, ECO)),
        )
        made = checked(problem(both))
        assert made.cycles[1].start >= made.cycles[0].end

    def test_a_cycle_may_stand_over_the_end_of_the_horizon(self) -> None:
        night = problem(machine(earliest=at(17.5), ready_by=at(19)), hours=2)
        made = checked(night)
        assert made.cycles[0].end > night.horizon.end

    def test_a_wish_for_the_day_after_tomorrow_may_wait_without_a_miss(self) -> None:
        made = checked(problem(machine(earliest=at(6, 30), ready_by=at(20, 31)), import_price=NIGHTS))
        assert made.cycles == ()
        assert made.misses == ()

    def test_a_wish_that_nobody_can_start_is_missed_with_the_remedy(self) -> None:
        made = checked(problem(machine(flexibility=ProfileFlexibility((COTTON,), RemoteStart.NONE))))
        assert kinds(made) == [MissKind.CYCLE]
        assert "start it by hand" in made.misses[0].cause

    def test_equal_costs_keep_the_previous_start(self) -> None:
        made = checked(problem(machine(), import_price=FLAT))
        later = replace(made, cycles=(replace(made.cycles[0], start=at(3, 30), end=at(4, 30)),))
        kept = checked(problem(machine(), previous=later, import_price=FLAT))
        assert kept.cycles[0].start == at(3, 30)

    def test_a_real_gain_moves_the_previous_start(self) -> None:
        made = checked(problem(machine(), import_price=(0.2,) * 96))
        moved = checked(problem(machine(), previous=made))
        assert moved.cycles[0].start == at(11, 30)


class TestStorages:
    def test_a_car_is_full_enough_at_departure_and_charges_when_it_is_cheap(self) -> None:
        made = checked(problem(car()))
        assert made.level[CAR][made.slots.index(Interval(at(5.75, 30), at(6, 30)))] >= 30_000 - 1
        assert made.misses == ()

    def test_a_switch_is_on_or_off_in_the_near_slots(self) -> None:
        made = checked(problem(car(by=at(22))))
        assert set(made.power_w[CAR][:24]) <= {0.0, 2300.0}

    def test_a_switch_that_fills_its_car_may_be_on_for_a_part_of_the_slot(self) -> None:
        made = checked(problem(car(level=39_000.0, wished=40_000.0, by=at(18))))
        assert made.misses == ()
        assert made.level[CAR][8] == pytest.approx(40_000.0, abs=2)

    def test_what_cannot_be_reached_is_missed_by_what_is_missing(self) -> None:
        made = checked(problem(car(by=at(18))))
        assert kinds(made) == [MissKind.LEVEL]
        assert made.misses[0].amount == pytest.approx(10 - 2 * 2.3 * 0.9)
        assert made.misses[0].unit == "kWh"
        assert "even full power until 18:00" in made.misses[0].cause

    def test_a_wish_above_the_battery_is_told_so(self) -> None:
        made = checked(problem(car(wished=50_000.0, by=at(14, 30))))
        assert "more than the storage holds" in made.misses[0].cause

    def test_a_limit_that_leaves_no_room_costs_the_wish(self) -> None:
        made = checked(problem(car(), limits=(limit(2000.0),)))
        assert kinds(made) == [MissKind.LEVEL]
        assert "limits and prices leave no room" in made.misses[0].cause
        assert max(made.power_w[CAR]) == 0.0

    def test_a_car_that_is_away_does_not_charge(self) -> None:
        made = checked(problem(car(available=Interval(at(20), at(6, 30)))))
        assert max(made.power_w[CAR][:16]) == 0.0

    def test_a_floor_is_kept_until_the_car_is_full(self) -> None:
        made = checked(problem(car(level=39_000.0, wished=None, floors=((Interval(NOW, at(18)), 2300.0),))))
        assert made.power_w[CAR][0] == 2300.0
        assert made.level[CAR][7] == pytest.approx(40_000.0, abs=2)

    def test_a_freezer_cools_at_noon_and_never_leaves_its_bounds(self) -> None:
        made = checked(problem(freezer()))
        assert all(-24.001 <= level <= -14.999 for level in made.level[FREEZER])
        noon = made.slots.index(Interval(at(11, 30), at(11.25, 30)))
        assert made.power_w[FREEZER][noon] == 90.0
        assert made.misses == ()

    def test_a_freezer_too_warm_cools_as_fast_as_it_can_and_says_so(self) -> None:
        made = checked(problem(freezer(level=-13.0)))
        assert made.power_w[FREEZER][:6] == (90.0,) * 6
        assert kinds(made) == [MissKind.COMFORT]
        assert made.misses[0].unit == "°C·h"
        assert "stands at -13 °C now" in made.misses[0].cause

    def test_a_freezer_switched_off_by_its_owner_thaws_no_more_than_it_must(self) -> None:
        made = checked(problem(freezer(caps=((Interval(at(20), at(6, 30)), 0.0),))))
        before = made.slots.index(Interval(at(19.75), at(20)))
        assert made.level[FREEZER][before] <= -18.0 - 0.2 * 4 * 3.75 / 4
        assert kinds(made) in ([], [MissKind.COMFORT])

    def test_a_freezer_capped_for_too_long_is_reported(self) -> None:
        made = checked(problem(freezer(caps=((WHOLE_DAY, 0.0),))))
        assert kinds(made) == [MissKind.COMFORT]
        assert "its caps or its power" in made.misses[0].cause

    def test_at_a_flat_price_a_freezer_stays_near_its_target(self) -> None:
        made = checked(problem(freezer(), import_price=(0.2,) * 96))
        assert max(made.level[FREEZER]) <= -18.0 + 0.01

    def test_a_short_run_is_not_planned_where_a_longer_one_costs_the_same(self) -> None:
        slow = replace(CHARGING, min_on=timedelta(hours=1))
        made = checked(problem(car(flexibility=slow, wished=22_000.0, by=at(19))))
        on = [power_w > 0 for power_w in made.power_w[CAR][:12]]
        assert on.count(True) == 4
        assert sum(after and not before for before, after in pairwise(on)) <= 1

    def test_a_coarse_switch_with_a_narrow_band_still_has_a_plan(self) -> None:
        coarse = replace(FREEZING, duty=False, min_power_w=90.0, level_min=-15.2, level_target=-15.1)
        made = checked(problem(freezer(level=-15.1, flexibility=coarse), hours=4))
        assert made.solve_rung is SolveRung.OPTIMAL


class TestDemands:
    def test_it_runs_as_it_likes(self) -> None:
        made = checked(problem(hvac()))
        assert made.power_w[HVAC] == (600.0,) * 96

    def test_a_cap_is_kept_and_told(self) -> None:
        made = checked(problem(hvac(caps=((Interval(NOW, at(17)), 0.0),))))
        assert made.power_w[HVAC][:5] == (0.0, 0.0, 0.0, 0.0, 600.0)
        assert made.misses[0].amount == pytest.approx(0.6)
        assert made.misses[0].cause == "held off by a cap"

    def test_a_floor_above_what_it_wants_is_kept_and_is_no_miss(self) -> None:
        made = checked(problem(hvac(floors=((Interval(NOW, at(17)), 1200.0),))))
        assert made.power_w[HVAC][:5] == (1200.0, 1200.0, 1200.0, 1200.0, 600.0)
        assert made.misses == ()

    def test_a_limit_curtails_it_and_spreads_what_is_left(self) -> None:
        made = checked(problem(hvac(), limits=(limit(500.0, NOW, at(20)),)))
        assert made.power_w[HVAC][:16] == pytest.approx((200.0,) * 16)
        assert made.misses[0].cause == "held off for a limit or a price"

    def test_too_dear_it_is_off_but_gets_its_breaks(self) -> None:
        made = checked(problem(hvac(), import_price=(1.5,) * 96))
        energies = [power_w / 4000 for power_w in made.power_w[HVAC]]
        assert all(sum(energies[k : k + 5]) >= 0.15 - 1e-6 for k in range(90))


class TestSite:
    def test_a_limit_below_the_unshiftable_load_is_reported_not_infeasible(self) -> None:
        made = checked(problem(limits=(limit(200.0, NOW, at(17)),)))
        assert kinds(made) == [MissKind.LIMIT]
        assert made.misses[0].amount == pytest.approx(0.1)
        assert made.misses[0].device_id is None
        assert (
            "up to 100 W above the limit of 200 W, because of unshiftable load 300 W" in made.misses[0].cause
        )
        assert made.headroom_w[0] == pytest.approx(-100.0)

    def test_the_running_cycle_that_exceeds_a_limit_is_named(self) -> None:
        busy = machine(earliest=None, running=running(WASHER, COTTON, at(15.9)))
        made = checked(problem(busy, limits=(limit(1000.0, NOW, at(17)),)))
        assert "Washer 1.88 kW (running cycle)" in made.misses[0].cause

    def test_a_limit_on_a_device_names_the_device(self) -> None:
        busy = machine(earliest=None, running=running(WASHER, COTTON, at(15.9)))
        own = limit(1000.0, NOW, at(17), members=(WASHER,), scope=Scope.DEVICE)
        made = checked(problem(busy, limits=(own,)))
        assert made.misses[0].device_id == WASHER

    def test_two_stretches_above_a_limit_are_two_misses(self) -> None:
        parts = (limit(200.0, NOW, at(17)), limit(200.0, at(18), at(19)))
        assert kinds(checked(problem(limits=parts))) == [MissKind.LIMIT, MissKind.LIMIT]

    def test_a_group_limit_leaves_the_others_alone(self) -> None:
        group = limit(2500.0, members=(CAR, WASHER))
        made = checked(problem(car(), machine(), machine(DISHWASHER, ECO), limits=(group,)))
        for index in range(96):
            assert made.power_w[CAR][index] + made.power_w[WASHER][index] <= 2500.0 + 1e-3
        assert made.misses == ()

    def test_under_a_guaranteed_minimum_nothing_is_dimmed(self) -> None:
        group = limit(0.0, members=(CAR,), guaranteed_w=4200.0)
        assert checked(problem(car(), limits=(group,))).misses == ()

    def test_negative_prices_make_no_loop_between_import_and_export(self) -> None:
        home = problem(import_price=(-0.3,) * 96, export_price=(0.2,) * 96, pv_w=(1000.0,) * 96)
        made = checked(home)
        assert made.grid_w == (-700.0,) * 96
        assert made.cost.import_cost == 0.0

    def test_where_selling_pays_more_the_car_does_not_use_the_sun(self) -> None:
        home = problem(
            car(wished=None, flexibility=replace(CHARGING, min_power_w=0.0), end_value_per_wh=0.00015),
            hours=2,
            import_price=(0.1,) * 4 + (0.3,) * 4,
            export_price=(0.2,) * 8,
            pv_w=(1300.0,) * 8,
        )
        made = checked(home)
        assert made.power_w[CAR] == pytest.approx((2300.0,) * 4 + (0.0,) * 4)

    def test_a_price_of_co2_moves_a_cycle_to_cleaner_power(self) -> None:
        flat, clean = (0.2,) * 96, (600.0,) * 48 + (100.0,) * 48
        home = problem(machine(), import_price=flat, co2_g_per_kwh=clean, co2_price_per_kg=0.2)
        made = checked(home)
        assert made.cycles[0].start >= home.slots[48].start
        assert made.cost.co2_cost == pytest.approx(
            sum(
                0.25 * grid_w / 1000 * grams / 1000 * 0.2
                for grid_w, grams in zip(made.grid_w, clean, strict=True)
            )
        )

    def test_marginal_prices_and_headroom_stand_in_every_slot(self) -> None:
        home = demo_home(limits=(limit(9000.0),))
        made = checked(home)
        assert made.headroom_w == pytest.approx([9000 - grid_w for grid_w in made.grid_w])
        assert made.marginal_price == pytest.approx(home.import_price)


class TestLadder:
    def test_the_demo_home_is_optimal_within_the_gap(self) -> None:
        made = checked(demo_home())
        assert made.solve_rung is SolveRung.OPTIMAL
        assert made.misses == ()
        assert made.gap is not None
        assert made.bound is not None
        assert made.objective is not None
        assert made.bound <= made.objective

    def test_a_plan_is_not_worse_than_greedy(self) -> None:
        home = demo_home(limits=(limit(2500.0),))
        better, worse = plan(home).objective, greedy(home).objective
        assert better is not None
        assert worse is not None
        assert better <= worse

    def test_without_a_solver_the_greedy_rung_takes_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object) -> None:
            raise PlannerError("the solver is broken")

        monkeypatch.setattr(ladder, "solve", broken)
        home = demo_home()
        made = plan(home)
        assert made == greedy(home)
        assert made.solve_rung is SolveRung.GREEDY

    def test_a_plan_that_breaks_a_rule_is_thrown_away(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ladder, "verify", lambda made, problem: ("It breaks a rule.",))
        assert plan(demo_home()).solve_rung is SolveRung.GREEDY

    def test_without_a_bound_there_is_no_gap(self, monkeypatch: pytest.MonkeyPatch) -> None:
        home = demo_home()
        entry, bound, rung, _ = solve(home, tasks_of(home))
        assert bound is not None
        monkeypatch.setattr(ladder, "solve", lambda *_: (entry, None, SolveRung.INCUMBENT, 0.0))
        made = plan(home)
        assert rung is SolveRung.OPTIMAL
        assert (made.solve_rung, made.gap, made.bound) == (SolveRung.INCUMBENT, None, None)

    def test_an_effort_of_one_node_still_makes_a_checked_plan(self) -> None:
        home = demo_home(effort=Effort(nodes=1, gap=0.0))
        assert verify(plan(home), home) == ()

    def test_the_trigger_and_the_data_rung_are_kept(self) -> None:
        made = plan(demo_home(trigger="a new tariff"))
        assert made.trigger == "a new tariff"
        assert made.data_rung == demo_home().data_rung

    def test_dear_misses_are_bought_off(self) -> None:
        generous = Prices(cycle=100.0)
        home = problem(machine(), import_price=(20.0,) * 96, prices=generous)
        assert checked(home).misses == ()
        assert kinds(checked(replace(home, prices=Prices()))) == [MissKind.CYCLE]

    def test_a_home_without_devices_has_a_plan(self) -> None:
        assert checked(problem()).cycles == ()

    def test_every_variable_has_a_readable_name(self) -> None:
        home = demo_home()
        model = build(home, tasks_of(home))
        assert str(model.door.label_of("car__power__017")) == "car.power[17]"
        assert str(model.door.label_of("washer__start__003")) == "washer.start[3]"

    def test_there_are_as_many_binaries_as_choices(self) -> None:
        home = demo_home()
        tasks: Tasks = tasks_of(home)
        assert sum(len(task.starts) for task in tasks.cycles) < 200
        assert len(build(home, tasks).storages[1].on) == 24

    def test_a_name_that_is_not_ascii_is_planned_as_well(self) -> None:
        odd = DeviceId("Spül maschine/2")
        quick = programme((30, 1000), name="kurz")
        assert checked(problem(machine(odd, quick))).cycles[0].device_id == odd
