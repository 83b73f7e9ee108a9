"""The machine's clock, in UTC: the only place in the program that asks the machine for the time."""

import asyncio
import logging
import time
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta

logger = logging.getLogger(__name__)

PIECE = timedelta(seconds=30)
"""The longest sleep without a look at the clock: how late a sleeper may be after a jump forwards."""

JUMP = timedelta(seconds=5)
"""A change against the machine's steady count that is no drift any more."""


class SystemClock:
    """Implements ``ports.Clock`` on a machine whose clock may be set while we run.

    A sleep is made of pieces, and the clock is read after each. So a jump forwards (time from the
    network after a start without a battery-backed clock) ends a sleep within 30 s, and after a jump
    backwards a sleep lasts until the clock shows its instant again.
    """

    def __init__(self) -> None:
        self._offset = self._wall() - self._steady()

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        now = self._wall()
        offset = now - self._steady()
        if abs(offset - self._offset) > JUMP:
            logger.warning("the machine's clock was set by %s, to %s", offset - self._offset, now)
            self._offset = offset
        return now

    async def sleep_until(self, instant: datetime) -> None:
        """Return at the instant; at once when it has passed."""
        while (rest := instant - self.now()) > timedelta(0):
            await self._pause(min(rest, PIECE).total_seconds())

    def working(self) -> AbstractContextManager[None]:
        """Nothing: real time does not stand still."""
        return nullcontext()

    def _wall(self) -> datetime:
        return datetime.now(UTC)

    def _steady(self) -> datetime:
        """An instant that nobody can set; only its differences mean anything."""
        return datetime.fromtimestamp(0, UTC) + timedelta(seconds=time.monotonic())

    async def _pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
