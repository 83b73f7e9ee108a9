"""Laws of the planner, over random homes."""

import pickle

from hypothesis import HealthCheck, given, note, settings

from drrouter.domain.flexibility import ProfileFlexibility
from drrouter.planner import Problem, greedy, plan, verify
from drrouter.planner.fallback import start_now_entry
from drrouter.planner.tasks import tasks_of
from tests.properties.random_homes import homes

SOME = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SOME
@given(homes())
def test_a_plan_always_comes_back_and_keeps_every_rule(problem: Problem) -> None:
    made = plan(problem)
    note(repr(problem))
    assert verify(made, problem) == ()


@SOME
@given(homes())
def test_the_greedy_rung_alone_keeps_every_rule(problem: Problem) -> None:
    note(repr(problem))
    assert verify(greedy(problem), problem) == ()


@SOME
@given(homes())
def test_a_plan_is_never_worse_than_greedy_or_starting_everything_now(problem: Problem) -> None:
    made, by_hand, at_once = plan(problem), greedy(problem), start_now_entry(problem, tasks_of(problem))
    assert made.objective is not None
    assert by_hand.objective is not None
    assert made.objective <= by_hand.objective + 1e-6
    assert by_hand.objective <= at_once.objective + 1e-6


@settings(SOME, max_examples=25)
@given(homes())
def test_equal_problems_give_equal_plans_also_after_a_journey_through_pickle(problem: Problem) -> None:
    twin = pickle.loads(pickle.dumps(problem))
    assert twin == problem
    made = plan(problem)
    assert plan(twin) == made
    assert pickle.loads(pickle.dumps(made)) == made


@SOME
@given(homes())
def test_a_running_cycle_is_never_touched_nor_a_commitment_moved(problem: Problem) -> None:
    made = plan(problem)
    for device in problem.devices:
        if isinstance(device.flexibility, ProfileFlexibility) and device.running is not None:
            ends = device.running.started_at + device.flexibility.programmes[0].duration
            starts = [cycle.start for cycle in made.cycles if cycle.device_id == device.id]
            assert (device.running.started_at in starts) == (ends > problem.now)
            assert all(start == device.running.started_at or start >= ends for start in starts)
