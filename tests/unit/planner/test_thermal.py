"""Storages that lose, are drawn from and have a past: rooms, tanks and their heat pumps, by hand."""

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from drrouter.domain.flexibility import StorageFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.domain.plan import MissKind, Plan
from drrouter.domain.wish import ComfortBand, LevelWish, Setpoint
from drrouter.planner import DeviceInput, Problem, greedy, grid_slots, plan, verify
from drrouter.planner.bands import valley
from drrouter.planner.storage_task import StorageTask, storage_task
from tests.unit.planner.homes import NOW, at, freezer, limit, problem

HALVING = math.log(2)
"""Of the distance to the surroundings, half is lost in an hour."""

ROOM = DeviceId("room")

HEATING = StorageFlexibility(
    unit="°C",
    level_min=10.0,
    level_max=26.0,
    level_target=20.0,
    level_per_wh=0.002,
    drift_per_h=0.0,
    max_power_w=3000.0,
    duty=True,
    loss_per_h=0.1,
    ambient=5.0,
)


def room(level: float = 20.0, flexibility: StorageFlexibility = HEATING, **changes: Any) -> DeviceInput:
    return replace(DeviceInput(ROOM, "Room", flexibility, level=level), **changes)


def hourly(*devices: DeviceInput, hours: int = 4, price: float = 0.3, **changes: Any) -> Problem:
    slots = grid_slots(NOW, timedelta(hours=hours), timedelta(hours=1))
    prices = changes.pop("import_price", (price,) * hours)
    return problem(*devices, slots=slots, import_price=prices, **changes)


def task_of(device: DeviceInput, home: Problem) -> StorageTask:
    task = storage_task(home, device, 0.0)
    assert task is not None
    return task


def checked(home: Problem) -> Plan:
    """The plan, once both rungs keep every rule."""
    assert verify(greedy(home), home) == ()
    made = plan(home)
    assert verify(made, home) == ()
    return made


class TestTheLawOfLoss:
    def test_without_power_half_the_distance_is_gone_after_an_hour(self) -> None:
        cooling = replace(HEATING, loss_per_h=HALVING, ambient=0.0)
        assert cooling.level_after(20.0, 0.0, timedelta(hours=1)) == pytest.approx(10.0)
        assert cooling.level_after(20.0, 0.0, timedelta(hours=1), ambient=16.0) == pytest.approx(18.0)

    def test_with_power_it_goes_half_the_way_to_where_it_would_settle(self) -> None:
        steady = replace(HEATING, loss_per_h=HALVING, ambient=0.0, level_per_wh=HALVING / 100)
        assert steady.level_after(20.0, 1000.0, timedelta(hours=1)) == pytest.approx(15.0)

    def test_two_half_hours_are_one_hour(self) -> None:
        half = timedelta(minutes=30)
        once = HEATING.level_after(20.0, 900.0, timedelta(hours=1), taken_per_h=2.0, gain=3.0)
        between = HEATING.level_after(20.0, 900.0, half, taken_per_h=2.0, gain=3.0)
        assert HEATING.level_after(between, 900.0, half, taken_per_h=2.0, gain=3.0) == pytest.approx(once)

    def test_without_loss_the_law_is_what_it_was_to_the_last_bit(self) -> None:
        plain = replace(HEATING, loss_per_h=0.0, drift_per_h=0.07)
        for power_w in (0.0, 1.0 / 3.0, 777.7):
            for minutes in (7, 15, 61):
                hours = timedelta(minutes=minutes).total_seconds() / 3600
                told = plain.level_after(0.1, power_w, timedelta(minutes=minutes))
                assert told == 0.1 + hours * (0.002 * power_w + 0.07)

    def test_a_loss_below_0_or_too_small_for_arithmetic_is_refused(self) -> None:
        for loss in (-0.1, 5e-324):
            with pytest.raises(ValueError, match="loss_per_h"):
                replace(HEATING, loss_per_h=loss)

    def test_a_room_and_a_car_stand_apart(self) -> None:
        assert HEATING.moves_alone
        assert not replace(HEATING, loss_per_h=0.0).moves_alone


