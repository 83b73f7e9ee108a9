"""How much memory the router and its planner's child hold after thousands of events and plans (R7: bounded).

    operator --PUT--> VTN --notice--> true router (a process) --problem--> planner (its child)
                                         |
    bench <----stream of its journal-----'          VmRSS, VmHWM from /proc

Each round changes every open event but one, which is taken back and sent anew. Growth counts from the end
of a warm-up, in which caches and libraries fill.

BENCH_DIR=build/bench .venv/bin/python -m pytest --timeout=0 tests/bench/test_memory.py -s
"""

import asyncio
import json
import os
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict, dataclass
from pathlib import Path

from drrouter.adapters.client import DrClient
from drrouter.adapters.openadr3.times import format_instant
from drrouter.domain.ids import DeviceId
from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.domain.plan import SolveRung
from drrouter.router.facade import Change, WishRequest
from drrouter.sim.home_process import free_port
from tests.builders import HOUR
from tests.children import CLOCK, SECRET, Child, Children, Operator
from tests.home_files import write_home

OPEN, WARM_UP, VERSIONS, EVERY = 20, 1000, 3000, 500
MOST_GROWTH_MB, MOST_MB, LEAST_SOLVED = 4.0, 250.0, 10
"""In a storm of orders safe plans are made by hand; the solver is heard between its gusts."""
MODELS = ("washer", "dishwasher", "ev_charger", "freezer", "hvac_relay")
WAIT_S = 150.0
"""Longer than a poll: the first notices may come before the subscription."""
KB = 1024

PROVIDER = """
[[provider]]
id = "grid"
kind = "openadr3"
role = "network"
url = "{url}"
client_id = "home"
client_secret = "{secret}"
ven_name = "home"
poll_s = 60
[provider.webhook]
"""


@dataclass(frozen=True, slots=True)
class Sample:
    """Memory, in MB, after so many versions and plans: resident now, and at its most."""

    versions: int
    plans: int
    router_mb: float
    router_peak_mb: float
    planner_mb: float
    planner_peak_mb: float


class Rounds:
    """Open events that are sent, changed and taken back; knows what the router's journal told of them."""

    def __init__(self, operator: Operator, changes: AsyncGenerator[Change]) -> None:
        self._operator, self._changes = operator, changes
        self._open: list[str] = []
        self.told = Counter[JournalKind]()

    async def play_to(self, versions: int) -> None:
        """Rounds until the router has taken in so many versions."""
        while self.told[JournalKind.EVENT_ACCEPTED] < versions:
            await self._play()

    async def _play(self) -> None:
        """One version of each open event, the oldest sent anew; returns once the router noted them all."""
        accepted = self.told[JournalKind.EVENT_ACCEPTED]
        if self._open:
            await self._operator.delete(self._open.pop(0))
        names = self._open + [""] * (OPEN - len(self._open))
        period = {"start": format_instant(CLOCK.now() + HOUR), "duration": "PT5H"}
        level = 1 + accepted // OPEN % 3
        sent = (self._operator.send(level, period, name) for name in names)
        self._open = list(await asyncio.gather(*sent))
        async with asyncio.timeout(WAIT_S):
            while self.told[JournalKind.EVENT_ACCEPTED] < accepted + OPEN:
                change = await anext(self._changes)
                if isinstance(change.payload, JournalEntry):
                    self.told[change.payload.kind] += 1


async def test_memory_does_not_grow_with_the_events_and_plans_that_were(tmp_path: Path) -> None:
    async with Children(tmp_path) as children:
        url = await children.vtn()
        home = write_home(tmp_path, free_port(), MODELS).read_text(encoding="utf-8")
        router = await children.router(home + PROVIDER.format(url=url, secret=SECRET))
        async with await _client(router) as client, Operator(url) as operator:
            await client.wish(DeviceId("washer_1"), WishRequest(CLOCK.now() + 20 * HOUR))
            await client.wish(DeviceId("ev_charger_3"), WishRequest(CLOCK.now() + 20 * HOUR, level=5000.0))
            async with aclosing(client.changes()) as changes:
                samples = await _sampled(Rounds(operator, changes), router)
            solved = (await client.ledger()).solve_rungs.get(SolveRung.OPTIMAL, 0)
    growth = _growth(samples)
    _tell(samples, growth, solved)
    assert solved >= LEAST_SOLVED
    assert max(growth.values()) <= MOST_GROWTH_MB
    assert samples[-1].router_peak_mb <= MOST_MB
    assert samples[-1].planner_peak_mb <= MOST_MB


async def _client(router: Child) -> DrClient:
    """The owner's client, as soon as the router is ready."""
    ready = await router.ready()
    token = await asyncio.to_thread(Path(ready["token_file"]).read_text, "utf-8")
    return DrClient(ready["url"], token.strip())


async def _sampled(rounds: Rounds, router: Child) -> list[Sample]:
    """Memory at the start and after each so many versions."""
    await rounds.play_to(OPEN)  # the planner's process is there by then
    samples = [_sample(router, rounds.told)]
    for versions in range(EVERY, VERSIONS + EVERY, EVERY):
        await rounds.play_to(versions)
        samples.append(_sample(router, rounds.told))
    return samples


def _sample(router: Child, told: Counter[JournalKind]) -> Sample:
    """Memory of the router and of its planner: the one process of its family that it did not start itself.

    A fork server starts the planner, so that the planner's parent is neither the router nor the bench.
    """
    own = router.process.pid
    (planner,) = (one for one in router.family() if one != own and _status(one)["PPid"] != own)
    figures = [round(_status(one)[key] / KB, 1) for one in (own, planner) for key in ("VmRSS", "VmHWM")]
    return Sample(told[JournalKind.EVENT_ACCEPTED], told[JournalKind.PLAN], *figures)


def _status(process: int) -> dict[str, int]:
    """The numbers of /proc/PID/status; sizes in kB."""
    lines = (line.split() for line in Path(f"/proc/{process}/status").read_text().splitlines())
    return {words[0].rstrip(":"): int(words[1]) for words in lines if len(words) > 1 and words[1].isdecimal()}


def _growth(samples: list[Sample]) -> dict[str, float]:
    """MB for each thousand versions, from the end of the warm-up on."""
    warm, last = next(one for one in samples if one.versions >= WARM_UP), samples[-1]
    thousands = (last.versions - warm.versions) / 1000
    return {
        "router": round((last.router_mb - warm.router_mb) / thousands, 2),
        "planner": round((last.planner_mb - warm.planner_mb) / thousands, 2),
    }


def _tell(samples: list[Sample], growth: dict[str, float], solved: int) -> None:
    result = {
        "devices": len(MODELS),
        "plans_of_the_solver": solved,
        "growth_mb_per_thousand_versions": growth,
        "samples": [asdict(sample) for sample in samples],
    }
    print(json.dumps(result))
    if folder := os.environ.get("BENCH_DIR"):
        (Path(folder) / "memory.json").write_text(json.dumps(result) + "\n", encoding="utf-8")
