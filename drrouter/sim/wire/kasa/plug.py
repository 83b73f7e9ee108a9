"""A fake plug on its own loopback address: TCP for commands, UDP for discovery, and faults on demand.

It binds 127.255.255.255 beside every other fake to hear broadcasts, and answers from its own 127.a.b.c, so
that each plug is found under its own address. Broadcasts need a fixed port that all plugs of a home share.

    plug = FakePlug("127.77.0.11", "Freezer", load, now=clock.now, port=port)
    async with plug:
        ...                         # real clients discover it, switch it and read it
        plug.fault = Fault.SILENT   # now it hears and says nothing
"""

import asyncio
import contextlib
import hashlib
import json
import logging
import socket
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import Any, Self

from drrouter.sim.wire.kasa.answers import Answers, Json, Load, Meter, PlugIdentity
from drrouter.sim.wire.kasa.cipher import LENGTH_BYTES, decipher, encipher, framed

BROADCAST = "127.255.255.255"
LARGEST_REQUEST = 16 * 1024
LIE_W = 14_000.0  # a spike that metering plugs in the field have reported

_log = logging.getLogger(__name__)


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


class FakePlug:
    """One plug with a meter; an async context manager that plugs it in and out of the network."""

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
            load: what hangs on it; told when the relay moves.
            now: the time that the plug believes it is.
            port: where it listens, over TCP and UDP; 9999 on real plugs.
            mac: made from the address where none is given.
            on: whether the relay is closed at first; the load is expected to know.
        """
        self.address, self.port = address, port
        self.answers = Answers(PlugIdentity(alias, mac or mac_of(address)), load, now, meter=meter, on=on)
        self.fault, self.delay_s = Fault.NONE, 0.0
        self.connections, self.requests = 0, 0
        self._server: asyncio.Server | None = None
        self._ears: list[asyncio.DatagramTransport] = []
        self._open: dict[asyncio.StreamWriter, asyncio.Future[None]] = {}

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
        self._server = await asyncio.start_server(self._talk, self.address, self.port)
        try:
            await self._listen()
        except OSError:
            await self.stop()
            raise

    async def _listen(self) -> None:
        """Open the UDP sockets: the first answers, both hear."""
        loop = asyncio.get_running_loop()
        for host in (self.address, BROADCAST):
            transport, _ = await loop.create_datagram_endpoint(
                lambda: _Ear(self), sock=_udp_socket(host, self.port)
            )
            self._ears.append(transport)

    async def stop(self) -> None:
        """Vanish: hang up on everybody and listen no more."""
        for ear in self._ears:
            ear.close()
        self._ears.clear()
        if self._server:
            self._server.close()
        talks = tuple(self._open.values())
        for writer in self._open:
            writer.transport.abort()
        await asyncio.gather(*talks)
        if self._server:
            await self._server.wait_closed()
            self._server = None

    def heard(self, data: bytes, sender: tuple[str, int]) -> None:
        """Answer a datagram from our own address; what is no request is ignored, as plugs do."""
        request = _parsed(decipher(data))
        if request is None or not self._ears or self.fault is Fault.SILENT:
            return
        plain = json.dumps(self.answers.answer(request)).encode()
        self._ears[0].sendto(_garbage(len(plain)) if self.fault is Fault.GARBAGE else encipher(plain), sender)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one TCP connection until either side hangs up."""
        over = self._open[writer] = asyncio.get_running_loop().create_future()
        self.connections += 1
        try:
            while await self._exchange(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError):
            _log.debug("%s lost a connection", self.address)
        finally:
            del self._open[writer]
            writer.close()
            over.set_result(None)

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
                frame = frame[:LENGTH_BYTES] + _garbage(len(frame) - LENGTH_BYTES)
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
        answer = self.answers.answer(request)
        lie = {Fault.LIES: LIE_W, Fault.NOT_A_NUMBER: "NaN"}.get(self.fault)
        if lie is not None and "get_realtime" in answer.get("emeter", {}):
            answer["emeter"]["get_realtime"] = {"err_code": 0, "power": lie, "voltage": 231.0, "total": 1.0}
        return answer


class _Ear(asyncio.DatagramProtocol):
    """One UDP socket of a plug."""

    def __init__(self, plug: FakePlug) -> None:
        self._plug = plug

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self._plug.heard(data, addr)


def mac_of(address: str) -> str:
    """A locally administered MAC address made from an IPv4 address, so that each plug has its own.

    >>> mac_of("127.77.0.11")
    '02:4B:7F:4D:00:0B'
    """
    return ":".join(["02", "4B", *(f"{int(part):02X}" for part in address.split("."))])


def _udp_socket(host: str, port: int) -> socket.socket:
    """A UDP socket that shares its address with other sockets that allow it too."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        sock.setblocking(False)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock


def _parsed(plain: bytes) -> Json | None:
    """The request, None where the bytes are none."""
    with contextlib.suppress(ValueError, RecursionError):
        request = json.loads(plain)
        if isinstance(request, dict):
            return request
    return None


def _garbage(length: int) -> bytes:
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
