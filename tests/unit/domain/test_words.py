"""Values are said briefly and in the site's own time, and strangers' texts do nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drrouter.domain.words import LocalTime, clean, figure, money, power, span

NOW = datetime(2026, 6, 1, 20, 30, tzinfo=UTC)  # a Monday; 22:30 in Amsterdam
AMSTERDAM = LocalTime.of("Europe/Amsterdam", NOW)


@pytest.mark.parametrize(
    ("hours", "said"),
    [(0, "22:30"), (1, "23:30"), (10, "Tue 08:30"), (-24, "Sun 22:30"), (24 * 8, "2026-06-09 22:30")],
)
def test_an_instant_is_said_as_briefly_as_it_is_clear(hours: int, said: str) -> None:
    assert AMSTERDAM.say(NOW + timedelta(hours=hours)) == said
    assert AMSTERDAM.say(None) == "-"
    assert AMSTERDAM.say(datetime(9999, 12, 31, 23, 59, tzinfo=UTC)) == "9999-12-31 23:59"


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


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (26200.0, "26200"),
        (1234567.0, "1234567"),
        (1e7, "10000000"),
        (-0.0, "0"),
        (0.07146, "0.07146"),
        (2e-5, "0.00002"),
        (1e-12, "0"),
    ],
)
def test_a_figure_is_written_without_powers_of_ten(value: float, written: str) -> None:
    assert figure(value) == written
