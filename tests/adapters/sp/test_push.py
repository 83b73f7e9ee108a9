"""Notices and the subscription that brings them; numbers in docstrings are the obligations of a VEN."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.sp.openadr3 import OpenAdr3Provider, WebhookSettings
from drrouter.adapters.sp.openadr3.ven import MOST_UNDERWAY
from drrouter.domain.ids import EventId
from drrouter.domain.signal import EventCancelled, EventReceived, EventsComplete, Heard, Signal
from tests.adapters.sp.peers import (
    MINUTE,
    NOW,
    TroubleVtn,
    enrolled,
    events,
    fail,
    last_complete,
    links,
    listening,
    pushing,
    settings_for,
    shed,
)


async def test_a_notice_brings_the_event_by_one_get(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """21, 34: at once, long before the next poll; the notice itself decides nothing."""
    async with listening(pushing(vtn), clock) as (_, heard):
        row, polls = shed(vtn), vtn.count("GET /events")
        assert await vtn.notify("CREATE", row | {"priority": 99}) == [200]
        await clock.settle()
        assert [(event.id, event.priority) for event in events(heard)] == [(row["id"], None)]
        assert clock.now() == NOW
        assert vtn.count("GET /events") == polls
        assert vtn.count(f"GET /events/{row['id']}") == 1


async def test_repeated_and_late_notices_change_nothing(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """21: a late CREATE, and a DELETE of an event that is there, too."""
    async with listening(pushing(vtn), clock) as (_, heard):
        row = shed(vtn)
        for operation in ("CREATE", "UPDATE", "CREATE", "DELETE"):
            await vtn.notify(operation, row)
            await clock.settle()
        assert len(events(heard)) == 1
        assert not [signal for signal in heard if isinstance(signal, EventCancelled)]


async def test_a_deleted_event_is_cancelled_at_once(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """20: DELETE notice, and the event is gone."""
    row = shed(vtn)
    async with listening(pushing(vtn), clock) as (_, heard):
        del vtn.rows["events"][row["id"]]
        await vtn.notify("DELETE", row)
        await clock.settle()
        assert heard[-1] == EventCancelled(heard[-1].provider, EventId(row["id"]), NOW)  # type: ignore[union-attr]


async def test_a_notice_of_an_event_that_cannot_be_read_leads_to_a_full_poll(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """21: the poll decides."""
    row = shed(vtn)
    async with listening(pushing(vtn), clock) as (_, heard):
        del vtn.rows["events"][row["id"]]
        await vtn.notify("UPDATE", row)
        await clock.settle()
        assert last_complete(heard) == set()
        assert not [signal for signal in heard if isinstance(signal, EventCancelled)]


@pytest.mark.parametrize("kind", ["PROGRAM", "VEN", "RESOURCE"])
async def test_a_notice_of_something_else_leads_to_a_full_poll(
    vtn: TroubleVtn, clock: SimulatedClock, kind: str
) -> None:
    """9, 21."""
    async with listening(pushing(vtn), clock) as (_, heard):
        row = shed(vtn)
        await vtn.notify("UPDATE", {"id": "x"}, kind)
        await clock.settle()
        assert last_complete(heard) == {row["id"]}


async def test_time_stands_until_the_consumer_has_handled_an_order(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """The demo's shared clock may not run on while an order is under way."""

    signals = OpenAdr3Provider(pushing(vtn), clock).signals()
    polls = 0
    while polls < 2:  # before and after subscribing
        polls += isinstance(await anext(signals), EventsComplete)
    following = asyncio.ensure_future(anext(signals))
    await clock.settle()
    await vtn.notify("CREATE", shed(vtn))
    assert isinstance(await following, EventReceived)
    settled = asyncio.ensure_future(clock.settle())
    for _ in range(50):
        await asyncio.sleep(0)
    assert not settled.done()
    following = asyncio.ensure_future(anext(signals))
    await settled
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    await signals.aclose()


