"""A home that reads its prices from a feed: they reach the timeline with the tariff's fees and VAT."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.executor import InlineExecutor
from drrouter.adapters.store import SqliteStore
from drrouter.app import build_router, feeds_of
from drrouter.config import load_home
from drrouter.domain.plan import DataRung
from drrouter.supervise import Supervisor
from tests.builders import NOON, at
from tests.fakes import GreedySolver
from tests.unit.config.homes import CAR, SITE

TARIFF = """# SPDX-License-Identifier: CC0-1.0
schema = "drrouter.tariff/1"
id = "my.tariff"
version = 1
name = "Mine"
currency = "EUR"
time_zone = "Europe/Amsterdam"
vat_percent = 21
component = [
    { id = "market", kind = "energy", base = "provider", price_per_kwh = 0.50 },
    { id = "tax", kind = "tax", price_per_kwh = 0.10 },
]
"""

FEED = """
[[provider]]
id = "market"
kind = "feed"
format = "awattar"
file = "prices.json"
poll_s = 600
"""


def write_prices(file: Path, *prices: float) -> None:
    """Prices of the hours from noon on."""
    first = int(NOON.timestamp() * 1000)
    rows = [
        {
            "start_timestamp": first + 3_600_000 * n,
            "end_timestamp": first + 3_600_000 * (n + 1),
            "marketprice": price,
            "unit": "Eur/MWh",
        }
        for n, price in enumerate(prices)
    ]
    file.write_text(json.dumps({"data": rows}), encoding="utf-8")


async def test_a_feeds_prices_hold_with_fees_and_vat_and_outlive_the_feed(tmp_path: Path) -> None:
    prices, clock = tmp_path / "prices.json", SimulatedClock(NOON)
    (tmp_path / "mine.toml").write_text(TARIFF, encoding="utf-8")
    site = SITE.replace('id = "generic.nl_dynamic"', 'file = "mine.toml"')
    (tmp_path / "home.toml").write_text(f"{site}{FEED}{CAR}", encoding="utf-8")
    write_prices(prices, 100, -50)
    home, executor = load_home(tmp_path / "home.toml", environ=None), InlineExecutor()
    async with SqliteStore(home.store_path, executor, clock) as store:
        feeds = feeds_of(home, clock, executor)
        router = await build_router(home, clock, store, GreedySolver(), feeds)
        async with Supervisor(clock) as supervisor:
            for name, work in router.tasks():
                supervisor.start(name, work)
            await clock.advance_to(at("12:05"))
            paid = router.steering.timeline.import_price
            known = [paid.at(NOON + timedelta(hours=hours, minutes=30)) for hours in range(2)]
            assert known == pytest.approx([0.20 * 1.21, 0.05 * 1.21])
            assert router.data_rung() is DataRung.LIVE

            prices.write_text("<html>Welcome to the hotel</html>", encoding="utf-8")
            await clock.advance_to(at("12:30"))
            assert router.steering.timeline.import_price.at(at("13:30")) == pytest.approx(0.05 * 1.21)
            assert router.data_rung() is DataRung.LAST_PUBLISHED
            assert not [name for name, health in supervisor.health().items() if health.error]
        await router.scribe.drain()
        told = [entry.sentence for entry in await store.journal()]
    assert any("it is a web page, not prices" in sentence for sentence in told), told