class TestDynamics:
    def test_the_planner_and_the_law_agree_slot_by_slot(self) -> None:
        device = room(ambient=(5.0, 0.0, -3.0, 8.0), gain=(1.0, 2.5, 3.0, 0.5), taken=(0.0, 1.5, 0.0, 4.0))
        task, level = task_of(device, hourly(device)), 20.0
        power_w = (1000.0, 0.0, 2500.0, 300.0)
        for index, stored in enumerate(task.stored(power_w)):
            level = HEATING.level_after(
                level,
                power_w[index],
                timedelta(hours=1),
                ambient=device.ambient[index],
                gain=device.gain[index],
                taken_per_h=device.taken[index],
            )
            assert task.level + task.unit_per_kwh * stored == pytest.approx(level)

    def test_a_wish_inside_a_slot_is_met_on_the_curve_and_not_on_the_chord(self) -> None:
        cooling = replace(HEATING, loss_per_h=HALVING, ambient=0.0, level_min=0.0)
        device = room(flexibility=cooling, wishes=(LevelWish(ROOM, 15.0, NOW + timedelta(minutes=30)),))
        task = task_of(device, hourly(device))
        reached = task.goals[0].reached(task.stored((0.0,) * 4))
        assert task.level + task.unit_per_kwh * reached == pytest.approx(20.0 * math.sqrt(0.5))

    def test_what_is_stored_decays_on_its_way(self) -> None:
        cooling = replace(HEATING, loss_per_h=HALVING, ambient=0.0)
        moves = task_of(room(flexibility=cooling), hourly()).dynamics
        assert moves.lasting(0, 2) == pytest.approx(0.25)
        assert moves.keep == pytest.approx((0.5,) * 4)
        assert moves.span[0] == pytest.approx(0.5 / HALVING)

    def test_series_of_the_wrong_length_are_refused(self) -> None:
        for name in ("ambient", "gain", "taken"):
            with pytest.raises(ValueError, match=f"{name} of room"):
                hourly(replace(room(), **{name: (1.0, 1.0)}))  # type: ignore[arg-type]

    def test_a_gain_that_does_nothing_is_refused(self) -> None:
        with pytest.raises(ValueError, match="gain of room"):
            hourly(room(gain=(1.0, 0.0, 1.0, 1.0)))


