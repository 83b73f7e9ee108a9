"""A bell that wakes everybody who waits for news at this moment."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Bell:
    """Rung without waiting, heard by all who wait."""

    def __init__(self) -> None:
        """Silent at first."""
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Wake everybody who waits."""
        self._event.set()
        self._event = asyncio.Event()

    def wait(self) -> Coroutine[Any, Any, Any]:
        """Until the next ring after this call, even where it is awaited later."""
        return self._event.wait()
