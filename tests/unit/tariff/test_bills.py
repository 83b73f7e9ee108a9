"""The bills of a real home under every shipped tariff, over the weeks in which clocks change, to the cent."""

import csv
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drrouter.domain.interval import Interval
from drrouter.domain.rates import Rates
from drrouter.resources import data_dir
from drrouter.tariff import Published, monthly_bills, read_tariff
from tests.bench.brute_bill import MINUTE, cost_by_month

DATA = Path(__file__).parent / "data" / "fontana_home_01_dst_weeks.csv"
SHIPPED = sorted(
    file for file in Path(str(data_dir("tariffs"))).glob("*/*.toml") if file.parent.name != "offline"
)
HOUR = timedelta(hours=1)
LATER = timedelta(weeks=417)
"""Tariffs that name single days of 2025 are asked about a later year, on the same days of the week."""


def hours_of(file: Path, later: timedelta = timedelta(0)) -> list[tuple[Interval, float]]:
    """The net Wh of each hour; stamps are Pacific standard time."""
    with file.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    made = []
    for row in rows:
        start = (
            datetime.fromisoformat(row["start_local_standard_time"]).replace(tzinfo=UTC) + 8 * HOUR + later
        )
        made.append((Interval(start, start + HOUR), (float(row["load_kwh"]) - float(row["pv_kwh"])) * 1000))
    return made


def minutes_of(hours: Sequence[tuple[Interval, float]]) -> list[tuple[datetime, float]]:
    """The same minute by minute."""
    return [(hour.start + n * MINUTE, wh / 60_000) for hour, wh in hours for n in range(60)]


def wavy(hours: Sequence[tuple[Interval, float]]) -> tuple[Published, Callable[[datetime], float | None]]:
    """A price for every hour but each 50th, some below zero; and the same for the plain computation."""
    prices = {hour.start: ((n * 37) % 41 - 6) / 100 for n, (hour, _) in enumerate(hours) if n % 50}
    rates = Rates(tuple((Interval(start, start + HOUR), price) for start, price in sorted(prices.items())))
    return Published(rates, rates), lambda at: prices.get(at.replace(minute=0))


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: f"{file.parent.name}.{file.stem}")
def test_a_real_homes_bill_is_what_adding_up_minutes_gives(file: Path) -> None:
    hours = hours_of(DATA, LATER if "dates" in file.read_text(encoding="utf-8") else timedelta(0))
    published, at = wavy(hours)
    tariff = read_tariff(file.read_bytes(), file.name)
    bills = monthly_bills(tariff, hours, published)
    plain = cost_by_month(file.read_bytes(), minutes_of(hours), at)
    months = [f"{bill.interval.start.astimezone(tariff.zone):%Y-%m}" for bill in bills]
    assert months == sorted(plain)
    for month, bill in zip(months, bills, strict=True):
        assert bill.money == pytest.approx(plain[month], abs=0.004), (month, bill.lines)


EVERYTHING = b"""# SPDX-License-Identifier: CC0-1.0
schema = "drrouter.tariff/1"
id = "test.everything"
version = 1
name = "Every term at once"
currency = "EUR"
time_zone = "Europe/Amsterdam"
vat_percent = 21
holidays = [2016-11-01]
component = [
    { id = "energy", kind = "energy", base = "provider", price_per_kwh = 0.2, vat_percent = 9 },
    { id = "fed_in", kind = "feed_in", base = "provider", price_per_kwh = 0.05 },
]
standing = [
    { id = "meter", price = 0.2, per = "day" },
    { id = "credit", price = -30, per = "month", months = [10], vat_percent = 0 },
]
[[peak]]
id = "evening"
price_per_kw = 4
averaging_min = 30
when = [{ hours = ["16:00-21:00"], days = ["weekday"] }]
[[peak]]
id = "night"
price_per_kw = 2
steps = [{ above_kw = 0, price = 3 }, { above_kw = 1, price = 9 }]
highest = 3
one_a_day = true
when = [{ hours = ["23:00-05:00"] }]
[[peak]]
id = "rolling"
price_per_kw = 3
mean_of_months = 2
minimum_kw = 1.5
[[peak]]
id = "winter"
price_per_kw = 1
months = [11, 12, 1]
[[tier]]
id = "daily"
per = "day"
blocks = [{ above_kwh = 0, price_per_kwh = 0.05 }, { above_kwh = 8, price_per_kwh = 0.11 }]
[[tier]]
id = "yearly"
per = "year"
kind = "tax"
blocks = [{ above_kwh = 0, price_per_kwh = 0.1 }, { above_kwh = 100, price_per_kwh = -0.02 }]
[[capacity]]
id = "subscribed"
contracted_kw = 1.2
price_per_kw_year = 50
excess_price_per_kwh = 0.9
[[capacity]]
id = "daytime"
contracted_kw = 0.8
excess_price_per_kwh = 0.3
averaging_min = 15
when = [{ days = ["weekend", "holiday"], hours = ["08:00-20:00"] }]
"""


def test_every_kind_of_term_is_charged_as_adding_up_minutes_charges_it() -> None:
    hours = hours_of(DATA)
    published, at = wavy(hours)
    tariff = read_tariff(EVERYTHING, "everything.toml")
    plain = cost_by_month(EVERYTHING, minutes_of(hours), at)
    for bill in monthly_bills(tariff, hours, published):
        month = f"{bill.interval.start.astimezone(tariff.zone):%Y-%m}"
        assert bill.money == pytest.approx(plain[month], abs=0.004), (month, bill.lines)
        assert bill.unpublished_kwh > 0
