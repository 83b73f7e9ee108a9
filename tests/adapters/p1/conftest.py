"""A home of known watts behind a fake meter, on a pseudo terminal or over TCP, and whoever listens to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.p1.integration import P1Integration, build
from drrouter.adapters.devices.p1.settings import P1Settings
from drrouter.adapters.executor import InlineExecutor
from drrouter.ports import Surroundings
from drrouter.sim.wire.p1 import FakeMeter, FakeSerialMeter, FakeTcpMeter

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
Listen = Callable[..., Awaitable[P1Integration]]


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(START)


@pytest.fixture
def watts() -> list[float]:
    """What L1, L2 and L3 draw; a test changes it in place."""
    return [300.0, 0.0, -1200.0]


@pytest.fixture(params=["serial", "tcp"])
async def meter(
    request: pytest.FixtureRequest, tmp_path: Path, clock: SimulatedClock, watts: list[float]
) -> AsyncIterator[FakeMeter]:
    """The same meter in both ways of reaching it."""

    def lines_w() -> tuple[float, float, float]:
        return (watts[0], watts[1], watts[2])

    fake: FakeMeter
    if request.param == "serial":
        fake = FakeSerialMeter(tmp_path / "ttyUSB0", lines_w, now=clock.now)
    else:
        fake = FakeTcpMeter(lines_w, now=clock.now)
    async with fake:
        yield fake


def table(meter: FakeMeter, **more: Any) -> dict[str, Any]:
    """The entry of a home file for a fake."""
    if isinstance(meter, FakeTcpMeter):
        return {"alias": "meter", "host": meter.host, "tcp_port": meter.port} | more
    assert isinstance(meter, FakeSerialMeter)
    return {"alias": "meter", "port": str(meter.port)} | more


@pytest.fixture
async def listen(clock: SimulatedClock, tmp_path: Path) -> AsyncIterator[Listen]:
    """Returns a function that makes the integration for some meters and lets it serve."""
    async with AsyncExitStack() as stack:

        async def begin(*meters: dict[str, Any]) -> P1Integration:
            surroundings = Surroundings(clock, InlineExecutor(), tmp_path, str)
            settings = P1Settings.model_validate({"meter": meters, "retry_s": 0.02})
            integration = build(settings, surroundings)
            serving = asyncio.create_task(integration.serve())
            stack.push_async_callback(_ended, serving)
            return integration

        yield begin


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def talk() -> AsyncIterator[Callable[[FakeMeter], None]]:
    """Returns a function that lets a fake write a telegram every few milliseconds, faults included."""
    tasks: list[asyncio.Task[None]] = []

    def begin(meter: FakeMeter) -> None:
        tasks.append(asyncio.create_task(_chatter(meter)))

    yield begin
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _chatter(meter: FakeMeter) -> None:
    loop = asyncio.get_running_loop()
    while True:
        tick = loop.create_future()
        loop.call_later(0.01, tick.set_result, None)
        await tick
        meter.send()
