"""Durations and instants of the wire, from the strict to the odd."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drrouter.adapters.openadr3.times import (
    END_OF_TIME,
    Span,
    format_instant,
    format_span,
    has_zone,
    is_beginning_of_time,
    is_date_time,
    is_duration,
    parse_instant,
    parse_span,
)

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("PT1H", datetime(2026, 1, 31, 13, tzinfo=UTC)),
        ("P12H", datetime(2026, 2, 1, 0, tzinfo=UTC)),
        ("P1M", datetime(2026, 2, 28, 12, tzinfo=UTC)),
        ("P1Y1M", datetime(2027, 2, 28, 12, tzinfo=UTC)),
        ("P2W", datetime(2026, 2, 14, 12, tzinfo=UTC)),
        ("PT0.5S", NOON + timedelta(seconds=0.5)),
        ("PT36H90M", NOON + timedelta(hours=37, minutes=30)),
        ("P9999Y", END_OF_TIME),
        ("P7973Y11M", END_OF_TIME),
        ("P999999999D", END_OF_TIME),
        ("P999999999W", END_OF_TIME),
        ("PT0S", NOON),
    ],
)
def test_a_duration_ends_where_the_calendar_says(text: str, end: datetime) -> None:
    span = parse_span(text)
    assert span is not None
    assert span.after(NOON) == end


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "1H", "-PT1H", "PT1H ", "P1H1D", "PT1.5H", "P\u0663D", None, 5]
)
def test_what_is_no_duration_is_none(text: object) -> None:
    assert parse_span(text) is None


def test_only_a_zero_duration_is_nothing() -> None:
    assert not Span()
    assert Span(months=1)
    assert parse_span("PT0S") == Span()


@given(st.timedeltas(timedelta(0), timedelta(days=100_000)))
def test_a_written_duration_is_read_back_and_strictly_valid(span: timedelta) -> None:
    text = format_span(span)
    assert is_duration(text)
    found = parse_span(text)
    assert found is not None
    assert abs(found.exact - span) <= timedelta(microseconds=1)


def test_a_negative_duration_is_not_written() -> None:
    with pytest.raises(ValueError, match="negative"):
        format_span(timedelta(seconds=-1))


@pytest.mark.parametrize(
    ("text", "is_valid"),
    [
        ("PT15M", True),
        ("P1DT12H", True),
        ("P1Y2M3DT4H5M6.7S", True),
        ("P9999Y", True),
        ("PT0S", True),
        ("P", False),
        ("PT", False),
        ("P1DT", False),
        ("P12H", False),
        ("-PT1H", False),
        ("PT1H\n", False),
        ("P1W2D", False),
    ],
)
def test_the_strict_form_of_a_duration_is_the_specifications(text: str, is_valid: bool) -> None:
    assert is_duration(text) is is_valid


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-22T17:49:33Z", datetime(2026, 11, 22, 17, 49, 33, tzinfo=UTC)),
        ("2026-11-22t17:49:33z", datetime(2026, 11, 22, 17, 49, 33, tzinfo=UTC)),
        ("2026-11-22 17:49:33", datetime(2026, 11, 22, 17, 49, 33, tzinfo=UTC)),
        ("2026-11-22T17:49:33+01:00", datetime(2026, 11, 22, 16, 49, 33, tzinfo=UTC)),
        ("2026-11-22", datetime(2026, 11, 22, tzinfo=UTC)),
        ("2026-13-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+10:00", None),
        ("soon", None),
        (7, None),
        (None, None),
    ],
)
def test_an_instant_is_read_leniently_and_always_in_utc(text: object, instant: datetime | None) -> None:
    assert parse_instant(text) == instant


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_written_instant_is_read_back(instant: datetime) -> None:
    text = format_instant(instant)
    assert parse_instant(text) == instant
    assert has_zone(text)


@pytest.mark.parametrize(
    ("text", "is_valid"),
    [
        ("2026-01-31T12:00:00Z", True),
        ("2026-01-31T12:00:00.123+02:00", True),
        ("0001-01-01", True),
        ("0001-01-01T00:00:00", True),
        ("0001-01-01T00:00:00Z", True),
        ("0001-01-01T01:00:00Z", False),
        ("2026-01-31T12:00:00", False),
        ("2026-01-31 12:00:00Z", False),
        ("2026-02-31T12:00:00Z", False),
        ("2026-01-31T12:00Z", False),
        ("", False),
    ],
)
def test_the_strict_form_of_an_instant_is_rfc_3339_or_now(text: str, is_valid: bool) -> None:
    assert is_date_time(text) is is_valid


@pytest.mark.parametrize("text", ["0001-01-01", "0001-01-01T00:00:00Z", "0000-00-00", "0000-01-01T00:00:00"])
def test_the_beginning_of_time_is_known_in_all_its_forms(text: str) -> None:
    assert is_beginning_of_time(text)
    assert not is_beginning_of_time("2026-01-01")
    assert not is_beginning_of_time(None)


def test_a_time_without_a_zone_is_told_from_one_with() -> None:
    assert has_zone("2026-01-31T12:00:00+0100")
    assert not has_zone("2026-01-31T12:00:00")
    assert not has_zone(3)
