"""Connections of the local API: at most so many, also of one address, and none that never asks anything.

aiohttp closes idle connections between two requests, but waits without end for the first request's headers.
"""

import asyncio
import logging
from collections.abc import Callable

from aiohttp import web

from drrouter.adapters.http_log import Seldom

log = logging.getLogger(__name__)

MOST_CONNECTIONS = 256
MOST_OF_ONE = 128
"""Of one address; behind a proxy all people share one."""
HEADERS_S = 10.0


class Doorkeeper:
    """Makes aiohttp's protocol for each connection and ends those that say nothing.

    Attributes:
        refused: tells the log, now and then, why connections were closed at once.
    """

    def __init__(
        self, headers_s: float = HEADERS_S, most: int = MOST_CONNECTIONS, most_of_one: int = MOST_OF_ONE
    ) -> None:
        """Give each connection this long for the headers of its first request."""
        self._headers_s, self._most, self._most_of_one = headers_s, most, most_of_one
        self._silent: set[web.RequestHandler] = set()
        self.refused = Seldom(log)

    def seen(self, request: web.Request) -> None:
        """The headers of a request have come in whole."""
        self._silent.discard(request.protocol)

    def factory(self, server: web.Server) -> Callable[[], asyncio.Protocol]:
        """What the listening socket calls for each connection."""
        return lambda: _Doorstep(self, server)

    def refusal(self, server: web.Server, transport: asyncio.BaseTransport) -> str:
        """Why this connection is one too many; empty where it is not."""
        if len(server.connections) >= self._most:
            return f"more than {self._most} connections to the local API"
        address = _address_of(transport)
        of_it = sum(_address_of(one.transport) == address for one in server.connections if one.transport)
        if of_it >= self._most_of_one:
            return f"more than {self._most_of_one} connections of {address} to the local API"
        return ""

    def watch(self, protocol: web.RequestHandler) -> None:
        """A connection begins."""
        self._silent.add(protocol)
        asyncio.get_running_loop().call_later(self._headers_s, self._end_if_silent, protocol)

    def _end_if_silent(self, protocol: web.RequestHandler) -> None:
        """End the connection unless it has spoken; later pauses are aiohttp's."""
        if protocol in self._silent:
            self._silent.discard(protocol)
            protocol.force_close()


class _Doorstep(asyncio.Protocol):
    """A connection until it is known whose it is; then aiohttp takes it over, or it ends."""

    def __init__(self, keeper: Doorkeeper, server: web.Server) -> None:
        self._keeper, self._server = keeper, server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody is there, over TLS once that is agreed."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a listening socket makes no other
        if refusal := self._keeper.refusal(self._server, transport):
            self._keeper.refused.warn("%s; the newest is closed", refusal)
            transport.abort()
            return
        handler: web.RequestHandler = self._server()
        transport.set_protocol(handler)
        handler.connection_made(transport)
        self._keeper.watch(handler)


def _address_of(transport: asyncio.BaseTransport) -> str:
    """Of the other end, without its port."""
    peer = transport.get_extra_info("peername")
    return str(peer[0]) if peer else ""
