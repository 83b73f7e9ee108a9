"""What a tariff charges for peaks and blocks reaches the problem, after what the meter has counted."""

from functools import partial

from drrouter.domain.interval import SLOT, Interval
from drrouter.router.charged import charged, no_terms
from drrouter.tariff import terms_of
from drrouter.tariff.metering import Quarter
from tests.unit.planner.homes import problem
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
