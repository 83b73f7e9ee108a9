"""randomizeStart: one draw for an event, kept without being stored; obligation 16 of a VEN."""

from datetime import timedelta
from typing import Any

import pytest

from drrouter.adapters.openadr3 import reading
from drrouter.adapters.sp.openadr3.normalise import normalise
from drrouter.adapters.sp.openadr3.shift import MOST_SHIFT, Dice, drawn_by
from drrouter.domain.event import Event
from drrouter.domain.ids import ProviderId
from tests.adapters.sp.wire import DAY, HOUR, NOW, says, wire

MINUTE = timedelta(minutes=1)
MIDNIGHT = "2026-03-01T00:00:00Z"
EARLIER = "2026-02-28T00:00:00Z"


def shed(value: float, **period: Any) -> dict[str, Any]:
    return says(value, kind="SIMPLE", **period)


def order(*intervals: dict[str, Any], randomize: str | None = "PT5M", **members: Any) -> dict[str, Any]:
    """An order at midnight for hours one after another, to be moved by up to five minutes."""
    period = {"start": MIDNIGHT, "duration": "PT1H", "randomizeStart": randomize}
    return wire(*(intervals or (shed(1), shed(2), shed(3))), **{"intervalPeriod": period, **members})


def seen(row: dict[str, Any], seed: str = "ours", *, prices: bool = False, later: float = 0) -> Event:
    dice = Dice(seed, prices)
    event = normalise(reading.Event.read(row, "test"), None, ProviderId("sp"), NOW + later * HOUR, dice)
    assert isinstance(event, Event)
    return event


def starts(event: Event) -> list[timedelta]:
    """After midnight."""
    return [payload.interval.start - DAY for payload in event.payloads]


def shifts(event: Event) -> list[timedelta]:
    """Of hours that follow one another from midnight on."""
    return [start - number * HOUR for number, start in enumerate(starts(event))]


def test_all_contiguous_intervals_move_by_one_draw_and_keep_their_length() -> None:
    """16."""
    event = seen(order())
    (shift,) = set(shifts(event))
    assert timedelta(0) < abs(shift) <= 5 * MINUTE
    assert all(payload.interval.duration == HOUR for payload in event.payloads)
    assert event.ignored == ()


def test_an_absolute_start_moves_along() -> None:
    """16: by the same amount."""
    event = seen(order(shed(1), shed(2, start="2026-03-01T08:00:00Z"), shed(3)))
    (shift,) = set(shifts(seen(order())))
    assert starts(event) == [shift, 8 * HOUR + shift, 9 * HOUR + shift]


def test_an_interval_with_a_range_of_its_own_draws_anew_and_later_ones_follow_it() -> None:
    """16: User Guide 7.3, "in which case it (and potentially any later intervals)"."""
    own = shed(2, start="2026-03-01T08:00:00Z", randomizeStart="PT30M")
    first, second, third, fourth = starts(
        seen(order(shed(1), own, shed(3), shed(0, start="2026-03-01T20:00:00Z")))
    )
    assert first == shifts(seen(order()))[0]
    assert first != second - 8 * HOUR == third - 9 * HOUR == fourth - 20 * HOUR
    assert abs(second - 8 * HOUR) <= 30 * MINUTE


def test_two_intervals_with_the_same_range_draw_each_for_itself() -> None:
    """16."""
    event = seen(order(*[shed(1, randomizeStart="PT30M") for _ in range(6)], randomize=None))
    assert len(set(shifts(event))) > 3


def test_a_range_of_nothing_is_no_range() -> None:
    """16: PT0S is the default, which some servers write out."""
    event = seen(order(shed(1), shed(2, randomizeStart="PT0S")))
    assert len(set(shifts(event))) == 1
    assert shifts(seen(order(randomize="PT0S"))) == shifts(seen(order(randomize=None))) == [timedelta(0)] * 3


def test_the_draw_is_kept_across_polls_and_restarts() -> None:
    """16: a later look, a later start of the program, a new value, another spelling of the same start."""
    first = shifts(seen(order()))
    assert shifts(seen(order(), later=3)) == first
    assert shifts(seen(order(shed(3), shed(2), shed(1), modificationDateTime=MIDNIGHT))) == first
    spelled = {"start": "2026-03-01T01:00:00+01:00", "duration": "PT1H", "randomizeStart": "PT300S"}
    assert shifts(seen(order(intervalPeriod=spelled))) == first


