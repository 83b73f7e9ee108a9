"""What a tariff charges for peaks and blocks reaches the problem, after what the meter has counted."""

from dataclasses import replace
from functools import partial

from drrouter.config import shipped_tariffs
from drrouter.domain.interval import SLOT, Interval
from drrouter.planner import plan
from drrouter.router.charged import charged, no_terms
from drrouter.tariff import read_tariff, terms_of
from drrouter.tariff.metering import Quarter
from tests.unit.planner.homes import CHARGING, at, car, problem
from tests.unit.tariff.test_expand import tariff

CHARGES = """
[[peak]]
id = "cap"
price_per_kw = 4
[[tier]]
id = "blocks"
blocks = [{ above_kwh = 0, price_per_kwh = 0.1 }, { above_kwh = 500, price_per_kwh = 0.2 }]
[[capacity]]
id = "contract"
contracted_kw = 3
excess_price_per_kwh = 0.5
"""


def test_a_problem_gets_the_tariffs_terms_with_what_was_counted() -> None:
    home = problem()
    earlier = Quarter(Interval(home.now - 2 * SLOT, home.now - SLOT), 1.25, 0.0)
    made = charged(home, partial(terms_of, tariff(more=CHARGES)), (earlier,))
    assert [(term.name, term.spans[0].so_far_kw) for term in made.peak_terms] == [("cap", 5.0)]
    assert [(term.name, term.so_far_kwh) for term in made.tiers] == [("blocks", 1.25)]
    assert {term.name for term in made.capacity_terms} == {"contract"}


def test_a_tariff_of_prices_alone_adds_no_term() -> None:
    for charging in (no_terms, partial(terms_of, tariff())):
        made = charged(problem(), charging, ())
        assert (made.peak_terms, made.tiers, made.capacity_terms) == ((), (), ())


def test_a_car_charges_flatter_under_the_flemish_tariff_until_the_peak_is_paid() -> None:
    flemish = read_tariff(shipped_tariffs()["flanders.capacity_2023"].read_bytes(), "flanders")
    free = replace(CHARGING, min_power_w=0.0, max_power_w=7000.0)
    home = problem(car(0.0, 27_000.0, at(4, 30), free))
    paid = Quarter(Interval(home.now - 2 * SLOT, home.now - SLOT), 2.0, 0.0)

    def highest_w(counted: tuple[Quarter, ...]) -> float:
        return max(plan(charged(home, partial(terms_of, flemish), counted)).grid_w)

    assert max(plan(home).grid_w) > 7000
    assert highest_w(()) < 3500
    assert highest_w((paid,)) > 7000
