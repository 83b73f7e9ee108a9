"""The clock server and its participants over real sockets: nobody is left behind or waited for in vain."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drrouter.adapters.clock import SharedClock
from drrouter.adapters.clock.wire import address_of, to_microseconds, url_of
from drrouter.errors import DaemonUnreachableError, InputError
from drrouter.sim.clock_server import ClockServer
from drrouter.sim.wire.listener import Listener

START = datetime(2026, 3, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def server() -> AsyncIterator[ClockServer]:
    async with ClockServer(START) as server:
        yield server
    await turns()
    assert server.connections == ()


async def turns(count: int = 50) -> None:
    """Let the loop go round; meanwhile nobody in this process is still."""
    for _ in range(count):
        await asyncio.sleep(0)


@asynccontextmanager
async def raw(server: ClockServer) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection on which the test writes the bytes itself."""
    reader, writer = await asyncio.open_connection(*address_of(server.url))
    yield reader, writer
    writer.close()
    await writer.wait_closed()


class Heard(logging.Handler):
    """Waits for words in the log of the server."""

    def __init__(self) -> None:
        super().__init__()
        self.messages = list[str]()
        self._news = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())
        self._news.set()

    async def wait_for(self, message: str) -> None:
        while message not in self.messages:
            await self._news.wait()
            self._news.clear()


@pytest.fixture
async def heard() -> AsyncIterator[Heard]:
    handler = Heard()
    logger = logging.getLogger("drrouter.sim.clock_server")
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)


async def test_time_begins_with_the_start_and_leaps_to_the_earliest_wake(server: ClockServer) -> None:
    async with SharedClock.connect(server.url, "a") as a, SharedClock.connect(server.url, "b") as b:
        assert a.now() == b.now() == START
        late = asyncio.create_task(a.sleep_until(START + 2 * MINUTE))
        await b.sleep_until(START + MINUTE)
        assert b.now() == START + MINUTE
        assert not late.done()
        await late
        assert a.now() == START + 2 * MINUTE
        assert server.steps == 2


async def test_everybody_knows_the_time_though_only_one_was_woken(server: ClockServer) -> None:
    async with SharedClock.connect(server.url, "a") as a, SharedClock.connect(server.url, "b") as b:
        await a.sleep_until(START + MINUTE)
        await turns(5)
        assert a.now() == b.now() == START + MINUTE


async def test_time_stands_while_anybody_works(server: ClockServer) -> None:
    async with SharedClock.connect(server.url, "a") as a, SharedClock.connect(server.url, "b") as b:
        with b.working():
            sleeper = asyncio.create_task(a.sleep_until(START + MINUTE))
            await turns()
            assert server.now == START
        await sleeper
        assert server.now == START + MINUTE


async def test_everything_due_at_an_instant_happens_before_time_moves(server: ClockServer) -> None:
    seen = list[datetime]()
    async with SharedClock.connect(server.url, "a") as a, SharedClock.connect(server.url, "b") as b:

        async def chain() -> None:
            await a.sleep_until(START + MINUTE)
            for _ in range(20):
                await asyncio.sleep(0)
            await a.sleep_until(START + MINUTE)
            seen.append(a.now())

        async with asyncio.TaskGroup() as group:
            group.create_task(chain())
            group.create_task(b.sleep_until(START + MINUTE + timedelta(microseconds=1)))
    assert seen == [START + MINUTE]


async def test_a_message_between_participants_is_answered_at_the_instant_it_was_sent(
    server: ClockServer,
) -> None:
    answered = list[datetime]()
    async with (
        SharedClock.connect(server.url, "client") as client,
        SharedClock.connect(server.url, "server") as peer,
        SharedClock.connect(server.url, "impatient") as impatient,
    ):

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while await reader.readline():
                with peer.working():
                    answered.append(peer.now())
                    writer.write(b"pong\n")

        async def tick() -> None:
            while True:
                await impatient.sleep_until(impatient.now() + timedelta(seconds=10))

        ticking = asyncio.create_task(tick())
        listener = Listener(answer)
        await listener.start()
        asked = list[datetime]()
        for minute in range(1, 6):
            await client.sleep_until(START + minute * MINUTE)
            asked.append(client.now())
            with client.working():
                reader, writer = await asyncio.open_connection(listener.host, listener.port)
                writer.write(b"ping\n")
                assert await reader.readline() == b"pong\n"
                assert client.now() == asked[-1]
                writer.close()
                await writer.wait_closed()
        await listener.stop()
        ticking.cancel()
    assert asked == answered == [START + minute * MINUTE for minute in range(1, 6)]


