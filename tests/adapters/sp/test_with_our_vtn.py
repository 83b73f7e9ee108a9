"""The VEN and the home's own VTN, over real bytes; numbers in docstrings are the obligations of a VEN."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.sp.openadr3 import OpenAdr3Provider, Openadr3Settings, WebhookSettings
from drrouter.adapters.vtn import ClientCredential, Role, VtnConfig, build_app
from drrouter.domain.event import Event, PayloadType
from drrouter.domain.ids import DeviceId, ProviderId
from drrouter.domain.signal import (
    EventCancelled,
    EventReceived,
    EventsComplete,
    LinkChanged,
    MessageKind,
    Signal,
)
from drrouter.ports import Provider
from drrouter.router.outbox import message
from tests.adapters.sp.peers import NOW, listening, settings_for

MINUTE = timedelta(minutes=1)
CLIENTS = (
    ClientCredential("desk", "desk-secret", Role.BL),
    ClientCredential("home", "home-secret", Role.VEN),
)
PRICES = [{"payloadType": "PRICE", "units": "KWH", "currency": "EUR"}]
SHED = [{"id": 0, "payloads": [{"type": "SIMPLE", "values": [2]}]}]


class Desk:
    """The provider's business logic: writes programs and events, reads reports."""

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self.url, self._http = url, http

    async def log_in(self) -> None:
        form = {"grant_type": "client_credentials", "client_id": "desk", "client_secret": "desk-secret"}
        async with self._http.post(f"{self.url}/auth/token", data=form) as answer:
            token = (await answer.json())["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    async def __call__(self, method: str, path: str, **body: Any) -> Any:
        async with self._http.request(method, self.url + path, json=body or None) as answer:
            found = await answer.json()
            assert answer.ok, found
            return found

    async def event(self, program: dict[str, Any], **members: Any) -> dict[str, Any]:
        """An event of that program: shed at level 2, from now for an hour."""
        row = {"intervalPeriod": {"start": "2026-03-01T12:00:00Z", "duration": "PT1H"}, "intervals": SHED}
        made: dict[str, Any] = await self("POST", "/events", programID=program["id"], **row | members)
        return made


@asynccontextmanager
async def our_vtn(clock: SimulatedClock, port: int = 0, **members: Any) -> AsyncIterator[Desk]:
    config = VtnConfig(clients=CLIENTS, callbacks_on_this_machine=True, **members)
    runner = web.AppRunner(build_app(config, clock), access_log=None, shutdown_timeout=0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        async with aiohttp.ClientSession() as http:
            desk = Desk(f"http://127.0.0.1:{runner.addresses[0][1]}", http)
            await desk.log_in()
            yield desk
    finally:
        await runner.cleanup()


@pytest.fixture
async def desk(clock: SimulatedClock) -> AsyncIterator[Desk]:
    async with our_vtn(clock) as made:
        yield made


def polling(desk: Desk, **members: Any) -> Openadr3Settings:
    return settings_for(desk.url, client_id="home", client_secret="home-secret", poll_s=60, **members)


def pushed(desk: Desk, **members: Any) -> Openadr3Settings:
    return replace(polling(desk, **members), webhook=WebhookSettings())


def events(heard: list[Signal]) -> list[Event]:
    return [signal.event for signal in heard if isinstance(signal, EventReceived)]


def completed(heard: list[Signal]) -> Iterator[set[str]]:
    return ({*signal.event_ids} for signal in heard if isinstance(signal, EventsComplete))


async def test_day_ahead_prices_arrive_by_poll(desk: Desk, clock: SimulatedClock) -> None:
    """6, 11, 23, 34: a program's descriptors, a negative price, more events than a page."""
    program = await desk("POST", "/programs", programName="Day ahead", payloadDescriptors=PRICES)
    hours = [{"id": n, "payloads": [{"type": "PRICE", "values": [0.1 - n / 100]}]} for n in range(24)]
    for _ in range(55):
        await desk.event(program, intervals=hours)
    async with listening(polling(desk), clock) as (_, heard):
        first = events(heard)[0]
        assert len(events(heard)) == 55
        assert (first.program_id, first.currency, len(first.payloads)) == ("Day ahead", "EUR", 24)
        assert first.payloads[15].value == pytest.approx(-0.05)
        assert first.payloads[15].interval.start == NOW + timedelta(hours=15)


async def test_the_router_enrols_with_its_resources(desk: Desk, clock: SimulatedClock) -> None:
    """8, and 3: tokens of a real token endpoint."""
    async with listening(polling(desk, resources=("freezer", "washer")), clock):
        pass
    async with listening(polling(desk, resources=("freezer", "washer")), clock):
        pass
    (ven,) = await desk("GET", "/vens")
    assert (ven["venName"], ven["clientID"]) == ("home", "home")
    assert [row["resourceName"] for row in await desk("GET", "/resources")] == ["freezer", "washer"]


async def test_create_update_and_delete_arrive_by_push_without_any_time_passing(
    desk: Desk, clock: SimulatedClock
) -> None:
    """18, 19, 20, 21, 34."""
    program = await desk("POST", "/programs", programName="Sheds")
    async with listening(pushed(desk), clock) as (_, heard):
        row = await desk.event(program, priority=3)
        await clock.settle()
        await clock.advance(timedelta(seconds=1))
        await desk("PUT", f"/events/{row['id']}", **row | {"priority": 0})
        await clock.settle()
        await desk("DELETE", f"/events/{row['id']}")
        await clock.settle()
        assert clock.now() == NOW + timedelta(seconds=1)
        assert [event.priority for event in events(heard)] == [3, 0]
        assert len({event.version for event in events(heard)}) == 2
        assert events(heard)[0].of(PayloadType.SIMPLE)[0].value == 2
        last = heard[-1]
        assert isinstance(last, EventCancelled)
        assert last.event_id == row["id"]


async def test_a_pushed_order_arrives_in_far_less_than_two_seconds(desk: Desk, clock: SimulatedClock) -> None:
    """34: R3, B1; twenty orders, from the provider's POST to our signal, in real time."""
    program = await desk("POST", "/programs", programName="Sheds")
    delays = []
    async with listening(pushed(desk), clock) as (_, heard):
        for number in range(1, 21):
            started = time.perf_counter()
            await desk.event(program)
            await clock.settle()
            delays.append(time.perf_counter() - started)
            assert len(events(heard)) == number
    assert max(delays) < 2.0
    assert sorted(delays)[10] < 0.5


@pytest.mark.parametrize("targets_must_be_asked", [False, True])
async def test_only_orders_for_granted_targets_arrive(
    clock: SimulatedClock, targets_must_be_asked: bool
) -> None:
    """9: by poll and by push; a new grant brings them, a lost one removes them."""
    async with our_vtn(clock, targets_must_be_asked=targets_must_be_asked) as desk:
        program = await desk("POST", "/programs", programName="Sheds")
        everybody = await desk.event(program)
        east = await desk.event(program, targets=["east", "secret"])
        async with listening(pushed(desk), clock) as (_, heard):
            assert list(completed(heard))[-1] == {everybody["id"]}
            (ven,) = await desk("GET", "/vens")
            grant = {"objectType": "BL_VEN_REQUEST", "clientID": "home", "venName": "home"}
            await desk("PUT", f"/vens/{ven['id']}", **grant, targets=["east"])
            await clock.advance(MINUTE)
            assert list(completed(heard))[-1] == {everybody["id"], east["id"]}
            assert [event.targets for event in events(heard)] == [(), ("east",)]
            late, _ = await desk.event(program, targets=["east"]), await desk.event(program, targets=["west"])
            await clock.settle()
            assert events(heard)[-1].id == late["id"]
            await desk("PUT", f"/vens/{ven['id']}", **grant, targets=[])
            await clock.advance(MINUTE)
            assert list(completed(heard))[-1] == {everybody["id"]}


async def test_a_receipt_per_member_reaches_the_provider_once(desk: Desk, clock: SimulatedClock) -> None:
    """29, 30, 31, 32."""
    program = await desk("POST", "/programs", programName="Sheds")
    row = await desk.event(program)
    async with listening(polling(desk), clock) as (provider, heard):
        (event,) = events(heard)
        items = [
            message(event, MessageKind.RECEIPT, clock, DeviceId("freezer")),
            message(event, MessageKind.RECEIPT, clock, DeviceId("hvac")),
            message(event, MessageKind.OPTED_OUT, clock, DeviceId("hvac")),
            message(event, MessageKind.IMPOSSIBLE, clock, X_SHORT_W=350.0),
        ]
        for item in items:
            await provider.send(item)
    await clock.advance(MINUTE)
    again = OpenAdr3Provider(polling(desk), clock)
    for item in items:
        await again.send(item)
    await again.close()
    reports = await desk("GET", f"/reports?eventID={row['id']}")
    assert [report["clientName"] for report in reports] == ["home"] * 4
    names = [report["resources"][0]["resourceName"] for report in reports]
    assert names == ["freezer", "hvac", "hvac", "home"]
    payloads = [report["resources"][0]["intervals"][0]["payloads"] for report in reports]
    assert payloads[0] == [{"type": "X_RECEIPT", "values": [event.version]}]
    assert {"type": "OPERATING_STATE", "values": ["RUNNING_OPTED_OUT"]} in payloads[2]
    assert {"type": "X_SHORT_W", "values": [350.0]} in payloads[3]


async def test_a_receipt_for_an_event_that_was_deleted_ends_somewhere(
    desk: Desk, clock: SimulatedClock
) -> None:
    """31: it is taken, or let go; it does not stay in the outbox for ever."""
    program = await desk("POST", "/programs", programName="Sheds")
    row = await desk.event(program)
    async with listening(polling(desk), clock) as (provider, heard):
        await desk("DELETE", f"/events/{row['id']}")
        await provider.send(message(events(heard)[0], MessageKind.RECEIPT, clock))


async def test_a_provider_that_restarts_is_found_again(clock: SimulatedClock) -> None:
    """3, 7, 20, 34: its tokens, VENs, subscriptions and events are gone."""
    async with our_vtn(clock) as desk:
        program = await desk("POST", "/programs", programName="Sheds")
        await desk.event(program)
        port = int(desk.url.rpartition(":")[2])
        context = listening(pushed(desk), clock)
        _, heard = await context.__aenter__()
    try:
        await clock.advance(MINUTE)
        async with our_vtn(clock, port) as desk:
            await clock.advance(5 * MINUTE)
            assert [signal.up for signal in heard if isinstance(signal, LinkChanged)] == [True, False, True]
            assert list(completed(heard))[-1] == set()
            program = await desk("POST", "/programs", programName="Sheds")
            row = await desk.event(program)
            await clock.settle()
            assert events(heard)[-1].id == row["id"]
    finally:
        await context.__aexit__(None, None, None)


async def test_a_wrong_secret_is_told(desk: Desk, clock: SimulatedClock) -> None:
    """1, 3: and tried again ever more rarely."""
    async with listening(replace(polling(desk), client_secret="wrong"), clock) as (_, heard):
        await clock.advance(10 * MINUTE)
        (link,) = heard
        assert isinstance(link, LinkChanged)
        assert "Check client_id and client_secret" in link.sentence


async def test_tokens_that_expire_are_renewed(clock: SimulatedClock) -> None:
    """3."""
    async with (
        our_vtn(clock, token_life=timedelta(minutes=5)) as desk,
        listening(polling(desk), clock) as (_, heard),
    ):
        await clock.advance(timedelta(hours=1))
        assert [signal.up for signal in heard if isinstance(signal, LinkChanged)] == [True]
        assert len(list(completed(heard))) == 61


async def test_it_is_a_provider(desk: Desk, clock: SimulatedClock) -> None:
    provider: Provider = OpenAdr3Provider(polling(desk), clock)
    assert provider.id == ProviderId("grid")
    await asyncio.sleep(0)
