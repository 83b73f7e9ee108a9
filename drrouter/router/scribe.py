"""Commits changes in the order in which they were made, so that no order ever waits for the disk.

    waiting    a  b c d e  f          each a set of changes that belong together
    commits    a | b c d e | f        what came while the disk was at work goes in one transaction

A disk takes its time for each transaction; a hundred sets one by one would keep a receipt waiting.
Where a commit fails an alarm stands in the log, nothing that depends on it is acknowledged, and it is
tried again until it succeeds.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import islice

from drrouter.domain.journal import JournalEntry
from drrouter.errors import StoreError, StoreValueError
from drrouter.ports import Change, Clock, Note, Store

log = logging.getLogger(__name__)

MOST_AT_ONCE = 500
"""Sets of changes in one transaction."""

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
        self._durable: deque[tuple[tuple[Change, ...], Then | None]] = deque()
        self._failing = False
        self._singly = 0

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
        self._tell()
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                if not await self._commit_some():
                    await self._clock.sleep_until(self._clock.now() + RETRY)

    async def drain(self) -> None:
        """Commit what waits, once, before an orderly end."""
        while self._waiting and await self._commit_some():
            pass

    async def _commit_some(self) -> bool:
        """Commit the oldest sets of changes, as one transaction; whether the store took them."""
        sets = list(islice(self._waiting, 1 if self._singly else MOST_AT_ONCE))
        try:
            await self._store.commit(*(change for changes, _ in sets for change in changes))
        except StoreValueError as error:
            self._set_apart(len(sets), error)
            return True
        except StoreError as error:
            if not self._failing:
                log.error("the store fails; %d commits wait unacknowledged: %s", self.behind, error.sentence)
            self._failing = True
            return False
        self._took_it()
        for _ in sets:
            self._durable.append(self._taken())
        self._tell()
        return True

    def _tell(self) -> None:
        """Tell what is durable, each once; whoever fails to hear it keeps nobody else from hearing."""
        while self._durable:
            changes, then = self._durable.popleft()
            for change in changes:
                if isinstance(change, Note):
                    self._noted(change.entry)
            if then:
                then()

    def _set_apart(self, sets: int, error: StoreValueError) -> None:
        """Find the one of several that can never be kept, one by one, and give it up."""
        if sets > 1:
            self._singly = sets
            return
        log.error("this can never be kept and is given up: %s", error.sentence)
        self._taken()

    def _taken(self) -> tuple[tuple[Change, ...], Then | None]:
        """The oldest, which is dealt with."""
        self._singly = max(0, self._singly - 1)
        return self._waiting.popleft()

    def _took_it(self) -> None:
        """Say once that the store works again."""
        if self._failing:
            log.warning("the store works again; %d commits were waiting", self.behind)
        self._failing = False
