"""The checker works the tariff's terms out again, from readings of a counter."""

from dataclasses import replace
from datetime import timedelta

from drrouter.domain.interval import Interval
from drrouter.planner import plan, verify
from drrouter.planner.verify.tariff import Counter
from tests.unit.planner.homes import at, problem
from tests.unit.planner.tariffs import flemish, tier


def test_the_counter_of_the_meter_begins_with_the_plan() -> None:
    counter = Counter(plan(problem(hours=1, base_load_w=(1000.0, 2000.0, -500.0, 0.0))))
    assert [counter.at(at(hour)) for hour in (15, 16, 16.25, 16.5, 17, 20)] == [
        0,
        0,
        0.25,
        0.75,
        0.75,
        0.75,
    ]


def test_periods_begin_with_the_span_and_end_with_it_or_with_the_plan() -> None:
    counter = Counter(plan(problem(hours=1, base_load_w=(1000.0,) * 4)))
    for span, lengths in {
        Interval(at(15.75), at(17.5)): [0.5, 0.5, 0.25],
        Interval(at(16.25), at(16.5)): [0.25],
        Interval(at(15), at(15.5)): [],
        Interval(at(15.75), at(16)): [],
    }.items():
        found = list(counter.means(span, timedelta(minutes=30), (), 0.0))
        assert [hours for _, hours in found] == lengths


def test_a_plan_that_hides_what_a_peak_costs_is_told() -> None:
    home = problem(peak_terms=(flemish(0.0, minimum_kw=0.0),), tiers=(tier((0, 0.1), (3, 0.2)),))
    made = plan(home)
    assert verify(made, home) == ()
    hidden = replace(made, cost=replace(made.cost, peak_cost=0.0))
    (complaint,) = verify(hidden, home)
    assert complaint == "The plan's peak cost 0.0000 EUR; worked out again they cost 1.2000."
