"""Clocks that differ and networks as they are; numbers in docstrings are the obligations of a VEN."""

import asyncio
import ctypes
import json
from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web

from drrouter.adapters.clock import SimulatedClock, SystemClock, is_synchronised
from drrouter.adapters.sp.openadr3 import OpenAdr3Provider
from drrouter.adapters.sp.openadr3.session import VtnSession
from drrouter.adapters.sp.openadr3.skew import Skew
from drrouter.domain.ids import ProviderId
from drrouter.domain.signal import LinkChanged, Signal
from drrouter.errors import ProviderUnreachableError
from drrouter.sim.wire.listener import Listener
from tests.adapters.sp.peers import (
    MINUTE,
    NOW,
    Handler,
    TroubleVtn,
    enrolled,
    events,
    fail,
    last_complete,
    links,
    saying,
    settings_for,
    shed,
)

SP = ProviderId("grid")


def skewed(*seconds: float, synchronised: bool = False) -> Skew:
    skew = Skew(SP, lambda: synchronised)
    for ahead in seconds:
        skew.saw(format_datetime(NOW + timedelta(seconds=ahead), usegmt=True), NOW)
    return skew


@pytest.mark.parametrize(
    ("seconds", "synchronised", "acted_on"),
    [(4, False, 0), (20, False, 0), (40, False, 40), (-40, False, -40), (40, True, 0)],
)
def test_the_providers_clock_counts_where_nobody_keeps_ours(
    seconds: float, synchronised: bool, acted_on: float
) -> None:
    assert skewed(*[seconds] * 3, synchronised=synchronised).acted_on == timedelta(seconds=acted_on)


