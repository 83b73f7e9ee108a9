"""A home under limits of feed-in and set-points of a provider; numbers are the obligations of a VEN."""

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
