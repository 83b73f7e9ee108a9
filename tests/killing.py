"""Kills a true router again and again in a burst of events, and compares what its provider was promised with
what its disk holds (R5, A1).

    operator -> VTN -> router -> store        killed by SIGKILL at random instants, started again
       ^         ^        |
       |         '--- receipts                after each kill the disk is read, the router being dead
       '-- deletes an event once it has its receipt, so that nobody but the store can know it

Lost: a receipt that the provider has for a version that the dead router's disk does not know. Doubled: two
receipts, two messages or two journal entries for one version.
"""

import asyncio
import contextlib
import json
import random
import shutil
import sqlite3
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

from drrouter.adapters.openadr3.times import format_instant
from tests.children import CLOCK, SECRET, Child, Children, Operator, pause, until

HOME = """
schema = "drrouter.home/1"
[site]
name = "A home without peace"
time_zone = "Europe/Amsterdam"
[tariff]
id = "generic.nl_dynamic"
[[provider]]
id = "grid"
kind = "openadr3"
role = "network"
url = "{url}"
client_id = "home"
client_secret = "{secret}"
ven_name = "home"
poll_s = 2
[provider.webhook]
[api]
port = 0
"""

MOST_OPEN = 12
STARTING_S = 1.2
WORKING_S = 1.0

Version = tuple[str, str]
"""An event's id and version."""


@dataclass(slots=True)
class Disk:
    """What a router's disk holds.

    Attributes:
        accepted: journal entries for each version taken in.
        cancelled: journal entries for each event cancelled.
        messages: receipts in the outbox, delivered or not, for each version.
        kept: the version of each event in force.
    """

    accepted: Counter[Version] = field(default_factory=Counter)
    cancelled: Counter[str] = field(default_factory=Counter)
    messages: Counter[Version] = field(default_factory=Counter)
    kept: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Tally:
    """What came out, and what was wrong.

    Attributes:
        receipts: versions that the provider has a receipt of.
        starting: kills before the router was ready.
    """

    kills: int = 0
    starting: int = 0
    sent: int = 0
    receipts: int = 0
    took_s: float = 0.0
    lost: set[str] = field(default_factory=set)
    doubled: set[str] = field(default_factory=set)
    orphans: int = 0

    def as_json(self) -> dict[str, Any]:
        """Figures for a bench."""
        return {
            "kills": self.kills,
            "kills_while_starting": self.starting,
            "versions_sent": self.sent,
            "versions_receipted": self.receipts,
            "lost": len(self.lost),
            "doubled": len(self.doubled),
            "orphans": self.orphans,
            "took_s": round(self.took_s, 1),
        }


class Burst:
    """The operator at work: sends, changes, waits for receipts, and takes back what was receipted."""

    def __init__(self, operator: Operator, dice: random.Random) -> None:
        self.operator, self._dice = operator, dice
        self.open: dict[str, str] = {}
        self.receipts: dict[Version, set[str]] = {}
        self.sent = 0
        self.sending = True

    async def work(self) -> None:
        """For ever."""
        while True:
            await self._send()
            await self._look()
            await pause(self._dice.uniform(0, 0.05))

    async def _send(self) -> None:
        if not self.sending or len(self.open) >= MOST_OPEN:
            return
        change = self.open and self._dice.random() < 0.25
        event_id = self._dice.choice(list(self.open)) if change else ""
        period = {"start": format_instant(CLOCK.now()), "duration": "PT5H"}
        event_id = await self.operator.send(self._dice.randint(0, 3), period, event_id)
        row = await self.operator.call("GET", f"/events/{event_id}")
        self.open[event_id] = datetime.fromisoformat(row["modificationDateTime"]).isoformat()
        self.sent += 1

    async def _look(self) -> None:
        """Note the receipts; an event whose newest version has one is deleted."""
        for event_id, version in list(self.open.items()):
            for report, _, told in await self.operator.receipts(event_id):
                self.receipts.setdefault((event_id, told), set()).add(report)
            if (event_id, version) in self.receipts:
                await self.operator.delete(event_id)
                del self.open[event_id]

    async def finish(self, within_s: float = 60) -> None:
        """Send nothing more and wait until everything has its receipt."""
        self.sending = False

        async def all_receipted() -> bool:
            return not self.open

        await until(all_receipted, within_s)