def test_a_difference_is_said_once_and_its_end_too(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    skewed(1, 8, 8, 8, 8, 1, 1, 1, 1, 1, 1)
    assert [record.message for record in caplog.records] == [
        "The clock of grid is 8 s ahead of that of this machine. "
        "Check that this machine keeps its time by a time server.",
        "The clocks of grid and of this machine agree again.",
    ]


def test_one_slow_answer_moves_nothing_and_a_small_drift_neither() -> None:
    assert skewed(0, 0, 0, 90, 0).acted_on == timedelta(0)
    assert skewed(40, 40, 40, 45, 46, 45, 45, 45).acted_on == timedelta(seconds=40)
    assert skewed(40, 40, 40, *[55] * 5).acted_on == timedelta(seconds=55)
    assert skewed(40, 40, 40, *[3] * 5).acted_on == timedelta(0)


@pytest.mark.parametrize("date", ["", "yesterday", "Sun, 99 Foo 2026 12:00:00 GMT"])
def test_what_is_no_date_tells_nothing(date: str) -> None:
    skew = Skew(SP, lambda: False)
    skew.saw(date, NOW)
    assert skew.offset == timedelta(0)


def test_a_date_without_a_zone_is_utc() -> None:
    skew = Skew(SP, lambda: False)
    skew.saw("Sun, 01 Mar 2026 12:01:00 -0000", NOW)
    assert skew.offset == timedelta(seconds=60)


def dated(clock: SimulatedClock, ahead: timedelta, vtn: TroubleVtn) -> Handler:
    """The provider's answers, by its own clock."""

    async def handle(request: web.Request) -> web.StreamResponse:
        rows = vtn._listed(request.path.strip("/"), request)
        return web.json_response(rows, headers={"Date": format_datetime(clock.now() + ahead, usegmt=True)})

    return handle


async def heard_by(provider: OpenAdr3Provider, clock: SimulatedClock) -> list[Signal]:
    heard: list[Signal] = []

    async def listen() -> None:
        async for signal in provider.signals():
            heard.append(signal)

    task = asyncio.create_task(listen())
    await clock.settle()
    await clock.advance(2 * MINUTE)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    return heard


async def test_an_event_begins_when_it_does_for_the_provider(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """17: our clock is 100 s slow, so by it the event begins 100 s earlier than written."""
    vtn.bend |= {f"GET /{name}": dated(clock, timedelta(seconds=100), vtn) for name in ("events", "programs")}
    shed(vtn)
    skew = Skew(SP, lambda: False)
    heard = await heard_by(OpenAdr3Provider(settings_for(vtn.url), clock, skew), clock)
    starts = [event.payloads[0].interval.start for event in events(heard)]
    assert starts[-1] == datetime.fromisoformat("2026-03-01T12:05:00+00:00") - timedelta(seconds=100)
    assert len(starts) == 1


async def test_a_kept_clock_is_right_whatever_the_provider_says(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """17."""
    vtn.bend["GET /events"] = dated(clock, timedelta(seconds=100), vtn)
    shed(vtn)
    heard = await heard_by(OpenAdr3Provider(settings_for(vtn.url), clock, Skew(SP, lambda: True)), clock)
    assert events(heard)[0].payloads[0].interval.start == NOW + 5 * MINUTE


def test_the_machine_tells_whether_it_is_kept_right(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_synchronised() in (True, False)
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    assert is_synchronised()


async def test_clocks_are_compared_where_ours_is_the_machines() -> None:
    provider = OpenAdr3Provider(settings_for("http://127.0.0.1:1"), SystemClock())
    assert provider._skew is not None
    await provider.close()


@pytest.mark.parametrize("asked", ["GET /events", "GET /programs", "POST /auth/token", "GET /vens"])
async def test_a_login_page_in_the_providers_place_is_a_lost_link_and_cancels_nothing(
    vtn: TroubleVtn, clock: SimulatedClock, asked: str
) -> None:
    """7, 20: a captive portal answers everything with 200 and HTML."""
    settings = enrolled(vtn)
    row = shed(vtn)
    portal = saying("<!DOCTYPE html><html>Welcome! Please log in.</html>")
    provider = OpenAdr3Provider(settings, clock)
    heard: list[Signal] = []

    async def listen() -> None:
        async for signal in provider.signals():
            heard.append(signal)

    task = asyncio.create_task(listen())
    await clock.settle()
    before = dict(vtn.bend)
    vtn.bend[asked] = portal
    if asked.startswith("POST"):
        vtn.bend["GET /events"] = saying("{}", 401)
    await clock.advance(5 * MINUTE)
    vtn.bend = before
    await clock.advance(10 * MINUTE)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    lost = next(signal for signal in heard if isinstance(signal, LinkChanged) and not signal.up)
    assert "a web page answers in its place" in lost.sentence
    assert links(heard) == [True, False, True]
    assert [event.id for event in events(heard)] == [row["id"]]
    assert last_complete(heard) == {row["id"]}


async def test_a_link_that_flaps_loses_nothing_and_looks_everywhere_each_time(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """7, 20: a full poll after each return."""
    calls = 0

    async def flaps(request: web.Request) -> web.StreamResponse:
        nonlocal calls
        calls += 1
        return await fail(request) if calls % 2 == 0 else web.json_response(vtn._listed("events", request))

    vtn.bend["GET /events"] = flaps
    row = shed(vtn)
    heard = await heard_by(OpenAdr3Provider(settings_for(vtn.url, poll_s=5), clock), clock)
    ups = links(heard)
    assert len(ups) > 10
    assert ups[:4] == [True, False, True, False]
    assert [event.id for event in events(heard)] == [row["id"]]
    assert last_complete(heard) == {row["id"]}


async def test_a_connection_that_is_half_open_is_left_for_another(clock: SimulatedClock) -> None:
    """7: a box on the way has forgotten the first connection, and tells nobody."""
    talks = 0
    body = json.dumps([]).encode()
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal talks
        talks += 1
        answers = 1 if talks == 1 else 99
        while True:
            await reader.readuntil(b"\r\n\r\n")
            if answers > 0:
                writer.write(answer)
                answers -= 1

    async with Listener(talk) as server:
        session = VtnSession(settings_for(f"http://127.0.0.1:{server.port}"), clock)
        for _ in range(3):
            assert (await session.get("/events")).body == []
        assert talks == 2
        await session.close()


async def test_a_report_into_silence_is_sent_again_and_not_doubled(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """7, 31: a write is never asked twice by itself; who waits for it looks first."""
    session = VtnSession(settings_for(vtn.url, timeout_s=0.2), clock)
    released = asyncio.Event()

    async def silent(_: web.Request) -> web.StreamResponse:
        await released.wait()
        return web.Response()

    vtn.bend["POST /reports"] = silent
    with pytest.raises(ProviderUnreachableError, match=r"did not answer within 0.2 s"):
        await session.request("POST", "/reports", body={})
    released.set()
    assert vtn.count("POST /reports") == 1
    await session.close()
