"""The store's SQL: each change and question is one step on a connection; transactions are the caller's."""

import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import Any, TypeVar

from drrouter.adapters.store.codec import (
    read_entry,
    read_item,
    read_value,
    write_entry,
    write_item,
    write_value,
)
from drrouter.domain.journal import JournalEntry
from drrouter.domain.signal import OutboxItem
from drrouter.errors import StoreError
from drrouter.ports import Change, Collection, Enqueue, Forget, Note, OutboxSize, Put, Remove

log = logging.getLogger(__name__)

T = TypeVar("T")

MOST_JOURNAL = 50_000
"""Journal entries kept; older ones go."""

MOST_DELIVERED = 10_000
"""Ids of delivered messages kept for each provider, so that a replayed event is not answered twice."""

MOST_DOCUMENTS = {Collection.PLANS: 500, Collection.HISTORY: 800}
"""Collections that grow by themselves keep the newest so many."""

Row = tuple[str, tuple[object, ...]]


def row_of(change: Change, now: str) -> Row:
    """The statement for a change, with the values already written as JSON.

    Raises:
        StoreError: the value cannot be kept.
    """
    match change:
        case Put(collection, key, value):
            return (
                "INSERT INTO documents (collection, key, json, changed_at) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (collection, key) DO UPDATE "
                "SET json = excluded.json, changed_at = excluded.changed_at",
                (collection.value, key, write_value(collection, value), now),
            )
        case Remove(collection, key):
            return "DELETE FROM documents WHERE collection = ? AND key = ?", (collection.value, key)
        case Enqueue(item):
            return (
                "INSERT INTO outbox (id, provider, json) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING",
                (item.id, item.provider, write_item(item)),
            )
        case Forget(provider):
            return "DELETE FROM outbox WHERE provider = ?", (provider,)
        case Note(entry):
            return (
                "INSERT INTO journal (at, device_id, json) VALUES (?, ?, ?)",
                (entry.at.isoformat(), entry.device_id, write_entry(entry)),
            )


def trim(connection: sqlite3.Connection) -> None:
    """Let what is older than the bounds go."""
    connection.execute(
        "DELETE FROM journal WHERE number <= (SELECT max(number) FROM journal) - ?", (MOST_JOURNAL,)
    )
    for (provider,) in connection.execute("SELECT DISTINCT provider FROM outbox").fetchall():
        connection.execute(
            "DELETE FROM outbox WHERE delivered = 1 AND provider = ?1 AND number <= "
            "(SELECT number FROM outbox WHERE delivered = 1 AND provider = ?1 "
            "ORDER BY number DESC LIMIT 1 OFFSET ?2)",
            (provider, MOST_DELIVERED),
        )
    for collection, most in MOST_DOCUMENTS.items():
        connection.execute(
            "DELETE FROM documents WHERE collection = ?1 AND key NOT IN (SELECT key FROM documents "
            "WHERE collection = ?1 ORDER BY changed_at DESC, key DESC LIMIT ?2)",
            (collection.value, most),
        )


def mark_delivered(connection: sqlite3.Connection, item_ids: Sequence[str]) -> None:
    """Take messages out of the outbox; unknown ids change nothing."""
    rows = [(item_id,) for item_id in item_ids]
    connection.executemany("UPDATE outbox SET delivered = 1 WHERE id = ?", rows)


class Reader:
    """Answers questions; what cannot be read is told once, left in the file, and passed over."""

    def __init__(self) -> None:
        """Nothing unreadable has been met yet."""
        self._told: set[str] = set()

    def load(
        self,
        connection: sqlite3.Connection,
        collection: Collection,
        first: str = "",
        last: str = "",
    ) -> dict[str, Any]:
        """Every value of a collection by its key, or those whose keys lie between two."""
        rows = connection.execute(
            "SELECT key, json FROM documents WHERE collection = ?1 "
            "AND (?3 = '' OR key BETWEEN ?2 AND ?3) ORDER BY key",
            (collection.value, first, last),
        )
        return dict(self._readable(rows, lambda key, text: (key, read_value(collection, key, text))))

    def waiting(self, connection: sqlite3.Connection, provider: str, most: int) -> list[OutboxItem]:
        """The oldest undelivered messages to a provider, in order."""
        rows = connection.execute(
            "SELECT id, json FROM outbox WHERE delivered = 0 AND provider = ? ORDER BY number", (provider,)
        )
        return self._first(most, rows, lambda _, text: read_item(text))

    def size(self, connection: sqlite3.Connection, provider: str) -> OutboxSize:
        """How much waits for a provider."""
        row = connection.execute(
            "SELECT count(*), ifnull(sum(length(CAST(json AS BLOB))), 0) FROM outbox "
            "WHERE delivered = 0 AND provider = ?",
            (provider,),
        ).fetchone()
        return OutboxSize(*row)

    def journal(self, connection: sqlite3.Connection, most: int, device_id: str | None) -> list[JournalEntry]:
        """The newest entries, newest first."""
        rows = connection.execute(
            "SELECT number, json FROM journal WHERE ?1 IS NULL OR device_id = ?1 ORDER BY number DESC",
            (device_id,),
        )
        return self._first(most, rows, lambda _, text: read_entry(text))

    def _first(self, most: int, rows: sqlite3.Cursor, read: Callable[[str, str], T]) -> list[T]:
        """So many that can be read: those that cannot take nobody's place. No further row is looked at."""
        with closing(rows):
            return list(islice(self._readable(rows, read), most))

    def _readable(self, rows: Iterable[tuple[str, str]], read: Callable[[str, str], T]) -> Iterator[T]:
        for key, text in rows:
            try:
                yield read(key, text)
            except StoreError as error:
                if error.sentence not in self._told:
                    self._told.add(error.sentence)
                    log.error("%s It stays in the file and is passed over.", error.sentence)
