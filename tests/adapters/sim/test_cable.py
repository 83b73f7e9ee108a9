"""The line between home and provider passes every byte while it is whole, and none while it is cut."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from drrouter.sim.wire.cable import Cable
from drrouter.sim.wire.listener import Listener


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1000):
        writer.write(data)


@asynccontextmanager
async def echoing() -> AsyncIterator[Cable]:
    async with Listener(_echo) as server, Cable(server.port) as cable, asyncio.timeout(10):
        yield cable


async def connected(cable: Cable) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", cable.entrance)


async def said(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, text: bytes) -> bytes:
    writer.write(text)
    await writer.drain()
    return await reader.readexactly(len(text))


async def test_a_whole_cable_passes_every_byte_both_ways() -> None:
    async with echoing() as cable:
        reader, writer = await connected(cable)
        assert await said(reader, writer, b"x" * 200_000) == b"x" * 200_000
        writer.close()


async def test_a_cut_resets_what_talks_and_lets_nobody_in_until_it_is_mended() -> None:
    async with echoing() as cable:
        reader, writer = await connected(cable)
        assert await said(reader, writer, b"before") == b"before"
        cable.cut()
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await said(reader, writer, b"meanwhile")
        late_reader, late_writer = await connected(cable)
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await said(late_reader, late_writer, b"meanwhile")
        cable.mend()
        new_reader, new_writer = await connected(cable)
        assert await said(new_reader, new_writer, b"after") == b"after"
        for one in (writer, late_writer, new_writer):
            one.close()


async def test_a_client_is_let_go_where_the_server_is_gone() -> None:
    async with Listener(_echo) as server:
        pass
    async with Cable(server.port) as cable, asyncio.timeout(10):
        reader, writer = await connected(cable)
        assert await reader.read() == b""
        writer.close()
