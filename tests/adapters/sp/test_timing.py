"""When the intervals of an event are; numbers in docstrings are the obligations of a VEN."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from drrouter.adapters.openadr3 import reading
from drrouter.adapters.sp.openadr3.normalise import Withdrawn, normalise
from drrouter.domain.ids import EventId, ProviderId
from tests.adapters.sp.wire import NOW, read, says, steps, wire


def test_prices_follow_one_another_from_the_events_start() -> None:
    """11, 23: defaults at event level; negative prices are allowed."""
    event = read(wire(says(0.2), says(-0.05)))
    assert steps(event) == [(0, 1, 0.2), (1, 2, -0.05)]
    assert event.currency == "EUR"
    assert event.modified_at == datetime(2026, 2, 28, 14, tzinfo=UTC)
    assert event.ignored == ()


def test_an_interval_overrides_the_events_period() -> None:
    """11, 15: unequal, gapped and overlapping intervals inside one event."""
    event = read(
        wire(
            says(1, duration="PT2H"),
            says(2),
            says(3, start="2026-03-01T08:00:00Z"),
            says(4, start="2026-03-01T08:30:00Z", duration="PT30M"),
            says(5),
        )
    )
    assert steps(event) == [(0, 2, 1), (2, 3, 2), (8, 9, 3), (8.5, 9, 4), (9, 10, 5)]


def test_without_a_period_at_event_level_each_interval_needs_its_own() -> None:
    """11: the interval without one is named, the others work."""
    event = read(wire(says(1), says(2, start="2026-03-01T05:00:00Z", duration="PT1H"), intervalPeriod=None))
    assert steps(event) == [(5, 6, 2)]
    assert "interval 0 has no start" in event.ignored


def test_an_interval_without_any_duration_is_named() -> None:
    event = read(wire(says(1), intervalPeriod={"start": "2026-03-01T00:00:00Z"}))
    assert event.payloads == ()
    assert event.ignored == ("interval 0 has no duration",)


@pytest.mark.parametrize("start", ["0001-01-01", "0001-01-01T00:00:00", "0001-01-01T00:00:00Z", "0000-00-00"])
def test_the_beginning_of_time_means_now(start: str) -> None:
    """12: the receipt instant; later intervals of the same kind follow on."""
    event = read(wire(says(1), says(2, start=start), intervalPeriod={"start": start, "duration": "PT1H"}))
    assert steps(event) == [(12.5, 13.5, 1), (13.5, 14.5, 2)]


def test_the_beginning_of_time_in_the_first_interval_means_the_events_start() -> None:
    """12: identical to the event's start where there is one (User Guide 7.3)."""
    assert steps(read(wire(says(1, start="0001-01-01")))) == [(0, 1, 1)]


def test_infinity_is_read_a_year_ahead_and_read_on_before_it_ends() -> None:
    """12: P9999Y, from the date of the version on, so that it begins at the same instant at every look."""
    event = read(wire(says(1), intervalPeriod={"start": "0001-01-01", "duration": "P9999Y"}))
    (payload,) = event.payloads
    assert payload.interval.start == datetime(2026, 2, 28, 14, tzinfo=UTC)
    assert payload.interval.end == event.known_until == NOW + timedelta(days=365)


def test_now_and_for_ever_without_a_date_begins_at_the_receipt() -> None:
    """12, 17."""
    period = {"start": "0001-01-01", "duration": "P9999Y"}
    event = read(wire(says(1), intervalPeriod=period, modificationDateTime="noon"))
    assert event.payloads[0].interval.start == NOW


def test_an_event_that_began_before_it_was_received_is_in_the_interval_that_holds_now() -> None:
    """12: "do it now", User Guide 7.3: the hours before are over, the present one holds."""
    event = read(wire(*[says(hour) for hour in range(25)]))
    assert [payload.value for payload in event.payloads if payload.interval.holds(NOW)] == [12]


def test_several_values_share_the_interval_evenly() -> None:
    """14."""
    event = read(wire(says(1, 2, 3, duration="PT3H"), says(4)))
    assert steps(event) == [(0, 1, 1), (1, 2, 2), (2, 3, 3), (3, 4, 4)]


def test_parts_shorter_than_the_clock_can_tell_are_left_out() -> None:
    assert len(read(wire(says(1, 2, 3, duration="PT0.000002S"))).payloads) == 2


def test_months_and_years_follow_the_calendar() -> None:
    """15."""
    event = read(wire(says(1, start="2026-01-31T00:00:00Z", duration="P1M"), says(2, duration="P1Y")))
    first = event.payloads[0]
    assert first.interval.end == datetime(2026, 2, 28, tzinfo=UTC)


def test_a_zero_duration_is_dropped() -> None:
    """15: and the next interval starts where it stands."""
    assert steps(read(wire(says(1, duration="PT0S"), says(2)))) == [(0, 1, 2)]


@pytest.mark.parametrize("start", ["2026-03-01 05:00:00", "2026-03-01T05:00:00", "2026-03-01T06:00:00+01:00"])
def test_odd_time_stamps_are_read_as_utc(start: str) -> None:
    """17: flagged where the zone is missing."""
    event = read(wire(says(1, start=start)))
    assert steps(event) == [(5, 6, 1)]
    assert ("a start without a time zone is read as UTC" in event.ignored) == ("+" not in start)


def test_an_odd_modification_date_is_read_as_utc() -> None:
    """17."""
    event = read(wire(says(1), modificationDateTime="2026-11-22 17:49:33"))
    assert event.modified_at == datetime(2026, 11, 22, 17, 49, 33, tzinfo=UTC)


def test_without_dates_of_its_own_a_version_is_dated_to_its_receipt() -> None:
    """17."""
    assert read(wire(says(1), modificationDateTime="noon", createdDateTime=None)).modified_at == NOW


@pytest.mark.parametrize(
    ("members", "intervals"),
    [
        ({"intervalPeriod": {"start": "0001-01-01", "duration": "PT0S"}}, []),
        ({"intervalPeriod": {"start": "0001-01-01T00:00:00Z", "duration": "PT0S"}}, [says(1), says(2)]),
        ({"intervalPeriod": None}, [says(1, start="0001-01-01", duration="PT0S")]),
    ],
)
def test_an_event_at_the_beginning_of_time_for_no_time_is_withdrawn(
    members: dict[str, Any], intervals: list[Any]
) -> None:
    """20: cancelled by its dates (User Guide 7.9)."""
    event = reading.Event.read(wire(*intervals, **members), "test")
    assert normalise(event, None, ProviderId("sp"), NOW) == Withdrawn(EventId("e1"))


def test_an_event_without_intervals_is_not_withdrawn() -> None:
    """28: an event that only asks for reports is kept, without payloads."""
    assert read(wire()).payloads == ()


def test_more_than_ten_thousand_intervals_are_capped() -> None:
    quarter = {"start": "2026-03-01T00:00:00Z", "duration": "PT15M"}
    event = read(wire(*[says(1)] * 10_050, intervalPeriod=quarter))
    assert len(event.payloads) == 10_000
    assert event.ignored == ("only the first 10000 of 10050 intervals are read",)
