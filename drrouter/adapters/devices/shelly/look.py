"""Asks a Shelly over HTTP what it is (``/shelly``), which every generation tells everybody."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from drrouter.adapters.devices.shelly.session import Place
from drrouter.adapters.strict_json import parse
from drrouter.errors import MessageError

if TYPE_CHECKING:
    from aiohttp import ClientSession, StreamReader

MOST_BYTES = 8 * 1024


async def look(http: "ClientSession", place: Place, timeout_s: float) -> Mapping[str, Any] | None:
    """What answers there, None where nothing does or what does is no Shelly."""
    from aiohttp import ClientError

    try:
        async with asyncio.timeout(timeout_s):
            async with http.get(
                f"http://{place.host}:{place.port}/shelly", allow_redirects=False
            ) as response:
                body = await _capped(response.content) if response.status == 200 else b""
        answer = parse(body, place.host, MOST_BYTES, 4)
    except (TimeoutError, OSError, ValueError, ClientError, MessageError):
        return None
    return answer if isinstance(answer, dict) else None


async def _capped(content: "StreamReader") -> bytes:
    """The body, or a little more than it may be long."""
    try:
        return await content.readexactly(MOST_BYTES + 1)
    except asyncio.IncompleteReadError as end:
        return end.partial
