"""Tells every listener what changed; one that is too slow misses the oldest and never stops the rest."""

import asyncio
from collections.abc import AsyncIterator

from drrouter.domain.journal import JournalEntry
from drrouter.router.facade import EVERY_TOPIC, Change, Topic

ROOM = 200
"""How many changes wait for a slow listener."""


class Broadcast:
    """A topic that many may listen to."""

    def __init__(self) -> None:
        """Begin with no listeners."""
        self._queues: dict[asyncio.Queue[Change], frozenset[Topic]] = {}

    def is_heard(self, topic: Topic) -> bool:
        """Whether anybody listens to it; what is costly to tell need not be made for nobody."""
        return any(topic in topics for topics in self._queues.values())

    def tell(self, change: Change) -> None:
        """Give the change to everybody who listens to its topic, without waiting."""
        for queue, topics in self._queues.items():
            if change.topic in topics:
                if queue.full():
                    queue.get_nowait()
                queue.put_nowait(change)

    def noted(self, entry: JournalEntry) -> None:
        """Something was written into the journal."""
        self.tell(Change(Topic.JOURNAL, entry))

    async def listen(self, topics: frozenset[Topic] = EVERY_TOPIC) -> AsyncIterator[Change]:
        """Everything told of these topics from now on."""
        queue: asyncio.Queue[Change] = asyncio.Queue(ROOM)
        self._queues[queue] = topics
        try:
            while True:
                yield await queue.get()
        finally:
            self._queues.pop(queue, None)
