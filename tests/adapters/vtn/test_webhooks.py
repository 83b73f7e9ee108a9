"""Notices reach who subscribed, at once and in order, and nobody waits for anybody."""

import asyncio
import time
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.vtn import courier
from tests.adapters.vtn.world import (
    BL,
    HOME,
    NOW,
    OTHER,
    Client,
    Webhook,
    World,
    listening,
    running,
)

SIX_TRIES = 1 + len(courier.DELAYS)


def _operations(url: str, **fields: Any) -> dict[str, Any]:
    operation = {"objects": ["EVENT"], "operations": ["CREATE"], "callbackUrl": url, **fields}
    return {"clientName": "c", "objectOperations": [operation]}


async def test_an_event_is_told_when_it_is_made_changed_and_deleted(
    home: Client, bl: Client, hook: Webhook
) -> None:
    await home.subscribe(hook)
    event = await bl.event(await bl.program())
    assert await hook.next() == {"objectType": "EVENT", "operation": "CREATE", "object": event}
    changed = (await bl.ask("PUT", f"/events/{event['id']}", {**event, "priority": 1})).body
    assert await hook.next() == {"objectType": "EVENT", "operation": "UPDATE", "object": changed}
    await bl.ask("DELETE", f"/events/{event['id']}")
    assert await hook.next() == {"objectType": "EVENT", "operation": "DELETE", "object": changed}
    assert set(hook.authorizations) == {f"Bearer {hook.token}"}


async def test_all_kinds_of_objects_are_told(home: Client, bl: Client, hook: Webhook) -> None:
    await bl.subscribe(hook, "PROGRAM", "EVENT", "REPORT", "VEN", "RESOURCE", "SUBSCRIPTION")
    assert (await hook.next())["objectType"] == "SUBSCRIPTION"
    program = await bl.program()
    event = await bl.event(program)
    ven = await home.enrol("home-1")
    await home.make("/resources", objectType="VEN_RESOURCE_REQUEST", resourceName="ev")
    await home.make("/reports", eventID=event["id"], clientName="home-1", resources=[])
    await bl.ask("DELETE", f"/vens/{ven['id']}")
    told = [await hook.next() for _ in range(7)]
    assert [(notice["objectType"], notice["operation"]) for notice in told] == [
        ("PROGRAM", "CREATE"),
        ("EVENT", "CREATE"),
        ("VEN", "CREATE"),
        ("RESOURCE", "CREATE"),
        ("REPORT", "CREATE"),
        ("RESOURCE", "DELETE"),
        ("VEN", "DELETE"),
    ]


async def test_a_subscriber_is_told_only_what_it_asked_for(home: Client, bl: Client, hook: Webhook) -> None:
    mine, not_mine = await bl.program("mine"), await bl.program("not mine")
    operation = {"objects": ["EVENT"], "operations": ["DELETE"], "callbackUrl": hook.url}
    await home.make(
        "/subscriptions", clientName="c", programID=mine["id"], objectOperations=[operation, operation]
    )
    foreign, wanted = await bl.event(not_mine), await bl.event(mine)
    for event in (foreign, wanted):
        await bl.ask("DELETE", f"/events/{event['id']}")
    for _ in range(2):
        assert (await hook.next())["object"]["id"] == wanted["id"]
    assert hook.notices.empty()


async def test_a_subscription_for_a_program_tells_of_its_reports_too(
    home: Client, bl: Client, hook: Webhook
) -> None:
    mine, not_mine = await bl.program("mine"), await bl.program("not mine")
    await bl.subscribe(hook, "REPORT", "PROGRAM", "VEN", programID=mine["id"])
    for program in (not_mine, mine):
        event = await bl.event(program)
        await home.make("/reports", eventID=event["id"], clientName=program["programName"], resources=[])
    await bl.ask("DELETE", f"/programs/{not_mine['id']}")
    await home.enrol("home-1")
    assert (await hook.next())["object"]["clientName"] == "mine"
    assert (await hook.next())["objectType"] == "VEN"


