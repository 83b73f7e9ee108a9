"""What a wire event means in our own units; numbers in docstrings are the obligations of a VEN."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drrouter.adapters.openadr3 import reading
from drrouter.adapters.sp.openadr3.normalise import normalise
from drrouter.domain.event import PayloadType
from drrouter.domain.ids import ProviderId
from drrouter.errors import MessageError
from tests.adapters.sp.wire import NOW, PRICE, read, says, steps, wire


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
