"""ENTSO-E's XML: points left out, two auctions, two resolutions, days of 23 and 25 hours, and bombs."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from drrouter.domain.rates import Rates
from drrouter.errors import MessageError
from drrouter.tariff.feeds import Asked, FeedPrices, read_feed

NL = "10YNL----------L"
DE = "10Y1001A1001A82H"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<Publication_MarketDocument '
    'xmlns="urn:iec62325.351:tc57wg16:451-3:publicationdocument:7:3">'
    "<mRID>1</mRID><type>A44</type>"
)


def period(start: str, end: str, resolution: str, prices: Mapping[int, float | str]) -> str:
    points = "".join(
        f"<Point><position>{at}</position><price.amount>{price}</price.amount></Point>"
        for at, price in prices.items()
    )
    interval = f"<timeInterval><start>{start}</start><end>{end}</end></timeInterval>"
    return f"<Period>{interval}<resolution>{resolution}</resolution>{points}</Period>"


def time_series(
    *periods: str,
    curve: str = "A03",
    area: str = NL,
    sequence: int | None = None,
    currency: str = "EUR",
    unit: str = "MWH",
) -> str:
    place = "" if sequence is None else str(sequence)
    tag = "classificationSequence_AttributeInstanceComponent.position"
    auction = f"<{tag}>{place}</{tag}>" if place else ""
    return (
        f'<TimeSeries><mRID>1</mRID><in_Domain.mRID codingScheme="A01">{area}</in_Domain.mRID>'
        f"<currency_Unit.name>{currency}</currency_Unit.name>"
        f"<price_Measure_Unit.name>{unit}</price_Measure_Unit.name>{auction}"
        f"<curveType>{curve}</curveType>{''.join(periods)}</TimeSeries>"
    )


def read(*parts: str, area: str = "", currency: str = "EUR") -> FeedPrices:
    data = HEAD + "".join(parts) + "</Publication_MarketDocument>"
    return read_feed("entsoe_a44", data.encode(), "a44.xml", Asked(area, currency))


def refused(data: bytes | str) -> str:
    with pytest.raises(MessageError) as error:
        read_feed("entsoe_a44", data.encode() if isinstance(data, str) else data, "a44.xml", Asked())
    return error.value.sentence


def at(rates: Rates, moment: str) -> float | None:
    return rates.at(datetime.fromisoformat(moment).replace(tzinfo=UTC))


def test_points_that_are_left_out_repeat_the_price_before_them_to_the_end_of_the_day() -> None:
    day = period("2026-06-09T22:00Z", "2026-06-10T22:00Z", "PT60M", {1: 80, 4: -5.5, 5: 100})
    rates = read(time_series(day)).rates
    assert [(step.hours, round(price, 9)) for step, price in rates.steps] == [
        (3, 0.08),
        (1, -0.0055),
        (20, 0.1),
    ]


def test_without_that_curve_a_missing_point_is_a_gap() -> None:
    day = period("2026-06-09T22:00Z", "2026-06-10T01:00Z", "PT60M", {1: 80, 3: 90})
    rates = read(time_series(day, curve="A01")).rates
    assert [at(rates, f"2026-06-{moment}:00") for moment in ("09T22", "09T23", "10T00")] == [0.08, None, 0.09]


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        ("2026-03-28T23:00Z", "2026-03-29T22:00Z", 92),
        ("2026-10-24T22:00Z", "2026-10-25T23:00Z", 100),
        ("2026-06-09T22:00Z", "2026-06-10T22:00Z", 96),
    ],
)
def test_days_have_as_many_quarters_as_their_clocks_make(start: str, end: str, count: int) -> None:
    full = period(start, end, "PT15M", {place: place for place in range(1, count + 1)})
    steps = read(time_series(full)).rates.steps
    assert len(steps) == count
    assert steps[-1][0].end == datetime.fromisoformat(end.replace("Z", ":00+00:00"))
    assert all(step.duration == timedelta(minutes=15) for step, _ in steps)
    too_many = period(start, end, "PT15M", {count + 1: 1})
    assert "do not fit together" in refused(HEAD + time_series(too_many) + "</Publication_MarketDocument>")


def test_of_two_auctions_the_coupled_one_counts() -> None:
    span = ("2026-06-09T22:00Z", "2026-06-10T22:00Z", "PT60M")
    parts = [time_series(period(*span, {1: value}), sequence=n, area=DE) for n, value in ((2, 70), (1, 60))]
    found = read(*parts)
    assert at(found.rates, "2026-06-10T10:00:00") == 0.06
    assert found.notes == ("1 series of another auction are left out.",)
    assert at(read(parts[0]).rates, "2026-06-10T10:00:00") == 0.07


def test_of_two_resolutions_the_finer_one_counts_where_it_speaks() -> None:
    hours = period("2026-06-09T22:00Z", "2026-06-10T22:00Z", "PT1H", {1: 60})
    quarters = period("2026-06-10T10:00Z", "2026-06-10T11:00Z", "PT15M", {1: 10, 2: 20, 3: 30, 4: 40})
    rates = read(time_series(hours), time_series(quarters)).rates
    assert (at(rates, "2026-06-10T10:30:00"), at(rates, "2026-06-10T12:00:00")) == (0.03, 0.06)


def test_several_days_join_and_only_the_area_that_is_asked_for_counts() -> None:
    days = [
        period(f"2026-06-{day:02}T22:00Z", f"2026-06-{day + 1:02}T22:00Z", "PT60M", {1: day})
        for day in (9, 10)
    ]
    parts = (
        time_series(*days),
        time_series(period("2026-06-09T22:00Z", "2026-06-10T22:00Z", "PT60M", {1: 1}), area=DE),
    )
    assert [price for _, price in read(*parts, area=NL).rates.steps] == [0.009, 0.01]
    with pytest.raises(MessageError, match=r"holds several areas. Name one as area"):
        read(*parts)
    with pytest.raises(MessageError, match="holds no prices of the area 'XX'"):
        read(*parts, area="XX")


DAY = ("2026-06-09T22:00Z", "2026-06-10T22:00Z", "PT60M")

BROKEN = {
    "another unit": (time_series(period(*DAY, {1: 1}), unit="GJ"), "neither per MWh nor per kWh"),
    "another currency": (
        time_series(period(*DAY, {1: 1}), currency="PLN"),
        "in 'PLN', and the home counts in EUR",
    ),
    "two currencies": (
        time_series(period(*DAY, {1: 1})) + time_series(period(*DAY, {1: 1}), currency="PLN"),
        "in several currencies",
    ),
    "NaN": (time_series(period(*DAY, {1: "NaN"})), "'NaN' is no number"),
    "infinity": (time_series(period(*DAY, {1: "1e999"})), "'1e999' is no number"),
    "not a price": (time_series(period(*DAY, {1: 9e9})), "is no price; the feed has changed its unit"),
    "an odd position": (time_series(period(*DAY, {0: 1})), "'0' is no position, or stands twice"),
    "an odd resolution": (
        time_series(period(*DAY[:2], "P1M", {1: 1})),
        "'P1M' is no resolution that is known",
    ),
    "no resolution": (time_series(period(*DAY[:2], "PT", {1: 1})), "'PT' is no resolution"),
    "a day without end": (time_series(period(DAY[0], DAY[0], "PT60M", {1: 1})), "do not fit together"),
    "no time": (time_series(period("yesterday", DAY[1], "PT60M", {1: 1})), "'yesterday' is no time"),
    "no zone": (time_series(period("2026-06-09T22:00", DAY[1], "PT60M", {1: 1})), "names no time zone"),
    "another age": (time_series(period("1026-06-09T22:00Z", DAY[1], "PT60M", {1: 1})), "is not of our time"),
    "no point": (time_series(period(*DAY, {})), "it holds no price"),
    "no series": ("", "holds no prices of the area"),
    "too many": (time_series(period(DAY[0], "2056-06-10T22:00Z", "PT15M", {1: 1})), "do not fit together"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_publication_gives_one_sentence(name: str) -> None:
    parts, words = BROKEN[name]
    with pytest.raises(MessageError) as error:
        read(parts)
    assert words in error.value.sentence
    assert "\n" not in error.value.sentence


def test_an_acknowledgement_says_why_there_are_no_prices() -> None:
    text = (
        '<Acknowledgement_MarketDocument xmlns="urn:x"><Reason><code>999</code>'
        "<text>No matching data found\nfor 10YNL</text></Reason></Acknowledgement_MarketDocument>"
    )
    assert "has no prices (No matching data found for 10YNL)" in refused(text)


HOSTILE = {
    "billion laughs": (
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><Publication_MarketDocument>&b;'
        "</Publication_MarketDocument>",
        "declares a document type or entities",
    ),
    "another file": (
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><Publication_MarketDocument/>',
        "declares a document type or entities",
    ),
    "half a document": (HEAD + "<TimeSeries>", "not complete XML (line 2)"),
    "nothing": ("", "not complete XML"),
    "a web page": ("<html><body>Log in</body></html>", "'html' is no publication of prices"),
    "deep": ("<a>" * 100 + "</a>" * 100, "too many or too deeply nested elements"),
    "a long text": (f"<a>{'x' * 20_000}</a>", "a text that is too long"),
    "an odd encoding": ('<?xml version="1.0" encoding="klingon"?><a/>', "n"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_xml_gives_one_sentence(name: str) -> None:
    data, words = HOSTILE[name]
    assert words in refused(data)


def test_a_huge_document_is_not_even_begun() -> None:
    assert "bytes are too many" in refused(b"<" * (9 * 1024 * 1024))
