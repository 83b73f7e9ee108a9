"""Lets readers of a device wait until something is new of it, or until an instant of the domain's clock."""

import asyncio
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

    def tell(self) -> None:
        """Something is new."""
        self.count += 1
        self._told.set()
        self._told = asyncio.Event()

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
