"""Laws of the planner, over random homes."""

import math
import pickle
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from drrouter.domain.flexibility import EnvelopeFlexibility, ProfileFlexibility
from drrouter.domain.limit import Limit
from drrouter.domain.option import OptionKind
from drrouter.domain.plan import Plan, SolveRung
from drrouter.planner import Margin, Problem, fits, greedy, plan, price_options, verify
from drrouter.planner.codec import plan_from_json, plan_to_json, problem_from_json, problem_to_json
from drrouter.planner.fallback import start_now_entry
from drrouter.planner.repair import held, repair
from drrouter.planner.solve import base_cost
from drrouter.planner.tasks import tasks_of
from tests.properties.random_homes import homes, limits
from tests.unit.planner.homes import COTTON

# A home that fails is printed whole, so that it can be planned again; some are longer than Hypothesis likes.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")

SOME = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SOME
@given(homes())
def test_a_plan_always_comes_back_and_keeps_every_rule(problem: Problem) -> None:
    made = plan(problem)
    note(repr(problem))
    assert verify(made, problem) == ()


@SOME
@given(homes(), st.lists(limits([]), min_size=1, max_size=2), st.sampled_from([plan, greedy]))
def test_no_more_is_sent_away_than_limits_allow_and_nobody_can_hold_back(
    problem: Problem, bounds: list[Limit], make: Callable[[Problem], Plan]
) -> None:
    """Worked out from the numbers of the problem alone; limits of import may ask batteries for more."""
    asked = replace(problem, limits=(), rebates=(), export_limits=tuple(bounds))
    made = make(asked)
    note(repr(asked))
    least_w = [sum(watts) for watts in zip(*_always_given_w(asked), strict=True)]
    for k, slot in enumerate(asked.slots):
        most_w = min((one.effective_w for one in bounds if one.interval.overlap(slot)), default=math.inf)
        forced_w = least_w[k] - asked.base_load_w[k]
        assert -made.grid_w[k] <= max(most_w, forced_w) + 1.0, slot


def _always_given_w(problem: Problem) -> Iterator[list[float]]:
    """What each roof gives that cannot be told to give less."""
    yield list(problem.pv_w or (0.0,) * len(problem.slots))
    for device in problem.devices:
        if isinstance(device.flexibility, EnvelopeFlexibility) and device.sun_w:
            yield [max(0.0, min(sun, device.flexibility.least_power_w)) for sun in device.sun_w]


@SOME
@given(homes())
def test_the_greedy_rung_alone_keeps_every_rule(problem: Problem) -> None:
    note(repr(problem))
    assert verify(greedy(problem), problem) == ()


@SOME
@given(homes())
def test_a_plan_is_worse_than_greedy_or_starting_everything_now_by_no_more_than_its_gap(
    problem: Problem,
) -> None:
    tasks = tasks_of(problem)
    made, by_hand, at_once = plan(problem), greedy(problem), start_now_entry(problem, tasks)
    assert made.objective is not None
    assert by_hand.objective is not None
    gap = 0.0
    if made.solve_rung is SolveRung.OPTIMAL and made.bound is not None:
        gap = problem.effort.gap * max(abs(made.bound), base_cost(tasks)) + 1e-4
    assert made.objective <= by_hand.objective + gap + 1e-6
    assert made.bound is None or made.bound <= made.objective + 1e-4 * (1 + abs(made.objective))
    assert by_hand.objective <= at_once.objective + 1e-6


@settings(SOME, max_examples=25)
@given(homes())
def test_equal_problems_give_equal_plans_also_after_a_journey_through_pickle(problem: Problem) -> None:
    twin = pickle.loads(pickle.dumps(problem))
    assert twin == problem
    made = plan(problem)
    assert plan(twin) == made
    assert pickle.loads(pickle.dumps(made)) == made


@settings(SOME, max_examples=25)
@given(homes())
def test_problems_and_plans_survive_the_journey_through_json(problem: Problem) -> None:
    made = plan(problem)
    assert problem_from_json(problem_to_json(problem)) == problem
    assert plan_from_json(plan_to_json(made)) == made


@settings(SOME, max_examples=25)
@given(homes())
def test_planning_again_from_the_same_home_changes_no_cycle(problem: Problem) -> None:
    made = plan(problem)
    again = plan(replace(problem, previous=made))
    assert again.objective is not None
    assert made.objective is not None
    moved = {cycle.device_id for cycle in set(made.cycles) ^ set(again.cycles)}
    assert not moved or again.objective < made.objective


@pytest.mark.long
@SOME
@given(homes(), limits([]), st.booleans())
def test_after_an_event_the_mended_plan_keeps_every_rule(
    problem: Problem, event: Limit, with_solver: bool
) -> None:
    before = plan(problem)
    struck = replace(problem, limits=(*problem.limits, event), previous=before)
    made = repair(struck) if with_solver else held(struck)
    note(repr(struck))
    assert made is not None
    assert verify(made, struck) == ()
    assert {cycle for cycle in made.cycles if cycle.fixed} == {
        cycle for cycle in before.cycles if cycle.fixed
    }


@pytest.mark.long
@settings(SOME, max_examples=25)
@given(homes(), st.floats(0.0, 0.5))
def test_a_margin_keeps_the_plan_before_or_names_a_gain_above_it(problem: Problem, money: float) -> None:
    margin = Margin(money=money, share=0.0)
    again = replace(problem, previous=plan(problem), margin=margin, import_price=problem.import_price[::-1])
    made = plan(again)
    note(repr(again))
    assert verify(made, again) == ()
    assert made.gain is None or made.repaired is (made.gain <= money)


@pytest.mark.long
@SOME
@given(homes(), st.timedeltas(timedelta(0), timedelta(hours=3)))
def test_an_option_is_in_time_and_within_limits_or_says_why_not(problem: Problem, later: timedelta) -> None:
    made, now = plan(problem), problem.now + later
    ready_by = now + timedelta(hours=8)
    for device in problem.devices:
        priced = price_options(made, problem, device.id, COTTON, now, ready_by, now)
        assert len({offer.kind for offer in priced}) == len(priced) > 0
        if len(priced) == 1:
            assert priced[0].reason.startswith("No start")
            continue
        cheapest = next(offer for offer in priced if offer.kind is OptionKind.CHEAPEST)
        for offer in priced:
            assert now <= offer.start
            assert offer.end <= ready_by
            assert offer.cost >= cheapest.cost - 1e-9
            assert fits(made, problem, device.id, COTTON, offer.start) is None


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
