"""Our OpenADR 2.0b VEN against openleadr's VTN, over real bytes; numbers are the obligations of a VEN."""

import asyncio
import subprocess
import sys
from datetime import timedelta

import pytest
from aiohttp import web

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.signal import EventCancelled, Heard, LinkChanged
from tests.adapters.openadr2.peers import (
    HOUR,
    MINUTE,
    NOW,
    VEN,
    Handler,
    State,
    Vtn,
    events,
    last_complete,
    links,
    listening,
    saying,
    settings_for,
    signal_of,
    xml,
)

POLL = timedelta(seconds=10)


async def test_the_router_queries_and_registers_under_its_name(vtn: Vtn, clock: SimulatedClock) -> None:
    """36."""
    async with listening(settings_for(vtn.url), clock) as (_, heard):
        assert vtn.kinds()[:2] == ["oadrQueryRegistration", "oadrCreatePartyRegistration"]
        assert vtn.heard[1][1]["ven_name"] == "home"
        assert "ven_id" not in vtn.heard[1][1]
        assert links(heard) == [True]


async def test_a_poll_that_brings_nothing_says_that_the_provider_lives_and_comes_often_enough(
    vtn: Vtn, clock: SimulatedClock
) -> None:
    """43: silence is measured by it."""
    settings = settings_for(vtn.url, longest_poll_s=4.0)
    async with listening(settings, clock, merely=True) as (_, heard):
        await clock.advance(timedelta(seconds=13))
        lives = [signal.at for signal in heard if isinstance(signal, Heard)]
        assert lives == [NOW + timedelta(seconds=4 * count) for count in (1, 2, 3)]


async def test_an_id_that_the_provider_gave_beforehand_is_shown(vtn: Vtn, clock: SimulatedClock) -> None:
    """36."""
    async with listening(settings_for(vtn.url, ven_id=VEN), clock):
        assert vtn.heard[1][1]["ven_id"] == VEN


async def test_a_router_that_is_not_registered_says_so_and_tries_again(
    vtn: Vtn, clock: SimulatedClock
) -> None:
    """36."""
    vtn.registers = False
    async with listening(settings_for(vtn.url), clock) as (_, heard):
        assert links(heard) == [False]
        vtn.registers = (VEN, "registration-2")
        await clock.advance(MINUTE)
        assert links(heard) == [False, True]


async def test_a_vtn_that_no_longer_knows_the_router_asks_for_registration(clock: SimulatedClock) -> None:
    """36."""
    vtn = Vtn()
    vtn.members["ven_lookup"] = lambda ven_id: vtn.book.get(ven_id)
    await vtn.start()
    try:
        vtn.event("event-1")
        async with listening(settings_for(vtn.url), clock) as (_, heard):
            vtn.book.clear()
            await clock.advance(POLL)
            assert vtn.kinds().count("oadrCreatePartyRegistration") == 2
            assert "oadrResponse" in vtn.kinds()
            assert links(heard) == [True]
            assert last_complete(heard) == {"event-1"}
    finally:
        await vtn.stop()


async def test_a_vtn_that_forgets_every_registration_at_once_is_not_asked_without_end(
    clock: SimulatedClock,
) -> None:
    """36, 37."""
    vtn = Vtn(ven_lookup=lambda ven_id: None)
    await vtn.start()
    try:
        async with listening(settings_for(vtn.url), clock) as (_, heard):
            await clock.advance(MINUTE)
            assert links(heard) == [False]
            assert vtn.kinds().count("oadrCreatePartyRegistration") < 8
    finally:
        await vtn.stop()


async def test_the_registration_is_renewed_when_a_restarted_vtn_is_there_again(
    vtn: Vtn, clock: SimulatedClock
) -> None:
    """36, 41."""
    vtn.wanted = (POLL, POLL)
    vtn.event("event-1")
    async with listening(settings_for(vtn.url), clock, lambda: None) as (_, heard):
        await vtn.stop()
        await clock.advance(MINUTE)
        assert links(heard) == [True, False]
        await vtn.start()
        vtn.event("event-2")
        await clock.advance(5 * MINUTE)
        assert links(heard) == [True, False, True]
        assert vtn.kinds().count("oadrCreatePartyRegistration") == 2
        assert vtn.kinds().count("oadrRegisterReport") == 2
        assert last_complete(heard) == {"event-2"}


