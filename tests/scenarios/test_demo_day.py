"""The demo's whole day: the true router, real bytes, real prices; judged by the simulated home's own meters.

Requirements: E1 (one command runs the router with a simulated home), R4 (the true program, deterministic),
A5 to A8, A9 (offline mode), A12 (the last word), B1, B2, B7 (orders obeyed), P1 to P3.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

KEYS = {
    "cost",
    "baseline_cost",
    "currency",
    "import_kwh",
    "baseline_import_kwh",
    "peak_import_w",
    "limit_breaches",
    "safety_breaches",
    "deadline_misses",
    "comfort_misses",
    "events_total",
    "events_obeyed",
    "offline_minutes",
    "peak_window_wh",
    "errors_logged",
    "rungs",
}


@pytest.mark.timeout(600)  # a simulated day in about a minute, several on a busy machine
def test_a_whole_day_is_cheaper_and_every_order_deadline_and_bound_is_kept(tmp_path: Path) -> None:
    demo = subprocess.run(
        [sys.executable, "-m", "drrouter", "demo", "--one-day", "--json"],
        env=os.environ | {"XDG_CONFIG_HOME": str(tmp_path)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert demo.returncode == 0, demo.stderr
    ledger = json.loads(demo.stdout)
    assert ledger.keys() >= KEYS
    assert ledger["finished"]
    assert ledger["cost"] < ledger["baseline_cost"]
    assert ledger["saving"] > 1.0
    assert ledger["same_service"]
    assert ledger["currency"] == "EUR"
    assert ledger["peak_import_w"] < 5750
    assert ledger["baseline_limit_breaches"] == 1
    broken = ("limit_breaches", "safety_breaches", "deadline_misses", "comfort_misses", "errors_logged")
    assert {key: ledger[key] for key in broken} == dict.fromkeys(broken, 0)
    assert ledger["events_obeyed"] == ledger["events_total"] == 3
    assert 200 < ledger["offline_minutes"] <= 232  # the line is dead from 8:10 to 12:00
    assert ledger["peak_window_wh"] == 0
    assert ledger["rungs"]["optimal"] > 50
