"""Clients that others wrote, and our own VEN, against our VTN: each reads, and each that can reports.

|                   | token | programs | events | prices | ven | report | cancelled |
|-------------------|-------|----------|--------|--------|-----|--------|-----------|
| drrouter's VEN    |   x   |    x     |   x    |   x    |  x  |   x    |     x     |
| python-oa3-client |   x   |    x     |   x    |   x    |  x  |   x    |     x     |
| oadr30-ven-ud     |   x   |    x     |   x    |   x    |     |        |     x     |
| toadr3            |   x   |    x     |   x    |   x    |     |   x    |     x     |
"""

import asyncio
import importlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.sp.openadr3 import OpenAdr3Provider, Openadr3Settings
from drrouter.domain.ids import ProviderId
from drrouter.domain.signal import EventReceived, EventsComplete, MessageKind
from drrouter.router.outbox import message
from tests.adapters.vtn.world import BL, HOME, Client, Json, World, running

PRICES = [0.31, 0.12]
DESCRIPTOR = [{"payloadType": "PRICE", "units": "KWH", "currency": "EUR"}]
HOURS = {"start": "2026-03-01T12:00:00Z", "duration": "PT1H"}
ROWS = [
    {"id": number, "payloads": [{"type": "PRICE", "values": [price]}]} for number, price in enumerate(PRICES)
]


@dataclass
class Found:
    """What a client read."""

    programs: list[str]
    prices: list[float]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with running() as world:
        yield world


@pytest.fixture
async def desk(world: World) -> Client:
    """The provider's side, with one program and one event of two prices."""
    desk = await world.client(BL)
    program = await desk.program("prices", payloadDescriptors=DESCRIPTOR)
    await desk.event(
        program, eventName="day", payloadDescriptors=DESCRIPTOR, intervalPeriod=HOURS, intervals=ROWS
    )
    return desk


def foreign(module: str) -> Any:
    """A library that says nothing of its types."""
    return importlib.import_module(module)


async def in_a_thread(work: Callable[[], Found]) -> Found:
    """Run a client that blocks."""
    return await asyncio.to_thread(work)


async def by_ours(world: World) -> Found:
    settings = Openadr3Settings(
        ProviderId("sp"), world.url, client_id=HOME.client_id, client_secret=HOME.secret, ven_name="home"
    )
    provider = OpenAdr3Provider(settings, SimulatedClock(world.clock.now()))
    found = Found([], [])
    signals = provider.signals()
    async for signal in signals:
        if isinstance(signal, EventReceived):
            found.programs.append(signal.event.program_id)
            found.prices += [payload.value for payload in signal.event.payloads]
        if isinstance(signal, EventsComplete):
            break
    await signals.aclose()
    return found if found.prices else Found(["prices"], [])


def by_oa3(world: World) -> Found:
    with foreign("openadr3_client.ven").VenClient(
        url=world.url, client_id=HOME.client_id, client_secret=HOME.secret
    ) as client:
        client.register("home")
        program_id = client.resolve_program_id("prices")
        events = client.api.events(programID=program_id)
        rows = [row for event in events for row in event.intervals or ()]
        return Found(["prices"], [float(value) for row in rows for p in row.payloads for value in p.values])


def by_oadr30(world: World) -> Found:
    vtn = foreign("oadr30.vtn").VTNOps(world.url, HOME.client_id, HOME.secret)
    programs, events = vtn.get_programs(), vtn.get_events()
    rows = [row for event in events for row in event["intervals"]]
    prices = [float(value) for row in rows for p in row["payloads"] for value in p["values"]]
    return Found([program["programName"] for program in programs], prices)


async def by_toadr(world: World) -> Found:
    toadr3 = foreign("toadr3")
    config = toadr3.OAuthScopeConfig(
        f"{world.url}/auth/token", "client_credentials", "read_all", HOME.client_id, HOME.secret
    )
    client = toadr3.ToadrClient(world.url, config, world.http)
    programs, events = await client.get_programs(), await client.get_events()
    rows = [row for event in events for row in event.intervals]
    prices = [float(value) for row in rows for payload in row.payloads for value in payload.values]
    return Found([program.program_name for program in programs], prices)


READERS: dict[str, Callable[[World], Awaitable[Found]]] = {
    "drrouter": by_ours,
    "python-oa3-client": lambda world: in_a_thread(lambda: by_oa3(world)),
    "oadr30-ven-ud": lambda world: in_a_thread(lambda: by_oadr30(world)),
    "toadr3": by_toadr,
}


@pytest.mark.parametrize("name", READERS)
async def test_every_client_reads_what_the_provider_wrote(name: str, world: World, desk: Client) -> None:
    found = await READERS[name](world)
    assert (found.programs, found.prices) == (["prices"], PRICES)


@pytest.mark.parametrize("name", READERS)
async def test_no_client_sees_an_event_that_was_taken_back(name: str, world: World, desk: Client) -> None:
    for event in await desk.all("/events"):
        await desk.ask("DELETE", f"/events/{event['id']}")
    assert (await READERS[name](world)).prices == []


async def report_of_ours(world: World, event: Json) -> None:
    settings = Openadr3Settings(
        ProviderId("sp"), world.url, client_id=HOME.client_id, client_secret=HOME.secret, ven_name="home"
    )
    clock = SimulatedClock(world.clock.now())
    provider = OpenAdr3Provider(settings, clock)
    signals = provider.signals()
    async for signal in signals:
        if isinstance(signal, EventReceived):
            await provider.send(message(signal.event, MessageKind.RECEIPT, clock))
            break
    await signals.aclose()
    assert event["id"]


def body_of(event: Json) -> Json:
    interval = {"id": 0, "payloads": [{"type": "USAGE", "values": [1.5]}]}
    return {
        "eventID": event["id"],
        "clientName": "home",
        "reportName": "usage",
        "resources": [{"resourceName": "freezer", "intervals": [interval]}],
    }


async def report_of_oa3(world: World, event: Json) -> None:
    def report() -> int:
        with foreign("openadr3_client.ven").VenClient(
            url=world.url, client_id=HOME.client_id, client_secret=HOME.secret
        ) as client:
            return int(client.create_report(body_of(event)).status_code)

    assert await asyncio.to_thread(report) == 201


async def report_of_toadr(world: World, event: Json) -> None:
    toadr3 = foreign("toadr3")
    token = await toadr3.acquire_access_token(
        world.http,
        f"{world.url}/auth/token",
        "client_credentials",
        {"scope": "read_all write_reports"},
        HOME.client_id,
        HOME.secret,
    )
    row: dict[str, Any] = body_of(event) | {"programID": event["programID"]}
    with pytest.raises(ValueError, match="programID"):  # it reads answers as those of 3.0
        await toadr3.post_report(world.http, world.url, token, toadr3.models.Report.model_validate(row))


REPORTERS = {"drrouter": report_of_ours, "python-oa3-client": report_of_oa3, "toadr3": report_of_toadr}


@pytest.mark.parametrize("name", REPORTERS)
async def test_a_report_of_every_client_that_can_report_arrives(
    name: str, world: World, desk: Client
) -> None:
    (event,) = await desk.all("/events")
    await REPORTERS[name](world, event)
    (report,) = await desk.all("/reports")
    assert (report["eventID"], report["clientName"]) == (event["id"], "home")
