"""Batteries by hand-computed numbers: when they take, when they give, and what keeps them from it."""

from dataclasses import replace
from typing import Any

import pytest

from drrouter.domain.flexibility import Discharge, StorageFlexibility
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit
from drrouter.domain.plan import MissKind, Plan, SolveRung
from drrouter.domain.wish import LevelWish
from drrouter.planner import DeviceInput, Effort, Problem, greedy, plan, verify
from tests.unit.planner.homes import (
    BATTERY,
    CAR,
    CHARGING,
    FREEZING,
    NOW,
    STORING,
    at,
    battery,
    car,
    limit,
    problem,
)

EVENING = Interval(NOW, at(18))


def home(*devices: DeviceInput, **changes: Any) -> Problem:
    """Two hours in quarters: the first hour cheap, the second dear, 1000 W of load, nothing sold."""
    settings: dict[str, Any] = {
        "hours": 2.0,
        "import_price": (0.10,) * 4 + (0.40,) * 4,
        "export_price": (0.05,) * 8,
        "base_load_w": (1000.0,) * 8,
    }
    return problem(*devices, **{**settings, **changes})


def empty(**changes: Any) -> DeviceInput:
    """A battery at its lower bound, whose energy is worth nothing at the end."""
    return battery(**{"level": 500.0, "end_value_per_wh": 0.0, **changes})


def giving(**changes: Any) -> StorageFlexibility:
    """The usual battery with another discharge."""
    return replace(STORING, discharge=replace(Discharge(3000.0, 1.25), **changes))


def checked(asked: Problem) -> Plan:
    """The plan, once it and the greedy one are executable and no worse than each other allows."""
    made, by_hand = plan(asked), greedy(asked)
    assert verify(made, asked) == ()
    assert verify(by_hand, asked) == ()
    assert made.objective is not None
    assert by_hand.objective is not None
    assert made.objective <= by_hand.objective + 1e-4  # the gap that is always granted
    return made


def energy_kwh(made: Plan, sign: float = 1.0) -> float:
    """What the battery takes (1) or gives (-1), in kWh."""
    pairs = zip(made.slots, made.power_w[BATTERY], strict=True)
    return sum(slot.hours * max(0.0, sign * watts) / 1000 for slot, watts in pairs)


class TestTrading:
    def test_it_takes_the_cheap_hour_and_gives_the_dear_one_what_the_home_needs(self) -> None:
        made = checked(home(empty()))
        assert energy_kwh(made, -1) == pytest.approx(1.0, abs=1e-3)
        assert energy_kwh(made) == pytest.approx(1.25 / 0.9, abs=1e-3)
        assert made.grid_w[4:] == pytest.approx((0.0,) * 4, abs=0.1)
        assert made.cost.money == pytest.approx((1 + 1.25 / 0.9) * 0.10, abs=1e-3)

    def test_a_price_gap_below_its_losses_moves_nothing(self) -> None:
        made = checked(home(empty(), import_price=(0.30,) * 4 + (0.40,) * 4))
        assert made.power_w[BATTERY] == (0.0,) * 8

    def test_wear_widens_the_gap_that_it_needs(self) -> None:
        assert checked(home(empty(flexibility=giving(wear_per_kwh=0.27)))).power_w[BATTERY] == (0.0,) * 8
        made = checked(home(empty(flexibility=giving(wear_per_kwh=0.25))))
        assert made.cost.wear_cost == pytest.approx(0.25, abs=1e-3)
        assert made.cost.money == pytest.approx((1 + 1.25 / 0.9) * 0.10, abs=1e-3)

    def test_it_gives_first_and_takes_later_where_that_is_cheaper(self) -> None:
        turned = home(battery(level=2000.0, end_value_per_wh=0.0002), import_price=(0.40,) * 4 + (0.10,) * 4)
        made = checked(turned)
        assert energy_kwh(made, -1) == pytest.approx(1.0, abs=1e-3)
        assert made.power_w[BATTERY][4:] == (3000.0,) * 4

    def test_energy_left_at_the_end_is_worth_what_it_can_replace(self) -> None:
        flat = home(battery(end_value_per_wh=0.25 * 0.9 / 1.25 / 1000 + 1e-5), import_price=(0.25,) * 8)
        assert checked(flat).power_w[BATTERY] == (0.0,) * 8
        told = home(battery(end_value_per_wh=0.0), import_price=(0.25,) * 8)
        assert energy_kwh(checked(told), -1) == pytest.approx(2.0, abs=1e-3)


