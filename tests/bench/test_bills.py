"""The monthly bills of a real home's year under each shipped tariff equal a plain computation, to the cent.

    DRROUTER_DATA=../shared/data python -m pytest tests/bench/test_bills.py

The home's year is measured (``tests/unit/tariff/data/README.md`` says where it comes from); prices of
providers are the Dutch day-ahead prices of 2023 with their missing hour. Both lie in the folder that
DRROUTER_DATA names.
"""

import csv
import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from drrouter.domain.interval import Interval
from drrouter.domain.rates import Rates
from drrouter.tariff import Published, monthly_bills, read_tariff
from tests.bench.brute_bill import cost_by_month
from tests.unit.tariff.test_bills import HOUR, LATER, SHIPPED, hours_of, minutes_of

FOLDER = Path(os.environ.get("DRROUTER_DATA", Path(__file__).parents[3] / "shared" / "data"))
HOME = FOLDER / "households" / "fontana_home_01_load_pv_60min.csv"
PRICES = FOLDER / "prices" / "day_ahead_nl_2023_60min.csv"
CENT = 0.005


def day_ahead(start: datetime) -> dict[datetime, float]:
    """The Dutch prices per kWh, moved so that they begin with the home's year; its gap stays one."""
    with PRICES.open(encoding="utf-8") as lines:
        rows = [
            (datetime.fromisoformat(row["start_utc"]), float(row["price_eur_per_mwh"]) / 1000)
            for row in csv.DictReader(lines)
        ]
    return {start + (at - rows[0][0]): price for at, price in rows}


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: f"{file.parent.name}.{file.stem}")
def test_each_month_of_a_real_homes_year_costs_what_adding_up_minutes_gives(file: Path) -> None:
    if missing := [str(path) for path in (HOME, PRICES) if not path.is_file()]:
        pytest.skip(f"needs {' and '.join(missing)}")
    data = file.read_bytes()
    hours = hours_of(HOME, LATER if b"dates" in data else timedelta(0))
    prices = day_ahead(hours[0][0].start)
    rates = Rates(tuple((Interval(at, at + HOUR), price) for at, price in sorted(prices.items())))
    tariff = read_tariff(data, file.name)
    bills = monthly_bills(tariff, hours, Published(rates, rates))
    plain = cost_by_month(data, minutes_of(hours), lambda at: prices.get(at.replace(minute=0)))
    assert len(bills) == len(plain) >= 12
    for bill in bills:
        month = f"{bill.interval.start.astimezone(tariff.zone):%Y-%m}"
        assert abs(bill.money - plain[month]) < CENT, (month, bill.money, plain[month])
