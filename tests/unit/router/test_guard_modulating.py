"""The guard over what can be set to any power: batteries give, cars take less, modes step down."""

from dataclasses import replace

from drrouter.domain.device import DeviceProfile, DeviceState, Presence
from drrouter.domain.flexibility import Line
from drrouter.domain.limit import Band, Limit, Scope
from drrouter.domain.wish import Override, OverrideMode, RunningCycle
from drrouter.router.guard import Claim, Orders, judge
from tests.builders import (
    BATTERY,
    CAR,
    DAY,
    ECO,
    HEAT_PUMP,
    HVAC,
    INVERTER,
    SP,
    WASHER,
    at,
    battery,
    car,
    heat_pump,
    hvac,
    inverter,
    limit,
    meter,
    order,
    washer,
)

TOLD = DeviceState(setpoint_w=0.0, level=5000.0)
WALLBOX = replace(car(), flexibility=replace(car().flexibility, min_power_w=1400.0))  # type: ignore[type-var]


def claim(device: DeviceProfile, watts: float = 0.0, state: DeviceState = TOLD, **more: object) -> Claim:
    return Claim(device, state, watts, **more)  # type: ignore[arg-type]


def owner(device: DeviceProfile, mode: OverrideMode) -> Override:
    return Override(device.id, mode, at("23:00"))


RUNNING = replace(TOLD, setpoint_w=None, running=RunningCycle(WASHER, ECO, DAY))
MODAL = DeviceState(mode=1)


def test_a_battery_has_a_range_on_both_sides_of_nothing() -> None:
    assert judge([claim(battery())], Orders(), 0.0).bands == {BATTERY: Band(-3000.0, 3000.0)}


def test_an_empty_battery_cannot_give_and_one_behind_a_switch_is_not_asked_to() -> None:
    empty = claim(battery(), state=replace(TOLD, level=1000.0))
    assert judge([empty], Orders(), 0.0).bands[BATTERY] == Band(0.0, 3000.0)
    switched = claim(battery(), state=DeviceState(on=True, level=5000.0))
    assert judge([switched], Orders(), 0.0).bands[BATTERY].min_w == 0.0


def test_a_limit_leaves_a_battery_what_is_left_over_to_charge_with() -> None:
    verdict = judge([claim(battery(), 3000.0)], Orders((limit(2000),)), 500.0)
    assert verdict.bands[BATTERY] == Band(-3000.0, 1500.0, f"limit of 2000 W ({limit(1).program})")
    assert verdict.impossible_w == {}


def test_a_battery_gives_what_a_limit_lacks_before_anything_else_gives_way() -> None:
    claims = [claim(battery()), claim(hvac(), 1000.0, DeviceState(on=True))]
    verdict = judge(claims, Orders((limit(2000),)), 2500.0)
    assert verdict.bands[BATTERY] == Band(-3000.0, -1500.0, f"limit of 2000 W ({limit(1).program})")
    assert verdict.bands[HVAC].max_w == 1000.0
    assert verdict.impossible_w == {}


def test_what_a_battery_cannot_give_is_reported_as_impossible() -> None:
    claims = [claim(battery()), claim(washer(), 2000.0, RUNNING, running_w=2000.0)]
    verdict = judge(claims, Orders((limit(1000),)), 3000.0)
    assert verdict.bands[BATTERY].max_w == -3000.0
    assert verdict.impossible_w == {(SP, "limit"): 1000.0}


def test_a_battery_that_gives_by_the_plan_makes_room_for_others() -> None:
    claims = [claim(battery(), -2000.0), claim(hvac(), 1000.0, DeviceState(on=True))]
    verdict = judge(claims, Orders((limit(500),)), 1500.0)
    assert verdict.bands[HVAC].max_w == 1000.0
    assert verdict.bands[BATTERY].max_w == -2000.0


def test_others_give_way_for_a_battery_that_gives_less_than_it_should_and_it_is_asked_all_the_same() -> None:
    stuck, warm = claim(battery(), gives_w=0.0), claim(hvac(), 1000.0, DeviceState(on=True))
    verdict = judge([stuck, warm], Orders((limit(2000),)), 1500.0)
    assert verdict.bands[HVAC].max_w == 0.0
    assert verdict.impossible_w == {}
    verdict = judge([stuck, warm], Orders((limit(2000),)), 2500.0)
    assert verdict.bands[BATTERY].max_w == -500.0
    assert verdict.impossible_w == {(SP, "limit"): 500.0}