async def test_one_who_waits_for_nothing_does_not_hold_the_others(server: ClockServer) -> None:
    async with SharedClock.connect(server.url, "a") as a, SharedClock.connect(server.url, "b"):
        await a.sleep_until(START + MINUTE)
    assert server.now == START + MINUTE


async def test_one_who_joins_late_finds_the_present_time_and_counts_from_then_on(server: ClockServer) -> None:
    async with SharedClock.connect(server.url, "a") as a:
        await a.sleep_until(START + MINUTE)
        async with SharedClock.connect(server.url, "b") as b:
            assert b.now() == START + MINUTE
            with b.working():
                sleeper = asyncio.create_task(a.sleep_until(START + 2 * MINUTE))
                await turns()
                assert a.now() == START + MINUTE
            await sleeper


async def test_the_clock_begins_only_when_all_who_are_named_have_joined() -> None:
    async with (
        ClockServer(START, wait_for=("a", "b")) as server,
        SharedClock.connect(server.url, "a") as a,
    ):
        sleeper = asyncio.create_task(a.sleep_until(START + MINUTE))
        await turns()
        assert server.now == START
        async with SharedClock.connect(server.url, "b"):
            await sleeper
        assert server.now == START + MINUTE


async def test_one_who_leaves_is_not_waited_for(server: ClockServer) -> None:
    async with SharedClock.connect(server.url, "a") as a:
        async with SharedClock.connect(server.url, "b") as b, asyncio.timeout(5):
            work = b.working()
            work.__enter__()
            sleeper = asyncio.create_task(a.sleep_until(START + MINUTE))
            await turns()
            assert server.participants == {"a", "b"}
        await sleeper
        assert server.participants == {"a"}
        work.__exit__(None, None, None)


async def test_a_paused_clock_stands_and_goes_on(server: ClockServer) -> None:
    async with SharedClock.connect(server.url, "a") as a:
        server.pause()
        sleeper = asyncio.create_task(a.sleep_until(START + MINUTE))
        await turns()
        assert server.paused
        assert server.now == START
        server.resume()
        await sleeper


async def test_a_slow_clock_drifts_towards_the_next_wake() -> None:
    async with ClockServer(START, speed=0.001) as server, SharedClock.connect(server.url, "a") as a:
        sleeper = asyncio.create_task(a.sleep_until(START + timedelta(hours=1)))
        async with raw(server) as (reader, writer):
            writer.write(b'{"join":"raw"}\n{"settled":0,"wake":null}\n')
            assert b'"now":%d,"step":0' % to_microseconds(START) in await reader.readline()
            assert b'"step":0,"woken":false' in await reader.readline()
        assert START < a.now() < START + timedelta(seconds=1)
        assert server.steps == 0
        server.set_speed(None)
        await sleeper
        assert a.now() == START + timedelta(hours=1)


async def test_a_name_is_taken_once(server: ClockServer) -> None:
    async with SharedClock.connect(server.url, "a"):
        with pytest.raises(DaemonUnreachableError, match="named a is here already"):
            async with SharedClock.connect(server.url, "a"):
                pass


async def test_one_who_keeps_the_clock_is_named_once_and_again_when_it_settles(heard: Heard) -> None:
    standing = "the clock stands: a is still working"
    async with (
        ClockServer(START, wait_for=("a", "ghost"), stuck_after=timedelta(milliseconds=20)) as server,
        SharedClock.connect(server.url, "a") as a,
    ):
        with a.working():
            await heard.wait_for(standing)
            await heard.wait_for("the clock has not begun: it waits for ghost")
        await heard.wait_for("a has settled; the clock goes on")
    assert heard.messages.count(standing) == 1


