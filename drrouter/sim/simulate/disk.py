"""Remembers what reached the disk, independently of the router, so that a referee can count it later."""

from collections import Counter
from datetime import datetime

from drrouter.domain.event import Event
from drrouter.domain.ids import EventId, ProviderId
from drrouter.domain.signal import OutboxItem
from drrouter.ports import Change, Clock, Collection, Enqueue, Put


class Disk:
    """What has been committed.

    Attributes:
        enqueued: messages to providers, waiting or delivered, by id, with the instant of their commit.
        versions: how often each version of an event was taken in.
        commits: how many there were.
    """

    def __init__(self, clock: Clock) -> None:
        """Nothing yet."""
        self._clock = clock
        self.enqueued: dict[str, tuple[datetime, OutboxItem]] = {}
        self.versions: Counter[tuple[ProviderId, EventId, str]] = Counter()
        self.commits = 0

    def committed(self, changes: tuple[Change, ...]) -> None:
        """These are on the disk."""
        self.commits += 1
        for change in changes:
            match change:
                case Enqueue(item):
                    self.enqueued.setdefault(item.id, (self._clock.now(), item))
                case Put(Collection.EVENTS, _, Event() as event):
                    self.versions[event.provider, event.id, event.version] += 1