class TestConsent:
    def test_without_consent_nothing_is_given(self) -> None:
        made = checked(home(battery(may_discharge=False)))
        assert min(made.power_w[BATTERY]) == 0.0

    def test_a_car_that_is_away_or_switched_off_gives_nothing(self) -> None:
        lent = battery(end_value_per_wh=0.0, available=Interval(NOW, at(17)))
        assert checked(home(lent)).power_w[BATTERY][4:] == (0.0,) * 4
        off = battery(end_value_per_wh=0.0, caps=((Interval(NOW, at(17.5)), 0.0),))
        assert checked(home(off)).power_w[BATTERY][:6] == (0.0,) * 6

    def test_under_a_floor_it_takes_and_does_not_give(self) -> None:
        told = battery(end_value_per_wh=0.0, floors=((Interval(at(17), at(18)), 400.0),))
        assert checked(home(told)).power_w[BATTERY][4:] == pytest.approx((400.0,) * 4)


class TestLevels:
    def test_the_reserve_is_never_given(self) -> None:
        reserve = battery(flexibility=replace(STORING, level_min=4500.0), end_value_per_wh=0.0)
        made = checked(home(reserve, import_price=(0.4,) * 8))
        assert energy_kwh(made, -1) == pytest.approx(0.4, abs=1e-3)
        assert min(made.level[BATTERY]) == pytest.approx(4500.0, abs=0.1)

    def test_a_wished_level_is_kept_for_its_instant(self) -> None:
        wishes = (LevelWish(BATTERY, 5000.0, at(18)),)
        made = checked(home(battery(wishes=wishes, end_value_per_wh=0.0), import_price=(0.4,) * 8))
        assert made.power_w[BATTERY] == (0.0,) * 8
        assert made.misses == ()

    def test_below_its_lower_bound_it_charges_as_fast_as_it_can(self) -> None:
        made = checked(home(battery(level=0.0, flexibility=replace(STORING, level_min=1350.0))))
        assert made.power_w[BATTERY][:2] == pytest.approx((3000.0,) * 2, abs=0.1)
        assert [miss.kind for miss in made.misses] == [MissKind.COMFORT]

    def test_above_its_upper_bound_it_may_stay_or_give_and_never_takes(self) -> None:
        made = checked(home(battery(level=10_100.0, end_value_per_wh=0.0004)))
        assert max(made.power_w[BATTERY]) == 0.0
        assert made.level[BATTERY][0] == pytest.approx(10_000.0, abs=0.5), "comfort is worth more than energy"

    def test_what_holds_it_at_its_lower_bound_counts_however_little_it_is(self) -> None:
        leaking = replace(STORING, drift_per_h=-0.03)
        falling = tuple(0.5 - 0.005 * k for k in range(96))
        made = checked(problem(empty(flexibility=leaking), import_price=falling, export_price=(0.0,) * 96))
        assert min(made.level[BATTERY]) == pytest.approx(500.0, abs=0.03), "0.7 Wh leak away in a day"
        assert made.bound is not None
        assert made.objective is not None
        assert made.bound <= made.objective + 1e-4

    def test_an_unknown_level_is_empty(self) -> None:
        assert energy_kwh(checked(home(battery(level=None, may_discharge=True))), -1) <= 1.0 + 1e-3


SUNNY: dict[str, Any] = {"base_load_w": (-500.0,) * 4 + (1000.0,) * 4, "export_price": (0.35,) * 8}


