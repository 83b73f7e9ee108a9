"""Orders reach their devices through a bad network, under TLS (R3); the long version is a bench."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import pytest

from drrouter.sim.wire.listener import Listener
from tests.lossy_link import LossyLink, Weather
from tests.pushing import push


@pytest.mark.timeout(180)
async def test_orders_reach_their_devices_within_ten_seconds_over_a_bad_network(tmp_path: Path) -> None:
    outcome = await push(tmp_path, homes=3, trials=9, seed=3)
    assert len(outcome.samples) == 9
    assert 0.4 < max(outcome.samples) <= 10


@asynccontextmanager
async def echo(
    weather: Weather,
) -> AsyncIterator[tuple[LossyLink, asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection, through such a network, to somebody who says everything back."""

    async def say_back(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)

    async with Listener(say_back) as server, LossyLink(server.port, "seed", weather) as link:
        reader, writer = await asyncio.open_connection("127.0.0.1", link.entrance)
        yield link, reader, writer
        writer.close()


async def test_the_network_is_as_slow_as_it_says() -> None:
    """A round trip for the handshake, and one for the word."""
    async with echo(Weather(delay_s=0.05, loss=0)) as (_, reader, writer):
        began = monotonic()
        writer.write(b"word")
        assert await reader.readexactly(4) == b"word"
        assert 0.2 <= monotonic() - began < 1
        again = monotonic()
        writer.write(b"word")
        await reader.readexactly(4)
        assert 0.1 <= monotonic() - again < 0.5


async def test_the_network_loses_what_it_says_and_everything_arrives_in_order() -> None:
    sent = bytes(range(256)) * 1140  # about two hundred segments
    async with echo(Weather(delay_s=0.001, loss=0.05, rto_s=0.002)) as (link, reader, writer):
        writer.write(sent)
        assert await reader.readexactly(len(sent)) == sent
        assert link.traffic.segments >= 2 * len(sent) // 1460
        assert 0.02 < link.traffic.lost / link.traffic.segments < 0.09


async def test_the_network_hangs_up_on_who_says_nothing() -> None:
    async with echo(Weather(delay_s=0.001, loss=0, idle_s=0.05)) as (_, reader, writer):
        writer.write(b"word")
        await reader.readexactly(4)
        assert await reader.read() == b""
