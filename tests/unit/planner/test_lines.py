"""Fuses of single lines: shares of load, sun and devices, by hand-computed numbers."""

from dataclasses import replace
from typing import Any

import pytest

from drrouter.domain.flexibility import Line
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit, Scope
from drrouter.domain.plan import MissKind
from drrouter.planner import DeviceInput, Problem, greedy, plan, verify
from drrouter.planner.lines import line_base_w
from drrouter.planner.site import Site, limit_rows
from tests.unit.planner.homes import (
    CAR,
    CHARGING,
    FREEZING,
    NOW,
    WASHER,
    at,
    battery,
    car,
    freezer,
    limit,
    machine,
    problem,
    programme,
    running,
)

WALLBOX = replace(CHARGING, max_power_w=11_000.0, min_power_w=0.0)
HEATS = programme((60, 2000))


def fuse(max_w: float, line: Line | None = Line.L1) -> Limit:
    """A fuse over two hours."""
    return Limit(Interval(NOW, at(18)), max_w, Scope.LINE, line=line)


def home(*devices: DeviceInput, **changes: Any) -> Problem:
    """Two hours at one price, 900 W of load, two thirds of it on L1."""
    settings: dict[str, Any] = {
        "hours": 2.0,
        "import_price": (0.2,) * 8,
        "base_load_w": (900.0,) * 8,
        "base_line_shares": (2 / 3, 1 / 3, 0.0),
    }
    return problem(*devices, **{**settings, **changes})


def hungry(**changes: Any) -> DeviceInput:
    """A car that wants more than any fuse here lets through."""
    return car(level=0.0, wished=40_000.0, by=at(18), flexibility=WALLBOX, **changes)


@pytest.mark.parametrize("make", [plan, greedy])
def test_a_car_on_three_lines_is_held_by_the_fullest(make: Any) -> None:
    asked = home(hungry(lines=tuple(Line)), limits=(fuse(3000.0), fuse(3000.0, Line.L2)))
    made = make(asked)
    assert verify(made, asked) == ()
    assert made.power_w[CAR] == pytest.approx((3 * 2400.0,) * 8, abs=0.5)


@pytest.mark.parametrize("make", [plan, greedy])
def test_a_car_on_another_line_is_not_held(make: Any) -> None:
    asked = home(hungry(line=Line.L3), limits=(fuse(1000.0),))
    made = make(asked)
    assert verify(made, asked) == ()
    assert made.power_w[CAR] == pytest.approx((11_000.0,) * 8, abs=0.5)


def test_two_machines_share_a_line_one_after_the_other_and_other_lines_at_once() -> None:
    both = (machine(runs=HEATS, ready_by=at(18)), replace(machine(CAR, HEATS, ready_by=at(18))))
    asked = home(*both, limits=(fuse(3000.0),))
    made = plan(asked)
    assert verify(made, asked) == ()
    assert abs(made.cycles[0].start - made.cycles[1].start) >= HEATS.duration
    apart = home(both[0], replace(both[1], line=Line.L2), limits=(fuse(3000.0), fuse(3000.0, Line.L2)))
    assert verify(plan(apart), apart) == ()
    assert plan(apart).misses == ()


def test_the_sun_lifts_only_its_own_line() -> None:
    asked = home(
        hungry(line=Line.L1),
        pv_w=(2000.0,) * 8,
        pv_line_shares=(0.0, 1.0, 0.0),
        limits=(fuse(1600.0),),
    )
    made = plan(asked)
    assert verify(made, asked) == ()
    assert made.power_w[CAR] == pytest.approx((1000.0,) * 8, abs=0.5)


def test_what_cannot_be_kept_is_missed_with_the_name_of_the_line() -> None:
    kettle = machine(earliest=None, runs=HEATS, running=running(WASHER, HEATS, NOW))
    asked = home(kettle, freezer(line=Line.L2), limits=(fuse(2300.0), fuse(2300.0, Line.L2)))
    made = plan(asked)
    assert verify(made, asked) == ()
    assert [miss.kind for miss in made.misses] == [MissKind.LIMIT]
    assert made.misses[0].amount == pytest.approx(0.3)
    assert made.misses[0].cause == (
        "16:00 UTC to 17:00 UTC: line L1 is up to 300 W above its limit of 2.30 kW, because of "
        "unshiftable load 600 W, Washer 2.00 kW (running cycle)"
    )


def test_a_battery_relieves_its_line() -> None:
    asked = home(battery(line=Line.L1), limits=(fuse(200.0),))
    for made in (plan(asked), greedy(asked)):
        assert verify(made, asked) == ()
        assert made.misses == ()


def test_idle_power_and_unknown_shares_count_on_the_first_line() -> None:
    standby = freezer(flexibility=replace(FREEZING, idle_power_w=30.0), lines=tuple(Line))
    asked = problem(standby, hours=0.25, base_load_w=(600.0,), pv_w=(100.0,))
    assert line_base_w(asked, Line.L1) == (510.0,)
    assert line_base_w(asked, Line.L2) == (10.0,)


def test_a_line_that_is_not_named_still_binds_its_members() -> None:
    members = Limit(Interval(NOW, at(18)), 1500.0, Scope.LINE, (CAR,))
    assert limit_rows(home(hungry(), limits=(members,)))[0].members == frozenset({CAR})


def test_a_site_of_a_plan_knows_what_flows_on_a_line() -> None:
    asked = home(hungry(lines=(Line.L1, Line.L2)), limits=(fuse(3000.0), limit(9000.0, end=at(18))))
    seen = Site.of_plan(asked, plan(asked))
    line = next(number for number, row in enumerate(seen.rows) if row.limit.line)
    assert seen.used_w(line) == pytest.approx(3000.0, abs=0.5)
    tightest = seen.tightest(CAR, 0)
    assert tightest is not None
    assert tightest.limit.line is Line.L1


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.5, 0.5, 0.5), (1.5, -0.5, 0.0)])
def test_shares_that_make_no_whole_are_refused(shares: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="line shares"):
        home(base_line_shares=shares)
