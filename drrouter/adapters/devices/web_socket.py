"""JSON messages over a WebSocket, as our clients of other programs in the home read them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from drrouter.adapters.strict_json import MOST_BYTES, parse
from drrouter.errors import DeviceSilentError, MessageError
from drrouter.ports import Executor

Json = dict[str, Any]

MOST_MESSAGE_BYTES = 32 * 1024 * 1024
"""The longest message: the whole state of a large home or network."""

MOST_DEPTH = 32


@asynccontextmanager
async def opened(
    url: str, peer: str, timeout_s: float, heartbeat_s: float | None = None
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """The socket, closed at the end.

    Args:
        url: where it is.
        peer: who is there, for sentences.
        timeout_s: how long opening may take, in seconds of real time.
        heartbeat_s: time between two pings of the WebSocket itself, in seconds of real time; None for none.

    Raises:
        DeviceSilentError: it cannot be opened, or broke.
    """
    try:
        async with aiohttp.ClientSession() as session:
            async with asyncio.timeout(timeout_s):
                socket = await session.ws_connect(url, heartbeat=heartbeat_s, max_msg_size=MOST_MESSAGE_BYTES)
            async with socket:
                yield socket
    except (aiohttp.ClientError, OSError) as error:
        raise DeviceSilentError(f"{peer} at {url} cannot be reached") from error


async def messages(
    socket: aiohttp.ClientWebSocketResponse, executor: Executor, nonsense: DeviceSilentError
) -> AsyncIterator[Json]:
    """Every message, parsed; long ones off the event loop.

    Raises:
        DeviceSilentError: ``nonsense``, where something came that is no JSON object.
    """
    async for frame in socket:
        if frame.type is not aiohttp.WSMsgType.TEXT:
            raise nonsense
        data = frame.data.encode(errors="replace")
        try:
            if len(data) > MOST_BYTES:
                message = await executor.run(parse, data, "message", MOST_MESSAGE_BYTES, MOST_DEPTH)
            else:
                message = parse(data, "message", MOST_BYTES, MOST_DEPTH)
        except (MessageError, RecursionError) as error:
            raise nonsense from error
        if not isinstance(message, dict):
            raise nonsense
        yield message
