"""Always a plan, and what it cannot do is named: homes that contradict themselves, and absurd ones."""

from dataclasses import replace
from datetime import timedelta

import pytest

from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit
from drrouter.domain.plan import MissKind, Plan
from drrouter.domain.wish import LevelWish
from drrouter.planner import Problem, greedy, grid_slots, plan, verify
from drrouter.planner.repair import held, repair
from tests.unit.planner.homes import (
    CAR,
    COTTON,
    DISHWASHER,
    ECO,
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
    running,
)

HOUR = timedelta(hours=1)
HOPELESS = problem(
    machine(ready_by=at(17, 29)),
    machine(DISHWASHER, ECO, ready_by=at(18, 29)),
    car(level=0.0, wished=40_000.0, by=at(19, 29)),
    limits=(limit(2500.0),),
)
ABSURD: dict[str, Problem] = {
    "a base load above the limit": demo_home(base_load_w=(9000.0,) * 96),
    "three wishes that contradict each other": HOPELESS,
    "a limit of nothing": demo_home(limits=(limit(0.0),)),
    "a limit below nothing": demo_home(limits=(limit(-500.0),)),
    "prices of a million": demo_home(import_price=(1e6,) * 96),
    "prices of minus a million": demo_home(import_price=(-1e6,) * 96, export_price=(-1e6,) * 96),
    "an empty home": problem(),
    "one slot only": demo_home(slots=grid_slots(NOW, timedelta(minutes=15))),
    "one minute only": demo_home(slots=(Interval(NOW, NOW + timedelta(minutes=1)),)),
    "a freezer that is warm, and off": problem(
        freezer(level=10.0, caps=((Interval(NOW, NOW + 24 * HOUR), 0.0),))
    ),
    "a running cycle under a limit of nothing": problem(
        machine(running=running(WASHER, COTTON, NOW - HOUR / 2), earliest=None), limits=(limit(0.0),)
    ),
}


@pytest.mark.parametrize("home", ABSURD.values(), ids=ABSURD)
def test_there_is_a_plan_that_keeps_every_rule(home: Problem) -> None:
    made = plan(home)
    assert verify(made, home) == ()
    struck = replace(home, limits=(*home.limits, limit(100.0, NOW, NOW + 2 * HOUR)), previous=made)
    mended = repair(struck)
    assert mended is not None
    for one in (mended, held(struck), greedy(struck), plan(struck)):
        assert verify(one, struck) == ()


def missed(made: Plan) -> set[tuple[MissKind, str | None]]:
    return {(miss.kind, miss.device_id) for miss in made.misses}


def test_a_base_load_above_the_limit_is_told_in_kilowatt_hours() -> None:
    made = plan(problem(base_load_w=(3000.0,) * 96, limits=(limit(1000.0, NOW, NOW + 2 * HOUR),)))
    assert [(miss.kind, miss.unit) for miss in made.misses] == [(MissKind.LIMIT, "kWh")]
    assert made.misses[0].amount == pytest.approx(4.0)
    assert "unshiftable load 3.00 kW" in made.misses[0].cause


def test_what_little_is_above_a_limit_for_long_is_a_miss_as_well() -> None:
    """0.3 W is no miss in any single slot of a quarter of an hour, and 7 Wh in a day."""
    grazing = problem(base_load_w=(0.3,) * 96, limits=(limit(0.0),))
    made = plan(grazing)
    assert verify(made, grazing) == ()
    assert made.misses[0].amount == pytest.approx(0.3 * 24 / 1000, rel=0.03)
    nothing = problem(base_load_w=(0.0005,) * 96, limits=(limit(0.0),))
    assert plan(nothing).misses == ()
    assert verify(plan(nothing), nothing) == ()


def test_what_little_is_sent_above_a_limit_for_long_is_a_miss_as_well() -> None:
    export = (Limit(Interval(NOW, at(16, 30)), 0.0),)
    sunny = problem(base_load_w=(0.0,) * 96, pv_w=(0.3,) * 96, export_limits=export)
    made = plan(sunny)
    assert verify(made, sunny) == ()
    assert made.misses[0].amount == pytest.approx(0.3 * 24 / 1000, rel=0.03)
    brief = replace(sunny, pv_w=(0.03,) + (0.0,) * 95)
    assert plan(brief).misses == ()
    assert verify(plan(brief), brief) == ()


@pytest.mark.parametrize("over_w", [0.39, 0.009])
def test_limits_that_are_grazed_again_and_again_are_told_truly(over_w: float) -> None:
    grazed = tuple(300.0 + over_w * (k % 2 or over_w < 0.1) for k in range(96))
    usual = problem(base_load_w=grazed, limits=(limit(300.0),))
    export = (Limit(Interval(NOW, at(16, 30)), 300.0),)
    sent = problem(base_load_w=(0.0,) * 96, pv_w=grazed, export_limits=export)
    dear = replace(usual, prices=replace(usual.prices, limit_per_kwh=250.0), currency="CZK")
    for asked in (usual, sent, dear):
        for made in (plan(asked), greedy(asked)):
            assert verify(made, asked) == ()


def test_of_wishes_that_contradict_each_other_what_is_missed_is_named() -> None:
    made = plan(HOPELESS)
    assert (MissKind.LEVEL, CAR) in missed(made)
    assert all(miss.cause and miss.amount > 0 for miss in made.misses)


def test_under_a_limit_of_nothing_no_cycle_starts_and_each_is_named() -> None:
    made = plan(problem(machine(), machine(DISHWASHER, ECO), base_load_w=(0.0,) * 96, limits=(limit(0.0),)))
    assert made.cycles == ()
    assert missed(made) == {(MissKind.CYCLE, WASHER), (MissKind.CYCLE, DISHWASHER)}


def test_at_prices_of_a_million_nobody_washes() -> None:
    made = plan(problem(machine(), hvac(), import_price=(1e6,) * 96))
    assert made.cycles == ()
    assert (MissKind.CYCLE, WASHER) in missed(made)


def test_two_wishes_for_one_car_are_both_told_of() -> None:
    wishes = (LevelWish(CAR, 39_000.0, at(17, 29)), LevelWish(CAR, 40_000.0, at(18, 29)))
    home = problem(car(level=0.0, wishes=wishes))
    assert [miss.kind for miss in plan(home).misses] == [MissKind.LEVEL, MissKind.LEVEL]
