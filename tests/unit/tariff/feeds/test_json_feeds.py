"""aWATTar, Octopus, Tibber, Nord Pool, EnergyZero and MIDAS: documents as they are, and as none should be."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from drrouter.domain.rates import Rates
from drrouter.errors import MessageError
from drrouter.tariff.feeds import FORMATS, Asked, FeedPrices, read_feed


def read(feed: str, document: object, area: str = "", currency: str = "") -> FeedPrices:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return read_feed(feed, data, f"{feed}.json", Asked(area, currency))


def refused(feed: str, document: object, area: str = "", currency: str = "") -> str:
    with pytest.raises(MessageError) as error:
        read(feed, document, area, currency)
    assert "\n" not in error.value.sentence
    return error.value.sentence


def shown(rates: Rates) -> list[tuple[str, str, float]]:
    return [
        (f"{step.start:%dT%H:%M}", f"{step.end:%dT%H:%M}", round(price, 6)) for step, price in rates.steps
    ]


# aWATTar ------------------------------------------------------------------------------------------------


def awattar(*prices: float, unit: str = "Eur/MWh", scale: int = 1000) -> dict[str, Any]:
    first = int(datetime(2026, 6, 10, 22, tzinfo=UTC).timestamp())
    rows = [
        {
            "start_timestamp": (first + 3600 * n) * scale,
            "end_timestamp": (first + 3600 * (n + 1)) * scale,
            "marketprice": price,
            "unit": unit,
        }
        for n, price in enumerate(prices)
    ]
    return {"object": "list", "data": rows, "url": "/at/v1/marketdata"}


def test_awattar_tells_net_euros_per_mwh_in_milliseconds() -> None:
    found = read("awattar", awattar(42.09, -10), currency="EUR")
    assert shown(found.rates) == [("10T22:00", "10T23:00", 0.04209), ("10T23:00", "11T00:00", -0.01)]
    assert found.currency == "EUR"


def test_awattars_units_are_read_and_not_guessed() -> None:
    assert shown(read("awattar", awattar(0.5, unit="Eur/kWh")).rates)[0][2] == 0.5
    assert "neither per MWh nor per kWh" in refused("awattar", awattar(1, unit="Eur/GJ"))
    assert "is not in euro" in refused("awattar", awattar(1, unit="USD/MWh"))
    assert "no time in milliseconds of our time" in refused("awattar", awattar(1, scale=1))
    assert "the home counts in SEK" in refused("awattar", awattar(1), currency="SEK")


# Octopus ------------------------------------------------------------------------------------------------


def agile(*rows: tuple[str, str | None, float, str | None], more: str | None = None) -> dict[str, Any]:
    results = [
        {
            "value_exc_vat": value / 1.05,
            "value_inc_vat": value,
            "valid_from": start,
            "valid_to": end,
            "payment_method": method,
        }
        for start, end, value, method in rows
    ]
    return {"count": len(results), "next": more, "previous": None, "results": results}


def test_octopus_tells_pence_newest_first_page_by_page_below_zero_too() -> None:
    found = read(
        "octopus",
        agile(
            ("2026-06-10T00:30:00Z", "2026-06-10T01:00:00Z", -2.1, None),
            ("2026-06-10T00:00:00Z", "2026-06-10T00:30:00Z", 21.0, None),
            more="https://api.octopus.energy/v1/x/?page=2",
        ),
        currency="GBP",
    )
    assert shown(found.rates) == [("10T00:00", "10T00:30", 0.21), ("10T00:30", "10T01:00", -0.021)]
    assert (found.more, found.currency) == ("https://api.octopus.energy/v1/x/?page=2", "GBP")


def test_of_two_ways_to_pay_direct_debit_counts() -> None:
    span = ("2026-06-10T00:00:00Z", "2026-06-10T00:30:00Z")
    found = read("octopus", agile((*span, 20.0, "DIRECT_DEBIT"), (*span, 22.0, "NON_DIRECT_DEBIT")))
    assert shown(found.rates) == [("10T00:00", "10T00:30", 0.2)]
    assert found.notes == ("1 prices of other ways to pay are left out.",)


def test_a_price_without_end_holds_until_the_next_or_for_years() -> None:
    rates = read(
        "octopus",
        agile(("2026-06-01T00:00:00Z", None, 30.0, None), ("2026-05-01T00:00:00Z", None, 25.0, None)),
    ).rates
    assert rates.at(datetime(2026, 5, 31, 23, 59, tzinfo=UTC)) == 0.25
    assert rates.at(datetime(2030, 1, 1, tzinfo=UTC)) == 0.30


def test_times_without_a_zone_are_londons_and_the_hour_that_comes_twice_is_two_hours() -> None:
    clock = ["00:30", "01:00", "01:30", "01:00", "01:30", "02:00", "02:30"]
    rows = [
        (f"2026-10-25T{start}:00", f"2026-10-25T{end}:00", float(place), None)
        for place, (start, end) in enumerate(pairwise(clock), start=1)
    ]
    begins = [
        f"{24 if hour > 22 else 25}T{hour:02}:{minute}"
        for hour, minute in ((23, "30"), (0, "00"), (0, "30"), (1, "00"), (1, "30"), (2, "00"))
    ]
    for order in (rows, rows[::-1]):
        rates = read("octopus", agile(*order)).rates
        assert [start for start, _, _ in shown(rates)] == begins
        assert all(step.duration == timedelta(minutes=30) for step, _ in rates.steps)
    summer = read("octopus", agile(("2026-06-10T12:00:00", "2026-06-10T12:30:00", 1.0, None))).rates
    assert summer.steps[0][0].start == datetime(2026, 6, 10, 11, tzinfo=UTC)


def test_octopus_documents_that_contradict_themselves_are_refused() -> None:
    span = ("2026-06-10T00:00:00Z", "2026-06-10T00:30:00Z")
    assert "tells two prices for 2026-06-10 00:00 UTC" in refused(
        "octopus", agile((*span, 1, None), (*span, 2, None))
    )
    assert len(read("octopus", agile((*span, 1, None), (*span, 1, None))).rates.steps) == 1
    assert "before it begins" in refused("octopus", agile((span[1], span[0], 1, None)))
    odd = agile((*span, 1, None)) | {"next": 5}
    assert "next: should be an address" in refused("octopus", odd)


# Tibber -------------------------------------------------------------------------------------------------


def tibber(
    today: list[tuple[str, float]],
    tomorrow: list[tuple[str, float]] | None = None,
    home: str = "h1",
    currency: str = "NOK",
) -> dict[str, Any]:
    def rows(points: list[tuple[str, float]]) -> list[dict[str, Any]]:
        return [{"startsAt": start, "total": total, "currency": currency} for start, total in points]

    info = {"current": {"currency": currency}, "today": rows(today), "tomorrow": rows(tomorrow or [])}
    homes = [
        {"id": "old", "currentSubscription": None},
        {"id": home, "currentSubscription": {"priceInfo": info}},
    ]
    return {"data": {"viewer": {"homes": homes}}}


def test_tibber_tells_totals_and_an_empty_tomorrow_is_no_fault() -> None:
    quarters = [
        (f"2026-06-10T00:{minute}:00.000+02:00", 0.5 + n / 10) for n, minute in enumerate(("00", "15", "30"))
    ]
    found = read("tibber", tibber(quarters), currency="NOK")
    assert shown(found.rates) == [
        ("09T22:00", "09T22:15", 0.5),
        ("09T22:15", "09T22:30", 0.6),
        ("09T22:30", "09T22:45", 0.7),
    ]


def test_tibbers_tomorrow_joins_and_a_single_point_is_an_hour() -> None:
    rates = read(
        "tibber", tibber([("2026-06-10T23:00:00+02:00", 1.0)], [("2026-06-11T00:00:00+02:00", 2.0)])
    ).rates
    assert shown(rates) == [("10T21:00", "10T22:00", 1.0), ("10T22:00", "10T23:00", 2.0)]


def test_tibber_that_refuses_or_has_no_such_home_says_so() -> None:
    errors = {"errors": [{"message": "invalid token\nreally"}], "data": None}
    assert "Tibber refuses the question (invalid token really)" in refused("tibber", errors)
    assert "refuses the question (no reason given)" in refused("tibber", {"errors": ["?"]})
    assert "no home 'h2' with a subscription" in refused(
        "tibber", tibber([("2026-06-10T00:00:00Z", 1)]), area="h2"
    )
    assert "currency: should be one and the same" in refused("tibber", tibber([], currency=""))
    assert "the home counts in EUR" in refused(
        "tibber", tibber([("2026-06-10T00:00:00Z", 1)]), currency="EUR"
    )


# Nord Pool ----------------------------------------------------------------------------------------------


def nord_pool(areas: dict[str, float], state: str = "Final") -> dict[str, Any]:
    return {
        "deliveryDateCET": "2026-06-10",
        "market": "DayAhead",
        "currency": "SEK",
        "multiAreaEntries": [
            {
                "deliveryStart": "2026-06-09T22:00:00Z",
                "deliveryEnd": "2026-06-09T22:15:00Z",
                "entryPerArea": areas,
            }
        ],
        "areaStates": [{"state": state, "areas": list(areas)}],
    }


def test_nord_pool_tells_several_areas_per_mwh() -> None:
    found = read("nord_pool", nord_pool({"SE3": 345.5, "SE4": -12}), area="SE4", currency="SEK")
    assert shown(found.rates) == [("09T22:00", "09T22:15", -0.012)]
    assert (found.currency, found.notes) == ("SEK", ())
    assert read("nord_pool", nord_pool({"SE3": 345.5})).rates.steps[0][1] == 0.3455


def test_nord_pools_preliminary_prices_are_named() -> None:
    assert read("nord_pool", nord_pool({"SE3": 1}, "Preliminary")).notes == ("The prices are preliminary.",)


def test_an_area_must_be_named_where_there_are_several() -> None:
    both = nord_pool({"SE3": 1, "SE4": 2})
    assert "there is no area ''. Name one of: SE3, SE4" in refused("nord_pool", both)
    assert "there is no area 'NO1'" in refused("nord_pool", both, area="NO1")
    both["multiAreaEntries"][0]["entryPerArea"] = [1]
    assert "there is no area 'SE3'. Name one of: none" in refused("nord_pool", both, area="SE3")


# EnergyZero ---------------------------------------------------------------------------------------------


def test_energyzeros_two_forms_are_read() -> None:
    old = {
        "Prices": [
            {"price": 0.24, "readingDate": "2026-06-09T22:00:00Z"},
            {"price": -0.01, "readingDate": "2026-06-09T23:00:00Z"},
        ],
        "intervalType": 4,
        "average": 0.1,
    }
    assert shown(read("energyzero", old, currency="EUR").rates) == [
        ("09T22:00", "09T23:00", 0.24),
        ("09T23:00", "10T00:00", -0.01),
    ]
    new = {
        "base": [
            {"start": "2026-06-09T22:00:00Z", "end": "2026-06-09T22:15:00Z", "price": {"value": "0.1234"}}
        ]
    }
    assert shown(read("energyzero", new).rates) == [("09T22:00", "09T22:15", 0.1234)]
    assert "price.value: 'None' is no number" in refused(
        "energyzero", {"base": [{"start": "2026-06-09T22:00:00Z", "end": "2026-06-09T22:15:00Z"}]}
    )


# MIDAS --------------------------------------------------------------------------------------------------


def midas(
    value: object, unit: str, key: str = "Value", start: str = "16:00:00", end: str = "20:59:59"
) -> dict[str, Any]:
    row = {
        "ValueName": "peak",
        "DateStart": "2026-07-01",
        "DateEnd": "2026-07-01",
        "TimeStart": start,
        "TimeEnd": end,
        key: value,
        "Unit": unit,
    }
    return {"RateID": "USCA-TEST-0000-0000", "RateType": "Time of use (TOU)", "ValueInformation": [row]}


@pytest.mark.parametrize("key", ["value", "Value"])
def test_both_editions_of_midas_tell_prices_with_ends_that_are_included(key: str) -> None:
    found = read("midas", midas(0.62, "$/kWh", key), currency="USD")
    assert shown(found.rates) == [("01T16:00", "01T21:00", 0.62)]


def test_midas_tells_co2_in_kg_or_g() -> None:
    for value, unit in ((0.21, "kg/kWh CO2"), (210, "g/kWh CO2")):
        found = read("midas", midas(value, unit))
        assert (shown(found.co2_g_per_kwh), found.rates.steps) == ([("01T16:00", "01T21:00", 210)], ())
    assert "CO2 that no energy contains" in refused("midas", midas(210, "kg/kWh CO2"))


def test_midas_of_other_units_is_not_made_a_price() -> None:
    assert "neither prices per kWh nor CO2" in refused("midas", midas(1, "Event"))
    both = midas(0.5, "$/kWh")
    both["ValueInformation"] += midas(9, "$/kW")["ValueInformation"]
    assert read("midas", both).notes == ("1 values of other units are left out.",)
    assert read("midas", {"ValueInformation": []}).rates == Rates()


# All of them --------------------------------------------------------------------------------------------

JSON_FEEDS = sorted(set(FORMATS) - {"entsoe_a44"})


@pytest.mark.parametrize("feed", JSON_FEEDS)
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not complete JSON"),
        (b'{"data": [', "not complete JSON"),
        (b"<!DOCTYPE html><html>Free WiFi</html>", "it is a web page, not prices"),
        (b"\xff\xfe{}", "not complete JSON"),
        (b'{"data": NaN}', "NaN is not a number here"),
        (b"[" * 1000 + b"]" * 1000, "nested too deeply"),
        (b" " * (5 * 1024 * 1024), "bytes are too many"),
        (b"[]", "is missing"),
        (
            b'{"data": 5, "results": 5, "multiAreaEntries": 5, "currency": 1, "Prices": 5}',
            "",
        ),
    ],
)
def test_what_is_no_feed_gives_one_sentence(feed: str, data: bytes, words: str) -> None:
    assert words in refused(feed, data)


def test_an_unknown_format_names_those_that_there_are() -> None:
    assert "'spot' is no feed. Write one of: awattar, energyzero" in refused("spot", b"")


def test_more_prices_than_half_a_year_has_are_refused() -> None:
    assert "more than 20000 prices" in refused("awattar", awattar(*[1.0] * 20_001))


@pytest.mark.parametrize("value", [True, None, "", "1e400", [1], "9" * 60, float("1e9")])
def test_what_is_no_price_is_refused(value: object) -> None:
    document = awattar(1.0)
    document["data"][0]["marketprice"] = value
    assert any(words in refused("awattar", document) for words in ("is no number", "is no price"))
