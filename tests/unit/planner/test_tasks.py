"""A problem read as numbers: cycles, storages, demands and prices."""

from dataclasses import replace
from datetime import timedelta

import pytest

from drrouter.domain.flexibility import ProfileFlexibility, RemoteStart
from drrouter.domain.ids import ProgrammeId
from drrouter.domain.interval import Interval
from drrouter.domain.wish import CycleWish, LevelWish
from drrouter.planner import Effort, plan
from drrouter.planner.catalogue import reason
from drrouter.planner.cycle_task import cycle_task
from drrouter.planner.demand_task import demand_task
from drrouter.planner.fixed import fixed_cycles
from drrouter.planner.start import Profile, peak_between
from drrouter.planner.storage_task import StorageTask, storage_task
from drrouter.planner.tasks import tasks_of
from tests.unit.planner.homes import (
    CAR,
    CHARGING,
    COTTON,
    ECO,
    FREEZING,
    NOW,
    WASHER,
    at,
    car,
    committed,
    freezer,
    hvac,
    machine,
    problem,
    programme,
    running,
)

WHOLE_DAY = Interval(NOW, at(16, 30))


def storage(device: object, **changes: object) -> StorageTask:
    task = storage_task(problem(device, **changes), device, 0.1)  # type: ignore[arg-type]
    assert task is not None
    return task


class TestProfile:
    def test_energy_over_time_is_that_of_the_programme(self) -> None:
        profile = Profile(ECO)
        for minutes in (-10, 0, 7, 15, 60, 109, 110, 200):
            elapsed = timedelta(minutes=minutes)
            expected = ECO.energy_between(timedelta(0), elapsed)
            assert profile.until(elapsed.total_seconds()) == pytest.approx(expected)

    def test_a_cycle_falls_into_slots_of_unequal_length_without_losing_energy(self) -> None:
        home = problem(now=NOW + timedelta(minutes=4))
        placed = Profile(COTTON).place(home.now, home.slots, at(23))
        energy = sum(power_w * home.slots[placed.first + n].hours for n, power_w in enumerate(placed.power_w))
        assert energy == pytest.approx(COTTON.energy_wh)
        assert placed.power_w[0] == pytest.approx(2000.0)
        assert placed.tail_wh == pytest.approx(0.0)

    def test_what_lies_behind_the_last_slot_is_the_tail(self) -> None:
        home = problem(hours=1)
        placed = Profile(COTTON).place(NOW + timedelta(minutes=30), home.slots, at(23))
        assert placed.tail_wh == pytest.approx(COTTON.energy_between(timedelta(minutes=30), COTTON.duration))

    def test_a_cycle_that_began_before_now_keeps_its_rest(self) -> None:
        home = problem()
        placed = Profile(COTTON).place(NOW - timedelta(minutes=80), home.slots, at(23))
        assert placed.first == 0
        assert placed.power_w == pytest.approx((400 / 3,))

    def test_the_peak_counts_only_the_phases_touched(self) -> None:
        assert peak_between(COTTON, timedelta(minutes=20), timedelta(minutes=30)) == 150.0
        assert peak_between(COTTON, timedelta(minutes=-20), timedelta(minutes=1)) == 2000.0
        assert peak_between(COTTON, timedelta(minutes=85), timedelta(minutes=90)) == 0.0


