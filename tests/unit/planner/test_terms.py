"""What peaks, tiers and capacities cost, by hand."""

from datetime import timedelta

import pytest

from drrouter.domain.interval import Interval
from drrouter.planner import Problem, grid_slots
from drrouter.planner.periods import periods
from drrouter.planner.term_meter import TermMeter
from drrouter.planner.terms import TermCosts, terms_of
from tests.unit.planner.homes import NOW, at, problem
from tests.unit.planner.tariffs import MONTH, capacity, flemish, norwegian, tier, windowed

MINUTE = timedelta(minutes=1)


def costs(home: Problem, *grid_w: float) -> TermCosts:
    return terms_of(home).costs(grid_w)


class TestPeriods:
    def test_slots_of_five_minutes_make_a_quarter_hour(self) -> None:
        slots = grid_slots(NOW, timedelta(minutes=30), 5 * MINUTE)
        first, second = periods(slots, MONTH, 15 * MINUTE)
        assert first.mean_kw((3.0, 6.0, 0.0, 9.0, 9.0, 9.0)) == pytest.approx(3.0)
        assert second.mean_kw((3.0, 6.0, 0.0, 9.0, 9.0, 9.0)) == pytest.approx(9.0)

    def test_the_quarter_hours_of_a_whole_hour_are_one_with_its_mean(self) -> None:
        (period,) = periods(grid_slots(NOW, timedelta(hours=1), 60 * MINUTE), MONTH, 15 * MINUTE)
        assert (period.parts, period.hours) == (((0, 1.0),), 1.0)

    def test_the_period_in_progress_counts_what_was_imported_in_it(self) -> None:
        slots = grid_slots(NOW + 5 * MINUTE, timedelta(minutes=25))
        first, second = periods(slots, MONTH, 15 * MINUTE, running_kwh=0.5)
        assert first.before_kw == pytest.approx(2.0)
        assert first.mean_kw((3.0, 9.0)) == pytest.approx(2.0 + 2.0)
        assert second.before_kw == 0.0

    def test_of_the_last_period_the_known_part_counts(self) -> None:
        (period,) = periods(grid_slots(NOW, timedelta(minutes=30)), MONTH, 60 * MINUTE)
        assert period.hours == 0.5
        assert period.mean_kw((2.0, 4.0)) == pytest.approx(3.0)

    def test_a_span_that_is_over_or_far_ahead_has_none(self) -> None:
        slots = grid_slots(NOW, timedelta(hours=1))
        assert periods(slots, Interval(at(10), at(15)), 15 * MINUTE) == ()
        assert periods(slots, Interval(at(18), at(19)), 15 * MINUTE) == ()
        assert periods(slots, Interval(at(15), at(15.9)), 60 * MINUTE) == ()

    def test_a_period_never_reaches_beyond_its_span(self) -> None:
        slots = grid_slots(NOW, timedelta(hours=1))
        (period,) = periods(slots, Interval(at(15.5), at(16.25)), 60 * MINUTE)
        assert period.hours == pytest.approx(0.75)

    def test_only_periods_that_begin_in_a_window_count(self) -> None:
        slots = grid_slots(NOW, timedelta(hours=2))
        found = periods(slots, MONTH, 15 * MINUTE, (Interval(at(16.5), at(17)),))
        assert [period.parts for period in found] == [((2, 1.0),), ((3, 1.0),)]


class TestFlanders:
    def test_only_what_is_above_the_month_so_far_costs(self) -> None:
        home = problem(hours=1, peak_terms=(flemish(3.1),))
        assert costs(home, 3000, 3100, 0, 0).peak == 0.0
        assert costs(home, 3000, 3400, 0, 3200).peak == pytest.approx(0.3 * 4.0)

    def test_up_to_two_and_a_half_kilowatts_are_billed_in_any_case(self) -> None:
        home = problem(hours=1, peak_terms=(flemish(),))
        assert costs(home, 2500, 2400, 0, 0).peak == 0.0
        assert costs(home, 2500, 2700, 0, 0).peak == pytest.approx(0.2 * 4.0)

    def test_export_is_no_peak(self) -> None:
        assert costs(problem(hours=0.5, peak_terms=(flemish(),)), -9000, -8000).peak == 0.0

    def test_a_month_that_is_over_bills_nothing_more(self) -> None:
        home = problem(hours=1, now=at(23, 31), peak_terms=(flemish(),))
        assert costs(home, 9000, 9000, 9000, 9000).peak == 0.0


