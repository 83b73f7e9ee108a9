"""What the store keeps, as JSON and back: one type of value for each collection."""

from typing import Any

from pydantic import JsonValue

from drrouter.adapters.strict_json import decode, encode
from drrouter.domain.ack import AckRecord
from drrouter.domain.device import KnownLevel
from drrouter.domain.event import Event
from drrouter.domain.history import DayRecord
from drrouter.domain.journal import JournalEntry
from drrouter.domain.owner import OwnerWord
from drrouter.domain.plan import Plan
from drrouter.domain.resource import LeafChange
from drrouter.domain.signal import OutboxItem
from drrouter.domain.wish import Commitment, Override, RunningCycle, Wish
from drrouter.errors import MessageError, StoreError, StoreValueError
from drrouter.ports import Collection

TYPES: dict[Collection, Any] = {
    Collection.EVENTS: Event,
    Collection.WISHES: Wish,
    Collection.OVERRIDES: Override,
    Collection.COMMITMENTS: Commitment,
    Collection.RUNNING: RunningCycle,
    Collection.LEVELS: KnownLevel,
    Collection.PLANS: Plan,
    Collection.LEDGER: JsonValue,
    Collection.SETTINGS: JsonValue,
    Collection.ACKS: AckRecord,
    Collection.RESOURCES: JsonValue,
    Collection.RESOURCE_CHANGES: LeafChange,
    Collection.WORDS: OwnerWord,
    Collection.HISTORY: DayRecord,
}
"""The type of the values of each collection; settings and the ledger hold whatever JSON can say."""


def write_value(collection: Collection, value: object) -> str:
    """A value of the collection as JSON.

    Raises:
        StoreValueError: it is not of the collection's type, or holds a number that is not finite.
    """
    return _write(TYPES[collection], value, f"a value of {collection}")


def read_value(collection: Collection, key: str, text: str) -> Any:
    """A value of the collection from JSON.

    Raises:
        StoreError: it was not written by this program.
    """
    return _read(TYPES[collection], text, f"{collection} {key!r}")


def write_item(item: OutboxItem) -> str:
    """A message of the outbox as JSON; raises as ``write_value``."""
    return _write(OutboxItem, item, "a message of the outbox")


def read_item(text: str) -> OutboxItem:
    """A message of the outbox from JSON; raises as ``read_value``."""
    item: OutboxItem = _read(OutboxItem, text, "a message of the outbox")
    return item


def write_entry(entry: JournalEntry) -> str:
    """A journal entry as JSON; raises as ``write_value``."""
    return _write(JournalEntry, entry, "a journal entry")


def read_entry(text: str) -> JournalEntry:
    """A journal entry from JSON; raises as ``read_value``."""
    entry: JournalEntry = _read(JournalEntry, text, "a journal entry")
    return entry


def _write(kind: Any, value: object, what: str) -> str:
    try:
        return encode(kind, value).decode()
    except (ValueError, TypeError, AttributeError) as error:
        problem = " ".join(str(error).split())
        raise StoreValueError(f"The store cannot keep {what}: {problem}.") from error


def _read(kind: Any, text: str, what: str) -> Any:
    try:
        return decode(kind, text, what)
    except MessageError as error:
        raise StoreError(f"The store holds something unreadable: {error.sentence}") from error
