"""How long the router takes from its start until it answers and plans, with a full store and an empty one.

    process start -> local API answers status -> first plan of this life -> first plan of the solver

Each round starts a router on an empty store and one on a store of a long life, killed and started again and
again; no provider and no device can be reached. The wishes and overrides of the first life, and all that was
put beside them, are there after each start (R5, R6, R8).

BENCH_DIR=build/bench .venv/bin/python -m pytest --timeout=0 tests/bench/test_restart_time.py -s
"""

import asyncio
import json
import os
import statistics
from contextlib import aclosing
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic

from drrouter.adapters.client import DrClient
from drrouter.adapters.executor import ThreadExecutor
from drrouter.adapters.store import SqliteStore
from drrouter.domain.event import Event, Payload, PayloadType
from drrouter.domain.ids import DeviceId, EventId
from drrouter.domain.interval import Interval
from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.domain.plan import Plan, SolveRung
from drrouter.domain.signal import MessageKind
from drrouter.domain.wish import Override, OverrideMode, Wish
from drrouter.ports import Change, Enqueue, Note
from drrouter.router.book import Book
from drrouter.router.facade import WishRequest
from drrouter.router.outbox import message
from drrouter.sim.home_process import free_port
from tests.builders import HOUR, MINUTE, PROGRAM, SP
from tests.children import CLOCK, Child, Children
from tests.home_files import write_home

EVENTS, ENTRIES, WAITING, DELIVERED = 500, 10_000, 200, 5000
MODELS = ("washer", "dishwasher", "ev_charger", "freezer", "hvac_relay") * 2
ROUNDS = 5
GIVE_UP_S = 30.0
STATUS_LIMIT_S, PLAN_LIMIT_S, LIMIT_RATIO = 10.0, 20.0, 3.0

PROVIDER = """
[[provider]]
id = "{provider}"
kind = "openadr3"
role = "network"
url = "http://127.0.0.1:{port}"
client_id = "home"
client_secret = "a secret of a bench"
ven_name = "home"
"""

KINDS = ((PayloadType.PRICE, 0.3), (PayloadType.IMPORT_CAPACITY_LIMIT, 6000.0), (PayloadType.SIMPLE, 1.0))

Asked = dict[DeviceId, tuple[Wish | None, Override | None]]
"""What people want of each device."""


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds from the start of the process.

    Attributes:
        status_s: to the answer of the local API.
        plan_s: to the first plan that was made since, by whatever rung.
        solved_s: to the first one of the solver.
    """

    status_s: float
    plan_s: float
    solved_s: float


async def test_a_full_store_hardly_delays_a_restart_and_nothing_in_it_is_forgotten(tmp_path: Path) -> None:
    empty, full = list[Start](), list[Start]()
    home = _home(tmp_path)
    async with Children(_folder(tmp_path, "full")) as lived:
        asked = await _live(lived, home)
        await _fill(lived.folder / "drrouter.sqlite3", CLOCK.now())
        for number in range(ROUNDS):
            async with Children(_folder(tmp_path, f"empty {number}")) as fresh:
                empty.append(await _measured(fresh, home))
            full.append(await _measured(lived, home, asked))
    result = _told(empty, full)
    assert result["full"]["status_s"] <= STATUS_LIMIT_S
    assert result["full"]["solved_s"] <= PLAN_LIMIT_S
    assert result["ratio"]["status_s"] <= LIMIT_RATIO


def _home(folder: Path) -> str:
    """A home file with ten devices and a provider, none of which can be reached."""
    devices = write_home(folder, free_port(), MODELS, budget_s=10.0).read_text(encoding="utf-8")
    return devices + PROVIDER.format(provider=SP, port=free_port())


def _folder(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir()
    return folder


async def _live(children: Children, home: str) -> Asked:
    """A first life, in which people ask for something of each device; it ends by a kill."""
    router = await children.router(home)
    async with await _client(router) as client:
        now = CLOCK.now()
        for view in await client.devices():
            name = view.profile.id
            if name.startswith(("hvac", "freezer")):
                await client.override(name, OverrideMode.ON, now + 8 * HOUR)
            else:
                level = 5000.0 if name.startswith("ev") else None
                await client.wish(name, WishRequest(now + 20 * HOUR, level=level))
        asked = await _asked(client)
    await router.kill()
    return asked


async def _client(router: Child) -> DrClient:
    """The owner's client, as soon as the router is ready."""
    ready = await router.ready()
    token = await asyncio.to_thread(Path(ready["token_file"]).read_text, "utf-8")
    return DrClient(ready["url"], token.strip())


