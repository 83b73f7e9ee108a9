"""An event loop in which waiting takes no time, and the clock that reads it; one process, no threads.

    run(main(VirtualClock(start)))

Where a usual loop sleeps until its next timer, this one sets its time to it. Every timer of the program
runs on it (``asyncio.timeout`` too), so a run depends on nothing but its input. docs/clock.md says when to
take ``SimulatedClock`` instead.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import Any, TypeVar

from drrouter.domain.interval import require_utc

T = TypeVar("T")

RESOLUTION_S = 1e-6
"""Timers this near fire together. With the usual 1e-9, t + 1e-9 == t from 2**24 s on, and the loop hangs."""


class StandstillError(RuntimeError):
    """Everybody waits and nobody has a timer: simulated time cannot go on."""


class _Leap(selectors.SelectSelector):
    """Registers what it is given and waits for none of it: time is set to the next timer instead."""

    loop: "VirtualLoop | None" = None

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Let the time until the next timer pass at once."""
        if self.loop is not None and timeout != 0:
            self.loop.leap()
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop whose time stands while anything can run, and leaps to the next timer when nothing can.

    Interpretation: it looks at the heap of timers that every loop of the standard library keeps
    (``_scheduled``), so as to land on the very float that a timer was set to.
    """

    def __init__(self) -> None:
        """Begin at 0 s."""
        self._virtual_s = 0.0
        leap = _Leap()
        super().__init__(leap)
        self._clock_resolution = RESOLUTION_S
        leap.loop = self

    def time(self) -> float:
        """Seconds since the loop was made, virtual."""
        return self._virtual_s

    def leap(self) -> None:
        """Set the time to the next timer.

        Raises:
            StandstillError: there is none.
        """
        timers: list[asyncio.TimerHandle] = getattr(self, "_scheduled", [])
        if not timers:
            raise StandstillError("nothing can run and nobody waits for a time; the simulation stands still")
        self._virtual_s = max(self._virtual_s, timers[0].when())


class VirtualClock:
    """Implements ``ports.Clock`` on the running virtual loop."""

    def __init__(self, start: datetime) -> None:
        """The instant at which the loop begins, aware UTC."""
        self._start = self._now = require_utc(start)
        self._now_s = 0.0

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        seconds = asyncio.get_running_loop().time()
        if seconds != self._now_s:
            self._now_s, self._now = seconds, self._start + timedelta(seconds=seconds)
        return self._now

    async def sleep_until(self, instant: datetime) -> None:
        """Return at the instant; at once when it has passed."""
        loop = asyncio.get_running_loop()
        when = (instant - self._start).total_seconds()
        if when <= loop.time():
            await asyncio.sleep(0)
            return
        future = loop.create_future()
        timer = loop.call_at(when, _wake, future)
        try:
            await future
        finally:
            timer.cancel()

    def working(self) -> AbstractContextManager[None]:
        """Nothing real is waited for, so time cannot pass meanwhile."""
        return nullcontext()


def _wake(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run to its end in virtual time.

    Raises:
        StandstillError: everybody waits for ever.
    """
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
