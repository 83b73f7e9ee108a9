"""What the provider has told us to look at: marks, one per event, holding domain time until attended.

A notice decides nothing, it says where to look (obligation 21 of a VEN). So notices may come twice, late or
in any order, and a flood of them shrinks to one mark per event, or to one full poll.
"""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
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
            self._marks[None] = False
        else:
            self._marks[notice.event_id] = notice.deleted
        self._news.set()

    async def wait(self, until: datetime) -> None:
        """Return when there is a mark, at the latest at the instant."""
        if self._marks:
            return
        sleeper = asyncio.ensure_future(self._clock.sleep_until(until))
        news = asyncio.ensure_future(self._news.wait())
        try:
            await asyncio.wait((sleeper, news), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeper.cancel()
            news.cancel()
            await asyncio.gather(sleeper, news, return_exceptions=True)

    @contextmanager
    def attended(self) -> Iterator[Notice | None]:
        """The oldest notice, or None where it was the time that came; domain time stands until this is left.

        A notice that asks for a full poll covers all the others.
        """
        if None in self._marks:
            self._marks = {None: False}
        event_id = next(iter(self._marks), None)
        notice = Notice(event_id, self._marks.pop(event_id)) if self._marks else None
        with self._clock.working():
            if not self._marks:
                self._news.clear()
                self._hold.close()
            yield notice

    def close(self) -> None:
        """Forget everything and let time go on."""
        self._marks.clear()
        self._news.clear()
        self._hold.close()
