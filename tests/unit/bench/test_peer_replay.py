"""The formula that prices our plans and a peer's, by hand-computed numbers."""

from dataclasses import replace

import pytest

from tests.bench.peer_homes import Battery, Cycle, Home, Pump
from tests.bench.peer_replay import replay

HOME = Home(
    seed=0,
    step_min=30,
    buy=(0.20, 0.40, 0.30, 0.30),
    sell=(0.10,) * 4,
    base_w=(500.0,) * 4,
    pv_w=(0.0, 0.0, 3000.0, 0.0),
    limit_w=4000.0,
    cycles=(Cycle("washer", (2000.0, 400.0), 60, 0, 3),),
    pump=Pump("pump", 1000.0, 2, 2),
    battery=Battery(500.0, 2000.0, 1000.0, 1000.0, 1500.0, 1500.0, taking=0.8, giving=0.8),
)
IDLE = [0.0] * 4
GOOD = {"washer": [2000.0, 400.0, 0.0, 0.0], "pump": [0.0, 0.0, 1000.0, 1000.0], "battery": IDLE}


def faults(**changed: list[float]) -> tuple[str, ...]:
    return replay(HOME, GOOD | changed).faults


def test_import_is_bought_and_export_is_sold_step_by_step() -> None:
    outcome = replay(HOME, GOOD)
    # 2500 W at 0.20, 900 W at 0.40 and 1500 W at 0.30 for half an hour each; 1500 W are sold at 0.10
    assert outcome.gross == pytest.approx(0.25 + 0.18 + 0.225)
    assert outcome.money == pytest.approx(0.655 - 0.075)
    assert outcome.faults == ()


def test_a_battery_keeps_of_what_it_takes_and_loses_of_what_it_gives() -> None:
    # 1000 W for half an hour put 400 Wh in; 640 W for half an hour take 400 Wh out
    kept = replay(HOME, GOOD | {"battery": [0.0, 0.0, 1000.0, -640.0]})
    assert kept.faults == ()
    assert kept.money == pytest.approx(0.655 - 0.32 * 0.30 - 0.25 * 0.10)
    assert faults(battery=[0.0, 0.0, 1000.0, -660.0]) == ("the battery ends at 988 Wh of 1000",)


@pytest.mark.parametrize(
    ("battery", "fault"),
    [
        ([1600.0, 0.0, 0.0, 0.0], "the battery draws 1600 W in step 0"),
        ([1500.0, 1500.0, 0.0, 0.0], "the battery stands at 2200 Wh after step 1"),
        ([-1000.0, 0.0, 1500.0, 0.0], "the battery stands at 375 Wh after step 0"),
    ],
)
def test_a_battery_keeps_its_bounds(battery: list[float], fault: str) -> None:
    assert fault in faults(battery=battery)


@pytest.mark.parametrize(
    "washer",
    [
        IDLE,
        [2000.0, 0.0, 400.0, 0.0],
        [1000.0, 1400.0, 0.0, 0.0],
        [2000.0, 400.0, 50.0, 0.0],
        [0.0, 0.0, 0.0, 2000.0],
    ],
)
def test_a_cycle_runs_once_and_whole(washer: list[float]) -> None:
    assert faults(washer=washer) == ("washer does not run as one cycle",)


def test_a_cycle_keeps_its_window() -> None:
    assert faults(washer=[0.0, 0.0, 2000.0, 400.0]) == ("washer runs outside its window",)


@pytest.mark.parametrize(
    ("pump", "fault"),
    [
        ([500.0, 500.0, 500.0, 500.0], "pump runs at a part of its power"),
        ([0.0, 0.0, 0.0, 1000.0], "pump runs 1 steps of 2"),
        ([1000.0, 0.0, 1000.0, 0.0], "pump runs for less than 2 steps at a time"),
    ],
)
def test_a_pump_is_on_or_off_for_its_shortest_time(pump: list[float], fault: str) -> None:
    assert faults(pump=pump) == (fault,)


def test_a_run_that_the_horizon_ends_may_go_on_behind_it() -> None:
    longer = replace(HOME, pump=Pump("pump", 1000.0, 3, 2))
    assert replay(longer, GOOD | {"pump": [1000.0, 1000.0, 0.0, 1000.0]}).faults == ()


def test_the_meter_takes_no_more_than_its_limit() -> None:
    low = replace(HOME, limit_w=2400.0)
    assert replay(low, GOOD).faults == ("the meter takes 2500 W in step 0",)


def test_a_plan_that_is_missing_cannot_be_carried_out() -> None:
    assert replay(HOME, {}).faults == ("no plan for washer, pump, battery",)