async def test_a_home_is_not_told_of_what_it_may_not_see(
    vtn: World, home: Client, other: Client, bl: Client, hook: Webhook
) -> None:
    ven = await home.enrol("home-1")
    grant = {"objectType": "BL_VEN_REQUEST", "clientID": "home", "venName": "home-1", "targets": ["north"]}
    await bl.ask("PUT", f"/vens/{ven['id']}", grant)
    await home.subscribe(hook, "EVENT", "VEN")
    program = await bl.program()
    event = await bl.event(program, targets=["south"])
    await other.enrol("home-2")
    path = f"/events/{event['id']}"
    await bl.ask("PUT", path, {**event, "targets": ["south", "north"]})
    begins = await hook.next()
    assert (begins["operation"], begins["object"]["targets"]) == ("CREATE", ["north"])
    await bl.ask("PUT", path, {**event, "targets": ["south"]})
    ends = await hook.next()
    assert (ends["operation"], ends["object"]["targets"]) == ("DELETE", ["north"])
    await bl.ask("DELETE", path)
    await bl.event(program)
    assert (await hook.next())["object"]["programID"] == program["id"]
    assert hook.notices.empty()


async def test_targets_of_a_subscription_filter_its_notices(home: Client, bl: Client, hook: Webhook) -> None:
    ven = await home.enrol("home-1")
    grant = {"objectType": "BL_VEN_REQUEST", "clientID": "home", "venName": "home-1", "targets": ["a", "b"]}
    await bl.ask("PUT", f"/vens/{ven['id']}", grant)
    await home.subscribe(hook, targets=["a", "c"])
    program = await bl.program()
    for targets in (["b"], ["c"], None, ["a", "b"]):
        await bl.event(program, targets=targets)
    assert (await hook.next())["object"]["targets"] == ["a"]
    assert hook.notices.empty()


async def test_a_subscriber_that_hangs_delays_nobody(home: Client, other: Client, bl: Client) -> None:
    async with listening(Webhook(gate=asyncio.Event())) as stuck, listening() as quick:
        await home.subscribe(stuck)
        await other.subscribe(quick)
        program = await bl.program()
        for number in range(5):
            started = time.monotonic()
            await bl.event(program, priority=number)
            assert (await quick.next())["object"]["priority"] == number
            assert time.monotonic() - started < 1
        assert stuck.notices.qsize() == 1
        assert stuck.gate is not None
        stuck.gate.set()
        told = [(await stuck.next())["object"]["priority"] for _ in range(5)]
        assert told == [0, 1, 2, 3, 4]


async def test_a_hundred_subscriptions_are_told_at_once(home: Client, bl: Client) -> None:
    async with AsyncExitStack() as stack:
        hooks = [await stack.enter_async_context(listening()) for _ in range(100)]
        for hook in hooks:
            await home.subscribe(hook)
        one_more = await home.ask("POST", "/subscriptions", _operations(hooks[0].url))
        assert (one_more.status, "at most 100" in one_more.body["detail"]) == (507, True)
        program = await bl.program()
        started = time.monotonic()
        event = await bl.event(program)
        told = await asyncio.gather(*(hook.next() for hook in hooks))
        assert time.monotonic() - started < 2
        assert {notice["object"]["id"] for notice in told} == {event["id"]}


async def _tried(clock: SimulatedClock, hook: Webhook, span: timedelta) -> int:
    before = hook.notices.qsize()
    await clock.advance(span)
    return hook.notices.qsize() - before


async def test_a_notice_is_tried_again_ever_more_slowly_until_it_is_taken() -> None:
    clock = SimulatedClock(NOW)
    async with running(clock) as vtn, listening(Webhook(statuses=[500, 503, 429])) as hook:
        bl, home = await vtn.client(BL), await vtn.client(HOME)
        await home.subscribe(hook)
        event = await bl.event(await bl.program())
        seconds = timedelta(seconds=1)
        assert await _tried(clock, hook, 0 * seconds) == 1
        assert [await _tried(clock, hook, seconds) for _ in range(8)] == [1, 0, 1, 0, 0, 0, 1, 0]
        assert await _tried(clock, hook, 60 * seconds) == 0
        await bl.ask("DELETE", f"/events/{event['id']}")
        assert await _tried(clock, hook, 0 * seconds) == 1


async def test_a_broken_callback_is_given_up_and_named_once_until_it_is_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock, minute = SimulatedClock(NOW), timedelta(minutes=1)
    hook = Webhook(statuses=[500] * (SIX_TRIES + 2))
    async with running(clock) as vtn, listening(hook):
        bl, home = await vtn.client(BL), await vtn.client(HOME)
        await home.subscribe(hook)
        program = await bl.program()
        tries = []
        for _ in range(5):
            await bl.event(program)
            tries.append(await _tried(clock, hook, minute))
        assert tries == [SIX_TRIES, 1, 1, 1, 1]
    said = [record.getMessage() for record in caplog.records if "webhook" in record.getMessage()]
    assert ["does not take" in each for each in said] == [True, False]
    assert hook.token not in caplog.text


