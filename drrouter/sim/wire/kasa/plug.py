"""Fake plugs and strips of the legacy protocol: TCP for commands, UDP for discovery, and faults on demand.

plug = FakePlug("127.77.0.11", "Freezer", load, now=clock.now, port=port)
async with plug:
    ...                         # real clients discover it, switch it and read it
    plug.fault = Fault.SILENT   # now it hears and says nothing
"""

import asyncio
import contextlib
import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import Enum
from typing import Self

from drrouter.sim.wire.kasa.answers import Answers, Json, Load, Meter, PlugIdentity
from drrouter.sim.wire.kasa.cipher import LENGTH_BYTES, decipher, encipher, framed
from drrouter.sim.wire.kasa.ears import Ears
from drrouter.sim.wire.kasa.strip import Outlet, StripAnswers
from drrouter.sim.wire.listener import Listener

LARGEST_REQUEST = 16 * 1024
LIE_W = 14_000.0  # a spike that metering plugs in the field have reported


class Fault(Enum):
    """How a plug may misbehave."""

    NONE = "none"
    SILENT = "hears, and says nothing"
    GARBAGE = "answers with bytes that mean nothing"
    HALF = "breaks off in the middle of an answer and hangs up"
    ENDLESS = "announces an answer of two gigabytes, sends a little and goes on for ever"
    REFUSES = "answers each command to the relay with an error"
    IGNORES = "acknowledges a command to the relay and does nothing"
    LIES = "reports an impossible power"
    NOT_A_NUMBER = "reports a power that is no number"
    SLOW = "answers at once, but the answer takes `delay_s` of real time"


class FakeDevice(ABC):
    """A device of the legacy protocol; an async context manager that plugs it in and out of the network.

    Attributes:
        connections, requests: how many there were so far.
    """

    def __init__(self, address: str, port: int) -> None:
        """Nothing is opened yet."""
        self.address, self.port = address, port
        self.fault, self.delay_s = Fault.NONE, 0.0
        self.connections, self.requests = 0, 0
        self._listener = Listener(self._talk, address, port)
        self._ears = Ears(address, port, self.heard)

    @abstractmethod
    def honest(self, request: Json) -> Json:
        """The firmware's answer."""

    async def __aenter__(self) -> Self:
        """Join the network."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave the network."""
        await self.stop()

    async def start(self) -> None:
        """Listen; a plug that left comes back with its relay as it was.

        Raises:
            OSError: the address or port is taken.
        """
        await self._listener.start()
        try:
            await self._ears.open()
        except OSError:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Vanish: hang up on everybody and listen no more."""
        self._ears.close()
        await self._listener.stop()

    def heard(self, data: bytes, sender: tuple[str, int]) -> None:
        """Answer a datagram from our own address; what is no request is ignored, as plugs do."""
        request = _parsed(decipher(data))
        if request is None or self.fault is Fault.SILENT:
            return
        plain = json.dumps(self.honest(request)).encode()
        self._ears.answer(garbage(len(plain)) if self.fault is Fault.GARBAGE else encipher(plain), sender)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one TCP connection until either side hangs up."""
        self.connections += 1
        while await self._exchange(reader, writer):
            pass

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer; False when the plug hangs up."""
        length = int.from_bytes(await reader.readexactly(LENGTH_BYTES), "big")
        if length > LARGEST_REQUEST:
            return False
        request = _parsed(decipher(await reader.readexactly(length)))
        self.requests += 1
        if request is None:
            return False
        return await self._reply(writer, request)

    async def _reply(self, writer: asyncio.StreamWriter, request: Json) -> bool:
        frame = framed(json.dumps(self._answer(request)).encode())
        if self.fault is Fault.SLOW:
            await asyncio.sleep(self.delay_s)
        match self.fault:
            case Fault.SILENT:
                return True
            case Fault.GARBAGE:
                frame = frame[:LENGTH_BYTES] + garbage(len(frame) - LENGTH_BYTES)
            case Fault.HALF:
                frame = frame[: len(frame) // 2]
            case Fault.ENDLESS:
                await _pour(writer)
        writer.write(frame)
        await writer.drain()
        return self.fault is not Fault.HALF

    def _answer(self, request: Json) -> Json:
        """The honest answer, twisted by the fault."""
        if "set_relay_state" in request.get("system", {}):
            if self.fault is Fault.REFUSES:
                return {"system": {"set_relay_state": {"err_code": -10, "err_msg": "relay fault"}}}
            if self.fault is Fault.IGNORES:
                return {"system": {"set_relay_state": {"err_code": 0}}}
        answer = self.honest(request)
        lie = {Fault.LIES: LIE_W, Fault.NOT_A_NUMBER: "NaN"}.get(self.fault)
        if lie is not None and "get_realtime" in answer.get("emeter", {}):
            answer["emeter"]["get_realtime"] = {"err_code": 0, "power": lie, "voltage": 231.0, "total": 1.0}
        return answer


class FakePlug(FakeDevice):
    """One plug with a meter.

    Attributes:
        answers: its firmware.
    """

    def __init__(
        self,
        address: str,
        alias: str,
        load: Load,
        *,
        now: Callable[[], datetime],
        port: int,
        mac: str | None = None,
        meter: Meter = Meter.THOUSANDTHS,
        on: bool = False,
    ) -> None:
        """Build it; nothing is opened yet.

        Args:
            address: its own address, 127.a.b.c.
            alias: what its owner calls it.
            load: what hangs on it; told when the relay moves.
            now: the time that the plug believes it is.
            port: where it listens, over TCP and UDP; 9999 on real plugs.
            mac: made from the address where none is given.
            meter: in which units it measures.
            on: whether the relay is closed at first; the load is expected to know.
        """
        super().__init__(address, port)
        self.answers = Answers(PlugIdentity(alias, mac or mac_of(address)), load, now, meter=meter, on=on)

    def honest(self, request: Json) -> Json:
        """The firmware's answer."""
        return self.answers.answer(request)


