"""Listens for resource managers: who it is, and whether it may.

GET /s2/<id>, Upgrade: websocket, Authorization: Bearer <token>

401  not listed in the home file, or not its token: a stranger does not learn which
"""

import asyncio
import hmac
import logging
import secrets
import ssl
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from drrouter.adapters.devices.listening import ListeningPort
from drrouter.adapters.devices.names import cleaned
from drrouter.adapters.devices.s2.schema import MOST_BYTES

PING_S = 30.0
"""How often a connection is tried, in seconds of real time; one that does not answer is closed."""
MOST_WARNED = 50

_log = logging.getLogger(__name__)

Welcome = Callable[[str, web.WebSocketResponse], Awaitable[None]]


class Listener:
    """The port at which resource managers connect."""

    def __init__(self, tokens: Mapping[str, str], welcome: Welcome) -> None:
        """Nothing is opened yet.

        Args:
            tokens: of every resource manager that may connect, by its id in the home file.
            welcome: serves a connection of one of them until it ends.
        """
        self._tokens, self._welcome = tokens, welcome
        self._port = ListeningPort("S2 resource managers")
        self._nobodys = secrets.token_urlsafe(32)
        self._warned: set[str] = set()

    async def serve(
        self, host: str, port: int, context: ssl.SSLContext | None, ready: Callable[[int], None]
    ) -> None:
        """Listen until cancelled.

        Args:
            ready: told the port once it is open.

        Raises:
            DeviceError: the address is taken, or not ours.
        """
        application = web.Application()
        application.router.add_get("/s2/{id}", self._connected)
        await self._port.serve(application, host, port, context, ready)

    async def _connected(self, request: web.Request) -> web.StreamResponse:
        """Let one in, or not."""
        self._port.spoke(request)
        name = request.match_info["id"]
        if not self._may(name, request.headers.get("Authorization", "")):
            self._warn(name)
            return web.Response(status=401, headers={"WWW-Authenticate": 'Bearer realm="s2"'})
        socket = web.WebSocketResponse(
            max_msg_size=MOST_BYTES, heartbeat=PING_S, compress=False, autoping=False
        )
        await socket.prepare(request)
        transport = request.transport
        try:
            await self._welcome(name, socket)
        finally:
            if isinstance(transport, asyncio.WriteTransport) and transport.get_write_buffer_size():
                transport.abort()  # what it does not read would keep the connection open for ever
        return socket

    def _may(self, name: str, authorization: str) -> bool:
        """Whether it is listed and shows its token; told in constant time."""
        scheme, _, said = authorization.partition(" ")
        token = self._tokens.get(name, "") or self._nobodys
        is_right = hmac.compare_digest(said.strip().encode(errors="replace"), token.encode())
        return is_right and scheme.lower() == "bearer" and name in self._tokens

    def _warn(self, name: str) -> None:
        """Log once that one was not let in: resource managers try again for ever, and so do strangers."""
        known = name in self._warned or len(self._warned) >= MOST_WARNED
        if not known:
            self._warned.add(name)
        level = logging.DEBUG if known else logging.WARNING
        _log.log(level, "S2: %r is not listed in the home file, or shows a wrong token", cleaned(name))
