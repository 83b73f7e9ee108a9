"""The registers of a fake SunSpec unit: the mark, a chain of models, the end; subclasses let them live.

Source: SunSpec Alliance, SunSpec Information Model Specification; model definitions 1 and others.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pymodbus.constants import ExcCodes
from pymodbus.simulator import DataType, SimData, SimDevice

if TYPE_CHECKING:
    from drrouter.sim.wire.modbus.server import FakeModbus

MARK = [0x5375, 0x6E53]
UNKNOWN = 0x8000  # what a signed register holds that the device does not have


@dataclass(frozen=True, slots=True)
class Identity:
    """What a unit says of itself in the common model."""

    maker: str = "Acme Solar"
    model: str = "SunTap 5000"
    version: str = "1.2.3"
    serial: str = "AS5000-0042"


class Model:
    """The registers of one model, counted from its identifier."""

    def __init__(self, number: int, length: int) -> None:
        """All zero but the head."""
        self.registers = [number, length, *([0] * length)]

    def __getitem__(self, offset: int) -> int:
        """One register, as a number with sign."""
        word = self.registers[offset]
        return word - 0x10000 if word & 0x8000 else word

    def __setitem__(self, offset: int, value: int) -> None:
        """Set one register."""
        self.registers[offset] = value & 0xFFFF

    def set_long(self, offset: int, value: int) -> None:
        """Set a number of two registers."""
        self[offset], self[offset + 1] = value >> 16, value

    def set_text(self, offset: int, length: int, text: str) -> None:
        """Set a text, cut or filled with zeros."""
        raw = text.encode()[: 2 * length].ljust(2 * length, b"\0")
        for index in range(length):
            self[offset + index] = int.from_bytes(raw[2 * index : 2 * index + 2], "big")


def common(identity: Identity) -> Model:
    """The model with which every chain begins."""
    model = Model(1, 66)
    for offset, length, text in (
        (2, 16, identity.maker),
        (18, 16, identity.model),
        (42, 8, identity.version),
        (50, 16, identity.serial),
    ):
        model.set_text(offset, length, text)
    return model


class FakeSunSpec(ABC):
    """A unit whose registers live.

    Attributes:
        odd: registers that show something else than the truth, by model and offset.
        hidden: models that it does not show; takes effect when its gateway starts.
    """

    def __init__(
        self,
        number: int,
        models: Sequence[Model],
        *,
        now: Callable[[], datetime],
        identity: Identity,
        base: int = 40000,
    ) -> None:
        """A unit of that number; the chain begins at ``base``."""
        self.number, self.base, self.now = number, base, now
        self.models = [common(identity), *models]
        self.odd: dict[tuple[int, int], int] = {}
        self.hidden: set[int] = set()
        self._lived_at = now()

    @abstractmethod
    def live(self, seconds: float) -> None:
        """Let the time pass since the last look, and write what is measured into the models."""

    def written(self, model: int, offset: int) -> None:  # noqa: B027 - a unit need not mind
        """A register of a model was written."""

    def model(self, number: int) -> Model:
        """One of its models."""
        return next(model for model in self.models if model[0] == number)

    def _shown(self) -> list[Model]:
        return [model for model in self.models if model[0] not in self.hidden]

    def registers(self) -> list[int]:
        """The whole chain as it is now."""
        now = self.now()
        self.live((now - self._lived_at).total_seconds())
        self._lived_at = now
        words = list(MARK)
        for model in self._shown():
            shown = list(model.registers)
            for (number, offset), word in self.odd.items():
                if number == shown[0]:
                    shown[offset] = word & 0xFFFF
            words += shown
        return [*words, 0xFFFF, 0]

    def sim_device(self, gateway: "FakeModbus") -> SimDevice:
        """Its registers for pymodbus."""

        async def action(
            function: int, start: int, address: int, count: int, current: list[int],
            new: list[int] | list[bool] | None,
        ) -> ExcCodes | None:  # fmt: skip
            current[:] = self.registers()
            place = address - start
            if refusal := gateway.touched(function, current[place : place + count], new):
                return refusal
            if new is not None:
                self._take(place, [int(word) for word in new])
            return None

        data = SimData(self.base, values=self.registers(), datatype=DataType.REGISTERS)
        return SimDevice(self.number, simdata=[data], action=action)

    def _take(self, place: int, words: Sequence[int]) -> None:
        """Take over what was written; ``place`` counts from the mark."""
        at = len(MARK)
        for model in self._shown():
            for index, word in enumerate(words):
                offset = place + index - at
                if 2 <= offset < len(model.registers) and model.registers[offset] != word:
                    model[offset] = word
                if 2 <= offset < len(model.registers):
                    self.written(model[0], offset)
            at += len(model.registers)
