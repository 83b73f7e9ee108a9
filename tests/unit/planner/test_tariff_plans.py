"""Plans under tariff terms: what they cost, by hand, and that no other start would cost less."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.domain.plan import Plan
from drrouter.planner import DeviceInput, Effort, Prices, Problem, greedy, plan, verify
from drrouter.planner.codec import problem_from_json, problem_to_json
from drrouter.planner.ledger import enter
from drrouter.planner.schedule import Schedule
from drrouter.planner.tasks import tasks_of
from tests.unit.planner.homes import (
    CAR,
    CHARGING,
    NOW,
    WASHER,
    at,
    car,
    demo_home,
    machine,
    problem,
    programme,
)
from tests.unit.planner.tariffs import MONTH, capacity, flemish, norwegian, tier, windowed

HALF_HOUR = programme((30, 2000), name="half")
QUARTER_HOUR = programme((15, 3000), name="quarter")
UNEVEN = programme((15, 2400), (15, 400), name="uneven")
OTHER, THIRD = DeviceId("other"), DeviceId("third")
PRICES = (0.30, 0.28, 0.10, 0.12, 0.25, 0.26, 0.11, 0.31)
CONTINUOUS = replace(CHARGING, min_power_w=0.0, max_power_w=7000.0)


def machines(until: float = 18.0) -> tuple[DeviceInput, ...]:
    return (
        machine(WASHER, HALF_HOUR, ready_by=at(until)),
        machine(OTHER, QUARTER_HOUR, ready_by=at(until)),
        machine(THIRD, UNEVEN, ready_by=at(until)),
    )


def two_hours(**changes: Any) -> Problem:
    kept: dict[str, Any] = {"import_price": PRICES, "effort": Effort(gap=0.0), **changes}
    return problem(*kept.pop("devices", machines()), hours=2, **kept)


TERMS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "Flanders": {"peak_terms": (flemish(),)},
    "Flanders, cheap": {"peak_terms": (flemish(price_per_kw=0.1),)},
    "Flanders, late in the month": {"peak_terms": (flemish(5.0),)},
    "Flanders, in the middle of a quarter": {"peak_terms": (flemish(2.6, running_kwh=0.3),)},
    "Norway": {"peak_terms": (norwegian((4.0, 4.5)),)},
    "Norway, low": {"peak_terms": (norwegian((2.4, 1.9), 1.4),)},
    "Norway with a price per kW": {"peak_terms": (norwegian((2.0, 1.0), steps=(), price_per_kw=3.0),)},
    "demand window": {"peak_terms": (windowed(at(16.5), at(17)),)},
    "two terms": {"peak_terms": (flemish(price_per_kw=0.3), norwegian((2.4, 1.9)))},
    "rising tier": {"tiers": (tier((0, 0.0), (100, 0.2), so_far_kwh=99),)},
    "falling tier": {"tiers": (tier((0, 0.3), (100, 0.0), so_far_kwh=98.5),)},
    "tier that rises and falls": {"tiers": (tier((0, 0.1), (99, 0.5), (100, 0.0), so_far_kwh=98.5),)},
    "tier that falls and rises": {
        "tiers": (tier((0, 0.5), (99, 0.1), (99.5, 0.2), (100, 0.9), so_far_kwh=98.5),)
    },
    "capacity": {"capacity_terms": (capacity(2.0),)},
    "capacity of a quarter": {"capacity_terms": (capacity(2.1, 0.2, averaging=timedelta(minutes=15)),)},
    "all at once": {
        "peak_terms": (flemish(), windowed(at(16.5), at(17))),
        "tiers": (tier((0, 0.0), (100, 0.2), so_far_kwh=99),),
        "capacity_terms": (capacity(2.0),),
    },
}
SUN: dict[str, dict[str, Any]] = {
    "without sun": {},
    "with sun": {"pv_w": (0, 500, 1500, 2500, 3000, 1000, 200, 0)},
    "where export earns more": {
        "pv_w": (0, 500, 1500, 2500, 3000, 1000, 200, 0),
        "export_price": (0.2, 0.2, 0.4, 0.2, -0.1, 0.3, 0.2, 0.2),
    },
}


def best_of_all(home: Problem) -> float:
    """The least objective of every combination of starts."""
    tasks = tasks_of(home)
    names = [task.device.id for task in tasks.cycles]
    choices = product(*((None, *task.starts) for task in tasks.cycles))
    return min(
        enter(home, tasks, Schedule(dict(zip(names, starts, strict=True)), {})).objective
        for starts in choices
    )


@pytest.mark.parametrize("sun", SUN)
@pytest.mark.parametrize("terms", TERMS)
def test_no_other_start_would_cost_less(terms: str, sun: str) -> None:
    home = two_hours(**TERMS[terms], **SUN[sun])
    made = plan(home)
    assert verify(made, home) == ()
    assert made.objective == pytest.approx(best_of_all(home), abs=2e-4)
    assert made.objective is not None
    assert made.bound is not None
    assert made.bound <= made.objective + 1e-6
    by_hand = greedy(home)
    assert verify(by_hand, home) == ()


def peak_kw(made: Plan) -> float:
    return max(made.grid_w) / 1000


class TestFlanders:
    def test_a_car_stays_below_the_month_so_far(self) -> None:
        """30 kWh in 12 h beside 0.3 kW of base load: 2.5 kW are enough, and the counter leaves 3.7 kW."""
        home = problem(
            car(0.0, 27_000.0, at(4, 30), CONTINUOUS),
            hours=12,
            import_price=(0.1,) * 8 + (0.3,) * 40,
            peak_terms=(flemish(4.0),),
        )
        made = plan(home)
        assert peak_kw(made) == pytest.approx(4.0, abs=1e-3)
        assert made.cost.peak_cost == pytest.approx(0.0, abs=1e-3)
        assert peak_kw(plan(replace(home, peak_terms=()))) == pytest.approx(7.3)

    def test_a_peak_that_pays_is_made_and_told(self) -> None:
        """In one dear and one cheap hour, 7 kWh are 3.43 EUR cheaper in the cheap one, and a peak of 4.8 kW
        above the minimum costs 0.48 EUR."""
        home = problem(
            car(0.0, 6300.0, at(18), CONTINUOUS),
            hours=2,
            import_price=(0.6,) * 4 + (0.1,) * 4,
            peak_terms=(flemish(price_per_kw=0.1),),
        )
        made = plan(home)
        assert peak_kw(made) == pytest.approx(7.3)
        assert made.cost.peak_cost == pytest.approx(0.48)
        assert made.cost.money == pytest.approx(0.3 * 0.6 + 7.3 * 0.1 + 0.48)


class TestNorway:
    def test_the_step_is_kept_to_the_watt(self) -> None:
        """(4.0 + 4.5 + x) / 3 <= 5: today may have 6.5 kW, which the hour's mean keeps."""
        home = problem(
            car(0.0, 16_200.0, at(20), CONTINUOUS),
            hours=4,
            import_price=(0.1,) * 4 + (0.3,) * 12,
            peak_terms=(norwegian((4.0, 4.5)),),
        )
        made = plan(home)
        assert sum(made.grid_w[:4]) / 4000 == pytest.approx(6.5, abs=2e-3)
        assert made.cost.peak_cost == 0.0

    def test_a_step_is_taken_for_what_is_worth_it(self) -> None:
        home = problem(
            car(0.0, 12_600.0, at(18), CONTINUOUS),
            hours=2,
            import_price=(0.3,) * 8,
            peak_terms=(norwegian((4.0, 4.5)),),
        )
        assert plan(home).cost.peak_cost == 0.0, "what is missed is not worth a step"
        dear = replace(home, prices=Prices(level_per_kwh=200.0))
        assert plan(dear).cost.peak_cost == pytest.approx(350 - 206)
        assert plan(dear).misses == ()


