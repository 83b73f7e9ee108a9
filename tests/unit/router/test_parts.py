"""The small parts: base load, words for times, the account, and news for many listeners."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.interval import Interval
from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.domain.plan import DataRung, SolveRung
from drrouter.router.account import Account, ErrorCount
from drrouter.router.broadcast import ROOM, Broadcast
from drrouter.router.facade import Change, Topic
from drrouter.router.forecast import BaseLoad
from drrouter.router.local import clock_time, lasting
from drrouter.router.waiting import news_or
from tests.builders import FREEZER, MINUTE, NOON, a_plan, span

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


# Base load


def test_a_base_load_follows_the_local_day() -> None:
    load = BaseLoad(tuple(float(hour) for hour in range(24)), AMSTERDAM)
    assert load.at(NOON) == 14.0
    assert load.at(datetime(2026, 1, 1, 12, tzinfo=UTC)) == 13.0
    assert load.mean(span("12:00", "12:15")) == 14.0
    assert load.mean(span("12:30", "13:30")) == 14.5
    assert load.mean(Interval(NOON, NOON + MINUTE)) == 14.0


def test_a_base_load_has_24_hours() -> None:
    with pytest.raises(ValueError, match="needs 24 hourly values, not 23"):
        BaseLoad((0.0,) * 23, AMSTERDAM)


# Words


def test_an_instant_is_said_as_people_at_home_read_it() -> None:
    assert clock_time(NOON, AMSTERDAM) == "Mon 01 Jun 14:00"


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(hours=1, minutes=20, seconds=5), "1 h 20 min"),
        (timedelta(minutes=15), "15 min"),
        (timedelta(seconds=40), "40 s"),
        (timedelta(days=2, minutes=1), "2 d 1 min"),
        (timedelta(0), "0 s"),
        (timedelta(seconds=-5), "0 s"),
    ],
)
def test_a_span_is_said_in_its_two_largest_units(span: timedelta, words: str) -> None:
    assert lasting(span) == words


# The account


def test_plans_are_counted_by_their_rungs() -> None:
    account = Account(ErrorCount())
    account.planned(a_plan())
    account.planned(a_plan())
    view = account.view({FREEZER: 5.0})
    assert (view.solve_rungs, view.data_rungs) == ({SolveRung.OPTIMAL: 2}, {DataRung.LIVE: 2})
    assert view.energy_wh == {FREEZER: 5.0}


def test_minutes_without_live_data_are_counted() -> None:
    account = Account(ErrorCount())
    rungs = (DataRung.LAST_PUBLISHED, DataRung.LIVE, DataRung.OFFLINE_PROFILE, DataRung.BEST_PRACTICE)
    for minute, rung in enumerate(rungs):
        account.passed(NOON + minute * MINUTE, rung)
    account.passed(NOON, DataRung.LAST_PUBLISHED)  # the clock was set back
    assert account.view({}).offline_minutes == 2.0


def test_errors_are_counted_and_warnings_are_not() -> None:
    errors, log = ErrorCount(), logging.getLogger("drrouter.tests.account")
    log.addHandler(errors)
    try:
        log.error("one")
        log.critical("two")
        log.warning("none")
    finally:
        log.removeHandler(errors)
    assert Account(errors).view({}).errors_logged == 2


def test_the_account_goes_on_after_a_restart() -> None:
    account = Account(ErrorCount())
    account.planned(a_plan())
    account.passed(NOON, DataRung.LIVE)
    account.passed(NOON + MINUTE, DataRung.LAST_PUBLISHED)
    again = Account(ErrorCount(), account.keep())
    assert again.view({}) == account.view({})


@pytest.mark.parametrize("kept", [None, "nonsense", {"solve_rungs": 3, "errors_logged": "many"}, {"new": 1}])
def test_an_account_that_cannot_be_read_begins_anew(kept: object) -> None:
    assert Account(ErrorCount(), kept).view({}) == Account(ErrorCount()).view({})


# News


def news(number: int) -> Change:
    return Change(Topic.JOURNAL, JournalEntry(NOON, JournalKind.PLAN, str(number)))


async def test_everybody_who_listens_is_told_everything() -> None:
    broadcast = Broadcast()
    listeners = [broadcast.listen() for _ in range(2)]
    first = [asyncio.ensure_future(anext(listener)) for listener in listeners]
    await asyncio.sleep(0)
    for number in range(3):
        broadcast.tell(news(number))
    assert await asyncio.gather(*first) == [news(0), news(0)]
    assert [await anext(listener) for listener in listeners for _ in range(2)] == [news(1), news(2)] * 2


async def test_a_slow_listener_misses_the_oldest_and_stops_nobody() -> None:
    broadcast = Broadcast()
    listener = broadcast.listen()
    first = asyncio.ensure_future(anext(listener))
    await asyncio.sleep(0)
    for number in range(ROOM + 10):
        broadcast.tell(news(number))
    assert await first == news(10)


async def test_who_stops_listening_is_told_no_more() -> None:
    broadcast = Broadcast()
    listener = broadcast.listen()
    assert isinstance(listener, AsyncIterator)
    first = asyncio.ensure_future(anext(listener))
    await asyncio.sleep(0)
    broadcast.tell(news(1))
    await first
    await listener.aclose()  # type: ignore[attr-defined]
    broadcast.tell(news(2))
    with pytest.raises(StopAsyncIteration):
        await anext(listener)


# Waiting


async def test_waiting_ends_with_the_news_or_with_the_time() -> None:
    clock, told = SimulatedClock(NOON), asyncio.Event()
    waiting = asyncio.create_task(news_or(clock, NOON + MINUTE, told))
    await clock.settle()
    told.set()
    await waiting
    assert clock.now() == NOON
    await news_or(clock, NOON + MINUTE, told)
    told.clear()
    again = asyncio.create_task(news_or(clock, NOON + MINUTE, told))
    await clock.advance(MINUTE)
    await again
    assert clock.now() == NOON + MINUTE


async def test_who_stops_waiting_leaves_no_timer_behind() -> None:
    clock = SimulatedClock(NOON)
    waiting = asyncio.create_task(news_or(clock, NOON + MINUTE, asyncio.Event()))
    await clock.settle()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert waiting.cancelled()
