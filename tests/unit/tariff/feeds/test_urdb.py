"""OpenEI's rate plans become tariff documents, with periods, tiers, demand and fixed charges."""

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from drrouter.domain.interval import Interval
from drrouter.errors import MessageError
from drrouter.tariff import TariffDocument, expand, read_tariff
from drrouter.tariff.feeds.urdb import tariff_text
from tests.unit.tariff.test_expand import local_day

PACIFIC = ZoneInfo("America/Los_Angeles")
NIGHT, PEAK, SUMMER_PEAK = 0, 1, 2


def schedule(peak: int, summer: int, weekend: bool = False) -> list[list[int]]:
    """From 16:00 to 21:00 a peak, in June to September another one."""
    return [
        [
            (summer if 5 <= month <= 8 else peak) if 16 <= hour < 21 and not weekend else 0
            for hour in range(24)
        ]
        for month in range(12)
    ]


def plan(**changes: Any) -> dict[str, Any]:
    """A plan with three periods."""
    rates = ((0.20, 0.01), (0.30, 0.01), (0.50, 0.01))
    return {
        "label": "539f6a23ec4f024411ec8bd9",
        "utility": 'Acme "Power" & Light\x07',
        "name": "Residential TOU",
        "startdate": 1_590_969_600,
        "energyratestructure": [[{"rate": rate, "adj": adj, "unit": "kWh"}] for rate, adj in rates],
        "energyweekdayschedule": schedule(PEAK, SUMMER_PEAK),
        "energyweekendschedule": schedule(PEAK, SUMMER_PEAK, weekend=True),
        **changes,
    }


def made(rate: dict[str, Any]) -> TariffDocument:
    text = tariff_text(json.dumps({"items": [rate]}).encode(), "urdb.json", "acme.tou", "America/Los_Angeles")
    return read_tariff(text.encode(), "acme/tou.toml")


def refused(rate: object) -> str:
    with pytest.raises(MessageError) as error:
        tariff_text(json.dumps(rate).encode(), "urdb.json", "acme.tou", "America/Los_Angeles")
    return error.value.sentence


def price_at(document: TariffDocument, moment: str) -> float | None:
    start = datetime.fromisoformat(moment).replace(tzinfo=PACIFIC).astimezone(UTC)
    day = Interval(start, start.replace(minute=59))
    return expand(document, day).import_energy.at(start)


def test_every_hour_of_the_year_has_the_price_of_its_period() -> None:
    document = made(plan())
    rates = {NIGHT: 0.21, PEAK: 0.31, SUMMER_PEAK: 0.51}
    year = expand(document, local_day("2026-01-01", 365, PACIFIC)).import_energy
    plans = plan()
    for interval, price in year.steps:
        local = interval.start.astimezone(PACIFIC)
        key = "energyweekendschedule" if local.weekday() >= 5 else "energyweekdayschedule"
        assert price == rates[plans[key][local.month - 1][local.hour]]
    assert price_at(document, "2026-07-01T16:00") == 0.51
    assert price_at(document, "2026-07-04T16:00") == 0.21
    assert price_at(document, "2026-01-05T20:45") == 0.31


def test_the_document_says_where_it_comes_from() -> None:
    document = made(plan())
    assert document.source is not None
    assert document.source.publisher == 'Acme "Power" & Light, in OpenEI URDB'
    assert f"{document.source.published}" == "2020-06-01"
    assert (document.currency, document.name) == ("USD", "Residential TOU")
    assert made(plan(startdate="?")).source is not None


def tiered(
    *prices: float, edges: tuple[float | None, ...] = (300, None), unit: str = "kWh"
) -> list[dict[str, Any]]:
    return [{"rate": price, "max": edge, "unit": unit} for price, edge in zip(prices, edges, strict=True)]


def test_tiers_that_add_the_same_in_each_period_become_one_tier() -> None:
    document = made(plan(energyratestructure=[tiered(0.2, 0.25), tiered(0.3, 0.35), tiered(0.5, 0.55)]))
    (tier,) = document.tier
    assert [(block.above_kwh, block.price_per_kwh) for block in tier.blocks] == [(0, 0), (300, 0.05)]
    assert (tier.per, tier.months) == ("month", None)


