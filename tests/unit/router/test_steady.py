"""An idle home is not looked at all the time, and nothing that happens waits for that."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.device import DeviceProfile, DeviceState, Presence
from drrouter.domain.timeline import TariffRates
from drrouter.domain.wish import Override, OverrideMode, RunningCycle
from drrouter.ports import Collection
from drrouter.router.book import Book
from drrouter.router.dispatch import Dispatcher
from drrouter.router.forecast import BaseLoad
from drrouter.router.registry import Registry
from drrouter.router.steady import PATIENCE
from drrouter.router.steering import Site, Steering
from tests.builders import (
    CAR,
    ECO,
    HOUR,
    MINUTE,
    NOON,
    SP,
    WASHER,
    a_plan,
    at,
    capacity,
    car,
    cycle,
    heat_pump,
    inverter,
    meter,
    washer,
)
from tests.fakes import FakePlug

IDLE = DeviceState(presence=Presence.PRESENT, on=False, power_w=0.0, energy_wh=5.0, seen_at=NOON)
PLAN = a_plan(cycles=(cycle("12:20"),))


class Home:
    """A steering with a washer and a car that do what is wished."""

    def __init__(self, *more: DeviceProfile) -> None:
        self.clock = SimulatedClock(NOON)
        self.registry, self.book = Registry([washer(), car(), *more]), Book()
        for seat in self.registry.seats.values():
            seat.handle, seat.state = FakePlug(seat.profile.id, self.clock), IDLE
        self.registry.seat(CAR).state = DeviceState(Presence.PRESENT, True, 0.0, 5.0, seen_at=NOON)
        site = Site(BaseLoad((300.0,) * 24, ZoneInfo("UTC")), lambda _: TariffRates())
        dispatcher = Dispatcher(self.registry, self.clock, lambda *_: None)
        self.steering = Steering(site, self.registry, self.book, dispatcher, self.clock)
        self.steering.look(PLAN)

    async def after(self, span: timedelta) -> bool:
        """Whether nothing is new so much later."""
        await self.clock.advance(span)
        return self.steering.is_steady(PLAN)


async def test_nothing_is_new_in_a_home_where_nothing_happens() -> None:
    assert await Home().after(PATIENCE - timedelta(seconds=1))


async def test_the_home_is_looked_at_again_after_a_while() -> None:
    assert not await Home().after(PATIENCE)


async def test_a_first_look_is_always_due() -> None:
    home = Home()
    site = Site(BaseLoad((300.0,) * 24, ZoneInfo("UTC")), lambda _: TariffRates())
    dispatcher = Dispatcher(home.registry, home.clock, lambda *_: None)
    assert not Steering(site, home.registry, home.book, dispatcher, home.clock).is_steady(PLAN)


@pytest.mark.parametrize(
    "state",
    [
        DeviceState(Presence.PRESENT, True, 0.0, seen_at=NOON),
        DeviceState(Presence.PRESENT, False, 3.0, seen_at=NOON),
        DeviceState(Presence.GONE, False, 0.0, seen_at=NOON),
        DeviceState(Presence.PRESENT, False, 0.0, running=RunningCycle(WASHER, ECO, NOON)),
    ],
    ids=["switched", "draws", "gone", "runs"],
)
async def test_a_device_that_changed_is_looked_at(state: DeviceState) -> None:
    home = Home()
    home.registry.seat(WASHER).state = state
    assert not await home.after(timedelta(seconds=5))


async def test_a_reading_that_says_the_same_is_no_news() -> None:
    home = Home()
    home.registry.seat(WASHER).state = DeviceState(
        Presence.PRESENT, False, 0.0, energy_wh=6.0, seen_at=NOON + MINUTE
    )
    assert await home.after(timedelta(seconds=5))


async def test_another_plan_is_looked_at() -> None:
    home = Home()
    await home.clock.advance(timedelta(seconds=5))
    assert not home.steering.is_steady(a_plan(cycles=(cycle("12:25"),)))


async def test_an_override_is_looked_at() -> None:
    home = Home()
    home.book.put(Collection.OVERRIDES, CAR, Override(CAR, OverrideMode.OFF, NOON + HOUR))
    assert not await home.after(timedelta(seconds=1))


async def test_an_event_is_looked_at() -> None:
    home = Home()
    home.book.keep_event(capacity("limit", 1000.0, "12:00", "13:00", provider=SP))
    home.steering.events_changed()
    assert not await home.after(timedelta(seconds=1))


async def test_the_beginning_of_an_order_is_looked_at() -> None:
    home = Home()
    home.book.keep_event(capacity("limit", 1000.0, "12:00:10", "13:00", provider=SP))
    home.steering.events_changed()
    home.steering.look(PLAN)
    assert await home.after(timedelta(seconds=9))
    assert not await home.after(timedelta(seconds=1))


async def test_the_next_slot_of_the_plan_is_looked_at() -> None:
    home = Home()
    await home.clock.advance_to(at("12:14:50"))
    home.steering.look(PLAN)
    assert await home.after(timedelta(seconds=9))
    assert not await home.after(timedelta(seconds=1))


async def test_what_the_router_does_not_steer_is_told_nothing() -> None:
    home = Home(heat_pump(), inverter(), meter())
    assert set(home.steering.setpoints) == {WASHER, CAR}
