"""R4, R5, R7: how fast a month passes in simulation, and whether many seeds with all faults break any rule.

BENCH_DIR=build/bench .venv/bin/python -m pytest --timeout=0 tests/bench/test_simulate.py -s
"""

import json
import os
import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from drrouter.config import HomeConfig, load_home
from drrouter.sim.simulate.faults import chosen
from drrouter.sim.simulate.prices import prices_for
from drrouter.sim.simulate.report import draw_up
from drrouter.sim.simulate.simulation import Plot, play, span_of

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "packaging" / "example-home.toml"
FULL_HOUSE = ROOT / "tests" / "scenarios" / "full_house.toml"
MONTH_S = 120.0
SEEDS, SEED_DAYS = 20, 3


def plot(home: HomeConfig, day: date, days: int, seed: int, faults: str) -> Plot:
    prices = prices_for(span_of(home, day, days), None, seed, home.zone)
    return Plot(home, day, days, seed, prices, chosen(faults), timedelta(hours=1))


def keep(name: str, figures: dict[str, object]) -> None:
    """Write the figures where a bench is told to, and show them."""
    print(name, json.dumps(figures))
    if folder := os.environ.get("BENCH_DIR"):
        Path(folder, f"{name}.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def test_a_month_with_hourly_plans_takes_two_minutes_of_one_core_at_most() -> None:
    home = load_home(EXAMPLE, environ=None)
    began, processor = time.monotonic(), time.process_time()
    ledger = draw_up(play(plot(home, date(2026, 6, 1), 30, 1, "none")))
    taken_s = time.process_time() - processor
    figures = {"days": 30, "cpu_s": round(taken_s, 1), "wall_s": round(time.monotonic() - began, 1)}
    keep("simulate_month", {**figures, "plans": ledger.plans, "saving": ledger.saving, "cost": ledger.cost})
    assert ledger.findings == []
    assert taken_s <= MONTH_S


@pytest.mark.parametrize("season", [date(2026, 1, 10), date(2026, 7, 10)], ids=["winter", "summer"])
def test_many_seeds_with_all_faults_break_no_rule(season: date) -> None:
    home = load_home(FULL_HOUSE, environ=None)
    broken: dict[str, list[str]] = {}
    struck: dict[str, int] = {}
    restarts = receipts = 0
    for seed in range(1, SEEDS + 1):
        ledger = draw_up(play(plot(home, season, SEED_DAYS, seed, "all")))
        restarts, receipts = restarts + ledger.restarts, receipts + ledger.receipts
        struck = {
            name: struck.get(name, 0) + ledger.faults.get(name, 0) for name in {*struck, *ledger.faults}
        }
        if ledger.findings:
            broken[ledger.replay] = ledger.findings
    figures = {"seeds": SEEDS, "days": SEED_DAYS, "restarts": restarts, "receipts": receipts}
    keep(f"simulate_seeds_{season:%b}".lower(), {**figures, "faults": dict(sorted(struck.items()))})
    assert broken == {}
