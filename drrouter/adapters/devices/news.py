"""Lets readers of a device wait until something is new of it, or until an instant of the domain's clock."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from drrouter.ports import Clock


class News:
    """A count that grows, and readers that wait for it.

    A reader remembers the count at which it looked. What is told while it looks elsewhere is not lost to it.

    Attributes:
        count: how often something was new.
    """

    def __init__(self) -> None:
        """Begin with nothing told."""
        self.count = 0
        self._told = asyncio.Event()
        self._followers: set[Callable[[], None]] = set()

    def follow(self, tell: Callable[[], None]) -> None:
        """Let somebody be told, too, until ``leave``."""
        self._followers.add(tell)

    def leave(self, tell: Callable[[], None]) -> None:
        """Tell them no more."""
        self._followers.discard(tell)

    def tell(self) -> None:
        """Something is new."""
        self.count += 1
        self._told.set()
        self._told = asyncio.Event()
        for tell in tuple(self._followers):
            tell()

    async def since(self, count: int) -> None:
        """Return once something was told after that count."""
        while self.count == count:
            await self._told.wait()

    async def since_or_until(self, count: int, clock: Clock, instant: datetime) -> None:
        """Return once something was told after that count, or at the instant."""
        told = asyncio.ensure_future(self.since(count))
        passed = asyncio.ensure_future(clock.sleep_until(instant))
        try:
            await asyncio.wait({told, passed}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (told, passed):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task


class Alarm:
    """Tells at an instant at the latest; one task for many waits, so that setting it again costs nothing."""

    def __init__(self, clock: Clock, tell: Callable[[], None]) -> None:
        """Nothing is set."""
        self._clock, self._tell = clock, tell
        self._due: datetime | None = None
        self._task: asyncio.Task[None] | None = None

    def set(self, instant: datetime) -> None:
        """Tell at this instant; one that is set for earlier goes off then, and who was told looks again."""
        if (
            self._task is not None
            and not self._task.done()
            and self._due is not None
            and self._due <= instant
        ):
            return
        self.stop()
        self._due = instant
        self._task = asyncio.create_task(self._sleep(instant), name="alarm")

    def stop(self) -> None:
        """Tell nobody."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _sleep(self, instant: datetime) -> None:
        await self._clock.sleep_until(instant)
        self._tell()
