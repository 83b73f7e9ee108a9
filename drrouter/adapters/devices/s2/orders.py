"""What became of the instructions of a session, as the resource manager's InstructionStatusUpdates tell.

NEW                               it is known, and nothing more is said
ACCEPTED, STARTED, SUCCEEDED      it does as it is told
REJECTED, REVOKED, ABORTED        it does not, or no more; ``on_failed`` is told of one that it did before
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable

from drrouter.adapters.devices.s2.schema import Json
from drrouter.errors import DeviceRefusedError, DeviceSilentError, MessageError

REMEMBERED = 64
"""How many instructions are known by their id."""

_DOES = frozenset({"ACCEPTED", "STARTED", "SUCCEEDED"})
_DOES_NOT = frozenset({"REJECTED", "REVOKED", "ABORTED"})


class Orders:
    """The instructions of one session by their ids.

    Attributes:
        on_failed: told the id of an instruction that was accepted and is given up; replace it to know.
    """

    def __init__(self) -> None:
        """None was given yet."""
        self._statuses: OrderedDict[str, str] = OrderedDict()
        self._awaited: dict[str, asyncio.Future[None]] = {}
        self.on_failed: Callable[[str], None] = lambda instruction_id: None

    def expect(self, instruction_id: str) -> None:
        """One is about to be sent."""
        self._statuses[instruction_id] = ""
        self._awaited[instruction_id] = asyncio.get_running_loop().create_future()
        while len(self._statuses) > REMEMBERED:
            self._statuses.popitem(last=False)

    async def outcome(self, instruction_id: str, timeout_s: float) -> None:
        """Return once it does as it is told; it was received already.

        Raises:
            DeviceSilentError: it says nothing of it in time.
            DeviceRefusedError: it does not.
        """
        try:
            async with asyncio.timeout(timeout_s):
                await self._awaited[instruction_id]
        except TimeoutError as error:
            raise DeviceSilentError(
                f"it received the instruction and said nothing of it within {timeout_s:g} s"
            ) from error
        status = self._statuses.get(instruction_id, "")  # it may have given up what it accepted before
        if status in _DOES_NOT:
            raise DeviceRefusedError(f"it answers the instruction with {status}")

    def forget(self, instruction_id: str) -> None:
        """Nobody waits for it any more."""
        self._awaited.pop(instruction_id, None)

    def hear(self, update: Json) -> None:
        """Take an InstructionStatusUpdate.

        Raises:
            MessageError: there is no such instruction.
        """
        name, status = update["instruction_id"], update["status_type"]
        if name not in self._statuses:
            raise MessageError("InstructionStatusUpdate", "instruction_id", "there is no such instruction")
        before, self._statuses[name] = self._statuses[name], status
        future = self._awaited.get(name)
        if future is not None and not future.done():
            if status in _DOES or status in _DOES_NOT:
                future.set_result(None)
        elif status in _DOES_NOT and before in _DOES:
            self.on_failed(name)

    def end(self) -> None:
        """The connection is over: who waits learns that no word will come."""
        for future in self._awaited.values():
            if not future.done():
                future.set_exception(DeviceSilentError("the connection ended before it answered"))
                future.exception()  # nobody need wait for it