class FakeStrip(FakeDevice):
    """A strip of metered sockets.

    Attributes:
        answers: its firmware.
    """

    def __init__(
        self,
        address: str,
        alias: str,
        outlets: Sequence[Outlet],
        *,
        now: Callable[[], datetime],
        port: int,
        mac: str | None = None,
    ) -> None:
        """Build it; nothing is opened yet. Arguments as for a plug."""
        super().__init__(address, port)
        identity = PlugIdentity(alias, mac or mac_of(address), "HS300(US)")
        self.answers = StripAnswers(identity, outlets, now)

    def honest(self, request: Json) -> Json:
        """The firmware's answer."""
        return self.answers.answer(request)


def mac_of(address: str) -> str:
    """A locally administered MAC address made from an IPv4 address, so that each plug has its own.

    >>> mac_of("127.77.0.11")
    '02:4B:7F:4D:00:0B'
    """
    return ":".join(["02", "4B", *(f"{int(part):02X}" for part in address.split("."))])


def _parsed(plain: bytes) -> Json | None:
    """The request, None where the bytes are none."""
    with contextlib.suppress(ValueError, RecursionError):
        request = json.loads(plain)
        if isinstance(request, dict):
            return request
    return None


def garbage(length: int) -> bytes:
    """Bytes without meaning, the same in every run."""
    block = hashlib.sha256(b"garbage").digest()
    return (block * (length // len(block) + 1))[:length]


async def _pour(writer: asyncio.StreamWriter) -> None:
    """Announce two gigabytes and trickle until the other side hangs up."""
    writer.write((2**31 - 1).to_bytes(LENGTH_BYTES, "big"))
    while not writer.is_closing():
        writer.write(b"\0" * 1024)
        await writer.drain()
        await asyncio.sleep(0.01)
