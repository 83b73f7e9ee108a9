"""The talk with a resource manager: every message has its status, and only what is offered is selected."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from s2python.common import InstructionStatus

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.s2.schema import NO_ID, VERSION
from drrouter.domain.instruction import OutcomeKind
from drrouter.domain.measurement import Quantity
from tests.adapters.devices.reading import read
from tests.adapters.s2.conftest import Dial, Join, Open, device_of, settings, tell, until
from tests.adapters.s2.foreign import update_of
from tests.adapters.s2.raw import Raw, details, limits
from tests.adapters.s2.test_pebc import heater

PEBC, OMBC = "POWER_ENVELOPE_BASED_CONTROL", "OPERATION_MODE_BASED_CONTROL"
MEASUREMENT = {
    "measurement_timestamp": "2026-03-01T12:00:00Z",
    "values": [{"commodity_quantity": "ELECTRIC.POWER.L1", "value": 812.5}],
}


async def test_every_message_is_answered_by_one_status_in_both_directions(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    """42: with a resource manager of s2-python, every message of either side has one ReceptionStatus, OK."""
    cem = await listen()
    manager = await join(cem, selected="pebc", pebc=heater())
    manager.kinds["pebc"].answers = [InstructionStatus.ACCEPTED]
    await tell(device_of(cem), clock, 1000)
    [instruction] = manager.kinds["pebc"].given
    await manager.tell(update_of(instruction.id, InstructionStatus.STARTED))
    sent, heard = ([json.loads(text) for text in way] for way in (manager.medium.sent, manager.medium.heard))
    for mine, theirs in ((sent, heard), (heard, sent)):
        asked = [message["message_id"] for message in mine if "message_id" in message]
        statuses = [one for one in theirs if one["message_type"] == "ReceptionStatus"]
        assert sorted(one["subject_message_id"] for one in statuses) == sorted(asked)
        assert {one["status"] for one in statuses} == {"OK"}
    kinds = [one["message_type"] for one in heard if one["message_type"] != "ReceptionStatus"]
    assert kinds == ["Handshake", "HandshakeResponse", "SelectControlType", "PEBC.Instruction"]
    [response] = [one for one in heard if one["message_type"] == "HandshakeResponse"]
    assert response["selected_protocol_version"] == VERSION


@pytest.mark.parametrize(
    ("text", "status", "subject"),
    [
        ("garbage", "INVALID_DATA", NO_ID),
        ("[1, 2]", "INVALID_DATA", NO_ID),
        ("{}", "INVALID_DATA", NO_ID),
        ('{"message_type": "PowerMeasurement"}', "INVALID_DATA", NO_ID),
        ('{"message_type": "PowerMeasurement", "message_id": 7}', "INVALID_DATA", NO_ID),
        ('{"message_type": "PowerMeasurement", "message_id": "no id!"}', "INVALID_DATA", NO_ID),
        ('{"message_id": "raw-1", "message_id": "raw-2"}', "INVALID_DATA", NO_ID),
        ('{"message_id": "raw-1", "value": NaN}', "INVALID_DATA", NO_ID),
        ("[" * 5000, "INVALID_DATA", NO_ID),
        ('{"message_id": "raw-1"}', "INVALID_MESSAGE", "raw-1"),
        ('{"message_id": "raw-1", "message_type": ["a"]}', "INVALID_MESSAGE", "raw-1"),
        ('{"message_id": "raw-1", "message_type": "Unheard.Of"}', "INVALID_MESSAGE", "raw-1"),
        ('{"message_id": "raw-1", "message_type": "PowerMeasurement"}', "INVALID_MESSAGE", "raw-1"),
        (
            json.dumps(
                {"message_id": "raw-1", "message_type": "PowerMeasurement", **MEASUREMENT, "values": []}
            ),
            "INVALID_MESSAGE",
            "raw-1",
        ),
        (
            json.dumps({"message_id": "raw-1", "message_type": "PowerMeasurement", **MEASUREMENT, "x": 1}),
            "INVALID_MESSAGE",
            "raw-1",
        ),
        (
            json.dumps({"message_id": "raw-1", "message_type": "PowerMeasurement", **MEASUREMENT}).replace(
                "812.5", "1" + "0" * 400
            ),
            "INVALID_MESSAGE",
            "raw-1",
        ),
    ],
)
async def test_bad_content_is_answered_by_its_status_and_the_session_goes_on(
    listen: Open, dial: Dial, text: str, status: str, subject: str
) -> None:
    """42: INVALID_DATA for what is no message, INVALID_MESSAGE for what the schema does not have."""
    cem = await listen()
    raw = Raw(await dial(cem))
    await raw.begin(PEBC)
    answer = await raw.text(text)
    assert (answer["status"], answer["subject_message_id"]) == (status, subject)
    assert answer["diagnostic_label"]
    assert (await raw.say("PowerMeasurement", **MEASUREMENT))["status"] == "OK"
    known = await until(device_of(cem), lambda known: Quantity.POWER_W in known)
    assert known[Quantity.POWER_W] == 812.5


async def test_a_frame_that_is_no_text_is_no_message(listen: Open, dial: Dial) -> None:
    raw = Raw(await dial(await listen()))
    await raw.begin(PEBC)
    await raw.socket.send_bytes(b"\x00\x01")
    assert (await raw.next("ReceptionStatus"))["status"] == "INVALID_DATA"


@pytest.mark.parametrize(
    ("message_type", "parts"),
    [
        ("OMBC.Status", {"active_operation_mode_id": "m1", "operation_mode_factor": 1}),
        ("SelectControlType", {"control_type": PEBC}),
        ("RevokeObject", {"object_type": "PEBC.PowerConstraints", "object_id": "limits-7"}),
        (
            "InstructionStatusUpdate",
            {"instruction_id": "i1", "status_type": "STARTED", "timestamp": "2026-03-01T12:00:00Z"},
        ),
        ("PEBC.PowerConstraints", limits(valid_from="0001-01-01T00:00:00+14:00")),
        ("Handshake", {"role": "CEM"}),
    ],
)
async def test_what_contradicts_the_session_is_invalid_content(
    listen: Open, dial: Dial, message_type: str, parts: dict[str, Any]
) -> None:
    """42: a message as the schema has it, that refers to nothing or belongs to no selected control type."""
    raw = Raw(await dial(await listen()))
    await raw.begin(PEBC)
    answer = await raw.say(message_type, **parts)
    assert answer["status"] == "INVALID_CONTENT"
    assert answer["diagnostic_label"]


async def test_nothing_is_heard_before_the_handshake(listen: Open, dial: Dial) -> None:
    raw = Raw(await dial(await listen()))
    await raw.receive("Handshake")
    assert (await raw.say("ResourceManagerDetails", **details(PEBC)))["status"] == "INVALID_CONTENT"


@pytest.mark.parametrize("versions", [("1.0.0", "0.9\x1b[31m"), ()])
async def test_without_a_common_version_the_session_is_terminated(
    listen: Open, dial: Dial, versions: tuple[str, ...]
) -> None:
    cem = await listen()
    raw = Raw(await dial(cem))
    await raw.greet(*versions)
    request = await raw.receive("SessionRequest")
    assert request["request"] == "TERMINATE"
    assert VERSION in request["diagnostic_label"]
    await raw.end()
    assert await cem.discover() == ()


async def test_the_version_that_is_spoken_is_chosen_among_several(listen: Open, dial: Dial) -> None:
    raw = Raw(await dial(await listen()))
    await raw.greet("9.0.0", VERSION)
    assert (await raw.receive("HandshakeResponse"))["selected_protocol_version"] == VERSION


@pytest.mark.parametrize("step", ["status", "handshake"])
async def test_one_that_falls_silent_in_the_handshake_is_hung_up_on(
    listen: Open, dial: Dial, step: str
) -> None:
    cem = await listen(settings(timeout_s=0.05))
    raw = Raw(await dial(cem))
    if step == "handshake":
        await raw.receive("Handshake")
    assert await raw.end() == 1000
    assert await cem.discover() == ()


async def test_only_a_control_type_that_is_offered_is_selected(listen: Open, dial: Dial) -> None:
    """42: of what is offered, the first that the home file lets be used."""
    cem = await listen()
    raw = Raw(await dial(cem))
    assert (await raw.begin(PEBC))["control_type"] == PEBC
    [found] = await cem.discover()
    assert (found.address, found.identity["alias"], found.identity["id"]) == ("rm", "Boiler", "rm")


@pytest.mark.parametrize(
    ("offered", "selected"),
    [
        ((PEBC, "NOT_CONTROLABLE"), "NOT_CONTROLABLE"),
        (("NOT_CONTROLABLE",), "NOT_CONTROLABLE"),
        ((PEBC,), "NO_SELECTION"),
    ],
)
async def test_where_nothing_fits_the_device_is_read_and_not_controlled(
    listen: Open, dial: Dial, clock: SimulatedClock, offered: tuple[str, ...], selected: str
) -> None:
    """42: the home file lets OMBC alone be used, and that is not offered."""
    cem = await listen(settings(part={"control": ["ombc"]}))
    raw = Raw(await dial(cem))
    assert (await raw.begin(*offered))["control_type"] == selected
    assert (await raw.say("PEBC.PowerConstraints", **limits()))["status"] == "INVALID_CONTENT"
    assert (await raw.say("PowerMeasurement", **MEASUREMENT))["status"] == "OK"
    device = device_of(cem)
    assert (await read(device)).keys() == {Quantity.POWER_W, Quantity.POWER_L1_W}
    outcome = await tell(device, clock, 1000)
    assert (outcome.kind, offered[0] in outcome.sentence) == (OutcomeKind.IMPOSSIBLE, True)


async def test_a_control_type_that_is_refused_is_not_used(listen: Open, dial: Dial) -> None:
    cem = await listen()
    raw = Raw(await dial(cem))
    await raw.greet(VERSION)
    await raw.receive("HandshakeResponse")
    await raw.say("ResourceManagerDetails", **details(PEBC))
    await raw.receive("SelectControlType", status="PERMANENT_ERROR")
    assert (await raw.receive("SelectControlType", status="INVALID_CONTENT"))[
        "control_type"
    ] == "NO_SELECTION"
    assert (await raw.say("PEBC.PowerConstraints", **limits()))["status"] == "INVALID_CONTENT"


async def test_a_description_that_is_none_of_ours_gives_way(listen: Open, dial: Dial) -> None:
    """42: a control type that the router cannot make use of is given up."""
    raw = Raw(await dial(await listen()))
    await raw.begin(PEBC, "NOT_CONTROLABLE")
    gas = await raw.say("PEBC.PowerConstraints", **limits(quantity="NATURAL_GAS.FLOW_RATE"))
    assert gas["status"] == "INVALID_CONTENT"
    assert (await raw.receive("SelectControlType"))["control_type"] == "NOT_CONTROLABLE"


async def test_a_bad_description_after_a_good_one_is_passed_over(listen: Open, dial: Dial) -> None:
    cem = await listen()
    raw = Raw(await dial(cem))
    await raw.begin(PEBC)
    assert (await raw.say("PEBC.PowerConstraints", **limits(2000)))["status"] == "OK"
    gas = limits(quantity="NATURAL_GAS.FLOW_RATE", id="limits-2")
    assert (await raw.say("PEBC.PowerConstraints", **gas))["status"] == "INVALID_CONTENT"
    assert (await read(device_of(cem)))[Quantity.SETPOINT_W].value == 2000


async def test_details_may_change_and_what_is_selected_with_them(listen: Open, dial: Dial) -> None:
    raw = Raw(await dial(await listen()))
    await raw.begin("NOT_CONTROLABLE")
    await raw.say("ResourceManagerDetails", **details(PEBC, "NOT_CONTROLABLE"))
    assert (await raw.receive("SelectControlType"))["control_type"] == PEBC


@pytest.mark.parametrize("request_type", ["TERMINATE", "RECONNECT"])
async def test_one_that_asks_for_it_is_hung_up_on_after_its_answer(
    listen: Open, dial: Dial, request_type: str
) -> None:
    cem = await listen()
    raw = Raw(await dial(cem))
    await raw.begin(PEBC)
    assert (await raw.say("SessionRequest", request=request_type))["status"] == "OK"
    assert await raw.end() == 1000
    await Raw(await dial(cem)).begin(PEBC)


async def test_what_is_taken_back_steers_no_more(listen: Open, dial: Dial, clock: SimulatedClock) -> None:
    cem = await listen()
    raw = Raw(await dial(cem))
    await raw.begin(PEBC)
    await raw.say("PEBC.PowerConstraints", **limits())
    await raw.say("PowerMeasurement", **MEASUREMENT)
    device = device_of(cem)
    assert Quantity.SETPOINT_W in await read(device)
    about = {"object_type": "PEBC.PowerConstraints", "object_id": "limits-1"}
    assert (await raw.say("RevokeObject", **about))["status"] == "OK"
    assert Quantity.SETPOINT_W not in await read(device)
    assert (await tell(device, clock, 1000)).kind is OutcomeKind.IMPOSSIBLE


async def test_forecasts_and_energies_are_received(listen: Open, dial: Dial) -> None:
    raw = Raw(await dial(await listen()))
    await raw.begin(PEBC)
    value = {"value_expected": 100, "commodity_quantity": "ELECTRIC.POWER.L1"}
    elements = [{"duration": 1000, "power_values": [value]}]
    begin = "2026-03-01T12:00:00Z"
    assert (await raw.say("PowerForecast", start_time=begin, elements=elements))["status"] == "OK"
    energy = {
        "id": "energy-1",
        "valid_from": begin,
        "valid_until": "2026-03-01T13:00:00Z",
        "upper_average_power": 2000,
        "lower_average_power": 0,
        "commodity_quantity": "ELECTRIC.POWER.L1",
    }
    assert (await raw.say("PEBC.EnergyConstraint", **energy))["status"] == "OK"
    about = {"object_type": "PEBC.EnergyConstraint", "object_id": "energy-1"}
    assert (await raw.say("RevokeObject", **about))["status"] == "OK"
    assert (await raw.say("RevokeObject", **about))["status"] == "INVALID_CONTENT"


async def test_a_measurement_of_long_ago_or_of_gas_does_not_count(
    listen: Open, dial: Dial, clock: SimulatedClock
) -> None:
    cem = await listen()
    raw = Raw(await dial(cem))
    await raw.begin(PEBC)
    await raw.say("PEBC.PowerConstraints", **limits())
    old = MEASUREMENT | {"measurement_timestamp": "2026-03-01T11:58:00Z"}
    gas = MEASUREMENT | {"values": [{"commodity_quantity": "NATURAL_GAS.FLOW_RATE", "value": 1}]}
    for measurement in (old, gas):
        assert (await raw.say("PowerMeasurement", **measurement))["status"] == "OK"
    assert Quantity.POWER_W not in await read(device_of(cem))
    future = MEASUREMENT | {"measurement_timestamp": "2029-01-01T00:00:00Z"}
    await raw.say("PowerMeasurement", **future)
    assert (await read(device_of(cem)))[Quantity.POWER_W].at == clock.now()


async def test_readings_are_repeated_while_it_says_nothing(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    cem = await listen()
    await join(cem, selected="pebc", pebc=heater())
    readings = device_of(cem).readings()
    await anext(readings)
    waiting = asyncio.ensure_future(anext(readings))
    await clock.advance(timedelta(seconds=settings().repeat_s))
    assert {reading.quantity for reading in await waiting} == {Quantity.SWITCH, Quantity.SETPOINT_W}
    await readings.aclose()  # type: ignore[attr-defined]