class TestRooms:
    def test_at_one_price_a_leaking_tank_is_heated_just_in_time(self) -> None:
        wish = LevelWish(ROOM, 20.0, at(20))
        device = room(16.0, replace(HEATING, level_target=10.0), wishes=(wish,), end_value_per_wh=0.0)
        made = checked(hourly(device))
        heated = [watts > 1 for watts in made.power_w[ROOM]]
        assert heated == sorted(heated), "first off, then on"
        assert made.level[ROOM][-1] == pytest.approx(20.0, abs=0.01)

    def test_a_heat_pump_runs_in_the_mild_hours(self) -> None:
        wish = LevelWish(ROOM, 12.0, at(20))
        still = replace(HEATING, loss_per_h=0.0, level_target=10.0)
        device = room(10.0, still, wishes=(wish,), end_value_per_wh=0.0, gain=(1.0, 1.0, 3.0, 1.0))
        made = checked(hourly(device))
        assert made.power_w[ROOM] == pytest.approx((0, 0, 1000 / 3, 0), abs=1)

    def test_a_band_by_day_is_kept_where_it_is_worth_it(self) -> None:
        band = ComfortBand(Interval(at(18), at(20)), 20.0, 22.0)
        device = room(20.0, replace(HEATING, level_target=10.0), comfort=(band,), end_value_per_wh=0.0)
        made = checked(hourly(device))
        assert made.misses == ()
        assert min(made.level[ROOM][2:]) == pytest.approx(20.0, abs=0.01)
        assert made.power_w[ROOM][0] == pytest.approx(0.0, abs=1)

    def test_comfort_too_dear_is_missed_with_its_amount_and_its_cause(self) -> None:
        band = ComfortBand(Interval(at(17), at(18)), 20.0)
        still = replace(HEATING, loss_per_h=0.0, level_target=10.0)
        device = room(18.0, still, comfort=(band,), end_value_per_wh=0.0)
        made = checked(hourly(device, price=5.0))
        (miss,) = made.misses
        assert miss.kind is MissKind.COMFORT
        assert miss.unit == "°C·h"
        assert miss.amount == pytest.approx(2.0)
        assert miss.cause == "bounds, limits and prices keep it from the comfort band at 18:00 UTC"
        assert made.cost.penalties == pytest.approx(2.0)

    def test_comfort_out_of_reach_says_so(self) -> None:
        band = ComfortBand(Interval(at(16), at(17)), 25.0)
        still = replace(HEATING, loss_per_h=0.0, max_power_w=500.0, level_target=10.0)
        made = checked(hourly(room(20.0, still, comfort=(band,), end_value_per_wh=0.0)))
        (miss,) = made.misses
        assert miss.amount == pytest.approx(4.0)
        assert miss.cause == "even full power from now on does not reach the comfort band by 17:00 UTC"

    def test_a_band_is_kept_from_above_too(self) -> None:
        band = ComfortBand(Interval(at(16), at(20)), None, 21.0)
        device = room(20.0, comfort=(band,), end_value_per_wh=0.001)
        for made in (checked(hourly(device)), greedy(hourly(device))):
            assert max(made.level[ROOM]) <= 21.01

    def test_where_a_limit_binds_the_next_kwh_costs_what_comfort_it_takes(self) -> None:
        band = ComfortBand(Interval(NOW, at(17)), 23.0)
        still = replace(HEATING, loss_per_h=0.0, level_target=10.0)
        device = room(20.0, still, comfort=(band,), end_value_per_wh=0.0)
        made = checked(hourly(device, limits=(limit(1300.0, NOW, at(17)),)))
        assert made.power_w[ROOM][0] == pytest.approx(1000.0, abs=1)
        assert made.marginal_price[0] == pytest.approx(2.0), "2 °C for an hour"

    def test_what_is_drawn_off_is_reheated_before(self) -> None:
        still = replace(HEATING, loss_per_h=0.0, level_target=10.0, level_per_wh=0.02)
        device = room(12.0, still, taken=(0.0, 0.0, 10.0, 0.0), end_value_per_wh=0.0)
        made = checked(hourly(device, import_price=(0.1, 0.5, 0.5, 0.5)))
        assert made.power_w[ROOM][0] == pytest.approx(400.0, abs=1)
        assert made.misses == ()

    def test_a_draw_off_that_cannot_be_served_is_told(self) -> None:
        still = replace(HEATING, loss_per_h=0.0)
        device = room(11.0, still, taken=(4.0, 0.0, 0.0, 0.0), caps=((Interval(NOW, at(20)), 0.0),))
        (miss,) = checked(hourly(device)).misses
        assert miss.kind is MissKind.COMFORT
        assert miss.amount == pytest.approx(12.0)
        assert "with what is drawn off" in miss.cause

    def test_an_unknown_level_is_the_target_of_a_room(self) -> None:
        device = room(None)  # type: ignore[arg-type]
        made = checked(hourly(device))
        assert task_of(device, hourly(device)).level == 20.0
        assert made.level[ROOM]

    def test_far_below_its_bounds_it_heats_at_full_power_however_fast_it_loses(self) -> None:
        leaking = replace(HEATING, loss_per_h=200.0, level_per_wh=0.1)
        made = checked(hourly(room(9.0, leaking, gain=(0.3,) * 4)))
        assert made.power_w[ROOM] == pytest.approx((3000.0,) * 4, abs=1.0), "5.5 degrees are all it reaches"

    def test_what_is_full_hours_later_does_not_keep_it_from_its_lower_bound_now(self) -> None:
        losing = replace(HEATING, loss_per_h=3.0, ambient=0.0, level_per_wh=0.02, max_power_w=6000.0)
        floors = ((Interval(at(17), at(30)), 6000.0),)
        made = checked(hourly(room(10.0, losing, floors=floors), hours=14))
        assert made.level[ROOM][0] == pytest.approx(10.0, abs=0.01)
        assert made.level[ROOM][-1] == pytest.approx(26.0, abs=0.01)

    def test_a_floor_lasts_until_it_is_full_also_where_it_was_too_cold_before(self) -> None:
        stepped = replace(HEATING, min_power_w=3000.0, duty=False, level_min=18.0, level_max=22.0)
        floors = ((Interval(at(17), at(30)), 3000.0),)
        made = greedy(home := hourly(room(18.0, stepped, floors=floors), hours=6))
        assert verify(made, home) == ()
        assert made.level[ROOM][2] == pytest.approx(22.0, abs=0.01)

    def test_a_floor_to_come_does_not_keep_it_from_its_lower_bound_now(self) -> None:
        stepped = replace(HEATING, min_power_w=3000.0, duty=False, level_min=18.0, level_max=22.0)
        floors = ((Interval(at(19), at(30)), 3000.0),)
        made = greedy(home := hourly(room(18.0, stepped, floors=floors), hours=6))
        assert verify(made, home) == ()
        assert min(made.level[ROOM]) >= 18.0, "what is bought now the floor need not fill up later"

    def test_a_warm_day_to_come_does_not_keep_it_from_its_lower_bound_now(self) -> None:
        weather = (-10.0, -10.0, 45.0, 45.0)
        made = greedy(home := hourly(room(10.5, replace(HEATING, level_max=14.0), ambient=weather)))
        assert verify(made, home) == ()
        assert min(made.level[ROOM]) >= 10.0 - 1e-3
        assert max(made.level[ROOM]) > 14.0, "whatever it does"


