"""The wire's models: lenient where we read, strict where a client writes."""

from typing import Any

import pytest

from drrouter.adapters.openadr3 import reading, requests
from drrouter.adapters.openadr3.base import WireModel, wire_key
from drrouter.errors import MessageError

ROW = {"id": 0, "payloads": [{"type": "PRICE", "values": [0.1]}]}


def test_our_names_become_the_names_of_the_wire() -> None:
    names = ["program_id", "ven_id", "client_id", "event_id", "programName".lower(), "callback_url", "x"]
    assert [wire_key(name) for name in names] == [
        "programID", "venID", "clientID", "eventID", "programname", "callbackUrl", "x",
    ]  # fmt: skip


def test_an_event_of_a_careless_provider_is_read() -> None:
    event = reading.Event.read(
        {
            "id": 3,
            "createdDateTime": "2026-11-22 17:49:33",
            "modificationDateTime": 5,
            "program_id": 7,
            "eventName": None,
            "targets": None,
            "priority": None,
            "intervals": [{"id": 0, "payloads": None, "x-own": 1}],
            "reportDescriptors": None,
            "unknown": {"deep": []},
        },
        "provider grid",
    )
    assert (event.id, event.program_id, event.modification_date_time) == ("3", "7", None)
    assert event.targets == ()
    assert event.intervals[0].payloads == ()


def test_a_notice_in_snake_case_is_read() -> None:
    notice = reading.Notification.read(
        {"object_type": "EVENT", "operation": "CREATE", "object": {"id": "1"}}, "the notice"
    )
    assert (notice.object_type, notice.object) == ("EVENT", {"id": "1"})


def test_the_answers_of_token_endpoint_and_notifiers_are_read_under_their_own_keys() -> None:
    token = reading.TokenResponse.read({"access_token": "t", "token_type": "Bearer"}, "x")
    assert (token.access_token, token.expires_in) == ("t", None)
    assert reading.AuthServerInfo.read({"tokenURL": "https://a"}, "x").token_url == "https://a"
    notifiers = reading.Notifiers.read({"WEBHOOK": True, "MQTT": {"URIS": []}}, "x")
    assert (notifiers.webhook, notifiers.mqtt) == (True, {"URIS": []})


def test_what_is_no_such_object_at_all_is_refused_with_place_and_key() -> None:
    with pytest.raises(MessageError, match=r"provider grid: programID: field required"):
        reading.Event.read({"id": "1"}, "provider grid")
    with pytest.raises(MessageError, match="provider grid"):
        reading.Event.read([1], "provider grid")


def test_a_request_is_written_without_what_is_not_set() -> None:
    period = requests.IntervalPeriodRequest(start="2026-01-31T12:00:00Z", duration="PT1H")
    event = requests.EventRequest(program_id="p1", priority=0, interval_period=period, intervals=[])
    assert event.wire() == {
        "programID": "p1",
        "priority": 0,
        "intervalPeriod": {"start": "2026-01-31T12:00:00Z", "duration": "PT1H"},
        "intervals": [],
    }


def test_an_object_that_comes_back_from_the_vtn_may_be_put_again() -> None:
    answer = {
        "id": "e1",
        "createdDateTime": "2026-01-31T12:00:00Z",
        "modificationDateTime": "2026-01-31T12:00:00Z",
        "objectType": "EVENT",
        "programID": "p1",
        "intervals": [ROW],
    }
    assert requests.EventRequest.read(answer, "x").wire() == {"programID": "p1", "intervals": [ROW]}


def test_values_keep_their_types() -> None:
    values: list[Any] = [1, 2.5, "text", True, {"x": 1, "y": 2.5}]
    assert requests.Values.read({"type": "CURVE", "values": values}, "x").wire()["values"] == values


@pytest.mark.parametrize(
    ("model", "values", "key"),
    [
        (requests.EventRequest, {}, "programID"),
        (requests.EventRequest, {"programID": "p", "intervalPeriods": {}}, "intervalPeriods"),
        (requests.EventRequest, {"programID": "p/../q"}, "programID"),
        (requests.EventRequest, {"programID": "p\n"}, "programID"),
        (requests.EventRequest, {"programID": 7}, "programID"),
        (requests.EventRequest, {"programID": "p", "priority": -1}, "priority"),
        (requests.EventRequest, {"programID": "p", "priority": 1.5}, "priority"),
        (requests.EventRequest, {"programID": "p", "duration": "1 hour"}, "duration"),
        (requests.EventRequest, {"programID": "p", "targets": ["x" * 129]}, "targets.0"),
        (requests.EventRequest, {"programID": "p", "targets": [""]}, "targets.0"),
        (requests.EventRequest, {"programID": "p", "targets": "a"}, "targets"),
        (requests.EventRequest, {"programID": "p", "objectType": "PROGRAM"}, "objectType"),
        (requests.EventRequest, {"programID": "p", "eventName": "\ud800"}, "eventName"),
        (
            requests.EventRequest,
            {"programID": "p", "intervalPeriod": {"start": "2026-01-31 12:00"}},
            "intervalPeriod.start",
        ),
        (
            requests.EventRequest,
            {"programID": "p", "intervals": [{"id": "0", "payloads": []}]},
            "intervals.0.id",
        ),
        (
            requests.EventRequest,
            {"programID": "p", "intervals": [{"id": 0, "payloads": [{"type": "PRICE", "values": [None]}]}]},
            "intervals.0.payloads.0.values.0",
        ),
        (requests.ProgramRequest, {"programName": ""}, "programName"),
        (requests.ReportRequest, {"eventID": "e", "clientName": "c"}, "resources"),
        (
            requests.SubscriptionRequest,
            {"clientName": "c", "objectOperations": []},
            "objectOperations",
        ),
        (requests.VenVenRequest, {"objectType": "BL_VEN_REQUEST", "venName": "v"}, "objectType"),
        (requests.VenVenRequest, {"objectType": "VEN_VEN_REQUEST", "venName": "v", "targets": []}, "targets"),
        (requests.BlVenRequest, {"objectType": "BL_VEN_REQUEST", "venName": "v"}, "clientID"),
    ],
)
def test_what_the_specification_does_not_allow_is_refused_by_its_key(
    model: type[WireModel], values: dict[str, Any], key: str
) -> None:
    with pytest.raises(MessageError) as caught:
        model.read(values, "the request")
    assert caught.value.key.startswith(key)


def test_a_bearer_token_cannot_smuggle_a_header() -> None:
    operation = {"objects": ["EVENT"], "operations": ["CREATE"], "callbackUrl": "https://a"}
    with pytest.raises(MessageError, match="bearerToken"):
        requests.ObjectOperationRequest.read({**operation, "bearerToken": "a\r\nX: y"}, "the request")
