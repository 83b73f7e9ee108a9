"""The line between a home and its provider, as a pair of sockets that somebody may cut and mend.

    router <==> Cable <==> provider's server

While it is cut, connections that stand are reset and new ones are closed at once, as behind a modem whose
line is dead. Nothing stalls: a socket that only waits would hold simulated time for its whole real time-out.
"""

import asyncio
from contextlib import suppress
from typing import Self

from drrouter.sim.wire.listener import Listener

CHUNK = 65536


class Cable:
    """Listens on a free port of 127.0.0.1 and passes everything on to ``port``; an async context manager.

    async with Cable(vtn_port) as cable:
        ...  # reach the server at cable.entrance
        cable.cut()
    """

    def __init__(self, port: int) -> None:
        """Lead to this port of 127.0.0.1; whole until it is cut."""
        self.port = port
        self._whole = True
        self._listener = Listener(self._talk)

    async def __aenter__(self) -> Self:
        """Listen."""
        await self._listener.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Listen no more, and end what still talks."""
        await self._listener.stop()

    @property
    def entrance(self) -> int:
        """The port at which to reach the server."""
        return self._listener.port

    def cut(self) -> None:
        """From now on nothing comes through."""
        self._whole = False
        self._listener.hang_up()

    def mend(self) -> None:
        """From now on everything comes through again."""
        self._whole = True

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it or the cable is cut."""
        if not self._whole:
            return
        theirs, ours = await asyncio.open_connection("127.0.0.1", self.port)
        there = asyncio.create_task(_carry(reader, ours))
        back = asyncio.create_task(_carry(theirs, writer))
        try:
            await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            there.cancel()
            back.cancel()
            self._let_go(ours)
            await asyncio.gather(there, back, return_exceptions=True)

    def _let_go(self, end: asyncio.StreamWriter) -> None:
        """Send what waits and close; where the cable is cut, at once."""
        end.close() if self._whole else end.transport.abort()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
