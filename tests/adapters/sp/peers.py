"""A VTN made for trouble: it keeps lists and answers properly until a test bends one of its answers."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.sp.openadr3 import OpenAdr3Provider, Openadr3Settings, WebhookSettings
from drrouter.domain.event import Event
from drrouter.domain.ids import ProviderId
from drrouter.domain.signal import EventReceived, EventsComplete, Heard, LinkChanged, Signal
from drrouter.sim.wire.listener import Listener

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SIMPLE = [{"id": 0, "payloads": [{"type": "SIMPLE", "values": [2]}]}]
SOON = {"start": "2026-03-01T12:05:00Z", "duration": "PT1H"}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
LISTS = ("programs", "events", "vens", "resources", "reports", "subscriptions")


class TroubleVtn:
    """Lists of objects under ``/programs``, ``/events`` ...; ``bend["GET /events"] = handler`` bends one.

    Attributes:
        rows: the objects by list and id.
        asked: every request as ``METHOD path``, and ``queries`` with its query.
        page: the longest page it gives.
    """

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in LISTS}
        self.bend: dict[str, Handler] = {}
        self.asked: list[str] = []
        self.queries: list[tuple[str, list[tuple[str, str]]]] = []
        self.headers: list[Any] = []
        self.page = 50
        self.url = ""
        self._made = 0

    def add(self, name: str, **members: Any) -> dict[str, Any]:
        """Put an object into a list."""
        self._made += 1
        row = {"id": f"{name}-{self._made}", "modificationDateTime": "2026-03-01T11:00:00Z", **members}
        self.rows[name][row["id"]] = row
        return row

    def count(self, asked: str) -> int:
        return self.asked.count(asked)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        asked = f"{request.method} {request.path}"
        self.asked.append(asked)
        self.queries.append((asked, list(request.query.items())))
        self.headers.append(request.headers)
        if asked in self.bend:
            return await self.bend[asked](request)
        name, _, object_id = request.path.strip("/").partition("/")
        if name not in self.rows:
            return web.json_response({"title": "Not Found", "status": 404}, status=404)
        rows = self.rows[name]
        if request.method == "POST":
            return web.json_response(self.add(name, **await request.json()), status=201)
        if not object_id:
            return web.json_response(self._listed(name, request))
        if object_id not in rows:
            return web.json_response({"title": "Not Found", "status": 404}, status=404)
        if request.method == "PUT":
            rows[object_id] |= await request.json()
        return web.json_response(rows.pop(object_id) if request.method == "DELETE" else rows[object_id])

    def _listed(self, name: str, request: web.Request) -> list[dict[str, Any]]:
        rows = list(self.rows[name].values())
        for key in ("venName", "clientName", "eventID"):
            if key in request.query:
                rows = [row for row in rows if row.get(key) == request.query[key]]
        if name in ("programs", "events"):
            asked = {*request.query.getall("targets", [])}
            rows = [row for row in rows if not row.get("targets") or asked & {*row["targets"]}]
        skip, limit = int(request.query.get("skip", 0)), int(request.query.get("limit", 50))
        return rows[skip : skip + min(limit, self.page)]

    async def notify(self, operation: str, row: dict[str, Any], kind: str = "EVENT") -> list[int]:
        """Tell every subscription, as a VTN does; return what the callbacks answered."""
        body = json.dumps({"objectType": kind, "operation": operation, "object": row})
        return [await self.post(body, token) for _, token in self.callbacks()]

    def callbacks(self) -> list[tuple[str, str]]:
        return [
            (operation["callbackUrl"], operation["bearerToken"])
            for row in self.rows["subscriptions"].values()
            for operation in row["objectOperations"]
        ]

    async def post(self, body: str | bytes, token: str) -> int:
        """Send a body to the first callback."""
        async with (
            aiohttp.ClientSession() as http,
            http.post(
                self.callbacks()[0][0], data=body, headers={"Authorization": f"Bearer {token}"}
            ) as answer,
        ):
            return answer.status


@asynccontextmanager
async def serving(handler: Handler, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server on a free port of 127.0.0.1; gives the port."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    try:
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


@asynccontextmanager
async def trouble() -> AsyncIterator[TroubleVtn]:
    vtn = TroubleVtn()
    async with serving(vtn.handle) as port:
        vtn.url = f"http://127.0.0.1:{port}"
        yield vtn


@asynccontextmanager
async def raw_server(answer: bytes, *, close: bool = True, asked: bytes = b"\r\n\r\n") -> AsyncIterator[str]:
    """A server that sends these very bytes to whoever has ``asked``; gives its url."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(asked)
        writer.write(answer)
        await writer.drain()
        if not close:
            await reader.read()

    async with Listener(talk) as server:
        yield f"http://127.0.0.1:{server.port}"


def settings_for(url: str, **members: Any) -> Openadr3Settings:
    return Openadr3Settings(
        **{
            "id": ProviderId("grid"),
            "url": url,
            "ven_name": "home",
            "jitter": 0.0,
            "timeout_s": 5.0,
            **members,
        }
    )


@asynccontextmanager
async def listening(
    settings: Openadr3Settings, clock: SimulatedClock, *, merely: bool = False
) -> AsyncIterator[tuple[OpenAdr3Provider, list[Signal]]]:
    """A provider whose news are collected while this is entered; where it merely lives only if ``merely``."""
    provider, heard = OpenAdr3Provider(settings, clock), list[Signal]()

    async def listen() -> None:
        async for signal in provider.signals():
            if merely or not isinstance(signal, Heard):
                heard.append(signal)

    task = asyncio.create_task(listen())
    try:
        await clock.settle()
        yield provider, heard
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def saying(body: bytes | str, status: int = 200, headers: dict[str, str] | None = None) -> Handler:
    async def handler(_: web.Request) -> web.StreamResponse:
        raw = body.encode() if isinstance(body, str) else body
        return web.Response(body=raw, status=status, headers=headers, content_type="application/json")

    return handler


def shed(vtn: TroubleVtn, **members: Any) -> dict[str, Any]:
    """An event that sheds at level 2 in five minutes."""
    row = {"programID": "p1", "intervalPeriod": SOON, "intervals": SIMPLE} | members
    return vtn.add("events", **row)


def pushing(vtn: TroubleVtn, **members: Any) -> Openadr3Settings:
    return settings_for(vtn.url, webhook=WebhookSettings(), **members)


def enrolled(vtn: TroubleVtn, **members: Any) -> Openadr3Settings:
    """Settings with credentials, and a token endpoint for them."""

    async def token(_: web.Request) -> web.StreamResponse:
        return web.json_response({"access_token": "t"})

    vtn.bend["POST /auth/token"] = token
    return settings_for(vtn.url, client_id="me", client_secret="s", **members)


def events(heard: list[Signal]) -> list[Event]:
    return [signal.event for signal in heard if isinstance(signal, EventReceived)]


def links(heard: list[Signal]) -> list[bool]:
    return [signal.up for signal in heard if isinstance(signal, LinkChanged)]


def last_complete(heard: list[Signal]) -> set[str]:
    return {*[signal for signal in heard if isinstance(signal, EventsComplete)][-1].event_ids}


async def fail(_: web.Request) -> web.StreamResponse:
    raise web.HTTPInternalServerError
