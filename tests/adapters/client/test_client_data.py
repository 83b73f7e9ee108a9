"""The client's part for opaque data: the same as the router has, and every change over lost connections."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing

import pytest

from drrouter.adapters.api import Role
from drrouter.adapters.client import DrClient
from drrouter.adapters.client_data import LeafData
from drrouter.domain.resource import LeafChange
from drrouter.errors import (
    DaemonRefusedError,
    DaemonUnreachableError,
    LeafForbiddenError,
    LeafUnknownError,
    MessageError,
)
from drrouter.router.resources.facade import Cursor, Gap
from drrouter.sim.wire.listener import Listener
from tests.adapters.api.conftest import Served
from tests.data_home import OWNER

BYTES = "application/octet-stream"


@pytest.fixture
async def client(served: Served) -> AsyncIterator[DrClient]:
    async with DrClient(served.api.url, served.secrets[Role.OWNER], served.clock) as client:
        yield client


async def test_a_leaf_is_written_listed_read_and_taken_away(served: Served, client: DrClient) -> None:
    view = await client.data.put("vehicle/car/profile", b"\x00\xff", BYTES)
    assert await client.data.list() == served.router.resources.leaves(OWNER)
    assert (await client.data.list("home")).leaves == ()
    assert await client.data.get(view.path) == LeafData(BYTES, b"\x00\xff", view.sequence)
    await client.data.remove(view.path)
    with pytest.raises(LeafUnknownError, match="nothing at vehicle/car/profile"):
        await client.data.get(view.path)
    with pytest.raises(LeafUnknownError):
        await client.data.remove(view.path)


async def test_a_refusal_is_the_routers_own_error(served: Served, client: DrClient) -> None:
    with pytest.raises(MessageError, match="never goes up"):
        await client.data.get("home/../x")
    with pytest.raises(DaemonRefusedError, match="text/html is not kept"):
        await client.data.put("home/x", b"1", "text/html")
    with pytest.raises(DaemonRefusedError, match="at most 65536 bytes"):
        await client.data.put("home/x", bytes(70_000), BYTES)
    async with DrClient(served.api.url, served.secrets[Role.APPLIANCE], served.clock) as washer:
        with pytest.raises(LeafForbiddenError, match="may not write at home/x"):
            await washer.data.put("home/x", b"1", BYTES)


async def test_changes_begin_where_the_stream_stands(served: Served, client: DrClient) -> None:
    begin = served.router.resources.leaves(OWNER).sequence
    async with aclosing(client.data.changes("home")) as told:
        assert await anext(told) == Cursor(begin)
        await client.data.put("vehicle/car/profile", b"1", BYTES)
        view = await client.data.put("home/x", b"1", BYTES)
        change = await anext(told)
        assert isinstance(change, LeafChange)
        assert (change.path, change.sequence) == ("home/x", view.sequence)
    async with aclosing(client.data.changes("", begin - 1)) as told:
        assert isinstance(await anext(told), Gap)


Cut = Callable[[int], Awaitable[str]]


@pytest.fixture
async def lossy(served: Served) -> AsyncIterator[Cut]:
    """A way to the router that breaks each connection after so many bytes of its answers."""
    servers: list[Listener] = []

    async def start(bytes_each: int) -> str:
        host, port = served.api.url.removeprefix("http://").split(":")

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            there, back = await asyncio.open_connection(host, port)
            up = asyncio.create_task(_copy(reader, back))
            left = bytes_each
            try:
                while left > 0 and (piece := await there.read(min(left, 64))):
                    left -= len(piece)
                    writer.write(piece)
            finally:
                up.cancel()
                back.close()

        servers.append(server := Listener(serve))
        await server.start()
        return f"http://127.0.0.1:{server.port}"

    yield start
    for server in servers:
        await server.stop()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(1024):
        writer.write(piece)


@pytest.mark.parametrize("bytes_each", [900, 1001, 1313, 1777])
async def test_a_watch_misses_nothing_over_connections_that_break(
    served: Served, client: DrClient, lossy: Cut, bytes_each: int
) -> None:
    begin = served.router.resources.leaves(OWNER).sequence
    heard: list[int] = []
    far = DrClient(await lossy(bytes_each), served.secrets[Role.OWNER])
    async with far, aclosing(far.data.watch("", begin, pause_s=0)) as watch:
        for number in range(12):
            await client.data.put(f"home/n{number % 3}", b"1", BYTES)
            while not isinstance(told := await anext(watch), LeafChange):
                pass
            heard.append(told.sequence)
    assert heard == list(range(begin + 1, begin + 13))


async def test_a_watch_of_nobody_ends_at_once() -> None:
    async with DrClient("http://127.0.0.1:9", "x") as client:
        with pytest.raises(DaemonUnreachableError):
            await anext(client.data.watch())
