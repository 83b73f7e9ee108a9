"""What a device with modes bears, in numbers: which modes it can be in, and how tight its rules are."""

from dataclasses import replace
from datetime import timedelta
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drrouter.domain.flexibility import Mode, ModesFlexibility
from drrouter.domain.interval import Interval
from drrouter.domain.plan import Plan, SolveRung
from drrouter.planner import DeviceInput, Effort, Problem, greedy, plan, verify
from drrouter.planner.giving_way import given_way
from drrouter.planner.model import build
from drrouter.planner.modes_rules import Past, rules
from drrouter.planner.modes_task import ModesTask, modes_task
from drrouter.planner.pulp_door import Label
from drrouter.planner.repair import held, repair
from drrouter.planner.tasks import tasks_of
from tests.unit.planner.homes import HEATER, NOW, at, heater, hourly, limit, problem

HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
MAKERS = pytest.mark.parametrize("make", [plan, greedy])
PLAIN = ModesFlexibility((Mode("blocked", 0.0), Mode("normal", 1000.0), Mode("forced", 3000.0)))


def home(*devices: DeviceInput, prices: tuple[float, ...] = (0.3,) * 4, **changes: Any) -> Problem:
    """An hour at each price, nothing else in the home."""
    return hourly(*devices, prices=prices, **changes)


def task_of(asked: Problem) -> ModesTask:
    task = modes_task(asked, asked.devices[0], 0.3)
    assert task is not None
    return task


def modes(made: Plan) -> list[int]:
    return [slot.index(1.0) for slot in made.modes[HEATER]]


def with_blocked(flexibility: ModesFlexibility = PLAIN, /, **changes: Any) -> ModesFlexibility:
    """The same, blocked otherwise."""
    return replace(flexibility, modes=(replace(flexibility.modes[0], **changes), *flexibility.modes[1:]))


def test_a_mode_that_must_last_longer_than_it_may_cannot_begin() -> None:
    short = with_blocked(replace(PLAIN, min_dwell=HOUR), longest=QUARTER)
    task = task_of(home(heater(short)))
    assert task.firm
    assert {k for mode, k in task.enters if mode == 0} == {15}  # it would go on behind the horizon
    assert [slot[0] for slot in task.open] == [True] + [False] * 14 + [True]  # nobody knows what was before


def test_nor_one_of_which_the_day_has_too_little_left() -> None:
    daily = with_blocked(replace(PLAIN, min_dwell=HOUR), most_per_day=2 * QUARTER)
    stays = ((Interval(at(12), NOW), 1),)
    task = task_of(home(heater(daily, stays=stays)))
    assert [slot[0] for slot in task.open] == [False] * 14 + [True] * 2


def test_who_may_change_no_more_stays_in_the_mode_of_now() -> None:
    few = replace(PLAIN, most_switches=1)
    asked = home(heater(few, stays=((Interval(at(12), NOW), 2),)), prices=(0.9, 0.3, 0.3, 0.3))
    task = task_of(asked)
    assert task.usual == (2,) * 16
    assert task.firm
    assert modes(plan(asked)) == modes(greedy(asked)) == [2] * 16


def test_of_two_modes_of_one_power_the_dearer_one_is_left_out() -> None:
    twin = replace(PLAIN, modes=(*PLAIN.modes, Mode("also blocked", 0.0, cost_per_h=0.1, longest=HOUR)))
    assert not any(slot[3] for slot in task_of(home(heater(twin))).open)
    now = heater(twin, stays=((Interval(at(15.5), NOW), 3),))
    assert task_of(home(now)).open[0][3]
    limited = with_blocked(twin, longest=HOUR)
    assert all(slot[3] for slot in task_of(home(heater(limited))).open)


def test_a_stretch_too_long_reaches_as_far_as_who_left_stays_away() -> None:
    long = with_blocked(replace(PLAIN, min_dwell=2 * QUARTER), longest=HOUR)
    task = task_of(home(heater(long)))
    stretches = [rule for rule in task.rules if rule.shares and rule.shares[0][2] > 0]
    assert {(len(rule.shares), rule.right) for rule in stretches} == {(6, 1.0), (5, 1.0)}
    later = task_of(home(heater(long), effort=Effort(near=HOUR)))
    assert {len(rule.shares) for rule in later.rules if rule.shares and rule.shares[0][2] > 0} == {5}