async def test_a_registration_that_the_vtn_ends_is_told_and_tried_again(
    vtn: Vtn, clock: SimulatedClock
) -> None:
    """36."""
    async with listening(settings_for(vtn.url), clock) as (_, heard):
        cancel = {"ven_id": VEN, "registration_id": "registration-1", "request_id": "r"}
        vtn.polls.append(("oadrCancelPartyRegistration", cancel))
        await clock.advance(POLL)
        assert vtn.heard[-1][0] == "oadrCanceledPartyRegistration"
        lost = [signal for signal in heard if isinstance(signal, LinkChanged)][-1]
        assert "ended the registration" in lost.sentence
        await clock.advance(MINUTE)
        assert links(heard) == [True, False, True]


async def test_events_are_asked_for_at_the_start(vtn: Vtn, clock: SimulatedClock) -> None:
    """37."""
    vtn.event("event-1")
    async with listening(settings_for(vtn.url), clock) as (_, heard):
        assert [event.id for event in events(heard)] == ["event-1"]
        assert vtn.kinds().count("oadrPoll") == 0
        assert last_complete(heard) == {"event-1"}


async def test_a_poll_brings_what_is_new_as_often_as_the_vtn_asks(vtn: Vtn, clock: SimulatedClock) -> None:
    """37."""
    async with listening(settings_for(vtn.url, poll_s=3600), clock) as (_, heard):
        vtn.event("event-1")
        await clock.advance(POLL)
        assert [event.id for event in events(heard)] == ["event-1"]
        assert vtn.kinds().count("oadrPoll") == 2  # the second one found nothing more


async def test_without_a_wish_of_the_vtn_the_home_file_says_how_often(clock: SimulatedClock) -> None:
    """37."""
    vtn = Vtn(requested_poll_freq=None)
    await vtn.start()
    try:
        async with listening(settings_for(vtn.url, poll_s=120), clock):
            await clock.advance(timedelta(seconds=119))
            assert vtn.kinds().count("oadrPoll") == 0
            await clock.advance(timedelta(seconds=2))
            assert vtn.kinds().count("oadrPoll") == 1
    finally:
        await vtn.stop()


async def test_an_event_that_the_vtn_forgot_without_a_word_is_missed_in_time(
    vtn: Vtn, clock: SimulatedClock
) -> None:
    """37, 39."""
    vtn.event("event-1", start=NOW + 2 * HOUR)
    async with listening(settings_for(vtn.url), clock) as (_, heard):
        assert last_complete(heard) == {"event-1"}
        vtn.server.events[VEN].clear()
        await clock.advance(16 * MINUTE)
        assert last_complete(heard) == set()


async def test_a_higher_modification_number_replaces_the_event(vtn: Vtn, clock: SimulatedClock) -> None:
    """38."""
    event = vtn.event("event-1")
    async with listening(settings_for(vtn.url), clock) as (_, heard):
        event.event_signals[0] = signal_of(1.0)
        vtn.changed(event)
        await clock.advance(POLL)
        first, second = events(heard)
        assert (first.id, second.id) == ("event-1", "event-1")
        assert second.modified_at > first.modified_at
        assert [payload.value for payload in second.payloads] == [1.0]


async def test_a_lower_modification_number_was_overtaken(vtn: Vtn, clock: SimulatedClock) -> None:
    """38."""
    event = vtn.event("event-1", modification_number=5)
    async with listening(settings_for(vtn.url), clock) as (_, heard):
        event.event_signals[0] = signal_of(1.0)
        vtn.changed(event, number=4)
        await clock.advance(POLL)
        assert [payload.value for payload in events(heard)[-1].payloads] == [2.0]
        assert last_complete(heard) == {"event-1"}


