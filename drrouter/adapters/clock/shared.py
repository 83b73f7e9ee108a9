"""A clock shared between processes: the participant's side of the clock server (docs/clock.md).

async with SharedClock.connect("clock://127.0.0.1:40123", "router") as clock:
    with clock.working():
        ...  # open everything; time stands meanwhile
    await clock.sleep_until(tomorrow)
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from datetime import datetime

from drrouter.adapters.clock.sleepers import Sleepers
from drrouter.adapters.clock.stillness import Stillness
from drrouter.adapters.clock.wire import (
    LineProtocol,
    Message,
    address_of,
    from_microseconds,
    to_microseconds,
    whole,
)
from drrouter.errors import DaemonUnreachableError, MessageError

logger = logging.getLogger(__name__)

JOIN_TIMEOUT_S = 10.0


class SharedClock:
    """Implements ``ports.Clock`` on the time of a clock server; never goes back.

    While this process is busy the server's time stands. Losing the server is final: everybody who
    sleeps is woken by ``DaemonUnreachableError``, and ``on_lost`` is called.
    """

    def __init__(self, url: str, name: str, on_lost: Callable[[], None] = lambda: None) -> None:
        """Prepare a participant of that name; ``connect`` is the way to a working one."""
        self._url, self._name, self._on_lost = url, name, on_lost
        self._link = _Link(self)
        self._sleepers = Sleepers()
        self._stillness = Stillness(self._report_settled, self._report_busy)
        self._joined: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._now: datetime | None = None
        self._step = 0
        self._reported = False
        self._lost = False

    @classmethod
    @asynccontextmanager
    async def connect(
        cls, url: str, name: str, on_lost: Callable[[], None] = lambda: None
    ) -> AsyncIterator["SharedClock"]:
        """Join the clock at the URL under this name, and leave it at the end.

        Raises:
            InputError: the URL is not of the form ``clock://HOST:PORT``.
            DaemonUnreachableError: no clock answers there, or it refuses the name.
        """
        clock = cls(url, name, on_lost)
        await clock._join()
        try:
            yield clock
        finally:
            clock._lost = True
            clock._link.close()

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        assert self._now is not None, "connect() first"  # noqa: S101 -- a caller's error
        return self._now

    async def sleep_until(self, instant: datetime) -> None:
        """Return at the instant; at once when it has passed.

        Raises:
            DaemonUnreachableError: the clock server has gone.
        """
        if self._lost:
            raise self._gone()
        if instant <= self.now():
            await asyncio.sleep(0)
            return
        await self._sleepers.wait(instant, self._stillness.disturb)

    def working(self) -> AbstractContextManager[None]:
        """The shared time stands still while this is entered."""
        return self._stillness.working()

    def told(self, now: datetime, step: int, woken: bool) -> None:
        """The server says what time it is, and whether this is an instant that we wait for."""
        self._now = now if self._now is None else max(now, self._now)
        if not self._joined.done():
            self._joined.set_result(None)
        if woken:
            self._step, self._reported = step, False
            self._sleepers.wake(self._now)
            self._stillness.disturb()

    def refused(self, sentence: str) -> None:
        """The server does not let us in."""
        if not self._joined.done():
            self._joined.set_exception(DaemonUnreachableError(f"The clock at {self._url} says: {sentence}."))

    def lost(self) -> None:
        """The server has gone."""
        self.refused("nothing, and hangs up")
        if not self._lost:
            self._lost = True
            self._sleepers.fail(self._gone())
            self._on_lost()

    async def _join(self) -> None:
        host, port = address_of(self._url)
        try:
            async with asyncio.timeout(JOIN_TIMEOUT_S):
                await asyncio.get_running_loop().create_connection(lambda: self._link, host, port)
                self._link.send({"join": self._name})
                await self._joined
        except (OSError, TimeoutError) as error:
            raise DaemonUnreachableError(f"No clock answers at {self._url}.") from error

    def _report_settled(self) -> None:
        wake = self._sleepers.earliest()
        self._reported = True
        self._link.send({"settled": self._step, "wake": to_microseconds(wake) if wake else None})

    def _report_busy(self) -> None:
        if self._reported:
            self._reported = False
            self._link.send({"busy": self._step})

    def _gone(self) -> DaemonUnreachableError:
        return DaemonUnreachableError(f"The clock at {self._url} has gone.")


class _Link(LineProtocol):
    """The connection of one participant."""

    def __init__(self, clock: SharedClock) -> None:
        super().__init__()
        self._clock = clock

    def received(self, message: Message) -> None:
        """The time, or a refusal."""
        if isinstance(sentence := message.get("refused"), str):
            self._clock.refused(sentence)
            return
        now = from_microseconds(whole(message, "now"))
        self._clock.told(now, whole(message, "step"), message.get("woken") is True)

    def garbled(self, error: MessageError) -> None:
        """What does not speak our language is no clock."""
        logger.error("%s", error.sentence)
        self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """There is no way back."""
        self._clock.lost()
