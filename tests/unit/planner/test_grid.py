"""The slots of a plan, and rates read into them."""

from datetime import timedelta
from itertools import pairwise

import pytest

from drrouter.domain.interval import Interval
from drrouter.domain.rates import Rates, constant
from drrouter.planner import HORIZON, grid_slots, per_slot, varied_slots
from drrouter.planner.grid import FINE_STEPS, inner_quarters, turns
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


HOUR = timedelta(hours=1)


def lengths(slots: tuple[Interval, ...]) -> list[tuple[int, float]]:
    """How many slots of how many minutes follow each other."""
    found: list[tuple[int, float]] = []
    for slot in slots:
        minutes = slot.duration / MINUTE
        if found and found[-1][1] == minutes:
            found[-1] = (found[-1][0] + 1, minutes)
        else:
            found.append((1, minutes))
    return found


def test_varied_slots_are_quarters_for_six_hours_then_half_hours_then_hours() -> None:
    assert lengths(varied_slots(NOW, 48 * HOUR)) == [(24, 15), (36, 30), (24, 60)]


def test_the_finest_grid_has_five_minutes_for_an_hour() -> None:
    slots = varied_slots(NOW, 30 * HOUR, steps=FINE_STEPS)
    assert lengths(slots) == [(12, 5), (20, 15), (36, 30), (6, 60)]


def test_varied_slots_are_aligned_to_the_clock_from_any_minute() -> None:
    now = NOW + 7 * MINUTE
    slots = varied_slots(now, 30 * HOUR, steps=FINE_STEPS)
    assert lengths(slots) == [(1, 3), (10, 5), (20, 15), (36, 30), (6, 60), (1, 7)]
    assert all(before.end == after.start for before, after in pairwise(slots))
    assert (slots[0].start, slots[-1].end) == (now, now + 30 * HOUR)


def test_a_short_horizon_ends_within_the_first_step() -> None:
    assert lengths(varied_slots(NOW, HOUR)) == [(4, 15)]


def test_an_edge_cuts_a_long_slot_and_a_fine_span_its_quarters() -> None:
    slots = varied_slots(NOW, 9 * HOUR, [at(23.2)], [Interval(at(24.1), at(24.3))])
    late = [slot.start for slot in slots if slot.start >= at(23)]
    assert late == [at(23), at(23.2), at(23.5), at(24), at(24.25), at(24.5)]


def test_a_long_slot_has_quarters_inside_and_a_quarter_has_none() -> None:
    assert list(inner_quarters(Interval(at(17), at(18)))) == [at(17.25), at(17.5), at(17.75)]
    assert list(inner_quarters(Interval(at(17), at(17.25)))) == []


def test_a_rate_turns_where_it_changes_by_more_than_it_must() -> None:
    steps = [(17, 0.10), (18, 0.11), (19, 0.20), (21, 0.50)]
    rates = Rates(tuple((Interval(at(hour), at(hour + 1)), value) for hour, value in steps))
    assert list(turns(rates)) == [at(18), at(19)]
    assert list(turns(rates, 0.05)) == [at(19)]


def test_a_long_slot_costs_the_mean_over_its_time() -> None:
    dear, cheap = Interval(at(23), at(23.25)), Interval(at(23.25), at(24))
    slots = varied_slots(NOW, 8 * HOUR)
    priced = dict(zip(slots, per_slot(Rates(((dear, 0.5), (cheap, 0.1))), slots, 0.3), strict=True))
    assert priced[Interval(at(23), at(23.5))] == pytest.approx(0.3)
    assert priced[Interval(at(23.5), at(24))] == pytest.approx(0.1)
