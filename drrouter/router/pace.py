"""When the router looks again: at once when something is new, at every edge, else now and then."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from drrouter.ports import Clock
from drrouter.router.one_breath import OneBreath
from drrouter.router.waiting import news_or


class Pace:
    """Paces one loop: ``begin``, do the work, ``rest`` until there is more.

    Changes of orders that come in one breath have their effect together.
    """

    def __init__(self, clock: Clock, period: timedelta, act: Callable[[], None]) -> None:
        """Wire it up.

        Args:
            clock: the time.
            period: how long to rest at most while something is under way.
            act: lets every change of orders so far have its effect.
        """
        self._clock, self._period = clock, period
        self._news = asyncio.Event()
        self._stirred, self._began_at = False, clock.now()
        self._breath = OneBreath(act, self._news.set)

    def stir(self) -> None:
        """Something is new of a device: look again soon; more news changes nothing about that."""
        if not self._stirred:
            self._stirred = True
            self._news.set()

    def follow_clock(self) -> None:
        """Begin a round at once where the clock was set back: the edge waited for is far too late."""
        if self._clock.now() < self._began_at:
            self._news.set()

    def changed(self) -> None:
        """An order changed."""
        self._breath.changed()

    def looked(self) -> None:
        """Somebody looked between two rounds, so the next edge may be another one."""
        self._news.set()

    def begin(self) -> None:
        """A round begins."""
        self._stirred, self._began_at = False, self._clock.now()
        self._breath.settle()

    async def rest(self, edge: Callable[[], tuple[datetime, bool]]) -> None:
        """Wait until something begins or ends; what comes meanwhile may begin sooner.

        Args:
            edge: tells when to look at the latest, and whether something is under way.
        """
        due = self._due(*edge())
        while self._clock.now() < due:
            self._news.clear()
            await news_or(self._clock, due, self._news)
            due = min(due, self._due(*edge()))

    def _due(self, edge: datetime, busy: bool) -> datetime:
        now = self._clock.now()
        if self._breath.owes or now < self._began_at:
            return now
        return min(edge, self._began_at + self._period) if busy or self._stirred else edge


async def every(clock: Clock, step: timedelta, act: Callable[[], None]) -> None:
    """Act at every whole multiple of the step since midnight, for ever."""
    while True:
        now = clock.now()
        epoch = now.replace(hour=0, minute=0, second=0, microsecond=0)
        await clock.sleep_until(epoch + ((now - epoch) // step + 1) * step)
        act()
