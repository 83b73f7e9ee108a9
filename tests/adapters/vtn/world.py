"""A VTN on a free port, clients that speak to it over real bytes, and webhooks that listen."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import web

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.vtn import ClientCredential, Role, VtnConfig, build_app
from drrouter.ports import Clock

Json = dict[str, Any]

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BL = ClientCredential("operator", "operator-secret", Role.BL)
HOME = ClientCredential("home", "home-secret", Role.VEN)
OTHER = ClientCredential("other", "other-secret", Role.VEN)
CLIENTS = (BL, HOME, OTHER)
ROW: Json = {"id": 0, "payloads": [{"type": "SIMPLE", "values": [2]}]}
PERIOD: Json = {"start": "2026-03-01T12:00:00Z", "duration": "PT1H"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: Any
    headers: Any


class Client:
    """Speaks to the VTN with a token of its own."""

    def __init__(self, url: str, http: aiohttp.ClientSession, token: str = "") -> None:
        self.url, self.http, self.token = url, http, token

    async def ask(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        """One request and its answer, whatever it is."""
        headers = {"Authorization": f"Bearer {self.token}"} | more.pop("headers", {})
        content: Json = {"json": body} if body is not None else {}
        async with self.http.request(method, self.url + path, headers=headers, **content, **more) as answer:
            return Answer(answer.status, await answer.json(), answer.headers)

    async def make(self, path: str, **fields: Any) -> Json:
        """Create an object; it must succeed."""
        answer = await self.ask("POST", path, fields)
        assert answer.status == 201, answer.body
        made: Json = answer.body
        return made

    async def all(self, path: str) -> list[Json]:
        """What a search finds; it must succeed."""
        answer = await self.ask("GET", path)
        assert answer.status == 200, answer.body
        found: list[Json] = answer.body
        return found

    async def program(self, name: str = "prices", **fields: Any) -> Json:
        return await self.make("/programs", programName=name, **fields)

    async def event(self, program: Json, **fields: Any) -> Json:
        return await self.make(
            "/events", **{"programID": program["id"], "intervalPeriod": PERIOD, "intervals": [ROW], **fields}
        )

    async def enrol(self, name: str) -> Json:
        return await self.make("/vens", objectType="VEN_VEN_REQUEST", venName=name)

    async def subscribe(self, hook: "Webhook", *objects: str, **fields: Any) -> Json:
        """To every operation on these objects."""
        operation = {
            "objects": objects or ["EVENT"],
            "operations": ["CREATE", "UPDATE", "DELETE"],
            "callbackUrl": hook.url,
            "bearerToken": hook.token,
        }
        return await self.make("/subscriptions", clientName="c", objectOperations=[operation], **fields)


@dataclass(slots=True)
class World:
    """A running VTN."""

    url: str
    http: aiohttp.ClientSession
    clock: Clock
    app: web.Application

    async def client(self, credential: ClientCredential, **form: str) -> Client:
        """A client with a fresh token."""
        asked = {
            "grant_type": "client_credentials",
            "client_id": credential.client_id,
            "client_secret": credential.secret,
            **form,
        }
        async with self.http.post(f"{self.url}/auth/token", data=asked) as answer:
            return Client(self.url, self.http, (await answer.json())["access_token"])

    def stranger(self, token: str = "nobody's") -> Client:
        """A client without a valid token."""
        return Client(self.url, self.http, token)


@asynccontextmanager
async def running(clock: Clock | None = None, **members: Any) -> AsyncIterator[World]:
    """A VTN with its own machine's callbacks allowed, until the context ends."""
    config = VtnConfig(**{"clients": CLIENTS, "callbacks_on_this_machine": True, **members})
    clock = clock or SimulatedClock(NOW)
    app = build_app(config, clock)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with aiohttp.ClientSession() as http:
            url = f"http://127.0.0.1:{runner.addresses[0][1]}{config.base_path}"
            yield World(url, http, clock, app)
    finally:
        await runner.cleanup()


@dataclass(slots=True)
class Webhook:
    """A subscriber's end; ``statuses`` are given first, then 200; ``gate`` holds its answers back."""

    url: str = ""
    token: str = "hook-token"
    statuses: list[int] = field(default_factory=list)
    notices: asyncio.Queue[Json] = field(default_factory=asyncio.Queue)
    authorizations: list[str] = field(default_factory=list)
    gate: asyncio.Event | None = None
    echoes: bool = True
    challenges: int = 0

    async def answer(self, request: web.Request) -> web.Response:
        self.authorizations.append(request.headers.get("Authorization", ""))
        if request.method == "GET":
            self.challenges += 1
            return web.Response(text=request.query["echo"] if self.echoes else "what?")
        notice = await request.json()
        self.notices.put_nowait(notice)
        if self.gate is not None:
            await self.gate.wait()
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    async def next(self) -> Json:
        """The next notice."""
        async with asyncio.timeout(10):
            return await self.notices.get()


@asynccontextmanager
async def listening(hook: Webhook | None = None, tls: ssl.SSLContext | None = None) -> AsyncIterator[Webhook]:
    """A webhook on a free port, until the context ends."""
    hook = hook or Webhook()
    app = web.Application()
    app.router.add_route("*", "/notices", hook.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        port = runner.addresses[0][1]
        hook.url = f"https://localhost:{port}/notices" if tls else f"http://127.0.0.1:{port}/notices"
        yield hook
    finally:
        if hook.gate is not None:
            hook.gate.set()
        await runner.cleanup()
