"""What the provider has told us to look at: marks, one per event, holding domain time until attended.

A notice decides nothing, it says where to look (obligation 21 of a VEN). So notices may come twice, late or
in any order, and a flood of them shrinks to one mark per event, or to one full poll.
"""

import asyncio
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime

from drrouter.domain.ids import EventId
from drrouter.ports import Clock

MOST_MARKS = 1000
"""With more events marked than this, one full poll is cheaper."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice; ``event_id`` is None where everything should be looked at anew.

    Attributes:
        deleted: whether the provider says that it took the event back.
    """

    event_id: EventId | None
    deleted: bool = False


class Inbox:
    """Marks by event; the shared domain clock stands while any is unattended."""

    def __init__(self, clock: Clock) -> None:
        """Begin empty."""
        self._clock = clock
        self._marks: dict[EventId | None, bool] = {}
        self._news = asyncio.Event()
        self._hold = ExitStack()

    def mark(self, notice: Notice) -> None:
        """Remember where to look; returns at once."""
        if not self._marks:
            self._hold.enter_context(self._clock.working())
        if len(self._marks) >= MOST_MARKS:
            self._marks = {None: False}
        else:
            self._marks[notice.event_id] = notice.deleted
        self._news.set()

    def nudge(self) -> None:
        """Let whoever waits look again, though nothing was marked."""
        self._news.set()

    async def wait(self, until: datetime | None) -> None:
        """Return when there was news since the last return, at the latest at the instant, if there is one."""
        sleeping = [self._clock.sleep_until(until)] if until is not None else []
        waits = [asyncio.ensure_future(wait) for wait in (*sleeping, self._news.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
        self._news.clear()

    def marked(self) -> tuple[Notice, ...]:
        """Where to look, the oldest first."""
        return tuple(Notice(event_id, deleted) for event_id, deleted in self._marks.items())

    def attended(self, notices: Iterable[Notice]) -> None:
        """These are being looked at, by somebody who holds domain time."""
        for notice in notices:
            self._marks.pop(notice.event_id, None)
        if not self._marks:
            self._hold.close()

    def close(self) -> None:
        """Forget everything and let time go on."""
        self._marks.clear()
        self._news.clear()
        self._hold.close()
