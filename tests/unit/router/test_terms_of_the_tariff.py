"""What a tariff charges for peaks and blocks reaches the problem, after what the meter has counted."""

from functools import partial
from zoneinfo import ZoneInfo

from drrouter.domain.interval import Interval
from drrouter.domain.plan import DataRung
from drrouter.domain.rates import Rates
from drrouter.domain.timeline import TariffRates, Timeline
from drrouter.planner import Problem
from drrouter.router.book import Book
from drrouter.router.forecast import BaseLoad
from drrouter.router.registry import Registry
from drrouter.router.situation import describe
from drrouter.router.steering import Site
from drrouter.tariff import terms_of
from drrouter.tariff.metering import Quarter
from tests.builders import HOUR, MINUTE, NOON
from tests.fakes import MemoryStore
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


async def problem(charges: str, counted: tuple[Quarter, ...] = ()) -> Problem:
    site = Site(
        base_load=BaseLoad((300.0,) * 24, ZoneInfo("Europe/Amsterdam")),
        tariff=lambda _: TariffRates(),
        terms=partial(terms_of, tariff(more=charges)),
    )
    timeline = Timeline("EUR", Rates(), Rates(), Rates())
    book, registry = await Book.open(MemoryStore()), Registry(())
    return describe(NOON, "test", site, registry, book, timeline, 24 * HOUR, DataRung.LIVE, counted=counted)


async def test_a_problem_has_the_tariffs_terms_with_what_was_counted() -> None:
    earlier = Quarter(Interval(NOON - 30 * MINUTE, NOON - 15 * MINUTE), 1.25, 0.0)
    made = await problem(CHARGES, (earlier,))
    assert [(term.name, term.spans[0].so_far_kw) for term in made.peak_terms] == [("cap", 5.0)]
    assert [(term.name, term.so_far_kwh) for term in made.tiers] == [("blocks", 1.25)]
    assert {term.name for term in made.capacity_terms} == {"contract"}


async def test_a_tariff_of_prices_alone_adds_no_term() -> None:
    made = await problem("")
    assert (made.peak_terms, made.tiers, made.capacity_terms) == ((), (), ())
