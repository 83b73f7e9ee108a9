"""A line between a home and a provider that writes down every byte of the home."""

import asyncio
from dataclasses import dataclass, field


@dataclass(slots=True)
class Wiretap:
    """Listens on a free port of 127.0.0.1 and passes everything on to ``port``; an async context manager."""

    port: int
    heard: bytearray = field(default_factory=bytearray)
    entrance: int = 0
    _server: asyncio.Server | None = None
    _talks: set["asyncio.Task[None]"] = field(default_factory=set)
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def __aenter__(self) -> "Wiretap":
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.entrance = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        for writer in self._writers:
            writer.close()
        await asyncio.gather(*(one.wait_closed() for one in self._writers), return_exceptions=True)

    @property
    def text(self) -> str:
        """What the home said, heads and bodies."""
        return self.heard.decode(errors="replace")

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        talk = asyncio.create_task(self._talk(reader, writer))
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_connection("127.0.0.1", self.port)
        self._writers.append(ours)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._carry(reader, ours, keep=True))
                group.create_task(self._carry(theirs, writer, keep=False))
        except* OSError:
            pass  # one side is gone, so the other is let go
        finally:
            writer.close()
            ours.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, keep: bool) -> None:
        while data := await reader.read(65_536):
            if keep:
                self.heard += data
            writer.write(data)
            await writer.drain()
        writer.close()
