"""Who lives here: names, states before and after a restart, and what commands and readings change."""

from datetime import timedelta

import pytest

from drrouter.domain.device import DeviceState, KnownLevel, Presence
from drrouter.domain.ids import DeviceId
from drrouter.domain.measurement import Quantity
from drrouter.domain.wish import RunningCycle
from drrouter.errors import DeviceUnknownError
from drrouter.router.levers import Setpoint
from drrouter.router.observe import Happening, Watch
from drrouter.router.registry import Registry
from tests.builders import (
    CAR,
    ECO,
    FREEZER,
    HOUR,
    NOON,
    WASHER,
    answer,
    at,
    car,
    freezer,
    hvac,
    reading,
    washer,
)


@pytest.fixture
def registry() -> Registry:
    return Registry([freezer(groups=("cold", "all")), washer(groups=("all",)), car()])


def test_a_device_is_known_before_it_is_seen_and_no_car_is_taken_to_be_there(registry: Registry) -> None:
    assert registry.state(FREEZER) == DeviceState(Presence.EXPECTED, plugged=True)
    assert registry.state(CAR).plugged is False
    assert not registry.is_present(FREEZER)
    assert [profile.id for profile in registry.profiles()] == [FREEZER, WASHER, CAR]


def test_an_unknown_device_is_answered_with_those_that_are_known(registry: Registry) -> None:
    with pytest.raises(
        DeviceUnknownError, match=r"No device is called 'oven' here\. Known .*: car, freezer, wash"
    ):
        registry.state(DeviceId("oven"))
    with pytest.raises(DeviceUnknownError, match="Known devices: none"):
        Registry([]).seat(DeviceId("oven"))


def test_a_name_means_a_device_a_group_or_the_whole_site(registry: Registry) -> None:
    assert registry.directory(["home"]) == {
        FREEZER: (FREEZER,),
        WASHER: (WASHER,),
        CAR: (CAR,),
        "cold": (FREEZER,),
        "all": (FREEZER, WASHER),
        "home": (),
    }


def test_readings_change_the_state_and_tell_what_they_reveal(registry: Registry) -> None:
    assert registry.take_in(FREEZER, answer(FREEZER, NOON, True, 95.0)) == (Happening.APPEARED,)
    assert registry.is_present(FREEZER)
    assert registry.state(FREEZER).power_w == 95.0


def test_a_switch_that_was_acknowledged_is_believed_until_a_reading_says_otherwise(
    registry: Registry,
) -> None:
    registry.take_in(WASHER, answer(WASHER, NOON, True, 20.0))
    registry.told(WASHER, Setpoint(0.0, ""), at("12:01"))
    assert registry.state(WASHER).on is False
    assert registry.state(WASHER).changed_at == at("12:01")
    assert registry.seat(WASHER).watch == Watch(told=frozenset({Quantity.SWITCH, Quantity.POWER_W}))
    registry.take_in(WASHER, answer(WASHER, at("12:02"), True, 0.0))
    assert registry.state(WASHER).on is True


def test_a_switch_that_did_not_move_keeps_its_date(registry: Registry) -> None:
    registry.told(WASHER, Setpoint(2000.0, ""), NOON)
    registry.told(WASHER, Setpoint(2000.0, ""), at("13:00"))
    assert registry.state(WASHER).changed_at == NOON


def test_a_device_is_gone_once(registry: Registry) -> None:
    registry.take_in(FREEZER, answer(FREEZER, NOON, True, 95.0))
    assert registry.gone(FREEZER) is True
    assert registry.gone(FREEZER) is False
    assert not registry.is_present(FREEZER)
    assert registry.take_in(FREEZER, answer(FREEZER, NOON, True, 95.0)) == (Happening.APPEARED,)


def test_a_cycle_that_we_began_is_running(registry: Registry) -> None:
    registry.began(RunningCycle(WASHER, ECO, NOON))
    assert registry.state(WASHER).running == RunningCycle(WASHER, ECO, NOON)


# Restarts


def test_a_restart_brings_back_running_cycles_and_cars(registry: Registry) -> None:
    running = RunningCycle(WASHER, ECO, NOON)
    registry.restore({WASHER: running, DeviceId("sold"): running}, {CAR: KnownLevel(5000.0, NOON, 5000.0)})
    assert registry.state(WASHER).running == running
    assert (registry.state(CAR).plugged, registry.state(CAR).level) == (True, 5000.0)
    assert registry.state(FREEZER).level is None


def test_a_freezer_that_was_off_while_the_router_was_down_is_known_to_be_warmer(registry: Registry) -> None:
    registry.restore({}, {FREEZER: KnownLevel(-20.0, NOON, 100.0)})
    registry.take_in(FREEZER, answer(FREEZER, NOON + 3 * HOUR, False, 0.0, 100.0))
    assert registry.state(FREEZER).level == pytest.approx(-17.0)


def test_a_freezer_that_ran_while_the_router_was_down_is_known_by_its_meter(registry: Registry) -> None:
    registry.restore({}, {FREEZER: KnownLevel(-20.0, NOON, 100.0)})
    registry.take_in(FREEZER, answer(FREEZER, NOON + 3 * HOUR, True, 0.0, 175.0))
    assert registry.state(FREEZER).level == pytest.approx(-20.0)


def test_what_is_worth_keeping_is_a_level_that_is_known_now(registry: Registry) -> None:
    assert registry.known_level(FREEZER) is None
    kept = KnownLevel(-20.0, NOON, 100.0)
    registry.restore({}, {FREEZER: kept})
    assert registry.known_level(FREEZER) == kept
    registry.take_in(FREEZER, answer(FREEZER, NOON + HOUR, True, 0.0, 100.0))
    assert registry.known_level(FREEZER) == KnownLevel(-19.0, NOON + timedelta(hours=1), 100.0)


def test_the_level_of_a_car_that_has_gone_is_not_worth_keeping() -> None:
    registry = Registry([car(), hvac()])
    registry.restore({}, {CAR: KnownLevel(5000.0, NOON)})
    for minute in range(10):
        registry.take_in(CAR, answer(CAR, NOON + timedelta(minutes=minute), True, 0.0, 0.0))
    assert registry.known_level(CAR) is None


def test_what_a_device_was_told_says_nothing_of_a_switch_that_it_tells_itself() -> None:
    registry = Registry([car()])
    facts = [(Quantity.SWITCH, 0.0), (Quantity.SETPOINT_W, 0.0)]
    registry.take_in(CAR, [reading(CAR, quantity, value) for quantity, value in facts])
    registry.told(CAR, Setpoint(2300.0, ""), at("12:01"))
    assert (registry.state(CAR).on, registry.state(CAR).setpoint_w) == (False, 2300.0)
