"""Carries the instructions of one device out: one at a time, none after its time, an old copy never again.

    act           raises nothing: DONE   DeviceSilentError: SILENT   DeviceRefusedError: REFUSED
                  DeviceUnknownError: IMPOSSIBLE

What it takes to carry one out is left to each integration's device.
"""

import asyncio
import logging
import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, Outcome, OutcomeKind
from drrouter.errors import DeviceError, DeviceRefusedError, DeviceSilentError
from drrouter.ports import Clock

REMEMBERED = 64
"""How many instructions are known by their id, so that a late copy of an old one changes nothing."""

_log = logging.getLogger(__name__)

Act = Callable[[Instruction], Awaitable[None]]


class Obedience:
    """Stands between the Device port and what a device really does.

    The newest instruction may come again and is then carried out again, which mends a device that somebody
    switched by hand and changes nothing otherwise. An older one that comes again is answered from memory.

    Attributes:
        commanding: held while an instruction is carried out; a reading waits behind it where it must.
        commands: how many were sent so far, so that a reading knows whether a command overtook it.
    """

    def __init__(self, device_id: DeviceId, transport: str, clock: Clock) -> None:
        """``transport`` is the integration's name as people write it, for sentences."""
        self._id, self._transport, self._clock = device_id, transport, clock
        self._outcomes: OrderedDict[str, Outcome] = OrderedDict()
        self.commanding = asyncio.Lock()
        self.commands = 0

    async def carry_out(self, instruction: Instruction, act: Act, *, least_w: float = 0.0) -> Outcome:
        """Let ``act`` do it, and say what became of it; the device's faults never raise.

        Args:
            instruction: what the router wants.
            act: does it and reads back.
            least_w: the lowest power that can be asked of the device, in W; below 0 where it gives.
        """
        async with self.commanding:
            if (known := self._superseded(instruction.id)) is not None:
                return known
            outcome = await self._obeyed(instruction, act, least_w)
            self._remember(instruction.id, outcome)
        if outcome.kind is not OutcomeKind.DONE:
            _log.info("%s: %s", self._id, outcome.sentence)
        return outcome

    async def _obeyed(self, instruction: Instruction, act: Act, least_w: float) -> Outcome:
        """Carry it out unless it is past its time or asks what no device can do."""
        if not math.isfinite(instruction.power_w) or instruction.power_w < least_w:
            return self._outcome(OutcomeKind.IMPOSSIBLE, "it cannot be set to that power")
        if self._clock.now() >= instruction.expires_at:
            return self._outcome(OutcomeKind.IMPOSSIBLE, "the instruction expired before it could be sent")
        self.commands += 1
        with self._clock.working():
            try:
                await act(instruction)
            except DeviceSilentError as error:
                return self._outcome(OutcomeKind.SILENT, str(error))
            except DeviceRefusedError as error:
                return self._outcome(OutcomeKind.REFUSED, str(error))
            except DeviceError as error:
                return self._outcome(OutcomeKind.IMPOSSIBLE, str(error))
        return Outcome(OutcomeKind.DONE)

    def _outcome(self, kind: OutcomeKind, sentence: str) -> Outcome:
        return Outcome(kind, f"{self._id} ({self._transport}): {sentence}")

    def _superseded(self, instruction_id: str) -> Outcome | None:
        """What became of it, where a newer instruction came since."""
        newest = next(reversed(self._outcomes), None)
        return None if instruction_id == newest else self._outcomes.get(instruction_id)

    def _remember(self, instruction_id: str, outcome: Outcome) -> None:
        self._outcomes[instruction_id] = outcome
        while len(self._outcomes) > REMEMBERED:
            self._outcomes.popitem(last=False)
