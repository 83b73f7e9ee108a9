"""Load profiles as meters export them: times of all kinds, two counters, gaps, and lines without sense."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from drrouter.errors import DocumentError
from drrouter.tariff.profile_csv import read_profile

BERLIN = ZoneInfo("Europe/Berlin")


def read(*lines: str) -> list[tuple[str, str, float]]:
    found = read_profile("\n".join(lines).encode(), "meter.csv", BERLIN)
    return [(f"{span.start:%dT%H:%M}", f"{span.end:%dT%H:%M}", round(wh, 6)) for span, wh in found]


def test_energy_is_read_with_its_time_whatever_the_offset() -> None:
    hours = read(
        "start,kwh", "2026-06-01T00:00:00+02:00,1.5", "2026-05-31T23:00Z,-0.5", "2026-06-01T02:00,0.25"
    )
    assert hours == [
        ("31T22:00", "31T23:00", 1500),
        ("31T23:00", "01T00:00", -500),
        ("01T00:00", "01T01:00", 250),
    ]


def test_the_hour_that_comes_twice_is_two_hours() -> None:
    clock = ["00:00", "01:00", "02:00", "02:00", "03:00"]
    hours = read("Start time,kWh", *(f"2026-10-25 {time},1" for time in clock))
    assert [start for start, _, _ in hours] == ["24T22:00", "24T23:00", "25T00:00", "25T01:00", "25T02:00"]


def test_two_counters_of_a_meter_stand_apart_and_load_and_sun_do_not() -> None:
    rows = ("2026-06-01T00:00Z,2,0.5", "2026-06-01T01:00Z,0,3")
    assert [wh for _, _, wh in read("start,import_kwh,export_kwh", *rows)] == [2000, -500, 0, -3000]
    assert [wh for _, _, wh in read("start,load_kwh,pv_kwh", *rows)] == [1500, -3000]
    assert [wh for _, _, wh in read("start,wh", "2026-06-01T00:00Z,5", "2026-06-01T01:00Z,6")] == [5, 6]


def test_a_gap_stays_a_gap_and_a_row_that_comes_again_counts_once() -> None:
    hours = read(
        "start,kwh",
        "2026-06-01T00:00Z,1",
        "2026-06-01T01:00Z,1",
        "2026-06-01T05:00Z,1",
        "2026-06-01T06:00Z,1",
        "2026-06-01T06:00Z,1",
        "2026-06-01T07:00Z,1",
    )
    assert [start for start, _, _ in hours] == [f"01T{hour:02}:00" for hour in (0, 1, 5, 6, 7)]
    assert hours[1][1] == "01T02:00"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["a,b", "1,2"], "line 1: names no time or no energy. Begin it with: start,kwh"),
        (["start,kwh"], "has fewer than two rows"),
        (["start,kwh", "2026-06-01T00:00Z,1"], "has fewer than two rows"),
        (["start,kwh", "yesterday,1"], "line 2: 'yesterday' is no time. Write it like"),
        (["start,kwh", '2026-06-01T00:00Z,"1,5"'], "line 2: '1,5' is no number. Use a point as in 1.5."),
        (["start,kwh", "2026-06-01T00:00Z"], "line 2: 'None' is no number"),
        (["start,kwh", "2026-06-01T00:00Z,nan"], "line 2: nan is no energy of a home"),
        (["start,kwh", "2026-06-01T00:00Z,1e9"], "line 2: 1e9 is no energy of a home. Check the unit"),
        (["start,kwh", *["2026-06-01T00:00Z,1"] * 5], "tells the same times again and again"),
    ],
)
def test_what_makes_no_sense_is_said_with_its_line(lines: list[str], said: str) -> None:
    with pytest.raises(DocumentError) as refused:
        read(*lines)
    assert said in refused.value.sentence


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(DocumentError, match="is not UTF-8 text"):
        read_profile(b"\xff\xfe", "meter.csv", BERLIN)


def test_an_excel_mark_at_the_beginning_is_no_part_of_a_name() -> None:
    data = "\ufeffstart,kwh\n2026-06-01T00:00Z,1\n2026-06-01T01:00Z,1\n".encode()
    assert read_profile(data, "meter.csv", BERLIN)[0][0].start == datetime(2026, 6, 1, tzinfo=UTC)
