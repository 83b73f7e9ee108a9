"""Cars that go and come back: each departure with its level, power only at the plug, by hand."""

from dataclasses import replace
from typing import Any

import pytest

from drrouter.domain.flexibility import Discharge
from drrouter.domain.interval import Interval
from drrouter.domain.plan import MissKind
from drrouter.domain.wish import LevelWish, PlugIn
from drrouter.planner import DeviceInput, Prices, Problem, greedy, plan, verify
from drrouter.planner.repair import held, repair
from drrouter.planner.storage_task import storage_task
from drrouter.planner.trips import always_here, hours_here, trips_used
from tests.unit.planner.homes import CAR, CHARGING, NOW, at, car, freezer, hvac, limit, machine, problem

SMOOTH = replace(CHARGING, min_power_w=0.0, level_per_wh=1.0)
"""2.3 kW, any power below, and without losses, for round numbers."""

GOES = at(18)
COMES = at(20)
MAKERS = pytest.mark.parametrize("make", [plan, greedy])


def commuter(used: float = 4000.0, **changes: Any) -> DeviceInput:
    """A car that is here for two hours, away for two, and here again for two."""
    periods = (PlugIn(Interval(NOW, GOES)), PlugIn(Interval(COMES, at(22)), used))
    settings = {"flexibility": SMOOTH, "wished": None, "level": 10_000.0, "end_value_per_wh": 0.0}
    return car(**{**settings, "periods": periods, **changes})


def home(*devices: DeviceInput, dear: float = 0.4, **changes: Any) -> Problem:
    """Six hours: 0.20 EUR/kWh at first, dear while the car is away, 0.10 EUR/kWh afterwards."""
    prices = (0.2,) * 8 + (dear,) * 8 + (0.1,) * 8
    settings = {"hours": 6.0, "import_price": prices, "export_price": (0.0,) * 24, "base_load_w": (0.0,) * 24}
    return problem(*devices, **{**settings, **changes})


def kwh(made: Any, first: int, behind: int) -> float:
    return float(sum(made.power_w[CAR][first:behind]) / 4000)


@MAKERS
def test_each_departure_has_its_level(make: Any) -> None:
    """3 kWh by the first departure; the trip uses 4, and 12 by the second ask for 3 kWh more."""
    wishes = (LevelWish(CAR, 13_000.0, GOES), LevelWish(CAR, 12_000.0, at(22)))
    asked = home(commuter(wishes=wishes))
    made = make(asked)
    assert verify(made, asked) == ()
    assert made.misses == ()
    assert (kwh(made, 0, 8), kwh(made, 8, 16), kwh(made, 16, 24)) == pytest.approx((3.0, 0.0, 3.0), abs=1e-3)
    assert made.level[CAR][7] == pytest.approx(13_000.0, abs=1)
    assert made.level[CAR][15] == pytest.approx(13_000.0, abs=1)
    assert made.level[CAR][23] == pytest.approx(12_000.0, abs=1)


@MAKERS
def test_what_the_second_departure_needs_comes_when_it_is_cheaper(make: Any) -> None:
    """Only what does not fit in behind the trip is bought before it: 6.4 kWh wanted, 4.6 fit."""
    wishes = (LevelWish(CAR, 12_400.0, at(22)),)
    asked = home(commuter(wishes=wishes))
    made = make(asked)
    assert verify(made, asked) == ()
    assert (kwh(made, 0, 8), kwh(made, 16, 24)) == pytest.approx((1.8, 4.6), abs=1e-3)


@MAKERS
def test_the_trip_itself_is_wished_by_its_departure(make: Any) -> None:
    """The car stands at 1 kWh, may not fall below 0, and the trip needs 4."""
    asked = home(commuter(level=1000.0))
    made = make(asked)
    assert verify(made, asked) == ()
    assert kwh(made, 0, 8) == pytest.approx(3.0, abs=1e-3)
    assert made.level[CAR][-1] == pytest.approx(0.0, abs=1)


@MAKERS
def test_a_trip_that_needs_more_than_can_be_had_is_missed_at_departure_and_once(make: Any) -> None:
    """4.6 kWh fit in before it, and it needs 8."""
    asked = home(commuter(used=8000.0, level=0.0))
    made = make(asked)
    assert verify(made, asked) == ()
    assert [(miss.kind, round(miss.amount, 2)) for miss in made.misses] == [(MissKind.LEVEL, 3.4)]
    assert "even full power until" in made.misses[0].cause


@MAKERS
def test_for_no_trip_a_limit_is_broken(make: Any) -> None:
    asked = home(commuter(used=8000.0, level=0.0), limits=(limit(1000.0),))
    made = make(asked)
    assert verify(made, asked) == ()
    assert {miss.kind for miss in made.misses} == {MissKind.LEVEL}
    assert max(made.grid_w) <= 1000.1


