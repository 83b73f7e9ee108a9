"""Following the meter: what the sun leaves is taken, what the home needs is given, and it is calm."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from drrouter.domain.device import DeviceProfile, DeviceState, Presence
from drrouter.domain.ids import DeviceId
from drrouter.router.follow import CALM_W, SETTLES_WITHIN, STAYS, Follower, Meter, follow
from drrouter.router.registry import Seat
from tests.builders import BATTERY, CAR, INVERTER, NOON, battery, car, inverter

SECOND = timedelta(seconds=1)
LATER = NOON + 10 * SECOND


def seat(
    device: DeviceProfile,
    setpoint_w: float | None,
    power_w: float | None,
    *,
    seen_at: datetime = LATER,
    told_at: datetime | None = NOON,
) -> Seat:
    state = DeviceState(Presence.PRESENT, power_w=power_w, setpoint_w=setpoint_w, seen_at=seen_at)
    return Seat(device, state, told_at=told_at)


def followed(net_w: float, *followers: Follower, at: datetime = LATER) -> dict[DeviceId, float]:
    return follow(followers, Meter(net_w, at), LATER)


def test_without_a_meter_nobody_follows() -> None:
    assert follow([Follower(seat(battery(), 0.0, 0.0), 1000.0)], None, LATER) == {}


def test_a_battery_takes_what_the_sun_leaves() -> None:
    assert followed(-2000.0, Follower(seat(battery(), 0.0, 0.0), 500.0)) == {BATTERY: 2000.0}
    assert followed(400.0, Follower(seat(battery(), 2000.0, 2000.0), 500.0)) == {BATTERY: 1600.0}


def test_a_battery_that_charges_from_the_sun_never_gives_when_a_cloud_comes() -> None:
    assert followed(3000.0, Follower(seat(battery(), 2000.0, 2000.0), 500.0)) == {BATTERY: 0.0}


def test_a_battery_that_covers_the_home_never_takes() -> None:
    assert followed(1200.0, Follower(seat(battery(), 0.0, 0.0), -300.0)) == {BATTERY: -1200.0}
    assert followed(-2000.0, Follower(seat(battery(), -1200.0, -1200.0), -300.0)) == {BATTERY: 0.0}


def test_what_is_planned_is_the_most_where_the_plan_sells_besides() -> None:
    within = Follower(seat(battery(), 0.0, 0.0), 1000.0, within=True)
    assert followed(-3000.0, within) == {BATTERY: 1000.0}
    assert followed(-400.0, within) == {BATTERY: 400.0}
    giving = Follower(seat(battery(), 0.0, 0.0), -1000.0, within=True)
    assert followed(3000.0, giving) == {BATTERY: -1000.0}


def test_a_little_import_or_export_moves_nothing() -> None:
    assert followed(CALM_W, Follower(seat(battery(), 800.0, 810.0), 500.0)) == {BATTERY: 800.0}
    assert followed(-CALM_W, Follower(seat(battery(), 800.0, 810.0), 500.0)) == {BATTERY: 800.0}


def test_a_set_point_on_the_wrong_side_of_the_plan_is_left_however_calm_it_is() -> None:
    assert followed(0.0, Follower(seat(battery(), -800.0, -800.0), 500.0)) == {BATTERY: 0.0}


def test_nothing_is_corrected_before_both_were_read_anew() -> None:
    stale = seat(battery(), 800.0, 0.0, told_at=NOON + 9 * SECOND, seen_at=NOON + 9 * SECOND)
    assert followed(-2000.0, Follower(stale, 500.0)) == {BATTERY: 800.0}
    read = seat(battery(), 800.0, 800.0, told_at=NOON + 9 * SECOND)
    assert followed(-2000.0, Follower(read, 500.0), at=NOON + 9 * SECOND) == {BATTERY: 800.0}


def test_a_device_that_has_not_done_it_yet_is_waited_for_but_not_for_ever() -> None:
    slow = Follower(seat(battery(), 2000.0, 500.0), 500.0)
    assert followed(-1500.0, slow) == {BATTERY: 2000.0}
    late = Meter(-1500.0, NOON + SETTLES_WITHIN)
    assert follow([slow], late, NOON + SETTLES_WITHIN) == {BATTERY: 2000.0}
    slow.seat.state = DeviceState(
        Presence.PRESENT, power_w=1000.0, setpoint_w=2000.0, seen_at=NOON + SETTLES_WITHIN
    )
    assert follow([slow], late, NOON + SETTLES_WITHIN) == {BATTERY: 2500.0}


def test_a_device_that_tells_changes_alone_does_not_hold_up_the_others() -> None:
    quiet = seat(battery(), 800.0, 800.0, seen_at=NOON - 5 * SECOND)
    later = NOON + SETTLES_WITHIN
    assert follow([Follower(quiet, 500.0)], Meter(-1000.0, later), later) == {BATTERY: 1800.0}


def test_what_the_battery_takes_is_not_there_for_the_car() -> None:
    both = Follower(seat(battery(), 0.0, 0.0), 1000.0, within=True), Follower(seat(car(), 0.0, 0.0), 2300.0)
    assert followed(-3300.0, *both) == {BATTERY: 1000.0, CAR: 2300.0}
    greedy = Follower(seat(battery(), 0.0, 0.0), 1000.0), both[1]
    assert followed(-5300.0, *greedy) == {BATTERY: 3000.0, CAR: 2300.0}


def test_a_car_is_not_charged_below_its_least_power_and_a_small_cloud_does_not_stop_it() -> None:
    assert followed(-2000.0, Follower(seat(car(), 0.0, 0.0), 2300.0)) == {CAR: 0.0}
    assert followed(150.0, Follower(seat(car(), 2300.0, 2350.0), 2300.0)) == {CAR: 2300.0}
    assert followed(900.0, Follower(seat(car(), 2300.0, 2300.0), 2300.0)) == {CAR: 0.0}


def test_a_car_is_not_switched_by_every_cloud() -> None:
    running, resting = seat(car(), 2300.0, 2300.0), seat(car(), 0.0, 0.0)
    for one in (running, resting):
        one.state = replace(one.state, changed_at=LATER - STAYS + SECOND)
    assert followed(900.0, Follower(running, 2300.0)) == {CAR: 2300.0}
    assert followed(-2500.0, Follower(resting, 2300.0)) == {CAR: 0.0}
    for one in (running, resting):
        one.state = replace(one.state, changed_at=LATER - STAYS)
    assert followed(900.0, Follower(running, 2300.0)) == {CAR: 0.0}
    assert followed(-2500.0, Follower(resting, 2300.0)) == {CAR: 2300.0}


def test_an_inverter_that_is_held_back_gives_what_stays_in_the_home() -> None:
    assert followed(-600.0, Follower(seat(inverter(), -3000.0, -3000.0), -2000.0)) == {INVERTER: -2400.0}
    assert followed(600.0, Follower(seat(inverter(), -3000.0, -3000.0), -2000.0)) == {INVERTER: -3600.0}


def test_a_device_that_tells_no_set_point_or_power_does_not_follow() -> None:
    assert followed(-600.0, Follower(seat(battery(), None, 0.0), 1.0)) == {}
    assert followed(-600.0, Follower(seat(battery(), 0.0, None), 1.0)) == {}


@given(
    load_w=st.floats(0, 6000),
    sun_w=st.floats(0, 8000),
    start_w=st.floats(0, 3000),
)
def test_one_correction_balances_the_home_and_a_second_one_changes_nothing(
    load_w: float, sun_w: float, start_w: float
) -> None:
    """No hunting: whatever it did before, after one step the meter is calm or the battery at its end."""
    steps = [start_w]
    for _ in range(3):
        one = Follower(seat(battery(), steps[-1], steps[-1]), 1000.0)
        moved = followed(load_w - sun_w + steps[-1], one)[BATTERY]
        steps.append(moved)
    net_w = load_w - sun_w + steps[1]
    assert abs(net_w) <= CALM_W + 1e-6 or steps[1] in (0.0, 3000.0)
    assert steps[3] == steps[2]
