"""A device that is there and cannot be driven; it says why."""

from collections.abc import AsyncIterator, Sequence

from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, Outcome, OutcomeKind
from drrouter.domain.measurement import Reading
from drrouter.errors import DeviceRefusedError


class Undriven:
    """Implements the Device port for something that only has a reason."""

    def __init__(self, device_id: DeviceId, sentence: str) -> None:
        """``sentence`` says whose it is, why it is not driven, and what would change that."""
        self._id, self._sentence = device_id, sentence

    @property
    def id(self) -> DeviceId:
        """Its name in the home file."""
        return self._id

    async def readings(self) -> AsyncIterator[Sequence[Reading]]:
        """Never yield.

        Raises:
            DeviceRefusedError: always.
        """
        raise DeviceRefusedError(self._sentence)
        yield ()

    async def apply(self, instruction: Instruction) -> Outcome:
        """Say that it is impossible."""
        return Outcome(OutcomeKind.IMPOSSIBLE, self._sentence)
