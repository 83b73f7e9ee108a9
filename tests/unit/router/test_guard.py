"""The guard: who keeps power under orders, limits, overrides and safety, and what is said where it cannot."""

from dataclasses import replace

import pytest

from drrouter.domain.device import DeviceProfile, DeviceState
from drrouter.domain.ids import DeviceId
from drrouter.domain.limit import Band, Limit
from drrouter.domain.timeline import Order
from drrouter.domain.wish import Override, OverrideMode, RunningCycle
from drrouter.router.guard import Claim, Orders, Verdict, judge
from drrouter.router.safety import nominal_w
from tests.builders import (
    CAR,
    DAY,
    ECO,
    FREEZER,
    HVAC,
    OTHER_SP,
    SP,
    WASHER,
    at,
    car,
    freezer,
    hvac,
    limit,
    order,
    profile,
    washer,
)

COLD = DeviceState(level=-20.0)
WARM = DeviceState(level=-16.1)


def claim(
    device: DeviceProfile,
    *,
    wants: bool = True,
    state: DeviceState | None = None,
    override: OverrideMode | None = None,
    running_w: float | None = None,
    recovery: str = "",
) -> Claim:
    """A device that wants to run, in no danger, where nothing is said."""
    known = state or (COLD if device.id.startswith(FREEZER) else DeviceState())
    if running_w is not None:
        known = replace(known, running=RunningCycle(device.id, ECO, DAY))
    word = Override(device.id, override, at("23:00")) if override else None
    return Claim(device, known, nominal_w(device) if wants else 0.0, word, running_w, recovery)


def orders(*limits: Limit, sheds: tuple[Order, ...] = (), alerts: tuple[Order, ...] = ()) -> Orders:
    return Orders(limits, sheds, alerts)


def allowed(verdict: Verdict) -> set[DeviceId]:
    """The devices that may run."""
    return {device_id for device_id, band in verdict.bands.items() if band.max_w > 0}


ON, OFF = OverrideMode.ON, OverrideMode.OFF
HOME = [claim(freezer()), claim(washer()), claim(car()), claim(hvac())]
EVERYBODY = {FREEZER, WASHER, CAR, HVAC}


def test_without_orders_every_device_has_its_whole_range() -> None:
    verdict = judge(HOME, orders(), 300.0)
    assert verdict.bands[CAR] == Band(0.0, 2300.0)
    assert allowed(verdict) == EVERYBODY
    assert (verdict.impossible_w, verdict.opted_out, verdict.unable) == ({}, {}, {})


# Sheds and alerts


def test_a_shed_stops_every_device_of_its_level() -> None:
    deaf, late = freezer(shed_from_level=None), hvac(shed_from_level=2)
    claims = [claim(deaf), claim(late), claim(washer()), claim(car())]
    assert allowed(judge(claims, orders(sheds=(order("e", 1),)), 0.0)) == {FREEZER, HVAC}
    assert allowed(judge(claims, orders(sheds=(order("e", 2),)), 0.0)) == {FREEZER}


def test_a_shed_for_some_devices_leaves_the_others_alone() -> None:
    verdict = judge(HOME, orders(sheds=(order("e", 3, CAR),)), 0.0)
    assert allowed(verdict) == EVERYBODY - {CAR}
    assert verdict.bands[CAR].because == "load shed level 3"


def test_an_alert_stops_devices_whatever_their_level() -> None:
    verdict = judge([claim(freezer(shed_from_level=None))], orders(alerts=(order("e"),)), 0.0)
    assert verdict.bands[FREEZER] == Band(0.0, 0.0, "grid emergency")


def test_an_alert_for_some_devices_leaves_the_others_alone() -> None:
    assert allowed(judge(HOME, orders(alerts=(order("e", 1, WASHER),)), 0.0)) == EVERYBODY - {WASHER}


# The owner


def test_the_owners_on_beats_sheds_and_alerts_and_is_reported() -> None:
    claims = [claim(car(), wants=False, override=ON)]
    verdict = judge(claims, orders(sheds=(order("s"),), alerts=(order("a"),)), 0.0)
    assert verdict.bands[CAR] == Band(2300.0, 2300.0, "switched on by the owner")
    assert verdict.opted_out == {(SP, "s"): (CAR,), (SP, "a"): (CAR,)}


def test_the_owners_on_beats_a_limit_and_is_reported_with_what_it_costs() -> None:
    claims = [claim(car(), override=ON), claim(washer())]
    verdict = judge(claims, orders(limit(1000)), 300.0)
    assert allowed(verdict) == {CAR}
    assert verdict.impossible_w == {(SP, "limit"): 1600.0}
    assert verdict.opted_out == {(SP, "limit"): (CAR,)}


def test_the_owners_on_under_a_limit_that_still_holds_opts_out_of_nothing() -> None:
    verdict = judge([claim(car(), override=ON)], orders(limit(3000)), 300.0)
    assert verdict.opted_out == {}


