"""How fakes listen: a TCP server that forgets no connection, in whatever moment one comes or it stops.

    listener = Listener(talk)    # `talk` serves one connection from its beginning to its end
    async with listener:
        ...                      # clients connect to listener.host, listener.port
        listener.hang_up()       # all connections end; new ones may come

A server of asyncio begins a talk some turns of the loop after the client came. Where it stops in between, the
talk is cancelled before its first step, cleans up nothing, and its socket stays open. Here a connection is
taken and given to its talk in one step, and closed when that talk is over, were it never begun.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable, Coroutine
from typing import Any, Self

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


class Listener:
    """The server; an async context manager that listens while entered.

    A talk need not close its writer, and ends quietly where its client is gone (``OSError``, ``EOFError``).

    Attributes:
        host, port: where it listens; a free port, once found, is kept.
        writers: towards those who are connected now.
    """

    def __init__(
        self, talk: Talk, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
    ) -> None:
        """Nothing is opened yet; ``host`` is an address, and port 0 takes a free one."""
        self.host, self.port = host, port
        self.writers: set[asyncio.StreamWriter] = set()
        self._talk, self._tls = talk, tls
        self._door: socket.socket | None = None
        self._talks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Listen."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Listen no more."""
        await self.stop()

    async def start(self) -> None:
        """Listen; on the same port as before, where it listened before.

        Raises:
            OSError: the address or port is taken.
        """
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        self._door = socket.create_server((self.host, self.port), family=family)
        self._door.setblocking(False)
        self.port = self._door.getsockname()[1]
        asyncio.get_running_loop().add_reader(self._door, self._let_in, self._door)

    async def stop(self) -> None:
        """Listen no more, and wait until all connections are closed."""
        if self._door:
            asyncio.get_running_loop().remove_reader(self._door)
            self._door.close()
            self._door = None
        self.hang_up()
        if self._talks:
            await asyncio.wait(self._talks)

    def hang_up(self) -> None:
        """End all connections; what was not sent yet is lost."""
        for talk in self._talks:
            talk.cancel()

    def _let_in(self, door: socket.socket) -> None:
        """Take the next connection; from here on its talk answers for it."""
        with contextlib.suppress(BlockingIOError, ConnectionAbortedError):  # who came is gone again
            link, _ = door.accept()
            link.setblocking(False)
            talk = asyncio.create_task(self._serve(link), name="listener.talk")
            self._talks.add(talk)
            talk.add_done_callback(self._talks.discard)
            talk.add_done_callback(lambda _: link.close())  # does nothing where the talk took it over

    async def _serve(self, link: socket.socket) -> None:
        """One connection, until its talk is over and the last byte is sent, or somebody hangs up."""
        with contextlib.suppress(OSError, EOFError):
            reader, writer = await self._opened(socket.socket(fileno=link.detach()))
            self.writers.add(writer)
            try:
                await self._talk(reader, writer)
                writer.close()
                await writer.wait_closed()
            finally:
                self.writers.discard(writer)
                writer.transport.abort()

    async def _opened(self, link: socket.socket) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """The connection as streams, once its TLS stands."""
        loop, reader = asyncio.get_running_loop(), asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        transport, _ = await loop.connect_accepted_socket(lambda: protocol, link, ssl=self._tls)
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)
