"""Physics of the appliances: what they draw, how they warm, cool and charge, and what counts as a breach."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drrouter.domain.flexibility import (
    DemandFlexibility,
    Phase,
    Programme,
    StorageFlexibility,
)
from drrouter.domain.ids import ProgrammeId
from drrouter.errors import MessageError
from drrouter.sim.appliances import (
    Appliance,
    BaseLoad,
    Car,
    CycleMachine,
    Freezer,
    Hvac,
    Thermostat,
    appliance_for,
)
from drrouter.sim.appliances.build import Room

START = datetime(2026, 3, 1, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
ECO = Programme(
    ProgrammeId("eco"),
    "Eco",
    (
        Phase("heat", timedelta(minutes=20), 2000),
        Phase("wash", timedelta(minutes=50), 150),
        Phase("spin", timedelta(minutes=5), 400),
    ),
)
FREEZER = StorageFlexibility("°C", -24.0, -18.0, -21.0, -0.04, 1.1, 90.0, duty=True, idle_power_w=1.0)
CAR = StorageFlexibility("Wh", 0.0, 40_000.0, 40_000.0, 0.9, 0.0, 2300.0, min_power_w=2300.0)
HVAC = DemandFlexibility(600.0, 1200.0)


def washer(**more: bool) -> CycleMachine:
    return CycleMachine(START, [ECO], **more)


def freezer(level: float = -21.0, thermostat: tuple[float, float] | None = (-22.0, -20.0)) -> Freezer:
    made = appliance_for(FREEZER, START, level=level, thermostat=thermostat, supplied=True)
    assert isinstance(made, Freezer)
    return made


def car(level: float | None = 10_000.0) -> Car:
    made = appliance_for(CAR, START, level=level)
    assert isinstance(made, Car)
    return made


def test_a_loaded_washer_waits_for_power_and_then_draws_its_cycle_minute_by_minute() -> None:
    machine = washer()
    machine.load(ProgrammeId("eco"))
    machine.advance(START + HOUR)
    assert machine.meter.total_wh == 0.0
    machine.set_supply(True)
    machine.advance(START + 3 * HOUR)
    drawn = [60 * wh for wh in machine.meter.minutes_wh[60:135]]
    assert drawn == pytest.approx([2000.0] * 20 + [150.0] * 50 + [400.0] * 5)
    assert machine.meter.total_wh == pytest.approx(ECO.energy_wh)
    (cycle,) = machine.cycles
    assert (cycle.loaded_at, cycle.started_at) == (START, START + HOUR)
    assert cycle.finished_at == START + HOUR + ECO.duration
    assert cycle.cut_at is None
    assert machine.cycle is None


def test_a_washer_that_is_loaded_at_a_live_plug_starts_at_once() -> None:
    machine = washer(supplied=True)
    machine.advance(START + HOUR)
    machine.load(ProgrammeId("eco"))
    assert machine.power_w == 2000.0


def test_an_empty_washer_draws_nothing() -> None:
    machine = washer(supplied=True)
    machine.advance(START + HOUR)
    assert machine.meter.total_wh == 0.0


def test_cutting_a_running_cycle_is_recorded_and_aborts_it() -> None:
    machine = washer(supplied=True)
    machine.load(ProgrammeId("eco"))
    machine.advance(START + 10 * MINUTE)
    machine.set_supply(False)
    machine.set_supply(True)
    machine.advance(START + 3 * HOUR)
    (cycle,) = machine.cycles
    assert cycle.cut_at == START + 10 * MINUTE
    assert cycle.finished_at is None
    assert machine.meter.total_wh == pytest.approx(2000 / 6)
    machine.load(ProgrammeId("eco"))
    assert machine.power_w == 2000.0


def test_a_washer_that_resumes_ends_its_cycle_and_the_cut_still_counts() -> None:
    machine = washer(supplied=True, resumes=True)
    machine.load(ProgrammeId("eco"))
    machine.advance(START + 10 * MINUTE)
    machine.set_supply(False)
    machine.advance(START + 20 * MINUTE)
    assert machine.power_w == 0.0
    machine.set_supply(True)
    machine.advance(START + 3 * HOUR)
    (cycle,) = machine.cycles
    assert cycle.cut_at == START + 10 * MINUTE
    assert cycle.finished_at == START + 10 * MINUTE + ECO.duration
    assert machine.meter.total_wh == pytest.approx(ECO.energy_wh)


def test_cutting_the_power_of_a_machine_that_does_not_run_harms_nothing() -> None:
    machine = washer(supplied=True)
    machine.set_supply(False)
    machine.load(ProgrammeId("eco"))
    machine.set_supply(True)
    machine.advance(START + 3 * HOUR)
    machine.set_supply(False)
    assert [cycle.cut_at for cycle in machine.cycles] == [None]


def test_a_machine_refuses_an_unknown_programme_and_a_second_load() -> None:
    machine = washer()
    with pytest.raises(MessageError, match="eco"):
        machine.load(ProgrammeId("wool"))
    machine.load(ProgrammeId("eco"))
    with pytest.raises(MessageError, match="already"):
        machine.load(ProgrammeId("eco"))


def test_a_freezer_without_power_warms_and_draws_nothing() -> None:
    cold = freezer()
    cold.set_supply(False)
    cold.advance(START + HOUR)
    assert cold.temperature_c == pytest.approx(-21.0 + 1.1, abs=0.02)
    assert cold.meter.total_wh == 0.0


def test_a_freezer_with_power_keeps_itself_between_the_points_of_its_thermostat() -> None:
    cold = freezer()
    cold.advance(START + timedelta(days=2))
    assert cold.lowest_c == pytest.approx(-22.0, abs=1e-4)
    assert cold.highest_c == pytest.approx(-20.0, abs=1e-4)
    assert cold.outside == timedelta(0)
    expected_w = 90 * 1.1 / 3.6 + 1 * (1 - 1.1 / 3.6)
    assert cold.meter.total_wh / 48 == pytest.approx(expected_w, rel=0.05)


def test_a_freezer_left_without_power_leaves_its_range_which_is_counted() -> None:
    cold = freezer(-18.5)
    cold.set_supply(False)
    cold.advance(START + 2 * HOUR)
    assert cold.highest_c > -18.0
    assert cold.outside.total_seconds() / 3600 == pytest.approx(1.5, abs=0.1)
    assert cold.outside_kh == pytest.approx(0.5 * 1.5 * 1.6, rel=0.1)


def test_a_thermostat_that_called_before_a_power_cut_calls_after_it() -> None:
    cold = freezer(-19.0)
    assert cold.running
    cold.advance(START + 5 * MINUTE)
    cold.set_supply(False)
    assert not cold.running
    cold.advance(START + 6 * MINUTE)
    cold.set_supply(True)
    assert cold.running
    assert cold.short_rests == 0


def test_a_compressor_that_starts_again_too_soon_is_noticed() -> None:
    hasty = appliance_for(
        StorageFlexibility("°C", -24.0, -18.0, -21.0, -0.04, 1.1, 90.0, min_off=timedelta(minutes=5)),
        START,
        level=-19.0,
        supplied=True,
    )
    assert isinstance(hasty, Freezer)
    hasty.set_supply(False)
    hasty.advance(START + MINUTE)
    hasty.set_supply(True)
    hasty.set_supply(False)
    hasty.advance(START + 10 * MINUTE)
    hasty.set_supply(True)
    assert hasty.short_rests == 1


def test_the_coldness_of_a_freezer_is_worth_electricity() -> None:
    assert freezer(-22.0).stored_wh - freezer(-21.0).stored_wh == pytest.approx(25.0)


def test_a_car_charges_while_plugged_in_and_powered_until_it_is_full() -> None:
    battery = car(35_860.0)
    battery.advance(START + HOUR)
    assert battery.meter.total_wh == 0.0
    battery.set_supply(True)
    battery.advance(START + 2 * HOUR)
    assert battery.meter.total_wh == pytest.approx(2300.0)
    assert battery.level_wh == pytest.approx(35_860 + 2070)
    battery.advance(START + 9 * HOUR)
    assert battery.level_wh == pytest.approx(40_000)
    assert battery.power_w == 0.0
    assert battery.meter.total_wh == pytest.approx(4600.0)


def test_a_car_that_leaves_too_early_misses_its_charge() -> None:
    battery = car(10_000.0)
    battery.set_supply(True)
    battery.advance(START + HOUR)
    departure = battery.unplug(15_000.0)
    assert departure.missing_wh == pytest.approx(15_000 - 10_000 - 2070)
    assert battery.power_w == 0.0
    assert battery.stored_wh == pytest.approx(12_070 / 0.9)
    battery.advance(START + 2 * HOUR)
    battery.plug_in(3_000.0)
    assert battery.power_w == 2300.0
    assert battery.unplug(3_000.0).missing_wh == 0.0


def test_a_car_refuses_what_cannot_be() -> None:
    battery = car(None)
    with pytest.raises(MessageError, match="away"):
        battery.unplug()
    with pytest.raises(MessageError, match="within"):
        battery.plug_in(50_000.0)
    battery.plug_in(5_000.0)
    with pytest.raises(MessageError, match="already"):
        battery.plug_in(5_000.0)


def test_a_cooler_on_its_thermostat_draws_the_mean_that_its_model_states() -> None:
    cooler = appliance_for(HVAC, START, supplied=True)
    assert isinstance(cooler, Hvac)
    cooler.advance(START + timedelta(days=3))
    assert cooler.meter.total_wh / 72 == pytest.approx(600.0, rel=0.05)
    assert cooler.outside == timedelta(0)


def test_a_room_without_its_cooler_becomes_uncomfortable() -> None:
    room = appliance_for(HVAC, START)
    assert isinstance(room, Hvac)
    room.advance(START + 10 * HOUR)
    assert room.temperature_c > 25.0
    assert room.outside_kh > 0


def test_a_heater_heats_in_the_hours_when_it_is_cold_outside() -> None:
    outside = tuple([0.0] * 12 + [18.0] * 12)
    heater = appliance_for(HVAC, START, room=Room(20.0, outside), supplied=True)
    heater.advance(START + timedelta(days=1))
    night, day = sum(heater.meter.minutes_wh[:720]), sum(heater.meter.minutes_wh[720:])
    assert night > 3 * day > 0


def test_a_room_as_warm_as_outside_needs_nearly_nothing() -> None:
    room = appliance_for(HVAC, START, room=Room(23.0, (23.0,)), supplied=True)
    room.advance(START + timedelta(days=1))
    assert room.meter.total_wh == 0.0


def test_a_thermostat_without_any_play_is_refused() -> None:
    with pytest.raises(ValueError, match="degrees between"):
        Thermostat(-18.0, -18.0)


def test_the_base_load_follows_the_local_hour_and_repeats_by_its_seed() -> None:
    hours = [100.0 + hour for hour in range(24)]
    zone = ZoneInfo("Europe/Amsterdam")
    plain = BaseLoad(START, hours, zone)
    assert plain.power_w == 101.0
    noisy = [BaseLoad(START, hours, zone, noise=0.2, seed=seed) for seed in (1, 1, 2)]
    for load in noisy:
        load.advance(START + timedelta(days=1))
    assert noisy[0].meter.minutes_wh == noisy[1].meter.minutes_wh != noisy[2].meter.minutes_wh
    assert noisy[0].meter.total_wh == pytest.approx(sum(hours), rel=0.1)
    with pytest.raises(ValueError, match="24 hours"):
        BaseLoad(START, [1.0], zone)


KINDS: dict[str, Callable[[], Appliance]] = {
    "washer": washer,
    "freezer": freezer,
    "car": car,
    "hvac": lambda: appliance_for(HVAC, START),
}


@pytest.mark.parametrize("kind", KINDS)
@given(looks=st.lists(st.integers(0, 6 * 3600 * 10**6), max_size=20))
def test_looking_at_an_appliance_never_changes_its_course(kind: str, looks: list[int]) -> None:
    watched, alone = KINDS[kind](), KINDS[kind]()
    for appliance in (watched, alone):
        if isinstance(appliance, CycleMachine):
            appliance.load(ProgrammeId("eco"))
    _live(watched, sorted(looks))
    _live(alone, [])
    assert watched.meter.minutes_wh == pytest.approx(alone.meter.minutes_wh, abs=1e-6)


def _live(appliance: Appliance, looks: list[int]) -> None:
    """Six hours, powered from the second to the fifth, looked at in between."""
    for change, on in ((2 * HOUR, True), (5 * HOUR, False), (6 * HOUR, False)):
        for look in looks:
            appliance.advance(min(START + timedelta(microseconds=look), START + change))
        appliance.advance(START + change)
        appliance.set_supply(on)
