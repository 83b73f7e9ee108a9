"""Laws of intervals, slots and rates."""

import itertools
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from drrouter.domain.interval import Interval, floor_to, slots
from drrouter.domain.rates import Rates
from tests.builders import DAY, MINUTE
from tests.properties.strategies import MINUTES, intervals, rates

STEPS = st.sampled_from([timedelta(minutes=n) for n in (1, 5, 15, 30, 60)])
INSTANTS = MINUTES.map(lambda minutes: DAY + minutes * MINUTE)


@given(span=intervals(), step=STEPS)
def test_slots_partition_time(span: Interval, step: timedelta) -> None:
    cut = slots(span.start, span.end, step)
    assert cut[0].start == span.start
    assert cut[-1].end == span.end
    assert all(before.end == after.start for before, after in itertools.pairwise(cut))
    assert sum((slot.duration for slot in cut), timedelta(0)) == span.duration


@given(span=intervals(), step=STEPS)
def test_slots_meet_at_the_multiples_of_the_step_and_are_no_longer_than_it(
    span: Interval, step: timedelta
) -> None:
    cut = slots(span.start, span.end, step)
    assert all(floor_to(slot.start, step) == slot.start for slot in cut[1:])
    assert all(slot.duration <= step for slot in cut)


@given(one=intervals(), two=intervals(), instant=INSTANTS)
def test_an_overlap_holds_what_both_hold(one: Interval, two: Interval, instant: datetime) -> None:
    common = one.overlap(two)
    assert common == two.overlap(one)
    both = one.holds(instant) and two.holds(instant)
    assert both == (common is not None and common.holds(instant))


@given(low=rates(), high=rates(), minutes=MINUTES)
def test_what_is_laid_over_wins_where_it_is_known_and_only_there(
    low: Rates, high: Rates, minutes: int
) -> None:
    instant = DAY + minutes * MINUTE
    upper = high.at(instant)
    assert low.overlay(high).at(instant) == (low.at(instant) if upper is None else upper)


@given(one=rates(), two=rates(), minutes=MINUTES)
def test_a_sum_is_known_where_both_parts_are_and_gaps_stay_gaps(one: Rates, two: Rates, minutes: int) -> None:
    instant = DAY + minutes * MINUTE
    left, right = one.at(instant), two.at(instant)
    expected = None if left is None or right is None else left + right
    assert one.plus(two).at(instant) == expected == two.plus(one).at(instant)


@given(one=rates(), two=rates(), three=rates())
def test_laying_over_and_adding_do_not_mind_how_they_are_grouped(
    one: Rates, two: Rates, three: Rates
) -> None:
    assert one.overlay(two).overlay(three) == one.overlay(two.overlay(three))
    assert one.plus(two).plus(three) == one.plus(two.plus(three))


@given(one=rates())
def test_laying_rates_over_themselves_or_over_nothing_changes_no_value(one: Rates) -> None:
    merged = one.overlay(Rates())
    assert one.overlay(one) == Rates().overlay(one) == merged
    assert merged.overlay(merged) == merged
    assert one.plus(Rates()) == Rates()


@given(one=rates(), span=intervals())
def test_a_mean_lies_between_the_values_it_is_made_of(one: Rates, span: Interval) -> None:
    known = [value for step, value in one.steps if step.overlap(span)]
    mean = one.mean(span)
    if mean is None:
        assert known == []
    else:
        assert min(known) - 1e-9 <= mean <= max(known) + 1e-9
