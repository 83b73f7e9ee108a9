"""Which slots the next plan has: few where nothing turns on them, quarters where prices or limits do."""

from zoneinfo import ZoneInfo

from drrouter.domain.interval import SLOT, Interval
from drrouter.domain.limit import Limit, Scope
from drrouter.domain.rates import Rates
from drrouter.domain.timeline import TariffRates, Timeline
from drrouter.router.forecast import BaseLoad
from drrouter.router.slots import plan_slots
from drrouter.router.steering import Site
from tests.builders import CAR, HOUR, MINUTE, NOON, at, car, freezer, hvac, span, washer

PROFILES = (freezer(), washer(), car(), hvac())
DAY = 24 * HOUR


def rates(*values: float, step: int = 60) -> Rates:
    """Values from noon on, each for so many minutes."""
    edges = [NOON + number * step * MINUTE for number in range(len(values) + 1)]
    return Rates(
        tuple((Interval(edges[number], edges[number + 1]), value) for number, value in enumerate(values))
    )


def count(prices: Rates, *limits: Limit, co2: Rates | None = None, co2_price: float = 0.0) -> int:
    """How many slots the next day has; a day of quarter hours has 96."""
    site = Site(
        BaseLoad((200.0,) * 24, ZoneInfo("Europe/Amsterdam")), lambda _: TariffRates(), None, co2_price
    )
    timeline = Timeline("EUR", prices, Rates(), co2 or Rates())
    return len(plan_slots(NOON, DAY, site, timeline, limits, PROFILES))


BY_THE_HOUR = rates(*(0.1 + 0.01 * (hour % 7) for hour in range(24)))


def test_a_tariff_by_the_hour_needs_half_hours_after_six_hours() -> None:
    assert count(BY_THE_HOUR) == 24 + 36


def test_prices_of_quarter_hours_are_planned_in_quarter_hours() -> None:
    assert count(rates(*(0.1 + 0.05 * (number % 5) for number in range(96)), step=15)) == 96


def test_a_price_that_hardly_changes_cuts_no_slot() -> None:
    restless = rates(*(0.1 + 0.001 * (number % 2) + (number > 47) for number in range(96)), step=15)
    assert count(restless) == 60


def test_the_carbon_of_power_cuts_slots_only_where_it_has_a_price() -> None:
    grams = rates(*(100.0 * (number % 3) for number in range(96)), step=15)
    assert count(BY_THE_HOUR, co2=grams) == 60
    assert count(BY_THE_HOUR, co2=grams, co2_price=0.1) == 96


def test_a_limit_that_could_bind_is_kept_by_the_quarter_hour() -> None:
    assert count(BY_THE_HOUR, Limit(span("20:00", "22:00"), 3000.0)) == 60 + 4


def test_a_limit_above_all_that_the_home_draws_at_once_cuts_nothing() -> None:
    assert count(BY_THE_HOUR, Limit(span("20:00", "22:00"), 17_000.0)) == 60


def test_a_limit_on_devices_is_compared_with_what_they_draw() -> None:
    when = span("20:00", "22:00")
    assert count(BY_THE_HOUR, Limit(when, 2000.0, Scope.DEVICE, (CAR,))) == 60 + 4
    assert count(BY_THE_HOUR, Limit(when, 4000.0, Scope.DEVICE, (CAR,))) == 60


def test_without_any_price_there_are_slots_all_the_same() -> None:
    slots = plan_slots(
        NOON,
        HOUR,
        Site(BaseLoad((200.0,) * 24, ZoneInfo("Europe/Amsterdam")), lambda _: TariffRates()),
        Timeline("EUR", Rates(), Rates(), Rates()),
        (),
        (),
        [at("12:20")],
    )
    assert [slot.duration / SLOT for slot in slots] == [1, 1 / 3, 2 / 3, 1, 1]