class TestExport:
    def test_its_energy_stays_at_home_unless_it_may_leave(self) -> None:
        made = checked(home(battery(end_value_per_wh=0.0), **SUNNY))
        assert made.grid_w[4:] == pytest.approx((0.0,) * 4, abs=0.1)
        assert max(made.power_w[BATTERY][:4]) <= 0.1
        assert min(made.grid_w[:4]) == pytest.approx(-500.0, abs=0.1)

    def test_it_sells_what_may_leave_and_earns(self) -> None:
        seller = battery(flexibility=giving(may_export=True), end_value_per_wh=0.0)
        made = checked(home(seller, **{**SUNNY, "import_price": (0.4,) * 8}))
        assert energy_kwh(made, -1) == pytest.approx(4.5 / 1.25, abs=1e-3)
        assert made.cost.export_revenue == pytest.approx(0.35 * (0.5 + 4.5 / 1.25 - 1.0), abs=1e-2)

    def test_one_that_may_export_and_one_that_may_not_stand_side_by_side(self) -> None:
        seller = replace(battery(flexibility=giving(may_export=True), end_value_per_wh=0.0), id=CAR)
        made = checked(home(seller, battery(end_value_per_wh=0.0), export_price=(0.5,) * 8))
        sold = [max(0.0, -watts) for watts in made.grid_w]
        assert all(
            watts <= max(0.0, -given) + 0.1 for watts, given in zip(sold, made.power_w[CAR], strict=True)
        )

    def test_selling_dearer_than_buying_makes_no_loop(self) -> None:
        seller = battery(flexibility=giving(may_export=True), end_value_per_wh=0.0)
        made = checked(home(seller, import_price=(0.1,) * 8, export_price=(0.5,) * 8))
        assert energy_kwh(made, -1) <= 4.5 / 1.25 + energy_kwh(made) * 0.9 / 1.25 + 1e-3

    def test_what_may_not_leave_the_home_does_not_leave_it_through_another_battery(self) -> None:
        lent = replace(battery(500.0, giving(may_export=True), end_value_per_wh=0.0), id=CAR)
        full = battery(10_000.0, end_value_per_wh=0.0)
        made = checked(home(full, lent, export_price=(0.9,) * 8, base_load_w=(0.0,) * 8))
        assert made.solve_rung is SolveRung.OPTIMAL, "a plan that breaks no rule"
        assert made.objective == pytest.approx(-2.025)


class TestNegativePrices:
    def test_energy_is_not_burnt_by_taking_and_giving_at_once(self) -> None:
        tired = battery(level=9000.0, flexibility=giving(wear_per_kwh=0.1))
        made = checked(home(tired, import_price=(-0.2,) * 8, export_price=(-0.25,) * 8))
        assert energy_kwh(made) == pytest.approx(1.0 / 0.9, abs=1e-3), "full is full"
        assert energy_kwh(made, -1) == 0.0

    def test_room_is_made_for_a_negative_price_by_giving_not_by_burning(self) -> None:
        full = battery(level=10_000.0, flexibility=giving(wear_per_kwh=0.1), end_value_per_wh=0.0)
        made = checked(home(full, import_price=(0.3,) * 4 + (-0.2,) * 4, export_price=(-0.25,) * 8))
        assert made.power_w[BATTERY][:4] == pytest.approx((-1000.0,) * 4, abs=0.1)
        assert energy_kwh(made) == pytest.approx(1.25 / 0.9, abs=2e-3)