async def test_a_failure_after_a_notice_loses_the_link_and_the_poll_makes_up_for_it(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """7, 21."""
    async with listening(pushing(vtn), clock) as (_, heard):
        row = shed(vtn)
        vtn.bend[f"GET /events/{row['id']}"] = fail
        await vtn.notify("CREATE", row)
        await clock.settle()
        assert links(heard) == [True, False]
        await clock.advance(timedelta(seconds=3))
        assert links(heard) == [True, False, True]
        assert len(events(heard)) == 1


class Held:
    """A request that is answered as things were when it came, but only when it is let go."""

    def __init__(self, vtn: TroubleVtn, asked: str) -> None:
        self._vtn, self._asked = vtn, asked
        self.came, self.go = asyncio.Event(), asyncio.Event()
        vtn.bend[asked] = self._answer

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        del self._vtn.bend[self._asked]
        answer = await self._vtn.handle(request)
        self.came.set()
        await self.go.wait()
        return answer


async def passed_on(heard: list[Signal], count: int) -> None:
    """Wait, in real time, until so many signals were passed on."""
    async with asyncio.timeout(10):
        while True:
            if len(heard) >= count:
                return
            await asyncio.sleep(0)


async def test_a_notice_is_looked_up_while_a_poll_hangs(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """21, 34: an order waits for no list."""
    async with listening(pushing(vtn, poll_s=60), clock) as (_, heard):
        poll, before = Held(vtn, "GET /programs"), len(heard)
        passing = asyncio.create_task(clock.advance(MINUTE))
        await poll.came.wait()
        await vtn.notify("CREATE", shed(vtn))
        await passed_on(heard, before + 1)
        assert len(events(heard)) == 1
        poll.go.set()
        await passing
        assert links(heard) == [True]


@pytest.mark.parametrize("change", ["created", "changed", "deleted"])
async def test_what_a_poll_read_before_a_notice_does_not_undo_what_was_looked_up(
    vtn: TroubleVtn, clock: SimulatedClock, change: str
) -> None:
    """20, 21: the list was made before the change and arrives after it."""
    row = shed(vtn)
    async with listening(pushing(vtn, poll_s=60), clock) as (_, heard):
        poll = Held(vtn, "GET /events")
        passing = asyncio.create_task(clock.advance(MINUTE))
        await poll.came.wait()
        before = len(heard)
        match change:
            case "created":
                row = shed(vtn, priority=1)
            case "changed":
                row["priority"] = 1
            case "deleted":
                del vtn.rows["events"][row["id"]]
        await vtn.notify(change[:-1].upper(), row)
        await passed_on(heard, before + 1)
        poll.go.set()
        await passing
        after = heard[before:]
        assert len(after) == 2
        assert isinstance(after[1], EventsComplete)
        if change == "deleted":
            assert isinstance(after[0], EventCancelled)
            assert last_complete(heard) == set()
        else:
            assert [event.priority for event in events(after)] == [1]
            assert last_complete(heard) == set(vtn.rows["events"])


async def test_an_answer_that_was_overtaken_by_a_later_one_changes_nothing(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """21: two look-ups of one event, and the older answer arrives last."""
    row = shed(vtn)
    async with listening(pushing(vtn), clock) as (_, heard):
        row["priority"], before = 1, len(heard)
        older = Held(vtn, f"GET /events/{row['id']}")
        await vtn.notify("UPDATE", row)
        await older.came.wait()
        vtn.rows["events"][row["id"]] = row | {"priority": 2}
        await vtn.notify("UPDATE", row)
        await passed_on(heard, before + 1)
        older.go.set()
        await clock.settle()
        assert [event.priority for event in events(heard)] == [None, 2]


async def test_a_burst_of_notices_is_looked_up_side_by_side(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """21, 34: but never all at once."""
    async with listening(pushing(vtn), clock) as (_, heard):
        rows = [shed(vtn) for _ in range(3 * MOST_UNDERWAY)]
        held = [Held(vtn, f"GET /events/{row['id']}") for row in rows]
        for row in rows:
            await vtn.notify("CREATE", row)
        for one in held[:MOST_UNDERWAY]:
            await one.came.wait()
        assert not any(one.came.is_set() for one in held[MOST_UNDERWAY:])
        for one in held:
            one.go.set()
        await clock.settle()
        assert {event.id for event in events(heard)} == {row["id"] for row in rows}


async def test_a_forgotten_subscription_is_made_again(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """34: a VTN that was restarted."""
    async with listening(pushing(vtn, poll_s=60), clock):
        assert len(vtn.rows["subscriptions"]) == 1
        vtn.rows["subscriptions"].clear()
        await clock.advance(MINUTE)
        assert len(vtn.rows["subscriptions"]) == 1
        await clock.advance(MINUTE)
        assert vtn.count("POST /subscriptions") == 2


async def test_what_came_before_the_subscription_was_made_is_not_missed(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """34: after the list was read and before anybody would be told."""
    subscribing = Held(vtn, "POST /subscriptions")
    async with asyncio.TaskGroup() as group:

        async def create_meanwhile() -> None:
            await subscribing.came.wait()
            shed(vtn)
            subscribing.go.set()

        group.create_task(create_meanwhile())
        async with listening(pushing(vtn), clock) as (_, heard):
            assert len(events(heard)) == 1
            assert clock.now() == NOW


async def test_a_subscription_of_an_earlier_run_is_replaced(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """34: and those of others are left alone."""
    async with listening(pushing(vtn), clock):
        ((_, old_token),) = vtn.callbacks()
    vtn.add("subscriptions", clientName="somebody else", objectOperations=[])
    async with listening(pushing(vtn), clock):
        assert len(vtn.rows["subscriptions"]) == 2
        ((_, new_token),) = vtn.callbacks()
        assert new_token != old_token
        assert len(new_token) >= 32


async def test_a_subscription_covers_granted_targets_and_follows_them(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """9, 34."""
    ven = vtn.add("vens", venName="home", targets=["east"])
    settings = replace(enrolled(vtn, poll_s=60), webhook=WebhookSettings())
    async with listening(settings, clock):
        targets = [row.get("targets") for row in vtn.rows["subscriptions"].values()]
        assert targets == [None, ["east"]]
        ven["targets"] = ["west"]
        await clock.advance(MINUTE)
        targets = [row.get("targets") for row in vtn.rows["subscriptions"].values()]
        assert targets == [None, ["west"]]


@pytest.mark.parametrize("status", [403, 404, 409])
async def test_a_provider_that_cannot_push_is_polled(
    vtn: TroubleVtn, clock: SimulatedClock, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    """34: said once."""

    async def refuse(_: web.Request) -> web.StreamResponse:
        return web.json_response({"title": "no"}, status=status)

    vtn.bend["POST /subscriptions"] = refuse
    async with listening(pushing(vtn, poll_s=60), clock) as (_, heard):
        await clock.advance(3 * MINUTE)
        assert links(heard) == [True]
    assert caplog.text.count("cannot push, it is polled only") == 1


async def test_a_webhook_that_cannot_listen_costs_the_push_only(
    vtn: TroubleVtn, clock: SimulatedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """34: the port is taken, or it would listen in plain text beyond this machine."""
    taken = int(vtn.url.rpartition(":")[2])
    for hook in (WebhookSettings(port=taken), WebhookSettings(host="0.0.0.0")):
        async with listening(settings_for(vtn.url, webhook=hook), clock) as (_, heard):
            assert links(heard) == [True]
    assert caplog.text.count("cannot push") == 2
    assert not vtn.rows["subscriptions"]


async def test_a_look_that_brings_nothing_new_says_that_the_provider_lives(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """43: silence is measured by it."""
    row = shed(vtn)
    async with listening(pushing(vtn), clock, merely=True) as (_, heard):
        await clock.advance(timedelta(seconds=7))
        await vtn.notify("UPDATE", row)
        await clock.settle()
        assert heard[-1] == Heard(heard[-1].provider, NOW + timedelta(seconds=7))  # type: ignore[union-attr]


async def test_a_provider_whose_silence_counts_is_polled_often_though_it_pushes(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """34, 43."""
    often = replace(pushing(vtn), poll_s=3600.0, longest_poll_s=20.0)
    async with listening(often, clock) as (_, heard):
        before = sum(isinstance(signal, EventsComplete) for signal in heard)
        await clock.advance(timedelta(seconds=60))
        assert sum(isinstance(signal, EventsComplete) for signal in heard) == before + 3
