"""What people are told of devices is what they were seen to do: restores, refusals, measured programmes."""

from datetime import timedelta

from drrouter.domain.flexibility import ProfileFlexibility
from drrouter.domain.instruction import OutcomeKind
from drrouter.domain.journal import JournalKind
from drrouter.domain.signal import EventReceived
from drrouter.router.facade import WishRequest
from tests.builders import (
    FREEZER,
    HOUR,
    HVAC,
    MINUTE,
    WASHER,
    freezer,
    hvac,
    programme,
    shed,
    washer,
)
from tests.homes import Home, running

REAL = programme("eco", (20, 1800.0), (40, 150.0))


async def test_a_freezer_that_does_not_cool_again_after_an_order_is_missed_aloud() -> None:
    home = Home(freezer(), hvac())
    async with running(home):
        await home.clock.advance(4 * HOUR)
        home.provider.says(EventReceived(shed("peak", "16:00", "16:30")))
        await home.clock.advance(MINUTE)
        assert home.is_on() == [False, False]
        home.plug(FREEZER).appliance.broken = True
        await home.clock.advance(3 * HOUR)
        alarms = [entry for entry in home.store.entries if entry.kind is JournalKind.ALARM]
        assert [entry.device_id for entry in alarms] == [FREEZER]
        assert "was given its power back" in alarms[0].sentence
        assert "Freezer draws no power although it may." in home.front.status().sentence
        assert home.router.device(FREEZER).trouble == "Freezer draws no power although it may."
        home.plug(FREEZER).appliance.broken = False
        await home.clock.advance(2 * HOUR)
        assert "Freezer draws power again." in home.store.sentences()
        assert home.router.device(FREEZER).trouble == ""


async def test_a_home_whose_devices_come_back_says_nothing_of_it() -> None:
    home = Home(freezer(), hvac())
    async with running(home):
        home.provider.says(EventReceived(shed("peak", "12:00", "12:30")))
        await home.clock.advance(4 * HOUR)
        assert [entry for entry in home.store.entries if entry.kind is JournalKind.ALARM] == []


async def test_what_a_device_refuses_is_shown_until_it_obeys() -> None:
    home = Home(hvac())
    async with running(home):
        home.plug(HVAC).mood = OutcomeKind.REFUSED
        home.provider.says(EventReceived(shed("peak", "12:00", "13:00")))
        await home.clock.advance(MINUTE)
        assert home.router.device(HVAC).trouble == "Hvac could not be switched off: it does not want to"
        home.plug(HVAC).mood = None
        await home.clock.advance(6 * MINUTE)
        assert home.router.device(HVAC).trouble == ""


async def test_a_machine_is_planned_by_what_was_measured_of_it_once_three_runs_agree() -> None:
    home = Home(washer(), tick=20 * MINUTE / 60)
    async with running(home):
        appliance = home.plug(WASHER).appliance
        appliance.programme = REAL
        for number in range(3):
            assert [one.in_use for one in home.router.device(WASHER).learned] in ([], [False])
            appliance.armed = True
            await home.front.wish(WASHER, WishRequest(home.clock.now() + 8 * HOUR))
            await home.clock.advance(12 * HOUR)
            assert home.router.device(WASHER).learned[0].runs == number + 1
        (learned,) = home.router.device(WASHER).learned
        assert (learned.in_use, learned.makers_minutes) == (True, 90.0)
        assert 57 <= learned.measured_minutes <= 63
        (said,) = [line for line in home.store.sentences() if "plans go by that" in line]
        assert said.startswith("Washer: eco was measured to take 6")
        assert "(its maker says 90 minutes and 1.20 kWh)" in said
    async with running(home):
        flexibility = home.router.device(WASHER).profile.flexibility
        assert isinstance(flexibility, ProfileFlexibility)
        assert timedelta(minutes=57) <= flexibility.programmes[0].duration <= timedelta(minutes=63)
        assert flexibility.programmes[0].phases[0].power_w > 1700.0
