"""The book: what is known of events, and what must be forgotten, and what a restart brings back."""

from dataclasses import replace

from drrouter.domain.device import KnownLevel
from drrouter.domain.ids import HoldToken
from drrouter.domain.wish import Commitment, CycleWish, LevelWish, Override, OverrideMode, RunningCycle
from drrouter.ports import Change, Collection, Put, Remove
from drrouter.router.book import REMEMBERED, Book
from tests.builders import (
    CAR,
    ECO,
    FREEZER,
    HVAC,
    MINUTE,
    NOON,
    SP,
    WASHER,
    a_plan,
    at,
    event,
    price,
)
from tests.fakes import MemoryStore

EVENT = price("e", 0.3, "12:00", "13:00")


def test_a_newer_version_replaces_and_a_cancelled_event_is_forgotten() -> None:
    book, newer = Book(), replace(EVENT, modified_at=NOON)
    assert book.keep_event(EVENT) == Put(Collection.EVENTS, "grid/e", EVENT)
    book.keep_event(newer)
    assert book.events == {(SP, EVENT.id): newer}
    assert book.drop_event(SP, EVENT.id) == Remove(Collection.EVENTS, "grid/e")
    assert book.drop_event(SP, EVENT.id) == Remove(Collection.EVENTS, "grid/e")
    assert book.events == {}


def test_an_override_holds_until_its_end() -> None:
    book, off = Book(), Override(HVAC, OverrideMode.OFF, at("13:00"))
    book.put(Collection.OVERRIDES, HVAC, off)
    assert book.override_of(HVAC, at("12:59")) == off
    assert book.override_of(HVAC, at("13:00")) is None
    assert book.override_of(CAR, NOON) is None


def test_a_wish_for_a_cycle_is_told_from_one_for_a_level() -> None:
    book, cycle = Book(), CycleWish(WASHER, ECO, NOON, at("18:00"))
    book.put(Collection.WISHES, WASHER, cycle)
    book.put(Collection.WISHES, CAR, LevelWish(CAR, 1.0, at("18:00")))
    assert book.cycle_wish(WASHER) == cycle
    assert book.cycle_wish(CAR) is None
    assert book.cycle_wish(FREEZER) is None


def test_what_has_run_out_is_dropped_and_the_rest_stays() -> None:
    book = Book()
    book.put(Collection.OVERRIDES, HVAC, Override(HVAC, OverrideMode.OFF, NOON))
    book.put(Collection.OVERRIDES, CAR, Override(CAR, OverrideMode.OFF, at("12:01")))
    book.put(Collection.WISHES, CAR, LevelWish(CAR, 1.0, NOON))
    book.put(Collection.WISHES, WASHER, CycleWish(WASHER, ECO, at("10:00"), at("11:00")))
    dropped = book.expired(NOON)
    assert dropped == (Remove(Collection.OVERRIDES, HVAC), Remove(Collection.WISHES, CAR))
    assert (set(book.overrides), set(book.wishes)) == ({CAR}, {WASHER})
    assert book.expired(NOON) == ()


def test_an_event_is_forgotten_a_day_after_its_end_and_one_that_nobody_understands_stays() -> None:
    book, strange = Book(), event("strange")
    book.keep_event(EVENT)
    book.keep_event(strange)
    assert book.expired(at("13:00") + REMEMBERED - MINUTE) == ()
    assert book.expired(at("13:00") + REMEMBERED) == (Remove(Collection.EVENTS, "grid/e"),)
    assert list(book.events.values()) == [strange]


async def test_a_restart_brings_everything_back() -> None:
    before, store, plan = Book(), MemoryStore(), a_plan()
    changes: list[Change] = [
        before.keep_event(EVENT),
        before.put(Collection.WISHES, WASHER, CycleWish(WASHER, ECO, NOON, at("18:00"))),
        before.put(Collection.OVERRIDES, HVAC, Override(HVAC, OverrideMode.ON, at("18:00"))),
        before.put(
            Collection.COMMITMENTS, WASHER, Commitment(WASHER, ECO, NOON, 90 * MINUTE, HoldToken("t"), NOON)
        ),
        before.put(Collection.RUNNING, WASHER, RunningCycle(WASHER, ECO, NOON)),
        before.put(Collection.LEVELS, FREEZER, KnownLevel(-18.0, NOON)),
        before.keep_plan(plan),
    ]
    await store.commit(*changes)
    after = await Book.open(store)
    assert vars(after) == vars(before)
    assert after.plan == plan


async def test_the_first_start_finds_nothing() -> None:
    assert vars(await Book.open(MemoryStore())) == vars(Book())