class TestSteps:
    def test_it_gives_at_least_its_least_power_or_nothing(self) -> None:
        coarse = empty(level=5000.0, flexibility=giving(min_power_w=1500.0))
        made = checked(home(coarse))
        assert made.power_w[BATTERY] == (0.0,) * 8, "the home needs 1000 W, and the grid may have none"
        made = checked(home(coarse, base_load_w=(1600.0,) * 8, import_price=(0.4,) * 8))
        assert all(watts <= -1500.0 + 0.1 or watts == 0.0 for watts in made.power_w[BATTERY])
        assert energy_kwh(made, -1) > 3.0

    def test_a_least_power_is_not_evaded_by_giving_at_the_same_time(self) -> None:
        stepped = battery(
            flexibility=replace(STORING, min_power_w=1000.0), end_value_per_wh=0.0003, sun_only=True
        )
        sunny = home(stepped, base_load_w=(-600.0,) * 8)
        assert max(checked(sunny).power_w[BATTERY]) <= 0.0

    def test_what_tops_a_leaking_battery_up_to_full_is_not_undone_by_giving_before(self) -> None:
        leaking = replace(STORING, min_power_w=1500.0, drift_per_h=-5.0)
        prices = (0.1,) * 2 + (0.5,) * 2 + (0.1,) * 4
        full = home(battery(9990.0, leaking, end_value_per_wh=0.0003), import_price=prices)
        assert verify(greedy(full), full) == ()

    def test_a_floor_in_a_part_of_the_slot_does_not_make_it_run_for_all_of_it(self) -> None:
        coarse, floors = replace(STORING, min_power_w=2400.0), ((Interval(NOW, at(16 + 1 / 60)), 1500.0),)
        made = checked(home(empty(flexibility=coarse, floors=floors), import_price=(0.4,) * 8))
        assert made.power_w[BATTERY][0] == pytest.approx(2400.0 / 15), "a minute of 2400 W"
        assert made.bound is not None
        assert made.objective is not None
        assert made.bound <= made.objective + 1e-6


class TestSunOnly:
    def test_a_car_on_sun_takes_the_surplus_alone(self) -> None:
        smooth = replace(CHARGING, min_power_w=0.0)
        asked = home(car(flexibility=smooth, sun_only=True), base_load_w=(-800.0,) * 3 + (500.0,) * 5)
        made = checked(asked)
        assert made.power_w[CAR] == pytest.approx((800.0,) * 3 + (0.0,) * 5, abs=0.1)

    def test_its_owner_may_still_switch_it_on(self) -> None:
        told = car(sun_only=True, floors=((Interval(NOW, at(17)), 2300.0),))
        assert checked(home(told)).power_w[CAR][:4] == pytest.approx((2300.0,) * 4)

    def test_safety_stands_above_it(self) -> None:
        low = battery(level=0.0, sun_only=True)
        assert checked(home(low)).power_w[BATTERY][0] > 0

    def test_what_another_battery_gives_is_no_sun(self) -> None:
        coarse = battery(flexibility=giving(min_power_w=1500.0, may_export=True), end_value_per_wh=0.0)
        car_on_sun = car(flexibility=replace(CHARGING, min_power_w=0.0), sun_only=True)
        asked = home(coarse, car_on_sun, import_price=(0.4,) * 8, export_price=(0.02,) * 8)
        assert min(checked(asked).power_w[BATTERY]) <= -1500.0 + 0.1, "500 W more than the home needs"
        assert greedy(asked).power_w[CAR] == (0.0,) * 8


class TestLimits:
    def test_it_keeps_a_limit_that_the_home_alone_would_break(self) -> None:
        asked = home(battery(), limits=(limit(400.0, at(17), at(18)),))
        made = checked(asked)
        assert made.misses == ()
        assert made.power_w[BATTERY][4:] == pytest.approx(made.power_w[BATTERY][4:])
        assert max(made.grid_w[4:]) <= 400.1

    def test_what_it_gives_makes_room_for_a_car(self) -> None:
        wish = car(level=39_000.0, wished=40_000.0, by=at(18), flexibility=replace(CHARGING, min_power_w=0.0))
        made = checked(home(battery(), wish, limits=(Limit(EVENING, 1200.0),), prices=problem().prices))
        assert made.misses == ()
        assert max(made.grid_w) <= 1200.1

    def test_far_slots_have_mean_powers(self) -> None:
        coarse = empty(level=5000.0, flexibility=giving(min_power_w=1500.0))
        far = replace(home(coarse), effort=Effort(near=EVENING.duration / 2))
        made = checked(far)
        assert made.power_w[BATTERY][4:] == pytest.approx((-1000.0,) * 4, abs=0.1)


