"""The true router before a power cut that the network operator announces: from 15:00 to 17:00."""

from drrouter.domain.event import PayloadType
from drrouter.domain.signal import EventCancelled, EventReceived
from drrouter.router.facade import OptionsRequest, WishRequest
from tests.builders import (
    BATTERY,
    HOUR,
    MINUTE,
    SP,
    WASHER,
    at,
    battery,
    event,
    meter,
    payload,
    washer,
)
from tests.fakes import InlineSolver
from tests.homes import Home, running

CUT = event("cut", payload(PayloadType.ALERT_POSSIBLE_OUTAGE, 1.0, "15:00", "17:00"))
SAID = "Grid announced a power cut from Mon 01 Jun 17:00 to Mon 01 Jun 19:00."


async def test_the_washer_waits_the_battery_fills_and_the_owner_reads_why() -> None:
    """27."""
    home = Home(battery(), washer(), meter(), solver=InlineSolver(), tick=MINUTE)
    async with running(home):
        home.provider.says(EventReceived(CUT))
        home.plug(WASHER).appliance.armed = True
        await home.clock.advance_to(at("14:45"))
        assert SAID in home.front.status().alerts
        assert [view.event.id for view in home.front.events()] == [CUT.id]
        await home.front.wish(WASHER, WishRequest(at("23:00")))
        await home.clock.advance(MINUTE)
        plan = home.front.plan()
        assert plan is not None
        cycle = plan.cycle_of(WASHER)
        assert cycle is not None
        assert cycle.start >= at("17:00")
        level = plan.level[BATTERY][next(k for k, s in enumerate(plan.slots) if s.end == at("15:00"))]
        assert level >= 8900.0
        explained = plan.explanation_of(BATTERY)
        assert explained is not None
        assert "full before the power cut that grid announced from 17:00 to 19:00" in explained.text
        for option in await home.front.options(WASHER, OptionsRequest(ready_by=at("23:00"))):
            assert option.start >= at("17:00")
        while home.clock.now() < at("17:00"):
            assert home.is_on(WASHER) == [False]
            await home.clock.advance(5 * MINUTE)
        await home.clock.advance_to(at("23:00"))
        assert not home.plug(WASHER).appliance.armed
        assert SAID not in home.front.status().alerts


async def test_a_cycle_that_was_promised_before_waits_for_the_power_to_be_back() -> None:
    home = Home(tick=MINUTE)
    async with running(home):
        home.plug(WASHER).appliance.armed = True
        options = await home.front.options(WASHER, OptionsRequest(earliest=at("15:30"), ready_by=at("22:00")))
        await home.front.accept(next(one for one in options if one.start == at("15:30")).token)
        home.provider.says(EventReceived(CUT))
        await home.clock.advance_to(at("16:59"))
        assert home.plug(WASHER).appliance.armed
        await home.clock.advance_to(at("17:01"))
        assert not home.plug(WASHER).appliance.armed


async def test_a_cycle_that_runs_goes_on_and_a_cut_that_is_called_off_holds_nobody() -> None:
    home = Home(tick=MINUTE)
    async with running(home):
        home.plug(WASHER).appliance.armed = True
        await home.front.wish(WASHER, WishRequest(at("16:00"), earliest=at("14:20")))
        await home.clock.advance_to(at("14:40"))
        assert home.router.registry.state(WASHER).running
        home.provider.says(EventReceived(CUT))
        await home.clock.advance_to(at("15:05"))
        assert home.is_on(WASHER) == [True]
        home.provider.says(EventCancelled(SP, CUT.id, at("15:05")))
        await home.clock.advance(HOUR)
        assert home.front.status().alerts == ()
