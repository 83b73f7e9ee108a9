"""People's times and lengths are understood, values are said briefly, and strangers' texts do nothing."""

from datetime import UTC, datetime, timedelta

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from drrouter.cli.words import LocalTime, clean, money, parse_span, power, span

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


@pytest.mark.parametrize(
    ("hours", "said"),
    [(0, "22:30"), (1, "23:30"), (10, "Tue 08:30"), (-24, "Sun 22:30"), (24 * 8, "2026-06-09 22:30")],
)
def test_an_instant_is_said_as_briefly_as_it_is_clear(hours: int, said: str) -> None:
    assert AMSTERDAM.say(NOW + timedelta(hours=hours)) == said
    assert AMSTERDAM.say(None) == "-"


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "\0"])
def test_an_unknown_zone_is_utc(zone: str) -> None:
    assert LocalTime.of(zone, NOW).say(NOW) == "20:30"


@given(st.text(max_size=500))
def test_whatever_a_stranger_writes_is_one_harmless_line(text: str) -> None:
    shown = clean(text)
    assert shown.isprintable()
    assert len(shown) <= 200


def test_escapes_marks_and_breaks_are_taken_out_and_words_kept() -> None:
    assert clean("a\x1b[31m\u202eb\n\tc\u2028d") == "a [31m b c d"
    assert clean("Wäsche – 洗濯機") == "Wäsche – 洗濯機"
    assert clean("x" * 300) == "x" * 199 + "…"


def test_values_are_said_with_their_units() -> None:
    assert [power(value) for value in (None, 0.0, 999.4, 2300.0, -1500.0)] == [
        *("-", "0 W", "999 W"),
        *("2.30 kW", "-1.50 kW"),
    ]
    assert money(None, "EUR") == "-"
    assert money(0.5, "EUR\x1b") == "0.50 EUR"
    assert [span(timedelta(minutes=minutes)) for minutes in (5, 60, 135)] == ["5 min", "1 h 00", "2 h 15"]
