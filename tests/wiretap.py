"""A line between a home and a provider that writes down every byte of the home."""

import asyncio
from dataclasses import dataclass, field

from drrouter.sim.wire.listener import Listener


@dataclass(slots=True)
class Wiretap:
    """Listens on a free port of 127.0.0.1 and passes everything on to ``port``; an async context manager."""

    port: int
    heard: bytearray = field(default_factory=bytearray)
    _listener: Listener = field(init=False)

    async def __aenter__(self) -> "Wiretap":
        self._listener = Listener(self._talk)
        await self._listener.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._listener.stop()

    @property
    def entrance(self) -> int:
        """The port at which to reach the provider."""
        return self._listener.port

    @property
    def text(self) -> str:
        """What the home said, heads and bodies."""
        return self.heard.decode(errors="replace")

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._carry(reader, ours, keep=True))
                group.create_task(self._carry(theirs, writer, keep=False))
        except* OSError:
            pass  # one side is gone, so the other is let go
        finally:
            ours.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, keep: bool) -> None:
        while data := await reader.read(65_536):
            if keep:
                self.heard += data
            writer.write(data)
            await writer.drain()
        writer.close()
