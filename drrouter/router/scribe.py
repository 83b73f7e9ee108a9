"""Commits changes in the order in which they were made, so that no order ever waits for the disk.

Where a commit fails an alarm stands in the log, nothing that depends on it is acknowledged, and it is
tried again until it succeeds.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta

from drrouter.domain.journal import JournalEntry
from drrouter.errors import StoreError, StoreValueError
from drrouter.ports import Change, Clock, Note, Store

log = logging.getLogger(__name__)

RETRY = timedelta(seconds=5)
"""How long after a failed commit the next one is tried."""

Then = Callable[[], None]


class Scribe:
    """Owns the writing side of the store; run it as one supervised task."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        noted: Callable[[JournalEntry], None],
        witness: Callable[[Sequence[Change]], Sequence[Change]] = lambda _: (),
    ) -> None:
        """Own nothing yet.

        Args:
            store: where everything goes.
            clock: for retries.
            noted: told every journal entry once it is durable.
            witness: says what else is to be kept in the same transaction.
        """
        self._witness = witness
        self._store, self._clock, self._noted = store, clock, noted
        self._waiting: deque[tuple[tuple[Change, ...], Then | None]] = deque()
        self._news = asyncio.Event()
        self._failing = False

    @property
    def behind(self) -> int:
        """How many commits wait."""
        return len(self._waiting)

    def keep(self, *changes: Change, then: Then | None = None) -> None:
        """Commit these soon, as one transaction; ``then`` is called once they are durable."""
        self._waiting.append(((*changes, *self._witness(changes)), then))
        self._news.set()

    async def kept(self, *changes: Change) -> None:
        """Commit these and return once they, and all before them, are durable.

        Waits while the store fails; a caller who cannot wait sets a time limit.
        """
        done = asyncio.get_running_loop().create_future()
        self.keep(*changes, then=lambda: None if done.done() else done.set_result(None))
        await done

    async def run(self) -> None:
        """Commit for ever."""
        self._news.set()  # an earlier run may have failed with changes at hand
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                if not await self._commit_oldest():
                    await self._clock.sleep_until(self._clock.now() + RETRY)

    async def drain(self) -> None:
        """Commit what waits, once, before an orderly end."""
        while self._waiting and await self._commit_oldest():
            pass

    async def _commit_oldest(self) -> bool:
        """Commit one set of changes; whether the store took them."""
        changes, then = self._waiting[0]
        try:
            await self._store.commit(*changes)
        except StoreValueError as error:
            log.error("this can never be kept and is given up: %s", error.sentence)
            self._waiting.popleft()
            return True
        except StoreError as error:
            if not self._failing:
                log.error("the store fails; %d commits wait unacknowledged: %s", self.behind, error.sentence)
            self._failing = True
            return False
        self._took_it()
        self._waiting.popleft()
        for change in changes:
            if isinstance(change, Note):
                self._noted(change.entry)
        if then:
            then()
        return True

    def _took_it(self) -> None:
        """Say once that the store works again."""
        if self._failing:
            log.warning("the store works again; %d commits were waiting", self.behind)
        self._failing = False