async def test_a_notice_that_is_refused_is_not_tried_again() -> None:
    clock = SimulatedClock(NOW)
    async with running(clock) as vtn, listening(Webhook(statuses=[410])) as hook:
        bl, home = await vtn.client(BL), await vtn.client(HOME)
        await home.subscribe(hook)
        await bl.event(await bl.program())
        assert await _tried(clock, hook, timedelta(hours=1)) == 1


async def test_nothing_is_sent_any_more_once_a_subscription_is_gone() -> None:
    clock = SimulatedClock(NOW)
    async with running(clock) as vtn, listening(Webhook(statuses=[500] * 9)) as hook:
        bl, home = await vtn.client(BL), await vtn.client(HOME)
        subscription = await home.subscribe(hook)
        await bl.event(await bl.program())
        assert await _tried(clock, hook, timedelta(0)) == 1
        path = f"/subscriptions/{subscription['id']}"
        same = {**subscription, "clientName": "another name"}
        assert (await home.ask("PUT", path, same)).status == 200
        assert await _tried(clock, hook, timedelta(seconds=1)) == 1
        assert (await home.ask("DELETE", path)).status == 200
        assert await _tried(clock, hook, timedelta(hours=1)) == 0


async def test_too_many_waiting_notices_drop_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "MOST_WAITING", 2)
    async with running() as vtn, listening(Webhook(gate=asyncio.Event())) as hook:
        bl, home = await vtn.client(BL), await vtn.client(HOME)
        await home.subscribe(hook)
        program = await bl.program()
        await bl.event(program, priority=0)
        first = await hook.next()
        for number in range(1, 6):
            await bl.event(program, priority=number)
        assert hook.gate is not None
        hook.gate.set()
        told = [first, await hook.next(), await hook.next()]
        assert [notice["object"]["priority"] for notice in told] == [0, 4, 5]


async def test_what_an_event_causes_at_its_subscriber_happens_at_the_same_instant() -> None:
    clock = SimulatedClock(NOW, auto=True)
    async with running(clock) as vtn, listening() as hook:
        with clock.working():
            bl, home = await vtn.client(BL), await vtn.client(HOME)
            await home.subscribe(hook)
            program = await bl.program()
        later = asyncio.create_task(clock.sleep_until(NOW + timedelta(hours=5)))
        with clock.working():
            await bl.event(program)
        notice = await hook.next()
        assert notice["object"]["createdDateTime"] == "2026-03-01T12:00:00Z"
        await later
        assert clock.now() == NOW + timedelta(hours=5)


async def test_a_subscription_for_a_program_that_one_does_not_see_is_refused(
    home: Client, bl: Client, hook: Webhook
) -> None:
    hidden = await bl.program(targets=["south"])
    for program_id in (hidden["id"], "none"):
        body = {**_operations(hook.url), "programID": program_id}
        answer = await home.ask("POST", "/subscriptions", body)
        assert answer.body["detail"] == "programID: there is no such program."


async def test_subscriptions_are_found_by_what_the_specification_names(
    home: Client, bl: Client, hook: Webhook
) -> None:
    program = await bl.program()
    made = await home.subscribe(hook, "EVENT", "VEN", programID=program["id"])
    for query, is_found in {
        "?objects=VEN": True,
        "?objects=REPORT&objects=EVENT": True,
        "?objects=REPORT": False,
        "?clientName=c": True,
        "?clientName=d": False,
        f"?programID={program['id']}": True,
        "?programID=x": False,
    }.items():
        assert await home.all(f"/subscriptions{query}") == ([made] if is_found else []), query


async def test_a_client_that_was_removed_is_told_nothing(tmp_path: Path, hook: Webhook) -> None:
    state = tmp_path / "vtn.sqlite"
    async with running(state=state) as vtn:
        await (await vtn.client(HOME)).subscribe(hook)
    async with running(state=state, clients=(BL, OTHER)) as vtn, listening() as second:
        bl, other = await vtn.client(BL), await vtn.client(OTHER)
        await other.subscribe(second)
        await bl.event(await bl.program())
        assert (await second.next())["operation"] == "CREATE"
    assert hook.notices.empty()
