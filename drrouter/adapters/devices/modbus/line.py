"""The way to one host: one conversation at a time, each over a connection of its own.

Many inverters take one connection only and forget nobody for minutes, so nothing is kept open between two
conversations, and the owner's other programmes have their turn. Questions of two units behind one gateway
wait for each other.

    async with line.conversation(unit=1) as talk:
        values = await talk.registers(40000, 2)
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ExceptionResponse, ModbusPDU

from drrouter.errors import DeviceRefusedError, DeviceSilentError

MOST_REGISTERS = 120
"""How many are asked for at once; the protocol allows 125."""

_HEADER = 7  # transaction, protocol, length, unit
READ_COILS, READ_HOLDING, READ_INPUT, WRITE_COIL, WRITE_REGISTERS = 1, 3, 4, 5, 16
_REASONS = {
    1: "it does not know the function",
    2: "it has no such address",
    3: "it does not take the value",
    4: "it failed",
    6: "it is busy",
    10: "its gateway has no way to it",
    11: "it does not answer its gateway",
}

logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)  # what goes wrong is told once, by us


class Line:
    """One host and port, with every unit behind it."""

    def __init__(self, host: str, port: int, timeout_s: float) -> None:
        """Nothing is opened before a conversation."""
        self._host, self._port, self._timeout_s = host, port, timeout_s
        self._free = asyncio.Lock()

    @asynccontextmanager
    async def conversation(self, unit: int) -> AsyncIterator["Conversation"]:
        """Connect, talk with a unit, hang up.

        Raises:
            DeviceSilentError: nobody takes the connection.
        """
        async with self._free:
            client = AsyncModbusTcpClient(
                self._host,
                port=self._port,
                timeout=self._timeout_s,
                retries=0,
                reconnect_delay=0,
                trace_packet=_sieved,
            )
            try:
                if not await client.connect():
                    raise DeviceSilentError(f"nobody answers at {self._host}:{self._port}")
                yield Conversation(client, unit)
            finally:
                client.close()


class Conversation:
    """Questions to one unit, one after the other.

    Each may raise:
        DeviceSilentError: no answer, or one without meaning.
        DeviceRefusedError: the device answers that it will not.
    """

    def __init__(self, client: AsyncModbusTcpClient, unit: int) -> None:
        """Speak to a unit over a connection that stands."""
        self._client, self._unit = client, unit

    async def registers(self, address: int, count: int) -> list[int]:
        """So many holding registers, however many questions it takes."""
        values: list[int] = []
        while len(values) < count:
            some = min(count - len(values), MOST_REGISTERS)
            asked = self._client.read_holding_registers(
                address + len(values), count=some, device_id=self._unit
            )
            values += _counted((await _answered(asked, READ_HOLDING)).registers, some)
        return values

    async def input_register(self, address: int) -> int:
        """One input register."""
        asked = self._client.read_input_registers(address, count=1, device_id=self._unit)
        return _counted((await _answered(asked, READ_INPUT)).registers, 1)[0]

    async def coil(self, address: int) -> bool:
        """Whether a relay is closed."""
        asked = self._client.read_coils(address, count=1, device_id=self._unit)
        answer = await _answered(asked, READ_COILS)
        if not answer.bits:
            raise DeviceSilentError("its answer is too short")
        return answer.bits[0]

    async def write(self, address: int, values: Sequence[int]) -> None:
        """Write holding registers at once."""
        asked = self._client.write_registers(address, list(values), device_id=self._unit)
        await _answered(asked, WRITE_REGISTERS)

    async def switch(self, address: int, *, on: bool) -> None:
        """Move a relay."""
        await _answered(self._client.write_coil(address, on, device_id=self._unit), WRITE_COIL)


async def _answered(asked: Awaitable[ModbusPDU], function: int) -> ModbusPDU:
    """The answer to a question that uses this function.

    Raises:
        DeviceSilentError: there is none, or it answers another question.
        DeviceRefusedError: it is a refusal.
    """
    try:
        answer = await asked
    except ModbusException as error:
        raise DeviceSilentError("no usable answer") from error
    if isinstance(answer, ExceptionResponse):
        code = answer.exception_code
        raise DeviceRefusedError(f"it refuses: {_REASONS.get(code, f'error {code}')}")
    if answer.function_code != function:
        raise DeviceSilentError("it answers another question than was asked")
    return answer


def _counted(registers: Sequence[int], count: int) -> Sequence[int]:
    """The registers, as many as were asked for.

    Raises:
        DeviceSilentError: there are more or fewer.
    """
    if len(registers) != count:
        raise DeviceSilentError("its answer has not the length that was asked for")
    return registers


def _sieved(sending: bool, data: bytes) -> bytes:
    """What may reach the library: an answer that it cannot decode, it throws into the event loop."""
    return data if sending or _is_plausible(data) else b""


def _is_plausible(data: bytes) -> bool:
    """Whether these bytes are an answer, or the beginning of one."""
    if len(data) <= _HEADER + 1:
        return True
    length, function, detail = int.from_bytes(data[4:6], "big"), data[_HEADER], data[_HEADER + 1]
    if data[2:4] != b"\0\0" or length > 260:
        return False
    if function in (READ_COILS, READ_HOLDING, READ_INPUT):
        return length == detail + 3
    return length == 6 if function in (WRITE_COIL, WRITE_REGISTERS) else function > 0x80 and length == 3
