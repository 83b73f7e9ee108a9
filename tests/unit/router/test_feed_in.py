"""What the home may feed into the grid at most; numbers are the obligations of a VEN."""

from dataclasses import replace

from drrouter.domain.device import DeviceProfile, DeviceState
from drrouter.domain.limit import Band, Limit
from drrouter.router.feed_in import within_feed_in
from drrouter.router.guard import Claim, Orders, Verdict, judge
from tests.builders import BATTERY, HVAC, INVERTER, SP, battery, hvac, inverter, limit

TOLD = DeviceState(setpoint_w=0.0, level=5000.0)


def claim(device: DeviceProfile, power_w: float = 0.0) -> Claim:
    return Claim(device, replace(TOLD, power_w=power_w), -5000.0 if power_w < 0 else power_w)


def judged(claims: list[Claim], base_w: float, *limits: Limit) -> Verdict:
    return within_feed_in(judge(claims, Orders(), base_w), claims, limits, base_w)


def test_an_inverter_gives_what_the_home_uses_and_the_limit_allows() -> None:
    """24."""
    claims = [claim(inverter(), -4000.0), claim(hvac(), 1000.0)]
    verdict = judged(claims, 500.0, limit(2000))
    why = f"feed-in limit of 2000 W ({limit(1).program})"
    assert verdict.bands[INVERTER] == Band(-3500.0, 0.0, why)
    assert verdict.bands[HVAC].max_w == 1000.0
    assert verdict.impossible_w == {}


def test_without_a_limit_or_within_one_nothing_changes() -> None:
    """24."""
    claims = [claim(inverter(), -4000.0)]
    assert judged(claims, 0.0) == judge(claims, Orders(), 0.0)
    assert judged(claims, 0.0, limit(5000)) == judge(claims, Orders(), 0.0)


def test_two_inverters_share_the_room_by_their_size() -> None:
    """24."""
    small = inverter("small")
    small = replace(small, flexibility=replace(small.flexibility, rated_power_w=2500.0))  # type: ignore[type-var]
    verdict = judged([claim(inverter()), claim(small)], 0.0, limit(1500))
    assert (verdict.bands[INVERTER].min_w, verdict.bands[small.id].min_w) == (-1000.0, -500.0)


def test_a_battery_gives_what_the_sun_leaves_of_the_room() -> None:
    """24."""
    assert (
        judged([claim(inverter(), -800.0), claim(battery())], 1000.0, limit(0)).bands[BATTERY].min_w == -200
    )
    assert judged([claim(inverter()), claim(battery())], 1000.0, limit(0)).bands[BATTERY].min_w == -1000


def test_a_battery_that_must_give_more_than_it_may_is_held_to_the_limit() -> None:
    """24: two orders that contradict each other: the network's limit of export is not exceeded."""
    claims = [claim(battery())]
    verdict = Verdict({BATTERY: Band(-3000.0, -2000.0, "another order")})
    assert within_feed_in(verdict, claims, [limit(500)], 0.0).bands[BATTERY].max_w == -500.0


def test_what_gives_and_cannot_be_told_is_impossible() -> None:
    """24."""
    verdict = judged([claim(inverter())], -3000.0, limit(1000))
    assert verdict.impossible_w == {(SP, "limit"): 2000.0}
    assert verdict.bands[INVERTER].min_w == 0.0


def test_a_limit_for_one_device_counts_what_it_gives_alone() -> None:
    """24."""
    claims = [claim(inverter()), claim(inverter("other")), claim(hvac(), 1000.0)]
    verdict = judged(claims, 900.0, limit(1000, INVERTER))
    assert verdict.bands[INVERTER].min_w == -1000.0
    assert verdict.bands[claims[1].id].min_w == -5000.0


def test_what_gives_less_than_the_limit_allows_anyway_is_left_as_it_is() -> None:
    """24."""
    claims = [claim(battery()), claim(inverter())]
    verdict = Verdict({BATTERY: Band(-100.0, 0.0, "empty soon"), INVERTER: Band(-5000.0, 0.0)})
    found = within_feed_in(verdict, claims, [limit(6000), limit(5500)], 0.0)
    assert found.bands[BATTERY] == verdict.bands[BATTERY]


def test_what_a_device_is_about_to_be_told_to_leave_is_no_room() -> None:
    """24: else the limit would be exceeded until the next look, whenever a battery takes less."""
    less = replace(claim(battery(), 2000.0), proposed_w=500.0)
    verdict = judged([claim(inverter(), -4000.0), less], 300.0, limit(1000))
    assert verdict.bands[INVERTER].min_w == -1800.0
