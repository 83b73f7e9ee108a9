"""Fake plugs on loopback, each with a kettle, and a clock that the test moves."""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.kasa.settings import KasaSettings
from drrouter.sim.wire.kasa import FakePlug
from tests.adapters.kasa.kettle import Kettle

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(START)


@pytest.fixture
def port() -> int:
    """A port that is free over TCP and UDP."""
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        tcp.bind(("", 0))
        number: int = tcp.getsockname()[1]
        udp.bind(("", number))
        return number


@pytest.fixture
def settings(port: int) -> KasaSettings:
    return KasaSettings.model_validate(
        {"broadcast": "127.255.255.255", "port": port, "discovery_s": 0.3, "poll_s": 10, "timeout_s": 0.5}
    )


@pytest.fixture
async def plug_in(clock: SimulatedClock, port: int) -> AsyncIterator[Callable[..., Awaitable[FakePlug]]]:
    """Returns a function that plugs a fake in, at 127.77.0.`number`."""
    async with AsyncExitStack() as stack:

        async def join(
            number: int = 1, alias: str = "Kettle", power_w: float = 2000.0, **more: Any
        ) -> FakePlug:
            plug = FakePlug(
                f"127.77.0.{number}", alias, Kettle(clock.now, power_w), now=clock.now, port=port, **more
            )
            return await stack.enter_async_context(plug)

        yield join
