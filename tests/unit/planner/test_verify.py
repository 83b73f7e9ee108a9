"""The checker: each rule is broken once, and it says so; it knows neither the model nor the solver."""

import ast
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from drrouter.domain.flexibility import ProfileFlexibility, RemoteStart
from drrouter.domain.ids import DeviceId, ProgrammeId
from drrouter.domain.interval import Interval
from drrouter.domain.plan import CostSplit, Miss, MissKind, Plan, ScheduledCycle
from drrouter.domain.wish import CycleWish
from drrouter.planner import Problem, greedy, plan, verify
from drrouter.planner import verify as verify_function
from tests.unit.planner.homes import (
    CAR,
    CHARGING,
    COTTON,
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
    running,
)

ROOM = Path(__file__).parents[3] / "drrouter" / "planner" / "verify"
WHOLE_DAY = Interval(NOW, at(16, 30))


def complaints(made: Plan, home: Problem) -> str:
    return "\n".join(verify(made, home))


def with_power(made: Plan, device_id: DeviceId, index: int, power_w: float) -> Plan:
    """The plan with one power changed, told consistently at the meter."""
    powers, grid = list(made.power_w[device_id]), list(made.grid_w)
    grid[index] += power_w - powers[index]
    powers[index] = power_w
    return replace(made, power_w={**made.power_w, device_id: tuple(powers)}, grid_w=tuple(grid))


def without_misses(made: Plan) -> Plan:
    return replace(made, misses=())


def test_it_imports_nothing_of_the_planner_but_the_problem() -> None:
    allowed = {"drrouter.planner.problem", "drrouter.planner.verify"}
    for path in ROOM.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("drrouter.planner"):
                module = ".".join((node.module or "").split(".")[:3])
                assert module in allowed, f"{path.name} imports {node.module}"


def test_good_plans_pass() -> None:
    for home in (demo_home(), demo_home(limits=(limit(2500.0),)), problem()):
        assert verify(plan(home), home) == ()
        assert verify_function(greedy(home), home) == ()


class TestFrame:
    home = demo_home()
    made = plan(home)

    def test_slots_of_another_problem(self) -> None:
        assert "slots are not the problem's" in complaints(self.made, demo_home(hours=12))

    def test_another_currency(self) -> None:
        assert "counts in 'SEK'" in complaints(replace(self.made, currency="SEK"), self.home)

    def test_an_unknown_device(self) -> None:
        strange = {**self.made.power_w, DeviceId("sauna"): (0.0,) * 96}
        assert "names sauna" in complaints(replace(self.made, power_w=strange), self.home)

    def test_a_device_without_powers_or_levels(self) -> None:
        powers = {key: value for key, value in self.made.power_w.items() if key != CAR}
        assert "no powers for car" in complaints(replace(self.made, power_w=powers), self.home)
        assert "no levels for car" in complaints(replace(self.made, level={}), self.home)

    @pytest.mark.parametrize("name", ["grid_w", "marginal_price", "headroom_w"])
    def test_a_series_too_short(self, name: str) -> None:
        short: Any = {name: getattr(self.made, name)[1:]}
        assert "one finite number" in complaints(replace(self.made, **short), self.home)

    def test_a_number_that_is_not_finite(self) -> None:
        broken = replace(self.made, level={**self.made.level, CAR: (float("nan"),) * 96})
        assert "level of car needs one finite number" in complaints(broken, self.home)


