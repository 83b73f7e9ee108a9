"""What no plan, order or person may break."""

from dataclasses import replace
from datetime import timedelta

import pytest

from drrouter.domain.device import DeviceState
from drrouter.domain.ids import ProgrammeId
from drrouter.domain.wish import RunningCycle
from drrouter.router.recovery import SPELL, Recovery
from drrouter.router.safety import SLOW_START, may_begin, must_run, nominal_w, running_peak_w
from tests.builders import (
    ECO,
    HOUR,
    MINUTE,
    NOON,
    WASHER,
    at,
    car,
    freezer,
    heat_pump,
    hvac,
    inverter,
    meter,
    programme,
    washer,
)

RUNNING = DeviceState(running=RunningCycle(WASHER, ECO, NOON))


def test_a_machine_is_as_strong_as_its_strongest_phase() -> None:
    assert nominal_w(washer(WASHER, programme(), programme("boil", (10, 2300.0)))) == 2300.0
    assert [nominal_w(device) for device in (freezer(), car(), hvac())] == [100.0, 2300.0, 1000.0]


def test_a_device_with_modes_is_as_strong_as_its_strongest_and_a_meter_draws_nothing() -> None:
    assert [nominal_w(device) for device in (heat_pump(), inverter(), meter())] == [2500.0, 0.0, 0.0]


def test_a_running_cycle_must_go_on() -> None:
    assert must_run(washer(), RUNNING) == "its cycle is running"


@pytest.mark.parametrize(
    ("on", "power_w", "must"),
    [
        (True, 16.0, True),
        (None, 16.0, True),
        (True, 15.0, False),
        (False, 2000.0, False),
        (True, None, False),
    ],
)
def test_a_machine_that_draws_as_if_a_cycle_had_begun_must_go_on(
    on: bool | None, power_w: float | None, must: bool
) -> None:
    assert bool(must_run(washer(), DeviceState(on=on, power_w=power_w))) == must


@pytest.mark.parametrize(("level", "must"), [(-16.9, False), (-16.8, True), (-10.0, True), (None, True)])
def test_a_freezer_must_run_a_tenth_of_its_range_before_its_bound(level: float | None, must: bool) -> None:
    assert bool(must_run(freezer(), DeviceState(level=level))) == must


def test_cars_and_demands_need_no_power_for_safety() -> None:
    assert must_run(car(), DeviceState(level=None)) == ""
    assert must_run(hvac(), DeviceState()) == ""


def test_a_running_cycle_counts_with_its_highest_power_of_the_next_moments() -> None:
    spiky = washer(WASHER, programme("eco", (10, 50.0), (1, 2000.0), (10, 60.0)))
    for time, watts in (
        ("12:00", 50.0),
        ("12:06:59", 50.0),
        ("12:07", 2000.0),
        ("12:11", 60.0),
        ("12:30", 0.0),
    ):
        assert running_peak_w(spiky, RUNNING, at(time), 3 * MINUTE) == watts


def test_a_peak_shorter_than_a_minute_counts_too() -> None:
    short = programme("eco", (10, 50.0), (10, 60.0))
    flash = replace(short.phases[0], duration=MINUTE / 4, power_w=2000.0)
    spiky = replace(short, phases=(short.phases[0], flash, short.phases[1]))
    assert running_peak_w(washer(WASHER, spiky), RUNNING, at("12:09:30"), 3 * MINUTE) == 2000.0


def test_a_running_cycle_of_an_unknown_programme_counts_as_the_first() -> None:
    strange = DeviceState(running=RunningCycle(WASHER, ProgrammeId("gone"), NOON))
    assert running_peak_w(washer(), strange, NOON, MINUTE) == 2000.0


def test_where_no_cycle_runs_there_is_no_peak() -> None:
    assert running_peak_w(washer(), DeviceState(), NOON, MINUTE) is None
    assert running_peak_w(hvac(), RUNNING, NOON, MINUTE) is None


# Recovery


def test_a_demand_that_was_off_for_its_longest_time_gets_a_spell() -> None:
    recovery, off = Recovery(), DeviceState(on=False, changed_at=NOON)
    assert recovery.due(hvac(), off, NOON + HOUR - MINUTE) == ""
    assert recovery.due(hvac(), off, NOON + HOUR) == "it was off for 60 minutes, its longest time"
    on = DeviceState(on=True, changed_at=NOON + HOUR)
    assert recovery.due(hvac(), on, NOON + HOUR + SPELL - MINUTE) != ""
    assert recovery.due(hvac(), on, NOON + HOUR + SPELL) == ""


def test_nobody_else_recovers() -> None:
    long_off = DeviceState(on=False, changed_at=NOON)
    assert Recovery().due(freezer(), long_off, NOON + 9 * HOUR) == ""
    assert Recovery().due(hvac(), DeviceState(on=False), NOON + 9 * HOUR) == ""
    assert Recovery().due(hvac(), DeviceState(on=True, changed_at=NOON), NOON + 9 * HOUR) == ""


def test_a_freezer_that_was_near_its_bound_cools_down_before_it_may_be_off() -> None:
    recovery, near = Recovery(), DeviceState(on=True, level=-16.5)
    words = "it was near its bound and cools down first"
    assert recovery.cooling(freezer(), DeviceState(on=True, level=-18.0)) == ""
    assert recovery.cooling(freezer(), near) == words
    assert recovery.cooling(freezer(), DeviceState(on=True, level=-18.0)) == words
    assert recovery.cooling(freezer(), DeviceState(on=True, level=-18.5)) == ""
    assert recovery.cooling(freezer(), DeviceState(on=True, level=-18.0)) == ""


def test_only_what_is_known_to_be_cold_cools_down() -> None:
    assert Recovery().cooling(freezer(), DeviceState(on=True)) == ""
    assert Recovery().cooling(hvac(), DeviceState(on=True, level=99.0)) == ""


# A machine that somebody switched on


@pytest.mark.parametrize(
    ("power_w", "on_for", "may"),
    [
        (0.0, 4 * MINUTE, True),
        (0.0, 5 * MINUTE, False),
        (7.0, 20 * MINUTE, True),
        (7.0, SLOW_START, False),
    ],
)
def test_a_machine_that_was_switched_on_by_hand_is_given_time_to_begin(
    power_w: float, on_for: timedelta, may: bool
) -> None:
    on = DeviceState(on=True, power_w=power_w)
    assert bool(may_begin(washer(), on, NOON, NOON + on_for)) is may


def test_nothing_begins_where_a_cycle_runs_or_nobody_switched_or_there_is_no_machine() -> None:
    assert may_begin(washer(), RUNNING, NOON, NOON) == ""
    assert may_begin(washer(), DeviceState(on=True, power_w=7.0), None, NOON) == ""
    assert may_begin(hvac(), DeviceState(on=True), NOON, NOON) == ""
