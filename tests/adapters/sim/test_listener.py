"""Whoever listens closes every connection when it stops, in whatever moment of it that comes."""

import asyncio
import gc
import socket
import ssl
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import pytest
import trustme

from drrouter.sim.wire.cable import Cable
from drrouter.sim.wire.kasa.plug import FakePlug
from drrouter.sim.wire.listener import Listener
from drrouter.sim.wire.mqtt import SmallBroker
from drrouter.sim.wire.p1.meter import FakeTcpMeter
from drrouter.sim.wire.zigbee.lines import TcpLine
from tests.adapters.kasa.kettle import Kettle
from tests.lossy_link import LossyLink, Weather
from tests.wiretap import Wiretap

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TURNS = range(7)
"""Of the loop, between a client's coming and the stop; a talk begins within them."""

Begun = Callable[[int], AbstractAsyncContextManager[int]]
"""Something that listens, given the port of who is behind it; gives its own."""


@pytest.fixture(autouse=True)
def _little_garbage() -> Iterator[None]:
    """What was there before is not looked through again and again."""
    gc.freeze()
    yield
    gc.unfreeze()


async def _silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


@asynccontextmanager
async def _knocking(port: int, turns: int) -> AsyncIterator[socket.socket]:
    """A client that comes without letting the loop run, then so many turns of it."""
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.setblocking(False)
        for _ in range(turns):
            await asyncio.sleep(0)
        yield client


async def _is_let_go(client: socket.socket) -> bool:
    """Whether the other side closed; the sockets that nobody closed are closed by nobody here."""
    try:
        async with asyncio.timeout(5):
            return await asyncio.get_running_loop().sock_recv(client, 1) == b""
    except ConnectionError:
        return True


def _left_open() -> list[str]:
    """What the collector of garbage finds open."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        gc.collect()
    return [str(one.message) for one in caught if one.category is ResourceWarning]


@pytest.mark.parametrize("turns", TURNS)
async def test_a_listener_that_stops_while_somebody_comes_leaves_nothing_open(turns: int) -> None:
    listener = Listener(_silent)
    await listener.start()
    async with _knocking(listener.port, turns) as client:
        await listener.stop()
        assert await _is_let_go(client)
    assert _left_open() == []
    assert listener.writers == set()


@pytest.mark.parametrize("turns", TURNS)
async def test_a_listener_that_hangs_up_while_somebody_comes_leaves_nothing_open(turns: int) -> None:
    """It takes two turns until it hears of the client at all."""
    async with Listener(_silent) as listener, _knocking(listener.port, turns + 2) as client:
        listener.hang_up()
        assert await _is_let_go(client)
        assert _left_open() == []
        async with _knocking(listener.port, 0) as another:
            await asyncio.get_running_loop().sock_sendall(another, b"still here")


@pytest.mark.parametrize("turns", TURNS)
async def test_a_listener_that_stops_while_tls_is_agreed_leaves_nothing_open(turns: int) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    listener = Listener(_silent, tls=context)
    await listener.start()
    async with _knocking(listener.port, turns) as client:
        await listener.stop()
        assert await _is_let_go(client)
    assert _left_open() == []


@asynccontextmanager
async def _broker(_: int) -> AsyncIterator[int]:
    async with SmallBroker() as broker:
        yield broker.port


@asynccontextmanager
async def _cable(behind: int) -> AsyncIterator[int]:
    async with Cable(behind) as cable:
        yield cable.entrance


@asynccontextmanager
async def _plug(_: int) -> AsyncIterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    async with FakePlug("127.0.0.1", "Kettle", Kettle(lambda: NOW, 2000.0), now=lambda: NOW, port=port):
        yield port


@asynccontextmanager
async def _meter(_: int) -> AsyncIterator[int]:
    async with FakeTcpMeter(lambda: (0.0, 0.0, 0.0), now=lambda: NOW) as meter:
        yield meter.port


@asynccontextmanager
async def _stick(_: int) -> AsyncIterator[int]:
    line = TcpLine()
    await line.open()
    yield int(line.url.rpartition(":")[2])
    await line.close()


@asynccontextmanager
async def _wiretap(behind: int) -> AsyncIterator[int]:
    async with Wiretap(behind) as wiretap:
        yield wiretap.entrance


@asynccontextmanager
async def _lossy_link(behind: int) -> AsyncIterator[int]:
    async with LossyLink(behind, "seed", Weather(delay_s=0, loss=0)) as link:
        yield link.entrance


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("begun", [_broker, _cable, _plug, _meter, _stick, _wiretap, _lossy_link])
async def test_no_fake_leaves_a_client_open_that_comes_when_it_goes(begun: Begun, turns: int) -> None:
    async with Listener(_silent) as behind, AsyncExitStack() as until_gone:
        async with begun(behind.port) as port:
            client = await until_gone.enter_async_context(_knocking(port, turns))
        assert await _is_let_go(client)
        client.close()
        assert _left_open() == []


async def test_what_was_said_last_arrives_before_the_connection_ends() -> None:
    much = b"x" * 3_000_000

    async def say(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(much)

    async with Listener(say) as listener:
        reader, writer = await asyncio.open_connection(listener.host, listener.port)
        assert await reader.read(-1) == much
        writer.close()


async def test_who_does_not_read_what_was_said_last_does_not_hold_the_listener() -> None:
    said = asyncio.Event()

    async def say(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(bytes(30_000_000))
        said.set()

    listener = Listener(say)
    await listener.start()
    async with _knocking(listener.port, 0), asyncio.timeout(5):
        await said.wait()
        await listener.stop()
    assert _left_open() == []


async def test_a_listener_comes_back_where_it_was_and_may_stop_twice() -> None:
    listener = Listener(_silent, "::1")
    for _ in range(2):
        await listener.start()
        reader, writer = await asyncio.open_connection("::1", listener.port)
        port = listener.port
        await listener.stop()
        await listener.stop()
        assert await reader.read() == b""
        writer.close()
    assert listener.port == port
