"""What happens at home has its consequences: in the book, in the journal, and for the plan."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.ids import DeviceId, HoldToken, ProgrammeId
from drrouter.domain.instruction import Instruction, Outcome, OutcomeKind
from drrouter.domain.wish import Commitment, CycleWish, LevelWish, RunningCycle
from drrouter.ports import Collection
from drrouter.router.book import Book
from drrouter.router.household import BACK_WITHIN, Household, StandingWish
from drrouter.router.observe import Happening
from drrouter.router.registry import Registry
from drrouter.router.scribe import Scribe
from tests.builders import (
    CAR,
    ECO,
    HOUR,
    HVAC,
    MINUTE,
    NOON,
    WASHER,
    answer,
    at,
    car,
    hvac,
    programme,
    washer,
)
from tests.fakes import MemoryStore

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
BOIL = ProgrammeId("boil")
DONE = Outcome(OutcomeKind.DONE)


class Home:
    """A household with a washer, a car and an air conditioner."""

    def __init__(self) -> None:
        self.clock, self.store, self.book = SimulatedClock(NOON), MemoryStore(), Book()
        self.registry = Registry([washer(WASHER, programme(), programme(BOIL)), car(), hvac()])
        self.scribe = Scribe(self.store, self.clock, lambda _: None)
        self.replans: list[str] = []
        standing = {CAR: StandingWish(20_000.0, time(7, 30))}
        self.household = Household(
            self.registry, self.book, self.scribe, self.clock, standing, AMSTERDAM, self.replans.append
        )

    async def happens(self, device_id: DeviceId, *happenings: Happening) -> None:
        for happening in happenings:
            self.household.happened(device_id, happening)
        await self.clock.settle()

    async def switched(self, device_id: DeviceId, power_w: float, outcome: Outcome = DONE) -> None:
        told = Instruction("i", device_id, power_w, "the plan wants it", NOON + HOUR)
        self.household.carried_out(told, outcome)
        await self.clock.settle()

    async def read(self, device_id: DeviceId, watts: float, minutes: float) -> None:
        """Readings every half minute, with their consequences."""
        for step in range(int(2 * minutes) + 1):
            moment = self.clock.now() + step * MINUTE / 2
            for happening in self.registry.take_in(device_id, answer(device_id, moment, True, watts)):
                await self.happens(device_id, happening)


@pytest.fixture
async def home() -> AsyncIterator[Home]:
    made = Home()
    task = asyncio.create_task(made.scribe.run())
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


WISH = CycleWish(WASHER, BOIL, NOON, at("18:00"))
PROMISE = Commitment(WASHER, BOIL, NOON, 90 * MINUTE, HoldToken("t"), NOON)


# Instructions


async def test_what_was_switched_is_noted_with_its_reason(home: Home) -> None:
    await home.switched(HVAC, 0.0)
    await home.switched(HVAC, 1000.0)
    assert home.store.sentences() == [
        "Hvac switched off: the plan wants it.",
        "Hvac switched on: the plan wants it.",
    ]


async def test_what_a_device_does_not_do_is_noted_once_until_it_changes(home: Home) -> None:
    silent = Outcome(OutcomeKind.SILENT, "no answer.")
    for _ in range(3):
        await home.switched(HVAC, 0.0, silent)
    await home.switched(HVAC, 1000.0, silent)
    await home.switched(HVAC, 0.0)
    await home.switched(HVAC, 0.0, silent)
    assert home.store.sentences() == [
        "Hvac could not be switched off: no answer.",
        "Hvac could not be switched on: no answer.",
        "Hvac switched off: the plan wants it.",
        "Hvac could not be switched off: no answer.",
    ]


@pytest.mark.parametrize("asked", [WISH, PROMISE])
async def test_a_machine_that_was_switched_on_runs_what_was_asked(
    home: Home, asked: CycleWish | Commitment
) -> None:
    shelf = Collection.WISHES if isinstance(asked, CycleWish) else Collection.COMMITMENTS
    home.book.put(shelf, WASHER, asked)
    await home.switched(WASHER, 2000.0)
    running = RunningCycle(WASHER, BOIL, NOON)
    assert home.registry.state(WASHER).running == running
    assert (home.book.wishes, home.book.commitments, home.book.running) == ({}, {}, {WASHER: running})
    assert await home.store.load(Collection.RUNNING) == {WASHER: running}
    assert home.replans == ["Washer began its cycle"]
    assert home.store.sentences()[-1] == "Washer runs boil."


async def test_a_promise_that_is_kept_leaves_a_wish_for_another_programme(home: Home) -> None:
    home.book.put(Collection.COMMITMENTS, WASHER, replace(PROMISE, programme_id=ECO))
    home.book.put(Collection.WISHES, WASHER, WISH)
    await home.switched(WASHER, 2000.0)
    assert home.book.running[WASHER].programme_id == ECO
    assert home.book.wishes == {WASHER: WISH}


async def test_a_machine_that_was_switched_on_without_being_asked_runs_nothing_yet(home: Home) -> None:
    await home.switched(WASHER, 2000.0)
    assert home.registry.state(WASHER).running is None


async def test_a_machine_that_was_switched_off_or_would_not_has_begun_nothing(home: Home) -> None:
    home.book.put(Collection.WISHES, WASHER, WISH)
    await home.switched(WASHER, 0.0)
    await home.switched(WASHER, 2000.0, Outcome(OutcomeKind.REFUSED, "no"))
    assert home.registry.state(WASHER).running is None
    assert home.book.wishes == {WASHER: WISH}


async def test_power_for_a_machine_that_runs_begins_no_second_cycle(home: Home) -> None:
    first = RunningCycle(WASHER, ECO, at("11:00"))
    home.registry.began(first)
    home.book.put(Collection.WISHES, WASHER, WISH)
    await home.switched(WASHER, 2000.0)
    assert home.registry.state(WASHER).running == first
    assert home.book.wishes == {WASHER: WISH}


# Cycles at the machine's own buttons


async def test_a_machine_started_by_hand_runs_its_first_programme(home: Home) -> None:
    await home.read(WASHER, 500.0, minutes=1)
    assert home.book.running[WASHER] == RunningCycle(WASHER, ECO, NOON)
    assert home.replans == ["Washer appeared", "Washer began its cycle"]


async def test_a_machine_started_by_hand_runs_what_was_asked_of_it(home: Home) -> None:
    home.book.put(Collection.WISHES, WASHER, WISH)
    await home.read(WASHER, 500.0, minutes=1)
    assert home.registry.state(WASHER).running == RunningCycle(WASHER, BOIL, NOON)
    assert (home.book.wishes, home.book.running[WASHER].programme_id) == ({}, BOIL)


async def test_a_cycle_that_ended_is_forgotten_and_a_plan_is_due(home: Home) -> None:
    home.book.put(Collection.RUNNING, WASHER, RunningCycle(WASHER, ECO, NOON))
    await home.happens(WASHER, Happening.CYCLE_ENDED)
    assert (home.book.running, home.replans) == ({}, ["Washer is done"])
    assert home.store.sentences() == ["Washer is done."]


async def test_a_cycle_that_began_and_is_over_already_leaves_nothing(home: Home) -> None:
    await home.happens(WASHER, Happening.CYCLE_BEGAN)
    assert (home.book.running, home.store.sentences()) == ({}, [])


# Devices that come and go


async def test_a_device_that_appears_is_noted_and_planned_for(home: Home) -> None:
    await home.happens(HVAC, Happening.APPEARED)
    assert home.store.sentences() == ["Hvac is here."]
    assert home.replans == ["Hvac appeared"]


async def test_a_device_that_is_gone_is_said_once(home: Home) -> None:
    for _ in range(3):
        home.household.gone(HVAC, "it does not answer!")
    await home.clock.settle()
    assert home.store.sentences() == ["Hvac is gone: it does not answer!"]


# Cars


async def test_a_car_that_arrives_gets_the_standing_wish_within_its_battery(home: Home) -> None:
    await home.read(CAR, 2300.0, minutes=1)
    wish = LevelWish(CAR, 10_000.0, at("29:30"))
    assert home.book.wishes == {CAR: wish}
    assert home.book.levels[CAR].level == 0.0
    assert await home.store.load(Collection.WISHES) == {CAR: wish}
    assert home.replans[-1] == "Car: a car arrived"


async def test_a_car_for_which_somebody_asked_already_keeps_that_wish(home: Home) -> None:
    wish = LevelWish(CAR, 3000.0, at("18:00"))
    home.book.put(Collection.WISHES, CAR, wish)
    await home.happens(CAR, Happening.CAR_ARRIVED)
    assert home.book.wishes == {CAR: wish}


async def test_a_car_without_a_standing_wish_is_only_noted(home: Home) -> None:
    other = Household(home.registry, home.book, home.scribe, home.clock, {}, AMSTERDAM, home.replans.append)
    other.happened(CAR, Happening.CAR_ARRIVED)
    assert home.book.wishes == {}


async def test_a_car_that_is_full_or_gone_asks_for_nothing_any_more(home: Home) -> None:
    await home.read(CAR, 2300.0, minutes=1)
    home.registry.take_in(CAR, answer(CAR, NOON + MINUTE, True, 0.0))
    await home.happens(CAR, Happening.CAR_DONE)
    assert (home.book.wishes, home.book.levels) == ({}, {})
    assert home.store.sentences()[-1] == "Car: the car is full or gone."


@pytest.mark.parametrize(("away", "kept"), [(BACK_WITHIN, True), (BACK_WITHIN + MINUTE, False)])
async def test_a_car_that_is_back_at_once_keeps_what_was_asked_of_it(
    home: Home, away: timedelta, kept: bool
) -> None:
    wish = LevelWish(CAR, 3000.0, at("18:00"))
    home.book.put(Collection.WISHES, CAR, wish)
    await home.happens(CAR, Happening.CAR_DONE)
    assert home.book.wishes == {}
    await home.clock.advance(away)
    await home.happens(CAR, Happening.CAR_ARRIVED)
    assert (home.book.wishes[CAR] == wish) is kept


# Local times


@pytest.mark.parametrize(
    ("now", "departure"),
    [
        (datetime(2026, 6, 1, 5, 29, tzinfo=UTC), datetime(2026, 6, 1, 5, 30, tzinfo=UTC)),
        (datetime(2026, 6, 1, 5, 30, tzinfo=UTC), datetime(2026, 6, 2, 5, 30, tzinfo=UTC)),
        (datetime(2026, 10, 24, 12, 0, tzinfo=UTC), datetime(2026, 10, 25, 6, 30, tzinfo=UTC)),
        (datetime(2026, 3, 28, 12, 0, tzinfo=UTC), datetime(2026, 3, 29, 5, 30, tzinfo=UTC)),
    ],
)
def test_the_next_departure_is_at_the_same_local_time_in_summer_and_winter(
    now: datetime, departure: datetime
) -> None:
    assert StandingWish(1.0, time(7, 30)).next_after(now, AMSTERDAM) == departure


def test_a_departure_in_the_hour_that_is_left_out_is_still_ahead() -> None:
    now = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)
    departure = StandingWish(1.0, time(2, 30)).next_after(now, AMSTERDAM)
    assert timedelta(0) < departure - now <= 2 * HOUR
