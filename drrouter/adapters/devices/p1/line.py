"""The line of one meter: opened, read, opened again when it was lost; only the newest telegram is kept."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import serial

from drrouter.adapters.devices.p1.cipher import Seal, SealedFraming
from drrouter.adapters.devices.p1.framing import Framing
from drrouter.adapters.devices.p1.settings import P1MeterSettings
from drrouter.adapters.devices.p1.telegram import Reader, Telegram
from drrouter.errors import DeviceSilentError
from drrouter.ports import Clock, Executor

CHUNK = 4096
CONNECTING_S = 10.0  # of real time

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Received:
    """A telegram and when it came.

    Attributes:
        number: counts the telegrams of the line.
        heard_s: the event loop's time, for ages in real time.
    """

    number: int
    telegram: Telegram
    at: datetime
    heard_s: float


class MeterLine:
    """One meter's telegrams; ``listen`` brings them in, whoever reads takes the newest.

    Attributes:
        newest: the last good telegram, None before the first.
    """

    def __init__(
        self,
        settings: P1MeterSettings,
        clock: Clock,
        executor: Executor,
        retry_s: float,
        seal: Seal | None = None,
    ) -> None:
        """Nothing is opened yet; ``seal`` opens telegrams that are sealed."""
        self.settings = settings
        self._clock, self._executor, self._retry_s = clock, executor, retry_s
        self._reader, self._sealed = Reader(settings.dsmr, seal), seal is not None
        self.newest: Received | None = None
        self._came = asyncio.Event()
        self._trouble, self._is_lost = "", False

    @property
    def fresh(self) -> Received | None:
        """The newest telegram, None where it is older than the meter may be silent, or the line was lost."""
        if self._is_lost:
            return None
        age_s = asyncio.get_running_loop().time() - self.newest.heard_s if self.newest else 0.0
        return self.newest if age_s <= self.settings.silent_after_s else None

    async def newer_than(self, number: int) -> Received:
        """Wait for a telegram after that number.

        Raises:
            DeviceSilentError: the meter says nothing, or nothing that can be used, for longer than it may.
        """
        limit_s = self.settings.silent_after_s
        try:
            async with asyncio.timeout(limit_s):
                while (newest := self.fresh) is None or newest.number <= number:
                    await self._came.wait()
        except TimeoutError as error:
            why = f": {self._trouble}" if self._trouble else ""
            raise DeviceSilentError(f"no telegram at {self.settings.where} for {limit_s:g} s{why}") from error
        return newest

    async def listen(self) -> None:
        """Read until cancelled; a line that cannot be opened or was lost is opened again after a while."""
        while True:
            try:
                await self._read_on()
            except (OSError, serial.SerialException) as error:
                self._note(f"it cannot be read ({_short(error)})")
            self._is_lost = True
            await asyncio.sleep(self._retry_s)

    async def _read_on(self) -> None:
        """Open the line and take in what comes until it ends.

        Raises:
            OSError: it cannot be opened, or was lost.
        """
        framing = SealedFraming() if self._sealed else Framing()
        async with self._opened() as stream:
            while data := await self._heard(stream):
                for telegram in framing.taken(data):
                    self._take(telegram)
        self._note("the line was closed at its other end")

    async def _heard(self, stream: asyncio.StreamReader) -> bytes:
        """The next bytes; a line on which nothing comes may be dead at its other end.

        Raises:
            OSError: nothing came for longer than the meter may be silent.
        """
        try:
            async with asyncio.timeout(self.settings.silent_after_s):
                return await stream.read(CHUNK)
        except TimeoutError as error:
            raise TimeoutError("nothing comes") from error

    def _take(self, raw: bytes) -> None:
        """Keep a telegram where it is good."""
        try:
            telegram = self._reader.read(raw)
        except DeviceSilentError as error:
            self._note(str(error))
            return
        number = self.newest.number + 1 if self.newest else 1
        heard_s = asyncio.get_running_loop().time()
        self.newest = Received(number, telegram, self._clock.now(), heard_s)
        if self._trouble:
            _log.info("the P1 meter at %s is heard", self.settings.where)
        self._trouble, self._is_lost = "", False
        self._came.set()
        self._came = asyncio.Event()

    def _note(self, trouble: str) -> None:
        """Say once what is wrong, and keep it for those who wait."""
        if trouble != self._trouble:
            _log.warning("the P1 meter at %s: %s", self.settings.where, trouble)
        self._trouble = trouble

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[asyncio.StreamReader]:
        """The line as a stream, closed at the end."""
        if self.settings.host is not None:
            async with asyncio.timeout(CONNECTING_S):
                reader, writer = await asyncio.open_connection(self.settings.host, self.settings.tcp_port)
            transport: asyncio.BaseTransport = writer.transport
        else:
            reader, transport = await self._serial_stream()
        try:
            yield reader
        finally:
            transport.close()

    async def _serial_stream(self) -> tuple[asyncio.StreamReader, asyncio.BaseTransport]:
        """The serial port, set up by pyserial in a thread, then read by the event loop itself."""
        port = await self._executor.run(_open_port, self.settings)
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, port)
        return reader, transport


def _open_port(settings: P1MeterSettings) -> serial.Serial:
    """The port of a meter, for us alone: 9600 7E1 up to edition 3, 115200 8N1 since.

    Source: DSMR 2.2, 6.1; DSMR 5.0 P1 companion standard, 5.6.
    """
    if settings.dsmr in ("2.2", "3"):
        return serial.Serial(
            settings.port, 9600, serial.SEVENBITS, serial.PARITY_EVEN, timeout=0, exclusive=True
        )
    return serial.Serial(settings.port, 115200, timeout=0, exclusive=True)


def _short(error: Exception) -> str:
    """The system's own words, where it has some."""
    number = getattr(error, "errno", None)
    return os.strerror(number) if number else str(error)[:100]
