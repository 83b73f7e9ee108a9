"""Values that hold for a time: gaps stay gaps, and what is laid over wins."""

import pytest

from drrouter.domain.rates import Rates, constant, from_steps
from tests.builders import at, rates, span

LOW = rates(("10:00", "12:00", 1.0), ("12:00", "14:00", 2.0))


def test_a_rate_holds_from_its_start_until_its_end() -> None:
    assert [LOW.at(at(time)) for time in ("10:00", "11:59:59", "12:00", "13:00")] == [1.0, 1.0, 2.0, 2.0]


def test_where_nothing_is_known_the_answer_is_none_and_not_zero() -> None:
    assert LOW.at(at("09:59")) is None
    assert LOW.at(at("14:00")) is None
    assert Rates().at(at("10:00")) is None


def test_steps_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="rates overlap at 2026-06-01 11:00"):
        rates(("10:00", "12:00", 1.0), ("11:00", "13:00", 2.0))


def test_steps_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="rates overlap"):
        rates(("12:00", "13:00", 1.0), ("10:00", "11:00", 2.0))


def test_a_mean_is_weighted_by_time() -> None:
    assert LOW.mean(span("11:00", "14:00")) == pytest.approx((1.0 + 2 * 2.0) / 3)


def test_a_mean_covers_the_known_part_only() -> None:
    assert LOW.mean(span("08:00", "11:00")) == 1.0
    assert LOW.mean(span("15:00", "16:00")) is None


def test_what_is_laid_over_replaces_where_it_is_known() -> None:
    laid = LOW.overlay(rates(("11:00", "13:00", 9.0)))
    assert laid == rates(("10:00", "11:00", 1.0), ("11:00", "13:00", 9.0), ("13:00", "14:00", 2.0))


def test_what_is_laid_over_reaches_into_gaps() -> None:
    assert Rates().overlay(LOW) == LOW
    assert LOW.overlay(Rates()) == LOW
    assert rates(("10:00", "11:00", 1.0)).overlay(rates(("12:00", "13:00", 9.0))).at(at("11:30")) is None


def test_a_sum_is_known_where_both_parts_are() -> None:
    total = LOW.plus(rates(("11:00", "13:00", 0.5)))
    assert total == rates(("11:00", "12:00", 1.5), ("12:00", "13:00", 2.5))


def test_neighbours_of_equal_value_become_one_step() -> None:
    assert LOW.overlay(rates(("12:00", "14:00", 1.0))) == rates(("10:00", "14:00", 1.0))


def test_equal_values_with_a_gap_between_stay_apart() -> None:
    apart = rates(("10:00", "11:00", 1.0), ("12:00", "13:00", 1.0))
    assert apart.overlay(Rates()) == apart


def test_rates_are_known_until_the_end_of_the_last_step() -> None:
    assert LOW.known_until == at("14:00")
    assert Rates().known_until is None


def test_steps_may_come_in_any_order_and_a_later_one_replaces() -> None:
    steps = [(span("12:00", "14:00"), 2.0), (span("10:00", "13:00"), 1.0)]
    assert from_steps(steps) == rates(("10:00", "13:00", 1.0), ("13:00", "14:00", 2.0))
    assert constant(3.0, span("10:00", "11:00")) == rates(("10:00", "11:00", 3.0))
