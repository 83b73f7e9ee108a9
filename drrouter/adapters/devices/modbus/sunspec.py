"""Finds the chain of SunSpec models of a unit and reads them; what the values mean is left to each kind."""

from collections.abc import Mapping
from dataclasses import dataclass

from drrouter.adapters.devices.modbus.line import Conversation
from drrouter.adapters.devices.modbus.points import (
    COMMON_REGISTERS,
    MAKER,
    MODEL,
    SERIAL,
    VERSION,
    Table,
    text_of,
    values_of,
)
from drrouter.adapters.devices.names import cleaned
from drrouter.errors import DeviceRefusedError, DeviceSilentError, DeviceUnknownError

BASES = (40000, 50000, 0)
"""Where the chain may begin."""

MOST_MODELS = 100
LAST_REGISTER = 0xFFFF

_MARK = [0x5375, 0x6E53]  # "SunS"
_END = 0xFFFF


@dataclass(frozen=True, slots=True)
class Place:
    """Where a model stands: the register of its identifier, and how many registers follow its head."""

    address: int
    length: int


@dataclass(frozen=True, slots=True)
class Chain:
    """The models of a unit, each at its first place."""

    base: int
    places: Mapping[int, Place]


class SunSpec:
    """The SunSpec models of one unit.

    Every method may raise:
        DeviceSilentError, DeviceRefusedError: as the conversation.
        DeviceUnknownError: the unit speaks no SunSpec, or is another device than before.

    Attributes:
        serial: the serial number that must answer; "" until the first answer where none is expected.
    """

    def __init__(self, serial: str = "") -> None:
        """Nothing is asked yet."""
        self.serial = serial
        self._chain: Chain | None = None

    def forget(self) -> None:
        """Find the chain again at the next question; something went wrong, perhaps a new firmware."""
        self._chain = None

    async def chain(self, talk: Conversation) -> Chain:
        """The chain, walked where it is not known."""
        if self._chain is None:
            self._chain = await _walked(talk, await _base(talk))
        return self._chain

    async def identity(self, talk: Conversation) -> dict[str, str]:
        """Who the unit is, from its common model; asked in every conversation, before anything else."""
        chain = await self.chain(talk)
        registers = await talk.registers(chain.base, 2 + COMMON_REGISTERS)
        if registers[:2] != _MARK or registers[2] != 1:
            self.forget()
            raise DeviceUnknownError("it speaks SunSpec no more at the address where it did")
        common = registers[2:]
        places = {"manufacturer": MAKER, "model": MODEL, "version": VERSION, "serial": SERIAL}
        identity = {key: cleaned(text_of(common[place])) for key, place in places.items()}
        self._compare(identity["serial"])
        return {key: value for key, value in identity.items() if value}

    def _compare(self, serial: str) -> None:
        if self.serial and serial != self.serial:
            raise DeviceUnknownError(
                f"where {self.serial} was, another device answers ({serial or 'no serial number'}); "
                "discover again, or correct the address in the home file"
            )
        self.serial = serial

    async def first(self, talk: Conversation, tables: Mapping[int, Table]) -> dict[str, float]:
        """The values of the first of these models that the unit has; empty where it has none."""
        for model, table in tables.items():
            if (registers := await self.model(talk, model)) is not None:
                return values_of(table, registers)
        return {}

    async def model(self, talk: Conversation, model: int) -> list[int] | None:
        """All registers of a model with its head, None where the unit does not have it."""
        place = (await self.chain(talk)).places.get(model)
        return None if place is None else await talk.registers(place.address, place.length + 2)

    async def write(self, talk: Conversation, model: int, offset: int, value: int) -> None:
        """Write one register of a model."""
        place = (await self.chain(talk)).places.get(model)
        if place is None:
            raise DeviceUnknownError(f"it has no SunSpec model {model}, so it cannot be told")
        await talk.write(place.address + offset, [value & 0xFFFF])


async def _base(talk: Conversation) -> int:
    """Where the chain begins."""
    for base in BASES:
        try:
            if await talk.registers(base, 2) == _MARK:
                return base
        except DeviceRefusedError:
            continue
    raise DeviceUnknownError("it speaks no SunSpec; is Modbus switched on there, and the unit right?")


async def _walked(talk: Conversation, base: int) -> Chain:
    """Follow the chain from model to model to its end."""
    address, places = base + len(_MARK), dict[int, Place]()
    for _ in range(MOST_MODELS):
        model, length = await talk.registers(address, 2)
        if model == _END:
            return Chain(base, places)
        places.setdefault(model, Place(address, length))
        address += length + 2
        if address >= LAST_REGISTER:
            break
    raise DeviceSilentError("its chain of SunSpec models never ends")
