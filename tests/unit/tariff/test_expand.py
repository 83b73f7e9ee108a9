"""A tariff's calendar becomes rates in UTC, on days of 23 and 25 hours too; broken tariffs say what to do."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from drrouter.domain.event import Event, Payload, PayloadType
from drrouter.domain.ids import EventId, ProgramId, ProviderId
from drrouter.domain.interval import SLOT, Interval, slots
from drrouter.domain.rates import Rates
from drrouter.domain.remedy import sentences
from drrouter.domain.timeline import resolve
from drrouter.errors import DocumentError
from drrouter.resources import data_dir
from drrouter.tariff import TariffDocument, expand, read_tariff
from drrouter.tariff.schema import schema_text

HEAD = """# SPDX-License-Identifier: CC0-1.0
schema = "drrouter.tariff/1"
id = "acme.tariff"
version = 1
name = "Acme"
currency = "EUR"
time_zone = "Europe/Amsterdam"
"""

ENERGY = """
[[component]]
id = "energy"
kind = "energy"
price_per_kwh = 0.20
"""

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SHIPPED = sorted(
    file for file in Path(str(data_dir("tariffs"))).glob("*/*.toml") if file.parent.name != "offline"
)


def tariff(zones: str = "", more: str = "", head: str = HEAD) -> TariffDocument:
    return read_tariff(f"{head}{ENERGY}{zones}{more}".encode(), "acme/tariff.toml")


def local_day(day: str, days: int = 1, zone: ZoneInfo = AMSTERDAM) -> Interval:
    """A day, or several, of the local calendar."""
    start = datetime.fromisoformat(day)
    end = start + timedelta(days=days)
    return Interval(start.replace(tzinfo=zone).astimezone(UTC), end.replace(tzinfo=zone).astimezone(UTC))


def hours_at(rates: Rates) -> Mapping[float, float]:
    """How many hours each price holds."""
    hours: dict[float, float] = defaultdict(float)
    for interval, price in rates.steps:
        hours[price] += interval.hours
    return hours


NIGHT = 'zones = [{ price_per_kwh = 0.10, hours = ["23:00-07:00"] }]'


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_every_shipped_tariff_covers_the_days_when_clocks_change(file: Path) -> None:
    document = read_tariff(file.read_bytes(), file.name)
    assert document.id == f"{file.parent.name}.{file.stem}"
    for day, hours in (("2026-03-29", 23), ("2026-10-25", 25), ("2026-07-01", 24)):
        span = local_day(day)
        rates = expand(document, span)
        assert sum(hours_at(rates.import_energy).values()) == hours
        said = [series for series in (rates.export_energy, rates.co2_g_per_kwh) if series.steps]
        for series in (rates.import_energy, *said):
            assert (series.steps[0][0].start, series.known_until) == (span.start, span.end)


def test_the_schema_for_editors_is_fresh() -> None:
    written = data_dir("tariffs").joinpath("schema.json").read_text(encoding="utf-8")
    assert written == schema_text(), "run: python -m drrouter.tariff.schema > tariffs/schema.json"


def test_a_night_price_holds_eight_hours_of_a_usual_day() -> None:
    assert hours_at(expand(tariff(NIGHT), local_day("2026-06-10")).import_energy) == {0.10: 8, 0.20: 16}


def test_the_night_of_spring_is_an_hour_shorter() -> None:
    assert hours_at(expand(tariff(NIGHT), local_day("2026-03-29")).import_energy) == {0.10: 7, 0.20: 16}


def test_the_night_of_autumn_is_an_hour_longer() -> None:
    assert hours_at(expand(tariff(NIGHT), local_day("2026-10-25")).import_energy) == {0.10: 9, 0.20: 16}


def test_an_hour_that_never_comes_costs_nothing_and_one_that_comes_twice_counts_twice() -> None:
    half_past_two = 'zones = [{ price_per_kwh = 0.10, hours = ["02:30-03:00"] }]'
    assert hours_at(expand(tariff(half_past_two), local_day("2026-03-29")).import_energy) == {0.20: 23}
    assert hours_at(expand(tariff(half_past_two), local_day("2026-10-25")).import_energy) == {
        0.10: 1.0,
        0.20: 24.0,
    }


def test_hours_over_midnight_belong_to_the_day_they_begin_on() -> None:
    friday_night = 'zones = [{ price_per_kwh = 0.10, days = ["fri"], hours = ["22:00-06:00"] }]'
    rates = expand(tariff(friday_night), local_day("2026-06-12", days=3)).import_energy  # Friday to Sunday
    night = Interval(datetime(2026, 6, 12, 20, tzinfo=UTC), datetime(2026, 6, 13, 4, tzinfo=UTC))
    assert [step for step in rates.steps if step[1] == 0.10] == [(night, 0.10)]


def test_a_holiday_is_no_weekday() -> None:
    work = (
        'zones = [{ price_per_kwh = 0.30, days = ["weekday"] }, { price_per_kwh = 0.05, days = ["holiday"] }]'
    )
    head = f"{HEAD}holidays = [2026-12-25]\n"  # a Friday
    rates = expand(tariff(work, head=head), local_day("2026-12-24", days=4)).import_energy
    assert [price for _, price in rates.steps] == [0.30, 0.05, 0.20]


def test_months_narrow_a_zone() -> None:
    winter = "zones = [{ price_per_kwh = 0.30, months = [11, 12, 1, 2] }]"
    rates = expand(tariff(winter), local_day("2026-02-28", days=2)).import_energy
    assert [price for _, price in rates.steps] == [0.30, 0.20]


def test_the_first_zone_that_holds_wins() -> None:
    zones = """zones = [
        { price_per_kwh = 0.50, hours = ["18:00-19:00"] },
        { price_per_kwh = 0.30, hours = ["17:00-20:00", "08:00-09:00"] },
    ]"""
    assert hours_at(expand(tariff(zones), local_day("2026-06-10")).import_energy) == {
        0.20: 20,
        0.30: 3,
        0.50: 1,
    }


def test_components_add_up_by_what_they_are() -> None:
    more = """