class TestTiers:
    def test_the_cheap_block_is_left_to_what_cannot_wait(self) -> None:
        """2 kWh of room at 0.1; the base load takes 0.6 of it, and what the car stores at the end is worth
        the mean price of 0.1, so that it buys nothing above."""
        home = problem(
            car(0.0, None, flexibility=CONTINUOUS, end_value_per_wh=0.0002),
            hours=2,
            import_price=(0.0,) * 8,
            tiers=(tier((0, 0.1), (100, 0.4), so_far_kwh=98),),
        )
        made = plan(home)
        assert sum(made.grid_w) / 4000 == pytest.approx(2.0, abs=1e-3)
        assert made.cost.tier_cost == pytest.approx(0.2, abs=1e-3)
        assert made.cost.import_cost == 0.0

    def test_a_falling_block_is_not_had_before_the_dear_one_is_paid(self) -> None:
        """1 kWh at 0.5 stands before energy at 0.05, and stored energy is worth 0.2: 14 kWh are worth it, and
        1 kWh is not, with 0.53 - 0.20 for it against 0.30 for the base load alone."""
        dear_first = tier((0, 0.5), (100, 0.05), so_far_kwh=99)
        free: dict[str, Any] = {"flexibility": CONTINUOUS, "end_value_per_wh": 0.0002}
        much = problem(car(0.0, None, **free), hours=2, import_price=(0.0,) * 8, tiers=(dear_first,))
        made = plan(much)
        assert sum(made.grid_w) / 4000 == pytest.approx(14.6)
        assert made.cost.tier_cost == pytest.approx(0.5 + 13.6 * 0.05)
        little = replace(much, devices=(car(0.0, None, caps=((Interval(NOW, at(18)), 500.0),), **free),))
        assert plan(little).cost.tier_cost == pytest.approx(0.6 * 0.5)

    def test_a_falling_block_makes_no_loop_through_the_meter(self) -> None:
        """Export earns 0.2, the second block costs 0.05: buying and selling at once would earn."""
        home = problem(
            hours=2,
            import_price=(0.0,) * 8,
            export_price=(0.2,) * 8,
            base_load_w=(1000.0,) * 8,
            pv_w=(2000.0, 0.0) * 4,
            tiers=(tier((0, 0.3), (100, 0.05), so_far_kwh=99.5),),
        )
        made = plan(home)
        assert made.grid_w == (-1000.0, 1000.0) * 4
        assert made.objective == pytest.approx(0.5 * 0.3 + 0.5 * 0.05 - 0.2)
        assert made.bound == pytest.approx(made.objective)


