"""Keeps strangers from taking more than their share: of words on a connection, and of connections."""

import asyncio
import logging
from collections.abc import Callable

from aiohttp import web

from drrouter.adapters.http_log import Seldom

WORDS_PER_S = 20.0
MOST_AT_ONCE = 200.0
"""How many frames may come at once, as after an outage; more wait, and TCP lets the sender wait."""
MOST_CONNECTIONS = 200
HEADERS_S = 10.0
"""How long a connection may take for its first request, in seconds of real time."""

_log = logging.getLogger(__name__)


class Pace:
    """Says how long the next frame must wait.

    >>> pace = Pace(per_s=2.0, at_once=2.0, now=lambda: 7.0)
    >>> pace.wait_s(), pace.wait_s(), pace.wait_s(), pace.wait_s()
    (0.0, 0.0, 0.5, 1.0)
    """

    def __init__(
        self, now: Callable[[], float], per_s: float = WORDS_PER_S, at_once: float = MOST_AT_ONCE
    ) -> None:
        """Begin with all that may come at once.

        Args:
            now: the event loop's time, in seconds.
        """
        self._now, self._per_s, self._at_once = now, per_s, at_once
        self._left, self._at = at_once, now()

    def wait_s(self) -> float:
        """Take one; how long to wait before it is heard, in seconds."""
        now = self._now()
        self._left = min(self._at_once, self._left + (now - self._at) * self._per_s) - 1.0
        self._at = now
        return max(0.0, -self._left / self._per_s)


class Door:
    """Makes the web server's side of each connection; ends those that are too many or say nothing."""

    def __init__(
        self, server: web.Server, who: str, most: int = MOST_CONNECTIONS, headers_s: float = HEADERS_S
    ) -> None:
        """Stand before a web server; ``who`` comes through it, in the plural, for the log."""
        self._server, self._who, self._most, self._headers_s = server, who, most, headers_s
        self._mute: set[web.RequestHandler] = set()
        self._refused = Seldom(_log)

    def spoke(self, request: web.Request) -> None:
        """A whole request came in."""
        self._mute.discard(request.protocol)

    def open(self) -> web.RequestHandler:
        """What the listening socket calls for each connection."""
        handler: web.RequestHandler = self._server()
        too_many = len(self._server.connections) >= self._most
        if too_many:
            self._refused.warn("more than %d connections of %s; the newest is closed", self._most, self._who)
        self._mute.add(handler)
        asyncio.get_running_loop().call_later(0.0 if too_many else self._headers_s, self._end, handler)
        return handler

    def _end(self, handler: web.RequestHandler) -> None:
        if handler in self._mute:
            self._mute.discard(handler)
            handler.force_close()