class TestCycles:
    home = problem(machine(), machine(DeviceId("dryer")))
    made = plan(home)

    def moved(self, start: Any, end: Any = None, **changes: Any) -> Plan:
        first = self.made.cycles[0]
        cycle = replace(first, start=start, end=end or start + COTTON.duration, **changes)
        return replace(self.made, cycles=(cycle, *self.made.cycles[1:]))

    def test_power_that_is_not_the_cycles(self) -> None:
        assert "and its cycles" in complaints(with_power(self.made, WASHER, 3, 500.0), self.home)

    def test_a_cycle_moved_without_its_power(self) -> None:
        assert "and its cycles" in complaints(self.moved(at(20)), self.home)

    def test_a_cycle_cut_short(self) -> None:
        start = self.made.cycles[0].start
        assert "not a whole programme" in complaints(
            self.moved(start, start + timedelta(minutes=30)), self.home
        )

    def test_a_cycle_of_a_programme_unknown(self) -> None:
        start = self.made.cycles[0].start
        assert "not a whole programme" in complaints(
            self.moved(start, programme_id=ProgrammeId("x")), self.home
        )

    def test_two_cycles_of_one_machine_at_once(self) -> None:
        doubled = replace(self.made, cycles=(*self.made.cycles, self.made.cycles[0]))
        said = complaints(doubled, self.home)
        assert "overlap" in said
        assert "nobody asked for" in said

    def test_a_cycle_before_its_time(self) -> None:
        home = problem(machine(earliest=at(20)))
        early = plan(problem(machine(ready_by=at(18))))
        assert "starts before it may" in complaints(early, home)

    def test_a_cycle_late_behind_the_horizon(self) -> None:
        relaxed = problem(machine(earliest=at(17), ready_by=at(19)), hours=2)
        strict = problem(machine(earliest=at(17), ready_by=at(17.5)), hours=2)
        made = plan(problem(machine(earliest=at(17.5), ready_by=at(19)), hours=2))
        assert made.cycles[0].end > relaxed.horizon.end
        assert "ends late behind the horizon" in complaints(made, strict)

    def test_a_cap_that_cuts_into_a_cycle(self) -> None:
        start = self.made.cycles[0].start
        capped = machine(caps=((Interval(start, start + timedelta(minutes=5)), 100.0),))
        home = problem(capped, machine(DeviceId("dryer")))
        assert "A cap of 100 W cuts into the cycle of washer" in complaints(self.made, home)

    def test_a_start_that_no_command_can_give(self) -> None:
        manual = machine(flexibility=ProfileFlexibility((COTTON,), RemoteStart.NONE))
        home = problem(manual, machine(DeviceId("dryer")))
        assert "cannot be started by a command" in complaints(self.made, home)

    def test_another_programme_than_wished(self) -> None:
        both = ProfileFlexibility((COTTON, ECO))
        home = problem(machine(flexibility=both, wishes=(CycleWish(WASHER, ECO.id, NOW, at(15, 30)),)))
        made = plan(problem(machine(flexibility=both)))
        assert "another programme than wished" in complaints(made, home)

    def test_a_cycle_that_nobody_wished(self) -> None:
        home = problem(machine(earliest=None), machine(DeviceId("dryer")))
        assert "nobody asked for" in complaints(self.made, home)

    def test_a_running_cycle_that_disappeared(self) -> None:
        busy = machine(earliest=None, running=running(WASHER, COTTON, at(15.9)))
        home = problem(busy)
        made = plan(problem(machine(earliest=None)))
        assert "running or committed cycle of washer is not where it was" in complaints(made, home)

    def test_a_running_cycle_that_was_moved(self) -> None:
        home = problem(machine(earliest=None, running=running(WASHER, COTTON, at(15.9))))
        later = problem(machine(earliest=None, running=running(WASHER, COTTON, at(15.8))))
        assert "not where it was" in complaints(plan(later), home)

    def test_a_commitment_that_was_moved(self) -> None:
        home = problem(machine(commitment=committed(WASHER, COTTON, at(20))))
        other = problem(machine(commitment=committed(WASHER, COTTON, at(21))))
        assert verify(plan(home), home) == ()
        assert "not where it was" in complaints(plan(other), home)

    def test_a_commitment_within_the_running_cycle_is_that_cycle(self) -> None:
        busy = machine(
            running=running(WASHER, COTTON, at(15.9)), commitment=committed(WASHER, COTTON, at(15.8))
        )
        home = problem(busy)
        assert verify(plan(home), home) == ()

    def test_what_runs_without_a_known_programme_is_no_load(self) -> None:
        odd = machine(
            earliest=None,
            running=running(WASHER, ECO, at(15.9)),
            commitment=committed(WASHER, ECO, at(20)),
        )
        home = problem(odd)
        assert verify(plan(home), home) == ()

    def test_a_wish_left_out_in_silence(self) -> None:
        home = problem(machine())
        made = plan(problem(machine(earliest=None)))
        assert "washer misses 1 of kind cycle, and the plan says 0" in complaints(made, home)

    def test_lateness_in_silence(self) -> None:
        home = problem(machine(ready_by=at(16.5)))
        assert "of kind deadline" in complaints(without_misses(plan(home)), home)

    def test_a_miss_that_is_none(self) -> None:
        invented = Miss(MissKind.CYCLE, WASHER, 1.0, "cycle", "no reason")
        assert "the plan says 1" in complaints(replace(self.made, misses=(invented,)), self.home)

    def test_a_wish_that_can_wait_need_not_be_planned(self) -> None:
        home = problem(machine(ready_by=at(20, 31)))
        made = plan(problem(machine(earliest=None)))
        assert verify(made, home) == ()

    def test_an_unknown_programme_cannot_wait(self) -> None:
        unknown = machine(wishes=(CycleWish(WASHER, ProgrammeId("x"), NOW, at(20, 31)),))
        home = problem(unknown)
        made = plan(home)
        assert verify(made, home) == ()
        assert "of kind cycle" in complaints(without_misses(made), home)


