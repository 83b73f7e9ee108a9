"""Events that last shorter or longer than their intervals; numbers in docstrings are a VEN's obligations."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drrouter.adapters.openadr3 import reading
from drrouter.adapters.openadr3.times import format_instant, format_span
from drrouter.adapters.sp.openadr3.normalise import normalise
from drrouter.adapters.sp.openadr3.repeating import AHEAD
from drrouter.domain.event import Event
from drrouter.domain.ids import ProviderId
from tests.adapters.sp.wire import DAY, HOUR, NOW, read, says, steps, wire

FOR_EVER = "P9999Y"


@pytest.mark.parametrize(
    ("duration", "expected"),
    [
        ("PT2H", [(0, 1, 1), (1, 2, 2)]),
        ("PT90M", [(0, 1, 1), (1, 1.5, 2)]),
        ("P1H", [(0, 1, 1)]),
    ],
)
def test_a_short_event_is_cut(duration: str, expected: list[Any]) -> None:
    """13: event.duration shorter than its intervals."""
    event = read(wire(says(1), says(2), duration=duration))
    assert steps(event) == expected
    assert event.known_until is None


def test_half_of_a_day_of_prices_is_left_out() -> None:
    """13: P12H over 24 hourly intervals drops the last 12 (User Guide 7.3)."""
    event = read(wire(*[says(hour) for hour in range(24)], duration="P12H"))
    assert [payload.value for payload in event.payloads] == list(range(12))


def test_a_long_event_repeats_from_the_repetition_that_holds_now() -> None:
    """13: event.duration longer than its intervals; what is over is not repeated."""
    event = read(wire(says(1), says(2), says(3), duration="PT15H"))
    assert steps(event) == [(12, 13, 1), (13, 14, 2), (14, 15, 3)]
    assert event.known_until is None


def test_the_last_repetition_is_cut_where_the_event_ends() -> None:
    """13."""
    event = read(wire(says(1), says(2), says(3), duration="PT16H30M"))
    assert steps(event)[-2:] == [(15, 16, 1), (16, 16.5, 2)]


def test_a_repeated_event_that_is_over_shows_its_last_repetition() -> None:
    """13: it does not look like an event without intervals."""
    assert steps(read(wire(says(1), says(2), duration="PT5H"))) == [(4, 5, 1)]


def test_a_repeated_event_of_the_far_future_is_read_once() -> None:
    """13."""
    start = {"start": "2026-05-01T00:00:00Z", "duration": "PT1H"}
    event = read(wire(says(1), says(2), intervalPeriod=start, duration=FOR_EVER))
    assert len(event.payloads) == 2
    assert event.known_until == event.payloads[-1].interval.end


def test_a_day_that_repeats_for_ever_is_read_as_far_as_the_next_days_need() -> None:
    """13: 96 prices a day for ever do not explode."""
    quarter = {"start": "2020-01-01T00:00:00Z", "duration": "PT15M"}
    event = read(wire(*[says(n) for n in range(96)], intervalPeriod=quarter, duration=FOR_EVER))
    assert event.payloads[0].interval.start == DAY
    assert event.known_until == event.payloads[-1].interval.end
    assert NOW + AHEAD <= event.known_until <= NOW + AHEAD + timedelta(days=1)
    assert len(event.payloads) == 96 * 9


def test_a_second_that_repeats_for_ever_is_read_until_there_are_enough() -> None:
    """13."""
    second = {"start": "2020-01-01T00:00:00Z", "duration": "PT1S"}
    event = read(wire(says(1), intervalPeriod=second, duration=FOR_EVER))
    assert 9_990 <= len(event.payloads) <= 10_000
    assert event.known_until == event.payloads[-1].interval.end


def test_many_values_that_repeat_for_ever_are_known_as_far_as_they_are_read() -> None:
    """13, 14."""
    event = read(wire(says(*range(3000)), duration=FOR_EVER))
    assert len(event.payloads) == 10_000
    assert event.known_until == event.payloads[-1].interval.end
    assert event.ignored == ()


def test_what_never_ends_is_not_repeated() -> None:
    """12, 13: P9999Y for both; and a short event.duration ends it."""
    period = {"start": "2026-03-01T00:00:00Z", "duration": FOR_EVER}
    endless = read(wire(says(1), intervalPeriod=period, duration=FOR_EVER))
    assert len(endless.payloads) == 1
    assert endless.known_until is not None
    ended = read(wire(says(1), intervalPeriod=period, duration="PT20H"))
    assert steps(ended) == [(0, 20, 1)]
    assert ended.known_until is None


def test_what_repeats_from_now_on_keeps_its_beat_however_often_it_is_looked_at() -> None:
    """12, 13: "now" is then the date of the version, also after a restart."""
    row = wire(
        says(1), says(2), intervalPeriod={"start": "0001-01-01", "duration": "PT7H"}, duration=FOR_EVER
    )
    for passed in (timedelta(0), timedelta(hours=5), timedelta(days=30)):
        event = normalise(reading.Event.read(row, "test"), None, ProviderId("sp"), NOW + passed)
        assert isinstance(event, Event)
        assert all(one.end == two.start for one, two in pairwise(p.interval for p in event.payloads))
        assert (event.payloads[0].interval.start - (DAY - 10 * HOUR)) % (14 * HOUR) == timedelta(0)


@given(
    lengths=st.lists(st.integers(min_value=30, max_value=300), min_size=1, max_size=5),
    began=st.integers(min_value=0, max_value=5000),
    looks=st.lists(st.integers(min_value=0, max_value=20_000), min_size=1, max_size=4),
    asked=st.integers(min_value=0, max_value=AHEAD // timedelta(minutes=1)),
)
def test_at_any_instant_ahead_the_repeated_event_says_what_its_endless_series_says(
    lengths: list[int], began: int, looks: list[int], asked: int
) -> None:
    """13: whenever it is looked at, in minutes."""
    minute = timedelta(minutes=1)
    start = NOW - began * minute
    rows = [says(number, duration=format_span(length * minute)) for number, length in enumerate(lengths)]
    row = wire(*rows, intervalPeriod={"start": format_instant(start), "duration": "PT1H"}, duration=FOR_EVER)
    for look in looks:
        event = normalise(reading.Event.read(row, "test"), None, ProviderId("sp"), NOW + look * minute)
        assert isinstance(event, Event)
        instant = NOW + (look + asked) * minute
        into = ((instant - start) // minute) % sum(lengths)
        expected = next(n for n in range(len(lengths)) if into < sum(lengths[: n + 1]))
        if event.known_until is None or instant < event.known_until:
            assert [p.value for p in event.payloads if p.interval.holds(instant)] == [expected]
        assert (
            event.known_until is None
            or event.known_until >= NOW + look * minute + AHEAD
            or len(event.payloads) > 9_000
        )
