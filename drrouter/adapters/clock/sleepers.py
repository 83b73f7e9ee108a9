"""Those who wait for an instant of simulated time, woken in the order of their instants."""

import asyncio
import heapq
from collections.abc import Callable
from datetime import datetime

_Entry = tuple[datetime, int, "asyncio.Future[None]"]


class Sleepers:
    """Futures by instant; at one instant, in the order in which they came."""

    def __init__(self) -> None:
        self._heap: list[_Entry] = []
        self._count = 0

    async def wait(self, instant: datetime, on_new: Callable[[], None]) -> None:
        """Wait until the instant is woken; ``on_new`` is called once the sleeper stands in the list."""
        future = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._heap, (instant, self._count, future))
        on_new()
        await future

    def earliest(self) -> datetime | None:
        """The next instant that somebody waits for; those who gave up are forgotten."""
        while self._heap and self._heap[0][2].done():
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def wake(self, now: datetime) -> None:
        """Wake everybody whose instant has come."""
        while self._heap and self._heap[0][0] <= now:
            future = heapq.heappop(self._heap)[2]
            if not future.done():
                future.set_result(None)

    def fail(self, error: Exception) -> None:
        """Wake everybody with the error."""
        heap, self._heap = self._heap, []
        for _, _, future in heap:
            if not future.done():
                future.set_exception(error)