async def kill_often(folder: Path, kills: int, seed: int) -> Tally:
    """Kill the router so often in a burst of events; what came out."""
    dice, tally, began = random.Random(seed), Tally(), monotonic()
    async with Children(folder) as children:
        url = await children.vtn()
        home = HOME.format(url=url, secret=SECRET)
        async with Operator(url) as operator:
            burst = Burst(operator, random.Random(seed + 1))
            working = asyncio.create_task(burst.work())
            for _ in range(kills):
                router = await children.router(home)
                await _live_a_little(router, dice, tally, working)
                receipts = dict(burst.receipts)
                await router.kill()
                tally.kills += 1
                compare(await asyncio.to_thread(read_disk, folder), receipts, tally)
                tally.orphans += not await router.childless()
            router = await children.router(home)
            await burst.finish()
            await _forgotten(folder)
            await router.end()
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
    disk = read_disk(folder)
    compare(disk, burst.receipts, tally)
    tally.lost |= {f"{event_id} is in force for ever" for event_id in disk.kept}
    tally.sent, tally.receipts, tally.took_s = burst.sent, len(burst.receipts), monotonic() - began
    return tally


async def _live_a_little(
    router: Child, dice: random.Random, tally: Tally, working: "asyncio.Task[None]"
) -> None:
    """Wait until a random instant of its start or of its work."""
    if dice.random() < 0.25:
        tally.starting += 1
        waiting = asyncio.create_task(pause(dice.uniform(0, STARTING_S)))
    else:
        await router.ready()
        waiting = asyncio.create_task(pause(dice.uniform(0, WORKING_S)))
    await asyncio.wait({waiting, working}, return_when=asyncio.FIRST_COMPLETED)
    if working.done():
        working.result()


async def _forgotten(folder: Path) -> None:
    """Wait until the router has heard that everything was taken back."""

    async def met() -> bool:
        return not (await asyncio.to_thread(read_disk, folder)).kept

    with contextlib.suppress(TimeoutError):
        await until(met, within_s=60)


def compare(disk: Disk, receipts: dict[Version, set[str]], tally: Tally) -> None:
    """What the provider was promised against what the disk holds."""
    for (event_id, version), reports in receipts.items():
        name = f"{event_id} {version}"
        if not disk.accepted[event_id, version] or not disk.messages[event_id, version]:
            tally.lost.add(f"{name} was receipted and is not on the disk")
        if event_id not in disk.kept and not disk.cancelled[event_id]:
            tally.lost.add(f"{name} was receipted, is not in force and was not cancelled")
        if len(reports) > 1:
            tally.doubled.add(f"{name} has {len(reports)} receipts at the provider")
    for what, counts in (("journal", disk.accepted), ("outbox", disk.messages)):
        for found, count in counts.items():
            if count > 1:
                tally.doubled.add(f"{found} stands {count} times in the {what}")
    tally.doubled |= {
        f"{name} was cancelled {count} times" for name, count in disk.cancelled.items() if count > 1
    }


def read_disk(folder: Path) -> Disk:
    """Read a copy of the store, so that the original stays as the kill left it."""
    disk = Disk()
    with tempfile.TemporaryDirectory() as place:
        for file in folder.glob("drrouter.sqlite3*"):
            with contextlib.suppress(FileNotFoundError):
                shutil.copy(file, place)
        copy = Path(place, "drrouter.sqlite3")
        if copy.exists():
            with contextlib.closing(sqlite3.connect(copy)) as store:
                _read(store, disk)
    return disk


def _read(store: sqlite3.Connection, disk: Disk) -> None:
    (verdict,) = store.execute("PRAGMA quick_check").fetchone()
    assert verdict == "ok"
    if not store.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'journal'").fetchone()[0]:
        return
    for (text,) in store.execute("SELECT json FROM journal"):
        entry = json.loads(text)
        if entry["kind"] == "event_accepted":
            disk.accepted[entry["event_id"], entry["data"]["version"]] += 1
        elif entry["kind"] == "event_cancelled":
            disk.cancelled[entry["event_id"]] += 1
    for (text,) in store.execute("SELECT json FROM outbox"):
        item = json.loads(text)
        if item["kind"] == "receipt":
            disk.messages[item["event_id"], item["event_version"]] += 1
    for (text,) in store.execute("SELECT json FROM documents WHERE collection = 'events'"):
        event = json.loads(text)
        disk.kept[event["id"]] = event["modified_at"]