async def test_garbage_is_hung_up_on_and_the_others_go_on(server: ClockServer, heard: Heard) -> None:
    garbage = (
        b"hello\n",
        b"[1]\n",
        b'{"join": 7}\n',
        b'{"join":"x"}\n{"settled":true}\n',
        b'{"join":"x"}\n{"settled":0,"wake":"noon"}\n',
        b'{"join":"x"}\n{"settled":0,"wake":99999999999999999999999}\n',
        b"x" * 5000,
        b"[" * 900 + b"\n",
    )
    async with SharedClock.connect(server.url, "a") as a:
        for line in garbage:
            async with raw(server) as (reader, writer):
                writer.write(line)
                await reader.read()
        await a.sleep_until(START + MINUTE)
    assert len([message for message in heard.messages if "dropped" in message]) == len(garbage)


async def test_a_settled_of_an_older_step_does_not_count(server: ClockServer) -> None:
    wake = to_microseconds(START + MINUTE)
    async with raw(server) as (reader, writer):
        writer.write(b'{"join":"raw"}\n{"settled":0,"wake":%d}\n' % wake)
        assert b'"step":0' in await reader.readline()
        assert b'"step":1' in await reader.readline()
        writer.write(b'{"settled":0,"wake":%d}\n' % (wake + 10))
        await turns()
        assert server.now == START + MINUTE
        writer.write(b'{"settled":1,"wake":%d}\n' % (wake + 10))
        assert b'"step":2' in await reader.readline()


async def test_when_the_server_goes_sleepers_hear_of_it() -> None:
    lost = list[bool]()
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(ClockServer(START, wait_for=("nobody",)))
        clock = await stack.enter_async_context(
            SharedClock.connect(server.url, "a", on_lost=lambda: lost.append(True))
        )
        sleeper = asyncio.create_task(clock.sleep_until(START + MINUTE))
        await turns()
        for link in server.connections:
            link.close()
        with pytest.raises(DaemonUnreachableError, match="has gone"):
            await sleeper
        with pytest.raises(DaemonUnreachableError, match="has gone"):
            await clock.sleep_until(START)
    assert lost == [True]


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "clock://", "clock://host", "clock://host:port", "x"])
async def test_an_address_that_is_none_is_refused_in_words(url: str) -> None:
    with pytest.raises(InputError, match="clock://HOST:PORT"):
        async with SharedClock.connect(url, "a"):
            pass


async def test_where_no_clock_answers_it_says_so(unused_tcp_port: int) -> None:
    with pytest.raises(DaemonUnreachableError, match="No clock answers"):
        async with SharedClock.connect(f"clock://127.0.0.1:{unused_tcp_port}", "a"):
            pass


async def test_what_does_not_speak_our_language_is_no_clock(caplog: pytest.LogCaptureFixture) -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await reader.read()

    async with Listener(babble) as listener:
        with pytest.raises(DaemonUnreachableError, match="says: nothing, and hangs up"):
            async with SharedClock.connect(url_of(listener.host, listener.port), "a"):
                pass
    assert caplog.messages == ["clock: a line is not JSON."]


Life = list[tuple[int, int]]
"""What a participant does: wait so many minutes, then work for so many turns of the loop."""


@settings(deadline=None, max_examples=25)
@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 4), st.integers(0, 12)), min_size=1, max_size=5),
        min_size=1,
        max_size=4,
    )
)
def test_wakes_come_in_order_and_time_never_moves_under_work(lives: list[Life]) -> None:
    seen = list[tuple[datetime, str]]()

    async def live(clock: SharedClock, name: str, life: Life) -> None:
        due = START
        for minutes, work in life:
            due += minutes * MINUTE
            await clock.sleep_until(due)
            with clock.working():
                began = clock.now()
                seen.append((began, name))
                await turns(work)
                assert clock.now() == began == due

    async def run() -> None:
        async with AsyncExitStack() as stack:
            names = [f"p{index}" for index in range(len(lives))]
            server = await stack.enter_async_context(ClockServer(START, wait_for=names))
            clocks: list[SharedClock] = [
                await stack.enter_async_context(SharedClock.connect(server.url, name)) for name in names
            ]
            work: list[Awaitable[None]] = [live(*each) for each in zip(clocks, names, lives, strict=True)]
            await asyncio.gather(*work)
        await turns()

    asyncio.run(run())
    moved = [entry for entry in seen if entry[0] > START]
    assert moved == sorted(moved)