class TestStorages:
    home = problem(car(), freezer())
    made = plan(home)

    def test_more_power_than_it_has(self) -> None:
        assert "of at most 2300.0 W" in complaints(with_power(self.made, CAR, 0, 2400.0), self.home)

    def test_negative_power(self) -> None:
        assert "draws -50.0 W" in complaints(with_power(self.made, FREEZER, 0, -50.0), self.home)

    def test_power_above_a_cap(self) -> None:
        home = problem(car(caps=((WHOLE_DAY, 0.0),)), freezer())
        assert "of at most 0.0 W" in complaints(self.made, home)

    def test_power_while_it_is_away(self) -> None:
        home = problem(car(available=Interval(at(6, 30), at(7, 30))), freezer())
        assert "of at most 0.0 W" in complaints(self.made, home)

    def test_power_below_its_floor(self) -> None:
        home = problem(car(floors=((Interval(NOW, at(17)), 2300.0),)), freezer())
        idle = with_power(self.made, CAR, 0, 0.0)
        assert "its floor is 2300.0 W" in complaints(idle, home)

    def test_a_part_of_a_switch_in_a_near_slot(self) -> None:
        assert "on it draws at least 2300.0 W" in complaints(with_power(self.made, CAR, 5, 700.0), self.home)

    def test_a_floor_that_ends_inside_a_near_slot_asks_for_no_more(self) -> None:
        home = problem(car(floors=((Interval(NOW, NOW + timedelta(minutes=22)), 2300.0),)), freezer())
        at_floor = complaints(with_power(plan(home), CAR, 1, 2300 * 7 / 15), home)
        assert "on it draws at least 2300.0 W" not in at_floor
        assert "on it draws at least 2300.0 W" in complaints(with_power(plan(home), CAR, 1, 1500.0), home)

    def test_a_part_of_a_switch_later_on_is_a_part_of_the_slot(self) -> None:
        later = with_power(self.made, CAR, 40, 700.0)
        assert "at least 2300.0 W" not in complaints(later, self.home)

    def test_a_part_of_a_switch_that_becomes_full_is_fine(self) -> None:
        home = problem(car(level=39_800.0, wished=40_000.0, by=at(17)))
        made = plan(home)
        assert 0 < max(made.power_w[CAR]) < 2300
        assert verify(made, home) == ()

    def test_a_cooling_switch_that_becomes_cold_enough_is_fine(self) -> None:
        cooling = replace(CHARGING, level_per_wh=-0.9)
        home = problem(car(level=200.0, wished=0.0, by=at(17), flexibility=cooling))
        assert verify(plan(home), home) == ()

    def test_a_level_that_its_power_does_not_give(self) -> None:
        path = (*self.made.level[CAR][:10], 35_000.0, *self.made.level[CAR][11:])
        wrong = replace(self.made, level={**self.made.level, CAR: path})
        assert "the plan says 3.5e+04" in complaints(wrong, self.home)

    def test_a_freezer_left_to_thaw(self) -> None:
        home = problem(freezer(level=-15.5))
        made = plan(home)
        for index in range(len(home.slots)):
            made = with_power(made, FREEZER, index, 0.0)
        said = complaints(made, home)
        assert "where 90.0 W would lead back" in said
        assert "of kind comfort" in said

    def test_a_freezer_frozen_below_its_bounds(self) -> None:
        home = problem(freezer(level=-23.8))
        made = plan(home)
        for index in range(20):
            made = with_power(made, FREEZER, index, 90.0)
        assert "and draws 90.0 W, where 0.0 W would lead back" in complaints(made, home)

    def test_a_tank_left_to_cool_down(self) -> None:
        tank = replace(FREEZING, level_per_wh=0.02, drift_per_h=-0.6, max_power_w=90.0)
        home = problem(freezer(level=-23.5, flexibility=tank))
        made = plan(home)
        assert verify(made, home) == ()
        for index in range(len(home.slots)):
            made = with_power(made, FREEZER, index, 0.0)
        assert "where 90.0 W would lead back" in complaints(made, home)

    def test_a_wish_missed_in_silence(self) -> None:
        home = problem(car(by=at(18)))
        assert "of kind level" in complaints(without_misses(plan(home)), home)

    def test_a_wish_behind_the_horizon_is_judged_by_what_is_still_possible(self) -> None:
        for available in (None, WHOLE_DAY):
            home = problem(car(wished=40_000.0, by=at(20, 30), available=available))
            assert verify(plan(home), home) == ()

    def test_an_unknown_level_is_assumed_alike(self) -> None:
        cooling = replace(CHARGING, level_per_wh=-0.9)
        for device in (car(level=None), freezer(level=None), car(level=None, flexibility=cooling)):
            home = problem(device)
            assert verify(plan(home), home) == ()

    def test_a_wish_of_the_past_and_a_wish_for_a_cycle_are_nothing_to_it(self) -> None:
        home = problem(car(by=NOW), freezer(wishes=(CycleWish(FREEZER, COTTON.id, NOW, at(20)),)))
        assert verify(plan(home), home) == ()


