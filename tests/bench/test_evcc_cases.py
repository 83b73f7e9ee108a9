"""The planning cases of a peer: our plan and its answer through one replay; evcc_cases.json.

BENCH_DIR=build/bench .venv/bin/python -m pytest tests/bench/test_evcc_cases.py -s
"""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from drrouter.planner import plan, verify
from tests.bench.evcc_cases import CASES, Case, cases, flows_of, flows_of_peer, problem_of, replay

SECONDS = 2.0
MONEY = 1e-4
"""EUR: what the rounding of the peer's answers is worth."""

WH = 1.0
"""Wh: the same for its energies."""

needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason=f"the peer's cases are not at {CASES}")


@pytest.fixture(scope="module")
def report() -> Iterator[dict[str, Any]]:
    found: dict[str, Any] = {}
    yield found
    folder = Path(os.environ.get("BENCH_DIR", "build/bench"))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "evcc_cases.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


@needs_cases
@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_our_plan_is_worth_at_least_the_peers_and_misses_no_more(case: Case, report: dict[str, Any]) -> None:
    problem = problem_of(case)
    begun = time.process_time()
    made = plan(problem)
    cpu = time.process_time() - begun
    ours, theirs = replay(case, flows_of(case, made)), replay(case, flows_of_peer(case))
    report[case.name] = {
        "cpu_s": round(cpu, 3),
        "rung": made.solve_rung,
        "ours": asdict(ours),
        "peer": asdict(theirs),
    }
    print(f"{case.name}: {cpu:.2f} s, {ours} against {theirs}")
    assert verify(made, problem) == ()
    assert ours.over_wh <= theirs.over_wh + WH
    assert ours.short_wh <= theirs.short_wh + WH
    assert ours.outside_wh_h <= theirs.outside_wh_h + WH
    assert ours.money <= theirs.money + MONEY
    assert cpu < SECONDS


@needs_cases
def test_all_cases_are_there() -> None:
    assert len(cases()) == 11