class TestCycles:
    def test_it_may_start_at_every_slot_from_the_earliest_on(self) -> None:
        device = machine(earliest=at(18), ready_by=at(21))
        task = cycle_task(problem(device), device)
        assert task is not None
        in_time = [start.start for start in task.starts if not start.late_h]
        assert (in_time[0], in_time[-1]) == (at(18), at(19.5))

    def test_a_window_between_two_slots_offers_its_own_ends(self) -> None:
        begin = NOW + timedelta(minutes=3)
        device = machine(earliest=begin, ready_by=begin + COTTON.duration + timedelta(minutes=2))
        task = cycle_task(problem(device), device)
        assert task is not None
        offsets = [start.start - begin for start in task.starts if not start.late_h]
        assert offsets == [timedelta(0), timedelta(minutes=2)]

    def test_a_late_start_knows_how_late_it_is(self) -> None:
        device = machine(ready_by=NOW + COTTON.duration)
        task = cycle_task(problem(device), device)
        assert task is not None
        assert task.starts[2].late_h == pytest.approx(0.5)

    def test_a_cap_excludes_the_starts_that_it_cuts_into(self) -> None:
        device = machine(caps=((Interval(at(17), at(18)), 500.0),))
        task = cycle_task(problem(device), device)
        assert task is not None
        starts = {start.start for start in task.starts}
        assert at(16.5) in starts, "the cap holds only after the heating is over"
        assert at(16.75) not in starts
        assert at(18) in starts

    def test_a_machine_that_no_command_starts_has_no_start(self) -> None:
        device = machine(flexibility=ProfileFlexibility((COTTON,), RemoteStart.NONE))
        task = cycle_task(problem(device), device)
        assert task is not None
        assert task.starts == ()
        assert task.obstacle == reason("cycle.by_hand")

    def test_an_unknown_programme_has_no_start(self) -> None:
        device = machine(wishes=(CycleWish(WASHER, ProgrammeId("wool"), NOW, at(20)),))
        task = cycle_task(problem(device), device)
        assert task is not None
        assert task.obstacle == reason("cycle.unknown_programme", programme="wool")

    def test_it_may_end_behind_the_horizon_only_when_that_is_in_time(self) -> None:
        relaxed, strict = machine(ready_by=at(20)), machine(ready_by=at(17.5))
        open_task = cycle_task(problem(relaxed, hours=2), relaxed)
        closed_task = cycle_task(problem(strict, hours=2), strict)
        assert open_task is not None
        assert closed_task is not None
        assert open_task.starts[-1].tail_wh > 0
        assert all(start.end <= at(18) for start in closed_task.starts)

    def test_a_wish_far_ahead_may_wait(self) -> None:
        device = machine(ready_by=at(20, 31))
        task = cycle_task(problem(device), device)
        assert task is not None
        assert task.can_wait

    def test_no_wish_is_no_task(self) -> None:
        device = machine(earliest=None)
        assert cycle_task(problem(device), device) is None
        assert cycle_task(problem(car()), car()) is None

    def test_the_running_programme_serves_the_wish(self) -> None:
        device = machine(running=running(WASHER, COTTON, at(15.5)))
        assert cycle_task(problem(device), device) is None

    def test_the_previous_start_is_recognised(self) -> None:
        first = plan(problem(machine()))
        again = machine()
        task = cycle_task(problem(again, previous=first), again)
        assert task is not None
        assert task.previous is not None
        assert task.starts[task.previous].start == first.cycles[0].start

    def test_the_start_of_the_previous_plan_stays_possible_where_no_slot_begins(self) -> None:
        first = plan(problem(machine()))
        moved = replace(first, cycles=(replace(first.cycles[0], start=at(11.1, 30)),))
        task = cycle_task(problem(machine(), previous=moved), machine())
        assert task is not None
        assert task.previous is not None
        assert task.starts[task.previous].start == at(11.1, 30)

    def test_another_programme_in_the_previous_plan_is_not_this_one(self) -> None:
        first = plan(problem(machine(runs=ECO)))
        again = machine()
        task = cycle_task(problem(again, previous=first), again)
        assert task is not None
        assert task.previous is None


class TestFixedCycles:
    def test_a_running_cycle_and_a_later_commitment_are_both_fixed(self) -> None:
        device = machine(
            running=running(WASHER, COTTON, at(15.5)), commitment=committed(WASHER, COTTON, at(20))
        )
        assert [cycle.start for cycle, _ in fixed_cycles(problem(device), device)] == [at(15.5), at(20)]

    def test_a_commitment_that_begins_within_the_running_cycle_is_that_cycle(self) -> None:
        device = machine(
            running=running(WASHER, COTTON, at(15.5)), commitment=committed(WASHER, COTTON, at(15.4))
        )
        assert [cycle.start for cycle, _ in fixed_cycles(problem(device), device)] == [at(15.5)]

    def test_a_cycle_that_is_over_is_no_load(self) -> None:
        device = machine(running=running(WASHER, COTTON, at(12)))
        assert fixed_cycles(problem(device), device) == ()

    def test_an_unknown_programme_has_no_profile(self) -> None:
        device = machine(running=running(WASHER, ECO, at(15.5)))
        assert fixed_cycles(problem(device), device) == ()

    def test_a_storage_has_no_cycles(self) -> None:
        assert fixed_cycles(problem(car()), car()) == ()