class TestSetpoints:
    def test_an_event_may_warm_a_room_ahead(self) -> None:
        asked = Setpoint(Interval(at(18), at(19)), 23.0)
        made = checked(hourly(room(20.0, setpoints=(asked,))))
        assert made.level[ROOM][2] == pytest.approx(23.0, abs=0.01)
        assert made.misses == ()

    def test_what_is_off_the_setpoint_is_told_as_such(self) -> None:
        asked = Setpoint(Interval(at(16), at(17)), 25.0)
        still = replace(HEATING, loss_per_h=0.0, max_power_w=500.0)
        (miss,) = checked(hourly(room(20.0, still, setpoints=(asked,)))).misses
        assert miss.kind is MissKind.SETPOINT
        assert miss.amount == pytest.approx(4.0)
        assert miss.cause == "even full power from now on does not reach the setpoint by 17:00 UTC"

    def test_a_setpoint_outweighs_comfort(self) -> None:
        hours = Interval(at(17), at(18))
        device = room(comfort=(ComfortBand(hours, 20.0, 21.0),), setpoints=(Setpoint(hours, 17.0),))
        made = checked(hourly(device))
        assert made.level[ROOM][1] == pytest.approx(5 + 15 * math.exp(-0.2)), "as cold as it gets"
        assert {miss.kind for miss in made.misses} >= {MissKind.COMFORT}


class TestValleys:
    def test_between_two_bands_the_price_is_flat(self) -> None:
        found = valley(0.0, 10.0, [(2.0, 6.0, 1.0), (4.0, 8.0, 2.0)])
        assert (found.low, found.high, found.least) == (4.0, 6.0, 0.0)
        assert found.up == ((2.0, 1.0), (2.0, 3.0))
        assert found.down == ((2.0, 2.0), (2.0, 3.0))

    def test_bands_that_contradict_each_other_leave_the_dearer_one_right(self) -> None:
        found = valley(0.0, 10.0, [(2.0, 3.0, 1.0), (5.0, 6.0, 2.0)])
        assert (found.low, found.high, found.least) == (5.0, 5.0, 2.0)
        assert found.down[0] == (2.0, 1.0)

    def test_a_band_out_of_reach_costs_what_nobody_can_change(self) -> None:
        found = valley(0.0, 1.0, [(3.0, 4.0, 1.0)])
        assert (found.low, found.high, found.least) == (1.0, 1.0, 2.0)
        assert found.down == ((1.0, 1.0),)

    def test_an_open_side_has_no_slope(self) -> None:
        found = valley(-math.inf, math.inf, [(-math.inf, 2.0, 1.0)])
        assert (found.low, found.high, found.down) == (-math.inf, 2.0, ())
        assert found.up == ((math.inf, 1.0),)

    def test_a_crossed_band_is_refused(self) -> None:
        with pytest.raises(ValueError, match="crossed"):
            ComfortBand(Interval(NOW, at(18)), 20.0, 19.0)


PUMPING = replace(
    HEATING,
    duty=False,
    min_power_w=1000.0,
    max_power_w=1000.0,
    loss_per_h=0.0,
    level_target=10.0,
    min_on=timedelta(minutes=40),
    min_off=timedelta(minutes=40),
)
"""A heat pump that runs and rests for 40 minutes at least."""

