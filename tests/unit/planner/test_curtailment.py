"""Inverters that can be held back: only where that gains, and as far as it gains, by hand."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from drrouter.domain.demand_response import Rebate
from drrouter.domain.flexibility import Discharge, EnvelopeFlexibility, Line
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit, Scope
from drrouter.domain.plan import MissKind
from drrouter.domain.tariff_terms import PeakSpan, PeakTerm
from drrouter.planner import DeviceInput, Problem, greedy, plan, price_options, verify
from drrouter.planner.repair import held, repair
from drrouter.planner.timeline import on_slots_of
from tests.unit.planner.homes import (
    BATTERY,
    CAR,
    CHARGING,
    COTTON,
    NOW,
    ROOF,
    STORING,
    WASHER,
    at,
    battery,
    car,
    limit,
    machine,
    problem,
    roof,
)

SUN = (3000.0,) * 4 + (0.0,) * 4
"""An hour of 3 kW, and an hour of none."""

SMOOTH = replace(CHARGING, min_power_w=0.0)
NOON = Interval(NOW, at(17))


def home(*devices: DeviceInput, sell: float = 0.1, **changes: Any) -> Problem:
    """Two hours at 0.30 EUR/kWh, 500 W of load, and what is sent away earns ``sell``."""
    settings: dict[str, Any] = {
        "hours": 2.0,
        "import_price": (0.30,) * 8,
        "export_price": (sell,) * 8,
        "base_load_w": (500.0,) * 8,
    }
    return problem(*devices, **{**settings, **changes})


MAKERS = pytest.mark.parametrize("make", [plan, greedy])


@MAKERS
@pytest.mark.parametrize("sell", [0.1, 0.0])
def test_nothing_is_held_back_while_the_grid_takes_it_for_nothing_or_more(make: Any, sell: float) -> None:
    asked = home(roof(SUN), sell=sell)
    made = make(asked)
    assert verify(made, asked) == ()
    assert made.power_w[ROOF] == pytest.approx((-3000.0,) * 4 + (0.0,) * 4)
    assert made.grid_w[:4] == pytest.approx((-2500.0,) * 4)
    assert made.cost.money == pytest.approx(0.5 * 0.30 - 2.5 * sell)


@MAKERS
def test_what_costs_to_send_away_is_held_back_and_the_home_keeps_its_own(make: Any) -> None:
    asked = home(roof(SUN), sell=-0.05)
    made = make(asked)
    assert verify(made, asked) == ()
    assert made.power_w[ROOF] == pytest.approx((-500.0,) * 4 + (0.0,) * 4, abs=0.1)
    assert made.cost.money == pytest.approx(0.5 * 0.30, abs=1e-4)
    assert made.marginal_price[:4] == pytest.approx((0.0,) * 4, abs=1e-9)
    assert made.marginal_price[4] == pytest.approx(0.30)


@MAKERS
def test_all_is_held_back_while_importing_is_paid_for(make: Any) -> None:
    """Each of the hour's 3 kWh costs 0.08 sent away and keeps 0.05 from being earned at home."""
    asked = home(roof(SUN), sell=-0.08, import_price=(-0.05,) * 4 + (0.30,) * 4)
    made = make(asked)
    assert verify(made, asked) == ()
    assert made.power_w[ROOF] == pytest.approx((0.0,) * 8, abs=0.1)
    assert made.cost.money == pytest.approx(-0.5 * 0.05 + 0.5 * 0.30, abs=1e-4)
    assert made.marginal_price[0] == pytest.approx(-0.05)


@MAKERS
def test_what_an_inverter_cannot_go_below_is_sent_away(make: Any) -> None:
    asked = home(roof(SUN, least_power_w=1200.0), sell=-0.05)
    made = make(asked)
    assert verify(made, asked) == ()
    assert made.power_w[ROOF][:4] == pytest.approx((-1200.0,) * 4, abs=0.1)
    assert made.cost.export_revenue == pytest.approx(-0.05 * 0.7, abs=1e-4)
    dim = home(roof((800.0,) * 8, least_power_w=1200.0), sell=-0.05)
    assert make(dim).power_w[ROOF] == pytest.approx((-800.0,) * 8)