def test_the_owners_on_for_a_device_that_no_order_means_opts_out_of_nothing() -> None:
    others = orders(limit(100, WASHER), sheds=(order("s", 1, WASHER),), alerts=(order("a", 1, WASHER),))
    claims = [claim(car(), override=ON), claim(washer(), running_w=2000.0)]
    verdict = judge(claims, others, 0.0)
    assert verdict.impossible_w == {(SP, "limit"): 1900.0}
    assert verdict.opted_out == {}


def test_the_owners_off_holds_although_the_plan_wants_it_to_run() -> None:
    verdict = judge([claim(car(), override=OFF)], orders(), 0.0)
    assert verdict.bands[CAR] == Band(0.0, 0.0, "switched off by the owner")


# Safety


def test_a_running_cycle_is_never_cut() -> None:
    everything = orders(limit(0), sheds=(order("s", 3),), alerts=(order("a"),))
    verdict = judge([claim(washer(), running_w=2000.0, override=OFF)], everything, 300.0)
    assert verdict.bands[WASHER] == Band(2000.0, 2000.0, "its cycle is running")
    assert verdict.impossible_w == {(SP, "limit"): 2300.0}
    assert verdict.unable == {(SP, "s"): (WASHER,), (SP, "a"): (WASHER,)}
    assert verdict.opted_out == {}


def test_a_running_cycle_counts_with_what_it_will_draw_and_not_with_its_most() -> None:
    verdict = judge([claim(washer(), running_w=200.0), claim(hvac())], orders(limit(1500)), 300.0)
    assert allowed(verdict) == {WASHER, HVAC}


def test_a_running_cycle_counts_with_what_is_measured_where_that_is_more() -> None:
    running = claim(washer(), running_w=200.0, state=DeviceState(power_w=600.0))
    verdict = judge([running, claim(hvac())], orders(limit(1500)), 300.0)
    assert allowed(verdict) == {WASHER}


def test_a_freezer_near_its_bound_is_let_cool_whatever_is_ordered() -> None:
    everything = orders(limit(0), sheds=(order("s", 3),), alerts=(order("a"),))
    verdict = judge([claim(freezer(), state=WARM, override=OFF)], everything, 0.0)
    assert verdict.bands[FREEZER] == Band(100.0, 100.0, "-16.1 degC is near its bound of -16.0")


def test_a_freezer_of_unknown_temperature_keeps_its_power() -> None:
    verdict = judge([claim(freezer(), state=DeviceState())], orders(alerts=(order("a"),)), 0.0)
    assert verdict.bands[FREEZER].because == "its temperature is not known yet"
    assert verdict.bands[FREEZER].min_w == 100.0


def test_a_machine_that_draws_before_its_cycle_is_known_is_not_cut_either() -> None:
    seen = DeviceState(on=True, power_w=1900.0)
    verdict = judge([claim(washer(), wants=False, state=seen)], orders(sheds=(order("s"),)), 0.0)
    assert verdict.bands[WASHER].min_w == 2000.0


# A freezer that cools down from its bound


def test_nobody_stops_a_freezer_that_cools_down_from_its_bound() -> None:
    cooling = replace(claim(freezer(), override=OFF), kept="it cools down first")
    verdict = judge([cooling], orders(limit(0), sheds=(order("s"),)), 0.0)
    assert verdict.bands[FREEZER] == Band(100.0, 100.0, "it cools down first")


# Recovery of a load that was held off for its longest time


def test_a_load_off_for_its_longest_time_runs_although_it_is_shed() -> None:
    verdict = judge([claim(hvac(), recovery="off too long")], orders(limit(0), sheds=(order("s"),)), 0.0)
    assert verdict.bands[HVAC] == Band(1000.0, 1000.0, "off too long")
    assert verdict.unable == {(SP, "s"): (HVAC,)}
    assert verdict.impossible_w == {(SP, "limit"): 1000.0}
    assert verdict.opted_out == {}


def test_the_owner_may_keep_a_load_off_for_longer() -> None:
    verdict = judge([claim(hvac(), recovery="off too long", override=OFF)], orders(), 0.0)
    assert verdict.bands[HVAC] == Band(0.0, 0.0, "switched off by the owner")


def test_the_main_fuse_stands_above_a_load_that_was_off_too_long() -> None:
    verdict = judge([claim(hvac(), recovery="off too long")], orders(limit(900, event_id=None)), 0.0)
    assert verdict.bands[HVAC] == Band(0.0, 0.0, "limit of 900 W (main fuse)")


# Limits


def test_a_limit_is_met_first_by_storages_then_by_demands_then_by_cycles_that_have_not_begun() -> None:
    steps = [
        (6000, EVERYBODY),
        (3300, {WASHER, HVAC, FREEZER}),
        (3000, {WASHER, HVAC}),
        (2500, {WASHER, FREEZER}),
    ]
    for watts, running in steps:
        assert allowed(judge(HOME, orders(limit(watts)), 0.0)) == running