class TestStorages:
    def test_a_colder_freezer_has_more_stored(self) -> None:
        task = storage(freezer(level=-18.0))
        assert task.full == pytest.approx(6.0 / 20)
        assert task.low[0] == pytest.approx(-3.0 / 20, abs=1e-5)
        assert task.dynamics.drift_kw[0] == pytest.approx(-0.03)

    def test_an_unknown_level_is_the_target_of_a_freezer_and_an_empty_car(self) -> None:
        assert storage(freezer(level=None)).level == -18.0
        assert storage(car(level=None)).level == 0.0
        cooled = replace(CHARGING, level_per_wh=-0.9)
        assert storage(car(level=None, flexibility=cooled)).level == 40_000.0

    def test_outside_its_bounds_the_nearest_level_in_reach_is_the_bound(self) -> None:
        task = storage(freezer(level=-13.0))
        warmest_allowed = [task.level + task.unit_per_kwh * low for low in task.low]
        assert warmest_allowed[0] == pytest.approx(-13.0 - 0.25 * (0.02 * 90 - 0.6), abs=1e-3)
        assert warmest_allowed[-1] == pytest.approx(-15.0, abs=1e-3)

    def test_a_cap_ahead_widens_the_bounds_only_as_far_as_it_must(self) -> None:
        capped = freezer(level=-15.0, caps=((Interval(NOW, at(18)), 0.0),))
        task = storage(capped)
        warmest = [task.level + task.unit_per_kwh * low for low in task.low]
        assert warmest[7] == pytest.approx(-15.0 + 2 * 0.6, abs=1e-3)
        assert warmest[-1] == pytest.approx(-15.0, abs=1e-3)

    def test_a_floor_ends_where_the_storage_is_full(self) -> None:
        task = storage(car(level=39_500.0, floors=((WHOLE_DAY, 2300.0),)))
        assert task.floor_kw[5] == 2.3
        assert sum(task.kept_kw) / 4 == pytest.approx(0.5 / 0.9)

    def test_only_the_near_slots_of_a_switch_are_exact(self) -> None:
        task = storage(car(), effort=Effort(near=timedelta(hours=2)))
        assert sum(task.exact) == 8
        assert not any(storage(freezer()).exact)

    def test_a_car_is_free_and_a_freezer_is_not(self) -> None:
        assert storage(car()).free
        assert not storage(freezer()).free
        assert not storage(car(level=41_000.0)).free

    def test_a_wish_within_a_slot_counts_its_share(self) -> None:
        task = storage(car(by=NOW + timedelta(minutes=20)))
        goal = task.goals[0]
        assert (goal.index, goal.share) == pytest.approx((1, 1 / 3))
        assert goal.reached([0.3, 0.6]) == pytest.approx(0.4)
        early = storage(car(by=NOW + timedelta(minutes=5))).goals[0]
        assert early.reached([0.3]) == pytest.approx(0.1)

    def test_a_wish_behind_the_horizon_asks_for_what_cannot_be_made_up_later(self) -> None:
        task = storage(car(wished=40_000.0, by=at(20, 30)))
        later_kwh = 4 * 2.3
        assert task.goals[0].stored_kwh == pytest.approx(20 / 0.9 - later_kwh)

    def test_a_car_that_leaves_before_the_wish_makes_up_for_nothing_later(self) -> None:
        task = storage(car(by=at(20, 30), available=Interval(NOW, at(15, 30))))
        assert task.goals[0].stored_kwh == pytest.approx(10 / 0.9)

    def test_a_wish_of_the_past_is_over(self) -> None:
        assert storage(car(by=NOW)).goals == ()

    def test_a_cycle_wish_means_nothing_to_a_storage(self) -> None:
        device = car(wishes=(CycleWish(CAR, COTTON.id, NOW, at(20)),))
        assert storage(device).goals == ()

    def test_the_value_at_the_end_is_the_given_one_or_the_mean_price(self) -> None:
        assert storage(car(end_value_per_wh=0.0002)).end_value == pytest.approx(0.2)
        assert storage(car()).end_value == 0.1

    def test_shortest_runs_bind_pairs_of_exact_slots(self) -> None:
        slow = replace(CHARGING, min_on=timedelta(minutes=30), min_off=timedelta(minutes=45))
        task = storage(car(flexibility=slow), effort=Effort(near=timedelta(hours=1)))
        assert task.shortest == ((1, 2, 1.0), (1, 2, -1.0), (1, 3, -1.0), (2, 3, 1.0), (2, 3, -1.0))

    def test_a_second_start_meanwhile_counts_as_a_run_too_short(self) -> None:
        slow = replace(CHARGING, min_on=timedelta(hours=1))
        task = storage(
            car(flexibility=slow, off_since=NOW - timedelta(hours=1)), effort=Effort(near=timedelta(hours=1))
        )
        assert task.turned == {(1, 1.0): [0], (2, 1.0): [0, 1], (3, 1.0): [0, 1, 2]}
        once, again = (1000.0, 1000.0, 1000.0, 1000.0), (1000.0, 0.0, 1000.0, 1000.0)
        assert task.worn(once) == 0
        assert task.worn(again) == pytest.approx(2.0), "off in one slot, and begun twice before another"

    def test_a_run_that_ends_because_the_storage_is_full_is_not_too_short(self) -> None:
        """3 quarters of an hour are wanted: two are cheap at once, the third is cheap by itself."""
        wanted = replace(
            CHARGING, level_max=750, level_target=750, level_per_wh=1, max_power_w=1000, min_power_w=1000
        )
        pump = replace(wanted, min_on=timedelta(minutes=30))
        device = car(0, 750, at(18), pump, end_value_per_wh=0.0, off_since=NOW - timedelta(hours=1))
        prices = tuple(0.1 if k in (2, 3, 6) else 0.4 for k in range(8))
        home = problem(device, hours=2, import_price=prices, effort=Effort(gap=1e-6))
        made = plan(home)
        assert [k for k, watts in enumerate(made.power_w[CAR]) if watts] == [2, 3, 6]
        assert made.bound == pytest.approx(made.objective)
        assert storage(device, hours=2).worn((0, 0, 1000, 0, 0, 0, 1000, 0)) == pytest.approx(2.0), (
            "and is not full"
        )

    def test_a_machine_is_no_storage(self) -> None:
        assert storage_task(problem(machine()), machine(), 0.1) is None


