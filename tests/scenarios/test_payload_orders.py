"""A home under limits of feed-in and set-points of a provider; numbers are the obligations of a VEN."""

from datetime import datetime

import pytest

from drrouter.domain.event import PayloadType
from drrouter.domain.signal import EventReceived, MessageKind
from drrouter.domain.wish import OverrideMode
from tests.builders import (
    BATTERY,
    HOUR,
    INVERTER,
    METER,
    MINUTE,
    at,
    battery,
    event,
    inverter,
    meter,
    payload,
)
from tests.fakes import InlineSolver
from tests.homes import Home, running


def home_with_sun(sun_w: float = 4000.0) -> Home:
    return Home(battery(), inverter(), meter(), solver=InlineSolver(), sun_w=lambda _: sun_w, base_w=300.0)


def sunny(now: datetime) -> float:
    """4 kW from ten to two."""
    return 4000.0 if at("10:00") <= now < at("14:00") else 0.0


async def test_the_home_feeds_in_no_more_than_the_network_allows_and_all_again_afterwards() -> None:
    """24."""
    home = Home(inverter(), meter(), solver=InlineSolver(), sun_w=lambda _: 4000.0, base_w=300.0)
    async with running(home):
        await home.clock.advance(5 * MINUTE)
        assert home.boxes[METER].power_w == pytest.approx(-3700.0, abs=50.0)
        most = payload(PayloadType.EXPORT_CAPACITY_LIMIT, 1000.0, "12:05", "13:00")
        home.provider.says(EventReceived(event("curtail", most)))
        await home.clock.advance(5 * MINUTE)
        assert home.boxes[METER].power_w == pytest.approx(-1000.0, abs=50.0)
        assert "feed-in limit of 1000 W" in home.router.steering.setpoints[INVERTER].reason
        await home.clock.advance(HOUR)
        assert home.boxes[METER].power_w == pytest.approx(-3700.0, abs=50.0)


async def test_a_battery_is_planned_to_have_room_for_what_may_not_be_fed_in() -> None:
    """24: the plan knows of the limit before it holds, and says what it keeps back of the sun."""
    home = Home(
        battery(), inverter(), meter(), solver=InlineSolver(), sun_w=sunny, base_w=300.0, start=at("09:00")
    )
    async with running(home):
        await home.clock.advance(MINUTE)
        most = payload(PayloadType.EXPORT_CAPACITY_LIMIT, 500.0, "11:00", "13:00")
        home.provider.says(EventReceived(event("curtail", most)))
        await home.clock.advance(MINUTE)
        plan = home.front.plan()
        assert plan is not None
        assert [limit.max_w for limit in home.router.problem("test").export_limits] == [500.0]
        assert not plan.misses
        inside = [
            -watts
            for slot, watts in zip(plan.slots, plan.grid_w, strict=True)
            if at("11:00") <= slot.start < at("13:00")
        ]
        assert max(inside) <= 500.1
        await home.clock.advance_to(at("11:30"))
        assert home.boxes[METER].power_w >= -560.0
        assert home.boxes[BATTERY].power_w > 1000.0


async def test_a_battery_takes_what_a_provider_asks_until_its_owner_says_otherwise() -> None:
    """26."""
    home = home_with_sun(0.0)
    async with running(home):
        asked = payload(PayloadType.DISPATCH_SETPOINT, 1500.0, "12:00", "13:00")
        home.provider.says(EventReceived(event("dispatch", asked, targets=(BATTERY,))))
        await home.clock.advance(MINUTE)
        assert home.boxes[BATTERY].power_w == pytest.approx(1500.0)
        assert home.router.steering.setpoints[BATTERY].reason == "grid asks for 1500 W"
        await home.front.override(BATTERY, OverrideMode.OFF, at("12:30"))
        await home.clock.advance(MINUTE)
        assert home.boxes[BATTERY].power_w == 0.0


async def test_a_set_point_beyond_the_limit_of_the_site_is_clipped() -> None:
    """24, 26."""
    home = home_with_sun(0.0)
    async with running(home):
        asked = payload(PayloadType.DISPATCH_SETPOINT, 3000.0, "12:00", "13:00")
        most = payload(PayloadType.IMPORT_CAPACITY_LIMIT, 1300.0, "12:00", "13:00")
        home.provider.says(EventReceived(event("dispatch", asked, targets=(BATTERY,))))
        home.provider.says(EventReceived(event("limit", most)))
        await home.clock.advance(MINUTE)
        assert home.boxes[BATTERY].power_w == pytest.approx(1000.0)


async def test_what_nobody_can_hold_back_is_told_to_the_provider() -> None:
    """24."""
    home = Home(meter(), base_w=-3000.0)
    async with running(home):
        most = payload(PayloadType.EXPORT_CAPACITY_LIMIT, 1000.0, "12:00", "13:00")
        home.provider.says(EventReceived(event("curtail", most)))
        await home.clock.advance(MINUTE)
        told = [item for item in home.provider.received if item.kind is MessageKind.IMPOSSIBLE]
        assert [item.payloads["excess_w"] for item in told] == [2000.0]