def test_what_one_battery_does_not_give_is_asked_of_the_next() -> None:
    claims = [claim(battery("a"), gives_w=-200.0), claim(battery("b"))]
    verdict = judge(claims, Orders((limit(1000),)), 2500.0)
    assert {name: band.max_w for name, band in verdict.bands.items()} == {"a": -1500.0, "b": -1300.0}
    assert verdict.impossible_w == {}


def test_a_battery_that_takes_instead_of_giving_is_counted_with_what_it_takes() -> None:
    verdict = judge([claim(battery(), gives_w=400.0)], Orders((limit(1000),)), 1500.0)
    assert verdict.impossible_w == {(SP, "limit"): 900.0}


def test_a_car_charges_with_what_a_limit_leaves_or_not_at_all() -> None:
    assert judge([claim(WALLBOX, 2300.0)], Orders((limit(2000),)), 300.0).bands[CAR].max_w == 1700.0
    assert judge([claim(WALLBOX, 2300.0)], Orders((limit(1500),)), 300.0).bands[CAR].max_w == 0.0


def test_cars_take_less_before_loads_are_held_off() -> None:
    claims = [claim(WALLBOX, 2300.0), claim(hvac(), 1000.0, DeviceState(on=True))]
    verdict = judge(claims, Orders((limit(3000),)), 300.0)
    assert (verdict.bands[HVAC].max_w, verdict.bands[CAR].max_w) == (1000.0, 1700.0)


def test_the_tighter_of_two_limits_holds_for_what_can_be_set() -> None:
    both = Orders((limit(2500, event_id="a"), limit(1800, CAR, event_id="b")))
    assert judge([claim(WALLBOX, 2300.0)], both, 0.0).bands[CAR].max_w == 1800.0


def test_what_a_battery_gives_makes_no_room_in_a_group() -> None:
    claims = [claim(battery(), -3000.0), claim(WALLBOX, 2300.0)]
    verdict = judge(claims, Orders((limit(1500, BATTERY, CAR),)), 0.0)
    assert verdict.bands[CAR].max_w == 1500.0
    assert (verdict.bands[BATTERY].min_w, verdict.bands[BATTERY].max_w) == (-3000.0, 0.0)


def test_a_group_that_may_take_nothing_lets_its_battery_give() -> None:
    verdict = judge([claim(battery(), 1000.0)], Orders((limit(0, BATTERY),)), 0.0)
    assert (verdict.bands[BATTERY].min_w, verdict.bands[BATTERY].max_w) == (-3000.0, 0.0)


def test_the_sun_counts_for_a_limit_of_net_import() -> None:
    sunny = claim(inverter(), -5000.0, replace(TOLD, power_w=-2500.0))
    verdict = judge([sunny, claim(WALLBOX, 2300.0)], Orders((limit(500),)), 1000.0)
    assert verdict.bands[CAR].max_w == 2000.0
    assert verdict.bands[INVERTER] == Band(-5000.0, 0.0)


def test_a_shed_stops_a_battery_from_charging_and_lets_it_give() -> None:
    shed = replace(battery(), shed_from_level=1)
    verdict = judge([claim(shed, 3000.0)], Orders(sheds=(order("e"),)), 0.0)
    assert verdict.bands[BATTERY] == Band(-3000.0, 0.0, "load shed level 1")


def test_the_owners_off_stops_a_battery_both_ways_and_an_inverter_too() -> None:
    claims = [claim(one, override=owner(one, OverrideMode.OFF)) for one in (battery(), inverter())]
    bands = judge(claims, Orders(), 0.0).bands
    assert {(band.min_w, band.max_w) for band in bands.values()} == {(0.0, 0.0)}


def test_the_owners_on_charges_a_battery_lets_an_inverter_give_all_and_a_heat_pump_run_as_usual() -> None:
    claims = [
        claim(one, state=state, override=owner(one, OverrideMode.ON))
        for one, state in ((battery(), TOLD), (inverter(), TOLD), (heat_pump(), MODAL))
    ]
    bands = judge(claims, Orders(), 0.0).bands
    assert {name: band.min_w for name, band in bands.items()} == {
        BATTERY: 3000.0,
        INVERTER: -5000.0,
        HEAT_PUMP: 1000.0,
    }


def test_a_battery_that_its_owner_switched_on_takes_no_more_than_the_main_fuse_bears() -> None:
    on = claim(battery(), override=owner(battery(), OverrideMode.ON))
    assert judge([on], Orders((limit(2000, event_id=None),)), 500.0).bands[BATTERY].max_w == 1500.0


