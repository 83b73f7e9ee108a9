"""When reports are due and on which intervals; numbers in docstrings are the obligations of a VEN."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from drrouter.domain.interval import Interval
from drrouter.domain.report import NO_GRID, Grid, ReportAsk
from drrouter.router.report_times import due_now, next_due
from tests.builders import DAY, HOUR, MINUTE, NOON, at, span

FIVE = Grid(tuple((number, span(f"{12 + number}:00", f"{13 + number}:00")) for number in range(5)))
USAGE = ReportAsk("USAGE")


def made(ask: ReportAsk, grid: Grid = FIVE, until: str = "23:00") -> list[tuple[str, list[int]]]:
    """Every report as a router that looks each minute makes it."""
    found, now = {}, DAY
    while now <= at(until):
        due = due_now(ask, grid, DAY, now)
        if due is not None and due.number not in found:
            found[due.number] = (f"{due.at:%H:%M}", [slot for slot, _ in due.slots])
            assert now == max(due.at, DAY)
        now += MINUTE * 5
    return list(found.values())


def test_a_report_on_all_intervals_is_made_at_their_end_and_a_forecast_at_their_beginning() -> None:
    """28: User Guide 7.5, "report on all intervals"."""
    assert made(USAGE) == [("17:00", [0, 1, 2, 3, 4])]
    assert made(replace(USAGE, historical=False)) == [("12:00", [0, 1, 2, 3, 4])]


def test_a_report_on_some_intervals_is_made_at_their_end() -> None:
    """28: User Guide 7.5, "subset of intervals"."""
    assert made(replace(USAGE, start=1, count=3)) == [("16:00", [1, 2, 3])]


def test_periodic_reports_follow_one_another() -> None:
    """28: User Guide 7.5, "at a regular period"."""
    ask = replace(USAGE, start=1, count=2, frequency=2, repeat=3)
    six = Grid((*FIVE.slots, (5, span("17:00", "18:00"))))
    assert made(ask, six) == [("14:00", [0, 1]), ("16:00", [2, 3]), ("18:00", [4, 5])]


def test_rolling_reports_overlap() -> None:
    """28: User Guide 7.5, "rolling reports"."""
    ask = replace(USAGE, start=0, count=3, frequency=1, repeat=3, historical=False)
    assert made(ask) == [("12:00", [0, 1, 2]), ("13:00", [1, 2, 3]), ("14:00", [2, 3, 4])]


def test_a_rolling_report_that_reaches_ahead_is_not_skipped_for_one_that_reaches_back() -> None:
    """28: of those due at once the last is made, which says no less than the others."""
    ask = replace(USAGE, start=0, count=3, frequency=1, repeat=-1)
    assert made(ask) == [("15:00", [0, 1, 2]), ("16:00", [1, 2, 3]), ("17:00", [2, 3, 4])]
    due = due_now(ask, FIVE, DAY, at("15:30"))
    assert due is not None
    assert due.at == at("15:00")
    assert next_due(ask, FIVE, DAY, at("15:30")) == at("16:00")


def test_reports_repeat_as_long_as_the_event_lasts() -> None:
    """28: repeat -1."""
    ask = replace(USAGE, start=0, count=1, repeat=-1)
    assert made(ask) == [(f"{13 + number}:00", [number]) for number in range(5)]


def test_an_event_that_loops_reports_with_the_ids_of_its_intervals_at_the_end_of_each_round() -> None:
    """28, 29: User Guide 7.5, "looping intervals"."""
    three = Grid(FIVE.slots[:3], repeats=True)
    assert made(replace(USAGE, repeat=-1), three) == [
        ("15:00", [0, 1, 2]),
        ("18:00", [0, 1, 2]),
        ("21:00", [0, 1, 2]),
    ]
    ends = replace(three, until=at("16:00"))
    assert ends.size == 4
    assert made(replace(USAGE, start=0, count=1, repeat=-1), ends)[-1] == ("16:00", [0])


def test_implied_intervals_are_numbered_by_the_router() -> None:
    """28, 29: User Guide 8.7, a forecast of hours for an event that has none."""
    implied = Grid(((0, span("12:00", "13:00")),), repeats=True, implied=True)
    ask = replace(USAGE, start=0, count=3, historical=False, frequency=1, repeat=-1)
    assert made(ask, implied, "14:30") == [("12:00", [0, 1, 2]), ("13:00", [1, 2, 3]), ("14:00", [2, 3, 4])]


def test_a_late_event_gets_one_report_that_catches_up() -> None:
    """29: User Guide 7.5, "do it now"."""
    ask = replace(USAGE, start=0, count=1, repeat=-1)
    due = due_now(ask, FIVE, at("15:30"), at("15:30"))
    assert due is not None
    assert (due.number, [slot for slot, _ in due.slots]) == (2, [2])
    assert next_due(ask, FIVE, at("15:30"), at("15:30")) == at("16:00")


def test_what_may_be_reported_at_any_time_is_reported_at_once_and_every_hour() -> None:
    """28: frequency 0, and report-only events without any period."""
    ask = replace(USAGE, frequency=0)
    assert due_now(ask, FIVE, at("12:10"), at("12:05")) is None
    first = due_now(ask, FIVE, at("12:10"), at("12:15"))
    assert first is not None
    assert (first.at, first.slots) == (at("12:10"), ((0, span("11:10", "12:10")),))
    assert next_due(ask, FIVE, at("12:10"), at("12:15")) == at("13:10")
    assert due_now(ask, FIVE, at("12:10"), at("17:20")) is None
    assert next_due(ask, FIVE, at("12:10"), at("16:20")) is None
    for_ever = due_now(ask, NO_GRID, NOON, NOON + 5 * HOUR)
    assert for_ever is not None
    assert for_ever.number == 5
    once = due_now(USAGE, NO_GRID, NOON, NOON)
    assert once is not None
    assert due_now(USAGE, NO_GRID, NOON, NOON + 2 * HOUR) is None
    ahead = due_now(replace(ask, historical=False), FIVE, at("12:10"), at("12:15"))
    assert ahead is not None
    assert ahead.slots[0][1] == span("12:10", "13:10")


@pytest.mark.parametrize("ask", [replace(USAGE, start=9), replace(USAGE, count=2, start=7, historical=False)])
def test_a_report_on_intervals_that_are_not_there_is_never_due(ask: ReportAsk) -> None:
    """28."""
    assert made(ask) == []
    assert next_due(ask, FIVE, DAY, DAY) is None


@given(
    start=st.integers(-1, 7),
    count=st.integers(-1, 7),
    frequency=st.integers(-1, 4),
    repeat=st.integers(-1, 5),
    historical=st.booleans(),
    hours=st.integers(0, 40),
)
@example(start=1, count=0, frequency=2, repeat=-1, historical=True, hours=19)
def test_no_descriptor_however_odd_breaks_anything(
    start: int, count: int, frequency: int, repeat: int, historical: bool, hours: int
) -> None:
    """28."""
    ask = ReportAsk(
        "USAGE", start=start, count=count, frequency=frequency, repeat=repeat, historical=historical
    )
    now = DAY + timedelta(hours=hours)
    for grid in (FIVE, Grid(FIVE.slots, repeats=True), NO_GRID):
        due = due_now(ask, grid, DAY, now)
        assert due is None or (due.at <= now and due.slots)
        coming = next_due(ask, grid, DAY, now)
        assert coming is None or coming > now


@given(
    start=st.integers(0, 4),
    count=st.integers(1, 5),
    frequency=st.integers(1, 4),
    minutes=st.integers(0, 360),
    loops=st.booleans(),
    historical=st.booleans(),
)
def test_the_newest_report_is_the_one_that_a_look_at_every_minute_would_have_found_last(
    start: int, count: int, frequency: int, minutes: int, loops: bool, historical: bool
) -> None:
    """28: the look may come late, and finds the same."""
    ask = ReportAsk("USAGE", start=start, count=count, frequency=frequency, repeat=-1, historical=historical)
    grid, now = Grid(FIVE.slots, repeats=loops), NOON + minutes * MINUTE
    last = None
    for minute in range(minutes + 1):
        last = due_now(ask, grid, DAY, NOON + minute * MINUTE) or last
    assert due_now(ask, grid, DAY, now) == last
    coming = next_due(ask, grid, DAY, now)
    assert coming is None or (at_then := due_now(ask, grid, DAY, coming)) is None or at_then.at == coming


def test_the_last_interval_that_has_begun_is_found() -> None:
    loops = Grid(((0, Interval(NOON, NOON + HOUR)),), repeats=True)
    assert (loops.number_at(at("11:00")), loops.number_at(at("14:30"))) == (-1, 2)
    assert FIVE.number_at(at("23:00")) == 4
    assert loops.slot(-1) is None
