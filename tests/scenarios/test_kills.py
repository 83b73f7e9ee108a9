"""The true router is killed and started again: promises stand, and what goes on goes on (R5, R8, A1)."""

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from drrouter.adapters.client import DrClient
from drrouter.adapters.openadr3.times import format_instant
from tests.children import CLOCK, SECRET, Children, Operator, until
from tests.killing import HOME, kill_often
from tests.plugged_home import DISHWASHER, HVAC, MODELS, WASHER, client_of, plugged_in, settle_in

pytestmark = pytest.mark.timeout(180)


async def test_ten_kills_in_a_burst_of_events_lose_and_double_nothing(tmp_path: Path) -> None:
    """The long version is ``tests/bench/test_kills.py``."""
    tally = await kill_often(tmp_path, kills=10, seed=1)
    assert (tally.lost, tally.doubled, tally.orphans) == (set(), set(), 0)
    assert tally.receipts >= 10


async def test_promise_override_cycle_and_plan_go_on_after_a_kill(tmp_path: Path) -> None:
    async with plugged_in() as (loads, devices), Children(tmp_path) as children:
        url = await children.vtn()
        home = HOME.format(url=url, secret=SECRET) + devices
        async with Operator(url):
            router = await children.router(home)
            async with await client_of(router) as client:
                await settle_in(client)
                before = {view.profile.id: view for view in await client.devices()}
            assert {name: load.on for name, load in loads.items()} == {
                WASHER: True,
                DISHWASHER: False,
                HVAC: False,
            }
            switched = {name: load.switched for name, load in loads.items()}
            await router.kill()
            killed = CLOCK.now()
            router = await children.router(home)
            async with await client_of(router) as client:
                assert (
                    await client.status()
                ).plan_made_at is not None  # of the last plan, before any new one
                after = {view.profile.id: view for view in await client.devices()}
                for name in MODELS:
                    assert after[name].commitment == before[name].commitment
                    assert after[name].override == before[name].override
                    assert after[name].state.running == before[name].state.running
                assert after[DISHWASHER].commitment is not None
                assert after[WASHER].state.running is not None
                await until(lambda: _replanned(client, killed))
                plan, kept = await client.plan(), after[DISHWASHER].commitment
                assert plan is not None
                assert kept is not None
                assert [cycle.start for cycle in plan.cycles if cycle.device_id == DISHWASHER] == [kept.start]
            assert {name: load.switched for name, load in loads.items()} == switched


async def _replanned(client: DrClient, last: datetime) -> bool:
    plan = await client.plan()
    return plan is not None and plan.made_at > last


async def test_a_restart_draws_no_new_start(tmp_path: Path) -> None:
    """16: the seed is kept on the disk; a router with another disk draws another start."""
    async with Children(tmp_path) as children:
        url = await children.vtn()
        home = HOME.format(url=url, secret=SECRET)
        async with Operator(url) as operator:
            start = CLOCK.now().replace(microsecond=0) + timedelta(days=3)
            await operator.send(
                1, {"start": format_instant(start), "duration": "PT1H", "randomizeStart": "P1D"}
            )
            first, again = [await _start_of_the_event(children, home) for _ in range(2)]
            assert abs(first - start) <= timedelta(days=1)
            assert again == first
            await asyncio.to_thread(_forget, tmp_path)
            assert await _start_of_the_event(children, home) != first


def _forget(folder: Path) -> None:
    for file in folder.glob("drrouter.sqlite3*"):
        file.unlink()


async def _start_of_the_event(children: Children, home: str) -> datetime:
    """As a router knows it that is started and killed."""
    router = await children.router(home)
    async with await client_of(router) as client:
        await until(lambda: _has_events(client))
        (view,) = await client.events()
    await router.kill()
    return view.event.payloads[0].interval.start


async def _has_events(client: DrClient) -> bool:
    return bool(await client.events())


def test_the_bench_of_kills_tells_what_it_found() -> None:
    """So that a figure that is missing is missed here, not after the long run."""
    from tests.killing import Disk, Tally, compare

    tally = Tally()
    disk = Disk()
    disk.accepted["e", "1"] = disk.messages["e", "1"] = 2
    compare(disk, {("e", "1"): {"r1", "r2"}, ("f", "1"): {"r3"}}, tally)
    assert json.loads(json.dumps(tally.as_json()))["lost"] == len(tally.lost) == 3
    assert len(tally.doubled) == 3
