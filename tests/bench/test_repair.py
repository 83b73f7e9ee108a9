"""What a safe plan after an event costs: CPU and money of a repair beside a full solve; repair.json.

BENCH_DIR=build/bench .venv/bin/python -m pytest tests/bench/test_repair.py -s
"""

import json
import os
import statistics
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit
from drrouter.domain.plan import Plan
from drrouter.planner import Problem, plan, verify
from drrouter.planner.repair import held, repair
from tests.bench.seeded_homes import seeded_home

HOUR = timedelta(hours=1)
SEEDS = range(10)
MOST_WORK, MOST_COST = 0.25, 0.05
"""The most that the medians may be, of our own whole plan's work and cost; ``test_planner_sizes`` measures
the same beside highspy's full solve."""


@pytest.fixture(scope="module")
def report() -> Iterator[dict[str, Any]]:
    found: dict[str, Any] = {}
    yield found
    folder = Path(os.environ.get("BENCH_DIR", "build/bench"))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "repair.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def struck(home: Problem) -> Problem:
    """The home when an event bites: two hours at 30 % of the highest import of the next eight hours."""
    before = plan(home)
    near = [index for index, slot in enumerate(home.slots) if slot.start < home.now + 8 * HOUR]
    worst = max(near, key=lambda index: before.grid_w[index])
    begin = max(home.now, home.slots[worst].start - HOUR / 2)
    event = Limit(Interval(begin, begin + 2 * HOUR), 0.3 * before.grid_w[worst])
    return replace(home, limits=(*home.limits, event), previous=before, trigger="an event")


def dearer(made: Plan, best: Plan) -> float:
    """By which share of what the best plan costs, misses at their prices, another one is dearer."""
    assert made.objective is not None
    assert best.objective is not None
    return (made.objective - best.objective) / max(abs(best.cost.money) + best.cost.penalties, 0.1)


@pytest.mark.parametrize("size", [3, 8])
def test_a_safe_plan_after_an_event_is_a_fraction_of_the_work_at_nearly_the_cost(
    report: dict[str, Any], size: int
) -> None:
    rows = []
    for seed in SEEDS:
        home = struck(seeded_home(size, seed))
        times = [process_time()]
        plans = []
        for make in (plan, repair, held):
            plans.append(make(home))
            times.append(process_time())
        full, mended, by_hand = plans
        assert full is not None
        assert mended is not None
        assert by_hand is not None
        assert verify(mended, home) == verify(by_hand, home) == ()
        spent = [after - before for before, after in pairwise(times)]
        rows.append(
            {
                "full_s": round(spent[0], 4),
                "repair_s": round(spent[1], 4),
                "held_s": round(spent[2], 4),
                "work": round(spent[1] / spent[0], 4),
                "dearer": round(dearer(mended, full), 4),
                "held_dearer": round(dearer(by_hand, full), 4),
            }
        )
    medians = {name: round(statistics.median(row[name] for row in rows), 4) for name in rows[0]}
    report[f"{size} devices"] = {"median": medians, "homes": rows}
    print(size, json.dumps(medians))
    assert medians["dearer"] <= MOST_COST
    if size >= 8:
        assert medians["work"] <= MOST_WORK
