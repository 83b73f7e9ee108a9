"""Tells every listener what changed; one that is too slow misses the oldest and never stops the rest."""

import asyncio
from collections.abc import AsyncIterator

from drrouter.domain.journal import JournalEntry
from drrouter.router.facade import Change, Topic

ROOM = 200
"""How many changes wait for a slow listener."""


class Broadcast:
    """A topic that many may listen to."""

    def __init__(self) -> None:
        """Begin with no listeners."""
        self._queues: set[asyncio.Queue[Change]] = set()

    @property
    def is_heard(self) -> bool:
        """Whether anybody listens; what is costly to tell need not be made for nobody."""
        return bool(self._queues)

    def tell(self, change: Change) -> None:
        """Give the change to every listener, without waiting."""
        for queue in self._queues:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(change)

    def noted(self, entry: JournalEntry) -> None:
        """Something was written into the journal."""
        self.tell(Change(Topic.JOURNAL, entry))

    async def listen(self) -> AsyncIterator[Change]:
        """Everything told from now on."""
        queue: asyncio.Queue[Change] = asyncio.Queue(ROOM)
        self._queues.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._queues.discard(queue)