async def test_the_states_of_an_event_are_no_news(vtn: Vtn, clock: SimulatedClock, state: State) -> None:
    """39."""
    vtn.event("event-1", start=NOW + MINUTE)
    async with listening(settings_for(vtn.url), clock) as (_, heard):
        for state.now in ("none", "far", "near", "active"):
            vtn.server.events_updated[VEN] = True
            await clock.advance(POLL)
            assert last_complete(heard) == {"event-1"}
        assert len(events(heard)) == 1


async def test_a_completed_event_is_over(vtn: Vtn, clock: SimulatedClock, state: State) -> None:
    """39."""
    vtn.event("event-1")
    async with listening(settings_for(vtn.url), clock) as (_, heard):
        state.now = "completed"
        vtn.server.events_updated[VEN] = True
        await clock.advance(POLL)
        assert last_complete(heard) == set()
        assert vtn.answers() == []


async def test_an_event_that_was_over_when_it_was_first_seen_is_no_news(
    vtn: Vtn, clock: SimulatedClock
) -> None:
    """39."""
    vtn.event("event-1", start=NOW - 2 * HOUR)
    async with listening(settings_for(vtn.url), clock) as (_, heard):
        assert events(heard) == []
        assert last_complete(heard) == set()


async def test_a_cancelled_event_is_taken_back_and_the_vtn_hears_of_it(
    vtn: Vtn, clock: SimulatedClock
) -> None:
    """38, 39."""
    vtn.event("event-1")
    async with listening(settings_for(vtn.url), clock) as (_, heard):
        vtn.server.cancel_event(VEN, "event-1")
        await clock.advance(POLL)
        assert any(isinstance(signal, EventCancelled) for signal in heard)
        assert vtn.answers() == [("event-1", 1, "optIn", 200)]
        await clock.advance(MINUTE)
        assert len(vtn.answers()) == 1
        assert sum(isinstance(signal, EventCancelled) for signal in heard) == 1


async def test_a_test_event_is_answered_and_not_carried_out(vtn: Vtn, clock: SimulatedClock) -> None:
    """40."""
    vtn.event("event-1", test_event=True)
    async with listening(settings_for(vtn.url), clock) as (_, heard):
        assert events(heard) == []
        assert last_complete(heard) == set()
        assert vtn.answers() == [("event-1", 0, "optIn", 200)]


async def test_events_of_other_vens_and_other_markets_are_declined(vtn: Vtn, clock: SimulatedClock) -> None:
    """38."""
    vtn.event("event-1", targets=[{"ven_id": "another"}])
    vtn.event("event-2", market_context="https://market.example/winter")
    settings = settings_for(vtn.url, programs=("https://market.example/summer",))
    async with listening(settings, clock) as (_, heard):
        assert events(heard) == []
        assert sorted(vtn.answers()) == [("event-1", 0, "optOut", 200), ("event-2", 0, "optOut", 200)]


async def test_an_event_that_becomes_a_test_is_taken_back(vtn: Vtn, clock: SimulatedClock) -> None:
    """40."""
    event = vtn.event("event-1")
    async with listening(settings_for(vtn.url), clock) as (_, heard):
        event.event_descriptor.test_event = True
        vtn.changed(event)
        await clock.advance(POLL)
        assert any(isinstance(signal, EventCancelled) for signal in heard)
        assert last_complete(heard) == set()


async def test_an_event_without_an_end_is_read_on_even_without_a_link(
    vtn: Vtn, clock: SimulatedClock
) -> None:
    """40."""
    vtn.event("event-1", duration=timedelta(0))
    vtn.server.events[VEN][0].event_signals[0].intervals[0].duration = timedelta(0)
    async with listening(settings_for(vtn.url), clock) as (_, heard):
        (first,) = events(heard)
        assert first.known_until == NOW + timedelta(days=8)
        vtn.bend["OadrPoll"] = vtn.bend["EiRegisterParty"] = saying("", status=500)
        await clock.advance(timedelta(days=4, hours=1))
        last = events(heard)[-1]
        assert last.reaches_beyond(first)
        assert last.repeats(first)