def test_a_stretch_of_whole_slots_is_rounded_to_them() -> None:
    odd = with_blocked(longest=timedelta(minutes=40))
    rights = {rule.right for rule in task_of(home(heater(odd))).rules}
    assert rights == {0.5}
    asked = home(heater(odd, end_value_per_wh=0.0), prices=(0.5,) * 4)
    for make in (plan, greedy):
        made = make(asked)
        assert verify(made, asked) == ()
        assert modes(made).count(0) in (10, 11)


def test_what_has_lasted_too_long_already_is_strain_and_ends() -> None:
    long = with_blocked(longest=HOUR)
    tired = heater(long, stays=((Interval(at(14), NOW), 0),), caps=((Interval(NOW, at(17)), 100.0),))
    asked = home(tired)
    task = task_of(asked)
    assert not task.firm
    assert task.open == task.allowed
    for make in (plan, greedy):
        made = make(asked)
        assert verify(made, asked) == ()
        assert modes(made)[:4] == [0] * 4
        assert task.strain(made.modes[HEATER]) > 0
    owners = [label for label in _labels(asked) if label.what == "strain"]
    assert owners
    assert not [label for label in _labels(home(heater(long))) if label.what == "strain"]


def _labels(asked: Problem) -> list[Label]:
    return list(build(asked, tasks_of(asked)).door._labels(rows=False))


def test_stays_that_join_in_one_mode_are_one() -> None:
    stays = (
        (Interval(at(13), at(14)), 0),
        (Interval(at(15), at(15.5)), 0),
        (Interval(at(15.5), NOW), 0),
    )
    lasting = replace(PLAIN, min_dwell=2 * HOUR)
    task = task_of(home(heater(lasting, stays=stays)))
    assert task.usual[:4] == (0,) * 4
    assert task.usual[4:] == (1,) * 12
    assert task.open[0] == (True, False, False)


@MAKERS
def test_while_it_is_away_it_runs_as_low_as_it_can(make: Any) -> None:
    asked = home(heater(PLAIN, available=Interval(at(17.1), at(20))))
    made = make(asked)
    assert verify(made, asked) == ()
    assert modes(made)[:5] == [0] * 5
    assert modes(made)[5:] == [1] * 11


@MAKERS
def test_modes_fit_the_sun(make: Any) -> None:
    """1.2 kW of sun: normal is free, forced would buy 1.8 kW; a kWh is worth 0.10 EUR."""
    asked = home(heater(PLAIN, end_value_per_wh=0.0001), prices=(0.3,) * 2, pv_w=(1200.0,) * 8)
    made = make(asked)
    assert verify(made, asked) == ()
    assert modes(made) == [1] * 8
    rows = build(asked, tasks_of(asked)).door._labels(rows=True)
    assert sum(label.what == "sun_cover" for label in rows) == 8


def test_after_an_order_only_a_mode_that_does_not_fit_gives_way() -> None:
    asked = home(heater(PLAIN, end_value_per_wh=0.0004), prices=(0.3, 0.5, 0.3, 0.3))
    before = plan(asked)
    assert modes(before) == [2] * 4 + [0] * 4 + [2] * 8
    calm = replace(asked, previous=before)
    assert given_way(calm, tasks_of(calm), before.power_w, before.modes) is not None
    same = repair(calm)
    assert same is not None
    assert same.modes == before.modes
    assert same.solve_rung is SolveRung.INCUMBENT
    struck = replace(calm, limits=(limit(1500.0, at(18), at(19)),))
    for made in (repair(struck), held(struck)):
        assert made is not None
        assert verify(made, struck) == ()
        assert modes(made) == [2] * 4 + [0] * 4 + [1] * 4 + [2] * 4
        assert made.misses == ()