class TestDemands:
    home = problem(hvac(caps=((Interval(NOW, at(17)), 300.0),)))
    made = plan(home)

    def test_more_than_it_wants(self) -> None:
        said = complaints(with_power(self.made, HVAC, 20, 900.0), self.home)
        assert "may draw 0.0 to 600.0 W" in said

    def test_more_than_its_cap(self) -> None:
        assert "to 300.0 W" in complaints(with_power(self.made, HVAC, 0, 600.0), self.home)

    def test_less_in_silence(self) -> None:
        assert "hvac misses 0.3 of kind comfort" in complaints(without_misses(self.made), self.home)


class TestSite:
    home = demo_home(limits=(limit(2500.0),), pv_w=(100.0,) * 96, co2_g_per_kwh=(400.0,) * 96)
    made = plan(home)

    def test_a_meter_that_does_not_add_up(self) -> None:
        wrong = replace(self.made, grid_w=(self.made.grid_w[0] + 10, *self.made.grid_w[1:]))
        assert "The meter shows" in complaints(wrong, self.home)

    def test_a_limit_exceeded_in_silence(self) -> None:
        home = problem(limits=(limit(200.0, NOW, at(17)),))
        said = complaints(without_misses(plan(home)), home)
        assert "Limits are exceeded by 0.100 kWh, and the plan says 0.000 kWh" in said

    def test_a_headroom_that_is_not_there(self) -> None:
        wrong = replace(self.made, headroom_w=(9000.0, *self.made.headroom_w[1:]))
        assert "the plan says 9000.0 W" in complaints(wrong, self.home)

    def test_a_cycle_above_a_limit_that_could_wait(self) -> None:
        tight = problem(machine(), limits=(limit(2000.0),))
        made = plan(problem(machine()))
        assert "Cycles that could wait draw" in complaints(made, tight)

    def test_a_cycle_above_a_limit_of_its_group(self) -> None:
        group = problem(machine(), limits=(limit(1000.0, members=(WASHER, CAR)),))
        made = plan(problem(machine()))
        assert "the limit leaves them 1000.0 W" in complaints(made, group)

    def test_a_limit_on_others_is_not_its_own(self) -> None:
        others = problem(machine(), limits=(limit(0.0, members=(CAR,)),))
        assert verify(plan(others), others) == ()

    def test_a_running_cycle_above_a_limit_may_not_wait(self) -> None:
        busy = machine(earliest=None, running=running(WASHER, COTTON, at(15.9)))
        home = problem(busy, limits=(limit(1000.0), limit(500.0, members=(WASHER, HVAC))))
        assert verify(plan(home), home) == ()

    @pytest.mark.parametrize("name", [field.name for field in fields(CostSplit)])
    def test_costs_that_do_not_add_up(self, name: str) -> None:
        changed: Any = {name: getattr(self.made.cost, name) + 1.0}
        wrong = replace(self.made, cost=replace(self.made.cost, **changed))
        assert "worked out again they cost" in complaints(wrong, self.home)

    def test_export_is_worth_what_it_earns(self) -> None:
        home = problem(pv_w=(1000.0,) * 96)
        made = plan(home)
        assert made.cost.export_revenue == pytest.approx(sum(0.25 * 0.7 * p for p in home.export_price))
        assert verify(made, home) == ()


def test_a_cycle_in_the_plan_of_a_storage_is_refused() -> None:
    home = problem(car())
    stray = ScheduledCycle(CAR, COTTON.id, at(20), at(21))
    assert "a cycle to car, which is no machine" in complaints(replace(plan(home), cycles=(stray,)), home)
