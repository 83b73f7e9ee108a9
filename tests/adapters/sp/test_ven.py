"""Polling a VTN that makes trouble; numbers in docstrings are the obligations of a VEN."""

import logging
from datetime import timedelta
from itertools import pairwise

import pytest
from aiohttp import web

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.signal import EventCancelled, LinkChanged
from tests.adapters.sp.peers import (
    MINUTE,
    NOW,
    SIMPLE,
    TroubleVtn,
    events,
    fail,
    last_complete,
    links,
    listening,
    settings_for,
    shed,
    trouble,
)


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


async def test_content_that_changes_without_a_new_date_is_passed_on(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """19: told apart by what it says, at any later start too; intake gives it a date of its own."""
    row = shed(vtn)
    async with listening(settings_for(vtn.url, poll_s=60), clock) as (_, heard):
        for priority in (1, 2):
            row["priority"] = priority
            await clock.advance(MINUTE)
        assert [event.priority for event in events(heard)] == [None, 1, 2]
        assert len({event.fingerprint for event in events(heard)}) == 3
    async with listening(settings_for(vtn.url, poll_s=60), clock) as (_, again):
        assert events(again)[0].repeats(events(heard)[-1])


async def test_an_event_that_never_ends_is_read_on_even_without_a_link(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """13: daily prices for ever are known for the days to come, however long the provider is silent."""
    price = [{"id": hour, "payloads": [{"type": "PRICE", "values": [hour]}]} for hour in range(24)]
    daily = {"start": "2026-01-01T00:00:00Z", "duration": "PT1H"}
    unit = {"payloadType": "PRICE", "units": "KWH", "currency": "EUR"}
    shed(vtn, intervals=price, intervalPeriod=daily, duration="P9999Y", payloadDescriptors=[unit])
    async with listening(settings_for(vtn.url, poll_s=3600), clock) as (_, heard):
        vtn.bend["GET /events"] = fail
        for _ in range(24):
            await clock.advance(timedelta(hours=12))
            known = [p for p in events(heard)[-1].payloads if p.interval.holds(clock.now())]
            assert [payload.value for payload in known] == [clock.now().hour]
        reads = events(heard)
        assert 3 <= len(reads) <= 5
        assert all(late.reaches_beyond(early) and late.repeats(early) for early, late in pairwise(reads))
        assert all(len(event.payloads) <= 11 * 24 for event in reads)


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


async def test_an_event_that_slips_between_two_pages_is_not_cancelled(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """6, 20: an earlier one goes while the list is read, so all later ones move up by one."""
    rows = [shed(vtn) for _ in range(60)]
    async with listening(settings_for(vtn.url, poll_s=60), clock) as (_, heard):

        async def shifting(request: web.Request) -> web.StreamResponse:
            skip = int(request.query["skip"])
            found = list(vtn.rows["events"].values())[skip : skip + 50]
            vtn.rows["events"].pop(rows[0]["id"], None)
            return web.json_response(found)

        vtn.bend["GET /events"] = shifting
        await clock.advance(2 * MINUTE)
        assert last_complete(heard) == {row["id"] for row in rows[1:]}
        assert len(events(heard)) == 60


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
    await signals.aclose()
    assert found == heard
    assert provider.id == "grid"
