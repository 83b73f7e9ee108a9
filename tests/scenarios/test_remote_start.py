"""A machine on which people must press Remote Start is planned once they did, and says so until then."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest

from drrouter.domain.device import DeviceState
from drrouter.domain.measurement import Quantity, Reading
from drrouter.domain.signal import LinkChanged
from drrouter.router.facade import WishRequest
from tests.builders import MINUTE, SP, WASHER, at, reading, washer
from tests.homes import Appliance, Home, Plug, running


class Armable(Plug):
    """A machine that tells whether Remote Start was pressed on it."""

    pressed = False

    def answer(self) -> Sequence[Reading]:
        told = reading(WASHER, Quantity.ARMED, float(self.pressed), self.appliance.clock.now())
        return (*super().answer(), told)


@pytest.fixture
async def home() -> AsyncIterator[Home]:
    made = Home(washer())
    plug = made.plugs[WASHER] = Armable(Appliance(made.profiles[0], made.clock))
    made.kasa.put(WASHER, plug, alias=WASHER)
    async with running(made):
        made.provider.says(LinkChanged(SP, True, "up", made.clock.now()))
        yield made


def press(home: Home, pressed: bool = True) -> None:
    """Somebody fills the machine and presses Remote Start, or opens its door."""
    plug = home.plug(WASHER)
    assert isinstance(plug, Armable)
    plug.pressed = plug.appliance.armed = pressed


def state(home: Home) -> DeviceState:
    return home.router.registry.state(WASHER)


async def ask(home: Home) -> None:
    await home.front.wish(WASHER, WishRequest(at("20:00")))
    await home.clock.advance(MINUTE)


def because(home: Home) -> str:
    return home.front.devices()[0].because


async def test_it_waits_and_says_so_while_nobody_has_pressed_remote_start(home: Home) -> None:
    await home.clock.advance(MINUTE)
    await ask(home)
    assert because(home) == "waits for you to press Remote Start on it"
    assert home.front.status().sentence == "Press Remote Start on: Washer."
    plan = home.front.plan()
    assert plan is not None
    assert plan.cycle_of(WASHER) is None
    await home.clock.advance(timedelta(hours=9))
    assert state(home).running is None


async def test_it_is_planned_as_soon_as_remote_start_was_pressed_and_runs(home: Home) -> None:
    await home.clock.advance(MINUTE)
    await ask(home)
    press(home)
    await home.clock.advance(MINUTE)
    plan = home.front.plan()
    assert plan is not None
    planned = plan.cycle_of(WASHER) or state(home).running
    assert planned is not None
    assert "Washer may be started: Remote Start was pressed." in home.store.sentences()
    await home.clock.advance(timedelta(hours=8))
    assert WASHER not in home.router.book.wishes


async def test_an_opened_door_is_told_and_takes_the_machine_out_of_the_plan(home: Home) -> None:
    press(home)
    await home.clock.advance(MINUTE)
    home.router.look()
    await home.front.wish(WASHER, WishRequest(at("23:00"), earliest=at("20:00")))
    await home.clock.advance(MINUTE)
    press(home, pressed=False)
    await home.clock.advance(MINUTE)
    assert "Washer waits for you to press Remote Start on it." in home.store.sentences()
    plan = home.front.plan()
    assert plan is not None
    assert plan.cycle_of(WASHER) is None
