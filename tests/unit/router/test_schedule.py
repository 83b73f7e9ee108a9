"""What each device should do now, before the guard has its word."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from drrouter.domain.device import DeviceState
from drrouter.domain.flexibility import DemandFlexibility, RemoteStart, StorageFlexibility
from drrouter.domain.ids import HoldToken, ProgrammeId
from drrouter.domain.plan import Explanation, Plan
from drrouter.domain.wish import Commitment, CycleWish, LevelWish, RunningCycle
from drrouter.router.schedule import Following, Proposal, propose
from tests.builders import (
    BATTERY,
    CAR,
    ECO,
    FREEZER,
    HEAT_PUMP,
    HOUR,
    HVAC,
    MINUTE,
    NOON,
    WASHER,
    a_plan,
    at,
    battery,
    car,
    cycle,
    freezer,
    heat_pump,
    hvac,
    inverter,
    meter,
    profile,
    washer,
)

WISH = CycleWish(WASHER, ECO, at("11:00"), at("18:00"))
FULL_BY_SIX = LevelWish(CAR, 8000.0, at("18:00"))


def freezing(power_w: float, level: float) -> Plan:
    """A plan for the freezer over the next half hour."""
    return a_plan(power_w={FREEZER: (power_w, power_w)}, level={FREEZER: (level, level)})


def charging(power_w: float, level: float) -> Plan:
    """A plan for the car over the next half hour."""
    return a_plan(power_w={CAR: (power_w, power_w)}, level={CAR: (level, level)})


# Machines


def test_a_machine_of_which_nothing_is_asked_stays_off() -> None:
    assert propose(washer(), DeviceState(), NOON) == Proposal(0.0, "nothing is asked of it")


def test_a_machine_waits_for_its_planned_start_and_says_it_in_local_time() -> None:
    plan = a_plan(cycles=(cycle("12:15"),))
    said = propose(washer(), DeviceState(), NOON, plan, wish=WISH, zone=ZoneInfo("Europe/Amsterdam"))
    assert said == Proposal(0.0, "waits for its start at Mon 01 Jun 14:15")


def test_a_machine_starts_when_its_planned_start_has_come() -> None:
    plan = a_plan(cycles=(cycle("12:15"),))
    assert propose(washer(), DeviceState(), at("12:15"), plan, wish=WISH).power_w == 2000.0


def test_a_start_that_was_missed_is_made_up_for() -> None:
    plan = a_plan(cycles=(cycle("11:30"),))
    assert propose(washer(), DeviceState(), NOON, plan, wish=WISH).power_w == 2000.0


def test_a_machine_says_the_plans_own_words() -> None:
    plan = a_plan(cycles=(cycle("12:00"),), explanations=(Explanation(WASHER, "the sun shines"),))
    assert propose(washer(), DeviceState(), NOON, plan, wish=WISH).reason == "the sun shines"


def test_a_plan_without_words_for_a_machine_leaves_the_plain_reason() -> None:
    plan = a_plan(cycles=(cycle("12:00"),), explanations=(Explanation(WASHER, ""),))
    assert propose(washer(), DeviceState(), NOON, plan, wish=WISH).reason == "its planned start has come"


def test_a_running_cycle_goes_on_whatever_is_planned() -> None:
    running = DeviceState(running=RunningCycle(WASHER, ECO, at("11:30")))
    assert propose(washer(), running, NOON) == Proposal(2000.0, "its cycle is running")


def test_a_commitment_stands_above_the_plan() -> None:
    plan = a_plan(cycles=(cycle("12:00"),))
    promised = Commitment(WASHER, ECO, at("13:00"), 90 * MINUTE, HoldToken("t"), NOON)
    assert propose(washer(), DeviceState(), NOON, plan, promised, WISH).power_w == 0.0
    assert propose(washer(), DeviceState(), at("13:00"), plan, promised).power_w == 2000.0


def test_a_cycle_of_the_plan_that_nobody_wishes_any_more_is_not_started() -> None:
    assert propose(washer(), DeviceState(), NOON, a_plan(cycles=(cycle("12:00"),))).power_w == 0.0


def test_a_cycle_that_the_plan_has_for_an_older_wish_is_not_started_for_a_new_one() -> None:
    """The machine ran at ten; at noon somebody loads it again, before there is a new plan."""
    again = CycleWish(WASHER, ECO, NOON, at("18:00"))
    for old in (cycle("10:00"), cycle("12:00", fixed=True)):
        assert propose(washer(), DeviceState(), NOON, a_plan(cycles=(old,)), wish=again).power_w == 0.0


def test_the_wished_cycle_is_found_behind_the_one_that_ran() -> None:
    plan = a_plan(cycles=(cycle("10:00", fixed=True), cycle("12:00", "dryer"), cycle("12:00")))
    assert propose(washer(), DeviceState(), NOON, plan, wish=WISH).power_w == 2000.0


def test_a_cycle_of_another_programme_is_not_started() -> None:
    boil = CycleWish(WASHER, ProgrammeId("boil"), at("11:00"), at("18:00"))
    assert propose(washer(), DeviceState(), NOON, a_plan(cycles=(cycle("12:00"),)), wish=boil).power_w == 0.0


def test_a_wish_waits_for_the_first_plan() -> None:
    assert propose(washer(), DeviceState(), NOON, None, wish=WISH).power_w == 0.0


def test_a_machine_that_only_its_own_buttons_start_keeps_its_power() -> None:
    manual = washer(remote_start=RemoteStart.NONE)
    assert propose(manual, DeviceState(), NOON).power_w == 2000.0


# Freezers


def test_a_freezer_is_left_to_itself_until_there_is_a_plan() -> None:
    cold = DeviceState(level=-18.0)
    for plan in (None, a_plan(), freezing(50.0, -18.0)):
        instant = NOON if plan is None or not plan.power_w else at("13:00")
        assert propose(freezer(), cold, instant, plan).power_w == 100.0


def test_a_freezer_of_unknown_temperature_is_left_to_itself() -> None:
    assert propose(freezer(), DeviceState(), NOON, freezing(0.0, -18.0)).power_w == 100.0


def test_a_freezer_runs_until_it_has_the_level_that_the_plan_wants() -> None:
    plan = freezing(50.0, -19.0)
    assert propose(freezer(), DeviceState(level=-18.5), NOON, plan) == Proposal(
        100.0, "the plan wants it to run now"
    )
    assert propose(freezer(), DeviceState(level=-19.0), NOON, plan) == Proposal(
        0.0, "has what the plan wants for now"
    )


def test_a_freezer_rests_where_the_plan_gives_it_no_power() -> None:
    said = propose(freezer(), DeviceState(level=-17.0), NOON, freezing(0.0, -16.5))
    assert said == Proposal(0.0, "the plan lets it rest")


def test_a_plan_without_levels_lets_a_freezer_rest() -> None:
    plan = a_plan(power_w={FREEZER: (50.0, 50.0)})
    assert propose(freezer(), DeviceState(level=-17.0), NOON, plan).power_w == 0.0


def compressor(min_on: timedelta, min_off: timedelta) -> StorageFlexibility:
    return StorageFlexibility("degC", -24.0, -16.0, -18.0, -0.04, 1.0, 100.0, min_on=min_on, min_off=min_off)


@pytest.mark.parametrize(("minutes", "watts"), [(4, 0.0), (5, 100.0)])
def test_a_compressor_rests_its_shortest_time(minutes: int, watts: float) -> None:
    device = profile(FREEZER, compressor(timedelta(0), 5 * MINUTE))
    state = DeviceState(on=False, level=-18.0, changed_at=NOON - minutes * MINUTE)
    said = propose(device, state, NOON, freezing(50.0, -19.0))
    assert said.power_w == watts
    assert (said.reason == "rests at least 5 minutes") == (watts == 0.0)


@pytest.mark.parametrize(("minutes", "watts"), [(9, 100.0), (10, 0.0)])
def test_a_compressor_runs_its_shortest_time(minutes: int, watts: float) -> None:
    device = profile(FREEZER, compressor(10 * MINUTE, timedelta(0)))
    state = DeviceState(on=True, level=-19.5, changed_at=NOON - minutes * MINUTE)
    assert propose(device, state, NOON, freezing(50.0, -19.0)).power_w == watts


def test_a_compressor_of_which_nobody_knows_when_it_was_switched_may_be_switched() -> None:
    device = profile(FREEZER, compressor(10 * MINUTE, 10 * MINUTE))
    plan = freezing(50.0, -19.0)
    assert propose(device, DeviceState(on=True, level=-19.5), NOON, plan).power_w == 0.0
    assert propose(device, DeviceState(on=False, level=-18.0), NOON, plan).power_w == 100.0


# Cars


def test_a_car_without_a_wish_charges_as_it_likes() -> None:
    said = propose(car(), DeviceState(plugged=True, level=0.0), NOON, charging(0.0, 0.0))
    assert said == Proposal(2300.0, "left to itself: nobody asked for a level")


def test_a_charging_point_without_a_car_keeps_its_power_so_that_a_car_shows_itself() -> None:
    state = DeviceState(plugged=False, level=0.0)
    assert propose(car(), state, NOON, charging(0.0, 0.0), wish=FULL_BY_SIX).power_w == 2300.0


def test_a_car_that_is_planned_for_the_whole_slot_charges_to_its_end() -> None:
    state = DeviceState(plugged=True, level=501.0)
    assert propose(car(), state, NOON, charging(2300.0, 500.0), wish=FULL_BY_SIX).power_w == 2300.0


def test_a_car_that_has_what_was_asked_for_rests_whatever_the_plan_says() -> None:
    state = DeviceState(plugged=True, level=8000.0)
    said = propose(car(), state, NOON, charging(2300.0, 9000.0), wish=FULL_BY_SIX)
    assert said == Proposal(0.0, "has what was asked for")


def test_a_cold_store_that_was_switched_off_begins_again_only_some_way_from_its_goal() -> None:
    device, plan = freezer(), freezing(40.0, -19.0)
    for level, watts in ((-18.9, 0.0), (-17.5, 100.0)):
        off = DeviceState(on=False, level=level, changed_at=NOON - timedelta(hours=1))
        assert propose(device, off, NOON, plan).power_w == watts


def test_a_car_charges_until_it_has_the_level_that_the_plan_wants() -> None:
    plan = charging(1000.0, 500.0)
    for level, watts in ((499.0, 2300.0), (500.0, 0.0)):
        state = DeviceState(plugged=True, level=level)
        assert propose(car(), state, NOON, plan, wish=FULL_BY_SIX).power_w == watts


def test_a_car_waits_where_the_plan_gives_it_no_power() -> None:
    state = DeviceState(plugged=True, level=0.0)
    assert propose(car(), state, NOON, charging(0.0, 0.0), wish=FULL_BY_SIX).power_w == 0.0


# Demands


def test_a_demand_runs_as_it_likes() -> None:
    for plan in (None, a_plan(), a_plan(power_w={HVAC: (250.0, 500.0)})):
        assert propose(hvac(), DeviceState(), NOON, plan) == Proposal(1000.0, "runs as it likes")


def test_a_demand_that_the_plan_curtails_to_nothing_is_off() -> None:
    plan = a_plan(power_w={HVAC: (0.0, 500.0)})
    assert propose(hvac(), DeviceState(), NOON, plan) == Proposal(0.0, "the plan curtails it")


def test_a_demand_of_which_hardly_anything_is_expected_is_not_curtailed_by_that() -> None:
    idle = profile(HVAC, DemandFlexibility(0.5, 1000.0))
    assert propose(idle, DeviceState(), NOON, a_plan(power_w={HVAC: (0.5, 0.5)})).power_w == 1000.0


def test_a_demand_runs_as_it_likes_behind_the_end_of_the_plan() -> None:
    plan = a_plan(power_w={HVAC: (0.0, 0.0)})
    assert propose(hvac(), DeviceState(), NOON + HOUR, plan).power_w == 1000.0


# What is set to a power or a mode

TOLD = DeviceState(setpoint_w=0.0, level=5000.0)


def storing(power_w: float, grid_w: float = 0.0) -> Plan:
    """A plan for the battery over the next half hour, and what the home then takes from the grid."""
    return a_plan(power_w={BATTERY: (power_w, power_w)}, level={BATTERY: (5500.0,) * 2}, grid_w=(grid_w,) * 2)


def test_a_battery_rests_until_there_is_a_plan() -> None:
    assert propose(battery(), TOLD, NOON) == Proposal(0.0, "left to itself until there is a plan")


@pytest.mark.parametrize(
    ("power_w", "grid_w", "follows"),
    [
        (1500.0, 0.0, Following.BALANCES),
        (1500.0, -2000.0, Following.WITHIN),
        (1500.0, 2000.0, None),
        (-1500.0, 0.0, Following.BALANCES),
        (-1500.0, 2000.0, Following.WITHIN),
        (-1500.0, -900.0, None),
    ],
)
def test_a_battery_gets_its_planned_power_and_follows_the_meter_where_the_plan_balances_the_home(
    power_w: float, grid_w: float, follows: Following | None
) -> None:
    said = propose(battery(), TOLD, NOON, storing(power_w, grid_w))
    assert (said.power_w, said.follows) == (power_w, follows)
    assert said.reason == f"the plan wants it to {'give' if power_w < 0 else 'run'} now"


def test_a_battery_that_is_planned_to_rest_rests() -> None:
    assert propose(battery(), TOLD, NOON, storing(0.0)) == Proposal(0.0, "the plan lets it rest")


def test_a_plan_that_has_run_out_balances_nothing() -> None:
    assert propose(battery(), TOLD, at("14:00"), storing(900.0)).power_w == 0.0


def test_a_car_at_a_charging_point_gets_its_planned_power() -> None:
    here = replace(TOLD, plugged=True, level=1000.0)
    assert propose(car(), here, NOON, charging(2300.0, 2000.0), wish=FULL_BY_SIX).power_w == 2300.0
    assert propose(car(), replace(here, plugged=False), NOON).reason == "no car is here"
    assert propose(car(), here, NOON, charging(2300.0, 2000.0)).reason.startswith("left to itself")
    assert propose(car(), here, NOON, wish=FULL_BY_SIX).power_w == 2300.0
    assert propose(car(), replace(here, level=8000.0), NOON, wish=FULL_BY_SIX).power_w == 0.0


def test_a_part_of_a_slot_is_run_at_the_least_power_until_the_level_is_there() -> None:
    here = replace(TOLD, plugged=True, level=1000.0)
    plan = charging(800.0, 1200.0)
    assert propose(car(), here, NOON, plan, wish=FULL_BY_SIX).power_w == 2300.0
    assert propose(car(), replace(here, level=1200.0), NOON, plan, wish=FULL_BY_SIX).power_w == 0.0


def modal(*shares: tuple[float, ...]) -> Plan:
    return a_plan(modes={HEAT_PUMP: shares}, power_w={HEAT_PUMP: (0.0, 0.0)})


def test_a_device_with_modes_is_in_the_one_it_is_planned_in() -> None:
    plan = modal((0.0, 0.2, 0.8, 0.0), (1.0, 0.0, 0.0, 0.0))
    said = propose(heat_pump(), DeviceState(mode=1), NOON, plan)
    assert said == Proposal(1500.0, "the plan wants it recommended", mode=2)
    assert propose(heat_pump(), DeviceState(mode=1), at("12:20"), plan).mode == 0


def test_a_device_with_modes_runs_as_it_likes_where_there_is_no_plan() -> None:
    assert propose(heat_pump(), DeviceState(mode=0), NOON) == Proposal(1000.0, "runs as it likes", mode=1)
    assert propose(heat_pump(), DeviceState(mode=0), at("15:00"), modal((0, 0, 0, 1), (0, 0, 0, 1))).mode == 1


def test_a_device_with_modes_stays_in_one_its_shortest_time() -> None:
    fresh = DeviceState(mode=0, mode_since=NOON - 5 * MINUTE)
    plan = modal((0.0, 0.0, 1.0, 0.0), (0.0, 0.0, 1.0, 0.0))
    assert propose(heat_pump(), fresh, NOON, plan).mode == 0
    assert propose(heat_pump(), fresh, NOON + 5 * MINUTE, plan).mode == 2


def test_an_inverter_gives_all_unless_the_plan_holds_it_back() -> None:
    plan = a_plan(grid_w=(0.0, 0.0))
    assert propose(inverter(), TOLD, NOON, plan) == Proposal(-5000.0, "gives what the sun gives")
    held = propose(inverter(), TOLD, NOON, plan, held_w=1200.0)
    assert held == Proposal(-1200.0, "the plan holds it back", follows=Following.BALANCES)
    assert propose(inverter(), TOLD, NOON, plan, held_w=0.0).follows is None


def test_a_meter_is_only_read() -> None:
    assert propose(meter(), TOLD, NOON) == Proposal(0.0, "it is only read")


def test_a_machine_that_nobody_has_armed_waits_for_its_button() -> None:
    plan = a_plan(cycles=(cycle("12:00"),))
    said = propose(washer(), DeviceState(armed=False), NOON, plan, wish=WISH)
    assert said == Proposal(0.0, "waits for you to press Remote Start on it")
    assert propose(washer(), DeviceState(armed=False), at("09:00"), None, wish=WISH) == said
    assert propose(washer(), DeviceState(armed=False), NOON, plan).reason == "nothing is asked of it"
    assert propose(washer(), DeviceState(armed=True), NOON, plan, wish=WISH).power_w == 2000.0
