"""Listens: the application on one address, over TLS unless that is this machine, until asked to end."""

import asyncio
import logging
import signal
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager

from aiohttp import web

from drrouter.adapters.this_machine import is_loopback
from drrouter.adapters.vtn.app import build_app
from drrouter.adapters.vtn.call import VTN, Vtn
from drrouter.adapters.vtn.config import VtnConfig
from drrouter.errors import InputError
from drrouter.ports import Clock

log = logging.getLogger(__name__)

MOST_CONNECTIONS = 4000
IDLE_S = 15.0
"""A connection that has not completed a request's headers after this long is closed, the first one too."""

_HANDSHAKE_S = 10.0
_SHUTDOWN_S = 3.0


async def serve(
    config: VtnConfig,
    clock: Clock,
    host: str = "127.0.0.1",
    port: int = 0,
    ssl_context: ssl.SSLContext | None = None,
    ready: Callable[[int], None] = lambda port: None,
    idle_s: float = IDLE_S,
    beside: Callable[[Vtn, int], AbstractAsyncContextManager[None]] | None = None,
) -> None:
    """Serve until SIGTERM, SIGINT, or cancelled; then finish what is under way and close.

    Args:
        port: 0 takes a free one.
        ssl_context: from ``server_tls.server_context``; None speaks plain http, on this machine only.
        ready: told the port once requests are answered.
        idle_s: how long a connection may take for the headers of a request, in real seconds.
        beside: what is open as long as it listens, given its objects and its port.

    Raises:
        InputError: plain http is asked for beyond this machine, or the address is taken or not ours.
        StoreError: the state file cannot be used.
        DocumentError: the clients or the callbacks' authority cannot be used.
    """
    app = build_app(config, clock)
    async with AsyncExitStack() as stack:
        bound = await stack.enter_async_context(listening(app, host, port, ssl_context, idle_s))
        if beside is not None:
            await stack.enter_async_context(beside(app[VTN], bound))
        with _asked_to_end() as end:
            ready(bound)
            await end.wait()


@asynccontextmanager
async def listening(
    app: web.Application,
    host: str = "127.0.0.1",
    port: int = 0,
    ssl_context: ssl.SSLContext | None = None,
    idle_s: float = IDLE_S,
) -> AsyncIterator[int]:
    """The application answers while this is entered; gives the port. Arguments and errors as ``serve``."""
    if ssl_context is None and not is_loopback(host):
        remedy = "Give it a certificate and a key, or let it listen on 127.0.0.1"
        raise InputError(
            "the VTN", "host", f"plain http on {host!r} would show all tokens to the network", remedy
        )
    runner = web.AppRunner(
        app,
        access_log=None,
        keepalive_timeout=idle_s,
        auto_decompress=False,  # a stranger's megabyte would become a gigabyte before it is refused
        logger=_quiet_log(),
        shutdown_timeout=_SHUTDOWN_S,
    )
    await runner.setup()
    try:
        listener = await _listen(runner, "127.0.0.1" if host == "localhost" else host, port, ssl_context)
        try:
            yield int(listener.sockets[0].getsockname()[1])
        finally:
            listener.close()
    finally:
        await runner.cleanup()


async def _listen(
    runner: web.AppRunner, host: str, port: int, ssl_context: ssl.SSLContext | None
) -> asyncio.Server:
    """Take the address; each connection is the web server's, as long as there are not too many."""
    server = runner.server
    loop = asyncio.get_running_loop()
    if server is None:
        raise RuntimeError("the runner is not set up")

    def connect() -> asyncio.Protocol:
        return server() if len(server.connections) < MOST_CONNECTIONS else _Full()

    handshake = _HANDSHAKE_S if ssl_context else None
    try:
        return await loop.create_server(
            connect, host, port, ssl=ssl_context, ssl_handshake_timeout=handshake, backlog=1024
        )
    except OSError as error:
        address = f"{host}:{port}"
        raise InputError(
            "the VTN", address, f"cannot listen there ({error.strerror})", "Choose another"
        ) from error


class _Full(asyncio.Protocol):
    """Closes a connection as soon as it is made."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hang up."""
        log.warning("more than %d connections; the newest is closed", MOST_CONNECTIONS)
        transport.close()


@contextmanager
def _asked_to_end() -> Iterator[asyncio.Event]:
    """Set by SIGTERM and SIGINT."""
    end, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    try:
        yield end
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


class _FewAndShort(logging.Filter):
    """Keeps malformed requests of strangers from filling the log: ten a minute, without traces."""

    MOST_A_MINUTE = 10

    def __init__(self) -> None:
        super().__init__()
        self._minute, self._count = -1, 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written."""
        minute = int(record.created // 60)
        self._count = self._count + 1 if minute == self._minute else 1
        self._minute = minute
        record.exc_info = record.exc_text = None
        return self._count <= self.MOST_A_MINUTE


def _quiet_log() -> logging.Logger:
    """Where the web server itself writes."""
    quiet = logging.getLogger(f"{__name__}.http")
    if not any(isinstance(each, _FewAndShort) for each in quiet.filters):
        quiet.addFilter(_FewAndShort())
    return quiet
