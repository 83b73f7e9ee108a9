"""By what a device is steered, and when it is seen to obey."""

from dataclasses import replace

import pytest

from drrouter.domain.device import DeviceProfile, DeviceState
from drrouter.domain.flexibility import Consent, StorageFlexibility
from drrouter.router.kinds import Kind, gives_back, is_steered, kind_of
from drrouter.router.levers import Lever, Setpoint, is_same, lever_of, obeys
from tests.builders import battery, car, freezer, heat_pump, hvac, inverter, meter, profile, washer

TOLD = DeviceState(on=True, setpoint_w=1500.0)


def test_a_device_is_steered_by_the_finest_thing_that_it_tells() -> None:
    assert lever_of(DeviceState()) is None
    assert lever_of(DeviceState(on=True)) is Lever.SWITCH
    assert lever_of(DeviceState(on=True, mode=1)) is Lever.MODE
    assert lever_of(TOLD) is Lever.POWER


@pytest.mark.parametrize(
    ("seen_w", "wished_w", "same"),
    [(1500, 1540, True), (1500, 1600, False), (10_000, 10_190, True), (-1500, 1500, False), (0, 40, True)],
)
def test_a_set_point_is_the_same_within_50_watts_or_2_percent(
    seen_w: float, wished_w: float, same: bool
) -> None:
    assert obeys(DeviceState(setpoint_w=seen_w), Setpoint(wished_w, "")) is same


def test_a_mode_is_the_same_or_not_whatever_power_it_means() -> None:
    assert obeys(DeviceState(mode=1), Setpoint(9.0, "", mode=1)) is True
    assert obeys(DeviceState(mode=1), Setpoint(9.0, "", mode=2)) is False


def test_a_mode_that_nobody_wishes_for_falls_back_to_the_switch() -> None:
    assert obeys(DeviceState(mode=1, on=True), Setpoint(0.0, "")) is False
    assert obeys(DeviceState(mode=1), Setpoint(0.0, "")) is None


def test_nothing_can_be_told_of_a_device_that_was_never_read() -> None:
    assert obeys(DeviceState(), Setpoint(1.0, "")) is None


def test_two_wishes_are_compared_by_what_the_device_is_steered_by() -> None:
    one, other = Setpoint(1000.0, "", mode=1), Setpoint(2000.0, "", mode=1)
    assert is_same(Lever.MODE, one, other)
    assert is_same(Lever.SWITCH, one, other)
    assert not is_same(Lever.POWER, one, other)


@pytest.mark.parametrize(
    ("device", "kind"),
    [
        (washer(), Kind.MACHINE),
        (freezer(), Kind.COLD),
        (car(), Kind.CAR),
        (battery(), Kind.BATTERY),
        (hvac(), Kind.LOAD),
        (inverter(), Kind.SUN),
        (heat_pump(), Kind.MODES),
        (meter(), Kind.WATCHED),
    ],
)
def test_every_device_has_its_kind(device: DeviceProfile, kind: Kind) -> None:
    assert kind_of(device) is kind


def test_a_store_that_cools_down_by_itself_and_is_heated_is_warm() -> None:
    heater = freezer().flexibility
    assert isinstance(heater, StorageFlexibility)
    tank = replace(heater, level_per_wh=0.01, drift_per_h=-0.5)
    assert kind_of(profile("tank", tank)) is Kind.WARM


def test_what_a_switch_would_only_cut_off_is_not_steered_by_one_and_meters_never() -> None:
    some, switch = (battery(), inverter(), heat_pump(), meter(), car()), DeviceState(on=True)
    assert [is_steered(one, switch) for one in some] == [False, False, False, False, True]
    assert [is_steered(one, TOLD) for one in some] == [True, True, False, False, True]
    assert is_steered(heat_pump(), DeviceState(mode=1))


def test_a_battery_gives_back_by_its_nature_and_a_car_only_with_consent() -> None:
    store = battery().flexibility
    assert isinstance(store, StorageFlexibility)
    assert store.discharge is not None
    assert gives_back(battery()) == store.discharge
    for consent, agreed in ((Consent.ONCE, True), (Consent.EACH, False)):
        lent = replace(store, discharge=replace(store.discharge, consent=consent))
        mine = replace(car(), flexibility=lent)
        assert gives_back(mine) is None
        assert (gives_back(replace(mine, may_discharge=True)) is not None) is agreed
    assert gives_back(car()) is None
    assert gives_back(hvac()) is None
