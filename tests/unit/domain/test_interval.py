"""Half-open intervals of UTC and the slots cut from them."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from drrouter.domain.interval import Interval, floor_to, require_utc, slots
from tests.builders import MINUTE, at, span


def test_an_interval_holds_its_start_and_not_its_end() -> None:
    hour = span("10:00", "11:00")
    assert hour.holds(at("10:00"))
    assert hour.holds(at("10:59:59"))
    assert not hour.holds(at("11:00"))
    assert not hour.holds(at("09:59:59"))


@pytest.mark.parametrize("end", ["10:00", "09:00"])
def test_an_interval_that_holds_nothing_is_refused(end: str) -> None:
    with pytest.raises(ValueError, match="interval is empty"):
        span("10:00", end)


def test_a_naive_instant_is_refused() -> None:
    naive = datetime(2026, 6, 1, 10)  # noqa: DTZ001 -- what is refused
    with pytest.raises(ValueError, match="not an aware UTC instant"):
        Interval(naive, at("11:00"))


def test_local_time_is_refused() -> None:
    amsterdam = at("10:00").astimezone(ZoneInfo("Europe/Amsterdam"))
    with pytest.raises(ValueError, match="not an aware UTC instant"):
        Interval(amsterdam, at("11:00"))


def test_another_zone_that_is_at_utc_becomes_utc_itself() -> None:
    instant = require_utc(at("10:00").astimezone(timezone(timedelta(0), "GMT")))
    assert instant.tzinfo is UTC
    assert instant == at("10:00")


def test_lengths_are_spans_and_hours() -> None:
    assert span("10:00", "11:30").duration == 90 * MINUTE
    assert span("10:00", "11:30").hours == 1.5


def test_what_two_intervals_share_is_their_overlap() -> None:
    assert span("10:00", "12:00").overlap(span("11:00", "13:00")) == span("11:00", "12:00")
    assert span("10:00", "12:00").overlap_hours(span("11:30", "13:00")) == 0.5


def test_intervals_that_touch_share_nothing() -> None:
    assert span("10:00", "11:00").overlap(span("11:00", "12:00")) is None
    assert span("10:00", "11:00").overlap_hours(span("11:00", "12:00")) == 0.0


def test_an_instant_is_floored_to_a_multiple_of_the_step() -> None:
    assert floor_to(at("10:14:59"), 15 * MINUTE) == at("10:00")
    assert floor_to(at("10:15"), 15 * MINUTE) == at("10:15")


def test_only_the_first_and_the_last_slot_are_shorter() -> None:
    lengths = [slot.duration // MINUTE for slot in slots(at("10:10"), at("10:50"))]
    assert lengths == [5, 15, 15, 5]


def test_there_are_no_slots_in_no_time() -> None:
    assert slots(at("10:00"), at("10:00")) == ()
