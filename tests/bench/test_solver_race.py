"""Branch and bound by HiGHS and by SCIP on the very same rows; writes solver_race.json, skips without SCIP.

CPU seconds of one thread, hand-over included; each asked for the same gap. What dives settle before either
of them is left out, for that needs no branch and bound.

pip install pyscipopt
BENCH_SEEDS=5 BENCH_DIR=build/bench .venv/bin/python -m pytest tests/bench/test_solver_race.py -s
"""

import os
import statistics
from importlib import import_module
from time import process_time
from typing import Any

import pytest

from drrouter.planner import Problem
from drrouter.planner.highs import INFINITE, HighsModel, Numbers
from drrouter.planner.model import build
from drrouter.planner.solve import base_cost
from drrouter.planner.tasks import tasks_of
from tests.bench.measuring import write
from tests.bench.peer_homes import peer_home, problem_of
from tests.bench.test_planner_sizes import home_of

SEEDS = int(os.environ.get("BENCH_SEEDS", "5"))
GAP = 0.001
NEARLY = 1e-3
"""In the plan's currency: bounds may be crossed by this, the arithmetic of two solvers."""


def _scip() -> Any:
    try:
        return import_module("pyscipopt")
    except ImportError:
        pytest.skip("SCIP is missing; install it with: .venv/bin/pip install pyscipopt")


def by_scip(scip: Any, numbers: Numbers, nodes: int, gap: float, gap_abs: float) -> tuple[float, float]:
    """Objective and bound."""
    model, whole = scip.Model(), set(numbers.integers)
    model.hideOutput()
    for name, value in (("nodes", nodes), ("gap", gap), ("absgap", gap_abs)):
        model.setParam(f"limits/{name}", value)
    columns = zip(numbers.cost, numbers.lower, numbers.upper, strict=True)
    variables = [
        model.addVar(
            vtype="I" if column in whole else "C",
            lb=None if low <= -INFINITE else low,
            ub=None if high >= INFINITE else high,
            obj=cost,
        )
        for column, (cost, low, high) in enumerate(columns)
    ]
    ends = [*numbers.start[1:], len(numbers.index)]
    for row, (first, end) in enumerate(zip(numbers.start, ends, strict=True)):
        terms = zip(numbers.index[first:end], numbers.value[first:end], strict=True)
        total = scip.quicksum(value * variables[column] for column, value in terms)
        low, high = numbers.row_lower[row], numbers.row_upper[row]
        model.addCons(total == low if low == high else total <= high if low <= -INFINITE else total >= low)
    model.optimize()
    return model.getObjVal() + numbers.offset, model.getDualbound() + numbers.offset


def raced(scip: Any, home: Problem) -> dict[str, float]:
    """One home: the seconds of both."""
    tasks = tasks_of(home)
    numbers, effort = build(home, tasks).door.numbers, home.effort
    gap_abs = max(1e-4, effort.gap * base_cost(tasks))
    begin = process_time()
    ours = HighsModel(numbers).search(effort.nodes, effort.gap, gap_abs, {})
    between = process_time()
    objective, bound = by_scip(scip, numbers, effort.nodes, effort.gap, gap_abs)
    done = process_time()
    assert ours.bound is not None
    assert bound - NEARLY <= ours.objective
    assert ours.bound - NEARLY <= objective
    return {"highs_s": between - begin, "scip_s": done - between}


@pytest.mark.timeout(0)
def test_scip_and_highs_search_the_same_rows() -> None:
    scip = _scip()
    homes = {
        "8 devices, 24 h": [home_of(8, seed) for seed in range(SEEDS)],
        "peer home, 15 min": [problem_of(peer_home(seed, 15), GAP) for seed in range(SEEDS)],
        "peer home, 5 min": [problem_of(peer_home(seed, 5), GAP) for seed in range(SEEDS)],
    }
    for name, asked in homes.items():
        runs = [raced(scip, home) for home in asked]
        found: dict[str, Any] = {
            key: round(statistics.median(run[key] for run in runs), 4) for key in ("highs_s", "scip_s")
        }
        found["scip_to_highs"] = round(statistics.median(run["scip_s"] / run["highs_s"] for run in runs), 2)
        write(name, found, "solver_race.json")
