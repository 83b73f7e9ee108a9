"""The connection to something that is no Home Assistant, or errs in ways that a true one does not."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from aiohttp import web

from drrouter.adapters.devices.homeassistant.link import Link
from drrouter.adapters.executor import InlineExecutor
from drrouter.errors import DeviceRefusedError, DeviceSilentError

Talk = Callable[[web.WebSocketResponse], Awaitable[None]]
Serve = Callable[[Talk], Awaitable[Link]]
REQUIRED, OK = '{"type": "auth_required"}', '{"type": "auth_ok"}'


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Returns a function that serves a talk of one's own, and makes the link to it."""
    async with AsyncExitStack() as stack:

        async def begin(talk: Talk) -> Link:
            async def handler(request: web.Request) -> web.WebSocketResponse:
                socket = web.WebSocketResponse()
                await socket.prepare(request)
                await talk(socket)
                await socket.close()
                return socket

            app = web.Application()
            app.router.add_get("/", handler)
            runner = web.AppRunner(app, shutdown_timeout=0.1)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            host, port = runner.addresses[0][:2]
            return Link(f"ws://{host}:{port}/", "token", 0.5, 15, InlineExecutor())

        yield begin


@pytest.mark.parametrize("greeting", ['{"type": "hello"}', "[1]", "null", "{", '{"type": NaN}', "9" * 5000])
async def test_what_greets_otherwise_is_no_home_assistant(serve: Serve, greeting: str) -> None:
    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_str(greeting)

    with pytest.raises(DeviceSilentError, match="no message of Home Assistant"):
        await (await serve(talk)).run()


async def test_who_hangs_up_instead_of_a_greeting_is_no_home_assistant(serve: Serve) -> None:
    async def talk(_: web.WebSocketResponse) -> None:
        return

    with pytest.raises(DeviceSilentError, match="no message of Home Assistant"):
        await (await serve(talk)).run()


async def test_a_verdict_that_is_none_is_no_verdict(serve: Serve) -> None:
    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_str(REQUIRED)
        await socket.receive()
        await socket.send_str('{"type": "perhaps"}')

    with pytest.raises(DeviceSilentError, match="no message of Home Assistant"):
        await (await serve(talk)).run()


async def test_bytes_are_no_message(serve: Serve) -> None:
    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_str(REQUIRED)
        await socket.receive()
        await socket.send_str(OK)
        await socket.send_bytes(b"\x00")

    with pytest.raises(DeviceSilentError, match="no message of Home Assistant"):
        await (await serve(talk)).run()


async def test_answers_to_nobody_and_events_for_nobody_are_passed_over(serve: Serve) -> None:
    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_str(REQUIRED)
        await socket.receive()
        await socket.send_str(OK)
        for message in ({"id": "x"}, {"id": 7, "type": "result"}, {"id": 7, "type": "event", "event": 7}):
            await socket.send_str(json.dumps(message))
        await socket.send_str(json.dumps({"type": "event", "list": ["x"] * 20_000}))

    with pytest.raises(DeviceSilentError, match="closed the connection"):
        await (await serve(talk)).run()


async def test_nothing_is_asked_without_connection(serve: Serve) -> None:
    async def talk(_: web.WebSocketResponse) -> None:
        return

    link = await serve(talk)
    with pytest.raises(DeviceSilentError, match="no connection to Home Assistant"):
        await link.ask("get_states")


async def test_who_waits_for_an_answer_is_told_when_the_line_is_lost(serve: Serve) -> None:
    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_str(REQUIRED)
        await socket.receive()
        await socket.send_str(OK)
        await socket.receive()

    link = await serve(talk)
    running = asyncio.ensure_future(link.run())
    while not link.connected:
        await link.news.since(link.news.count)
    with pytest.raises(DeviceSilentError, match="no connection to Home Assistant"):
        await link.ask("get_states")
    with pytest.raises(DeviceSilentError, match="closed the connection"):
        await running


async def test_a_failure_without_reason_is_a_refusal(serve: Serve) -> None:
    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_str(REQUIRED)
        await socket.receive()
        await socket.send_str(OK)
        number = json.loads((await socket.receive()).data)["id"]
        await socket.send_str(json.dumps({"id": number, "type": "result", "success": False, "error": 7}))
        await socket.receive()

    link = await serve(talk)
    running = asyncio.ensure_future(link.run())
    while not link.connected:
        await link.news.since(link.news.count)
    with pytest.raises(DeviceRefusedError, match=r"refuses \(no code: no reason\)"):
        await link.ask("get_states")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
