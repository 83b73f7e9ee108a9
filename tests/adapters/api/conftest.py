"""A served local API with one token of each role."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from yarl import URL

from drrouter.adapters.api import LocalApi, Role, TokenBook
from drrouter.adapters.api.throttle import Throttle
from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.store import SqliteStore
from drrouter.domain.ids import DeviceId
from tests.adapters.api.memory_router import NOON, WASHER, MemoryRouter
from tests.adapters.store.builders import Inline


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
    tokens: TokenBook
    secrets: dict[Role, str]
    session: aiohttp.ClientSession

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

    async def raw(self, method: str, target: str, headers: str = "") -> int:
        """Send exactly this request line; the status of the answer."""
        url = URL(self.api.url)
        reader, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(f"{method} {target} HTTP/1.1\r\nHost: x\r\n{headers}Connection: close\r\n\r\n".encode())
        line = await reader.readline()
        writer.close()
        await writer.wait_closed()
        return int(line.split()[1])


Serve = Callable[..., Awaitable[Served]]


@pytest.fixture
async def serve(tmp_path: Path) -> AsyncIterator[Serve]:
    """Start APIs; they stop after the test."""
    async with AsyncExitStack() as stack:

        async def start(**options: Any) -> Served:
            clock = CountingClock(NOON)
            store = await stack.enter_async_context(SqliteStore(tmp_path / "store.db", Inline(), clock))
            tokens = await TokenBook.open(store, clock)
            devices: dict[Role, DeviceId | None] = {Role.APPLIANCE: WASHER}
            secrets = {role: (await tokens.issue(role, "Anna", devices.get(role)))[1] for role in Role}
            router = MemoryRouter(clock)
            options.setdefault("throttle", Throttle(lambda: 0.0))
            api = await stack.enter_async_context(LocalApi(router, tokens, clock, **options))
            session = await stack.enter_async_context(aiohttp.ClientSession())
            return Served(api, router, clock, tokens, secrets, session)

        yield start


@pytest.fixture
async def served(serve: Serve) -> Served:
    return await serve()
