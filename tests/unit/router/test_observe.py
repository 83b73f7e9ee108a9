"""What a bare plug reveals: levels, thermostats, cycles and cars."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from drrouter.domain.device import Binding, DeviceProfile, DeviceState, Presence
from drrouter.domain.flexibility import StorageFlexibility
from drrouter.domain.ids import ProgrammeId
from drrouter.domain.measurement import Quantity, Reading
from drrouter.domain.wish import RunningCycle
from drrouter.router.observe import Happening, Observation, Watch, counts, observe
from tests.builders import (
    CAR,
    ECO,
    FREEZER,
    HOUR,
    HVAC,
    MINUTE,
    NOON,
    WASHER,
    answer,
    at,
    bad,
    car,
    freezer,
    hvac,
    programme,
    reading,
    washer,
)

SECOND = timedelta(seconds=1)
HERE = DeviceState(presence=Presence.PRESENT, on=True, power_w=0.0, seen_at=NOON)


def seen(device: DeviceProfile, state: DeviceState, *answers: object) -> Observation:
    """The observation after several answers, one after the other."""
    observation = Observation(state, Watch())
    happened: tuple[Happening, ...] = ()
    for one in answers:
        observation = observe(device, observation.state, observation.watch, one)  # type: ignore[arg-type]
        happened += observation.happened
    return replace(observation, happened=happened)


def powers(device: str, start: datetime, *watts: float, step: timedelta = 30 * SECOND) -> list[object]:
    """Answers of a plug that is on, one a step."""
    return [answer(device, start + n * step, True, power_w) for n, power_w in enumerate(watts)]


# What is measured


def test_the_first_answer_shows_the_device_present() -> None:
    after = observe(hvac(), DeviceState(), Watch(), answer(HVAC, NOON, True, 12.0, 500.0))
    assert after.state == DeviceState(Presence.PRESENT, True, 12.0, 500.0, seen_at=NOON, changed_at=NOON)
    assert after.happened == (Happening.APPEARED,)


def test_a_device_that_is_present_does_not_appear_again() -> None:
    assert seen(hvac(), HERE, answer(HVAC, at("12:01"), True, 0.0)).happened == ()


def test_an_answer_without_readings_says_nothing() -> None:
    assert observe(hvac(), DeviceState(), Watch(), ()) == Observation(DeviceState(), Watch())


def test_readings_that_cannot_be_trusted_show_presence_and_nothing_else() -> None:
    after = seen(hvac(), HERE, [bad(reading(HVAC, Quantity.POWER_W, 9e9, at("12:01")))])
    assert after.state == replace(HERE, seen_at=at("12:01"))


def test_a_switch_that_moved_is_dated() -> None:
    off = seen(hvac(), HERE, answer(HVAC, at("12:01"), False, 0.0)).state
    assert (off.on, off.changed_at) == (False, at("12:01"))
    assert seen(hvac(), off, answer(HVAC, at("12:02"), False, 0.0)).state.changed_at == at("12:01")


# Freezers


def test_a_measured_temperature_is_the_level() -> None:
    after = seen(freezer(), HERE, [reading(FREEZER, Quantity.TEMPERATURE_C, -18.5, at("12:30"))])
    assert after.state.level == -18.5


def test_a_temperature_that_is_measured_again_and_has_not_moved_is_believed() -> None:
    still = [reading(FREEZER, Quantity.TEMPERATURE_C, -18.5, at("12:30"))]
    assert seen(freezer(), replace(HERE, level=-18.5), still).state.level == -18.5


def test_an_unknown_level_stays_unknown_until_something_shows_it() -> None:
    assert seen(freezer(), HERE, answer(FREEZER, at("13:00"), True, 0.0, 10.0)).state.level is None


def test_a_freezer_warms_while_it_gets_nothing() -> None:
    state = replace(HERE, level=-18.0, energy_wh=10.0)
    assert seen(freezer(), state, answer(FREEZER, at("13:00"), True, 0.0, 10.0)).state.level == -17.0


def test_a_freezer_cools_by_the_energy_that_its_meter_counted() -> None:
    state = replace(HERE, level=-18.0, energy_wh=10.0)
    after = seen(freezer(), state, answer(FREEZER, at("13:00"), True, 0.0, 60.0))
    assert after.state.level == pytest.approx(-18.0 + 1.0 - 0.04 * 50.0)


@pytest.mark.parametrize("counter", [None, 3.0])
def test_without_a_counter_or_after_its_reset_power_is_used(counter: float | None) -> None:
    state = replace(HERE, level=-18.0, energy_wh=None if counter is None else 10.0, power_w=40.0)
    after = seen(freezer(), state, answer(FREEZER, at("12:15"), True, 60.0, counter))
    assert after.state.level == pytest.approx(-18.0 + (1.0 - 0.04 * 50.0) / 4)


def test_over_a_long_gap_two_powers_prove_no_cooling() -> None:
    """The plug was not reachable for an hour; the compressor may have run at both ends only."""
    state = replace(HERE, level=-18.0, power_w=95.0)
    assert seen(freezer(), state, answer(FREEZER, at("13:00"), True, 95.0)).state.level == -17.0


def test_a_power_that_is_not_known_cools_nothing() -> None:
    state = replace(HERE, level=-18.0, power_w=None)
    assert seen(freezer(), state, answer(FREEZER, at("12:15"), True, 95.0)).state.level == -17.75
    silent = [reading(FREEZER, Quantity.SWITCH, 1.0, at("12:15"))]
    assert seen(freezer(), state, silent).state.level == -17.75


def test_the_energy_that_a_device_takes_while_idle_cools_nothing() -> None:
    store = freezer().flexibility
    assert isinstance(store, StorageFlexibility)
    lit = replace(freezer(), flexibility=replace(store, idle_power_w=5.0))
    state = replace(HERE, level=-18.0, energy_wh=10.0)
    assert seen(lit, state, answer(FREEZER, at("13:00"), True, 5.0, 15.0)).state.level == -17.0


def test_two_answers_of_one_instant_move_no_level() -> None:
    state = replace(HERE, level=-18.0, energy_wh=10.0)
    assert seen(freezer(), state, answer(FREEZER, NOON, True, 0.0, 11.0)).state.level == -18.0


def test_a_level_known_before_the_first_answer_waits_for_the_second() -> None:
    fresh = DeviceState(level=-18.0)
    first = seen(freezer(), fresh, answer(FREEZER, NOON, True, 0.0, 10.0))
    assert first.state.level == -18.0
    assert seen(freezer(), first.state, answer(FREEZER, at("13:00"), True, 0.0, 10.0)).state.level == -17.0


# Thermostats


def test_a_compressor_that_stops_by_itself_shows_where_the_thermostat_stops() -> None:
    assert seen(freezer(), HERE, *powers(FREEZER, at("12:01"), 95.0, 0.0)).state.level == -20.0


def test_a_compressor_that_starts_by_itself_shows_where_the_thermostat_starts() -> None:
    assert seen(freezer(), HERE, *powers(FREEZER, at("12:01"), 0.0, 95.0)).state.level == -17.0


def test_what_the_thermostat_shows_corrects_what_was_reckoned() -> None:
    drifted = replace(HERE, level=-16.2, power_w=95.0)
    assert seen(freezer(), drifted, answer(FREEZER, at("12:01"), True, 0.0)).state.level == -20.0


def test_a_power_between_running_and_resting_shows_nothing() -> None:
    running = replace(HERE, power_w=95.0)
    assert seen(freezer(), running, *powers(FREEZER, at("12:01"), 40.0, 0.0, 40.0, 95.0)).state.level is None


def test_a_power_that_was_not_known_shows_nothing() -> None:
    for unknown in (replace(HERE, power_w=None), replace(HERE, power_w=None, seen_at=None)):
        assert seen(freezer(), unknown, answer(FREEZER, at("12:01"), True, 95.0)).state.level is None
    no_power = [reading(FREEZER, Quantity.SWITCH, 1.0, at("12:01"))]
    assert seen(freezer(), replace(HERE, power_w=None), no_power).state.level is None


@pytest.mark.parametrize(("before", "after"), [(True, False), (False, True)])
def test_a_switch_is_no_thermostat(before: bool, after: bool) -> None:
    was_w, is_w = (95.0, 0.0) if before else (0.0, 95.0)
    answers = answer(FREEZER, at("12:01"), before, was_w), answer(FREEZER, at("12:02"), after, is_w)
    assert seen(freezer(), replace(HERE, on=before, power_w=was_w), *answers).state.level is None


def test_a_compressor_that_starts_because_we_gave_it_power_shows_no_thermostat() -> None:
    """The registry learns of the switch from the command, before the next answer."""
    commanded = replace(HERE, level=-14.0, changed_at=at("12:00:01"))
    after = seen(freezer(), commanded, answer(FREEZER, at("12:00:05"), True, 95.0))
    assert after.state.level == pytest.approx(-14.0, abs=0.01)


def test_a_compressor_that_waits_a_while_after_it_got_power_shows_no_thermostat_either() -> None:
    for minutes, level in ((3, -14.0), (12, -17.0)):
        woken = replace(HERE, level=-14.0, changed_at=NOON - minutes * MINUTE)
        after = seen(freezer(), woken, answer(FREEZER, at("12:00:05"), True, 95.0))
        assert after.state.level == pytest.approx(level, abs=0.01)


def test_a_compressor_that_stops_soon_after_it_got_power_shows_the_thermostat() -> None:
    for change, level in ((at("11:58"), -20.0), (at("12:00:02"), -18.0)):
        running = replace(HERE, level=-18.0, power_w=95.0, changed_at=change)
        after = seen(freezer(), running, answer(FREEZER, at("12:00:05"), True, 0.0))
        assert after.state.level == pytest.approx(level, abs=0.01)


def test_a_device_without_a_thermostat_shows_none() -> None:
    bare = replace(freezer(), binding=Binding())
    assert seen(bare, HERE, *powers(FREEZER, at("12:01"), 95.0, 0.0)).state.level is None


# Cycles


RUNNING = replace(HERE, running=RunningCycle(WASHER, ECO, NOON))
STANDBY, DRAWING = 2.0, 500.0


def test_a_machine_that_draws_long_enough_has_begun_its_first_programme() -> None:
    device = washer(WASHER, programme("eco"), programme("boil"))
    after = seen(device, HERE, *powers(WASHER, at("12:10"), DRAWING, DRAWING))
    assert after.state.running == RunningCycle(WASHER, ECO, at("12:10"))
    assert after.happened == (Happening.CYCLE_BEGAN,)


def test_a_machine_that_draws_for_a_moment_has_not_begun() -> None:
    after = seen(washer(), HERE, *powers(WASHER, at("12:10"), DRAWING, STANDBY, DRAWING))
    assert after.state.running is None
    assert after.happened == ()


def test_a_cycle_ends_when_its_time_is_over_and_the_machine_is_idle() -> None:
    idle = powers(WASHER, at("13:26"), *[STANDBY] * 12)
    after = seen(washer(), RUNNING, *idle)
    assert after.state.running is None
    assert after.happened == (Happening.CYCLE_ENDED,)


def test_a_pause_before_its_time_is_over_ends_no_cycle() -> None:
    idle = powers(WASHER, at("12:20"), *[STANDBY] * 60)
    assert seen(washer(), RUNNING, *idle).state.running is not None


def test_a_machine_without_power_has_not_ended_its_cycle() -> None:
    cut = [answer(WASHER, at("13:26") + n * MINUTE, False, 0.0) for n in range(30)]
    assert seen(washer(), RUNNING, *cut).state.running is not None


def test_a_machine_that_is_never_quite_idle_is_done_some_time_after_its_end() -> None:
    humming = powers(WASHER, at("13:26"), *[10.0] * 15, step=MINUTE)
    assert seen(washer(), RUNNING, *humming[:14]).state.running is not None
    assert seen(washer(), RUNNING, *humming).state.running is None


def test_a_machine_that_takes_longer_than_its_model_says_is_not_done_while_it_works() -> None:
    working = powers(WASHER, at("13:26"), *[DRAWING] * 30, step=MINUTE)
    assert seen(washer(), RUNNING, *working).state.running is not None


def test_a_running_programme_that_the_model_knows_no_more_lasts_as_long_as_the_first() -> None:
    strange = replace(HERE, running=RunningCycle(WASHER, ProgrammeId("gone"), NOON))
    idle = powers(WASHER, at("13:26"), *[STANDBY] * 12)
    assert seen(washer(), strange, *idle).happened == (Happening.CYCLE_ENDED,)


def test_a_demand_has_no_cycles() -> None:
    assert seen(hvac(), HERE, *powers(HVAC, at("12:10"), DRAWING, DRAWING)).happened == ()


# Cars


NO_CAR = replace(HERE, plugged=False)


def test_a_car_shows_itself_by_drawing_power_and_begins_at_nothing() -> None:
    after = seen(car(), NO_CAR, *powers(CAR, at("12:10"), 2300.0, 2300.0))
    assert (after.state.plugged, after.state.level) == (True, 0.0)
    assert after.happened == (Happening.CAR_ARRIVED,)
    assert counts(car(), after.state, after.watch)
    assert not counts(car(), replace(after.state, level=10_000.0), after.watch)  # full, as far as one sees
    assert not counts(car(), after.state, replace(after.watch, told=frozenset({Quantity.LEVEL_WH})))
    assert not counts(washer(), after.state, after.watch)


def test_a_car_that_draws_nothing_although_it_may_is_full_or_gone() -> None:
    charging = replace(HERE, plugged=True, level=5000.0, power_w=2300.0)
    quiet = powers(CAR, at("12:10"), *[0.0] * 11)
    after = seen(car(), charging, *quiet)
    assert after.state.plugged is False
    assert after.happened == (Happening.CAR_DONE,)


def test_a_car_that_gets_no_power_is_still_there() -> None:
    charging = replace(HERE, plugged=True, level=5000.0)
    off = [answer(CAR, at("12:10") + n * MINUTE, False, 0.0) for n in range(60)]
    assert seen(car(), charging, *off).state.plugged is True


def test_a_car_counts_its_energy_and_is_never_more_than_full() -> None:
    charging = replace(HERE, plugged=True, level=9000.0, energy_wh=0.0)
    assert seen(car(), charging, answer(CAR, NOON + HOUR, True, 2300.0, 500.0)).state.level == 9500.0
    assert seen(car(), charging, answer(CAR, NOON + HOUR, True, 2300.0, 2300.0)).state.level == 10_000.0


def test_the_same_car_is_not_news_and_an_empty_place_neither() -> None:
    plugged = replace(HERE, plugged=True, level=0.0)
    assert seen(car(), plugged, *powers(CAR, at("12:10"), 2300.0, 2300.0)).happened == ()
    assert seen(car(), NO_CAR, *powers(CAR, at("12:10"), *[0.0] * 20)).happened == ()


# A plug that somebody switches by hand


def test_a_plug_that_was_switched_on_by_hand_is_remembered_until_it_is_off() -> None:
    off = replace(HERE, on=False)
    pressed = seen(
        washer(), off, answer(WASHER, at("12:01"), True, 0.0), answer(WASHER, at("12:02"), True, 0.0)
    )
    assert pressed.watch.pressed_at == at("12:01")
    assert seen(washer(), pressed.state, answer(WASHER, at("12:03"), False, 0.0)).watch.pressed_at is None


def test_a_plug_that_was_never_read_or_is_on_already_was_not_pressed() -> None:
    assert seen(washer(), DeviceState(), answer(WASHER, NOON, True, 0.0)).watch.pressed_at is None
    assert seen(washer(), HERE, answer(WASHER, at("12:01"), True, 0.0)).watch.pressed_at is None


def _told_of(flips: int, gap: timedelta) -> tuple[list[Happening], Observation, datetime]:
    """What is concluded from a plug that says in turns that a car is there and is not."""
    after, happened, now = Observation(NO_CAR, Watch()), list[Happening](), NOON
    for flip in range(flips):
        reading = Reading(CAR, Quantity.PLUGGED, float(flip % 2 == 0), now)
        after = observe(car(), after.state, after.watch, [reading])
        happened += after.happened
        now += gap
    return happened, after, now


def test_a_plug_that_flutters_once_a_second_is_believed_a_few_times_and_said_once() -> None:
    happened, after, now = _told_of(600, timedelta(seconds=1))
    assert happened.count(Happening.FLUTTERS) == 1
    assert len(happened) <= 10
    assert len(after.watch.flips) <= 8
    resting = now + timedelta(minutes=6)
    power = Reading(CAR, Quantity.POWER_W, 0.0, resting)
    rested = observe(car(), replace(after.state, plugged=True), after.watch, [power])
    assert rested.state.plugged is False
    assert rested.happened == (Happening.CAR_DONE,)


def test_a_car_that_comes_and_goes_as_people_drive_is_believed_each_time() -> None:
    happened, _, _ = _told_of(40, timedelta(minutes=2))
    assert Happening.FLUTTERS not in happened
    assert len(happened) == 40