@MAKERS
def test_an_export_limit_is_kept_without_a_miss(make: Any) -> None:
    asked = home(roof(SUN), export_limits=(Limit(NOON, 1000.0),))
    made = make(asked)
    assert verify(made, asked) == ()
    assert made.misses == ()
    assert made.power_w[ROOF][:4] == pytest.approx((-1500.0,) * 4, abs=0.1)
    assert made.marginal_price[0] == pytest.approx(0.0, abs=1e-9)


@MAKERS
def test_what_no_inverter_can_hold_back_is_still_missed(make: Any) -> None:
    asked = home(roof(SUN, least_power_w=2000.0), export_limits=(Limit(NOON, 1000.0),))
    made = make(asked)
    assert verify(made, asked) == ()
    assert [(miss.kind, round(miss.amount, 3)) for miss in made.misses] == [(MissKind.LIMIT, 0.5)]
    assert made.power_w[ROOF][:4] == pytest.approx((-2000.0,) * 4, abs=0.1)


@MAKERS
def test_a_car_takes_the_sun_that_would_be_held_back(make: Any) -> None:
    """It charges with 2.3 kW, and of 3 kW less 500 W of load 200 W are left to hold back."""
    asked = home(roof(SUN), car(wished=None, flexibility=SMOOTH, end_value_per_wh=0.0001), sell=-0.05)
    made = make(asked)
    assert verify(made, asked) == ()
    assert made.power_w[CAR] == pytest.approx((2300.0,) * 4 + (0.0,) * 4, abs=0.2)
    assert made.power_w[ROOF][:4] == pytest.approx((-2800.0,) * 4, abs=0.3)
    assert made.cost.export_revenue == pytest.approx(0.0, abs=1e-4)


@MAKERS
def test_free_sun_is_not_worth_the_wear_of_a_battery(make: Any) -> None:
    """Beyond an export limit a kWh is worth nothing, not the price of breaking the limit."""
    dear = replace(STORING, discharge=Discharge(3000.0, 1.25, wear_per_kwh=0.5))
    asked = home(
        roof((0.0,) * 4 + (3000.0,) * 4),
        battery(level=10_000.0, flexibility=dear, end_value_per_wh=0.0),
        export_limits=(Limit(Interval(at(17), at(18)), 1000.0),),
    )
    made = make(asked)
    assert verify(made, asked) == ()
    assert made.power_w[BATTERY] == pytest.approx((0.0,) * 8, abs=0.1)
    assert made.misses == ()


@MAKERS
def test_two_inverters_share_what_is_held_back_and_stay_within_what_each_can(make: Any) -> None:
    other = roof((1000.0,) * 8, id="shed", least_power_w=400.0)
    asked = home(roof((2000.0,) * 8), other, sell=-0.05)
    made = make(asked)
    assert verify(made, asked) == ()
    assert made.grid_w == pytest.approx((0.0,) * 8, abs=0.2)


@MAKERS
def test_an_inverter_that_is_off_or_away_offers_nothing(make: Any) -> None:
    off = roof(SUN, caps=((Interval(NOW, at(16.25)), 0.0),), available=Interval(NOW, at(16.625)))
    asked = home(off)
    made = make(asked)
    assert verify(made, asked) == ()
    assert made.power_w[ROOF] == pytest.approx((0.0, -3000.0, -1500.0, 0.0) + (0.0,) * 4)


@MAKERS
def test_more_sun_than_the_inverter_is_rated_for_is_not_given(make: Any) -> None:
    made = make(home(roof((9000.0,) * 8)))
    assert made.power_w[ROOF] == pytest.approx((-6000.0,) * 8)


@MAKERS
def test_buying_at_a_price_below_zero_breaks_no_limit(make: Any) -> None:
    asked = home(roof(SUN), sell=-0.08, import_price=(-0.05,) * 8, limits=(limit(200.0, NOW, at(17)),))
    made = make(asked)
    assert verify(made, asked) == ()
    assert made.misses == ()
    assert made.power_w[ROOF][:4] == pytest.approx((-300.0,) * 4, abs=0.1)