@MAKERS
def test_a_lent_car_gives_only_at_its_plug_and_keeps_what_its_trip_needs(make: Any) -> None:
    """Of 10 kWh it keeps 4; 2 kW for two hours leave 6, which give 2 kWh after the trip."""
    lent = replace(SMOOTH, discharge=Discharge(2000.0, 1.0))
    asked = home(
        commuter(flexibility=lent, may_discharge=True, level=9000.0),
        import_price=(0.3,) * 24,
        base_load_w=(3000.0,) * 24,
    )
    made = make(asked)
    assert verify(made, asked) == ()
    assert kwh(made, 8, 16) == 0.0
    assert kwh(made, 0, 24) == pytest.approx(-5.0, abs=1e-2)
    assert made.level[CAR][7] >= 4000.0 - 1


@MAKERS
@pytest.mark.parametrize("per_kwh", [2.0, 0.0])
def test_what_a_trip_lacked_is_no_charge_to_give(make: Any, per_kwh: float) -> None:
    """1 kWh and 4.6 more make 5.6; the trip uses 8, so it comes back empty, whatever that is said to cost."""
    lent = replace(SMOOTH, discharge=Discharge(2000.0, 1.0))
    asked = home(
        commuter(used=8000.0, flexibility=lent, may_discharge=True, level=1000.0),
        import_price=(0.3,) * 24,
        base_load_w=(3000.0,) * 24,
        prices=Prices(level_per_kwh=per_kwh),
    )
    made = make(asked)
    assert verify(made, asked) == ()
    assert kwh(made, 16, 24) >= -1e-3
    assert MissKind.COMFORT not in {miss.kind for miss in made.misses}


@MAKERS
def test_a_lent_car_that_is_away_now_gives_what_its_trip_leaves(make: Any) -> None:
    lent = replace(SMOOTH, discharge=Discharge(2000.0, 1.0))
    for used, given in ((1500.0, 0.5), (5000.0, 0.0)):
        away = commuter(
            periods=(PlugIn(Interval(at(17), at(22)), used),),
            flexibility=lent,
            may_discharge=True,
            level=2000.0,
        )
        asked = home(away, import_price=(0.3,) * 24, base_load_w=(3000.0,) * 24)
        made = make(asked)
        assert verify(made, asked) == ()
        assert kwh(made, 0, 24) == pytest.approx(-given, abs=1e-2)


@MAKERS
@pytest.mark.parametrize("changes", [{"taken": (50.0,) * 24}, {}])
def test_what_is_drawn_from_or_cycles_by_itself_keeps_its_bounds_trip_or_not(make: Any, changes: Any) -> None:
    cycling = replace(SMOOTH, duty=not changes)
    asked = home(commuter(used=11_000.0, flexibility=cycling, **changes))
    made = make(asked)
    assert verify(made, asked) == ()
    assert made.level[CAR][-1] >= -1.0


def test_a_car_that_is_away_now_comes_with_less() -> None:
    away = commuter(periods=(PlugIn(Interval(at(17), at(22)), 2500.0),))
    made = plan(home(away))
    assert made.level[CAR][3:5] == pytest.approx((10_000.0, 7500.0))
    here = commuter(periods=(PlugIn(Interval(NOW, at(22)), 2500.0),))
    assert plan(home(here)).level[CAR][4] == pytest.approx(10_000.0)


def test_without_periods_a_device_is_there_as_before() -> None:
    span = Interval(NOW, at(18))
    assert trips_used(home(), car()) == ()
    assert hours_here(car(), span) == 2.0
    assert hours_here(car(available=Interval(at(17), at(20))), span) == 1.0
    assert hours_here(car(available=Interval(at(19), at(20))), span) == 0.0
    assert hours_here(commuter(available=Interval(at(17), at(21))), Interval(NOW, at(22))) == 2.0


def test_a_device_that_is_always_here_makes_the_same_trips() -> None:
    asked = home(commuter(taken=(100.0,) * 24))
    moved = always_here(asked, asked.devices[0])
    assert moved.periods == ()
    assert moved.taken[15:18] == (100.0, 16_100.0, 100.0)
    assert always_here(asked, car()).taken == ()


def test_both_the_old_word_and_the_new_one_must_hold() -> None:
    asked = home(commuter(available=Interval(NOW, at(21)), wishes=(LevelWish(CAR, 30_000.0, at(22)),)))
    made = plan(asked)
    assert verify(made, asked) == ()
    assert kwh(made, 16, 20) == pytest.approx(2.3, abs=1e-3)
    assert kwh(made, 20, 24) == 0.0


