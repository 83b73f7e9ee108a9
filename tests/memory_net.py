"""A network inside one event loop, in virtual time: true bytes between true servers and clients, no sockets.

    client --create_connection--> Link (may be down, silent, or break off) --> server of that port

What a client writes comes to its server, byte by byte and in order, in a later turn of the loop; no time
passes. Blocking work that the program gives to threads is done at once, since a thread knows no virtual time.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from drrouter.sim.simulate.virtual_time import VirtualLoop

T = TypeVar("T")

Address = tuple[str, int]


class Link:
    """The way to one server; by default one on which nothing goes wrong."""

    def __init__(self) -> None:
        """Nobody is connected."""
        self._open: set[_End] = set()

    @property
    def is_down(self) -> bool:
        """Whether connections are refused, and those that stand are broken."""
        return False

    @property
    def is_silent(self) -> bool:
        """Whether all bytes vanish, and nobody is told."""
        return False

    def breaks_after(self, size: int, is_answer: bool) -> int | None:
        """After how many bytes of this piece the connection breaks; None where it holds."""
        return None

    def cut(self) -> None:
        """Break all connections."""
        for end in list(self._open):
            end.abort()

    def joined(self, end: "_End") -> None:
        """A connection was made."""
        self._open.add(end)

    def left(self, end: "_End") -> None:
        """A connection is gone."""
        self._open.discard(end)


class _End(asyncio.Transport):
    """One end of a connection; implements the transport that protocols know."""

    def __init__(self, loop: "MemoryLoop", link: Link, name: Address, is_server: bool) -> None:
        super().__init__({"peername": name, "sockname": name, "socket": None})
        self._loop, self._link, self._is_server = loop, link, is_server
        self._protocol: Any = None
        self._came: deque[bytes | None] = deque()
        self._paused = self._closing = self._gone = False
        self.peer: _End = self

    def begin(self, protocol: Any) -> None:
        """Tell the protocol that it is connected."""
        self._protocol = protocol
        self._link.joined(self)
        protocol.connection_made(self)
        self._loop.call_soon(self._deliver)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        piece = bytes(data)
        if self._closing or not piece or self._link.is_silent:
            return
        whole = self._link.breaks_after(len(piece), self._is_server)
        self.peer.come(piece if whole is None else piece[:whole])
        if whole is not None:
            self._loop.call_soon(self.abort)

    def come(self, piece: bytes | None) -> None:
        """Bytes from the other end, or None for its end."""
        if piece != b"":
            self._came.append(piece)
        self._loop.call_soon(self._deliver)

    def _deliver(self) -> None:
        while self._came and not self._paused and not self._gone and self._protocol is not None:
            piece = self._came.popleft()
            if piece is None:
                self._protocol.eof_received()
                self._lost(None)
            else:
                self._protocol.data_received(piece)

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            if not self._link.is_silent:
                self.peer.come(None)
            self._loop.call_soon(self._lost, None)

    def abort(self) -> None:
        """Break the connection for both ends."""
        for end in (self, self.peer):
            end._closing = True
            self._loop.call_soon(end._lost, ConnectionResetError("the connection broke"))

    def _lost(self, error: Exception | None) -> None:
        self._closing = True
        if not self._gone and self._protocol is not None:
            self._gone = True
            self._link.left(self)
            self._protocol.connection_lost(error)

    def is_closing(self) -> bool:
        return self._closing

    def pause_reading(self) -> None:
        self._paused = True

    def resume_reading(self) -> None:
        self._paused = False
        self._loop.call_soon(self._deliver)

    def is_reading(self) -> bool:
        return not self._paused

    def get_write_buffer_size(self) -> int:
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        return None

    def get_protocol(self) -> Any:
        return self._protocol

    def set_protocol(self, protocol: Any) -> None:
        self._protocol = protocol

    def can_write_eof(self) -> bool:
        return False


class _Name:
    """What a listening socket says of itself."""

    def __init__(self, address: Address) -> None:
        self._address = address

    def getsockname(self) -> Address:
        return self._address


class _Server:
    """What ``create_server`` returns."""

    def __init__(self, loop: "MemoryLoop", address: Address) -> None:
        self._loop, self._port = loop, address[1]
        self.sockets = [_Name(address)]

    def close(self) -> None:
        self._loop.servers.pop(self._port, None)

    async def wait_closed(self) -> None:
        return None


class MemoryLoop(VirtualLoop):
    """A virtual loop whose connections stay inside it.

    Attributes:
        servers: who answers at which port.
        links: the way to a port, and the port behind it; a port without one is reached directly.
    """

    def __init__(self) -> None:
        super().__init__()
        self.servers: dict[int, Callable[[], asyncio.BaseProtocol]] = {}
        self.links: dict[int, tuple[int, Link]] = {}
        self._wanted: dict[int, Address] = {}
        self._next_port = 40_000

    async def create_server(  # type: ignore[override]
        self, protocol_factory: Callable[[], asyncio.BaseProtocol], host: str, port: int = 0, **_: Any
    ) -> _Server:
        if not port:
            self._next_port += 1
            port = self._next_port
        if port in self.servers:
            raise OSError(98, "address in use")
        self.servers[port] = protocol_factory
        return _Server(self, (host, port))

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        _, link = self._way(address[1])
        if link.is_silent:
            await self.create_future()
        if link.is_down or self._way(address[1])[0] not in self.servers:
            raise ConnectionRefusedError(111, "connection refused")
        self._wanted[sock.fileno()] = address

    async def create_connection(  # type: ignore[override]
        self, protocol_factory: Callable[[], asyncio.BaseProtocol], *, sock: socket.socket, **_: Any
    ) -> tuple[asyncio.Transport, asyncio.BaseProtocol]:
        address = self._wanted.pop(sock.fileno())
        sock.close()
        port, link = self._way(address[1])
        ours, theirs = (_End(self, link, address, is_server) for is_server in (False, True))
        ours.peer, theirs.peer = theirs, ours
        protocol = protocol_factory()
        theirs.begin(self.servers[port]())
        ours.begin(protocol)
        return ours, protocol

    def run_in_executor(self, executor: Any, func: Callable[..., T], *args: Any) -> "asyncio.Future[T]":  # type: ignore[override]
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 -- it is passed on
            done.set_exception(error)
        return done

    def _way(self, port: int) -> tuple[int, Link]:
        return self.links.get(port) or (port, Link())


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run to its end on a loop of this kind."""
    with asyncio.Runner(loop_factory=MemoryLoop) as runner:
        return runner.run(main)
