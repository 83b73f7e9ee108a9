"""The socket of a fake charge point, as the library wants it, and the faults that lie in it."""

import asyncio
import json
from enum import Enum

from aiohttp import ClientWebSocketResponse, WSMsgType

CALL = 2
NONSENSE = '[3,"nobody",{"status":'
"""Half an answer."""


class Fault(Enum):
    """How a charge point may misbehave."""

    NONE = "none"
    SILENT = "hears, and answers nothing"
    GARBAGE = "answers with a frame that breaks off in the middle"
    MEANINGLESS = "answers with an answer that lacks everything"
    HANGS_UP = "hangs up instead of answering"
    REJECTS = "rejects every profile"
    NO_SMART_CHARGING = "does not know profiles"
    IGNORES = "acknowledges a profile and does not keep to it"


class Ended(Exception):  # an event, no mistake
    """The connection is over."""


class FaultySocket:
    """An open WebSocket of a client; ``recv`` and ``send`` are what the library calls."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        """Take it over."""
        self._socket = socket
        self.fault = Fault.NONE
        self.heard = 0

    async def recv(self) -> str:
        """The next frame that the charge point cares to hear.

        Raises:
            Ended: the other side hung up, or we did.
        """
        while True:
            message = await self._socket.receive()
            if message.type is not WSMsgType.TEXT:
                raise Ended
            text: str = message.data
            frame = json.loads(text)
            if frame[0] != CALL or not await self._misbehaves(frame[1]):
                return text

    async def _misbehaves(self, name: str) -> bool:
        """Whether a fault answered the call, or let it fall."""
        self.heard += 1
        match self.fault:
            case Fault.SILENT:
                return True
            case Fault.GARBAGE:
                await self.send(NONSENSE)
                return True
            case Fault.MEANINGLESS:
                await self.send(json.dumps([3, name, {"status": 7, "schedule": [], "chargingSchedule": 1}]))
                return True
            case Fault.HANGS_UP:
                await self._socket.close()
                raise Ended
        return False

    async def send(self, text: str) -> None:
        """Send a frame.

        Raises:
            Ended: the connection is over.
        """
        try:
            await self._socket.send_str(text)
        except (ConnectionError, RuntimeError) as error:
            raise Ended from error

    async def close(self) -> None:
        """Hang up."""
        await asyncio.shield(self._socket.close())