def test_a_wish_behind_the_horizon_counts_the_hours_at_the_plug_until_then() -> None:
    """Back from 23 to 24 o'clock it can still take 2.3 kWh of the 4.3 wished."""
    periods = (PlugIn(Interval(NOW, at(18))), PlugIn(Interval(at(23), at(24))))
    wished = commuter(periods=periods, wishes=(LevelWish(CAR, 14_300.0, at(24)),))
    asked = home(wished)
    task = storage_task(asked, asked.devices[0], 0.0)
    assert task is not None
    assert task.goals[0].stored_kwh == pytest.approx(2.0)
    made = plan(asked)
    assert verify(made, asked) == ()
    assert kwh(made, 0, 8) == pytest.approx(2.0, abs=1e-3)


def test_a_switch_is_on_or_off_at_its_plug_alone_after_an_event_too() -> None:
    wishes = (LevelWish(CAR, 12_000.0, GOES), LevelWish(CAR, 11_000.0, at(22)))
    asked = home(commuter(flexibility=CHARGING, wishes=wishes))
    before = plan(asked)
    assert verify(before, asked) == ()
    assert kwh(before, 8, 16) == 0.0
    struck = replace(asked, limits=(limit(1000.0, NOW, at(17)),), previous=before)
    for made in (repair(struck), held(struck)):
        assert made is not None
        assert verify(made, struck) == ()


def test_a_trip_is_told() -> None:
    told = plan(home(commuter(level=1000.0))).explanation_of(CAR)
    assert told is not None
    assert told.text.endswith("It comes back at 20:00 UTC; the trip has used 4.00 kWh by then.")
    lent = replace(SMOOTH, discharge=Discharge(2000.0, 1.0), unit="%")
    gives = plan(home(commuter(flexibility=lent, may_discharge=True))).explanation_of(CAR)
    assert gives is not None
    assert gives.text.endswith("It comes back at 20:00 UTC; the trip has used 4000.00 % by then.")


def test_a_plan_that_charges_a_car_that_is_away_is_found_out() -> None:
    asked = home(commuter())
    made = plan(asked)
    wrong = replace(made, power_w={CAR: (0.0,) * 10 + (500.0,) + (0.0,) * 13})
    assert any("draws 500.0 W of at most 0.0 W" in sentence for sentence in verify(wrong, asked))
    forgotten = replace(made, level={CAR: (10_000.0,) * 24})
    assert any("the level is 6000, the plan says 1e+04" in text for text in verify(forgotten, asked))


def test_a_plan_that_gives_what_a_trip_has_used_is_found_out() -> None:
    lent = replace(SMOOTH, discharge=Discharge(2000.0, 1.0))
    asked = home(commuter(flexibility=lent, may_discharge=True, level=5000.0))
    wrong = replace(plan(asked), power_w={CAR: (0.0,) * 16 + (-2000.0,) * 4 + (0.0,) * 4})
    assert any("gives 2000.0 W that no trip has left in it" in text for text in verify(wrong, asked))


def test_periods_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="does not fill"):
        PlugIn(Interval(NOW, GOES), -1.0)
    overlapping = (PlugIn(Interval(NOW, GOES)), PlugIn(Interval(at(17), COMES)))
    with pytest.raises(ValueError, match="overlap"):
        home(commuter(periods=overlapping))
    one = (PlugIn(Interval(NOW, GOES), 1.0),)
    for device in (machine(periods=one), hvac(periods=one), freezer(periods=one)):
        with pytest.raises(ValueError, match="no store"):
            home(device)
    assert home(freezer(periods=(PlugIn(Interval(NOW, GOES)),))).devices


def test_a_leaking_battery_that_has_less_to_give_after_a_trip_is_charged_no_further_than_full() -> None:
    """The model lets it give what has leaked away after the trip; what it cannot give leaves less room."""
    leaking = replace(
        SMOOTH,
        level_min=500.0,
        level_max=6000.0,
        drift_per_h=-5.0,
        max_power_w=6000.0,
        discharge=Discharge(3000.0, 1.25),
    )
    lent = commuter(1000.0, flexibility=leaking, level=3000.0, may_discharge=True, end_value_per_wh=1e-4)
    asked = home(
        replace(lent, periods=(PlugIn(Interval(NOW, GOES)), PlugIn(Interval(COMES, at(24)), 1000.0))),
        base_load_w=(1200.0,) * 24,
        import_price=(0.3,) * 18 + (0.001,) * 6,
    )
    made, by_hand = plan(asked), greedy(asked)
    assert made.misses == ()
    assert max(made.level[CAR]) <= leaking.level_max + 0.1
    assert made.objective is not None
    assert by_hand.objective is not None
    assert made.objective <= by_hand.objective + 0.01
