"""Repeats idempotent jobs at the round instants of a clock (why not a scheduling library: docs/adr)."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from drrouter.domain.interval import floor_to
from drrouter.ports import Clock


class ClockTimetable:
    """Implements ``ports.Timetable`` on any ``Clock``.

        step 15 min   :00         :15         :30         :45
        job            |===|       |==============|        |==|
                                                  `- :30 is skipped: the job of :15 was still running

    A loop that waits for the next round instant can neither pile up nor fire twice on an autumn night.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def every(self, step: timedelta, job: Callable[[], Awaitable[None]]) -> None:
        """Run the job at every multiple of step (UTC) for ever; a slow job skips, never piles up.

        What the job raises ends the repetition; a supervisor starts it again.

        Raises:
            ValueError: the step is not positive.
        """
        if step <= timedelta(0):
            raise ValueError("a timetable needs a step above 0")
        while True:
            await self._clock.sleep_until(floor_to(self._clock.now(), step) + step)
            await job()