TEN_AGO = NOW - timedelta(minutes=10)


def quarters(device: DeviceInput, prices: tuple[float, ...]) -> Problem:
    return problem(device, hours=1, import_price=prices)


class TestThePast:
    RISING = (0.1, 0.1, 0.5, 0.5)
    FALLING = (0.5, 0.5, 0.1, 0.1)
    WISH = (LevelWish(ROOM, 16.0, at(17)),)

    def on(self, made: Plan) -> list[bool]:
        return [watts > 0 for watts in made.power_w[ROOM]]

    def pump(self, **changes: Any) -> DeviceInput:
        return room(15.0, PUMPING, wishes=self.WISH, end_value_per_wh=0.0, **changes)

    def test_a_run_begun_before_now_goes_on_until_it_was_long_enough(self) -> None:
        home = quarters(self.pump(on_since=TEN_AGO), self.FALLING)
        for made in (checked(home), greedy(home)):
            assert self.on(made)[:2] == [True, True], "30 minutes are left"

    def test_a_rest_begun_before_now_goes_on_until_it_was_long_enough(self) -> None:
        home = quarters(self.pump(off_since=TEN_AGO), self.RISING)
        for made in (checked(home), greedy(home)):
            assert self.on(made) == [False, False, True, True], "dear as it is"

    def test_long_enough_ago_nothing_holds_it(self) -> None:
        long_ago = NOW - timedelta(hours=2)
        assert self.on(checked(quarters(self.pump(off_since=long_ago), self.RISING)))[0]
        restless = replace(PUMPING, min_off=timedelta(0))
        ran = replace(self.pump(on_since=long_ago), flexibility=restless)
        assert not self.on(checked(quarters(ran, self.FALLING)))[0]

    def test_the_later_turn_counts_and_one_ahead_does_not(self) -> None:
        both = self.pump(on_since=NOW - timedelta(hours=1), off_since=TEN_AGO)
        assert not any(self.on(checked(quarters(both, self.RISING)))[:2])
        ahead = self.pump(on_since=NOW + timedelta(minutes=1), off_since=None)
        assert not any(self.on(checked(quarters(ahead, self.FALLING)))[:2])
        began = self.pump(on_since=TEN_AGO, off_since=NOW - timedelta(hours=1))
        assert all(self.on(checked(quarters(began, self.FALLING)))[:2])

    def test_a_cap_ends_a_run_sooner(self) -> None:
        capped = self.pump(on_since=TEN_AGO, caps=((Interval(NOW, at(17)), 0.0),))
        assert not any(self.on(checked(quarters(capped, self.FALLING))))

    def test_a_full_storage_stops_by_itself(self) -> None:
        full = replace(self.pump(on_since=TEN_AGO), level=26.0, wishes=())
        assert not any(self.on(checked(quarters(full, self.FALLING))))

    def test_what_cycles_by_itself_looks_after_its_own_rests(self) -> None:
        cycling = replace(PUMPING, duty=True, min_power_w=0.0)
        device = room(15.0, cycling, wishes=self.WISH, end_value_per_wh=0.0, off_since=TEN_AGO)
        assert self.on(checked(quarters(device, self.RISING)))[0]

    def test_a_start_right_now_is_a_turn_as_well(self) -> None:
        rested = task_of(self.pump(off_since=NOW - timedelta(hours=2)), quarters(self.pump(), self.RISING))
        assert (0, 1, 1.0) in rested.shortest
        assert rested.was_on is False
        assert rested.worn((1000.0, 0.0, 0.0, 0.0)) == pytest.approx(2.0), "two slots short"
        unknown = task_of(self.pump(), quarters(self.pump(), self.RISING))
        assert all(k for k, _, _ in unknown.shortest)
        ran = task_of(self.pump(on_since=NOW - timedelta(hours=2)), quarters(self.pump(), self.RISING))
        assert ran.worn((0.0, 1000.0, 1000.0, 1000.0)) == pytest.approx(2.0), "a rest of one slot"

    def test_a_freezer_without_a_past_is_as_it_was(self) -> None:
        home = problem(freezer())
        assert plan(home) == plan(replace(home, devices=(replace(freezer(), on_since=None),)))
