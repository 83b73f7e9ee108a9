"""The client's part for opaque data: list, read, write, and follow what changes over lost connections.

leaf = await client.data.get("vehicle/car/profile")
async for told in client.data.watch("vehicle"):
    ...
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

from drrouter.adapters.client_talk import Talk
from drrouter.domain.resource import LeafChange, parse_path
from drrouter.errors import DaemonUnreachableError
from drrouter.router.resources.facade import Cursor, Gap, LeafList, LeafView, Told

_KINDS: dict[str, Any] = {"cursor": Cursor, "gap": Gap, "change": LeafChange}
_PAUSE_S = 2.0


@dataclass(frozen=True, slots=True)
class LeafData:
    """The bytes of a leaf.

    Attributes:
        sequence: of the change that wrote it.
    """

    media_type: str
    data: bytes
    sequence: int


class DataClient:
    """Opaque data of one router; ``DrClient.data``."""

    def __init__(self, router: Talk) -> None:
        """Know how to reach the router."""
        self._router = router

    async def list(self, under: str = "") -> LeafList:
        """What there is at and below a path."""
        query = {"under": under} if under else {}
        answer = await self._router.exchange("GET", ("resources",), query)
        found: LeafList = self._router.understand(LeafList, answer.content)
        return found

    async def get(self, path: str) -> LeafData:
        """The bytes of one leaf.

        Raises:
            MessageError: that is no path.
            LeafUnknownError: there is none, or none for us.
        """
        answer = await self._router.exchange("GET", _below(path), {})
        version = answer.headers.get("ETag", "").strip('"')
        media_type = answer.headers.get("Content-Type", "").split(";")[0]
        return LeafData(media_type, answer.content, int(version) if version.isdigit() else 0)

    async def put(self, path: str, data: bytes, media_type: str) -> LeafView:
        """Write one leaf; returns when it is on the router's disk.

        Raises:
            LeafForbiddenError: we may not write there.
        """
        answer = await self._router.exchange("PUT", _below(path), {}, (data, media_type))
        view: LeafView = self._router.understand(LeafView, answer.content)
        return view

    async def remove(self, path: str) -> None:
        """Take one leaf away.

        Raises:
            LeafUnknownError, LeafForbiddenError: as the router.
        """
        await self._router.exchange("DELETE", _below(path), {})

    async def changes(self, under: str = "", after: int | None = None) -> AsyncGenerator[Told]:
        """Where the stream stands, then every change after that number; ends by an error."""
        query = ({"under": under} if under else {}) | ({} if after is None else {"after": str(after)})
        async for name, data in self._router.listen(("resources", "changes"), query):
            if name in _KINDS:
                yield self._router.understand(_KINDS[name], data)

    async def watch(
        self, under: str = "", after: int | None = None, pause_s: float = _PAUSE_S
    ) -> AsyncGenerator[Told]:
        """Every change, for ever: after a lost connection it comes back with the last number it had.

        Args:
            pause_s: real seconds before it tries again.

        Raises:
            DaemonUnreachableError: no router answers at the very first.
        """
        was_there = False
        while True:
            try:
                async for told in self.changes(under, after):
                    was_there, after = True, told.sequence
                    yield told
            except DaemonUnreachableError:
                if not was_there:
                    raise
            await asyncio.sleep(pause_s)


def _below(path: str) -> tuple[str, ...]:
    """The address of a leaf; what is no path is not sent."""
    return ("resources", *parse_path(path).split("/"))