def test_a_heat_pump_steps_down_to_the_mode_that_a_limit_bears() -> None:
    claims = [claim(heat_pump(), 1500.0, MODAL)]
    assert judge(claims, Orders((limit(1200),)), 0.0).bands[HEAT_PUMP].max_w == 1200.0
    assert judge(claims, Orders((limit(0),)), 0.0).bands[HEAT_PUMP].max_w == 0.0
    assert judge(claims, Orders(sheds=(order("e"),)), 0.0).bands[HEAT_PUMP].max_w == 0.0


def test_a_heat_pump_that_was_blocked_its_longest_time_runs_as_usual() -> None:
    back = claim(heat_pump(), 0.0, MODAL, recovery="blocked long enough")
    assert judge([back], Orders(), 0.0).bands[HEAT_PUMP] == Band(1000.0, 2500.0, "blocked long enough")


def test_a_meter_takes_no_part() -> None:
    assert judge([claim(meter())], Orders((limit(0),)), 0.0).bands["meter"] == Band(0.0, 0.0)  # type: ignore[index]


def test_a_battery_that_an_alert_stops_from_charging_still_gives_what_a_limit_lacks() -> None:
    both = Orders((limit(1000),), alerts=(order("e"),))
    verdict = judge([claim(battery(), 500.0)], both, 2500.0)
    assert verdict.bands[BATTERY].max_w == -1500.0
    assert verdict.impossible_w == {}


# The fuses of lines


def fuse(watts: float, line: Line = Line.L1) -> Limit:
    return replace(limit(watts, event_id=None), scope=Scope.LINE, line=line, program=f"fuse of {line}")


def test_the_fuse_of_a_line_binds_what_flows_on_it() -> None:
    elsewhere = replace(hvac("elsewhere"), line=Line.L2)
    claims = [claim(one, 1000.0, DeviceState(on=True)) for one in (hvac(), elsewhere)]
    bands = judge(claims, Orders((fuse(1500),)), 0.0, {Line.L1: 700.0, Line.L2: 9000.0}).bands
    assert {name: band.max_w for name, band in bands.items()} == {HVAC: 0.0, "elsewhere": 1000.0}
    assert bands[HVAC].because == "limit of 1500 W (fuse of L1)"


def test_a_car_on_three_lines_counts_on_each_with_its_third() -> None:
    three = replace(WALLBOX, lines=(Line.L1, Line.L2, Line.L3))
    verdict = judge([claim(three, 2300.0)], Orders((fuse(1500),)), 0.0, {Line.L1: 1000.0})
    assert verdict.bands[CAR].max_w == 1500.0


def test_a_battery_on_a_line_gives_what_its_fuse_lacks() -> None:
    verdict = judge([claim(battery())], Orders((fuse(3000),)), 0.0, {Line.L1: 4000.0})
    assert verdict.bands[BATTERY].max_w == -1000.0


def test_an_inverter_makes_no_more_room_than_its_rating_whatever_it_says() -> None:
    boasts = replace(TOLD, power_w=-50_000.0, level=None)
    claims = [claim(inverter(), -5000.0, boasts), claim(hvac(), 1000.0, DeviceState(on=True))]
    assert judge(claims, Orders((limit(2000),)), 10_000.0).bands[HVAC].max_w == 0.0


def test_what_does_not_answer_makes_no_room_under_a_limit() -> None:
    gone = replace(TOLD, presence=Presence.GONE, power_w=-5000.0)
    hungry = claim(hvac(), 1000.0, DeviceState(on=True))
    for absent in (claim(inverter(), -5000.0, gone), claim(battery(), 0.0, gone)):
        verdict = judge([absent, hungry], Orders((limit(2000),)), 4000.0)
        assert verdict.bands[HVAC].max_w == 0.0
        assert verdict.impossible_w == {(SP, "limit"): 2000.0}


def test_sun_that_is_about_to_be_held_back_makes_no_room() -> None:
    hungry, shines = claim(hvac(), 1000.0, DeviceState(on=True)), replace(TOLD, power_w=-4000.0, level=None)
    off = claim(inverter(), -5000.0, shines, override=owner(inverter(), OverrideMode.OFF))
    held = claim(inverter(), -500.0, shines)
    free = claim(inverter(), -5000.0, shines)
    most_w = [
        judge([one, hungry], Orders((limit(2000),)), 3000.0).bands[HVAC].max_w for one in (off, held, free)
    ]
    assert most_w == [0.0, 0.0, 1000.0]
