"""``ports.Store`` on one SQLite file; blocking work goes through the ``Executor``, one call at a time.

A session of use:

    async with SqliteStore(path, executor, clock) as store:
        await store.commit(Put(Collection.LEVELS, "freezer", KnownLevel(-18.5, now)), Note(entry))
        levels = await store.load(Collection.LEVELS)

The file and what becomes of a damaged one is left to ``database``, the SQL to ``statements``.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self, TypeVar

from drrouter.adapters.store import statements
from drrouter.adapters.store.database import claimed, open_database, set_aside, store_error
from drrouter.adapters.store.migrate import schemas
from drrouter.domain.ids import DeviceId, ProviderId
from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.domain.said import said
from drrouter.domain.signal import OutboxItem
from drrouter.errors import StoreError
from drrouter.ports import Change, Clock, Collection, Executor, Note, OutboxSize

log = logging.getLogger(__name__)

T = TypeVar("T")

_COMMITS_PER_TRIM = 200


class SqliteStore:
    """Durable memory in one file: WAL, ``synchronous=FULL``, one transaction a commit.

    Raises:
        StoreError: from every method, and then nothing of the call was kept.
    """

    def __init__(
        self, path: Path, executor: Executor, clock: Clock, scripts: Sequence[str] | None = None
    ) -> None:
        """Name the file; it is opened by ``async with``.

        Args:
            scripts: the schema's versions, those beside this module where None.
        """
        self._path, self._executor, self._clock = path, executor, clock
        self._scripts = scripts
        self._connection: sqlite3.Connection | None = None
        self._opened = ExitStack()
        self._turn = Lock()  # the executor may use several threads; the connection serves one at a time
        self._reader = statements.Reader()
        self._commits = 0

    async def __aenter__(self) -> Self:
        """Open the file, bring it to the newest schema, and tell of a damaged one that was set aside."""
        damaged = await self._run(self._open_file, self._clock.now())
        if damaged is not None:
            await self._tell_of(damaged)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the file; what was committed is on disk already."""
        await self._executor.run(self._close)

    async def commit(self, *changes: Change) -> None:
        """Apply all the changes or none; they are on disk when this returns."""
        if changes:
            await self._run(self._commit, changes, self._clock.now().isoformat())

    async def load(self, collection: Collection, first: str = "", last: str = "") -> dict[str, Any]:
        """Every value by its key, as the type that was put; of the keys from first to last where named."""
        return await self._run(self._ask, self._reader.load, collection, first, last)

    async def outbox(self, provider: ProviderId, most: int = 100) -> Sequence[OutboxItem]:
        """The oldest undelivered messages to the provider, in order."""
        return await self._run(self._ask, self._reader.waiting, provider, most)

    async def outbox_size(self, provider: ProviderId) -> OutboxSize:
        """How much waits for the provider."""
        return await self._run(self._ask, self._reader.size, provider)

    async def delivered(self, item_ids: Sequence[str]) -> None:
        """Take these out of the outbox; their ids stay known, so that they are not taken in again."""
        await self._run(self._deliver, tuple(item_ids))

    async def journal(self, most: int = 100, device_id: DeviceId | None = None) -> Sequence[JournalEntry]:
        """The newest entries, newest first."""
        return await self._run(self._ask, self._reader.journal, most, device_id)

    async def _run(self, work: Callable[..., T], *args: object) -> T:
        """Off the event loop, while shared simulated time stands still."""
        with self._clock.working():
            return await self._executor.run(work, *args)

    async def _tell_of(self, damaged: Path) -> None:
        """The first thing that a store begun after a damage says."""
        sentence = said("note.new_store", file=damaged.name)
        log.warning("%s", sentence)
        await self.commit(Note(JournalEntry(self._clock.now(), JournalKind.ALARM, sentence)))

    # Below here everything runs where the executor puts it.

    def _open_file(self, now: datetime) -> Path | None:
        """Open the file; return the damaged one that a new file takes the place of."""
        is_new = not self._path.exists()
        scripts = schemas() if self._scripts is None else self._scripts
        with ExitStack() as opening:
            opening.enter_context(claimed(self._path))
            self._connection = open_database(self._path, scripts, now)
            opening.callback(self._connection.close)
            self._opened = opening.pop_all()
        damaged = set_aside(self._path)
        return damaged[-1] if is_new and damaged else None

    def _commit(self, changes: tuple[Change, ...], now: str) -> None:
        rows = [statements.row_of(change, now) for change in changes]
        with self._transaction() as connection:
            for sql, values in rows:
                connection.execute(sql, values)
            if self._commits % _COMMITS_PER_TRIM == 0:
                statements.trim(connection)
        self._commits += 1

    def _deliver(self, item_ids: tuple[str, ...]) -> None:
        with self._transaction() as connection:
            statements.mark_delivered(connection, item_ids)

    def _ask(self, question: Callable[..., T], *args: object) -> T:
        with self._open() as connection:
            return question(connection, *args)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; durable at the end of the block."""
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except sqlite3.Error:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """The connection, for one caller at a time, its errors translated."""
        with self._turn:
            if self._connection is None:
                raise StoreError(f"The store {self._path} is closed.")
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise store_error(self._path, error) from error

    def _close(self) -> None:
        with self._turn:
            self._connection = None
            self._opened.close()
