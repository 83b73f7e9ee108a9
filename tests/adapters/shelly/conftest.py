"""Fake Shelly devices on loopback, each with kettles, and a clock that the test moves."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.sim.wire.shelly import FakeShelly, Firmware, Identity, Meter3, Relay
from tests.adapters.kasa.kettle import Kettle

START = datetime(2026, 3, 1, 12, tzinfo=UTC)

Join = Callable[..., Awaitable[FakeShelly]]


class Home:
    """A connection of three lines, one of which gives."""

    def lines_w(self) -> tuple[float, float, float]:
        return 1000.0, 250.0, -400.0

    def energies_wh(self) -> tuple[float, float]:
        return 5000.0, 700.0


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(START)


@pytest.fixture
async def plug_in(clock: SimulatedClock) -> AsyncIterator[Join]:
    """Returns a function that plugs a fake in, at 127.77.2.`number`, with relays of these names."""
    async with AsyncExitStack() as stack:

        async def join(
            number: int = 1, *names: str, meters: int = 0, identity: dict[str, Any] | None = None, **more: Any
        ) -> FakeShelly:
            relays = [Relay(name, Kettle(clock.now, 2000.0)) for name in names or ("Kettle",) * (not meters)]
            mine = Identity(**{"mac": f"A8032A00{number:04X}", "name": "Kitchen"} | (identity or {}))
            firmware = Firmware(mine, clock.now, relays, [Meter3("", Home())] * meters)
            fake = FakeShelly(f"127.77.2.{number}", firmware, **{"sleep_until": clock.sleep_until} | more)
            return await stack.enter_async_context(fake)

        yield join