def test_what_a_limit_blocks_names_the_limit_and_its_programme() -> None:
    verdict = judge(HOME, orders(limit(0)), 0.0)
    assert verdict.bands[CAR].because == "limit of 0 W (summer peaks)"


def test_a_limit_without_a_programme_is_named_by_its_power() -> None:
    verdict = judge(HOME, orders(replace(limit(0), program="")), 0.0)
    assert verdict.bands[CAR].because == "limit of 0 W"


def test_a_site_limit_counts_the_load_that_nobody_controls() -> None:
    assert allowed(judge([claim(hvac())], orders(limit(1200)), 200.0)) == {HVAC}
    assert allowed(judge([claim(hvac())], orders(limit(1200)), 201.0)) == set()


def test_watts_above_a_limit_that_no_switch_removes_are_impossible() -> None:
    verdict = judge(HOME, orders(limit(1000)), 1250.0)
    assert verdict.impossible_w == {(SP, "limit"): 250.0}
    assert allowed(verdict) == set()


def test_a_limit_that_can_be_kept_is_not_impossible() -> None:
    assert judge(HOME, orders(limit(1000)), 1000.0).impossible_w == {}


def test_an_idle_device_takes_no_room_from_a_busy_one() -> None:
    claims = [claim(washer(), wants=False), claim(car())]
    assert allowed(judge(claims, orders(limit(2500)), 0.0)) == {CAR}


def test_the_tightest_of_several_limits_holds() -> None:
    verdict = judge(HOME, orders(limit(9000, event_id="loose"), limit(0, event_id="tight")), 0.0)
    assert allowed(verdict) == set()


def test_an_oven_under_a_device_group_limit_dims_nothing() -> None:
    group = limit(4200, CAR, HVAC)
    assert allowed(judge(HOME, orders(group), base_load_w=3000.0)) == EVERYBODY


def test_a_group_limit_binds_only_its_members() -> None:
    verdict = judge(HOME, orders(limit(0, CAR, HVAC)), 0.0)
    assert allowed(verdict) == {WASHER, FREEZER}
    assert verdict.impossible_w == {}


def test_a_group_keeps_its_guaranteed_minimum() -> None:
    group = limit(0, CAR, HVAC, guaranteed_w=4200.0)
    assert allowed(judge(HOME, orders(group), 0.0)) == EVERYBODY


def test_a_group_limit_that_a_running_member_exceeds_is_impossible_by_the_rest() -> None:
    verdict = judge([claim(washer(), running_w=2000.0)], orders(limit(1500, WASHER)), 9000.0)
    assert verdict.impossible_w == {(SP, "limit"): 500.0}


# The main fuse


def test_the_main_fuse_stands_above_the_owner() -> None:
    claims = [claim(car(), override=ON), claim(washer(), override=ON)]
    verdict = judge(claims, orders(limit(3000, event_id=None)), 300.0)
    assert verdict.bands[WASHER] == Band(2000.0, 2000.0, "switched on by the owner")
    assert verdict.bands[CAR] == Band(0.0, 0.0, "limit of 3000 W (main fuse)")


def test_what_the_owner_switched_on_has_the_first_place_under_the_main_fuse() -> None:
    claims = [claim(car(), override=ON), claim(washer())]
    assert allowed(judge(claims, orders(limit(3000, event_id=None)), 300.0)) == {CAR}


def test_a_fuse_that_is_exceeded_is_reported_to_nobody() -> None:
    assert judge([], orders(limit(1000, event_id=None)), 2000.0).impossible_w == {}


def test_what_the_fuse_takes_from_the_owner_does_not_exceed_a_limit_of_the_grid() -> None:
    claims = [claim(car(), override=ON)]
    verdict = judge(claims, orders(limit(1000), limit(2000, event_id=None)), 0.0)
    assert verdict.bands[CAR].because == "limit of 2000 W (main fuse)"
    assert verdict.impossible_w == {}


# Several providers


def test_providers_who_use_the_same_id_hear_of_their_own_events_only() -> None:
    ours = order("1", 1, CAR)
    theirs = replace(order("1", 1, WASHER), provider=OTHER_SP)
    claims = [claim(car(), override=ON), claim(washer(), running_w=100.0)]
    verdict = judge(claims, orders(sheds=(ours, theirs)), 0.0)
    assert verdict.opted_out == {(SP, "1"): (CAR,)}
    assert verdict.unable == {(OTHER_SP, "1"): (WASHER,)}


@pytest.mark.parametrize("kind", [freezer, washer, car, hvac])
def test_a_device_under_several_orders_of_one_event_is_reported_once(kind: type) -> None:
    device: DeviceProfile = kind()
    both = orders(sheds=(order("e"), order("e", 2, device.id)))
    verdict = judge([claim(device, override=ON)], both, 0.0)
    assert verdict.opted_out == {(SP, "e"): (device.id,)}


def test_a_device_of_no_special_kind_can_be_guarded_too() -> None:
    oven = profile("oven", hvac().flexibility)
    assert allowed(judge([claim(oven)], orders(limit(1000)), 0.0)) == {"oven"}