class TestNorway:
    def test_the_mean_of_three_days_takes_the_step(self) -> None:
        home = problem(hours=2, peak_terms=(norwegian((4.0, 4.5, 1.0)),))
        grid_w = (6000.0,) * 4 + (0.0,) * 4
        assert costs(home, *grid_w).peak == 0.0, "(4 + 4.5 + 6) / 3 = 4.83 kW: still the step above 2 kW"
        grid_w = (6600.0,) * 4 + (0.0,) * 4
        assert costs(home, *grid_w).peak == pytest.approx(350 - 206), "(4 + 4.5 + 6.6) / 3 = 5.03 kW"

    def test_a_high_quarter_of_a_low_hour_is_no_peak(self) -> None:
        home = problem(hours=1, peak_terms=(norwegian((4.0, 4.5)),))
        assert costs(home, 12000, 4000, 4000, 4000).peak == 0.0, "the hour has 6 kW"

    def test_two_days_of_the_plan_are_two_values(self) -> None:
        home = problem(hours=24, peak_terms=(norwegian((1.0,)),))
        grid_w = [0.0] * 96
        grid_w[0:4] = [7000.0] * 4
        grid_w[4:8] = [9000.0] * 4
        assert costs(home, *grid_w).peak == pytest.approx(206 - 125), "(9 + 0 + 1) / 3 = 3.3 kW: one day"
        grid_w[40:44] = [6000.0] * 4
        assert costs(home, *grid_w).peak == pytest.approx(350 - 125), "(9 + 6 + 1) / 3 = 5.3 kW"

    def test_a_watt_above_an_edge_is_arithmetic(self) -> None:
        home = problem(hours=1, peak_terms=(norwegian((5.0, 5.0)),))
        assert costs(home, *(5002.0,) * 4).peak == 0.0
        assert costs(home, *(5006.0,) * 4).peak == pytest.approx(350 - 206)

    def test_what_a_day_may_have_without_a_higher_step(self) -> None:
        (task,) = terms_of(problem(hours=1, peak_terms=(norwegian((4.0, 4.5, 1.0), days=1),))).peaks
        assert task.free_kw(0, [2.0]) == pytest.approx(15 - 8.5)
        (high,) = terms_of(problem(hours=1, peak_terms=(norwegian((11.0, 12.0, 13.0), days=1),))).peaks
        assert high.free_kw(0, [2.0]) == float("inf"), "above the last step all is free"


class TestWindow:
    def test_only_the_window_counts(self) -> None:
        home = problem(hours=1, peak_terms=(windowed(at(16.25), at(16.75)),))
        assert costs(home, 9000, 1000, 2000, 9000).peak == pytest.approx(2.0 * 4.0)


class TestTier:
    rising = tier((0, 0.1), (100, 0.3), so_far_kwh=99)
    falling = tier((0, 0.3), (100, 0.1), so_far_kwh=99)

    def test_blocks_fill_from_the_lowest(self) -> None:
        assert costs(problem(hours=1, tiers=(self.rising,)), *(3000.0,) * 4).tier == pytest.approx(0.1 + 0.6)
        assert costs(problem(hours=1, tiers=(self.falling,)), *(3000.0,) * 4).tier == pytest.approx(0.3 + 0.2)

    def test_export_fills_no_block(self) -> None:
        assert costs(problem(hours=1, tiers=(self.rising,)), *(-3000.0,) * 4).tier == 0.0

    def test_a_slot_belongs_to_the_month_in_which_it_begins(self) -> None:
        home = problem(hours=1, now=at(21.5, 31), tiers=(tier((0, 0.2)),))
        assert costs(home, *(4000.0,) * 4).tier == pytest.approx(0.2 * 2.0)

    def test_a_counter_far_above_the_last_edge_stands_in_the_last_block(self) -> None:
        (task,) = terms_of(problem(hours=1, tiers=(tier((0, 0.1), (5, 0.4), so_far_kwh=900),))).tiers
        assert (task.price, task.rooms, task.discount) == (0.4, (float("inf"),), 0.0)


