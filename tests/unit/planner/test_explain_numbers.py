"""The numbers of the explanations: best imaginable costs, and what a change would save."""

from dataclasses import replace

import pytest

from drrouter.domain.flexibility import ProfileFlexibility, RemoteStart
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.domain.plan import Explanation
from drrouter.planner import Problem, greedy, plan
from drrouter.planner.bill import bill_of
from drrouter.planner.catalogue import say, say_all
from tests.unit.planner.homes import (
    CAR,
    CHARGING,
    COTTON,
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

LOOSE = replace(CHARGING, min_power_w=0.0)


def told(home: Problem, device_id: DeviceId) -> Explanation:
    explanation = plan(home).explanation_of(device_id)
    assert explanation is not None
    return explanation


class TestBest:
    def test_of_a_cycle_it_is_the_cheapest_start_of_the_horizon_whatever_stands_in_its_way(self) -> None:
        free = told(problem(machine()), WASHER)
        noon = limit(1000.0, at(9, 30), at(13, 30))
        bound = told(problem(machine(ready_by=at(5, 30)), limits=(noon,)), WASHER)
        assert free.cost_best == pytest.approx(free.cost_planned)
        assert bound.cost_best == pytest.approx(free.cost_best)
        assert bound.cost_planned is not None
        assert bound.cost_best is not None
        assert bound.cost_planned > bound.cost_best

    def test_a_promised_cycle_has_one_too(self) -> None:
        agreed = told(problem(machine(commitment=committed(WASHER, COTTON, at(20)))), WASHER)
        assert agreed.cost_best == pytest.approx(told(problem(machine()), WASHER).cost_best)

    def test_a_cycle_that_is_not_started_still_has_its_costs(self) -> None:
        manual = machine(flexibility=ProfileFlexibility((COTTON,), RemoteStart.NONE))
        by_hand = told(problem(manual), WASHER)
        assert by_hand.cost_planned is None
        assert by_hand.cost_best == pytest.approx(told(problem(machine()), WASHER).cost_best)

    def test_of_a_car_it_is_the_same_energy_in_the_cheapest_hours(self) -> None:
        home = problem(car(wished=29_000.0, by=at(22), flexibility=LOOSE, end_value_per_wh=0.0))
        explanation, made = told(home, CAR), plan(home)
        energy = sum(made.power_w[CAR]) / 4000
        slots = sorted(home.import_price)[: int(energy / 0.575) + 1]
        whole, rest = slots[:-1], energy - 0.575 * (len(slots) - 1)
        cheapest = 0.575 * sum(whole) + rest * slots[-1]
        assert explanation.cost_best == pytest.approx(cheapest, abs=1e-3)

    def test_of_a_freezer_it_keeps_the_bounds(self) -> None:
        capped = freezer(caps=((Interval(at(8, 30), at(14, 30)), 0.0),))
        explanation = told(problem(capped), FREEZER)
        assert explanation.cost_best is not None
        assert explanation.cost_planned is not None
        assert explanation.cost_best < explanation.cost_planned

    def test_of_a_demand_it_is_what_it_gets_for_its_time_is_its_own(self) -> None:
        explanation = told(problem(hvac()), HVAC)
        assert explanation.cost_best == explanation.cost_planned

    @pytest.mark.parametrize("make", [plan, greedy])
    def test_it_is_never_above_what_is_planned_or_would_be_now(self, make: object) -> None:
        for explanation in make(demo_home()).explanations:  # type: ignore[operator]
            assert explanation.cost_best <= min(explanation.cost_planned, explanation.cost_now) + 1e-9


class TestChange:
    def test_a_later_deadline_saves_what_a_plan_with_it_saves(self) -> None:
        tight = told(problem(machine(ready_by=at(5, 30))), WASHER)
        assert tight.saving_if_changed is not None
        free = told(problem(machine()), WASHER)
        assert tight.cost_planned == pytest.approx((free.cost_planned or 0.0) + tight.saving_if_changed)

    def test_a_limit_in_the_way_says_how_much_would_be_enough(self) -> None:
        noon = limit(1000.0, at(9, 30), at(13, 30))
        explanation = told(problem(machine(), limits=(noon,)), WASHER)
        assert explanation.would_change.endswith("2.30 kW would be enough")
        raised = told(problem(machine(), limits=(limit(2300.0, at(9, 30), at(13, 30)),)), WASHER)
        assert explanation.saving_if_changed == pytest.approx(
            (explanation.cost_planned or 0.0) - (raised.cost_planned or 0.0)
        )

    def test_a_cycle_that_no_limit_leaves_room_for_says_what_would_let_it_run(self) -> None:
        explanation = told(problem(machine(), limits=(limit(1500.0),)), WASHER)
        assert explanation.would_change.startswith("a limit of 2.30 kW would let it start at")
        assert told(problem(machine(), limits=(limit(2300.0),)), WASHER).cost_planned is not None

    def test_a_later_departure_of_a_car_has_its_value(self) -> None:
        explanation = told(problem(car(by=at(22))), CAR)
        assert explanation.saving_if_changed is not None
        assert f"{explanation.saving_if_changed:.2f}" in explanation.would_change

    def test_a_car_that_comes_late_says_what_plugging_it_in_would_save(self) -> None:
        prices = (0.1,) * 16 + (0.4,) * 16
        here = Interval(at(20), at(24))
        later = car(wished=24_000.0, by=at(24), available=here, flexibility=LOOSE, end_value_per_wh=0.0)
        explanation = told(problem(later, hours=8, import_price=prices), CAR)
        assert explanation.binding == "it is not there before 20:00 UTC"
        assert explanation.would_change.startswith("plug it in by 16:00 UTC and save 1.33 EUR")

    def test_a_car_that_comes_late_for_nothing_says_nothing(self) -> None:
        later = car(wished=24_000.0, by=at(24), available=Interval(at(20), at(24)), flexibility=LOOSE)
        assert told(problem(later, hours=8, import_price=(0.2,) * 32), CAR).binding == ""

    def test_limits_say_how_little_more_would_help(self) -> None:
        cheap = limit(1000.0, at(8, 30), at(16, 30))
        explanation = told(problem(car(wished=None, flexibility=LOOSE), limits=(cheap,)), CAR)
        assert "500 W more would save" in explanation.would_change

    def test_a_demand_held_by_a_limit_says_what_would_be_enough(self) -> None:
        held = told(problem(hvac(), limits=(limit(500.0, NOW, at(18)),)), HVAC)
        assert held.would_change == "a limit of 900 W would leave it all that it wants"
        capped = hvac(caps=((Interval(NOW, at(18)), 100.0),))
        assert told(problem(capped, limits=(limit(5000.0),)), HVAC).would_change == ""


class TestReasons:
    @pytest.mark.parametrize("make", [plan, greedy])
    def test_codes_and_values_say_what_the_words_say(self, make: object) -> None:
        late = machine(ready_by=at(16.5), running=running(WASHER, COTTON, at(15.9)))
        home = demo_home(devices=(*demo_home().devices[:1], late, car(by=at(17)), hvac()))
        made = make(home)  # type: ignore[operator]
        for explanation in made.explanations:
            assert say_all(home, explanation.reasons) == explanation.text
            assert say(home, explanation.binding_reason) == explanation.binding
            assert say(home, explanation.would_change_reason) == explanation.would_change
        for miss in made.misses:
            assert say(home, miss.reason) == miss.cause


class TestChanges:
    def test_a_storage_that_moves_for_a_price_tells_the_gain(self) -> None:
        wanted = car(flexibility=LOOSE, by=at(6, 30), end_value_per_wh=0.0)
        before = plan(problem(wanted, import_price=(0.1,) * 24 + (0.3,) * 72))
        (change,) = plan(problem(wanted, previous=before, trigger="a new tariff")).changes
        assert "that saves" in change
        assert change.endswith("(a new tariff).")

    def test_a_storage_whose_old_times_are_gone_says_so(self) -> None:
        wanted = car(flexibility=LOOSE, by=at(6, 30), end_value_per_wh=0.0)
        before = plan(problem(wanted))
        gone = replace(wanted, available=Interval(NOW, at(1, 30)))
        assert "absent or held off" in " ".join(plan(problem(gone, previous=before)).changes)
        night = limit(1000.0, at(0, 30), at(6, 30))
        assert "leaves no room at its old times" in " ".join(
            plan(problem(wanted, previous=before, limits=(night,))).changes
        )

    def test_a_storage_that_needs_more_says_that_its_old_times_fall_short(self) -> None:
        before = plan(problem(car(flexibility=LOOSE, wished=24_000.0, by=at(6, 30), end_value_per_wh=0.0)))
        more = car(flexibility=LOOSE, wished=34_000.0, by=at(6, 30), end_value_per_wh=0.0)
        assert "no longer reach what is asked" in " ".join(plan(problem(more, previous=before)).changes)

    def test_misses_that_come_and_go_are_told_once_with_their_cause(self) -> None:
        easy, hard = problem(car(by=at(6, 30))), problem(car(by=at(17)))
        came = plan(replace(hard, previous=plan(easy), trigger="a wish")).changes
        assert any("Car now misses" in change and "even full power" in change for change in came)
        went = plan(replace(easy, previous=plan(hard))).changes
        assert any("Car no longer misses" in change for change in went)
        assert not any("misses" in change for change in plan(replace(hard, previous=plan(hard))).changes)

    def test_limits_that_are_broken_and_kept_again_are_told(self) -> None:
        free, bound = problem(), problem(limits=(limit(200.0, NOW, at(18)),))
        (came,) = plan(replace(bound, previous=plan(free))).changes
        assert came.startswith("A limit is now exceeded by 0.20 kWh: 16:00 UTC to 18:00 UTC")
        (went,) = plan(replace(free, previous=plan(bound))).changes
        assert went == "No limit is exceeded any more; it was 0.20 kWh."

    def test_a_cycle_missed_as_soon_as_it_is_wished_is_told_and_so_is_one_that_may_wait(self) -> None:
        before = plan(problem(machine(earliest=None)))
        (came,) = plan(problem(machine(), previous=before, limits=(limit(1500.0),))).changes
        assert came.startswith("Washer can no longer be started: no start leaves Cotton below")
        missed = plan(problem(machine(), limits=(limit(1500.0),)))
        waits = problem(machine(earliest=at(18, 30), ready_by=at(20, 31)), previous=missed)
        assert plan(waits).changes == ("Washer may wait, and is not missed.",)

    def test_a_device_that_is_gone_is_not_mentioned(self) -> None:
        before = plan(problem(car(by=at(17))))
        assert plan(problem(freezer(), previous=before)).changes == ()


def test_the_bill_is_what_costs_are_told_in() -> None:
    """CO2 steers, and is not on the bill."""
    home = problem(machine(), co2_g_per_kwh=(500.0,) * 96, co2_price_per_kg=0.2)
    explanation, made = told(home, WASHER), plan(home)
    assert explanation.cost_planned == pytest.approx(bill_of(home).added((300.0,) * 96, made.power_w[WASHER]))


def test_a_freezer_whose_level_at_the_end_has_no_cheaper_way_is_priced_as_planned() -> None:
    hopeless = replace(FREEZING, drift_per_h=3.0)
    explanation = told(problem(freezer(flexibility=hopeless)), FREEZER)
    assert explanation.cost_best is not None