class TestWords:
    def test_it_says_what_it_takes_gives_and_saves(self) -> None:
        text = checked(home(empty())).explanation_of(BATTERY)
        assert text is not None
        assert text.text == (
            "Battery takes 1.39 kWh and gives 1.00 kWh back between 17:00 UTC and 18:00 UTC; "
            "that saves 0.26 EUR in the planned hours."
        )

    def test_it_says_that_nothing_pays_and_what_it_misses(self) -> None:
        idle = checked(home(empty(), import_price=(0.30,) * 8)).explanation_of(BATTERY)
        assert idle is not None
        assert "no price gap pays" in idle.text
        asked = empty(wishes=(LevelWish(BATTERY, 9000.0, at(17)),))
        short = checked(home(asked)).explanation_of(BATTERY)
        assert short is not None
        assert "It misses 5.80 kWh" in short.text


class TestVerify:
    """The checks know the rules alone, so each is shown a plan that breaks one."""

    def broken(self, asked: Problem, power_w: tuple[float, ...]) -> str:
        made = plan(asked)
        return " ".join(verify(replace(made, power_w={**made.power_w, BATTERY: power_w}), asked))

    def test_giving_without_consent_is_seen(self) -> None:
        asked = home(battery(may_discharge=False))
        assert "may not give" in self.broken(asked, (-100.0,) + (0.0,) * 7)

    def test_giving_too_much_or_too_little_is_seen(self) -> None:
        asked = home(battery(flexibility=giving(min_power_w=500.0)))
        assert "of at most 3000.0 W" in self.broken(asked, (-3100.0,) + (0.0,) * 7)
        assert "at least 500.0 W when it gives" in self.broken(asked, (-100.0,) + (0.0,) * 7)

    def test_exported_stored_energy_is_seen(self) -> None:
        asked = home(battery())
        made = plan(asked)
        power_w, grid_w = (-1500.0,) + (0.0,) * 7, (-500.0,) + (1000.0,) * 7
        wrong = replace(made, power_w={BATTERY: power_w}, grid_w=grid_w)
        assert "may not leave the home" in " ".join(verify(wrong, asked))

    def test_imports_for_what_charges_on_sun_are_seen(self) -> None:
        asked = home(battery(sun_only=True))
        assert "may charge on sun only" in self.broken(asked, (500.0,) + (0.0,) * 7)
        unknown = home(battery(level=None, sun_only=True))
        assert "may charge on sun only" in self.broken(unknown, (500.0,) + (0.0,) * 7)

    def test_a_freezer_needs_its_power_whatever_the_sun_does(self) -> None:
        still = replace(FREEZING, drift_per_h=0.0)
        cold = DeviceInput(BATTERY, "Freezer", still, level=-14.0, sun_only=True)
        assert verify(plan(home(cold)), home(cold)) == ()
        drifting = replace(cold, flexibility=FREEZING, level=-18.0)
        assert verify(plan(home(drifting)), home(drifting)) == ()


class TestDischarge:
    @pytest.mark.parametrize(
        "wrong",
        [{"min_power_w": 4000.0}, {"level_per_wh": 0.0}, {"wear_per_kwh": -0.1}, {"max_power_w": -1.0}],
    )
    def test_what_no_battery_can_do_is_refused(self, wrong: dict[str, float]) -> None:
        with pytest.raises(ValueError, match="discharge needs"):
            giving(**wrong)

    def test_more_than_was_put_in_never_comes_back(self) -> None:
        with pytest.raises(ValueError, match="at most what was put in"):
            giving(level_per_wh=0.8)
        with pytest.raises(ValueError, match="at most what was put in"):
            replace(FREEZING, discharge=Discharge(100.0, 1.0))

    def test_a_level_falls_by_more_than_is_delivered(self) -> None:
        assert STORING.level_after(5000.0, -1000.0, EVENING.duration) == 5000.0 - 2500.0
        assert STORING.level_after(5000.0, 1000.0, EVENING.duration) == 5000.0 + 1800.0