def test_the_draw_is_made_anew_when_start_or_range_change() -> None:
    """16."""
    first = shifts(seen(order()))[0]
    assert shifts(seen(order(randomize="PT6M")))[0] != first
    moved = {"start": EARLIER, "duration": "PT1H", "randomizeStart": "PT5M"}
    assert starts(seen(order(intervalPeriod=moved)))[0] + timedelta(days=1) != first
    assert shifts(seen(order() | {"id": "e2"}))[0] != first


def test_neighbours_differ() -> None:
    """16: the seed is the router's own."""
    assert len({shifts(seen(order(), seed=f"home {number}"))[0] for number in range(50)}) > 40


def test_a_thousand_homes_are_spread_evenly_over_the_whole_range() -> None:
    """16: uniform in [-r, +r], to the second, both ends included."""
    drawn = [drawn_by(f"home {number}", "e1")(MIDNIGHT, 5 * MINUTE) for number in range(20_000)]
    seconds = [shift.total_seconds() for shift in drawn]
    assert (min(seconds), max(seconds)) == (-300, 300)
    tenths = [sum(-300 + 60.1 * n <= s < -300 + 60.1 * (n + 1) for s in seconds) for n in range(10)]
    assert sum(tenths) == 20_000
    assert all(1850 <= count <= 2150 for count in tenths)


@pytest.mark.parametrize("kind", ["PRICE", "EXPORT_PRICE", "GHG"])
def test_prices_are_facts_and_stay(kind: str) -> None:
    """16: price-only events are not moved, unless the owner says so."""
    unit = {"payloadType": "EXPORT_PRICE", "units": "KWH", "currency": "EUR"}
    row = order(says(1, kind=kind), payloadDescriptors=[unit, unit | {"payloadType": "PRICE"}])
    assert shifts(seen(row)) == [timedelta(0)]
    assert seen(row).ignored == ("randomizeStart is not applied to prices",)
    assert shifts(seen(row, prices=True)) == shifts(seen(order(shed(1))))


def test_prices_beside_an_order_move_with_it() -> None:
    """16: one draw per event."""
    both = shed(1)
    both["payloads"].append({"type": "PRICE", "values": [0.3]})
    one, two = starts(seen(order(both)))
    assert one == two != timedelta(0)


def test_a_repeated_order_moves_as_a_whole() -> None:
    """13, 16: the same shift in each repetition, and the event's end moves along."""
    event = seen(order(shed(1), shed(2), duration="PT15H"), later=-12)
    (shift,) = set(shifts(event))
    assert shift == shifts(seen(order()))[0]
    assert event.payloads[-1].interval.end == DAY + 15 * HOUR + shift
    assert len(event.payloads) == 15


def test_the_repetition_that_holds_now_is_found_after_being_moved() -> None:
    """13, 16: it lasts until its moved end."""
    wide = {"start": MIDNIGHT, "duration": "PT12H", "randomizeStart": "PT6H"}
    for number in range(20):
        event = seen(order(shed(1), intervalPeriod=wide, duration="P9999Y"), seed=f"home {number}")
        assert [p.value for p in event.payloads if p.interval.holds(NOW)] == [1]


def test_an_order_for_now_is_moved_too() -> None:
    """12, 16."""
    now = {"start": "0001-01-01", "duration": "PT1H", "randomizeStart": "PT5M"}
    (start,) = [payload.interval.start for payload in seen(order(shed(1), intervalPeriod=now)).payloads]
    assert timedelta(0) < abs(start - NOW) <= 5 * MINUTE


@pytest.mark.parametrize("randomize", ["soon", "P", "PT0.4S"])
def test_a_range_that_is_none_moves_nothing(randomize: str) -> None:
    """16, 17."""
    assert shifts(seen(order(randomize=randomize))) == [timedelta(0)] * 3


def test_a_range_with_a_minus_counts_without_it() -> None:
    """16: "within the bounds of the absolute value"."""
    assert shifts(seen(order(randomize="-PT5M"))) == shifts(seen(order()))


def test_an_endless_range_and_the_beginning_of_all_calendars_break_nothing() -> None:
    """16, 17."""
    assert all(abs(shift) <= MOST_SHIFT for shift in shifts(seen(order(randomize="P9999Y"))))
    old = {"start": "0001-01-02T00:00:00Z", "duration": "PT1H", "randomizeStart": "P1Y"}
    for number in range(10):
        seen(order(shed(1), intervalPeriod=old), seed=f"home {number}")


def test_without_a_start_of_the_event_the_draw_follows_the_first_intervals() -> None:
    """16."""
    period = {"duration": "PT1H", "randomizeStart": "PT5M"}
    rows = [shed(1, start=MIDNIGHT), shed(2)]
    assert shifts(seen(order(*rows, intervalPeriod=period))) == shifts(seen(order(shed(1), shed(2))))