async def _asked(client: DrClient) -> Asked:
    return {view.profile.id: (view.wish, view.override) for view in await client.devices()}


async def _fill(path: Path, now: datetime) -> None:
    """Put a long life into the store, as the router itself would have."""
    events = [_event(number, now) for number in range(EVENTS)]
    receipts = [
        message(_event(number, now), MessageKind.RECEIPT, CLOCK) for number in range(WAITING + DELIVERED)
    ]
    entry = JournalEntry(now, JournalKind.PLAN, "Plan by optimal on live data because: time has passed.")
    book = Book()
    changes: list[Change] = [book.keep_event(event) for event in events]
    changes += map(Enqueue, receipts)
    changes += [Note(entry)] * ENTRIES
    async with ThreadExecutor(CLOCK) as executor, SqliteStore(path, executor, CLOCK) as store:
        await store.commit(*changes)
        await store.delivered([receipt.id for receipt in receipts[WAITING:]])


def _event(number: int, now: datetime) -> Event:
    """A price, a limit or a shed for a quarter of an hour of the next two days."""
    kind, value = KINDS[number % len(KINDS)]
    start = now + (2 + number % 184) * 15 * MINUTE
    payload = Payload(kind, Interval(start, start + 15 * MINUTE), value)
    return Event(EventId(f"event {number}"), SP, PROGRAM, f"Event {number}", now, (payload,), currency="EUR")


async def _measured(children: Children, home: str, asked: Asked | None = None) -> Start:
    """One start, up to the solver's first plan; where something was asked before, it is still asked."""
    began, started_at = monotonic(), CLOCK.now()
    router = await children.router(home)
    async with await _client(router) as client:
        await client.status()
        status_s = monotonic() - began
        plan_s, solved_s = await _planned(client, began, started_at)
        if asked is not None:
            assert await _asked(client) == asked
            assert len(await client.events()) == EVENTS
            assert len(await client.journal(most=1000)) == 1000
    await router.kill()
    return Start(status_s, plan_s, solved_s)


async def _planned(client: DrClient, began: float, started_at: datetime) -> tuple[float, float]:
    """Seconds until there is a plan that was made since the start, and one of the solver."""
    plan_s = 0.0
    async with aclosing(client.changes()) as changes, asyncio.timeout(GIVE_UP_S):
        async for change in changes:
            plan = change.payload
            if isinstance(plan, Plan) and plan.made_at >= started_at:
                plan_s = plan_s or monotonic() - began
                if plan.solve_rung is not SolveRung.GREEDY:
                    return plan_s, monotonic() - began
    raise AssertionError("the stream ended before the solver planned")


def _told(empty: list[Start], full: list[Start]) -> dict[str, dict[str, float]]:
    """Medians of both, and how much longer a full store takes."""
    medians = {"empty": _medians(empty), "full": _medians(full)}
    medians["ratio"] = {name: took / medians["empty"][name] for name, took in medians["full"].items()}
    medians["full_worst"] = {name: max(asdict(one)[name] for one in full) for name in medians["full"]}
    kept = {"events": EVENTS, "journal": ENTRIES, "waiting": WAITING, "delivered": DELIVERED}
    result = {kind: {name: round(value, 2) for name, value in each.items()} for kind, each in medians.items()}
    print(json.dumps(result))
    if folder := os.environ.get("BENCH_DIR"):
        text = json.dumps({"rounds": ROUNDS, "devices": len(MODELS), "kept": kept, **result}) + "\n"
        (Path(folder) / "restart.json").write_text(text, encoding="utf-8")
    return result


def _medians(starts: list[Start]) -> dict[str, float]:
    tables = [asdict(start) for start in starts]
    return {name: statistics.median(table[name] for table in tables) for name in tables[0]}
