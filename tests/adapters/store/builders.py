"""Values to keep, each in one line, and the simplest executors."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.store import SqliteStore
from drrouter.domain.event import Event, Payload, PayloadType
from drrouter.domain.ids import DeviceId, EventId, ProgramId, ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.domain.signal import MessageKind, OutboxItem

T = TypeVar("T")

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
SP = ProviderId("grid")


class Inline:
    """Runs the work at once, on the event loop."""

    async def run(self, work: Callable[..., T], *args: Any) -> T:
        return work(*args)


class Threads:
    """Runs the work in a thread of asyncio's pool."""

    async def run(self, work: Callable[..., T], *args: Any) -> T:
        return await asyncio.to_thread(work, *args)


def store_at(path: Path, scripts: tuple[str, ...] | None = None) -> SqliteStore:
    return SqliteStore(path, Inline(), SimulatedClock(NOON), scripts)


def an_event(name: str = "e1", value: float = 0.25) -> Event:
    hour = Interval(NOON, NOON + timedelta(hours=1))
    payload = Payload(PayloadType.PRICE, hour, value)
    return Event(
        EventId(name), SP, ProgramId("prices"), "Prices", NOON, (payload,), priority=1, currency="EUR"
    )


def an_item(name: str = "r1", provider: ProviderId = SP) -> OutboxItem:
    kind, event_id = MessageKind.RECEIPT, EventId("e1")
    return OutboxItem(name, provider, kind, event_id, "v1", ProgramId("prices"), NOON, payloads={"ok": 1.0})


def an_entry(sentence: str = "Something happened.", device: str | None = None) -> JournalEntry:
    return JournalEntry(NOON, JournalKind.PLAN, sentence, DeviceId(device) if device else None)
