"""Two thousand random homes, absurd ones included: always a plan, in its budget, that keeps every rule.

HOMES=2000 .venv/bin/python -m pytest tests/bench/test_random_homes.py --timeout=0 -s
"""

import json
import os
import pickle
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings

from drrouter.domain.limit import Limit
from drrouter.planner import Margin, Problem, greedy, plan, verify
from drrouter.planner.repair import held, repair
from tests.properties.random_homes import homes, limits

BUDGET_S = 10.0
"""What the router gives the solver before it takes the greedy plan."""

MANY = settings(
    max_examples=int(os.environ.get("HOMES", "2000")),
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def report() -> Iterator[dict[str, Any]]:
    found: dict[str, Any] = {}
    yield found
    folder = Path(os.environ.get("BENCH_DIR", "build/bench"))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "random_homes.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def test_every_home_has_a_plan_in_its_budget_that_keeps_every_rule(report: dict[str, Any]) -> None:
    rungs: Counter[str] = Counter()
    spent: list[float] = []

    @MANY
    @given(homes(), limits([]))
    def law(problem: Problem, event: Limit) -> None:
        note(repr(problem))
        before = process_time()
        made = plan(problem)
        spent.append(process_time() - before)
        rungs[made.solve_rung] += 1
        assert spent[-1] < BUDGET_S
        assert verify(made, problem) == ()
        assert verify(greedy(problem), problem) == ()
        assert plan(pickle.loads(pickle.dumps(problem))) == made
        fixed = {cycle for cycle in made.cycles if cycle.fixed}
        struck = replace(problem, limits=(*problem.limits, event), previous=made)
        for mended in (repair(struck), held(struck), plan(replace(struck, margin=Margin()))):
            assert mended is not None
            assert verify(mended, struck) == ()
            assert {cycle for cycle in mended.cycles if cycle.fixed} == fixed

    law()
    spent.sort()
    report["homes"] = len(spent)
    report["rungs"] = dict(rungs)
    report["cpu_s"] = {"median": spent[len(spent) // 2], "p99": spent[-len(spent) // 100], "worst": spent[-1]}
    print(json.dumps(report))