def test_tiers_of_a_season_and_by_the_day_are_kept() -> None:
    structure = [tiered(0.2, edges=(None,)), tiered(0.3, edges=(None,)), tiered(0.5, edges=(None,))]
    one = plan(energyratestructure=[*structure, tiered(0.2, 0.3, unit="kWh daily", edges=(10, None))])
    summer = [[3] * 24 if 5 <= month <= 8 else [0] * 24 for month in range(12)]
    document = made(one | {"energyweekdayschedule": summer, "energyweekendschedule": summer})
    (tier,) = document.tier
    assert (tier.per, tier.months) == ("day", (6, 7, 8, 9))


def test_demand_charges_have_windows_months_and_the_meters_period() -> None:
    document = made(
        plan(
            demandratestructure=[[{"rate": 0}], [{"rate": 10, "adj": 0.5}], [{"rate": 20}]],
            demandweekdayschedule=schedule(PEAK, SUMMER_PEAK),
            demandweekendschedule=schedule(PEAK, SUMMER_PEAK, weekend=True),
            demandwindow=30,
            flatdemandstructure=[[{"rate": 4}], [{"rate": 0}]],
            flatdemandmonths=[0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0],
        )
    )
    assert [(peak.id, peak.price_per_kw, peak.averaging_min) for peak in document.peak] == [
        ("demand_1", 10.5, 30),
        ("demand_2", 20, 30),
        ("flat_demand_0", 4, 30),
    ]
    assert document.peak[1].when[0].months == (6, 7, 8, 9)
    assert document.peak[2].months == (1, 2, 3, 4, 5, 10, 11, 12)


@pytest.mark.parametrize(
    ("unit", "per"), [("$/month", "month"), ("$/day", "day"), ("$/year", "year"), (None, "month")]
)
def test_the_fixed_charge_is_by_the_day_month_or_year(unit: str | None, per: str) -> None:
    (fee,) = made(plan(fixedchargefirstmeter=9.5, fixedchargeunits=unit)).standing
    assert (fee.price, fee.per) == (9.5, per)


def test_what_is_sold_back_is_fed_in() -> None:
    structure = [[{"rate": 0.2, "sell": 0.07}], [{"rate": 0.3, "sell": 0.07}], [{"rate": 0.5}]]
    document = made(plan(energyratestructure=structure))
    assert [(part.id, part.price_per_kwh) for part in document.component if part.kind == "feed_in"] == [
        ("sold", 0.07)
    ]


BROKEN: dict[str, tuple[Any, str]] = {
    "two plans": ({"items": [plan(), plan()]}, "should hold exactly one rate plan"),
    "no plan": ([], "should hold exactly one rate plan"),
    "no prices": (plan(energyratestructure=[]), "energyratestructure: is missing or empty"),
    "odd prices": (plan(energyratestructure=[{}]), "should be a list of periods, each a list of tiers"),
    "a short day": (plan(energyweekdayschedule=[[0] * 23] * 12), "should be 12 months of 24 hours"),
    "an unknown period": (plan(energyweekdayschedule=[[7] * 24] * 12), "should be 12 months of 24 hours"),
    "a truth as a period": (
        plan(energyweekdayschedule=[[True] * 24] * 12),
        "should be 12 months of 24 hours",
    ),
    "tiers by period": (
        plan(energyratestructure=[tiered(0.2, 0.3), tiered(0.3, 0.35), tiered(0.5, 0.55)]),
        "has tiers that differ by period",
    ),
    "tiers of power": (
        plan(energyratestructure=[tiered(0.2, 0.3, unit="kWh/kW")] * 3),
        "kWh/kW is no unit of tiers that is known",
    ),
    "tiers of demand": (plan(flatdemandstructure=[tiered(2, 3)]), "has tiers of demand"),
    "an odd fee": (plan(fixedchargefirstmeter=1, fixedchargeunits="$/meter"), "fixedchargeunits: is no unit"),
    "no number": (plan(fixedchargefirstmeter="much"), "'much' is no number"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_a_tariff_cannot_say_is_refused_by_name(name: str) -> None:
    rate, words = BROKEN[name]
    assert words in refused(rate)