@pytest.mark.parametrize(
    "answer",
    [
        saying("", status=500),
        saying("busy", status=503),
        saying("{}"),
        saying("<oadrPayload"),
        saying(b"\xff\xfe<\x00"),
        saying('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
        saying('<?xml version="1.0" encoding="utf-7"?><a/>'),
        saying("<a>" + "b" * 5_000_000 + "</a>"),
    ],
    ids=["500", "503", "json", "half", "no text", "entities", "encoding", "endless"],
)
async def test_nonsense_loses_the_link_cancels_nothing_and_heals(
    vtn: Vtn, clock: SimulatedClock, answer: Handler
) -> None:
    """7."""
    vtn.event("event-1")
    async with listening(settings_for(vtn.url), clock) as (_, heard):
        vtn.bend = dict.fromkeys(("OadrPoll", "EiEvent", "EiRegisterParty"), answer)
        await clock.advance(MINUTE)
        assert links(heard) == [True, False]
        assert last_complete(heard) == {"event-1"}
        vtn.bend.clear()
        await clock.advance(5 * MINUTE)
        assert links(heard) == [True, False, True]
        assert last_complete(heard) == {"event-1"}
        assert len(events(heard)) == 1


async def test_a_silent_vtn_is_left_after_a_time(vtn: Vtn, clock: SimulatedClock) -> None:
    """7."""
    over = asyncio.Event()

    async def silent(_: web.Request) -> web.StreamResponse:
        await over.wait()
        return xml("")

    vtn.bend["EiRegisterParty"] = silent
    async with listening(settings_for(vtn.url, timeout_s=0.2), clock) as (_, heard):
        (lost,) = heard
        assert isinstance(lost, LinkChanged)
        assert "did not answer" in lost.sentence
        over.set()


@pytest.mark.parametrize(
    ("status", "words"), [(403, "refuses the router"), (404, "has no EiRegisterParty"), (302, "out of order")]
)
async def test_refusals_of_http_are_told_in_words(
    vtn: Vtn, clock: SimulatedClock, status: int, words: str
) -> None:
    """7."""
    vtn.bend["EiRegisterParty"] = saying("", status=status)
    async with listening(settings_for(vtn.url), clock) as (_, heard):
        (lost,) = heard
        assert isinstance(lost, LinkChanged)
        assert words in lost.sentence


async def test_messages_that_are_not_used_do_no_harm(vtn: Vtn, clock: SimulatedClock) -> None:
    """7."""
    async with listening(settings_for(vtn.url), clock) as (_, heard):
        registered = {"ven_id": VEN, "request_id": "r", "reports": []}
        response = {"response_code": 200, "response_description": "OK", "request_id": "r"}
        vtn.polls += [
            ("oadrRegisterReport", registered),
            ("oadrUpdatedReport", {"response": response, "ven_id": VEN}),
        ]
        await clock.advance(POLL)
        assert "oadrRegisteredReport" in vtn.kinds()
        assert links(heard) == [True]


async def test_an_openadr_refusal_leads_to_a_new_registration(vtn: Vtn, clock: SimulatedClock) -> None:
    """36."""
    async with listening(settings_for(vtn.url), clock) as (_, heard):
        response = {"response_code": 463, "response_description": "who are you", "request_id": "r"}
        vtn.polls.append(("oadrResponse", {"response": response, "ven_id": VEN}))
        await clock.advance(MINUTE)
        assert links(heard) == [True, False, True]
        assert vtn.kinds().count("oadrCreatePartyRegistration") == 2


async def test_without_the_library_the_owner_reads_what_to_install(
    vtn: Vtn, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openleadr", None)
    async with listening(settings_for(vtn.url), clock) as (_, heard):
        (lost,) = heard
        assert isinstance(lost, LinkChanged)
        assert "drrouter[openadr2]" in lost.sentence


def test_the_library_is_loaded_only_when_it_is_used() -> None:
    code = "import sys, drrouter.app; sys.exit('openleadr' in sys.modules or 'lxml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