@MAKERS
def test_a_battery_without_export_gives_and_the_sun_beside_it_stays_home(make: Any) -> None:
    asked = home(
        roof((400.0,) * 8),
        battery(level=10_000.0, end_value_per_wh=-0.0001),
        import_price=(0.30,) * 4 + (-0.2,) * 4,
        export_price=(-0.1,) * 4 + (-0.3,) * 4,
    )
    made = make(asked)
    assert verify(made, asked) == ()
    assert min(made.grid_w) >= -0.1


@MAKERS
def test_what_charges_on_sun_keeps_the_home_from_importing(make: Any) -> None:
    saver = battery(level=1000.0, sun_only=True, may_discharge=False, end_value_per_wh=0.001)
    asked = home(roof(SUN), saver, sell=-0.08, import_price=(-0.01,) * 8)
    made = make(asked)
    assert verify(made, asked) == ()
    assert made.power_w[BATTERY][:4] == pytest.approx((2500.0,) * 4, abs=0.2)


def test_a_battery_that_may_export_sells_beside_the_sun() -> None:
    seller = battery(
        level=10_000.0,
        flexibility=replace(STORING, discharge=Discharge(1000.0, 1.25, may_export=True)),
        end_value_per_wh=0.0,
    )
    keeper = battery(level=10_000.0, id="keeper", end_value_per_wh=0.0)
    asked = home(roof(SUN), seller, keeper, sell=0.4, export_limits=(Limit(NOON, 2000.0),))
    for made in (plan(asked), greedy(asked)):
        assert verify(made, asked) == ()
        assert made.misses == ()


def test_a_peak_that_costs_more_than_importing_earns_is_not_lifted() -> None:
    term = PeakTerm("peak", (PeakSpan(Interval(NOW, at(18)), 0.5),), 5.0, averaging=timedelta(minutes=15))
    asked = home(roof(SUN), sell=-0.08, import_price=(-0.05,) * 8, peak_terms=(term,))
    for made in (plan(asked), greedy(asked)):
        assert verify(made, asked) == ()
        assert made.cost.peak_cost == pytest.approx(0.0, abs=1e-6)
        assert max(made.grid_w) <= 500.5


def test_a_fuse_of_one_line_is_kept_when_all_is_held_back() -> None:
    fuse = Limit(Interval(NOW, at(18)), 300.0, Scope.LINE, line=Line.L2)
    asked = home(
        roof(SUN, lines=(Line.L2,)),
        sell=-0.08,
        import_price=(-0.05,) * 8,
        base_line_shares=(0.0, 1.0, 0.0),
        limits=(fuse,),
    )
    for made in (plan(asked), greedy(asked)):
        assert verify(made, asked) == ()
        assert made.power_w[ROOF][:4] == pytest.approx((-200.0,) * 4, abs=0.2)


def test_a_rebate_of_the_site_counts_no_sun_sent_away() -> None:
    """In the first hour nothing is imported; in the second 500 W, of a baseline of 400 W over both."""
    rebate = Rebate(Interval(NOW, at(18)), 400.0, 1.0)
    asked = home(roof(SUN), rebates=(rebate,))
    for made in (plan(asked), greedy(asked)):
        assert verify(made, asked) == ()
        assert made.cost.rebates == pytest.approx(0.3)
    members = replace(rebate, members=(ROOF,))
    assert verify(plan(home(roof(SUN), rebates=(members,))), home(roof(SUN), rebates=(members,))) == ()


def test_after_a_limit_of_export_the_mended_plan_keeps_it() -> None:
    before = plan(home(roof(SUN), machine()))
    struck = home(roof(SUN), machine(), export_limits=(Limit(NOON, 0.0),), previous=before)
    for made in (repair(struck), held(struck)):
        assert made is not None
        assert verify(made, struck) == ()
        assert made.misses == ()
        assert min(made.grid_w) >= -0.1


def test_with_a_car_the_mended_plan_holds_back_what_the_car_leaves() -> None:
    cars = car(wished=None, flexibility=SMOOTH, end_value_per_wh=0.0001)
    before = plan(home(roof(SUN), cars, sell=-0.05))
    dimmer = home(roof((2000.0,) * 4 + (0.0,) * 4), cars, sell=-0.05, previous=before)
    made = repair(dimmer)
    assert made is not None
    assert verify(made, dimmer) == ()
    assert made.cost.export_revenue == pytest.approx(0.0, abs=1e-4)


