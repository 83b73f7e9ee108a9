"""Tells every subscriber what changed; one that is too slow misses the oldest, and never stops the router."""

from asyncio import Event
from collections import deque
from collections.abc import AsyncIterator
from weakref import WeakSet

from drrouter.router.facade import Change

MOST_WAITING = 256
"""Changes kept for one slow subscriber."""


class _Mailbox:
    """The changes that one subscriber has not read yet."""

    def __init__(self) -> None:
        self.changes: deque[Change] = deque(maxlen=MOST_WAITING)
        self.news = Event()

    def put(self, change: Change) -> None:
        self.changes.append(change)
        self.news.set()


class Broadcast:
    """One writer, any number of readers: ``publish`` returns at once, ``changes`` yields for ever."""

    def __init__(self) -> None:
        """Begin without subscribers."""
        self._mailboxes: WeakSet[_Mailbox] = WeakSet()  # a reader that never read is forgotten too

    @property
    def subscribers(self) -> int:
        """How many listen."""
        return len(self._mailboxes)

    def publish(self, change: Change) -> None:
        """Hand the change to everybody who listens."""
        for mailbox in self._mailboxes:
            mailbox.put(change)

    def changes(self) -> AsyncIterator[Change]:
        """What is published from this call on, for ever; close it, or cancel its reader, to unsubscribe."""
        mailbox = _Mailbox()
        self._mailboxes.add(mailbox)
        return self._read(mailbox)

    async def _read(self, mailbox: _Mailbox) -> AsyncIterator[Change]:
        try:
            while True:
                await mailbox.news.wait()
                mailbox.news.clear()
                while mailbox.changes:
                    yield mailbox.changes.popleft()
        finally:
            self._mailboxes.discard(mailbox)
