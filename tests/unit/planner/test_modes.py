"""Heat pumps with modes: when to be blocked, recommended and forced, and what they bear, by hand."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from drrouter.domain.flexibility import Mode, ModesFlexibility
from drrouter.domain.interval import Interval
from drrouter.domain.plan import Plan
from drrouter.planner import DeviceInput, Effort, Problem, greedy, plan, verify
from drrouter.planner.codec import plan_from_json, plan_to_json
from drrouter.planner.modes_task import ModesTask, modes_task
from drrouter.planner.repair import held, repair
from drrouter.planner.timeline import on_slots_of
from tests.unit.planner.homes import HEATER, NOW, SG_READY, at, heater, hourly, limit, machine

BLOCKED, NORMAL, RECOMMENDED, FORCED = range(4)
HOUR = timedelta(hours=1)
MAKERS = pytest.mark.parametrize("make", [plan, greedy])
QUIET = replace(SG_READY, modes=SG_READY.modes[:3])
"""No forced mode, for round numbers."""


def home(*devices: DeviceInput, prices: tuple[float, ...] = (0.3,) * 6, **changes: Any) -> Problem:
    """An hour at each price, nothing else in the home."""
    return hourly(*devices, prices=prices, **changes)


def modes(made: Plan) -> list[int]:
    """The mode of each slot; -1 where it is a mixture."""
    return [slot.index(1.0) if 1.0 in slot else -1 for slot in made.modes[HEATER]]


def task_of(asked: Problem) -> ModesTask:
    task = modes_task(asked, asked.devices[0], 0.3)
    assert task is not None
    return task


@MAKERS
def test_at_one_price_it_stays_as_it_is(make: Any) -> None:
    asked = home(heater())
    made = make(asked)
    assert verify(made, asked) == ()
    assert modes(made) == [NORMAL] * 24
    assert made.power_w[HEATER] == (1000.0,) * 24
    assert made.explanation_of(HEATER).text == (
        "Heat pump stays in its normal mode in the next hours, for 1.80 EUR."
    )


@MAKERS
def test_it_is_blocked_when_power_is_dear_and_recommended_when_it_is_cheap(make: Any) -> None:
    """Worth 0.30 EUR/kWh: blocked for 1 h saves 1 kWh at 0.50; 0.5 kWh more at 0.10 gain 0.20 EUR/kWh."""
    asked = home(heater(QUIET, end_value_per_wh=0.0003), prices=(0.3, 0.5, 0.3, 0.1, 0.3, 0.3))
    made = make(asked)
    assert verify(made, asked) == ()
    assert modes(made) == [NORMAL] * 4 + [BLOCKED] * 4 + [NORMAL] * 4 + [RECOMMENDED] * 4 + [NORMAL] * 8
    assert made.cost.import_cost == pytest.approx(4 * 0.3 + 1.5 * 0.1)
    told = made.explanation_of(HEATER)
    assert told is not None
    assert told.text == (
        "Heat pump is blocked from 17:00 UTC to 18:00 UTC, recommended from 19:00 UTC to 20:00 UTC, for 1.35 "
        "EUR; that saves 0.29 EUR, what it makes up for later included."
    )


@MAKERS
def test_it_is_blocked_for_two_hours_at_most_and_then_not_at_once_again(make: Any) -> None:
    asked = home(heater(QUIET, end_value_per_wh=0.0003), prices=(0.3, 0.5, 0.6, 0.6, 0.5, 0.3))
    made = make(asked)
    assert verify(made, asked) == ()
    chosen = modes(made)
    assert all(chosen[k : k + 9].count(BLOCKED) <= 8 for k in range(16))
    assert chosen.count(BLOCKED) >= 8


@MAKERS
def test_a_day_has_an_end_of_being_blocked(make: Any) -> None:
    """Of 6 h a day 5.5 are used up; the day ends at midnight."""
    used = tuple((Interval(at(h), at(h + 1)), BLOCKED) for h in (1, 3, 5, 7, 9))
    used += ((Interval(at(11), at(11.5)), BLOCKED), (Interval(at(11.5), NOW), NORMAL))
    few = replace(QUIET, most_switches=None)
    asked = home(heater(few, stays=used, end_value_per_wh=0.0003), prices=(0.5,) * 6)
    made = make(asked)
    assert verify(made, asked) == ()
    assert modes(made).count(BLOCKED) == 2


@MAKERS
def test_it_changes_no_more_often_than_it_may(make: Any) -> None:
    few = replace(QUIET, most_switches=2)
    stays = ((Interval(at(10), NOW), NORMAL),)
    asked = home(heater(few, stays=stays, end_value_per_wh=0.0003), prices=(0.5, 0.3, 0.6, 0.3, 0.5, 0.3))
    made = make(asked)
    assert verify(made, asked) == ()
    assert sum(a != b for a, b in zip(modes(made), modes(made)[1:], strict=False)) + 1 <= 2


@MAKERS
def test_a_stay_lasts_its_shortest_time(make: Any) -> None:
    """A dear quarter of an hour between cheap ones is not worth another mode for half an hour."""
    prices = (0.1, 0.9, 0.1, 0.1) * 2
    lazy = replace(QUIET, modes=(QUIET.modes[0], QUIET.modes[1]), min_dwell=HOUR)
    asked = home(heater(lazy, end_value_per_wh=0.0005), prices=(0.1,) * 2, import_price=prices)
    made = make(asked)
    assert verify(made, asked) == ()
    assert modes(made) == [NORMAL] * 8


@MAKERS
def test_the_mode_of_now_goes_on_until_it_has_lasted(make: Any) -> None:
    stays = ((Interval(at(15), at(15.75)), NORMAL), (Interval(at(15.75), NOW), RECOMMENDED))
    asked = home(heater(QUIET, stays=stays, end_value_per_wh=0.0), prices=(0.9,) * 2)
    made = make(asked)
    assert verify(made, asked) == ()
    assert modes(made)[:2] == [RECOMMENDED, BLOCKED]


@MAKERS
def test_orders_leave_what_is_below_a_cap_and_above_a_floor(make: Any) -> None:
    capped = heater(caps=((Interval(at(17), at(17.1)), 400.0),), floors=((Interval(at(18), at(19)), 1500.0),))
    asked = home(capped)
    made = make(asked)
    assert verify(made, asked) == ()
    assert modes(made)[4] == BLOCKED
    assert set(modes(made)[8:12]) == {RECOMMENDED}
    assert made.explanation_of(HEATER).binding == "orders in force forbid some of its modes"


@MAKERS
def test_an_order_stands_above_what_the_device_bears(make: Any) -> None:
    asked = home(heater(caps=((Interval(NOW, at(20)), 0.0),)))
    made = make(asked)
    assert verify(made, asked) == ()
    assert modes(made)[:16] == [BLOCKED] * 16


def test_where_nothing_is_low_enough_the_lowest_mode_is_left() -> None:
    warm = ModesFlexibility((Mode("low", 500.0), Mode("normal", 1000.0)))
    asked = home(heater(warm, caps=((Interval(NOW, at(17)), 100.0),), floors=((Interval(NOW, at(18)), 9e9),)))
    assert task_of(asked).allowed[0] == (True, False)
    assert task_of(asked).allowed[5] == (False, True)
    assert verify(plan(asked), asked) == ()


@MAKERS
def test_a_limit_keeps_it_from_more_than_there_is_room_for(make: Any) -> None:
    asked = home(heater(end_value_per_wh=0.001), prices=(0.1,) * 6, limits=(limit(1500.0),))
    made = make(asked)
    assert verify(made, asked) == ()
    assert made.misses == ()
    assert max(made.power_w[HEATER]) == 1500.0


def test_later_it_runs_in_a_mixture_and_within_the_same_hours() -> None:
    """Planned exactly for an hour; of five dear hours behind it two in a row are blocked at most."""
    asked = home(
        heater(QUIET, end_value_per_wh=0.0003),
        prices=(0.3,) + (0.5,) * 5,
        effort=Effort(near=timedelta(hours=1)),
    )
    made = plan(asked)
    assert verify(made, asked) == ()
    hours = [slot[BLOCKED] / 4 for slot in made.modes[HEATER]]
    assert sum(hours) > 2.0
    assert all(sum(hours[k : k + 9]) <= 2.0 + 1e-6 for k in range(16))
    assert plan_from_json(plan_to_json(made)) == made


def test_after_an_event_modes_stay_or_give_way() -> None:
    asked = home(heater(QUIET, end_value_per_wh=0.0003), machine(), prices=(0.3, 0.5, 0.3, 0.1, 0.3, 0.3))
    before = plan(asked)
    calm = replace(asked, previous=before)
    struck = replace(asked, limits=(limit(500.0, at(18), at(20)),), previous=before)
    forbidden = replace(
        struck, devices=(heater(QUIET, caps=((Interval(NOW, at(17)), 0.0),)), *asked.devices[1:])
    )
    for one in (calm, struck, forbidden):
        for made in (repair(one), held(one)):
            assert made is not None
            assert verify(made, one) == ()
    mended = repair(calm)
    assert mended is not None
    assert mended.modes == before.modes


def test_behind_an_older_plan_it_is_normal() -> None:
    asked = home(heater(QUIET), prices=(0.3,) * 2)
    later = home(heater(QUIET), prices=(0.3,) * 2, now=NOW + HOUR)
    laid = on_slots_of(later, plan(asked))
    assert laid.modes[HEATER] == ((0.0, 1.0, 0.0),) * 8
    assert task_of(later).as_before(laid.modes[HEATER]) == laid.modes[HEATER]
    assert task_of(later).as_before(()) == ()
    assert task_of(later).as_before(((1.0,),) * 8) == ()
    gone = replace(later, devices=())
    assert on_slots_of(gone, plan(asked)).modes[HEATER][-1] == (0.0, 0.0, 0.0)


def test_plans_that_break_a_rule_are_found_out() -> None:
    stays = (
        (Interval(at(15), at(15.5)), NORMAL),
        (Interval(at(15.5), at(15.9)), NORMAL),
        (Interval(at(15.9), NOW), NORMAL),
    )
    short = replace(SG_READY.modes[BLOCKED], most_per_day=2 * HOUR)
    rules = replace(SG_READY, modes=(short, *SG_READY.modes[1:]), most_switches=4)
    asked = home(heater(rules, stays=stays))
    made = plan(asked)
    assert verify(made, asked) == ()

    def broken(*numbers: int) -> tuple[str, ...]:
        task = task_of(asked)
        shares = tuple(task.alone(number) for number in (*numbers, *[NORMAL] * (24 - len(numbers))))
        return verify(replace(made, modes={HEATER: shares}, power_w={HEATER: task.power_w(shares)}), asked)

    assert any("leaves its mode" in text for text in broken(NORMAL, BLOCKED, NORMAL))
    assert any(
        "for the 5th time that day" in text for text in broken(BLOCKED, BLOCKED, NORMAL, NORMAL, BLOCKED)
    )
    assert any("is blocked for 2.25 h from" in text for text in broken(*[BLOCKED] * 9))
    assert any("on 2023-07-29, and 2.00 h were left" in text for text in broken(*[BLOCKED] * 9))
    assert any("no share of each mode" in text for text in verify(replace(made, modes={}), asked))
    mixed = ((0.5, 0.5, 0.0, 0.0), *made.modes[HEATER][1:])
    assert any(
        "several modes at once" in text for text in verify(replace(made, modes={HEATER: mixed}), asked)
    )
    less = ((0.0, 0.9, 0.0, 0.0), *made.modes[HEATER][1:])
    assert any("no mode for all" in text for text in verify(replace(made, modes={HEATER: less}), asked))
    other = replace(made, power_w={HEATER: (900.0, *made.power_w[HEATER][1:])})
    assert any("its modes 1000.0 W" in text for text in verify(other, asked))
    ordered = replace(asked, devices=(heater(caps=((Interval(NOW, at(17)), 0.0),)),))
    assert any("is normal, and may draw" in text for text in verify(made, ordered))


def test_what_no_device_is_like_is_refused() -> None:
    for power_w, longest in ((-1.0, None), (1.0, timedelta(0))):
        with pytest.raises(ValueError, match="positive times"):
            Mode("odd", power_w, longest=longest)
    with pytest.raises(ValueError, match="a normal one"):
        ModesFlexibility((Mode("one", 1.0),), 1)
    with pytest.raises(ValueError, match="as long as it likes"):
        ModesFlexibility((Mode("one", 1.0, longest=HOUR),), 0)
    for changes in ({"min_dwell": -HOUR}, {"most_switches": -1}):
        with pytest.raises(ValueError, match="min_dwell >= 0"):
            replace(SG_READY, **changes)
    for device in (heater(stays=((Interval(at(15), NOW), 4),)), machine(stays=((Interval(at(15), NOW), 0),))):
        with pytest.raises(ValueError, match="does not have"):
            home(device)
