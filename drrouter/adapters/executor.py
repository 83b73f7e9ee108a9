"""Where blocking work goes: threads in the true program, in line where a run must be exactly repeatable."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from drrouter.ports import Clock

T = TypeVar("T")


class ThreadExecutor:
    """Implements ``ports.Executor`` with a few threads; simulated time stands while one works.

        async with ThreadExecutor(clock) as executor:
            rows = await executor.run(read_rows, path)

    Leaving it waits for the work in progress.
    """

    def __init__(self, clock: Clock, threads: int = 4, name: str = "work") -> None:
        """Use at most so many threads; more work waits its turn."""
        self._clock = clock
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)

    async def __aenter__(self) -> "ThreadExecutor":
        """Threads start with their first work."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Wait for the work in progress; what has not begun is cancelled."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        await asyncio.to_thread(self._pool.shutdown)

    async def run(self, work: Callable[..., T], *args: Any) -> T:
        """Run it in a thread and return its result.

        A cancelled caller leaves the thread to finish alone: nothing can stop it halfway.
        """
        with self._clock.working():
            return await asyncio.get_running_loop().run_in_executor(self._pool, work, *args)


class InlineExecutor:
    """Implements ``ports.Executor`` in the caller's own thread, in the order of the calls."""

    async def run(self, work: Callable[..., T], *args: Any) -> T:
        """Run it at once and return its result."""
        return work(*args)