class TestCapacity:
    def test_energy_above_the_contract_has_its_price(self) -> None:
        home = problem(hours=2, capacity_terms=(capacity(4.0),))
        assert costs(home, 8000, 4000, 4000, 4000, 0, 0, 0, 0).capacity == pytest.approx(1.0)

    def test_what_was_above_before_the_plan_is_not_the_plans(self) -> None:
        home = problem(hours=0.5, now=at(16.5), capacity_terms=(capacity(4.0, running_kwh=5.0),))
        assert costs(home, 2000, 2000).capacity == pytest.approx(1.0)


class TestMeter:
    terms = terms_of(
        problem(
            hours=4,
            peak_terms=(
                flemish(1.0, minimum_kw=0.0),
                norwegian((4.0, 4.5), 1.0),
                windowed(at(16.5), at(18)),
            ),
            tiers=(tier((0, 0.3), (100, 0.1), so_far_kwh=97), tier((0, 0.1), (3, 0.2), (6, 0.5))),
            capacity_terms=(capacity(2.0),),
        )
    )
    flows = tuple(250.0 * (index * 7 % 13) - 500 for index in range(16))

    def told(self, grid_w: list[float]) -> float:
        """All terms together, without what the first blocks add to the price of a kWh."""
        told = self.terms.costs(grid_w)
        base = sum(
            0.25 * max(0.0, watts) / 1000 * self.terms.base_price(index) for index, watts in enumerate(grid_w)
        )
        return told.peak + told.tier + told.capacity - base

    @pytest.mark.parametrize("more_w", [900.0, 9000.0, -700.0, -3000.0])
    def test_what_a_change_adds_is_the_difference_of_both_bills(self, more_w: float) -> None:
        for first in range(0, 16, 3):
            grid_w = list(self.flows)
            changed = [w + more_w * (first <= k < first + 5) for k, w in enumerate(grid_w)]
            meter = TermMeter(self.terms, grid_w)
            changes = {
                k: (max(0.0, new) - max(0.0, old)) / 1000
                for k, (old, new) in enumerate(zip(grid_w, changed, strict=True))
                if new != old
            }
            assert meter.added(changes) == pytest.approx(self.told(changed) - self.told(grid_w))

    def test_it_keeps_up_with_flows_that_change(self) -> None:
        grid_w = [0.0] * 16
        meter = TermMeter(self.terms, grid_w)
        assert meter.added({}) == 0.0
        for index, watts in enumerate(self.flows):
            meter.change(index, 0.0, watts)
        again = TermMeter(self.terms, self.flows)
        assert meter.added({3: 5.0}) == pytest.approx(again.added({3: 5.0}))
        assert meter.edges_kw(4) == pytest.approx(again.edges_kw(4))

    def test_edges_tell_where_the_next_kwh_costs_something_else(self) -> None:
        home = problem(hours=1, peak_terms=(flemish(),), capacity_terms=(capacity(4.0),))
        meter = TermMeter(terms_of(home), (300.0,) * 4)
        assert meter.edges_kw(0) == pytest.approx([2.2, 3.7])
        block = TermMeter(terms_of(problem(hours=1, tiers=(tier((0, 0.1), (1, 0.3)),))), (300.0,) * 4)
        assert block.edges_kw(0) == pytest.approx([0.7 / 0.25])
        full = TermMeter(terms_of(problem(hours=1, tiers=(tier((0, 0.1), (1, 0.3)),))), (3000.0,) * 4)
        assert full.edges_kw(0) == []
