"""Connections of the local API: at most so many, and none that never finishes its first request's headers.

aiohttp closes idle connections between two requests, but waits without end for the first.
"""

import asyncio
import logging
from collections.abc import Callable

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

log = logging.getLogger(__name__)

MOST_CONNECTIONS = 256
HEADERS_S = 10.0


class Doorkeeper:
    """Makes aiohttp's protocol for each connection and ends those that say nothing."""

    def __init__(self, headers_s: float = HEADERS_S, most: int = MOST_CONNECTIONS) -> None:
        """Give each connection this long for the headers of its first request."""
        self._headers_s, self._most = headers_s, most
        self._silent: set[web.RequestHandler] = set()

    def seen(self, request: web.Request) -> None:
        """The headers of a request have come in whole."""
        self._silent.discard(request.protocol)

    def factory(self, server: web.Server) -> Callable[[], web.RequestHandler]:
        """What the listening socket calls for each connection."""

        def connect() -> web.RequestHandler:
            protocol: web.RequestHandler = server()
            wait_s = self._headers_s
            if len(server.connections) >= self._most:
                log.warning("more than %d connections to the local API; the newest is closed", self._most)
                wait_s = 0.0
            self._silent.add(protocol)
            asyncio.get_running_loop().call_later(wait_s, self._end_if_silent, protocol)
            return protocol

        return connect

    def _end_if_silent(self, protocol: web.RequestHandler) -> None:
        """End the connection unless it has spoken; later pauses are aiohttp's."""
        if protocol in self._silent:
            self._silent.discard(protocol)
            protocol.force_close()


class TerseHttpLog(logging.Filter):
    """Keeps bad requests of strangers from filling the log: few of them, and without traces."""

    MOST_A_MINUTE = 10

    def __init__(self) -> None:
        """Nothing was logged yet."""
        super().__init__()
        self._minute, self._count = -1, 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written; of a bad request, without its trace."""
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, HttpProcessingError):
            return True
        minute = int(record.created // 60)
        if minute != self._minute:
            self._minute, self._count = minute, 0
        self._count += 1
        record.exc_info, record.exc_text = None, None
        return self._count <= self.MOST_A_MINUTE
