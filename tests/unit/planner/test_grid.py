"""The slots of a plan, and rates read into them."""

from datetime import timedelta
from itertools import pairwise

import pytest

from drrouter.domain.interval import Interval
from drrouter.domain.rates import Rates, constant
from drrouter.planner import HORIZON, grid_slots, per_slot
from tests.unit.planner.homes import NOW, at

MINUTE = timedelta(minutes=1)


def test_the_first_slot_begins_now_and_ends_at_the_next_quarter() -> None:
    slots = grid_slots(NOW + 7 * MINUTE)
    assert slots[0] == Interval(NOW + 7 * MINUTE, NOW + 15 * MINUTE)
    assert slots[1].duration == timedelta(minutes=15)
    assert slots[-1].end == NOW + 7 * MINUTE + HORIZON


def test_slots_join_and_partition_the_horizon() -> None:
    slots = grid_slots(NOW + 7 * MINUTE, edges=[at(17.1), at(20.2)])
    assert all(before.end == after.start for before, after in pairwise(slots))
    assert sum(slot.hours for slot in slots) == pytest.approx(24)


def test_an_edge_of_an_order_cuts_a_slot() -> None:
    slots = grid_slots(NOW, timedelta(hours=1), edges=[NOW + 20 * MINUTE])
    assert [slot.start for slot in slots] == [NOW + m * MINUTE for m in (0, 15, 20, 30, 45)]


def test_every_edge_cuts_a_slot() -> None:
    slots = grid_slots(NOW, timedelta(hours=1), edges=[NOW + 40 * MINUTE, NOW + 20 * MINUTE])
    assert [slot.start for slot in slots] == [NOW + m * MINUTE for m in (0, 15, 20, 30, 40, 45)]


@pytest.mark.parametrize("minutes", [-5, 0, 15, 15.5, 60, 90])
def test_an_edge_outside_or_within_a_minute_of_a_cut_cuts_nothing(minutes: float) -> None:
    assert len(grid_slots(NOW, timedelta(hours=1), edges=[NOW + minutes * MINUTE])) == 4


def test_two_edges_within_a_minute_cut_once() -> None:
    edges = [NOW + 5 * MINUTE, NOW + 5.5 * MINUTE]
    assert len(grid_slots(NOW, timedelta(hours=1), edges=edges)) == 5


def test_a_slot_takes_the_mean_of_what_is_known_in_it() -> None:
    first, second = Interval(NOW, NOW + 5 * MINUTE), Interval(NOW + 5 * MINUTE, NOW + 15 * MINUTE)
    rates = Rates(((first, 0.3), (second, 0.6)))
    assert per_slot(rates, grid_slots(NOW, timedelta(minutes=15)), 9.0) == pytest.approx((0.5,))


def test_an_unknown_slot_takes_the_same_time_of_an_earlier_day() -> None:
    yesterday = constant(0.2, Interval(at(17) - timedelta(days=1), at(18) - timedelta(days=1)))
    rates = yesterday.overlay(constant(0.4, Interval(NOW, at(17))))
    assert per_slot(rates, grid_slots(NOW, timedelta(hours=2), timedelta(hours=1)), 9.0) == (0.4, 0.2)


def test_a_slot_without_an_example_takes_the_mean_of_all_that_is_known() -> None:
    rates = constant(0.4, Interval(NOW, at(17)))
    assert per_slot(rates, grid_slots(NOW, timedelta(hours=2), timedelta(hours=1)), 9.0) == (0.4, 0.4)


def test_where_nothing_is_known_the_callers_value_stands() -> None:
    assert per_slot(Rates(), grid_slots(NOW, timedelta(minutes=30)), 0.25) == (0.25, 0.25)
