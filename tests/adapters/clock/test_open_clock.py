"""The clock of a program: the machine's, or a shared one whose loss ends the program."""

import asyncio
import signal
from datetime import UTC, datetime

from drrouter.adapters.clock import SharedClock, SystemClock, open_clock
from drrouter.sim.clock_server import ClockServer

START = datetime(2026, 3, 1, tzinfo=UTC)


async def test_without_an_address_it_is_the_machines() -> None:
    async with open_clock(None, "router") as clock:
        assert isinstance(clock, SystemClock)


async def test_with_an_address_it_is_shared() -> None:
    async with ClockServer(START) as server, open_clock(server.url, "router") as clock:
        assert isinstance(clock, SharedClock)
        assert clock.now() == START
        assert server.participants == {"router"}


async def test_a_program_that_loses_its_shared_clock_ends_as_if_asked_to() -> None:
    asked = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asked.set)
    async with ClockServer(START) as server, open_clock(server.url, "router"):
        for link in server.connections:
            link.close()
        await asked.wait()
    asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)