def lived_otherwise(**changes: Any) -> Problem:
    """Blocked from 16:00 to 17:00, though the plan had meant to block it from then on for two hours."""
    dear = tuple(2.0 if 17 <= NOW.hour + k < 19 else 0.1 for k in range(8))
    before = plan(home(heater(end_value_per_wh=0.0001), prices=dear))
    assert modes(before)[4:12] == [0] * 8
    asked = home(heater(end_value_per_wh=0.0001, **changes), prices=dear[1:], now=at(17))
    return replace(asked, previous=before, limits=(limit(4000.0, at(20), at(21)),))


@pytest.mark.parametrize(
    "changes",
    [
        {"stays": ((Interval(NOW, at(17)), 0),)},
        {
            "stays": ((Interval(at(11), at(16.75)), 0), (Interval(at(16.75), at(17)), 1)),
            "caps": ((Interval(at(10, 30), at(11, 30)), 5000.0),),
        },
    ],
    ids=["blocked already", "normal for too short a time, and a cap tomorrow"],
)
def test_a_mended_plan_asks_no_more_of_a_device_than_it_bears_by_now(changes: dict[str, Any]) -> None:
    asked = lived_otherwise(**changes)
    task = task_of(asked)
    assert task.firm
    for made in (repair(asked), held(asked)):
        assert made is not None
        assert task.strain(made.modes[HEATER]) == 0.0
        assert verify(made, asked) == ()
    assert asked.previous is not None
    kept = asked.previous.modes[HEATER][4:]
    made = plan(asked)
    as_before = replace(made, modes={HEATER: kept}, power_w={HEATER: task.power_w(kept)})
    texts = verify(as_before, asked)
    assert any("is blocked for" in text or "sooner than it may" in text for text in texts)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_tight_rules_forbid_nothing_that_keeps_the_plain_ones(data: st.DataObject) -> None:
    minutes = data.draw(st.lists(st.sampled_from([5, 6, 15, 30, 40, 60]), min_size=3, max_size=9))
    starts = [NOW + timedelta(minutes=sum(minutes[:k])) for k in range(len(minutes) + 1)]
    slots = tuple(Interval(begin, end) for begin, end in pairwise(starts))
    longest, dwell = (timedelta(minutes=data.draw(st.sampled_from([15, 30, 45, 60]))) for _ in range(2))
    flexibility = replace(with_blocked(longest=longest), min_dwell=dwell)
    near = data.draw(st.sampled_from([timedelta(hours=1), 24 * HOUR]))
    asked = problem(heater(flexibility), slots=slots, effort=Effort(near=near))
    past = Past(asked, asked.devices[0], flexibility)
    whole = sum(task_of(asked).exact)
    plain, tight = (rules(past, whole, tight=kind) for kind in (False, True))
    for first, behind in combinations(range(len(slots) + 1), 2):
        sequence = [0 if first <= k < behind else 1 for k in range(len(slots))]
        if not any(rule.excess(sequence, None) > 1e-9 for rule in plain):
            assert not any(rule.excess(sequence, None) > 1e-9 for rule in tight), (first, behind)


def test_an_order_just_as_long_as_it_may_last_leaves_a_plan_over_slots_of_any_length() -> None:
    lengths = [40, 30, *[15] * 7]
    starts = [NOW + timedelta(minutes=sum(lengths[:k])) for k in range(len(lengths) + 1)]
    slots = tuple(Interval(begin, end) for begin, end in pairwise(starts))
    flexibility = ModesFlexibility(
        (Mode("blocked", 0.0, longest=HOUR), Mode("normal", 1000.0)), 1, timedelta(minutes=45)
    )
    ordered = heater(flexibility, caps=((Interval(starts[1], starts[4]), 0.0),), end_value_per_wh=0.0)
    asked = problem(ordered, slots=slots, effort=Effort(gap=0.0))
    made = plan(asked)
    assert (made.solve_rung, verify(made, asked)) == (SolveRung.OPTIMAL, ())
    assert modes(made)[1:4] == [0, 0, 0]


def test_where_no_slot_is_planned_exactly_there_is_a_plan() -> None:
    asked = home(heater(), effort=Effort(near=timedelta(0)))
    assert verify(plan(asked), asked) == ()