def test_what_is_said_of_an_inverter() -> None:
    told = plan(home(roof(SUN))).explanation_of(ROOF)
    assert told is not None
    assert told.text == "Roof gives 3.00 kWh, all that the sun offers; that saves 0.40 EUR."
    held_back = plan(home(roof(SUN), sell=-0.05)).explanation_of(ROOF)
    assert held_back is not None
    assert held_back.text == (
        "Roof gives 0.50 kWh, and 2.50 kWh are held back between 16:00 UTC and 17:00 UTC. "
        "The sun is not taken because sending it away costs 0.050 EUR per kWh."
    )
    assert held_back.cost_now == pytest.approx(-0.15 + 0.125)
    assert held_back.cost_planned == pytest.approx(-0.15, abs=1e-4)
    limited = plan(home(roof(SUN), export_limits=(Limit(NOON, 1000.0),))).explanation_of(ROOF)
    assert limited is not None
    assert limited.binding == "no more than 1.00 kW may be sent away"
    paid = plan(home(roof(SUN), sell=-0.08, import_price=(-0.05,) * 8)).explanation_of(ROOF)
    assert paid is not None
    assert paid.binding == "importing earns 0.050 EUR per kWh"


def test_what_holds_back_most_of_the_sun_is_named_and_not_the_slot_of_most() -> None:
    """While importing pays, all of it is held back: 3 kWh in an hour; below a limit, 7.5 kWh in three."""
    asked = problem(
        roof((3000.0,) * 16),
        hours=4.0,
        import_price=(-0.02,) * 4 + (0.30,) * 12,
        export_price=(0.1,) * 16,
        base_load_w=(500.0,) * 16,
        export_limits=(Limit(Interval(NOW, at(20)), 0.0),),
    )
    told = plan(asked).explanation_of(ROOF)
    assert told is not None
    assert told.binding_reason is not None
    assert told.binding_reason.code == "inverter.export_limit"


def test_an_inverter_without_sun_gives_zero_and_not_less() -> None:
    told = plan(home(roof((0.0,) * 8))).explanation_of(ROOF)
    assert told is not None
    assert told.text.startswith("Roof gives 0.00 kWh")


def test_what_would_be_held_back_is_free_for_a_cycle() -> None:
    """Cotton takes 0.89 kWh, within 3 kW of sun for an hour, and then 0.15 kWh at 0.30 EUR."""
    asked = home(roof(SUN), sell=-0.05)
    offers = price_options(plan(asked), asked, WASHER, COTTON, NOW, at(18), NOW)
    assert offers[0].cost == pytest.approx((10 * 150 + 15 * 400) / 60_000 * 0.30, abs=1e-3)
    unknown = replace(plan(asked), power_w={}, grid_w=(500.0,) * 8)
    assert price_options(unknown, asked, WASHER, COTTON, NOW, at(18), NOW)[0].cost == pytest.approx(
        (10 * 150 + 15 * 400) / 60_000 * 0.30, abs=1e-3
    )


def test_behind_an_older_plan_the_sun_is_all_given() -> None:
    made = plan(home(roof(SUN)))
    later = home(roof((1000.0,) * 8), now=NOW + timedelta(hours=1))
    laid = on_slots_of(later, made)
    assert laid.power_w[ROOF] == pytest.approx((0.0,) * 4 + (-1000.0,) * 4)
    assert laid.grid_w == pytest.approx((500.0,) * 4 + (-500.0,) * 4)


def test_a_plan_that_gives_more_or_less_than_it_can_is_found_out() -> None:
    asked = home(roof(SUN, least_power_w=1000.0))
    made = plan(asked)
    for watts, word in ((-3100.0, "3100.0 W"), (-900.0, "900.0 W"), (5.0, "-5.0 W")):
        wrong = replace(made, power_w={ROOF: (watts, *made.power_w[ROOF][1:])})
        assert any(f"gives {word}" in sentence for sentence in verify(wrong, asked))


def test_an_inverter_of_crossed_bounds_is_refused() -> None:
    for rated_w, least_w in ((1000.0, 2000.0), (1000.0, -1.0)):
        with pytest.raises(ValueError, match="an inverter needs"):
            EnvelopeFlexibility(rated_w, least_w)
    with pytest.raises(ValueError, match="sun_w"):
        home(roof((1000.0,)))
