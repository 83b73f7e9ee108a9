"""The true router under a network provider that falls silent: its failsafe limit, to the instant.

The car takes 3.7 kW or so and does not fit under the failsafe of 900 W beside a base load of 300 W.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from drrouter.domain.event import Event
from drrouter.domain.measurement import Quantity, Reading
from drrouter.domain.signal import EventReceived, EventsComplete, Heard, LinkChanged
from drrouter.ports import Collection
from drrouter.router.failsafe import Failsafe
from drrouter.router.failsafes import key_of
from drrouter.router.viewed import StatusView
from tests.builders import CAR, HVAC, MINUTE, SP, at, capacity
from tests.fakes import MemoryStore
from tests.homes import Home, running

SECOND = timedelta(seconds=1)
BOX = Failsafe(heartbeat=2 * MINUTE, duration=60 * MINUTE, limit_w=900)


@asynccontextmanager
async def a_home(failsafe: Failsafe = BOX, **more: object) -> AsyncIterator[Home]:
    """A home at noon whose provider has just been heard; a car is there and charges as it likes."""
    made = Home(failsafe=failsafe, tick=MINUTE, **more)  # type: ignore[arg-type]
    async with running(made):
        made.provider.says(LinkChanged(SP, True, "The link is up.", made.clock.now()))
        made.plug(CAR).appliance.plugged_in = True
        await made.clock.settle()
        yield made


async def hear(home: Home, when: str, *events: Event) -> None:
    """The provider is polled with success at that time, and sends these events."""
    await home.clock.advance_to(at(when))
    home.provider.says(*(EventReceived(event) for event in events))
    listed = frozenset(event.id for event in events)
    home.provider.says(EventsComplete(SP, listed, at(when)))
    await home.clock.settle()


def status(home: Home) -> StatusView:
    return home.front.status()


def told(home: Home) -> list[str]:
    return [one for one in home.store.sentences() if one.startswith("The failsafe")]


async def test_silence_brings_the_limit_into_force_within_the_second_and_words_hold_it_off() -> None:
    """43."""
    async with a_home() as home:
        await hear(home, "12:01:30")
        home.provider.says(Heard(SP, at("12:01:30")))
        await home.clock.advance_to(at("12:03:30") - SECOND)
        assert home.is_on(CAR, HVAC) == [True, True]
        await home.clock.advance_to(at("12:03:30") + SECOND)
        assert home.is_on(CAR, HVAC) == [False, False]
        assert (status(home).limit_w, status(home).degraded) == (900, True)
        assert "Failsafe of grid since Mon 01 Jun 14:03: at most 900 W from the grid" in status(home).offline
        assert [link.freshness and link.freshness.state for link in status(home).links] == ["failsafe"]
        assert told(home) == [
            "The failsafe of grid is in force (at most 900 W from the grid): "
            "nothing was heard of it for 2 min."
        ]


async def test_a_clock_that_is_set_back_puts_it_off_by_no_more_than_its_heartbeat() -> None:
    """43: time from the network, after a start with a clock that ran ahead."""
    async with a_home() as home:
        await hear(home, "12:01")
        home.clock._now = at("10:00")
        power = Reading(CAR, Quantity.POWER_W, 3700.0, at("10:00"))
        home.router.readings(CAR, [power])
        await home.clock.settle()
        await home.clock.advance_to(at("10:02") - SECOND)
        assert status(home).limit_w is None
        await home.clock.advance_to(at("10:02") + SECOND)
        assert (status(home).limit_w, home.is_on(CAR)) == (900, [False])


async def test_it_holds_its_time_although_the_provider_returns_and_then_leaves() -> None:
    """43."""
    async with a_home() as home:
        await hear(home, "12:10")
        assert home.is_on(CAR) == [False]
        assert "until Mon 01 Jun 15:02 or a fresh limit of it" in status(home).offline
        for minute in range(11, 62):
            await hear(home, f"{12 + minute // 60}:{minute % 60:02}")
        await home.clock.advance_to(at("13:02") - SECOND)
        assert home.is_on(CAR) == [False]
        await home.clock.advance_to(at("13:02"))
        assert home.is_on(CAR) == [True]
        assert (status(home).limit_w, status(home).offline) == (None, "")
        assert told(home)[-1] == (
            "The failsafe of grid is no longer in force after 1 h: "
            "the provider is heard again, its least time is over."
        )


async def test_a_fresh_limit_takes_its_place_at_once_and_an_old_one_does_not() -> None:
    async with a_home() as home:
        old = capacity("old", 5000.0, "12:00", "20:00")
        await hear(home, "12:01", old)
        await hear(home, "12:10", old)
        assert status(home).limit_w == 900
        fresh = replace(old, modified_at=at("12:11"), payloads=capacity("x", 6000, "12:00", "20:00").payloads)
        await hear(home, "12:11", fresh)
        assert (status(home).limit_w, home.is_on(CAR)) == (6000, [True])
        assert told(home)[-1].endswith("the provider is heard again and has sent a fresh limit.")


async def test_the_tighter_of_failsafe_and_known_limits_holds() -> None:
    async with a_home() as home:
        await hear(home, "12:01", capacity("tight", 700.0, "12:30", "12:40"))
        await home.clock.advance_to(at("12:35"))
        assert status(home).limit_w == 700
        await home.clock.advance_to(at("12:45"))
        assert status(home).limit_w == 900


async def test_it_survives_a_restart_with_its_beginning_and_leaves_as_it_would_have() -> None:
    store = MemoryStore()
    async with a_home(store=store) as home:
        await home.clock.advance_to(at("12:30"))
        assert status(home).limit_w == 900
    again = Home(failsafe=BOX, tick=MINUTE, store=store, start=at("12:40"))
    async with running(again):
        assert status(again).limit_w == 900
        for minute in range(41, 62):
            await hear(again, f"{12 + minute // 60}:{minute % 60:02}")
        assert status(again).limit_w == 900
        await again.clock.advance_to(at("13:02"))
        assert status(again).limit_w is None


async def test_a_restart_forgets_what_it_cannot_read() -> None:
    for kept in ({"since": "once"}, {"since": "2026-06-01T12:00:00+00:00"}, {"since": None}, 7):
        store = MemoryStore()
        store.documents[Collection.SETTINGS, key_of(SP)] = kept
        home = Home(failsafe=BOX, tick=MINUTE, store=store)
        async with running(home):
            assert home.router.uplinks.failsafes.in_force != (SP,)
            await home.clock.advance_to(at("12:02"))
            assert home.router.uplinks.failsafes.in_force == (SP,)


async def test_it_ends_by_itself_where_the_home_file_says_so() -> None:
    async with a_home(replace(BOX, until_heard=False)) as home:
        await home.clock.advance_to(at("13:02") - SECOND)
        assert "until Mon 01 Jun 15:02; nothing was heard of it" in status(home).offline
        assert home.is_on(CAR) == [False]
        await home.clock.advance_to(at("13:02"))
        assert home.is_on(CAR) == [True]
        assert told(home)[-1].endswith("its time is over.")


async def test_it_binds_the_devices_that_it_names_and_the_feed_in() -> None:
    async with a_home(replace(BOX, members=(CAR,), export_limit_w=0.0)) as home:
        await home.clock.advance_to(at("12:02"))
        assert home.is_on(CAR, HVAC) == [False, True]
        (limit,) = home.router.steering.timeline.export_limits_at(at("12:02"))
        assert (limit.max_w, limit.members) == (0.0, (CAR,))
        assert "at most 900 W from the grid and at most 0 W into it for car" in status(home).offline


async def test_a_lost_link_counts_from_the_last_word() -> None:
    async with a_home() as home:
        await hear(home, "12:01")
        home.provider.says(LinkChanged(SP, False, "No answer.", at("12:01:30"), heard_at=at("12:01")))
        await home.clock.advance_to(at("12:03"))
        assert status(home).limit_w == 900


async def test_a_last_word_of_a_provider_that_was_left_breaks_no_status() -> None:
    async with a_home() as home:
        home.router.uplinks.forget(SP)
        home.provider.says(LinkChanged(SP, False, "gone", home.clock.now()))
        await home.clock.settle()
        assert [link.freshness for link in status(home).links] == [None]
