"""How many events a second the true router takes in durably, and how long each waits for its receipt (A1).

    burst -> intake -> scribe -> SQLite (synchronous=FULL) -> outbox
      '------------ arrival to durable receipt ----------------'

Beside each burst stand as many bare commits of one event's rows on the same disk: the ratio says what the
router costs above the disk, whichever disk it is.

BENCH_DIR=build/bench .venv/bin/python -m pytest --timeout=0 tests/bench/test_event_throughput.py -s
"""

import asyncio
import json
import os
import sqlite3
import statistics
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import perf_counter

from drrouter.adapters.clock import SystemClock
from drrouter.adapters.executor import ThreadExecutor
from drrouter.adapters.solver_child import SolverChild
from drrouter.adapters.store import SqliteStore
from drrouter.app import build_router
from drrouter.config import load_home
from drrouter.domain.event import Event, Payload, PayloadType
from drrouter.domain.ids import EventId
from drrouter.domain.interval import Interval
from drrouter.domain.signal import EventReceived
from drrouter.ports import Change, Enqueue
from drrouter.sim.home_process import free_port
from drrouter.supervise import Supervisor
from tests.builders import MINUTE, PROGRAM, SP
from tests.children import pause
from tests.fakes import FakeProvider
from tests.home_files import write_home

BURSTS = (100, 1000, 5000)
MODELS = ("washer", "dishwasher", "ev_charger", "freezer", "hvac_relay")
QUARTERS = 2 * 96
STORE = "drrouter.sqlite3"
GIVE_UP_S = 90.0
CLOCK = SystemClock()

MOST_RATIO, LEAST_PER_SECOND = 25.0, 50.0
MOST_BLOCKED_MS = 2.0
"""For each event of a burst: what is done for every one of them may not look at all the others."""

KINDS = ((PayloadType.PRICE, 0.3), (PayloadType.IMPORT_CAPACITY_LIMIT, 6000.0), (PayloadType.SIMPLE, 1.0))

SCHEMA = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "CREATE TABLE texts (number INTEGER PRIMARY KEY, json TEXT NOT NULL)",
)


class TimedStore(SqliteStore):
    """The true store, which notes when the receipt of each event was on the disk."""

    def __init__(self, path: Path, executor: ThreadExecutor, clock: SystemClock) -> None:
        super().__init__(path, executor, clock)
        self.durable_at: dict[EventId, float] = {}
        self.awaited, self.complete = 1, asyncio.Event()

    async def commit(self, *changes: Change) -> None:
        await super().commit(*changes)
        now = perf_counter()
        for change in changes:
            if isinstance(change, Enqueue):
                self.durable_at.setdefault(change.item.event_id, now)
        if len(self.durable_at) >= self.awaited:
            self.complete.set()


@dataclass(frozen=True, slots=True)
class Burst:
    """What became of one burst.

    Attributes:
        router_s: from the first arrival to the last durable receipt.
        disk_s: as many bare commits, each with the same rows.
        each_ms: from the arrival to the durable receipt, of each event.
        blocked_ms: the longest that the event loop was kept from anything else.
    """

    size: int
    router_s: float
    disk_s: float
    each_ms: Sequence[float]
    blocked_ms: float

    @property
    def ratio(self) -> float:
        """How much longer than the bare disk the router takes."""
        return self.router_s / self.disk_s

    def as_json(self) -> dict[str, float]:
        cuts = statistics.quantiles(self.each_ms, n=100)
        return {
            "events": self.size,
            "per_second": round(self.size / self.router_s),
            "p50_ms": round(cuts[49], 1),
            "p99_ms": round(cuts[98], 1),
            "loop_blocked_ms": round(self.blocked_ms, 1),
            "bare_commits_per_second": round(self.size / self.disk_s),
            "ratio_to_bare_commits": round(self.ratio, 2),
        }


async def test_bursts_are_taken_in_durably_at_the_pace_of_the_disk(tmp_path: Path) -> None:
    bursts = [await _measured(_folder(tmp_path, size), size) for size in BURSTS]
    _tell(bursts)
    largest = bursts[-1]
    assert all(burst.ratio <= MOST_RATIO for burst in bursts)
    assert min(burst.size / burst.router_s for burst in bursts) >= LEAST_PER_SECOND
    assert largest.blocked_ms / largest.size <= MOST_BLOCKED_MS


