"""What a wire event means in our own units; numbers in docstrings are the obligations of a VEN."""

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drrouter.adapters.openadr3 import reading
from drrouter.adapters.sp.openadr3.normalise import Withdrawn, normalise
from drrouter.domain.event import Event, PayloadType
from drrouter.domain.ids import EventId, ProviderId
from drrouter.errors import MessageError

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
DAY = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
PRICE = {"payloadType": "PRICE", "units": "KWH", "currency": "EUR"}


def wire(*intervals: dict[str, Any], **members: Any) -> dict[str, Any]:
    """An event of day-ahead prices, unless told otherwise."""
    return {
        "id": "e1",
        "programID": "p1",
        "eventName": "prices",
        "createdDateTime": "2026-02-28T13:00:00Z",
        "modificationDateTime": "2026-02-28T14:00:00Z",
        "payloadDescriptors": [PRICE],
        "intervalPeriod": {"start": "2026-03-01T00:00:00Z", "duration": "PT1H"},
        "intervals": list(intervals),
        **members,
    }


def says(*values: Any, kind: str = "PRICE", **period: Any) -> dict[str, Any]:
    """One interval, with a period of its own where one is given."""
    row: dict[str, Any] = {"id": 0, "payloads": [{"type": kind, "values": list(values)}]}
    return row | ({"intervalPeriod": period} if period else {})


def read(row: dict[str, Any], program: dict[str, Any] | None = None) -> Event:
    known = reading.Program.read(program, "test") if program else None
    event = normalise(reading.Event.read(row, "test"), known, ProviderId("sp"), NOW)
    assert isinstance(event, Event)
    return event


def steps(event: Event) -> list[tuple[float, float, float]]:
    """Payloads as (hours after midnight, hours after midnight, value)."""
    return [((p.interval.start - DAY) / HOUR, (p.interval.end - DAY) / HOUR, p.value) for p in event.payloads]


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


def test_infinity_ends_a_year_from_now() -> None:
    """12: P9999Y."""
    event = read(wire(says(1), intervalPeriod={"start": "0001-01-01", "duration": "P9999Y"}))
    assert event.payloads[0].interval.start == NOW
    assert event.payloads[0].interval.end == NOW + timedelta(days=365)


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
    assert steps(read(wire(says(1), says(2), duration=duration))) == expected


def test_a_long_event_repeats_from_the_repetition_that_holds_now() -> None:
    """13: event.duration longer than its intervals; what is over is not repeated."""
    event = read(wire(says(1), says(2), says(3), duration="PT15H"))
    assert steps(event) == [(12, 13, 1), (13, 14, 2), (14, 15, 3)]


def test_an_endlessly_repeated_event_is_capped_and_says_so() -> None:
    """13: 96 prices a day for ever."""
    quarter = {"start": "2020-01-01T00:00:00Z", "duration": "PT15M"}
    event = read(wire(*[says(n) for n in range(96)], intervalPeriod=quarter, duration="P9999Y"))
    assert 9_000 < len(event.payloads) <= 10_000
    assert event.payloads[0].interval.start == DAY
    assert any("the event repeats" in sentence for sentence in event.ignored)


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


def test_random_starts_are_named_as_not_applied() -> None:
    """16 is not covered yet, which the owner reads."""
    event = read(
        wire(
            says(1),
            intervalPeriod={"start": "2026-03-01T00:00:00Z", "duration": "PT1H", "randomizeStart": "PT5M"},
        )
    )
    assert event.ignored == ("randomizeStart is not applied",)


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


@pytest.mark.parametrize(
    ("descriptor", "value"),
    [
        ({"units": "KWH", "currency": "EUR"}, 80.0),
        ({"units": "MWH", "currency": "EUR"}, 0.08),
        ({"units": "EUR/MWH"}, 0.08),
        ({"units": "eur/kwh", "currency": "eur"}, 80.0),
    ],
)
def test_prices_become_money_per_kwh(descriptor: dict[str, str], value: float) -> None:
    """23."""
    event = read(wire(says(80), payloadDescriptors=[{"payloadType": "PRICE", **descriptor}]))
    assert event.payloads[0].value == pytest.approx(value)
    assert event.currency == "EUR"


@pytest.mark.parametrize(
    ("descriptor", "complaint"),
    [
        ({"units": "KWH"}, "PRICE is refused: its descriptor names no currency"),
        ({"currency": "EUR"}, "PRICE is refused: its descriptor names no units"),
        ({"units": "THERMS", "currency": "EUR"}, "names the unknown units 'THERMS'"),
        ({"units": "KWH", "currency": "euro"}, "names the unknown currency 'EURO'"),
        ({"units": "GBP/MWH", "currency": "EUR"}, "names the unknown units"),
        ({}, "names no units"),
    ],
)
def test_a_price_without_unit_or_currency_is_refused_not_guessed(
    descriptor: dict[str, str], complaint: str
) -> None:
    """23."""
    event = read(wire(says(80), payloadDescriptors=[{"payloadType": "PRICE", **descriptor}]))
    assert event.payloads == ()
    assert [sentence for sentence in event.ignored if complaint in sentence]


def test_the_programs_descriptors_are_the_defaults_of_its_events() -> None:
    """23: User Guide 7.6."""
    program = {"id": "p1", "programName": "Day ahead", "payloadDescriptors": [PRICE]}
    event = read(wire(says(0.2), payloadDescriptors=None), program)
    assert event.payloads[0].value == 0.2
    assert event.program_id == "Day ahead"


