"""How a fake stick hangs on the router: by a pseudo terminal, as on USB, or by TCP, as network sticks do."""

import asyncio
import contextlib
import os
import tty
from abc import ABC, abstractmethod
from collections.abc import Callable
from enum import Enum
from pathlib import Path

from drrouter.sim.wire.listener import Listener

NOISE = b"\x00\xfe\xff\xfe\x03noise\x7e"
"""It holds what begins or ends a frame of either kind of stick."""


class LineFault(Enum):
    """How a line, or the stick at its end, may misbehave."""

    NONE = "none"
    SILENT = "carries nothing from the stick"
    NOISE = "carries nonsense between the frames"


class Line(ABC):
    """A line of bytes in both directions.

    Attributes:
        heard: told what comes in.
        fault: how it misbehaves now.
    """

    def __init__(self) -> None:
        """Nobody listens yet."""
        self.fault = LineFault.NONE
        self.heard: Callable[[bytes], None] = lambda _: None

    @property
    @abstractmethod
    def url(self) -> str:
        """What the router writes into its settings as the port."""

    @abstractmethod
    async def open(self) -> None:
        """Plug it in."""

    @abstractmethod
    async def close(self) -> None:
        """Pull it."""

    def write(self, data: bytes) -> None:
        """Say something; what nobody reads is lost."""
        if self.fault is LineFault.NOISE:
            self._write(NOISE)
        if self.fault is not LineFault.SILENT:
            self._write(data)

    @abstractmethod
    def _write(self, data: bytes) -> None: ...


class PseudoTerminal(Line):
    """A serial line, found under a name of its own as /dev/ttyUSB0 is."""

    def __init__(self, port: Path) -> None:
        """``port`` becomes a link to the terminal while it is plugged in."""
        super().__init__()
        self.port = port
        self._ends: tuple[int, ...] = ()

    @property
    def url(self) -> str:
        """The name of the terminal."""
        return str(self.port)

    async def open(self) -> None:
        """Plug it in."""
        master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        self._ends = (master, slave)
        asyncio.get_running_loop().add_reader(master, self._read)
        self.port.unlink(missing_ok=True)
        self.port.symlink_to(os.ttyname(slave))

    async def close(self) -> None:
        """Pull it."""
        self.port.unlink(missing_ok=True)
        for master in self._ends[:1]:
            asyncio.get_running_loop().remove_reader(master)
        for end in self._ends:
            os.close(end)
        self._ends = ()

    def _write(self, data: bytes) -> None:
        with contextlib.suppress(BlockingIOError):
            for master in self._ends[:1]:
                os.write(master, data)

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            if data := os.read(self._ends[0], 4096):
                self.heard(data)


class TcpLine(Line):
    """A stick in the network; one router at a time."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """``port`` 0 takes a free one and keeps it."""
        super().__init__()
        self._listener = Listener(self._listen, host, port)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"socket://{self._listener.host}:{self._listener.port}"

    async def open(self) -> None:
        """Plug it in."""
        await self._listener.start()

    async def close(self) -> None:
        """Pull it."""
        await self._listener.stop()

    def _write(self, data: bytes) -> None:
        for writer in self._listener.writers:
            writer.write(data)

    async def _listen(self, reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        while data := await reader.read(4096):
            self.heard(data)
