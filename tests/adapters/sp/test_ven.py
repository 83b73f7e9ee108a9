"""The VEN against a VTN that makes trouble; numbers in docstrings are the obligations of a VEN."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from aiohttp import web

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.sp.openadr3 import Openadr3Settings, WebhookSettings
from drrouter.domain.event import Event
from drrouter.domain.ids import EventId
from drrouter.domain.signal import EventCancelled, EventReceived, EventsComplete, LinkChanged, Signal
from tests.adapters.sp.peers import NOW, TroubleVtn, listening, settings_for, trouble

MINUTE = timedelta(minutes=1)
SIMPLE = [{"id": 0, "payloads": [{"type": "SIMPLE", "values": [2]}]}]
SOON = {"start": "2026-03-01T12:05:00Z", "duration": "PT1H"}


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(NOW)


@pytest.fixture
async def vtn() -> AsyncIterator[TroubleVtn]:
    async with trouble() as made:
        yield made


def shed(vtn: TroubleVtn, **members: Any) -> dict[str, Any]:
    """An event that sheds at level 2 in five minutes."""
    row = {"programID": "p1", "intervalPeriod": SOON, "intervals": SIMPLE} | members
    return vtn.add("events", **row)


def pushing(vtn: TroubleVtn, **members: Any) -> Openadr3Settings:
    return settings_for(vtn.url, webhook=WebhookSettings(), **members)


def enrolled(vtn: TroubleVtn, **members: Any) -> Openadr3Settings:
    """Settings with credentials, and a token endpoint for them."""

    async def token(_: web.Request) -> web.StreamResponse:
        return web.json_response({"access_token": "t"})

    vtn.bend["POST /auth/token"] = token
    return settings_for(vtn.url, client_id="me", client_secret="s", **members)


def events(heard: list[Signal]) -> list[Event]:
    return [signal.event for signal in heard if isinstance(signal, EventReceived)]


def links(heard: list[Signal]) -> list[bool]:
    return [signal.up for signal in heard if isinstance(signal, LinkChanged)]


def last_complete(heard: list[Signal]) -> set[str]:
    return {*[signal for signal in heard if isinstance(signal, EventsComplete)][-1].event_ids}


async def fail(_: web.Request) -> web.StreamResponse:
    raise web.HTTPInternalServerError


async def test_the_start_is_a_full_poll(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """2, 6: without credentials, more than a page, and the link is reported first."""
    rows = [shed(vtn) for _ in range(60)]
    async with listening(settings_for(vtn.url), clock) as (_, heard):
        assert isinstance(heard[0], LinkChanged)
        assert [event.id for event in events(heard)] == [row["id"] for row in rows]
        assert last_complete(heard) == {row["id"] for row in rows}
    assert not [asked for asked in vtn.asked if asked.startswith("POST")]


async def test_a_server_with_small_pages_is_read_completely(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """6: servers that cap at 50; one that gives fewer than asked for has no more to give."""
    for _ in range(101):
        shed(vtn)
    async with listening(settings_for(vtn.url), clock) as (_, heard):
        assert len(events(heard)) == 101


async def test_only_news_is_passed_on_at_later_polls(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """19, 34: an update replaces in place; polls go on at their times."""
    row = shed(vtn)
    async with listening(settings_for(vtn.url, poll_s=60), clock) as (_, heard):
        await clock.advance(3 * MINUTE)
        assert len(events(heard)) == 1
        row |= {"priority": 0, "modificationDateTime": "2026-03-01T12:02:00Z"}
        await clock.advance(MINUTE)
        assert [event.priority for event in events(heard)] == [None, 0]
        assert vtn.count("GET /events") == 5
        assert links(heard) == [True]


async def test_content_that_changes_without_a_new_date_is_a_new_version(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """19: so that a receipt names what it is for."""
    row = shed(vtn)
    async with listening(settings_for(vtn.url, poll_s=60), clock) as (_, heard):
        row["priority"] = 1
        await clock.advance(MINUTE)
        row["priority"] = 2
        await clock.advance(MINUTE)
        versions = [event.version for event in events(heard)]
        assert len(set(versions)) == 3
        assert [event.priority for event in events(heard)] == [None, 1, 2]


async def test_a_new_unit_in_the_program_changes_its_events(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """23."""
    program = vtn.add("programs", programName="Limits", payloadDescriptors=None)
    limit = [{"id": 0, "payloads": [{"type": "IMPORT_CAPACITY_LIMIT", "values": [4]}]}]
    shed(vtn, programID=program["id"], intervals=limit)
    async with listening(settings_for(vtn.url, poll_s=60), clock) as (_, heard):
        program["payloadDescriptors"] = [{"payloadType": "IMPORT_CAPACITY_LIMIT", "units": "KW"}]
        await clock.advance(MINUTE)
        assert [len(event.payloads) for event in events(heard)] == [0, 1]
        assert events(heard)[1].program_id == "Limits"


async def test_what_a_complete_poll_no_longer_lists_is_left_out(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """20: absence from a complete, successful poll."""
    gone, stays = shed(vtn), shed(vtn)
    async with listening(settings_for(vtn.url, poll_s=60), clock) as (_, heard):
        del vtn.rows["events"][gone["id"]]
        await clock.advance(MINUTE)
        assert last_complete(heard) == {stays["id"]}


async def test_an_event_moved_to_the_beginning_of_time_is_cancelled_once(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """20: start 0001 and PT0S, with intervals: [] as seen in the field."""
    row = shed(vtn)
    async with listening(settings_for(vtn.url, poll_s=60), clock) as (_, heard):
        row |= {"intervalPeriod": {"start": "0001-01-01", "duration": "PT0S"}, "intervals": []}
        await clock.advance(2 * MINUTE)
        cancelled = [signal for signal in heard if isinstance(signal, EventCancelled)]
        assert [signal.event_id for signal in cancelled] == [row["id"]]
        assert last_complete(heard) == set()


async def test_a_poll_that_fails_half_way_cancels_nothing(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """7, 20: the second page is missing."""
    for _ in range(60):
        shed(vtn)
    async with listening(settings_for(vtn.url, poll_s=60), clock) as (_, heard):

        async def first_page_only(request: web.Request) -> web.StreamResponse:
            if request.query["skip"] != "0":
                raise web.HTTPBadGateway
            return web.json_response(list(vtn.rows["events"].values())[:50])

        before = len(heard)
        vtn.bend["GET /events"] = first_page_only
        await clock.advance(MINUTE)
        assert [type(signal) for signal in heard[before:]] == [LinkChanged]


async def test_the_link_is_lost_once_and_found_once(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """7: with ever longer waits in between, and at most five minutes."""
    async with listening(settings_for(vtn.url, poll_s=60), clock) as (_, heard):
        vtn.bend["GET /programs"] = fail
        await clock.advance(timedelta(hours=1))
        assert links(heard) == [True, False]
        assert 12 <= vtn.count("GET /programs") <= 40
        del vtn.bend["GET /programs"]
        await clock.advance(5 * MINUTE)
        assert links(heard) == [True, False, True]
        assert [s.sentence for s in heard if isinstance(s, LinkChanged)][
            -1
        ] == "The link to grid is up again."


async def test_it_starts_without_a_provider_and_says_so(clock: SimulatedClock) -> None:
    """7: R6."""
    async with trouble() as vtn:
        url = vtn.url
    async with listening(settings_for(url), clock) as (_, heard):
        assert links(heard) == [False]


@pytest.mark.parametrize("url", ["http://vtn.example", "nonsense"])
async def test_an_unsafe_address_is_refused_with_a_sentence(clock: SimulatedClock, url: str) -> None:
    """4: and never ends the signals."""
    async with listening(settings_for(url), clock) as (_, heard):
        await clock.advance(10 * MINUTE)
        assert links(heard) == [False]
        assert "is not an https address" in str(heard[0])


async def test_an_unreadable_event_is_skipped_with_one_warning_and_kept_as_it_was(
    vtn: TroubleVtn, clock: SimulatedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """7, 20: the rest goes on."""
    row, other = shed(vtn), shed(vtn)
    async with listening(settings_for(vtn.url, poll_s=60), clock) as (_, heard):
        row["intervals"] = {"all": "of them"}
        with caplog.at_level(logging.WARNING):
            await clock.advance(3 * MINUTE)
        assert len(caplog.records) == 1
        assert "intervals" in caplog.text
        assert last_complete(heard) == {row["id"], other["id"]}
        row["intervals"] = SIMPLE
        row["priority"] = 1
        await clock.advance(MINUTE)
        assert events(heard)[-1].priority == 1


async def test_a_list_with_an_event_that_has_no_id_cancels_nothing(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """20: such a list is not complete."""

    async def odd(_: web.Request) -> web.StreamResponse:
        return web.json_response([{"programID": "p"}, 7, None, {"id": "../x"}])

    vtn.bend["GET /events"] = odd
    async with listening(settings_for(vtn.url), clock) as (_, heard):
        assert [type(signal) for signal in heard] == [LinkChanged]


async def test_an_event_that_is_over_at_first_sight_is_left_out(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """12: inactive, User Guide 7.3; but one that was known and is moved into the past is an update."""
    past = {"start": "2026-03-01T09:00:00Z", "duration": "PT1H"}
    shed(vtn, intervalPeriod=past)
    current = shed(vtn)
    async with listening(settings_for(vtn.url, poll_s=60), clock) as (_, heard):
        assert [event.id for event in events(heard)] == [current["id"]]
        assert last_complete(heard) == {current["id"]}
        current |= {"intervalPeriod": past}
        await clock.advance(MINUTE)
        assert len(events(heard)) == 2


async def test_events_of_programs_that_the_customer_is_not_enrolled_in_are_refused(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """10."""
    ours, other = vtn.add("programs", programName="Ours"), vtn.add("programs", programName="Other")
    mine = shed(vtn, programID=ours["id"])
    shed(vtn, programID=other["id"])
    shed(vtn, programID="unknown")
    async with listening(settings_for(vtn.url, programs=("Ours",)), clock) as (_, heard):
        assert [event.id for event in events(heard)] == [mine["id"]]
        assert last_complete(heard) == {mine["id"]}


async def test_a_garbled_program_costs_its_descriptors_only(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """7."""
    program = vtn.add("programs", payloadDescriptors="?")
    shed(vtn, programID=program["id"])
    async with listening(settings_for(vtn.url), clock) as (_, heard):
        assert len(events(heard)) == 1


async def test_enrolment_creates_the_ven_and_its_resources_once(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """8: without any targets of its own."""
    settings = enrolled(vtn, resources=("freezer", "washer"), poll_s=60)
    async with listening(settings, clock):
        await clock.advance(3 * MINUTE)
    (ven,) = vtn.rows["vens"].values()
    assert (ven["venName"], ven["objectType"]) == ("home", "VEN_VEN_REQUEST")
    assert "targets" not in ven
    found = [(row["resourceName"], row["venID"]) for row in vtn.rows["resources"].values()]
    assert found == [("freezer", ven["id"]), ("washer", ven["id"])]
    async with listening(settings, clock):
        pass
    assert (len(vtn.rows["vens"]), len(vtn.rows["resources"])) == (1, 2)


async def test_a_ven_that_exists_already_is_looked_up_by_name(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """8: 409, with body [] as seen in the field."""

    async def conflict(_: web.Request) -> web.StreamResponse:
        vtn.add("vens", venName="home")
        return web.json_response([], status=409)

    vtn.bend["POST /vens"] = conflict
    async with listening(enrolled(vtn, resources=("freezer",)), clock) as (_, heard):
        assert links(heard) == [True]
    assert len(vtn.rows["resources"]) == 1


@pytest.mark.parametrize("status", [403, 404, 409])
async def test_a_provider_that_enrols_nobody_is_polled_all_the_same(
    vtn: TroubleVtn, clock: SimulatedClock, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    """8: said once."""

    async def refuse(_: web.Request) -> web.StreamResponse:
        return web.json_response({"title": "no"}, status=status)

    vtn.bend["POST /vens"] = refuse
    shed(vtn)
    async with listening(enrolled(vtn, poll_s=60), clock) as (_, heard):
        await clock.advance(3 * MINUTE)
        assert links(heard) == [True]
        assert len(events(heard)) == 1
    assert len([record for record in caplog.records if record.levelno >= logging.WARNING]) == 1


async def test_events_for_granted_targets_are_read_and_a_lost_grant_removes_them(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """9: asked with the targets of the VEN and of its resources, and without any."""
    ven = vtn.add("vens", venName="home", targets=["east"])
    vtn.add("resources", resourceName="freezer", venID=ven["id"], targets=["cold"])
    everybody, east, cold = shed(vtn), shed(vtn, targets=["east"]), shed(vtn, targets=["cold"])
    shed(vtn, targets=["west"])
    async with listening(enrolled(vtn, resources=("freezer",), poll_s=60), clock) as (_, heard):
        assert last_complete(heard) == {everybody["id"], east["id"], cold["id"]}
        assert {event.targets for event in events(heard)} == {(), ("east",), ("cold",)}
        ven["targets"] = []
        await clock.advance(MINUTE)
        assert last_complete(heard) == {everybody["id"], cold["id"]}


async def test_openadr_3_0_is_spoken_in_its_own_dialect(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """6: resources below the VEN, targets by type, subscriptions per program."""
    program = vtn.add("programs", programName="Ours")
    ven = vtn.add("vens", venName="home", targets=[{"type": "GROUP", "values": ["east"]}])
    made: list[Any] = []

    async def resources(request: web.Request) -> web.StreamResponse:
        made.extend([await request.json()] if request.method == "POST" else [])
        return web.json_response([] if request.method == "GET" else made[-1])

    path = f"/vens/{ven['id']}/resources"
    vtn.bend |= {f"GET {path}": resources, f"POST {path}": resources}
    settings = replace(enrolled(vtn, resources=("freezer",), version="3.0"), webhook=WebhookSettings())
    async with listening(settings, clock):
        pass
    assert made == [{"resourceName": "freezer"}]
    asked = [query for path, query in vtn.queries if path == "GET /events"]
    assert ("targetValues", "east") in asked[1]
    subscriptions = list(vtn.rows["subscriptions"].values())
    assert [row["programID"] for row in subscriptions] == [program["id"]] * 2
    assert subscriptions[1]["targets"] == [{"type": "GROUP", "values": ["east"]}]


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
    from drrouter.adapters.sp.openadr3 import OpenAdr3Provider

    signals = OpenAdr3Provider(pushing(vtn), clock).signals()
    while not isinstance(await anext(signals), EventsComplete):
        pass
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
    await signals.aclose()  # type: ignore[attr-defined]


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


async def test_a_forgotten_subscription_is_made_again(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """34: a VTN that was restarted."""
    async with listening(pushing(vtn, poll_s=60), clock):
        assert len(vtn.rows["subscriptions"]) == 1
        vtn.rows["subscriptions"].clear()
        await clock.advance(MINUTE)
        assert len(vtn.rows["subscriptions"]) == 1
        await clock.advance(MINUTE)
        assert vtn.count("POST /subscriptions") == 2


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


async def test_polls_are_spread_by_the_name_of_the_ven(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """34: jitter, the same for the same name."""

    async def instants(name: str) -> list[timedelta]:
        clock, found = SimulatedClock(NOW), list[timedelta]()

        async def events(_: web.Request) -> web.StreamResponse:
            found.append(clock.now() - NOW)
            return web.json_response([])

        vtn.bend["GET /events"] = events
        async with listening(settings_for(vtn.url, ven_name=name, poll_s=60, jitter=0.5), clock):
            await clock.advance(10 * MINUTE)
        return found

    first, again, other = await instants("a"), await instants("a"), await instants("b")
    assert first == again != other
    gaps = [late - early for early, late in pairwise(first)]
    assert all(MINUTE <= gap <= 1.5 * MINUTE for gap in gaps)


async def test_each_call_of_signals_begins_anew(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """A consumer that was restarted hears everything that is in force."""
    shed(vtn)
    async with listening(settings_for(vtn.url), clock) as (provider, heard):
        pass
    signals = provider.signals()
    found = [await anext(signals) for _ in range(3)]
    await signals.aclose()  # type: ignore[attr-defined]
    assert found == heard
    assert provider.id == "grid"