class TestCapacity:
    def test_a_car_is_spread_below_the_contract(self) -> None:
        home = problem(
            car(0.0, 3600.0, at(18), CONTINUOUS),
            hours=2,
            import_price=(0.3,) * 4 + (0.1,) * 4,
            capacity_terms=(capacity(2.5),),
        )
        made = plan(home)
        assert sum(made.grid_w[4:]) / 4000 == pytest.approx(2.5, abs=1e-3)
        assert made.cost.capacity_cost == pytest.approx(0.0, abs=1e-3)

    def test_a_higher_price_of_energy_is_worth_the_excess(self) -> None:
        home = problem(
            car(0.0, 3600.0, at(18), CONTINUOUS),
            hours=2,
            import_price=(2.0,) * 4 + (0.1,) * 4,
            capacity_terms=(capacity(2.5),),
        )
        assert plan(home).cost.capacity_cost == pytest.approx(4.0 + 0.3 - 2.5, abs=1e-3)


class TestWindow:
    def test_the_car_leaves_the_window_alone(self) -> None:
        home = problem(
            car(0.0, 3600.0, at(18), CONTINUOUS),
            hours=2,
            import_price=(0.1,) * 4 + (0.3,) * 4,
            peak_terms=(windowed(NOW, at(17)),),
        )
        made = plan(home)
        assert max(made.grid_w[:4]) == pytest.approx(300.0)
        assert made.cost.peak_cost == pytest.approx(0.3 * 4.0)


def test_greedy_sees_a_peak_before_it_makes_one() -> None:
    home = demo_home(peak_terms=(flemish(price_per_kw=8.0),))
    blind, seeing = greedy(replace(home, peak_terms=())), greedy(home)
    assert peak_kw(seeing) < peak_kw(blind)
    as_blind = replace(seeing, grid_w=blind.grid_w)
    assert seeing.cost.peak_cost < 8.0 * (peak_kw(as_blind) - 2.5)


