"""Limits on what the home sends to the grid: kept where something takes the sun, else missed and named."""

from dataclasses import replace
from typing import Any

import pytest

from drrouter.domain.flexibility import Discharge
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit
from drrouter.domain.plan import MissKind
from drrouter.planner import DeviceInput, Problem, greedy, plan, verify
from drrouter.planner.site import NO_LIMIT_W, Site, export_limits_w
from tests.unit.planner.homes import BATTERY, CAR, CHARGING, NOW, STORING, at, battery, car, limit, problem

NOON = Interval(NOW, at(17))
SMOOTH = replace(CHARGING, min_power_w=0.0)


def sunny(*devices: DeviceInput, most_w: float = 1000.0, **changes: Any) -> Problem:
    """An hour with 3 kW of sun and an hour without, sold dearly, with at most 1 kW of export."""
    settings: dict[str, Any] = {
        "hours": 2.0,
        "import_price": (0.30,) * 8,
        "export_price": (0.25,) * 8,
        "base_load_w": (-3000.0,) * 4 + (500.0,) * 4,
        "export_limits": (Limit(NOON, most_w),),
    }
    return problem(*devices, **{**settings, **changes})


@pytest.mark.parametrize("make", [plan, greedy])
def test_a_car_takes_what_may_not_be_exported(make: Any) -> None:
    asked = sunny(car(wished=None, flexibility=SMOOTH, end_value_per_wh=0.0))
    made = make(asked)
    assert verify(made, asked) == ()
    assert made.power_w[CAR][:4] == pytest.approx((2000.0,) * 4, abs=0.2)
    assert made.misses == ()


def test_what_nothing_takes_is_missed_and_named() -> None:
    asked = sunny()
    made = plan(asked)
    assert verify(made, asked) == ()
    assert [miss.kind for miss in made.misses] == [MissKind.LIMIT]
    assert made.misses[0].amount == pytest.approx(2.0)
    assert made.misses[0].cause == (
        "16:00 UTC to 17:00 UTC: up to 2.00 kW above the export limit of 1.00 kW, and nothing takes it"
    )
    assert made.cost.penalties == pytest.approx(2.0 * asked.prices.limit_per_kwh)
    assert made.marginal_price[0] == pytest.approx(0.25 - asked.prices.limit_per_kwh)


def test_a_full_battery_does_not_burn_energy_to_keep_an_export_limit() -> None:
    full = battery(level=10_000.0, end_value_per_wh=0.0)
    asked = sunny(full)
    made = plan(asked)
    assert verify(made, asked) == ()
    assert made.power_w[BATTERY][:4] == pytest.approx((0.0,) * 4, abs=0.1)


def test_a_battery_that_sells_stops_at_the_limit() -> None:
    seller = replace(STORING, discharge=Discharge(3000.0, 1.25, may_export=True))
    asked = sunny(
        battery(flexibility=seller, end_value_per_wh=0.0),
        base_load_w=(200.0,) * 8,
        export_price=(0.5,) * 8,
        export_limits=(Limit(NOON, 800.0), Limit(Interval(at(16.5), at(18)), 300.0, guaranteed_w=600.0)),
    )
    for made in (plan(asked), greedy(asked)):
        assert verify(made, asked) == ()
        assert made.misses == ()
        assert min(made.grid_w) >= -800.1
        assert min(made.grid_w[2:]) >= -600.1


def test_an_export_limit_binds_every_slot_that_it_touches() -> None:
    asked = sunny(export_limits=(Limit(Interval(at(16.3), at(16.6)), 100.0),))
    assert export_limits_w(asked)[:4] == [NO_LIMIT_W, 100.0, 100.0, NO_LIMIT_W]
    site = Site(asked, asked.base_load_w)
    assert site.over_export_w(1) == 2900.0
    assert site.price_edges_w(1)[:2] == [2900.0, 3000.0]


def test_a_guaranteed_minimum_is_left_to_a_group_of_the_german_kind() -> None:
    """Section 14a EnWG: the grid operator may dim the group, never below 4.2 kW."""
    wallbox = replace(SMOOTH, max_power_w=11_000.0)
    asked = problem(
        car(level=10_000.0, wished=40_000.0, by=at(18), flexibility=wallbox),
        hours=2.0,
        base_load_w=(3000.0,) * 8,
        limits=(limit(1000.0, members=(CAR,), guaranteed_w=4200.0),),
    )
    for made in (plan(asked), greedy(asked)):
        assert verify(made, asked) == ()
        assert made.power_w[CAR] == pytest.approx((4200.0,) * 8, abs=0.2), "the oven's 3 kW dims nothing"
