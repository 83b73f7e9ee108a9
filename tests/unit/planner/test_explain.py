"""What a plan says of itself: reasons in words and numbers that can be worked out again."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from drrouter.domain.flexibility import ProfileFlexibility, RemoteStart
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.domain.plan import Explanation, Plan
from drrouter.planner import Problem, plan
from drrouter.planner.bill import bill_of
from drrouter.planner.words import clock, kwh, money, watts
from tests.unit.planner.homes import (
    CAR,
    CHARGING,
    COTTON,
    DISHWASHER,
    ECO,
    FREEZER,
    HVAC,
    NOW,
    WASHER,
    at,
    car,
    committed,
    freezer,
    hvac,
    limit,
    machine,
    problem,
    running,
)


def told(home: Problem, device_id: DeviceId, made: Plan | None = None) -> Explanation:
    explanation = (made or plan(home)).explanation_of(device_id)
    assert explanation is not None
    return explanation


class TestWords:
    def test_an_instant_of_today_is_a_time_and_another_has_its_day(self) -> None:
        home = problem(timezone="Europe/Amsterdam")
        assert clock(home, at(18)) == "20:00"
        assert clock(home, at(9, 30)) == "Sun 11:00"

    @pytest.mark.parametrize("zone", ["UTC", "Europe/Atlantis", "../../etc/passwd"])
    def test_without_a_zone_it_is_utc_and_says_so(self, zone: str) -> None:
        home = problem(timezone=zone)
        assert clock(home, datetime(2023, 7, 29, 18, 0, tzinfo=UTC)) == "18:00 UTC"

    def test_numbers_have_their_units(self) -> None:
        home = problem()
        assert (watts(812.4), watts(2300.0), kwh(1.234)) == ("812 W", "2.30 kW", "1.23 kWh")
        assert (money(home, 1.2345), money(home, -0.0123)) == ("1.23 EUR", "-0.012 EUR")


class TestCycles:
    def test_it_tells_the_costs_now_and_as_planned(self) -> None:
        home = problem(machine())
        made = plan(home)
        explanation, bill = told(home, WASHER, made), bill_of(home)
        base = (300.0,) * 96
        assert explanation.cost_planned == pytest.approx(bill.added(base, made.power_w[WASHER]))
        now = [2000 * 1 / 1, (5 * 2000 + 10 * 150) / 15, 150, 150, (10 * 150 + 5 * 400) / 15, 10 * 400 / 15]
        assert explanation.cost_now == pytest.approx(bill.added(base, now))
        assert "Washer starts at Sun 11:00 UTC and is ready at Sun 12:25 UTC" in explanation.text
        assert "less than now" in explanation.text
        assert explanation.binding == ""

    def test_a_deadline_that_binds_is_named_with_what_longer_would_save(self) -> None:
        home = problem(machine(ready_by=at(5, 30)))
        explanation = told(home, WASHER)
        assert explanation.binding == "it must be ready by Sun 05:00 UTC"
        until, saved = re.fullmatch(
            r"allow until Sun (\d\d:\d\d) UTC and save ([\d.]+) EUR", explanation.would_change
        ).groups()  # type: ignore[union-attr]
        longer = problem(machine(ready_by=at(int(until[:2]) + int(until[3:]) / 60, 30)))
        better = told(longer, WASHER)
        assert explanation.cost_planned is not None
        assert better.cost_planned is not None
        assert explanation.cost_planned - better.cost_planned == pytest.approx(float(saved), abs=5e-3)

    def test_an_earliest_start_that_binds_is_named(self) -> None:
        explanation = told(problem(machine(earliest=at(14, 30), ready_by=at(16, 30))), WASHER)
        assert explanation.binding == "it must not start before Sun 14:00 UTC"
        assert explanation.would_change.startswith("allow from Sun 11:00 UTC on and save")

    def test_a_limit_that_binds_is_named(self) -> None:
        noon = limit(1000.0, at(9, 30), at(13, 30))
        explanation = told(problem(machine(), limits=(noon,)), WASHER)
        assert "the limit of 1.00 kW leaves 700 W" in explanation.binding
        assert explanation.would_change.startswith("without it, Sun 11:00 UTC would save")

    def test_a_cap_that_binds_is_named(self) -> None:
        off = machine(caps=((Interval(at(9, 30), at(13, 30)), 0.0),))
        explanation = told(problem(off), WASHER)
        assert "held to 0 W" in explanation.binding

    def test_a_window_that_ends_behind_the_horizon_binds_nothing(self) -> None:
        home = problem(machine(earliest=at(17), ready_by=at(19)), hours=2, import_price=(0.3,) * 7 + (0.1,))
        assert told(home, WASHER).cost_planned is not None

    def test_starting_now_says_that_nothing_later_is_cheaper(self) -> None:
        home = problem(machine(ready_by=at(20)), import_price=(0.1,) * 8 + (0.5,) * 88)
        assert "no later start in its window is cheaper" in told(home, WASHER).text

    def test_a_cycle_dearer_than_now_says_so(self) -> None:
        early = machine(earliest=at(18), ready_by=at(20))
        assert "more than now" in told(problem(early), WASHER).text

    def test_a_late_cycle_says_why(self) -> None:
        assert "h late: Cotton takes 1.42 h" in told(problem(machine(ready_by=at(16.5))), WASHER).text

    def test_a_cycle_that_waits_says_for_what(self) -> None:
        prices = (0.0,) * 48 + (0.1,) * 48
        home = problem(machine(earliest=at(6, 30), ready_by=at(20, 31)), import_price=prices)
        assert "Washer waits" in told(home, WASHER).text

    def test_a_cycle_wished_behind_the_horizon_waits(self) -> None:
        home = problem(machine(earliest=at(18, 30), ready_by=at(20, 31)))
        assert "it may wait until after the planned hours" in told(home, WASHER).text

    def test_a_cycle_missed_says_why(self) -> None:
        explanation = told(problem(machine(), limits=(limit(1500.0),)), WASHER)
        assert explanation.text.startswith("Washer is not started: no start leaves Cotton below every limit")
        assert explanation.cost_planned is None
        manual = machine(flexibility=ProfileFlexibility((COTTON,), RemoteStart.NONE))
        assert "start it by hand" in told(problem(manual), WASHER).binding

    def test_a_running_and_a_committed_cycle_stand(self) -> None:
        busy = machine(running=running(WASHER, COTTON, at(15.9)))
        assert "Washer runs since 15:54 UTC and is never cut" in told(problem(busy), WASHER).text
        agreed = machine(commitment=committed(WASHER, COTTON, at(20)))
        said = told(problem(agreed), WASHER)
        assert "was agreed to start at 20:00 UTC" in said.text
        assert said.binding == "it was promised, and no plan moves it"
        assert said.cost_planned is not None
        assert said.cost_now is not None
        assert f"{abs(said.cost_now - said.cost_planned):.2g}"[:3] in said.text

    def test_a_machine_that_runs_and_has_another_cycle_tells_both(self) -> None:
        both = machine(
            runs=ECO,
            running=running(WASHER, COTTON, at(15.9)),
            flexibility=ProfileFlexibility((COTTON, ECO)),
        )
        made = plan(problem(both))
        assert len(made.explanations) == 1
        assert "never cut" in made.explanations[0].text
        assert "Eco costs" in made.explanations[0].text
        assert made.explanations[0].cost_planned is not None

    def test_a_start_now_that_would_be_cheaper_but_breaks_a_limit_is_said_to(self) -> None:
        rising = tuple(0.1 + 0.001 * index for index in range(96))
        home = problem(machine(), limits=(limit(1000.0, NOW, at(19)),), import_price=rising)
        text = told(home, WASHER).text
        assert "more than now, but the limit of 1.00 kW leaves 700 W at" in text


class TestStorages:
    def test_a_car_compares_with_full_power_now(self) -> None:
        home = problem(car(wished=30_000.0))
        made = plan(home)
        explanation, bill = told(home, CAR, made), bill_of(home)
        energy_wh = sum(made.power_w[CAR]) / 4
        full = [2300.0] * int(energy_wh / 575)
        at_once = [*full, (energy_wh / 575 - len(full)) * 2300]
        assert explanation.cost_now == pytest.approx(bill.added((300.0,) * 96, at_once))
        assert "less than at full power from now on" in explanation.text

    def test_a_departure_that_binds_is_named_with_what_longer_would_save(self) -> None:
        explanation = told(problem(car(by=at(22))), CAR)
        assert explanation.binding == "its wished level by 22:00 UTC"
        assert re.fullmatch(r"allow until \S+( \d\d:\d\d)? UTC and save [\d.]+ EUR", explanation.would_change)

    def test_what_would_be_cheaper_at_once_but_breaks_a_limit_is_said_to(self) -> None:
        rising = tuple(0.1 + 0.001 * index for index in range(96))
        home = problem(
            car(wished=30_000.0), hvac(), limits=(limit(2700.0, NOW, at(19)),), import_price=rising
        )
        assert told(home, CAR).text.endswith(
            "more than at full power from now on, which the limits do not allow."
        )

    def test_a_departure_planned_with_a_reserve_is_named_as_it_was_asked(self) -> None:
        asked = problem(car(by=at(22), reserve=timedelta(minutes=45)))
        assert told(asked, CAR).binding == "its wished level by 22:45 UTC"

    def test_a_departure_that_leaves_the_plan_when_put_off_is_not_tried(self) -> None:
        assert told(problem(car(by=at(16, 30))), CAR).would_change == ""

    def test_limits_that_bind_are_named(self) -> None:
        cheap = limit(1000.0, at(8, 30), at(16, 30))
        loose = replace(CHARGING, min_power_w=0.0)
        home = problem(car(wished=None, flexibility=loose), limits=(cheap,))
        explanation = told(home, CAR)
        assert explanation.binding == "the limits in force"
        assert "without them it would save" in explanation.would_change

    def test_a_car_that_misses_its_level_says_so(self) -> None:
        explanation = told(problem(car(by=at(17))), CAR)
        assert "It misses" in explanation.text
        assert "even full power" in explanation.text

    def test_a_full_car_draws_nothing(self) -> None:
        assert told(problem(car(level=40_000.0)), CAR).text == "Car draws nothing in the planned hours."

    def test_a_freezer_names_the_bound_at_which_it_stands(self) -> None:
        explanation = told(problem(freezer()), FREEZER)
        assert "it stands at its bound of -15 °C" in explanation.binding
        assert "as its thermostat would have it" in explanation.text
        assert explanation.would_change == ""

    def test_a_freezer_that_never_comes_near_it_names_none(self) -> None:
        assert told(problem(freezer(), import_price=(0.2,) * 96), FREEZER).binding == ""


class TestDemands:
    def test_it_draws_what_it_wants(self) -> None:
        explanation = told(problem(hvac()), HVAC)
        assert "draws the 600 W that it wants" in explanation.text
        assert explanation.cost_now == explanation.cost_planned

    def test_what_it_goes_without_is_told(self) -> None:
        explanation = told(problem(hvac(), limits=(limit(500.0, NOW, at(18)),)), HVAC)
        assert "goes without 0.80 kWh" in explanation.text
        assert explanation.binding == "held off for a limit or a price"


class TestChanges:
    def test_without_a_previous_plan_nothing_changes(self) -> None:
        assert plan(problem(machine())).changes == ()

    def test_the_same_problem_again_changes_nothing(self) -> None:
        home = problem(machine(), car(), freezer())
        assert plan(replace(home, previous=plan(home))).changes == ()

    def test_a_cycle_that_moves_for_a_gain_tells_it(self) -> None:
        before = plan(problem(machine(), import_price=(0.2,) * 96))
        (change,) = plan(problem(machine(), previous=before, trigger="a new tariff")).changes
        assert re.fullmatch(
            r"Washer moves from 16:00 UTC to Sun 11:00 UTC: that saves 0\.12 EUR \(a new tariff\)\.", change
        )

    def test_a_cycle_that_moves_for_a_limit_tells_it(self) -> None:
        before = plan(problem(machine()))
        noon = (limit(1000.0, at(11, 30), at(13, 30)),)
        (change,) = plan(problem(machine(), previous=before, limits=noon, trigger="an event")).changes
        assert "a limit leaves no room at its old start (an event)" in change

    def test_a_cycle_whose_old_start_is_gone_tells_it(self) -> None:
        before = plan(problem(machine()))
        (change,) = plan(problem(machine(ready_by=at(9, 30)), previous=before)).changes or ("",)
        assert "moves" in change

        capped = machine(caps=((Interval(at(11, 30), at(13, 30)), 0.0),))
        (change,) = plan(problem(capped, previous=before)).changes
        assert "its old start is no longer possible" in change

    def test_a_cycle_that_moves_for_others_tells_it(self) -> None:
        before = plan(problem(machine()))
        crowd = [machine(), machine(DISHWASHER, ECO, earliest=at(11, 30), ready_by=at(13.5, 30))]
        made = plan(problem(*crowd, previous=before, limits=(limit(2250.0),)))
        moved = [change for change in made.changes if change.startswith("Washer moves")]
        assert all("saves" in change or "better off" in change or "no room" in change for change in moved)

    def test_a_cycle_that_is_new_or_gone_is_told(self) -> None:
        nothing, something = plan(problem(machine(earliest=None))), plan(problem(machine()))
        (new,) = plan(problem(machine(), previous=nothing, trigger="a wish")).changes
        assert new == "Washer is now planned for Sun 11:00 UTC (a wish)."
        tight = problem(machine(), previous=something, limits=(limit(1000.0),))
        (gone,) = plan(tight).changes
        assert gone == "Washer is no longer planned for Sun 11:00 UTC."

    def test_a_machine_without_a_wish_is_not_mentioned(self) -> None:
        before = plan(problem(machine()))
        assert plan(problem(machine(earliest=None), previous=before)).changes == ()

    def test_energy_that_moves_is_told(self) -> None:
        before = plan(problem(car()))
        night = limit(1000.0, at(2, 30), at(6, 30))
        (change,) = plan(problem(car(), previous=before, limits=(night,))).changes
        assert re.match(r"Car takes [\d.]+ kWh at other times than planned before", change)

    def test_a_storage_that_is_new_is_not_a_change(self) -> None:
        before = plan(problem(machine(earliest=None)))
        assert plan(problem(car(), previous=before)).changes == ()
