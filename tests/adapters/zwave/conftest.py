"""A fake Z-Wave network behind its server on loopback, and the integration that serves it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.zwave.integration import ZwaveIntegration, build
from drrouter.adapters.devices.zwave.settings import ZwaveSettings
from drrouter.adapters.executor import InlineExecutor
from drrouter.domain.ids import DeviceId
from drrouter.errors import DeviceError
from drrouter.ports import Surroundings
from drrouter.sim.wire.zwave import FakeNode, FakeZwaveServer, Relay
from tests.adapters.kasa.kettle import Kettle
from tests.adapters.zwave.driving import Driven, eventually, tick

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
Serve = Callable[..., Awaitable[ZwaveIntegration]]


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(START)


@pytest.fixture
def plug(clock: SimulatedClock) -> FakeNode:
    return FakeNode(12, [Relay(Kettle(clock.now, 2000.0))], name="Kettle")


@pytest.fixture
async def server(clock: SimulatedClock, plug: FakeNode) -> AsyncIterator[FakeZwaveServer]:
    async with FakeZwaveServer(plug, now=clock.now) as fake:
        yield fake


@pytest.fixture
async def serve(clock: SimulatedClock, tmp_path: Path) -> AsyncIterator[Serve]:
    """Returns a function that makes the integration and keeps it serving, restarted at once as it fails."""
    async with AsyncExitStack() as stack:

        async def begin(server: FakeZwaveServer, **more: Any) -> ZwaveIntegration:
            table = {"url": server.url, "timeout_s": 0.5, "heartbeat_s": 0.2, "poll_s": 60} | more
            surroundings = Surroundings(clock, InlineExecutor(), tmp_path, str)
            integration = build(ZwaveSettings.model_validate(table), surroundings)
            serving = asyncio.create_task(_supervised(integration))
            stack.push_async_callback(_ended, serving)
            await connected(integration)
            return integration

        yield begin


@pytest.fixture
async def driven(server: FakeZwaveServer, serve: Serve, clock: SimulatedClock) -> Driven:
    """The plug, found and set up."""
    integration = await serve(server)
    (found,) = await integration.discover()
    return Driven(integration.setup(DeviceId("kettle"), found), clock)


async def connected(integration: ZwaveIntegration) -> None:
    """Wait until the server is there."""

    async def listed() -> bool:
        await integration.discover()
        return True

    await eventually(listed)


async def _supervised(integration: ZwaveIntegration) -> None:
    while True:
        try:
            await integration.serve()
        except DeviceError:
            await tick()


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
