"""A whole day of the true router with the true planner: everything is ready in time, within every bound."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from drrouter.domain.event import Event, PayloadType
from drrouter.domain.interval import Interval
from drrouter.domain.plan import SolveRung
from drrouter.domain.signal import EventReceived, LinkChanged
from drrouter.router.facade import WishRequest
from drrouter.router.household import StandingWish
from tests.builders import (
    CAR,
    DAY,
    FREEZER,
    HOUR,
    MINUTE,
    NOON,
    SP,
    WASHER,
    at,
    capacity,
    event,
    payload,
    shed,
)
from tests.fakes import InlineSolver
from tests.homes import Home, assert_healthy, running

DEAR, CHEAP, USUAL = 0.60, -0.05, 0.25


def prices() -> Event:
    """Two days of hourly prices: dear in the evening, paid for at night."""
    hours = [Interval(DAY + n * HOUR, DAY + (n + 1) * HOUR) for n in range(72)]
    one = payload(PayloadType.PRICE, USUAL, "00:00", "01:00")
    return event("prices", *(replace(one, interval=hour, value=price_at(hour.start)) for hour in hours))


def price_at(instant: datetime) -> float:
    return DEAR if 17 <= instant.hour < 21 else CHEAP if 1 <= instant.hour < 5 else USUAL


class Day:
    """What is measured while a day passes."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.load_w: list[tuple[datetime, float]] = []

    async def pass_until(self, end: datetime) -> None:
        while self.home.clock.now() < end:
            await self.home.clock.advance(5 * MINUTE)
            self.load_w.append((self.home.clock.now(), self.home.load_w()))

    def between(self, start: str, end: str) -> list[float]:
        return [watts for instant, watts in self.load_w if at(start) < instant <= at(end)]


@pytest.fixture
async def home() -> AsyncIterator[Home]:
    standing = {CAR: StandingWish(8000.0, time(7, 30))}
    made = Home(solver=InlineSolver(), tick=30 * MINUTE / 60, replan=HOUR, fuse_w=5750.0, standing=standing)
    async with running(made):
        made.provider.says(LinkChanged(SP, True, "The link is up.", NOON), EventReceived(prices()))
        await made.clock.settle()
        yield made


@pytest.mark.timeout(300)
async def test_a_day_with_a_wash_a_car_a_shed_and_a_limit(home: Home) -> None:
    day, washing, car = Day(home), home.plug(WASHER).appliance, home.plug(CAR).appliance
    await home.clock.advance(MINUTE)
    washing.armed = True
    await home.front.wish(WASHER, WishRequest(at("31:00")))
    car.plugged_in = True
    await day.pass_until(at("14:00"))
    home.provider.says(EventReceived(shed("evening", "18:00", "19:00")))
    home.provider.says(EventReceived(capacity("night", 2800.0, "26:00", "28:00")))
    await day.pass_until(at("36:00"))

    assert not washing.armed
    assert any(entry.sentence == "Washer is done." for entry in home.store.entries)
    assert car.charged_wh >= 7900.0
    freezer = home.plug(FREEZER).appliance
    assert freezer.coldest >= -24.0
    assert freezer.warmest <= -16.0
    assert max(day.between("18:00", "19:00")) <= 1100.0  # the freezer's turn to cool, the spell of the hvac
    assert max(day.between("26:00", "28:00")) + 300.0 <= 2800.0
    assert max(watts for _, watts in day.load_w) + 300.0 <= 5750.0
    assert home.router.steering.verdict.impossible_w == {}
    assert_healthy(home)


@pytest.mark.timeout(300)
async def test_what_can_wait_waits_for_the_cheap_hours(home: Home) -> None:
    await home.clock.advance(MINUTE)
    home.plug(WASHER).appliance.armed = True
    home.plug(CAR).appliance.plugged_in = True
    await home.front.wish(WASHER, WishRequest(at("31:00")))
    await home.clock.advance_to(at("24:59"))
    assert home.plug(CAR).appliance.charged_wh < 500.0
    assert home.plug(WASHER).appliance.armed
    await home.clock.advance_to(at("29:00"))
    assert home.plug(CAR).appliance.charged_wh >= 7500.0
    assert not home.plug(WASHER).appliance.armed
    plan = home.front.plan()
    assert plan is not None
    assert plan.solve_rung in (SolveRung.OPTIMAL, SolveRung.INCUMBENT)


async def test_the_days_history_is_told_in_sentences(home: Home) -> None:
    await home.clock.advance(timedelta(hours=1))
    said = home.store.sentences()
    assert all(sentence.endswith((".", "!", "?")) for sentence in said)
    assert sum(sentence.startswith("Plan by optimal on live data because:") for sentence in said) >= 1
