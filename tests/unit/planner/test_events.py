"""Demand response by hand: rebates below a baseline, and no rebound after an event."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from drrouter.domain.demand_response import Rebate, Recovery
from drrouter.domain.flexibility import ProfileFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.domain.plan import MissKind, Plan
from drrouter.planner import Problem, greedy, grid_slots, plan, recoveries_after, verify
from drrouter.planner.site import Site
from tests.unit.planner.homes import (
    CAR,
    CHARGING,
    HVAC,
    NOW,
    WASHER,
    at,
    car,
    committed,
    hvac,
    limit,
    machine,
    problem,
    programme,
)

HOUR = Interval(at(17), at(18))
"""The second of four hours."""


def hourly(*devices: Any, hours: int = 4, **changes: Any) -> Problem:
    slots = grid_slots(NOW, timedelta(hours=hours), timedelta(hours=1))
    prices = changes.pop("import_price", (0.3, 0.2, 0.3, 0.3))
    return problem(*devices, slots=slots, import_price=prices, base_load_w=(300.0,) * hours, **changes)


def checked(home: Problem) -> Plan:
    assert verify(greedy(home), home) == ()
    made = plan(home)
    assert verify(made, home) == ()
    return made


SMOOTH = replace(CHARGING, min_power_w=0.0)


def charging(**changes: Any) -> Any:
    """A car that wants 2.3 kWh within four hours, at any power."""
    return car(0.0, 2070.0, at(20), SMOOTH, end_value_per_wh=0.0, **changes)


class TestRebates:
    def test_a_rebate_dearer_than_the_difference_moves_the_car(self) -> None:
        rebate = Rebate(HOUR, 1000.0, 0.5)
        made = checked(hourly(charging(), rebates=(rebate,)))
        assert made.power_w[CAR][1] == pytest.approx(0.0, abs=1)
        assert made.cost.rebates == pytest.approx(0.7 * 0.5)
        energy = 0.3 * (0.3 + 0.2 + 0.3 + 0.3) + 2.3 * 0.3
        assert made.cost.money == pytest.approx(energy - 0.35)

    def test_a_rebate_smaller_than_the_difference_moves_nothing(self) -> None:
        made = checked(hourly(charging(), rebates=(Rebate(HOUR, 1000.0, 0.05),)))
        assert made.power_w[CAR][1] == pytest.approx(2300.0, abs=1)
        assert made.cost.rebates == pytest.approx(0.0)

    def test_no_more_is_paid_for_than_the_bound(self) -> None:
        rebate = Rebate(HOUR, 1000.0, 3.0, most_kwh=0.2)
        made = checked(hourly(charging(), rebates=(rebate,)))
        assert made.cost.rebates == pytest.approx(0.6)
        assert made.power_w[CAR][1] == pytest.approx(500.0, abs=1), "what the bound leaves is cheap"

    def test_a_rebate_of_a_group_meters_the_group_alone(self) -> None:
        rebate = Rebate(HOUR, 600.0, 0.9, (HVAC, HVAC, DeviceId("nobody")))
        still = hvac(power_w=0.0)
        made = checked(hourly(still, charging(), rebates=(rebate,)))
        assert made.power_w[CAR][1] == pytest.approx(2300.0, abs=1)
        assert made.cost.rebates == pytest.approx(0.6 * 0.9)

    def test_fixed_cycles_count_as_used(self) -> None:
        hot = programme((60, 400.0))
        washer = machine(
            earliest=None, flexibility=ProfileFlexibility((hot,)), commitment=committed(WASHER, hot, at(17))
        )
        rebate = Rebate(HOUR, 1000.0, 0.5, (WASHER, CAR))
        made = checked(hourly(washer, charging(), rebates=(rebate,)))
        assert made.cost.rebates == pytest.approx(0.6 * 0.5)

    def test_a_cycle_that_may_wait_gives_way(self) -> None:
        hot = programme((60, 1000.0))
        washer = machine(runs=hot, ready_by=at(20))
        for members in ((), (WASHER,)):
            made = checked(hourly(washer, rebates=(Rebate(HOUR, 1300.0, 0.5, members),)))
            assert made.cycles[0].start != at(17)

    def test_half_a_slot_counts_half(self) -> None:
        half = Interval(at(17), at(17.5))
        made = checked(hourly(rebates=(Rebate(half, 1000.0, 1.0),)))
        assert made.cost.rebates == pytest.approx(0.35)

    def test_what_lies_outside_the_plan_earns_nothing(self) -> None:
        past, none = Interval(at(14), at(15)), Interval(at(15), at(17))
        made = checked(hourly(rebates=(Rebate(past, 1000.0, 1.0), Rebate(none, 1000.0, 1.0))))
        assert made.cost.rebates == pytest.approx(0.7)

    def test_a_device_that_waits_says_for_which_rebate(self) -> None:
        made = plan(hourly(charging(), rebates=(Rebate(HOUR, 1000.0, 0.5),)))
        told = made.explanation_of(CAR)
        assert told is not None
        assert told.text.endswith(
            "It draws nothing from 17:00 UTC to 18:00 UTC, for a rebate of 0.50 EUR per kWh that earns the "
            "home 0.35 EUR."
        )
        assert told.reasons[-1].code == "rebate.waits"

    def test_a_fee_is_no_rebate(self) -> None:
        for wrong in ((-1.0, 0.1, None), (1.0, -0.1, None), (1.0, 0.1, -1.0)):
            with pytest.raises(ValueError, match="rebate"):
                Rebate(HOUR, wrong[0], wrong[1], (), wrong[2])

    def test_a_plan_read_again_counts_the_same_rebates(self) -> None:
        home = hourly(charging(), rebates=(Rebate(HOUR, 1000.0, 0.5, (CAR,)),))
        made = plan(home)
        assert sum(Site.of_plan(home, made).events.earned()) == pytest.approx(made.cost.rebates)

    def test_rebates_made_up_are_found(self) -> None:
        home = hourly(rebates=(Rebate(HOUR, 1000.0, 0.5),))
        made = plan(home)
        false = replace(made, cost=replace(made.cost, rebates=9.0))
        assert "rebates cost" in verify(false, home)[0]


class TestRecoveries:
    EVENT = limit(300.0, NOW, at(17))

    def test_what_was_held_back_does_not_start_at_once(self) -> None:
        home = hourly(charging(), import_price=(0.1, 0.2, 0.3, 0.4))
        calm = replace(home, limits=(self.EVENT,), recoveries=(Recovery(Interval(at(17), at(20)), 1300.0),))
        made = checked(calm)
        assert made.power_w[CAR] == pytest.approx((0, 1000, 1000, 300), abs=1)
        assert checked(replace(calm, recoveries=())).power_w[CAR] == pytest.approx((0, 2300, 0, 0), abs=1)
        assert max(greedy(calm).grid_w) <= 1301

    def test_two_cars_of_which_one_was_held_back_do_not_charge_together(self) -> None:
        second = DeviceId("second")
        later = charging(available=Interval(at(17), at(20)))
        later = replace(later, id=second, wishes=(replace(later.wishes[0], device_id=second),))
        home = hourly(charging(), later, import_price=(0.1, 0.5, 0.1, 0.6))
        before = plan(home)
        assert max(before.grid_w) == pytest.approx(2600.0, abs=1), "one after the other"
        held = replace(home, limits=(self.EVENT,))
        assert max(checked(held).grid_w) == pytest.approx(4900.0, abs=1)
        calm = checked(replace(held, recoveries=recoveries_after(held, before)))
        assert max(calm.grid_w) == pytest.approx(2600.0, abs=1)
        assert calm.misses == ()

    def test_what_must_rebound_is_told(self) -> None:
        calm = Recovery(Interval(at(16), at(20)), 100.0)
        lower = Recovery(Interval(at(19), at(20)), 50.0)
        (miss,) = checked(hourly(recoveries=(calm, lower))).misses
        assert miss.kind is MissKind.REBOUND
        assert miss.amount == pytest.approx(3 * 0.2 + 0.25)
        assert miss.cause == (
            "after the event it is up to 250 W above the 50 W that the home would have drawn without it, at "
            "19:00 UTC"
        )

    def test_a_rebound_in_silence_is_found(self) -> None:
        home = hourly(recoveries=(Recovery(HOUR, 100.0),))
        made = plan(home)
        silent = replace(made, misses=(), cost=replace(made.cost, penalties=0.0))
        assert "above the peak without it" in verify(silent, home)[0]

    def test_the_recovery_begins_where_the_first_event_ends(self) -> None:
        home = hourly(charging(caps=((Interval(NOW, at(18)), 0.0),)))
        before = plan(hourly(charging()))
        assert recoveries_after(home, before) == (Recovery(Interval(at(18), at(20)), max(before.grid_w)),)
        both = replace(home, limits=(self.EVENT,))
        assert recoveries_after(both, before)[0].interval.start == at(17)

    def test_without_an_event_that_ends_there_is_none(self) -> None:
        home = hourly(charging())
        assert recoveries_after(home, plan(home)) == ()
        assert recoveries_after(replace(home, limits=(limit(5000.0),)), plan(home)) == ()
