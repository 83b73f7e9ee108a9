"""The conversation itself: greetings that are none, schemas that do not meet, and what never ends."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.zwave.link import Link
from drrouter.adapters.executor import InlineExecutor
from drrouter.errors import DeviceRefusedError, DeviceSilentError
from drrouter.sim.wire.zwave import FakeZwaveServer, Fault
from tests.adapters.zwave.driving import eventually

Talk = Callable[[web.WebSocketResponse], Awaitable[None]]
GREETING = '{"type": "version", "minSchemaVersion": 0, "maxSchemaVersion": 44}'


def _link(url: str) -> Link:
    return Link(url, 0.3, 5.0, InlineExecutor())


async def _run(url: str) -> None:
    await _link(url).run(lambda _: None, lambda _: None)


async def _against(talk: Talk) -> None:
    """Run the link against a server that says just this."""

    async def handle(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await talk(socket)
        return socket

    app = web.Application()
    app.router.add_get("/", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        await _run(f"ws://127.0.0.1:{runner.addresses[0][1]}")
    finally:
        await runner.cleanup()


async def test_a_server_that_is_not_there_cannot_be_reached(clock: SimulatedClock) -> None:
    async with FakeZwaveServer(now=clock.now) as server:
        url = server.url
    with pytest.raises(DeviceSilentError, match="cannot be reached"):
        await _run(url)


@pytest.mark.parametrize("schemas", [(0, 4), (30, 50)])
async def test_a_server_of_no_common_schema_is_refused(
    clock: SimulatedClock, schemas: tuple[int, int]
) -> None:
    async with FakeZwaveServer(now=clock.now, schemas=schemas) as server:
        with pytest.raises(DeviceRefusedError, match=r"speaks schemas .* drrouter 5 to 29"):
            await _run(server.url)


async def test_a_server_that_does_not_greet_is_silent(clock: SimulatedClock) -> None:
    async with FakeZwaveServer(now=clock.now) as server:
        server.fault = Fault.SILENT
        with pytest.raises(DeviceSilentError, match="does not greet"):
            await _run(server.url)


@pytest.mark.parametrize(
    ("first", "words"),
    [
        ("{}", "no Z-Wave JS server"),
        ("[]", "no message of Z-Wave JS"),
        ("", "no message of Z-Wave JS"),
        ("[" * 1000, "no message of Z-Wave JS"),
        ('{"minSchemaVersion": NaN}', "no message of Z-Wave JS"),
        ('{"type": "version", "minSchemaVersion": "0", "maxSchemaVersion": 1}', "no Z-Wave JS server"),
        ('{"x": "' + "y" * 100_000 + '"', "no message of Z-Wave JS"),
    ],
)
async def test_what_greets_otherwise_is_no_server(first: str, words: str) -> None:
    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_str(first)
        await socket.receive()

    with pytest.raises(DeviceSilentError, match=words):
        await _against(talk)


async def test_bytes_are_no_message() -> None:
    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_bytes(GREETING.encode())
        await socket.receive()

    with pytest.raises(DeviceSilentError, match="no message"):
        await _against(talk)


async def test_a_server_that_hangs_up_in_the_greeting_is_silent() -> None:
    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_str(GREETING)
        await socket.receive()

    with pytest.raises(DeviceSilentError, match="hung up while it was greeted"):
        await _against(talk)


@pytest.mark.parametrize("result", ['{"state": 5}', "{}", "5"])
async def test_a_state_that_is_none_is_no_message(result: str) -> None:
    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_str(GREETING)
        await socket.receive()
        await socket.send_str('{"type": "event", "event": {"source": "driver", "event": "logging"}}')
        await socket.send_str('{"type": "result", "success": true, "messageId": "schema", "result": {}}')
        await socket.receive()
        await socket.send_str(f'{{"type": "result", "success": true, "messageId": "s", "result": {result}}}')
        await socket.receive()

    with pytest.raises(DeviceSilentError, match="no message"):
        await _against(talk)


async def test_results_nobody_waits_for_and_events_that_are_none_are_passed_over(
    clock: SimulatedClock,
) -> None:
    heard: list[dict[str, Any]] = []
    async with FakeZwaveServer(now=clock.now) as server:
        link = _link(server.url)
        began = asyncio.Event()
        running = asyncio.create_task(link.run(lambda _: began.set(), heard.append))
        await began.wait()
        (client,) = server._clients
        await client.send_str('{"type": "result", "messageId": 99, "success": true}')
        await client.send_str('{"type": "event", "event": "none"}')
        await client.send_str('{"type": "event", "event": {"event": "last"}}')

        async def told() -> bool:
            return bool(heard)

        await eventually(told)
        assert heard == [{"event": "last"}]
        with pytest.raises(DeviceRefusedError, match=r"refuses \(unknown_command\)"):
            await link.ask("node.explode")
        await server.hang_up()
        with pytest.raises(DeviceSilentError, match="closed the connection"):
            await running
        with pytest.raises(DeviceSilentError, match="no connection"):
            await link.ask("node.ping", nodeId=1)
