"""A bell that wakes everybody who waits for news at this moment."""

import asyncio


class Bell:
    """Rung without waiting, heard by all who wait."""

    def __init__(self) -> None:
        """Silent at first."""
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Wake everybody who waits."""
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self) -> None:
        """Return at the next ring."""
        await self._event.wait()