def test_terms_survive_the_journey_through_json() -> None:
    home = two_hours(**TERMS["all at once"])
    assert problem_from_json(problem_to_json(home)) == home


def test_one_more_kwh_at_the_peak_costs_what_it_lifts() -> None:
    home = problem(hours=1, base_load_w=(2500.0, 300.0, 300.0, 300.0), peak_terms=(flemish(),))
    price = home.import_price[0]
    assert plan(home).marginal_price[0] == pytest.approx(price + 4 * 4.0)
    assert plan(home).marginal_price[1] == pytest.approx(price + (4 + 0.3 - 2.5) * 4.0)


def test_the_end_of_a_month_has_its_own_counters() -> None:
    """The old month has 5 kW already; the new one begins at its minimum."""
    new_month = Interval(MONTH.end, MONTH.end + timedelta(days=31))
    new = replace(flemish(), spans=(replace(flemish().spans[0], interval=new_month),))
    home = problem(
        car(0.0, 3600.0, at(23, 31), CONTINUOUS),
        now=at(21, 31),
        hours=2,
        import_price=(0.3,) * 8,
        peak_terms=(flemish(5.0), new),
    )
    made = plan(home)
    assert made.cost.peak_cost == pytest.approx(0.0, abs=1e-3)
    assert max(made.grid_w[4:]) <= 2501


class TestWhy:
    def test_a_cycle_says_which_peak_keeps_it_from_the_cheap_hour(self) -> None:
        """The base load of 1.5 kW stands beside 2 kW; at the dear end there is room below 2.5 kW."""
        home = problem(
            machine(WASHER, HALF_HOUR, ready_by=at(18)),
            hours=3,
            import_price=(0.05,) * 4 + (0.30,) * 4 + (0.50,) * 4,
            base_load_w=(1500.0,) * 4 + (300.0,) * 8,
            peak_terms=(flemish(price_per_kw=1.1),),
        )
        told = plan(home).explanation_of(WASHER)
        assert told is not None
        assert told.binding == (
            "a mean import above 2.50 kW over 15 minutes would cost 1.10 EUR more this billing period "
            "(capaciteitstarief)"
        )
        assert told.would_change == "without it, 16:00 UTC would save 0.25 EUR"

    def test_a_car_says_it_too(self) -> None:
        home = problem(
            car(0.0, 3600.0, at(18), CONTINUOUS, end_value_per_wh=0.0),
            hours=2,
            import_price=(0.1,) * 4 + (0.3,) * 4,
            peak_terms=(flemish(3.0),),
        )
        told = plan(home).explanation_of(CAR)
        assert told is not None
        assert told.binding.startswith("a mean import above 3.00 kW over 15 minutes would cost ")
        assert told.would_change == "without it the energy would cost 0.26 EUR less"

    def test_nothing_is_said_of_a_peak_that_keeps_nobody_from_anything(self) -> None:
        home = two_hours(devices=(machine(WASHER, HALF_HOUR, ready_by=at(18)),), peak_terms=(flemish(9.0),))
        told = plan(home).explanation_of(WASHER)
        assert told is not None
        assert told.binding == ""


def test_greedy_shares_a_peak_that_no_device_alone_is_worth() -> None:
    """Level misses cost 2 per kWh, and one quarter hour alone would pay 16 per kWh for the peak."""
    home = problem(
        car(0.0, 5400.0, at(18), CONTINUOUS),
        hours=2,
        import_price=(0.3,) * 8,
        peak_terms=(flemish(0.5, 1.5, minimum_kw=0.0),),
    )
    by_hand, made = greedy(home), plan(home)
    assert by_hand.objective is not None
    assert made.objective is not None
    assert made.objective == pytest.approx(2.8 * 1.5 + 6.6 * 0.3 - 6 * 0.3, abs=1e-3)
    assert by_hand.objective < 6.0, "without a ceiling it buys 0.4 kWh and misses the rest for 11.2"
