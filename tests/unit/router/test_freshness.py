"""The data rung, and what counts as off-peak where nobody says it."""

from zoneinfo import ZoneInfo

import pytest

from drrouter.domain.plan import DataRung
from drrouter.domain.rates import Rates, constant
from drrouter.domain.timeline import TariffRates, Timeline, resolve
from drrouter.router.best_practice import off_peak
from drrouter.router.freshness import data_rung_of, published_until
from tests.builders import CAR, at, price, rates, span

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
TARIFF = TariffRates(import_energy=constant(0.3, span("00:00", "24:00")))


def timeline(*, targets: tuple[str, ...] = ()) -> Timeline:
    """A provider's price until 18:00 over a tariff for the whole day."""
    return resolve([price("p", 0.2, "06:00", "18:00", targets=targets)], TARIFF, {"car": (CAR,)})


@pytest.mark.parametrize(
    ("when", "all_up", "in_force", "follows", "rung"),
    [
        ("12:00", True, False, True, DataRung.LIVE),
        ("12:00", False, False, True, DataRung.LAST_PUBLISHED),
        ("12:00", False, True, True, DataRung.OFFLINE_PROFILE),
        ("18:00", False, True, True, DataRung.OFFLINE_PROFILE),
        ("18:00", False, False, True, DataRung.BEST_PRACTICE),
        ("18:00", True, False, True, DataRung.BEST_PRACTICE),
        ("18:00", True, False, False, DataRung.LIVE),
        ("18:00", False, False, False, DataRung.LAST_PUBLISHED),
        ("24:00", True, False, False, DataRung.BEST_PRACTICE),
    ],
)
def test_the_rung_falls_from_live_to_best_practice(
    when: str, all_up: bool, in_force: bool, follows: bool, rung: DataRung
) -> None:
    found = data_rung_of(at(when), timeline(), all_up=all_up, in_force=in_force, follows_prices=follows)
    assert found is rung


def test_a_price_for_one_device_is_no_price_of_the_site() -> None:
    known = timeline(targets=("car",))
    assert (
        data_rung_of(at("12:00"), known, all_up=True, in_force=False, follows_prices=True)
        is DataRung.BEST_PRACTICE
    )


def test_prices_are_published_until_the_first_gap() -> None:
    events = [
        price("p", 0.2, "06:00", "12:00"),
        price("q", 0.2, "12:00", "18:00"),
        price("r", 0.2, "20:00", "22:00"),
    ]
    known = resolve(events, TARIFF, {})
    assert published_until(at("07:00"), known, follows_prices=True) == at("18:00")
    assert published_until(at("19:00"), known, follows_prices=True) == at("19:00")


def test_the_prices_of_a_tariff_that_follows_nobody_need_no_publication() -> None:
    assert published_until(at("19:00"), timeline(), follows_prices=False) is None


def test_a_tariff_with_a_calendar_is_its_own_best_practice() -> None:
    calendar = rates(("00:00", "08:00", 0.1), ("08:00", "24:00", 0.2))
    assert off_peak(calendar, AMSTERDAM) is calendar


def test_where_the_price_is_the_same_all_day_nights_count_as_cheaper() -> None:
    made = off_peak(constant(0.4, span("00:00", "24:00")), AMSTERDAM)  # 02:00 local at midnight UTC
    assert made == rates(("00:00", "05:00", 0.4), ("05:00", "21:00", 0.5), ("21:00", "24:00", 0.4))


def test_a_price_of_nothing_still_has_cheaper_nights() -> None:
    made = off_peak(constant(0.0, span("04:00", "06:00")), AMSTERDAM)
    assert made == rates(("04:00", "05:00", 0.0), ("05:00", "06:00", 0.02))


def test_nothing_known_stays_nothing_known() -> None:
    assert off_peak(Rates(), AMSTERDAM) == Rates()