def _folder(parent: Path, size: int) -> Path:
    folder = parent / str(size)
    folder.mkdir()
    return folder


async def _measured(folder: Path, size: int) -> Burst:
    """One burst into a fresh router; then every event and receipt is looked for on the disk."""
    async with _router(folder) as (provider, store):
        events = [_event(number, CLOCK.now()) for number in range(size)]
        blocked = asyncio.create_task(_longest_turn(store.complete))
        await asyncio.sleep(0)
        store.awaited, began = size, perf_counter()
        provider.says(*map(EventReceived, events))
        async with asyncio.timeout(GIVE_UP_S):
            await store.complete.wait()
        blocked_ms = await blocked
    rows = _rows(folder / STORE)
    assert len(rows) == size
    each_ms = [1000 * (at - began) for at in store.durable_at.values()]
    disk_s = await asyncio.to_thread(_bare, folder / "bare.sqlite3", rows)
    return Burst(size, max(each_ms) / 1000, disk_s, each_ms, blocked_ms)


@asynccontextmanager
async def _router(folder: Path) -> AsyncIterator[tuple[FakeProvider, TimedStore]]:
    """The true router with its planner's process and its store on the disk; the provider is in memory."""
    home, provider = load_home(write_home(folder, free_port(), MODELS)), FakeProvider()
    async with (
        ThreadExecutor(CLOCK) as executor,
        TimedStore(folder / STORE, executor, CLOCK) as store,
        SolverChild(CLOCK) as solver,
    ):
        router = await build_router(home, CLOCK, store, solver, [provider])
        async with Supervisor(CLOCK) as supervisor:
            for name, work in router.tasks():
                supervisor.start(name, work)
            yield provider, store
            assert not [health.error for health in supervisor.health().values() if health.error]


async def _longest_turn(until: asyncio.Event) -> float:
    """The longest time, in ms, that the event loop did not come round, up to an event."""
    longest, last = 0.0, perf_counter()
    while not until.is_set():
        await pause(0.001)  # the loop's own timer is what is measured
        longest, last = max(longest, perf_counter() - last), perf_counter()
    return 1000 * longest


def _event(number: int, now: datetime) -> Event:
    """A price, a limit or a shed for a quarter of an hour of the next two days."""
    kind, value = KINDS[number % len(KINDS)]
    start = now + (number % QUARTERS) * 15 * MINUTE
    payload = Payload(kind, Interval(start, start + 15 * MINUTE), value)
    return Event(EventId(f"event {number}"), SP, PROGRAM, f"Event {number}", now, (payload,), currency="EUR")


def _rows(path: Path) -> list[tuple[str, str, str]]:
    """The event, the receipt and the journal entry of each event, as they lie on the disk."""
    with closing(sqlite3.connect(path)) as store:
        events = store.execute("SELECT json FROM documents WHERE collection = 'events' ORDER BY key")
        kept = {json.loads(text)["id"]: text for (text,) in events}
        receipts = _by_event(store, "outbox", "receipt")
        entries = _by_event(store, "journal", "event_accepted")
    assert kept.keys() == receipts.keys() == entries.keys()
    return [(kept[name], receipts[name], entries[name]) for name in kept]


def _by_event(store: sqlite3.Connection, table: str, kind: str) -> dict[str, str]:
    """The rows of one kind, by the event that they are about."""
    values = [(json.loads(text), text) for (text,) in store.execute(f"SELECT json FROM {table}")]
    return {value["event_id"]: text for value, text in values if value["kind"] == kind}


def _bare(path: Path, rows: list[tuple[str, str, str]]) -> float:
    """Seconds for one plain durable commit for each event, with the same texts and nothing else."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in SCHEMA:
            connection.execute(statement)
        began = perf_counter()
        for texts in rows:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO texts (json) VALUES (?)", [(text,) for text in texts])
            connection.execute("COMMIT")
        return perf_counter() - began


def _tell(bursts: Sequence[Burst]) -> None:
    result = {"devices": len(MODELS), "bursts": [burst.as_json() for burst in bursts]}
    print(json.dumps(result))
    if folder := os.environ.get("BENCH_DIR"):
        (Path(folder) / "event_throughput.json").write_text(json.dumps(result) + "\n", encoding="utf-8")
