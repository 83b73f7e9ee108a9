"""Set-points that providers send to devices by name; numbers are the obligations of a VEN."""

from dataclasses import replace

import pytest

from drrouter.domain.device import DeviceProfile, DeviceState
from drrouter.domain.event import PayloadType
from drrouter.domain.ids import EventId
from drrouter.domain.timeline import Order
from drrouter.router.directed import directed
from drrouter.router.registry import Seat
from drrouter.router.schedule import Following, Proposal
from tests.builders import (
    BATTERY,
    CAR,
    HVAC,
    SP,
    battery,
    car,
    freezer,
    heat_pump,
    hvac,
    inverter,
    meter,
    order,
    washer,
)

TOLD = DeviceState(setpoint_w=0.0, level=5000.0)
BEFORE = Proposal(500.0, "by plan", follows=Following.BALANCES)
PROFILES = {
    one.id: one for one in (battery(), car(), hvac(), inverter(), heat_pump(), washer(), freezer(), meter())
}


def wants(kind: str, value: float, *members: str, unit: str = "") -> Order:
    return replace(order("e", value, *members), kind=PayloadType(kind), unit=unit)


def told(device: DeviceProfile, *orders: Order, state: DeviceState = TOLD) -> Proposal:
    return directed(Seat(device, state), BEFORE, orders, lambda member: PROFILES[member])


def test_a_device_takes_the_power_that_is_asked_for() -> None:
    """26."""
    found = told(battery(), wants("DISPATCH_SETPOINT", 2000, BATTERY))
    assert found == Proposal(2000.0, "grid asks for 2000 W", asked_by=(SP, EventId("e")))


def test_what_lies_beyond_the_device_is_clipped() -> None:
    """26."""
    assert told(battery(), wants("DISPATCH_SETPOINT", 9000, BATTERY)).power_w == 3000
    assert told(battery(), wants("DISPATCH_SETPOINT", -9000, BATTERY)).power_w == -3000
    assert told(inverter(), wants("DISPATCH_SETPOINT", -2000, "inverter")).power_w == -2000


def test_more_or_less_is_counted_from_what_it_would_do() -> None:
    """26."""
    found = told(battery(), wants("DISPATCH_SETPOINT_RELATIVE", -1000, BATTERY))
    assert (found.power_w, found.reason) == (-500, "grid asks for -1000 W more")


def test_a_group_shares_an_order_by_the_size_of_its_members() -> None:
    """26."""
    both = wants("DISPATCH_SETPOINT", 2650, BATTERY, CAR)
    assert told(battery(), both).power_w == pytest.approx(1500)
    assert told(car(), both).power_w == pytest.approx(1150)


@pytest.mark.parametrize(
    ("value", "unit", "watts"),
    [(80, "PERCENT", 3000), (50, "PERCENT", 0), (6000, "WH", 3000), (5000, "WH", 0), (99_000, "WH", 3000)],
)
def test_a_store_charges_until_the_level_is_reached(value: float, unit: str, watts: float) -> None:
    """26."""
    assert told(battery(), wants("CHARGE_STATE_SETPOINT", value, BATTERY, unit=unit)).power_w == watts


def test_a_level_means_nothing_to_what_has_none() -> None:
    """26."""
    everybody = wants("CHARGE_STATE_SETPOINT", 80, *PROFILES, unit="PERCENT")
    assert told(hvac(), everybody) == BEFORE
    assert told(freezer(), everybody) == BEFORE
    assert told(battery(), everybody, state=DeviceState(setpoint_w=0.0)) == BEFORE


def test_a_switch_is_on_for_half_its_power_or_more_and_a_heat_pump_takes_the_nearest_mode() -> None:
    """26."""
    on = DeviceState(on=True)
    assert told(hvac(), wants("DISPATCH_SETPOINT", 600, HVAC), state=on).power_w == 1000
    assert told(hvac(), wants("DISPATCH_SETPOINT", 400, HVAC), state=on).power_w == 0
    found = told(heat_pump(), wants("DISPATCH_SETPOINT", 1400, "heat_pump"), state=DeviceState(mode=1))
    assert (found.mode, found.power_w) == (2, 1500)


def test_machines_and_meters_and_other_devices_are_left_as_they_are() -> None:
    """26."""
    everybody = wants("DISPATCH_SETPOINT", 100, *PROFILES)
    assert told(washer(), everybody) == told(meter(), everybody) == BEFORE
    assert told(hvac(), wants("DISPATCH_SETPOINT", 100, CAR)) == BEFORE


def test_an_absolute_power_counts_before_a_relative_one_and_the_lower_of_two() -> None:
    """26."""
    orders = [
        wants("DISPATCH_SETPOINT_RELATIVE", 100, BATTERY),
        wants("DISPATCH_SETPOINT", 2000, BATTERY),
        wants("DISPATCH_SETPOINT", 1500, BATTERY),
        wants("CHARGE_STATE_SETPOINT", 90, BATTERY, unit="PERCENT"),
    ]
    assert told(battery(), *orders).power_w == 1500


def test_where_an_outage_is_possible_a_home_battery_is_filled_and_nothing_else() -> None:
    """27."""
    outage = wants("ALERT_POSSIBLE_OUTAGE", 1)
    found = told(battery(), outage)
    assert (found.power_w, found.reason) == (
        3000,
        "grid asks for stores that are full: an outage is possible",
    )
    assert told(battery(), outage, state=DeviceState(setpoint_w=0.0, level=10_000.0)).power_w == 0
    assert told(battery(), wants("ALERT_POSSIBLE_OUTAGE", 1, CAR)) == BEFORE
    assert told(car(), outage) == told(hvac(), outage) == told(battery(), wants("ALERT_FIRE", 1)) == BEFORE