class TestDemands:
    def test_each_stretch_longer_than_it_may_be_off_wants_one_slot_of_it(self) -> None:
        task = demand_task(problem(hvac(), hours=2), hvac())
        assert task is not None
        assert task.breaks[0] == pytest.approx((0, 5, 0.15))
        assert len(task.breaks) == 3

    def test_a_cap_over_the_whole_stretch_asks_for_nothing(self) -> None:
        device = hvac(caps=((WHOLE_DAY, 0.0),))
        task = demand_task(problem(device, hours=2), device)
        assert task is not None
        assert task.breaks[0][2] == 0.0

    def test_a_car_is_no_demand(self) -> None:
        assert demand_task(problem(car()), car()) is None


class TestTasks:
    def test_the_price_of_co2_stands_in_what_import_costs(self) -> None:
        home = problem(hours=1, import_price=(0.2,) * 4, co2_g_per_kwh=(500.0,) * 4, co2_price_per_kg=0.1)
        assert tasks_of(home).tariffs.buy == pytest.approx((0.25,) * 4)

    def test_the_mean_price_weighs_slots_by_their_length(self) -> None:
        now = NOW + timedelta(minutes=10)
        home = problem(now=now, hours=1 / 3, import_price=(0.4, 0.1))
        assert [round(slot.hours * 60) for slot in home.slots] == [5, 15]
        assert tasks_of(home).tariffs.mean_buy == pytest.approx(0.175)

    def test_base_load_less_sun_plus_idle_power_is_the_base(self) -> None:
        idle = freezer(flexibility=replace(FREEZING, idle_power_w=4.0))
        home = problem(idle, hours=1, pv_w=(100.0,) * 4)
        assert tasks_of(home).base_w == (204.0,) * 4

    def test_fixed_cycles_are_loads_and_so_are_floors(self) -> None:
        device = machine(earliest=None, commitment=committed(WASHER, programme((30, 1000)), at(16.5)))
        device = replace(device, flexibility=ProfileFlexibility((programme((30, 1000)),)))
        warm = hvac(floors=((WHOLE_DAY, 100.0),))
        tasks = tasks_of(problem(device, warm, hours=1))
        assert dict(tasks.loads()) == {WASHER: (0.0, 0.0, 1000.0, 1000.0), warm.id: (100.0,) * 4}

    def test_two_wished_levels_stand_in_order_of_time(self) -> None:
        device = car(wishes=(LevelWish(CAR, 30_000, at(23)), LevelWish(CAR, 25_000, at(20))))
        goals = storage(device).goals
        assert [goal.wish.by for goal in goals] == [at(20), at(23)]
