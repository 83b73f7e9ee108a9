"""People's times and lengths of time are understood."""

from datetime import UTC, datetime, timedelta

import pytest
import typer

from drrouter.cli.words import LocalTime, parse_span

NOW = datetime(2026, 6, 1, 20, 30, tzinfo=UTC)  # a Monday; 22:30 in Amsterdam
AMSTERDAM = LocalTime.of("Europe/Amsterdam", NOW)


@pytest.mark.parametrize(
    ("text", "minutes"), [("30m", 30), ("2h", 120), ("1h30m", 90), ("1d", 1440), (" 45 MIN ", 45)]
)
def test_a_length_of_time_is_understood(text: str, minutes: int) -> None:
    assert parse_span(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", "30", "m", "0m", "-5m", "1h-5m", "an hour", "1.5h", "5m5h"])
def test_what_is_no_length_of_time_is_a_sentence(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="is no length of time"):
        parse_span(text)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("23:00", "2026-06-01T21:00"),
        ("22:30", "2026-06-02T20:30"),
        ("07:00", "2026-06-02T05:00"),
        ("today 07:00", "2026-06-01T05:00"),
        ("tomorrow 07:00", "2026-06-02T05:00"),
        ("2026-06-03 07:00", "2026-06-03T05:00"),
        ("2026-06-03T07:00", "2026-06-03T05:00"),
        ("2026-06-03T07:00Z", "2026-06-03T07:00"),
        ("2026-06-03T07:00+05:00", "2026-06-03T02:00"),
        ("2026-12-03T07:00", "2026-12-03T06:00"),
    ],
)
def test_a_time_is_the_sites_own(text: str, instant: str) -> None:
    assert AMSTERDAM.parse(text) == datetime.fromisoformat(instant + "+00:00")
    assert AMSTERDAM.parse(text).tzinfo is UTC


@pytest.mark.parametrize("text", ["", "soon", "25:00", "7", "tomorrow", "2026-13-01"])
def test_what_is_no_time_is_a_sentence(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="is no time"):
        AMSTERDAM.parse(text)
