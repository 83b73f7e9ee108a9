"""What an event says beside all that is interpreted is kept as it came (22, 27; TR 102 935, 7.3)."""

import json
from base64 import b64encode
from typing import Any

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.openadr3 import reading
from drrouter.adapters.sp.openadr3.normalise import normalise
from drrouter.adapters.sp.openadr3.opaque import MOST_TYPES, opaque_of
from drrouter.domain.event import Event
from drrouter.domain.ids import ProviderId
from drrouter.domain.resource import MOST_BYTES
from drrouter.domain.signal import EventReceived, Opaque
from tests.adapters.sp.peers import NOW, TroubleVtn, listening, settings_for

BOMB = '<!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><b>&b;</b>'
PERIOD = {"start": "2026-03-01T12:00:00Z", "duration": "PT1H"}


def wire(*payloads: dict[str, Any], units: dict[str, str] | None = None, intervals: int = 1) -> reading.Event:
    described = [{"payloadType": kind, "units": said} for kind, said in (units or {}).items()]
    row = {
        "id": "42",
        "programID": "p",
        "intervalPeriod": PERIOD,
        "payloadDescriptors": described,
        "intervals": [{"id": turn, "payloads": list(payloads)} for turn in range(intervals)],
    }
    return reading.Event.read(row, "here")


def says(kind: str, *values: Any) -> dict[str, Any]:
    return {"type": kind, "values": list(values)}


@pytest.mark.parametrize("kind", ["CTA2045_X", "CTA2045_REBOOT", "PRIVATE", "../../etc", "\u202e", ""])
def test_what_nobody_interprets_is_a_document_with_everything_that_came(kind: str) -> None:
    """22, 27: it is passed through."""
    values = [1, "two", {"three": [3.5, None, True]}, "\x00\ud800"]
    (found,) = opaque_of(wire(says(kind, *values), says("SIMPLE", 1), intervals=2), None)
    assert (found.type, found.media_type) == (kind, "application/json")
    assert json.loads(found.data) == {
        "payloadType": kind,
        "units": "",
        "intervalPeriod": PERIOD,
        "intervals": [{"id": turn, "intervalPeriod": None, "values": values} for turn in range(2)],
    }


@pytest.mark.parametrize(
    ("media_type", "value", "data"),
    [
        ("application/xml", BOMB, BOMB.encode()),
        ("APPLICATION/JSON", '{"a": NaN, "a"', b'{"a": NaN, "a"'),
        ("text/plain", "\u20ac", "\u20ac".encode()),
        ("application/octet-stream", b64encode(bytes(range(256))).decode(), bytes(range(256))),
    ],
)
def test_one_value_whose_units_name_a_media_type_is_that_and_is_not_parsed(
    media_type: str, value: str, data: bytes
) -> None:
    found = opaque_of(wire(says("X", value), units={"X": media_type}), None)
    assert found == (Opaque("X", media_type.lower(), data),)


@pytest.mark.parametrize(
    ("media_type", "values", "intervals"),
    [
        ("application/octet-stream", ["no base64!"], 1),
        ("application/xml", [1], 1),
        ("application/xml", ["\ud800"], 1),
        ("application/xml", ["<a/>", "<b/>"], 1),
        ("application/xml", ["<a/>"], 2),
        ("application/xml", [], 1),
        ("text/html", ["<a/>"], 1),
        ("KW", [1.5], 1),
    ],
)
def test_what_is_not_one_value_of_its_media_type_is_a_document(
    media_type: str, values: list[Any], intervals: int
) -> None:
    row = wire(says("X", *values), units={"X": media_type}, intervals=intervals)
    (found,) = opaque_of(row, None)
    document = json.loads(found.data)
    assert found.media_type == "application/json"
    assert document["units"] == media_type
    assert [one["values"] for one in document["intervals"]] == [values] * intervals


def test_a_programs_descriptor_counts_where_the_event_has_none() -> None:
    described = [{"payloadType": "X", "units": "text/plain"}]
    program = reading.Program.read({"id": "p", "programName": "P", "payloadDescriptors": described}, "here")
    assert opaque_of(wire(says("X", "a")), program) == (Opaque("X", "text/plain", b"a"),)


def test_what_is_too_long_or_too_much_is_left_out_and_named() -> None:
    long = wire(says("X", "a" * MOST_BYTES), says("Y", 1))
    assert [one.type for one in opaque_of(long, None)] == ["Y"]
    assert any("'X' is not kept: it is longer" in one for one in ignored(long))
    many = wire(*(says(f"X{number}", 1) for number in range(MOST_TYPES + 5)))
    assert len(opaque_of(many, None)) == MOST_TYPES
    assert "only the first 50 of 55 unknown payload types are kept" in ignored(many)


def ignored(row: reading.Event) -> tuple[str, ...]:
    event = normalise(row, None, ProviderId("grid"), NOW)
    assert isinstance(event, Event)
    return event.ignored


async def test_it_comes_with_the_event_and_comes_again_where_the_event_is_read_on(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """An event without an end is read on and on; what is only kept is there each time."""
    endless = PERIOD | {"duration": "P1D"}
    payloads = [says("SIMPLE", 1), says("CTA2045_X", 7)]
    vtn.add(
        "events",
        programID="p",
        intervalPeriod=endless,
        duration="P9999Y",
        intervals=[{"id": 0, "payloads": payloads}],
    )
    async with listening(settings_for(vtn.url, poll_s=3600), clock) as (provider, heard):
        assert provider.carries_data
        (first,) = [signal for signal in heard if isinstance(signal, EventReceived)]
        assert [one.type for one in first.opaque] == ["CTA2045_X"]
        await clock.advance(timedelta_to(first.event))
        again = [signal for signal in heard if isinstance(signal, EventReceived)]
        assert len(again) > 1
        assert all(signal.opaque == first.opaque for signal in again)


def timedelta_to(event: Event) -> Any:
    assert event.known_until is not None
    return (event.known_until - NOW) / 2 * 1.01
