"""A clock for one process that jumps from one awaited instant to the next, as fast as the work allows.

The true parts of the router run on it unchanged; a day passes in the time that its work takes.
It does not replace the event loop: sockets, threads and their time-outs stay real.

    clock = SimulatedClock(datetime(2026, 1, 1, tzinfo=UTC))
    task = asyncio.create_task(something(clock))
    await clock.advance(timedelta(hours=3))     # the three hours happen, every timer in its order

or, where nobody steers, ``SimulatedClock(start, auto=True)`` leaps by itself whenever the process is still.
"""

import asyncio
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from drrouter.adapters.clock.sleepers import Sleepers
from drrouter.adapters.clock.stillness import Stillness
from drrouter.domain.interval import require_utc


class SimulatedClock:
    """Implements ``ports.Clock``; time stands while anybody holds ``working()`` or anything can still run.

    In automatic mode time leaps whenever the process is still: hold ``working()`` around anything real
    that is waited for (a subprocess, a socket to another process), or hours pass meanwhile.
    """

    def __init__(self, start: datetime, *, auto: bool = False) -> None:
        """Begin at the instant (aware UTC)."""
        self._now = require_utc(start)
        self._sleepers = Sleepers()
        self._stillness = Stillness(self._on_still)
        self._auto = auto
        self._settled: list[asyncio.Future[None]] = []

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        return self._now

    async def sleep_until(self, instant: datetime) -> None:
        """Return at the instant; at once when it has passed."""
        if instant <= self._now:
            await asyncio.sleep(0)
            return
        await self._sleepers.wait(instant, self._on_new_sleeper)

    def working(self) -> AbstractContextManager[None]:
        """Time stands still while this is entered."""
        return self._stillness.working()

    async def settle(self) -> None:
        """Return when everything that can happen at this instant has happened."""
        settled = asyncio.get_running_loop().create_future()
        self._settled.append(settled)
        self._stillness.disturb()
        await settled

    async def advance(self, span: timedelta) -> None:
        """Let this much time pass, timer by timer; returns when the last instant has settled."""
        await self.advance_to(self._now + span)

    async def advance_to(self, instant: datetime) -> None:
        """Let time pass until the instant, timer by timer; returns when it has settled."""
        await self.settle()
        while (wake_at := self._sleepers.earliest()) is not None and wake_at <= instant:
            self._move_to(wake_at)
            await self.settle()
        if instant > self._now:
            self._now = instant

    def _on_new_sleeper(self) -> None:
        if self._auto:
            self._stillness.disturb()

    def _on_still(self) -> None:
        settled, self._settled = self._settled, []
        for future in settled:
            if not future.done():
                future.set_result(None)
        wake_at = self._sleepers.earliest()
        if not self._auto or wake_at is None:
            return
        if not settled:
            self._move_to(wake_at)
        self._stillness.disturb()

    def _move_to(self, instant: datetime) -> None:
        self._now = max(self._now, instant)
        self._sleepers.wake(self._now)
