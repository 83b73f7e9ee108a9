"""A fake meter at the home's connection: tells what the home draws, and fails on demand.

meter = FakeSerialMeter(folder / "ttyUSB0", lambda: (300.0, 0.0, -1200.0), now=clock.now)
async with meter:
    meter.send()                  # one telegram now
    meter.fault = Fault.HALF      # the next ones break off in the middle
"""

import asyncio
import contextlib
import hashlib
import os
import tty
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Self

from drrouter.domain.interval import floor_to
from drrouter.sim.wire.listener import Listener
from drrouter.sim.wire.p1.telegram import Counts, dsmr5, is_day, sealed

SECOND = timedelta(seconds=1)
LIE_KW = "987.654"  # no connection of a home carries that

Lines = tuple[float, float, float]


class Fault(Enum):
    """How a meter or its cable may misbehave."""

    NONE = "none"
    SILENT = "says nothing"
    WRONG_CRC = "a bit was turned over on the way"
    HALF = "breaks off in the middle of a telegram"
    GARBAGE = "sends bytes that mean nothing"
    ENDLESS = "begins a telegram and never ends it"
    LIES = "states an impossible power, with a right checksum"
    NOT_A_NUMBER = "states a power that is no number, with a right checksum"


class FakeMeter(ABC):
    """A meter of edition 5.0; an async context manager that plugs its cable in and out."""

    def __init__(
        self,
        lines_w: Callable[[], Lines],
        *,
        now: Callable[[], datetime],
        sleep_until: Callable[[datetime], Awaitable[None]] | None = None,
        every: timedelta = SECOND,
        serial: str = "E0043007052870318",
        sealed: Callable[[bytes], bytes] = bytes,
    ) -> None:
        """Build it; nothing is opened yet.

        Args:
            lines_w: what L1, L2 and L3 draw now, in W; negative gives.
            now: the time that the meter believes it is.
            sleep_until: waits for an instant of that time; without it, telegrams come at ``send`` alone.
            every: the time between two telegrams.
            serial: the equipment identifier.
            sealed: what becomes of a telegram before it leaves the meter (``Sealing`` makes such a function).
        """
        self.serial, self.fault, self._sealed = serial, Fault.NONE, sealed
        self._lines_w, self._now, self._sleep_until, self._every = lines_w, now, sleep_until, every
        self._counted_at, self._drawn_w = now(), sum(lines_w())
        self._taken_wh, self._given_wh = [0.0, 0.0], [0.0, 0.0]
        self._talking: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Plug it in."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Pull it out."""
        await self.stop()

    async def start(self) -> None:
        """Plug the cable in; the registers go on from where they were."""
        await self._open()
        if self._sleep_until:
            self._talking = asyncio.create_task(self._talk(self._sleep_until))

    async def stop(self) -> None:
        """Pull the cable out."""
        if self._talking:
            self._talking.cancel()
            await asyncio.gather(self._talking, return_exceptions=True)
            self._talking = None
        await self._close()

    def send(self) -> None:
        """Write one telegram, or what the fault makes of it."""
        telegram = dsmr5(self.serial, self._now(), self._lines_w(), self.counts())
        self._write(_spoilt(self._sealed(_untrue(telegram, self.fault)), self.fault))

    def counts(self) -> Counts:
        """The registers now; between two looks the home is taken to have drawn what it drew at the first."""
        now = self._now()
        energy_wh = self._drawn_w * (now - self._counted_at).total_seconds() / 3600
        register = self._taken_wh if energy_wh >= 0 else self._given_wh
        register[is_day(now)] += abs(energy_wh)
        self._counted_at, self._drawn_w = now, sum(self._lines_w())
        taken, given = self._taken_wh, self._given_wh
        return Counts((taken[0], taken[1]), (given[0], given[1]), gas_m3=1234.567, water_m3=89.012)

    async def _talk(self, sleep_until: Callable[[datetime], Awaitable[None]]) -> None:
        while True:
            await sleep_until(floor_to(self._now(), self._every) + self._every)
            self.send()

    @abstractmethod
    async def _open(self) -> None: ...

    @abstractmethod
    async def _close(self) -> None: ...

    @abstractmethod
    def _write(self, data: bytes) -> None: ...


class FakeSerialMeter(FakeMeter):
    """A meter whose cable is a pseudo terminal, found under a name of its own as /dev/ttyUSB0 is."""

    def __init__(self, port: Path, lines_w: Callable[[], Lines], **more: object) -> None:
        """``port`` becomes a link to the terminal while it is plugged in; the rest is as for FakeMeter."""
        super().__init__(lines_w, **more)  # type: ignore[arg-type]  # the keywords are those of FakeMeter
        self.port = port
        self._ends: tuple[int, ...] = ()

    async def _open(self) -> None:
        master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        self._ends = (master, slave)
        self.port.unlink(missing_ok=True)
        self.port.symlink_to(os.ttyname(slave))

    async def _close(self) -> None:
        self.port.unlink(missing_ok=True)
        for end in self._ends:
            os.close(end)
        self._ends = ()

    def _write(self, data: bytes) -> None:
        """As on a true line, what nobody reads is lost."""
        with contextlib.suppress(BlockingIOError):
            for master in self._ends[:1]:
                os.write(master, data)


class FakeTcpMeter(FakeMeter):
    """A meter behind a gateway that passes its telegrams on to whoever connects."""

    def __init__(
        self, lines_w: Callable[[], Lines], *, host: str = "127.0.0.1", port: int = 0, **more: object
    ) -> None:
        """``port`` 0 takes a free one and keeps it; the rest is as for FakeMeter."""
        super().__init__(lines_w, **more)  # type: ignore[arg-type]  # the keywords are those of FakeMeter
        self.host = host
        self._listener = Listener(self._talk_to, host, port)
        self.connected = asyncio.Event()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._listener.port

    async def _open(self) -> None:
        await self._listener.start()

    async def _talk_to(self, reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        self.connected.set()
        await reader.read()

    async def _close(self) -> None:
        self.connected.clear()
        await self._listener.stop()

    def _write(self, data: bytes) -> None:
        for writer in self._listener.writers:
            writer.write(data)


def _spoilt(telegram: bytes, fault: Fault) -> bytes:
    """What the fault leaves of a telegram."""
    match fault:
        case Fault.SILENT:
            return b""
        case Fault.HALF:
            return telegram[: len(telegram) // 2]
        case Fault.GARBAGE:
            return hashlib.sha512(telegram).digest() * 20
        case Fault.ENDLESS:
            return telegram[: len(telegram) // 2] + b"1-0:1.7.0(" * 2000
    return telegram


def _untrue(telegram: bytes, fault: Fault) -> bytes:
    """What the fault makes of a telegram inside the meter."""
    match fault:
        case Fault.WRONG_CRC:
            return telegram.replace(b"1-3:0.2.8(50)", b"1-3:0.2.8(51)")
        case Fault.LIES | Fault.NOT_A_NUMBER:
            return _with_power(telegram, LIE_KW if fault is Fault.LIES else "NaN")
    return telegram


def _with_power(telegram: bytes, value: str) -> bytes:
    """The telegram with another total power and a checksum that is right again."""
    text = telegram[: telegram.rindex(b"!")].decode("latin-1")
    before, _, after = text.partition("1-0:1.7.0(")
    return sealed(f"{before}1-0:1.7.0({value}*kW){after.partition(')')[2]}")
