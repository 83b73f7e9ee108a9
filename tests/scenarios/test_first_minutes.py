"""The first minutes with a device: watched until handed over, tested, and remembered over a restart."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from drrouter.domain.flexibility import ProfileFlexibility, RemoteStart
from drrouter.domain.ids import DeviceId
from drrouter.domain.wish import OverrideMode
from drrouter.errors import DeviceUnknownError, MessageError, OptionError
from drrouter.ports import Collection
from drrouter.router.facade import OptionsRequest
from drrouter.router.plug_test import Stage
from tests.builders import FREEZER, HVAC, MINUTE, WASHER, at, freezer, hvac, washer
from tests.homes import Home, running


@pytest.fixture
async def home() -> AsyncIterator[Home]:
    watched = replace(hvac(), watch_only=True)
    async with running(Home(freezer(), washer(), watched)) as made:
        yield made


def told(home: Home, device_id: DeviceId) -> int:
    """How many instructions the device had."""
    return len(home.plugs[device_id].received)


async def test_a_device_that_is_only_watched_is_read_and_told_nothing(home: Home) -> None:
    await home.front.override(HVAC, OverrideMode.OFF, at("18:00"))
    await home.clock.advance(10 * MINUTE)
    view = next(view for view in home.front.devices() if view.profile.id == HVAC)
    assert (view.watched, view.state.on, view.wished_w, told(home, HVAC)) == (True, True, None, 0)
    assert view.state.power_w is not None
    plan = home.front.plan()
    assert plan is not None
    assert HVAC not in plan.power_w


async def test_a_device_that_is_handed_over_is_steered_and_planned(home: Home) -> None:
    await home.front.override(HVAC, OverrideMode.OFF, at("18:00"))
    await home.front.hand_over(HVAC, steered=True, by="resident")
    await home.clock.advance(MINUTE)
    assert not home.plug(HVAC).on
    plan = home.front.plan()
    assert plan is not None
    assert HVAC in plan.power_w
    assert any("handed over to the router by the resident" in one for one in home.store.sentences())


async def test_a_device_that_is_taken_back_gets_its_power_back_and_is_then_left_alone(home: Home) -> None:
    await home.front.hand_over(HVAC, steered=True)
    await home.front.override(HVAC, OverrideMode.OFF, at("18:00"))
    await home.clock.advance(MINUTE)
    await home.front.hand_over(HVAC, steered=False)
    await home.clock.advance(MINUTE)
    assert home.plug(HVAC).on
    home.plug(HVAC).on = False
    before = told(home, HVAC)
    await home.clock.advance(10 * MINUTE)
    assert told(home, HVAC) == before


async def test_who_was_handed_over_stays_so_after_a_restart(home: Home) -> None:
    await home.front.hand_over(HVAC, steered=True)
    await home.front.hand_over(FREEZER, steered=False)
    async with running(Home(*home.profiles, store=home.store)) as again:
        assert [seat.watched for seat in again.router.registry.seats.values()] == [True, False, False]


async def test_an_order_means_no_device_that_is_only_watched(home: Home) -> None:
    assert HVAC not in home.router.registry.directory()
    await home.front.hand_over(HVAC, steered=True)
    assert HVAC in home.router.registry.directory()


async def test_a_machine_that_goes_on_after_a_power_cut_may_be_started_by_its_plug(home: Home) -> None:
    await home.front.hand_over(WASHER, steered=False)
    await home.front.test_plug(WASHER)
    await home.clock.advance(MINUTE)
    assert home.plug(WASHER).on
    home.plug(WASHER).appliance.armed = True
    await home.clock.advance(5 * MINUTE)
    assert any("without power for 30 seconds" in one for one in home.store.sentences())
    assert home.store.documents[Collection.SETTINGS, f"plug test/{WASHER}"] == "resumed"
    assert _test(home) is Stage.RESUMED
    assert home.plug(WASHER).on


async def test_a_machine_that_stays_off_is_never_started_by_its_plug_not_even_after_a_restart(
    home: Home,
) -> None:
    await home.front.test_plug(WASHER)
    await home.clock.advance(MINUTE)
    home.plug(WASHER).appliance.armed = home.plug(WASHER).appliance.forgets = True
    await home.clock.advance(15 * MINUTE)
    assert _test(home) is Stage.STAYED_OFF
    assert home.plug(WASHER).on
    with pytest.raises(OptionError, match="own buttons"):
        await home.front.options(WASHER, OptionsRequest())
    async with running(Home(*home.profiles, store=home.store)) as again:
        flexibility = again.router.registry.seat(WASHER).profile.flexibility
        assert isinstance(flexibility, ProfileFlexibility)
        assert flexibility.remote_start is RemoteStart.NONE


async def test_no_test_begins_while_a_real_wash_runs(home: Home) -> None:
    await home.front.hand_over(WASHER, steered=False)
    home.plug(WASHER).appliance.armed = True
    await home.clock.advance(timedelta(seconds=10))
    seen = home.router.registry.state(WASHER)
    assert (seen.running, seen.power_w) == (None, 2000.0)
    with pytest.raises(MessageError, match="is running now, and the test would cut its cycle"):
        await home.front.test_plug(WASHER)
    await home.clock.advance(2 * MINUTE)
    assert home.router.registry.state(WASHER).running is not None
    with pytest.raises(MessageError, match="is running now"):
        await home.front.test_plug(WASHER)
    await home.clock.advance(2 * MINUTE)
    assert _test(home) is None
    assert home.plug(WASHER).on


async def test_a_test_that_is_stopped_leaves_the_power_on(home: Home) -> None:
    await home.front.test_plug(WASHER)
    await home.clock.advance(MINUTE)
    home.plug(WASHER).appliance.armed = True
    await home.clock.advance(timedelta(seconds=90))
    assert not home.plug(WASHER).on
    await home.front.hand_over(WASHER, steered=False)
    await home.front.stop_plug_test(WASHER)
    await home.clock.advance(MINUTE)
    assert home.plug(WASHER).on
    assert _test(home) is None


async def _cut(home: Home) -> None:
    """A watched washer whose test has just taken its power."""
    await home.front.hand_over(WASHER, steered=False)
    await home.front.test_plug(WASHER)
    await home.clock.advance(MINUTE)
    home.plug(WASHER).appliance.armed = True
    await home.clock.advance(timedelta(seconds=90))
    assert (_test(home), home.plug(WASHER).on) == (Stage.CUT, False)


async def test_a_plug_that_vanishes_while_its_test_holds_it_off_gets_its_power_back_when_it_returns(
    home: Home,
) -> None:
    await _cut(home)
    home.plug(WASHER).unreachable = True
    await home.clock.advance(2 * MINUTE)
    assert _test(home) is Stage.GIVEN_UP
    home.plug(WASHER).unreachable = False
    await home.clock.advance(2 * MINUTE)
    assert home.plug(WASHER).on


async def test_a_restart_while_a_test_holds_a_plug_off_gives_the_power_back_and_once_only(home: Home) -> None:
    await _cut(home)
    again = Home(*home.profiles, store=home.store)
    again.plug(WASHER).on = False
    async with running(again):
        await again.clock.advance(MINUTE)
        assert again.plug(WASHER).on
        again.plug(WASHER).on = False
        await again.clock.advance(2 * MINUTE)
        assert not again.plug(WASHER).on
    third = Home(*home.profiles, store=home.store)
    third.plug(WASHER).on = False
    async with running(third):
        await third.clock.advance(MINUTE)
        assert not third.plug(WASHER).on


async def test_what_has_no_cycles_cannot_be_tested(home: Home) -> None:
    with pytest.raises(MessageError, match="no cycles"):
        await home.front.test_plug(FREEZER)
    with pytest.raises(DeviceUnknownError):
        await home.front.stop_plug_test(DeviceId("oven"))


def _test(home: Home) -> Stage | None:
    view = next(view for view in home.front.devices() if view.profile.id == WASHER)
    return view.plug_test.stage if view.plug_test else None
