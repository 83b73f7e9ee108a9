"""A fake Modbus gateway with units behind it, and the faults of the wire before it.

inverter = FakeInverter(1, lambda: 4000.0, now=clock.now)
async with FakeModbus([inverter]) as gateway:
    ...                            # real clients read and write at gateway.port
    gateway.fault = Fault.SILENT   # now it hears and says nothing
"""

import asyncio
import hashlib
from collections.abc import Sequence
from enum import Enum
from typing import Protocol, Self

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import SimDevice

WRITES = (5, 6, 15, 16)


class Fault(Enum):
    """How a device, or its gateway, may misbehave."""

    NONE = "none"
    SILENT = "hears, and says nothing"
    GARBAGE = "answers with bytes that mean nothing"
    NONSENSE = "answers with a right head and a body that means nothing"
    HALF = "breaks off in the middle of an answer"
    WRONG_TRANSACTION = "answers a question that nobody asked"
    SHORT = "answers with fewer registers than were asked for"
    REFUSES = "refuses everything: it is busy"
    REFUSES_WRITES = "refuses whatever would change something"
    IGNORES = "acknowledges what it is told and does nothing"


class Unit(Protocol):
    """A device behind the gateway."""

    def sim_device(self, gateway: "FakeModbus") -> SimDevice:
        """Its registers, as they are now, with what happens when they are touched."""
        ...


class FakeModbus:
    """One host and port; an async context manager that plugs it in and out of the network."""

    def __init__(self, units: Sequence[Unit], *, host: str = "127.0.0.1", port: int = 0) -> None:
        """Build it; nothing is opened yet. Port 0 takes a free one and keeps it."""
        self.host, self.port, self.fault = host, port, Fault.NONE
        self.requests = 0
        self._units = units
        self._server: ModbusTcpServer | None = None

    async def __aenter__(self) -> Self:
        """Join the network."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave the network."""
        await self.stop()

    async def start(self) -> None:
        """Listen; units that left come back as they were."""
        devices = [unit.sim_device(self) for unit in self._units]
        self._server = ModbusTcpServer(
            devices, address=(self.host, self.port), ignore_missing_devices=True, trace_packet=self._spoilt
        )
        await self._server.serve_forever(background=True)
        listener = self._server.transport
        assert isinstance(listener, asyncio.Server)  # noqa: S101 - what a listening pymodbus transport is
        self.port = listener.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Vanish: hang up on everybody and listen no more."""
        if self._server:
            server, self._server = self._server, None
            await server.shutdown()  # type: ignore[no-untyped-call]

    def touched(
        self, function: int, old: Sequence[int] | Sequence[bool], new: list[int] | list[bool] | None
    ) -> ExcCodes | None:
        """A unit's registers are read, or written where there is something ``new``; may refuse or undo it."""
        self.requests += 1
        if self.fault is Fault.REFUSES or (self.fault is Fault.REFUSES_WRITES and function in WRITES):
            return ExcCodes.DEVICE_BUSY
        if self.fault is Fault.IGNORES and new is not None:
            new[:] = old  # type: ignore[assignment]  # both are of registers, or both of relays
        return None

    def _spoilt(self, sending: bool, data: bytes) -> bytes:
        """What the fault leaves of an answer."""
        if not sending:
            return data
        match self.fault:
            case Fault.SILENT:
                return b""
            case Fault.GARBAGE:
                return hashlib.sha512(data).digest()
            case Fault.NONSENSE:
                return data[:7] + bytes([data[7], 0xFF]) + data[9:]
            case Fault.HALF:
                return data[: len(data) // 2]
            case Fault.WRONG_TRANSACTION:
                return bytes([data[0] ^ 0x40]) + data[1:]
            case Fault.SHORT if data[7] in (3, 4):
                return data[:4] + b"\0\x05" + data[6:8] + b"\x02" + data[9:11]
        return data
