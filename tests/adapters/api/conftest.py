"""A served local API with one token of each role."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from yarl import URL

from drrouter.adapters.api import Entrance, LocalApi, Panel, Role, TokenBook
from drrouter.adapters.api.throttle import Throttle
from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.store import SqliteStore
from drrouter.domain.ids import DeviceId
from tests.adapters.api.memory_router import NOON, WASHER, MemoryRouter
from tests.adapters.store.builders import Inline

TOKEN_ROLES = tuple(role for role in Role if role is not Role.VISITOR)


PASSWORD = "horse battery"


class CountingClock(SimulatedClock):
    """Knows how many pieces of work are in progress."""

    held = 0

    @contextmanager
    def working(self) -> Iterator[None]:
        self.held += 1
        try:
            with super().working():
                yield
        finally:
            self.held -= 1


@dataclass(slots=True)
class Served:
    """Everything around one running API."""

    api: LocalApi
    router: MemoryRouter
    clock: CountingClock
    entrance: Entrance
    secrets: dict[Role, str]
    session: aiohttp.ClientSession

    @property
    def tokens(self) -> TokenBook:
        return self.entrance.tokens

    @property
    def host(self) -> str:
        return URL(self.api.url).authority

    def bearer(self, role: Role = Role.OWNER) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secrets[role]}"}

    async def ask(
        self,
        method: str,
        path: str,
        role: Role = Role.OWNER,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> tuple[int, Any]:
        """Send a request; its status, and its JSON where it has any."""
        url = f"{self.api.url}/api/v1{path}"
        async with self.session.request(
            method, url, headers=self.bearer(role) | (headers or {}), **more
        ) as answer:
            return answer.status, await answer.json(content_type=None) if answer.status != 204 else None

    async def raw(self, method: str, target: str, headers: str = "", host: str = "x") -> int:
        """Send exactly this request line; the status of the answer."""
        url = URL(self.api.url)
        reader, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(
            f"{method} {target} HTTP/1.1\r\nHost: {host}\r\n{headers}Connection: close\r\n\r\n".encode()
        )
        line = await reader.readline()
        writer.close()
        await writer.wait_closed()
        return int(line.split()[1])


class Browser:
    """A page of the panel in a browser: keeps cookies, says where it comes from, sends the session's mark."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url, self.session, self.csrf = url, session, ""

    async def ask(
        self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any
    ) -> tuple[int, Any]:
        """Send a request as the page does; its status, and its JSON where it has any."""
        sent = {
            "Origin": str(URL(self.url).origin()),
            "Sec-Fetch-Site": "same-origin",
            "X-CSRF": self.csrf,
        } | (headers or {})
        sent = {name: value for name, value in sent.items() if value}
        url = f"{self.url}/api/v1{path}"
        async with self.session.request(method, url, headers=sent, **more) as answer:
            said = await answer.json(content_type=None) if answer.status != 204 else None
            if isinstance(said, dict) and said.get("csrf"):
                self.csrf = said["csrf"]
            return answer.status, said

    async def claim(self, served: Served, name: str = "Anna") -> None:
        """Become the first owner."""
        body = {"code": served.entrance.claim.code, "name": name, "password": PASSWORD}
        assert (await self.ask("POST", "/claim", json=body))[0] == 200

    async def sign_in(self, name: str, password: str | None = None) -> int:
        body = {"name": name, "password": password or PASSWORD}
        return (await self.ask("POST", "/session", json=body))[0]

    @property
    def cookie(self) -> Any:
        """The one cookie that is kept."""
        (cookie,) = self.session.cookie_jar
        return cookie


Serve = Callable[..., Awaitable[Served]]

Browse = Callable[[Served], Awaitable[Browser]]


@pytest.fixture
async def serve(tmp_path: Path) -> AsyncIterator[Serve]:
    """Start APIs; they stop after the test."""
    async with AsyncExitStack() as stack:

        async def start(**options: Any) -> Served:
            clock = CountingClock(NOON)
            store = await stack.enter_async_context(SqliteStore(tmp_path / "store.db", Inline(), clock))
            still = Throttle(lambda: 0.0)
            throttle, tries = options.pop("throttle", still), options.pop("tries", Throttle(lambda: 0.0))
            entrance = await Entrance.open(store, clock, Inline())
            entrance = replace(entrance, throttle=throttle, tries=tries, names=Throttle(lambda: 0.0))
            tokens = entrance.tokens
            devices: dict[Role, DeviceId | None] = {Role.APPLIANCE: WASHER}
            secrets: dict[Role, str] = {
                role: (await tokens.issue(role, "Anna", devices.get(role)))[1] for role in TOKEN_ROLES
            }
            router = MemoryRouter(clock)
            options.setdefault("panel", Panel(None))
            api = await stack.enter_async_context(LocalApi(router, entrance, clock, **options))
            session = await stack.enter_async_context(aiohttp.ClientSession())
            return Served(api, router, clock, entrance, secrets, session)

        yield start


@pytest.fixture
async def browse() -> AsyncIterator[Browse]:
    """Open browsers; they close after the test."""
    async with AsyncExitStack() as stack:

        async def open_one(served: Served) -> Browser:
            jar = aiohttp.CookieJar(unsafe=True)  # keeps cookies of addresses, as browsers do
            session = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
            return Browser(served.api.url, session)

        yield open_one


@pytest.fixture
async def served(serve: Serve) -> Served:
    return await serve()
