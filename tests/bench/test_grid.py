"""What a varied grid saves: CPU and cost of a plan on even quarter hours and on slots that grow; grid.json.

BENCH_DIR=build/bench .venv/bin/python -m pytest tests/bench/test_grid.py -s
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from drrouter.domain.interval import SLOT, Interval
from drrouter.domain.rates import Rates
from drrouter.planner import Problem, grid_slots, per_slot, plan, varied_slots, verify
from drrouter.planner.grid import FINE_STEPS, turns
from tests.bench.test_planner import cpu, eight_devices
from tests.unit.planner.homes import NOW, demo_home, summer_price

HOUR = timedelta(hours=1)
HOMES = {"5 devices": demo_home(limits=()), "8 devices": replace(eight_devices(), limits=())}


@pytest.fixture(scope="module")
def report() -> Iterator[dict[str, Any]]:
    found: dict[str, Any] = {}
    yield found
    folder = Path(os.environ.get("BENCH_DIR", "build/bench"))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "grid.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def prices(noise: float) -> Rates:
    """Summer prices by the hour, each quarter off by up to ``noise``."""
    dice = Random(3)
    quarters = [Interval(NOW + number * SLOT, NOW + (number + 1) * SLOT) for number in range(4 * 50)]
    return Rates(tuple((one, summer_price(one.start) + dice.uniform(-noise, noise)) for one in quarters))


def on(home: Problem, slots: tuple[Interval, ...], rates: Rates) -> Problem:
    """The home on these slots."""
    buy = per_slot(rates, slots, 0.3)
    sell = tuple(price - 0.02 for price in buy)
    return replace(home, slots=slots, import_price=buy, export_price=sell, base_load_w=(300.0,) * len(slots))


Grid = Callable[[datetime, timedelta, Rates], tuple[Interval, ...]]
GRIDS: dict[str, Grid] = {
    "even": lambda now, horizon, rates: grid_slots(now, horizon),
    "growing": lambda now, horizon, rates: varied_slots(now, horizon),
    "growing, from 5 minutes": lambda now, horizon, rates: varied_slots(now, horizon, steps=FINE_STEPS),
    "growing, cut where prices turn": lambda now, horizon, rates: varied_slots(
        now, horizon, turns(rates, 0.006)
    ),
}


@pytest.mark.parametrize("hours", [24, 48])
@pytest.mark.parametrize("home", HOMES)
@pytest.mark.parametrize("noise", [0.0, 0.03])
def test_growing_slots_cost_less_work_and_where_prices_turn_no_more_money(
    report: dict[str, Any], home: str, hours: int, noise: float
) -> None:
    rates, found = prices(noise), dict[str, Any]()
    for name, grid in GRIDS.items():
        asked = on(HOMES[home], grid(NOW, hours * HOUR, rates), rates)
        made = plan(asked)
        assert verify(made, asked) == ()
        spent = cpu(lambda asked=asked: plan(asked), 3)["median_s"]  # type: ignore[misc] # bound at once
        found[name] = {"slots": len(asked.slots), "cpu_s": spent, "objective": made.objective}
    report[f"{home}, {hours} h, prices by the {'quarter' if noise else 'hour'}"] = found
    print(home, hours, noise, json.dumps(found))
    even, cut = found["even"], found["growing, cut where prices turn"]
    assert cut["objective"] <= even["objective"] + 0.02
    if not noise:
        assert cut["cpu_s"] < even["cpu_s"]