def test_prices_of_two_currencies_in_one_event_are_not_mixed() -> None:
    descriptors = [PRICE, {"payloadType": "EXPORT_PRICE", "units": "KWH", "currency": "SEK"}]
    event = read(wire(says(0.2), says(0.1, kind="EXPORT_PRICE"), payloadDescriptors=descriptors))
    assert [p.type for p in event.payloads] == [PayloadType.PRICE]
    assert event.ignored == ("EXPORT_PRICE is refused: it is in SEK, not EUR",)


def test_a_limit_becomes_watts() -> None:
    """24."""
    descriptor = {"payloadType": "IMPORT_CAPACITY_LIMIT", "units": "KW"}
    event = read(wire(says(4.2, kind="IMPORT_CAPACITY_LIMIT"), payloadDescriptors=[descriptor]))
    assert event.payloads[0].value == pytest.approx(4200)
    assert event.currency == ""


def test_a_limit_without_a_unit_is_refused() -> None:
    """23, 24."""
    event = read(wire(says(4.2, kind="IMPORT_CAPACITY_LIMIT")))
    assert event.payloads == ()
    assert event.ignored == ("IMPORT_CAPACITY_LIMIT is refused: its descriptor names no units",)


def test_ghg_needs_no_descriptor_and_refuses_another_unit() -> None:
    """23: g/kWh by definition."""
    assert read(wire(says(321, kind="GHG"))).payloads[0].value == 321
    odd = read(wire(says(321, kind="GHG"), payloadDescriptors=[{"payloadType": "GHG", "units": "LB/MWH"}]))
    assert odd.payloads == ()


@pytest.mark.parametrize("value", [10**400, -1, "4", None])
def test_a_limit_that_cannot_be_meant_is_refused(value: object) -> None:
    """24."""
    descriptor = {"payloadType": "IMPORT_CAPACITY_LIMIT", "units": "KW"}
    event = read(wire(says(value, kind="IMPORT_CAPACITY_LIMIT"), payloadDescriptors=[descriptor]))
    assert event.payloads == ()
    assert event.ignored[0].startswith("IMPORT_CAPACITY_LIMIT is refused")


def test_a_payload_without_values_is_refused() -> None:
    """22."""
    assert read(wire(says())).ignored == ("PRICE is refused: it has no values",)


@pytest.mark.parametrize("level", [0, 1, 2, 3, 2.0])
def test_simple_levels_pass(level: float) -> None:
    """25."""
    assert read(wire(says(level, kind="SIMPLE"))).payloads[0].value == level


@pytest.mark.parametrize("level", [4, -1, 1.5, True, "2", None, {"x": 1}])
def test_other_levels_are_refused(level: object) -> None:
    """25."""
    event = read(wire(says(level, kind="SIMPLE")))
    assert event.payloads == ()
    assert event.ignored[0].startswith("SIMPLE is refused")


def test_an_alert_keeps_its_words() -> None:
    """27."""
    payload = read(wire(says("Save power", "now", kind="ALERT_GRID_EMERGENCY"))).payloads[0]
    assert (payload.value, payload.text) == (1.0, "Save power / now")


def test_unknown_payload_types_are_named_and_the_rest_works() -> None:
    """22."""
    row = wire(says(1))
    row["intervals"][0]["payloads"].append({"type": "CTA2045_X", "values": [1]})
    event = read(row)
    assert steps(event) == [(0, 1, 1)]
    assert event.ignored == ("payload type 'CTA2045_X' is not used",)


def test_more_than_ten_thousand_intervals_are_capped() -> None:
    quarter = {"start": "2026-03-01T00:00:00Z", "duration": "PT15M"}
    event = read(wire(*[says(1)] * 10_050, intervalPeriod=quarter))
    assert len(event.payloads) == 10_000
    assert event.ignored == ("only the first 10000 of 10050 intervals are read",)


def test_more_than_ten_thousand_values_are_capped() -> None:
    event = read(wire(*[says(*[1] * 200) for _ in range(100)]))
    assert len(event.payloads) == 10_000
    assert event.ignored == ("only the first 10000 of 20000 values are used",)


@pytest.mark.parametrize(
    ("given_priority", "priority", "complaints"),
    [(0, 0, 0), (7, 7, 0), (None, None, 0), (-1, None, 1)],
)
def test_priority_is_read(given_priority: Any, priority: int | None, complaints: int) -> None:
    """18."""
    event = read(wire(says(1), priority=given_priority))
    assert event.priority == priority
    assert len(event.ignored) == complaints


def test_targets_are_strings_or_the_maps_of_3_0() -> None:
    """9: 3.1 and 3.0.1."""
    assert read(wire(says(1), targets=["east", "west", "east"])).targets == ("east", "west")
    maps = [{"type": "GROUP", "values": ["east"]}, {"type": "VEN_NAME", "values": ["home", 3]}, 7]
    assert read(wire(says(1), targets=maps)).targets == ("east", "home")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["PRICE", "SIMPLE", "PT1H", "P9999Y", "0001-01-01", "2026-03-01T00:00:00Z", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "values", "payloads", "intervalPeriod", "start", "duration", "units", "payloadType"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.fixed_dictionaries(
        {"id": st.just("e1"), "programID": st.just("p1")},
        optional=dict.fromkeys(
            [
                "intervals",
                "intervalPeriod",
                "payloadDescriptors",
                "targets",
                "priority",
                "duration",
                "eventName",
                "modificationDateTime",
            ],
            JSON,
        ),
    ),
    JSON,
)
def test_any_json_gives_an_event_or_a_clear_refusal(row: dict[str, Any], program: Any) -> None:
    """7: garbage never stops the control loop."""
    with contextlib.suppress(MessageError):
        event = reading.Event.read(row, "test")
        try:
            known = reading.Program.read(program, "test")
        except MessageError:
            known = None
        normalise(event, known, ProviderId("sp"), NOW)
