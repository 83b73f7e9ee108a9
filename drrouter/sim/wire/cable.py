"""The line between a home and its provider, as a pair of sockets that somebody may cut and mend.

    router <==> Cable <==> provider's server

While it is cut, connections that stand are reset and new ones are closed at once, as behind a modem whose
line is dead. Nothing stalls: a socket that only waits would hold simulated time for its whole real time-out.
"""

import asyncio
from contextlib import suppress
from typing import Self

CHUNK = 65536


class Cable:
    """Listens on a free port of 127.0.0.1 and passes everything on to ``port``; an async context manager.

    async with Cable(vtn_port) as cable:
        ...  # reach the server at cable.entrance
        cable.cut()
    """

    def __init__(self, port: int) -> None:
        """Lead to this port of 127.0.0.1; whole until it is cut."""
        self.port, self.entrance = port, 0
        self._whole = True
        self._talks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Listen."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.entrance = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Listen no more, and end what still talks."""
        self._server.close()
        talks = self._hang_up()
        await asyncio.gather(*talks, return_exceptions=True)

    def cut(self) -> None:
        """From now on nothing comes through."""
        self._whole = False
        self._hang_up()

    def mend(self) -> None:
        """From now on everything comes through again."""
        self._whole = True

    def _hang_up(self) -> tuple["asyncio.Task[None]", ...]:
        talks = tuple(self._talks)
        for talk in talks:
            talk.cancel()
        return talks

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            writer.transport.abort()
            return
        talk = asyncio.create_task(self._talk(reader, writer), name="cable.talk")
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it or the cable is cut."""
        ends = [writer]
        try:
            theirs, ours = await asyncio.open_connection("127.0.0.1", self.port)
            ends.append(ours)
            there = asyncio.create_task(_carry(reader, ours))
            back = asyncio.create_task(_carry(theirs, writer))
            try:
                await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                there.cancel()
                back.cancel()
                await asyncio.gather(there, back, return_exceptions=True)
        except OSError:
            pass  # the server is gone, so the client is let go
        finally:
            for end in ends:
                end.transport.abort() if not self._whole else end.close()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
