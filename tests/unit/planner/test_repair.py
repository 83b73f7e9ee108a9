"""A plan mended after an event: what may stay stays, what is forbidden moves, and every rule is kept."""

from dataclasses import replace
from datetime import timedelta

import pytest

from drrouter.domain.interval import Interval
from drrouter.domain.plan import MissKind, Plan, SolveRung
from drrouter.errors import PlannerError
from drrouter.planner import Effort, Problem, greedy, plan, verify
from drrouter.planner.repair import held, repair
from tests.unit.planner.homes import (
    CAR,
    CHARGING,
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


def mended(home: Problem) -> Plan:
    """The plan that repair makes, checked."""
    made = repair(home)
    assert made is not None
    assert verify(made, home) == ()
    assert made.repaired
    return made


def starts(made: Plan) -> dict[str, object]:
    return {cycle.device_id: cycle.start for cycle in made.cycles}


def test_without_a_previous_plan_there_is_nothing_to_mend() -> None:
    assert repair(demo_home()) is None
    assert held(demo_home()) == greedy(demo_home())


def test_where_nothing_changed_the_mended_plan_is_the_one_before() -> None:
    before = plan(demo_home())
    made = mended(demo_home(previous=before))
    assert made.cycles == before.cycles
    assert made.objective == pytest.approx(before.objective, abs=1e-3)
    assert made.changes == ()
    assert made.solve_rung is SolveRung.INCUMBENT


def test_a_limit_moves_only_the_cycle_that_it_forbids() -> None:
    before = plan(problem(machine(), machine(DISHWASHER, ECO, ready_by=at(5, 30))))
    washer = before.cycle_of(WASHER)
    assert washer is not None
    event = limit(1000.0, washer.start, washer.end)
    home = problem(
        machine(),
        machine(DISHWASHER, ECO, ready_by=at(5, 30)),
        previous=before,
        limits=(event,),
        trigger="an event",
    )
    made = mended(home)
    assert starts(made)[DISHWASHER] == starts(before)[DISHWASHER]
    assert starts(made)[WASHER] != washer.start
    assert "an event" in made.changes[0]
    assert [text.device_id for text in made.explanations] == [DISHWASHER, WASHER]


def test_a_capped_cycle_goes_to_its_cheapest_place() -> None:
    before = plan(problem(machine()))
    old = before.cycles[0]
    capped = machine(caps=((Interval(old.start, old.end), 0.0),))
    made, new = mended(problem(capped, previous=before)), plan(problem(capped, previous=before))
    assert made.cycles == new.cycles


def test_what_a_limit_takes_from_a_car_is_charged_later() -> None:
    asked = car(level=20_000.0, wished=30_000.0, by=at(4, 30))
    cheap_now = tuple(0.1 if number < 30 else 0.3 for number in range(96))
    before = plan(problem(asked, import_price=cheap_now))
    event = limit(1000.0, NOW, NOW + 2 * HOUR)
    home = problem(asked, import_price=cheap_now, previous=before, limits=(event,))
    made = mended(home)
    assert before.power_w[CAR][:8] == pytest.approx((2300.0,) * 8)
    assert made.power_w[CAR][:8] == (0.0,) * 8
    assert made.misses == ()
    assert made.objective == pytest.approx(plan(home).objective, rel=0.01)


def test_a_car_that_modulates_keeps_below_a_new_limit() -> None:
    modulating = replace(CHARGING, min_power_w=1400.0, max_power_w=3700.0)
    asked = car(wished=36_000.0, flexibility=modulating)
    before = plan(problem(asked, freezer(), hvac()))
    home = problem(asked, freezer(), hvac(), previous=before, limits=(limit(2600.0, NOW, NOW + 3 * HOUR),))
    made, new = mended(home), plan(home)
    assert made.objective is not None
    assert new.objective is not None
    assert made.objective <= new.objective + 0.05 * abs(new.cost.money) + 0.005


def test_a_running_cycle_is_not_touched() -> None:
    begun = machine(running=running(WASHER, COTTON, NOW - HOUR / 2), earliest=None)
    before = plan(problem(begun, car()))
    home = problem(begun, car(), previous=before, limits=(limit(500.0, NOW, NOW + HOUR),))
    made = mended(home)
    assert made.cycles == before.cycles
    assert MissKind.LIMIT not in {miss.kind for miss in made.misses if miss.device_id == WASHER}


def test_a_new_wish_gets_a_place_beside_those_that_stay() -> None:
    before = plan(problem(machine()))
    made = mended(problem(machine(), machine(DISHWASHER, ECO), previous=before))
    assert starts(made)[WASHER] == starts(before)[WASHER]
    assert DISHWASHER in starts(made)


def test_later_the_plan_is_mended_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    before = plan(demo_home())
    later = NOW + timedelta(minutes=37)
    home = demo_home(now=later, previous=before, limits=(limit(2500.0, later, later + HOUR),))
    assert starts(mended(home))[WASHER] == starts(before)[WASHER]


def test_without_a_solver_the_plan_is_mended_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise PlannerError("the solver is broken")

    monkeypatch.setattr("drrouter.planner.pulp_door.Door.solve", broken)
    home = demo_home(previous=greedy(demo_home()), limits=(limit(2500.0),))
    made = mended(home)
    assert made.solve_rung is SolveRung.GREEDY
    assert made == held(home)


def test_an_answer_that_is_no_plan_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    home = demo_home(previous=plan(demo_home()))
    monkeypatch.setattr("drrouter.planner.mending.verify", lambda made, problem: ("It breaks a rule.",))
    made = repair(home)
    assert made is not None
    assert made.solve_rung is SolveRung.GREEDY


def test_with_an_effort_of_repair_the_planner_only_mends() -> None:
    effort = Effort(repair=True)
    home = demo_home(previous=plan(demo_home()), effort=effort)
    assert plan(home).repaired
    assert not plan(demo_home(effort=effort)).repaired


def test_by_hand_every_cycle_stays_where_it_may() -> None:
    before = plan(demo_home())
    dearer = demo_home(previous=before, import_price=tuple(reversed(demo_home().import_price)))
    made = held(dearer)
    assert verify(made, dearer) == ()
    assert starts(made) == starts(before)
    assert (made.repaired, made.solve_rung) == (True, SolveRung.GREEDY)


def test_a_home_without_devices_is_mended() -> None:
    assert mended(problem(previous=plan(problem()))).cycles == ()
