"""Receipts, opt-outs and impossibilities reach the provider once; numbers are the obligations of a VEN."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.openadr3 import requests
from drrouter.adapters.sp.openadr3 import OpenAdr3Provider
from drrouter.adapters.sp.openadr3.reports import report_body, report_name
from drrouter.domain.ids import DeviceId, EventId, ProgramId, ProviderId
from drrouter.domain.signal import MessageKind, OutboxItem
from drrouter.errors import ProviderError, ProviderRefusedError, ProviderUnreachableError
from tests.adapters.sp.peers import NOW, TroubleVtn, settings_for

VERSION = "2026-03-01T11:00:00+00:00"
RECEIPT = OutboxItem(
    "grid/e1/v/site/receipt",
    ProviderId("grid"),
    MessageKind.RECEIPT,
    EventId("e1"),
    VERSION,
    ProgramId("Limits"),
    NOW,
)


async def token(_: web.Request) -> web.StreamResponse:
    return web.json_response({"access_token": "t"})


async def send(vtn: TroubleVtn, clock: SimulatedClock, *items: OutboxItem, **members: Any) -> None:
    """Send the items, one after the other, over one provider that is open for this only."""
    provider = OpenAdr3Provider(settings_for(vtn.url, **members), clock)
    try:
        for item in items:
            await provider.send(item)
    finally:
        await provider.close()


def reports(vtn: TroubleVtn) -> list[dict[str, Any]]:
    return list(vtn.rows["reports"].values())


def said(report: dict[str, Any]) -> dict[str, Any]:
    (resource,) = report["resources"]
    (interval,) = resource["intervals"]
    return {payload["type"]: payload["values"] for payload in interval["payloads"]}


@pytest.mark.parametrize("kind", list(MessageKind))
def test_every_message_is_a_report_that_a_strict_vtn_takes(kind: MessageKind) -> None:
    """30: payloads and descriptors go together."""
    item = replace(RECEIPT, kind=kind, payloads={"X_SHORT_W": 350.0, "X_REASON": "a cycle runs"})
    body = report_body(item, "home")
    report = requests.ReportRequest.read(body, "test")
    described = [descriptor.payload_type for descriptor in report.payload_descriptors or ()]
    assert described == list(said(body))
    assert said(body)["X_SHORT_W"] == [350.0]


async def test_a_receipt_names_event_version_ven_and_device(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """29: clientName is the name of the VEN; one report per member of a group order."""
    freezer = replace(RECEIPT, id="grid/e1/v/freezer/receipt", member=DeviceId("freezer"))
    await send(vtn, clock, RECEIPT, freezer)
    assert [(row["eventID"], row["clientName"]) for row in reports(vtn)] == [("e1", "home")] * 2
    assert [row["resources"][0]["resourceName"] for row in reports(vtn)] == ["home", "freezer"]
    assert said(reports(vtn)[0]) == {"X_RECEIPT": [VERSION]}
    assert len({row["reportName"] for row in reports(vtn)}) == 2


async def test_an_opt_out_is_an_operating_state(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """32: the message may say which."""
    out = replace(RECEIPT, id="out", kind=MessageKind.OPTED_OUT)
    idle = replace(out, id="idle", payloads={"OPERATING_STATE": "IDLE_OPTED_OUT"})
    await send(vtn, clock, out, idle)
    assert [said(row) for row in reports(vtn)] == [
        {"X_OPTED_OUT": [VERSION], "OPERATING_STATE": ["RUNNING_OPTED_OUT"]},
        {"X_OPTED_OUT": [VERSION], "OPERATING_STATE": ["IDLE_OPTED_OUT"]},
    ]


async def test_openadr_3_0_wants_the_program_by_its_id(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """30: an event knows its program by name; before the first poll the name is all there is."""
    await send(vtn, clock, RECEIPT, version="3.0")
    assert reports(vtn)[0]["programID"] == "Limits"


async def test_a_lost_answer_is_resolved_by_looking(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """31: the report was stored, its answer was not heard."""

    async def store_and_fall_silent(request: web.Request) -> web.StreamResponse:
        vtn.add("reports", **await request.json())
        raise web.HTTPBadGateway

    vtn.bend["POST /reports"] = store_and_fall_silent
    provider = OpenAdr3Provider(settings_for(vtn.url), clock)
    with pytest.raises(ProviderUnreachableError):
        await provider.send(RECEIPT)
    await provider.send(RECEIPT)
    await provider.close()
    assert len(reports(vtn)) == 1


async def test_a_message_that_was_under_way_when_its_sender_was_ended_is_not_sent_twice(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """31: whoever leaves a provider ends the sender, and sends what is left."""
    stored = asyncio.Event()

    async def store_and_hang(request: web.Request) -> web.StreamResponse:
        vtn.add("reports", **await request.json())
        stored.set()
        await asyncio.Event().wait()
        raise AssertionError

    vtn.bend["POST /reports"] = store_and_hang
    provider = OpenAdr3Provider(settings_for(vtn.url), clock)
    sending = asyncio.create_task(provider.send(RECEIPT))
    await stored.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    del vtn.bend["POST /reports"]
    await provider.send(RECEIPT)
    await provider.close()
    assert len(reports(vtn)) == 1


async def test_a_message_that_did_not_arrive_is_sent_again(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """31."""

    async def fail(_: web.Request) -> web.StreamResponse:
        raise web.HTTPServiceUnavailable

    vtn.bend["POST /reports"] = fail
    provider = OpenAdr3Provider(settings_for(vtn.url), clock)
    with pytest.raises(ProviderUnreachableError):
        await provider.send(RECEIPT)
    del vtn.bend["POST /reports"]
    await provider.send(RECEIPT)
    await provider.close()
    assert len(reports(vtn)) == 1


async def test_after_a_restart_nothing_is_stored_twice(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """31: what was written before the start may have been sent."""
    await send(vtn, clock, RECEIPT)
    await clock.advance(timedelta(minutes=1))
    await send(vtn, clock, RECEIPT)
    assert len(reports(vtn)) == 1
    assert vtn.count("POST /reports") == 1
    assert not [asked for asked in vtn.asked if asked.startswith("PUT")]


async def test_a_report_that_differs_is_put_right(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """31: PUT."""
    await send(vtn, clock, RECEIPT)
    reports(vtn)[0]["resources"] = []
    await clock.advance(timedelta(minutes=1))
    await send(vtn, clock, RECEIPT)
    (report,) = reports(vtn)
    assert said(report) == {"X_RECEIPT": [VERSION]}


async def test_a_provider_that_refuses_doubles_is_believed(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """31: 409 on a report that is there; and where it is not, nothing is lost in circles."""

    async def conflict(_: web.Request) -> web.StreamResponse:
        return web.json_response({"title": "Conflict"}, status=409)

    vtn.add("reports", clientName="home", eventID="e1", reportName="other", resources=[])
    vtn.bend |= {"POST /reports": conflict, "POST /auth/token": token}
    with pytest.raises(ProviderRefusedError, match="as a double, but has none"):
        await send(vtn, clock, RECEIPT, client_id="me")
    vtn.add("reports", **report_body(RECEIPT, "home"))
    await send(vtn, clock, RECEIPT)
    assert vtn.count("POST /reports") == 2


@pytest.mark.parametrize("status", [400, 404])
async def test_a_report_on_an_event_that_is_gone_is_let_go(
    vtn: TroubleVtn, clock: SimulatedClock, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    """31: nobody waits for it; but one on an event that is there is not."""

    async def refuse(_: web.Request) -> web.StreamResponse:
        return web.json_response({"detail": "there is no such event"}, status=status)

    vtn.bend |= {"POST /reports": refuse, "POST /auth/token": token}
    await send(vtn, clock, RECEIPT, client_id="me")
    assert "no longer knows event e1" in caplog.text
    vtn.rows["events"]["e1"] = {"id": "e1"}
    with pytest.raises(ProviderError):
        await send(vtn, clock, RECEIPT, client_id="me")


async def test_a_refusal_is_an_error_only_where_we_are_known(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """2: a public price server takes no reports."""

    async def refuse(_: web.Request) -> web.StreamResponse:
        raise web.HTTPForbidden

    vtn.rows["events"]["e1"] = {"id": "e1"}
    vtn.bend |= {"POST /reports": refuse, "POST /auth/token": token}
    await send(vtn, clock, RECEIPT)
    with pytest.raises(ProviderRefusedError):
        await send(vtn, clock, RECEIPT, client_id="me")


def test_the_name_of_a_report_is_the_same_for_the_same_message_only() -> None:
    """31."""
    assert report_name(RECEIPT) == report_name(replace(RECEIPT, created_at=NOW + timedelta(days=1)))
    assert report_name(RECEIPT) != report_name(replace(RECEIPT, id="another"))


async def test_a_message_that_comes_late_says_so_and_is_no_other_message(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """31: an attempt in time whose answer was lost is found again, and stays as it is."""
    assert report_name(replace(RECEIPT, late=True)) == report_name(RECEIPT)
    await send(vtn, clock, replace(RECEIPT, late=True))
    in_time = replace(RECEIPT, id="in time")
    await send(vtn, clock, in_time)
    await send(vtn, clock, replace(in_time, created_at=NOW - timedelta(hours=1), late=True))
    assert [said(row) for row in reports(vtn)] == [
        {"X_RECEIPT": [VERSION], "X_LATE": [True]},
        {"X_RECEIPT": [VERSION]},
    ]