[[component]]
id = "grid"
kind = "network"
price_per_kwh = 0.04

[[component]]
id = "levy"
kind = "tax"
price_per_kwh = 0.02

[[component]]
id = "bonus"
kind = "energy"
price_per_kwh = -0.01

[[component]]
id = "feed_in"
kind = "feed_in"
price_per_kwh = -0.03

[co2]
g_per_kwh = 300
"""
    span = local_day("2026-06-10")
    rates = expand(tariff(more=more), span)
    assert rates.currency == "EUR"
    assert rates.import_energy.at(span.start) == pytest.approx(0.19)
    assert rates.import_adder.at(span.start) == pytest.approx(0.06)
    assert rates.export_energy.at(span.start) == -0.03
    assert rates.co2_g_per_kwh.at(span.start) == 300
    assert rates.export_adder == Rates()


def test_what_a_tariff_does_not_know_stays_a_gap() -> None:
    rates = expand(tariff(), local_day("2026-06-10"))
    assert (rates.export_energy, rates.import_adder, rates.co2_g_per_kwh) == (Rates(), Rates(), Rates())


def test_the_providers_price_replaces_the_energy_part_and_taxes_stay_even_below_zero() -> None:
    document = read_tariff(data_dir("tariffs").joinpath("generic", "nl_dynamic.toml").read_bytes(), "t")
    span = local_day("2023-07-30")
    noon = Interval(datetime(2023, 7, 30, 10, tzinfo=UTC), datetime(2023, 7, 30, 11, tzinfo=UTC))
    event = Event(
        EventId("e"),
        ProviderId("sp"),
        ProgramId("p"),
        "day-ahead",
        span.start,
        (Payload(PayloadType.PRICE, noon, -0.15),),
        currency="EUR",
    )
    timeline = resolve([event], expand(document, span), {})
    assert document.follows_provider
    assert timeline.import_price.at(noon.start) == pytest.approx(-0.13)
    assert timeline.import_price.at(noon.end) == pytest.approx(0.04 + 0.02)


def test_a_tariff_of_its_own_follows_nobody() -> None:
    assert not tariff().follows_provider


def test_a_span_that_begins_between_quarters_is_cut_at_them() -> None:
    start = datetime(2026, 6, 10, 4, 53, tzinfo=UTC)
    rates = expand(tariff(NIGHT), Interval(start, start + timedelta(hours=1))).import_energy
    change = datetime(2026, 6, 10, 5, tzinfo=UTC)
    assert rates.steps == (
        (Interval(start, change), 0.10),
        (Interval(change, start + timedelta(hours=1)), 0.20),
    )


@pytest.mark.parametrize("zone", ["Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns"])
def test_time_zones_off_the_hour_are_cut_right(zone: str) -> None:
    head = HEAD.replace("Europe/Amsterdam", zone)
    document = tariff(NIGHT, head=head)
    span = Interval(datetime(2026, 4, 4, 0, tzinfo=UTC), datetime(2026, 4, 6, 0, tzinfo=UTC))
    rates = expand(document, span).import_energy
    for slot in slots(span.start, span.end, SLOT):
        local = slot.start.astimezone(ZoneInfo(zone))
        assert rates.at(slot.start) == (0.10 if local.hour >= 23 or local.hour < 7 else 0.20)


BROKEN = {
    "no licence": (HEAD.partition("\n")[2] + ENERGY, "SPDX-License-Identifier", "is missing."),
    "bad zone": (
        HEAD.replace("Europe/Amsterdam", "Europe/Amsterdm") + ENERGY,
        "time_zone",
        "'Europe/Amsterdm' is no time zone. Write one such as Europe/Amsterdam.",
    ),
    "zone out of the tree": (
        HEAD.replace("Europe/Amsterdam", "../../etc/passwd") + ENERGY,
        "time_zone",
        "'../../etc/passwd' is no time zone.",
    ),
    "not a price": (
        HEAD + ENERGY.replace("0.20", "nan"),
        "component[energy].price_per_kwh",
        "should be a finite",
    ),
    "odd hours": (
        HEAD + ENERGY + 'zones = [{ price_per_kwh = 1, hours = ["7-23"] }]',
        "component[energy].zones#1.hours#1",
        "'7-23' does not have the right form.",
    ),
    "hours between quarters": (
        HEAD + ENERGY + 'zones = [{ price_per_kwh = 1, hours = ["07:10-23:00"] }]',
        "component[energy].zones#1.hours#1",
        "'07:10-23:00' does not have the right form.",
    ),
    "empty hours": (
        HEAD + ENERGY + 'zones = [{ price_per_kwh = 1, hours = ["07:00-07:00"] }]',
        "component[energy].zones#1.hours#1",
        "'07:00-07:00' is empty. Leave hours out for the whole day.",
    ),
    "a zone of everything": (
        HEAD + ENERGY + "zones = [{ price_per_kwh = 1 }]",
        "component[energy].zones#1",
        "needs days, hours, months or dates.",
    ),
    "odd day": (
        HEAD + ENERGY + 'zones = [{ price_per_kwh = 1, days = ["monday"] }]',
        "component[energy].zones#1.days#1",
        "cannot be 'monday'. Write 'mon', 'tue',",
    ),
    "no energy": (
        HEAD + ENERGY.replace('kind = "energy"', 'kind = "tax"'),
        "",
        'has no component of kind "energy". Add one.',
    ),
    "twice": (HEAD + ENERGY + ENERGY, "", "has two components 'energy'."),
    "provider's tax": (
        HEAD + ENERGY.replace('kind = "energy"', 'kind = "tax"\nbase = "provider"'),
        "component[energy]",
        "base is provider, but a provider's series never replaces tax. Write fixed.",
    ),
    "mistyped": (
        HEAD + ENERGY.replace("price_per_kwh", "price_kwh"),
        "component[energy].price_kwh",
        "is not a key of this document. Did you mean 'price_per_kwh'?",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_tariff_gives_a_sentence_with_file_key_and_remedy(name: str) -> None:
    text, key, words = BROKEN[name]
    with pytest.raises(DocumentError) as refused:
        read_tariff(text.encode(), "acme/tariff.toml")
    expected = f"acme/tariff.toml: {key}: {words}" if key else f"acme/tariff.toml: {words}"
    said = sentences(refused.value)
    assert any(sentence.startswith(expected) for sentence in said), said
