"""A restart changes nothing (R8): promises, running cycles, overrides, wishes, events and levels go on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from drrouter.domain.device import DeviceProfile
from drrouter.domain.flexibility import ModesFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.signal import EventReceived, EventsComplete, LinkChanged
from drrouter.domain.wish import OverrideMode
from drrouter.errors import ProviderUnreachableError, StoreError
from drrouter.router.facade import OptionsRequest, WishRequest
from tests.builders import (
    CAR,
    FREEZER,
    HOUR,
    HVAC,
    MINUTE,
    NOON,
    SP,
    WASHER,
    at,
    battery,
    freezer,
    heat_pump,
    hvac,
    shed,
    washer,
)
from tests.homes import Home, running

ON, OFF = OverrideMode.ON, OverrideMode.OFF
TICK = timedelta(seconds=15)


@pytest.fixture
def home() -> Home:
    return Home(tick=TICK)


def _with_modes(count: int) -> DeviceProfile:
    """A heat pump with the first of its modes."""
    pump = heat_pump("thing")
    assert isinstance(pump.flexibility, ModesFlexibility)
    return replace(pump, flexibility=replace(pump.flexibility, modes=pump.flexibility.modes[:count]))


def _renamed(device: DeviceProfile) -> DeviceProfile:
    """A device under the id of another, as after an owner's or a provider's change of its object model."""
    return replace(device, id=DeviceId("thing"))


async def test_a_promise_is_kept_over_a_restart(home: Home) -> None:
    async with running(home):
        home.plug(WASHER).appliance.armed = True
        options = await home.front.options(WASHER, OptionsRequest(earliest=at("13:00"), ready_by=at("15:00")))
        made = await home.front.accept(options[-1].token)
    async with running(home):
        assert await home.front.accept(made.token) == made
        assert home.front.held_for(made.token) == WASHER
        await home.clock.advance_to(made.start + MINUTE)
        assert home.plug(WASHER).appliance.started_at == made.start


async def test_a_promise_whose_start_was_slept_through_is_made_up_for(home: Home) -> None:
    async with running(home):
        home.plug(WASHER).appliance.armed = True
        options = await home.front.options(WASHER, OptionsRequest(earliest=at("13:00"), ready_by=at("15:00")))
        made = await home.front.accept(options[-1].token)
    await home.clock.advance_to(made.start + 10 * MINUTE)
    async with running(home):
        await home.clock.advance(MINUTE)
        assert home.plug(WASHER).power_w == 2000.0


async def test_a_running_cycle_is_not_cut_by_a_restart_and_ends_in_its_time(home: Home) -> None:
    async with running(home):
        home.plug(WASHER).appliance.armed = True
        await home.front.wish(WASHER, WishRequest(at("14:00")))
        await home.clock.advance(20 * MINUTE)
        began = home.plug(WASHER).appliance.started_at
        assert began is not None
    async with running(home):
        assert home.is_on(WASHER) == [True]
        await home.clock.advance(HOUR)
        assert home.plug(WASHER).appliance.started_at == began
        await home.clock.advance(30 * MINUTE)
        assert home.plug(WASHER).appliance.started_at is None
        assert home.router.book.running == {}
        assert "Washer is done." in home.store.sentences()
        assert home.is_on(WASHER) == [False]


async def test_a_machine_that_runs_when_the_router_first_meets_it_is_not_cut(home: Home) -> None:
    washing = home.plug(WASHER).appliance
    washing.armed = True
    washing.draws(True)
    async with running(home):
        await home.clock.advance(5 * MINUTE)
        assert home.is_on(WASHER) == [True]
        assert home.plug(WASHER).power_w == 2000.0
        assert home.router.registry.state(WASHER).running is not None


async def test_an_override_holds_over_a_restart_and_ends_in_its_time(home: Home) -> None:
    async with running(home):
        await home.front.override(HVAC, OFF, at("13:00"))
    home.plug(HVAC).on = True  # somebody pressed the plug's own button meanwhile
    async with running(home):
        assert home.is_on(HVAC) == [False]
        await home.clock.advance_to(at("13:00"))
        assert home.is_on(HVAC) == [True]


async def test_an_override_that_ran_out_meanwhile_is_over(home: Home) -> None:
    async with running(home):
        await home.front.override(HVAC, OFF, at("12:30"))
    await home.clock.advance_to(at("13:00"))
    async with running(home):
        assert home.is_on(HVAC) == [True]


async def test_an_order_holds_over_a_restart_before_the_provider_is_heard_again(home: Home) -> None:
    async with running(home):
        home.provider.says(LinkChanged(SP, True, "up", NOON), EventReceived(shed("shed", "12:00", "13:00")))
        await home.clock.settle()
    home.plug(CAR).on = True
    async with running(home):
        assert home.is_on(CAR, HVAC) == [False, False]
        heard = list(home.provider.heard)
        home.provider.says(EventReceived(shed("shed", "12:00", "13:00")))
        home.provider.says(EventsComplete(SP, frozenset([shed("shed", "12:00", "13:00").id]), NOON))
        await home.clock.settle()
        assert home.provider.heard == heard
        assert all(view.acknowledged for view in home.front.events())


async def test_an_order_that_was_taken_back_meanwhile_is_over(home: Home) -> None:
    async with running(home):
        home.provider.says(EventReceived(shed("shed", "12:00", "18:00")))
        await home.clock.settle()
    async with running(home):
        home.provider.says(EventsComplete(SP, frozenset(), NOON))
        await home.clock.settle()
        assert home.is_on(CAR, HVAC) == [True, True]


async def test_a_receipt_that_was_not_delivered_is_delivered_after_the_restart(home: Home) -> None:
    home.provider.error = lambda _: ProviderUnreachableError("down")
    async with running(home):
        home.provider.says(EventReceived(shed("shed", "12:00", "13:00", targets=("car",))))
        await home.clock.settle()
        assert home.provider.heard == []
    home.provider.error = lambda _: None
    async with running(home):
        assert home.provider.heard == ["receipt shed car", "started shed car"]


async def test_an_event_that_was_never_durable_was_never_acknowledged_and_comes_again(home: Home) -> None:
    async with running(home):
        home.store.fail(StoreError("the disk is full"))
        home.provider.says(EventReceived(shed("shed", "12:00", "13:00", targets=("car",))))
        await home.clock.settle()
        assert home.is_on(CAR) == [False]
    home.store.mend()
    async with running(home):
        assert home.provider.heard == []
        assert home.is_on(CAR) == [True]
        home.provider.says(EventReceived(shed("shed", "12:00", "13:00", targets=("car",))))
        await home.clock.settle()
        assert home.provider.heard == ["receipt shed car", "started shed car"]
        assert home.is_on(CAR) == [False]


async def test_a_wish_for_a_car_and_what_it_has_already_go_on(home: Home) -> None:
    home.plug(CAR).appliance.plugged_in = True
    async with running(home):
        await home.clock.advance(5 * MINUTE)
        await home.front.wish(CAR, WishRequest(at("18:00"), level=5000.0))
        await home.clock.advance(HOUR)
    async with running(home):
        await home.clock.advance(MINUTE)
        state = home.router.registry.state(CAR)
        assert state.plugged
        assert state.level == pytest.approx(home.plug(CAR).appliance.charged_wh, rel=0.05)
        await home.clock.advance_to(at("18:00"))
        assert home.plug(CAR).appliance.charged_wh >= 4900.0


async def test_a_freezer_that_was_left_off_by_a_dead_router_is_known_to_be_warmer(home: Home) -> None:
    cold = home.plug(FREEZER)
    async with running(home):
        while home.router.registry.state(FREEZER).level is None:
            await home.clock.advance(MINUTE)
        await home.clock.advance(HOUR)
        await home.front.override(FREEZER, OFF, home.clock.now() + MINUTE)
        await home.clock.settle()
        assert home.is_on(FREEZER) == [False]
    await home.clock.advance(3 * HOUR)
    cold.appliance.draws(on=False)
    async with running(home):
        await home.clock.advance(MINUTE)
        known = home.router.registry.state(FREEZER).level
        assert known == pytest.approx(cold.appliance.level, abs=0.3)
        assert cold.on == (cold.appliance.level > -17.3)  # plans leave half an hour's room below the guard


async def test_a_device_that_was_sold_meanwhile_is_forgotten_in_silence(home: Home) -> None:
    async with running(home):
        await home.front.override(HVAC, OFF, at("18:00"))
        await home.front.wish(WASHER, WishRequest(at("18:00"), earliest=at("14:00")))
    smaller = Home(*(one for one in home.profiles if one.id not in (HVAC, WASHER)), store=home.store)
    async with running(smaller):
        await smaller.clock.advance(HOUR)
        assert {view.profile.id for view in smaller.front.devices()} == {DeviceId(FREEZER), CAR}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (_with_modes(2), _with_modes(4)),
        (_with_modes(4), _with_modes(2)),
        (_with_modes(4), _renamed(battery())),
        (_renamed(hvac()), _renamed(battery())),
        (_renamed(freezer()), _with_modes(4)),
        (_renamed(battery()), _renamed(washer())),
        (_renamed(washer()), _renamed(hvac())),
    ],
)
async def test_a_plan_that_an_older_object_model_made_stops_nothing(
    before: DeviceProfile, after: DeviceProfile, caplog: pytest.LogCaptureFixture
) -> None:
    first = Home(before, freezer(), tick=TICK)
    async with running(first):
        await first.clock.advance(MINUTE)
        assert first.front.plan() is not None
    caplog.clear()
    second = Home(after, freezer(), tick=TICK, store=first.store, start=first.clock.now())
    async with running(second):
        await second.clock.advance(MINUTE)
        plan = second.front.plan()
        assert plan is not None
        assert plan.made_at > NOON
    assert not [one for one in caplog.messages if "failed" in one]
