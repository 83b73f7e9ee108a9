"""Two hundred kills of the true router in a burst of events: nothing receipted is lost or doubled (R5, A1).

BENCH_DIR=build/bench .venv/bin/python -m pytest tests/bench/test_kills.py -s --timeout=0
"""

import json
import os
from pathlib import Path

from tests.killing import kill_often

KILLS, SEED = 200, 2026


async def test_two_hundred_kills_lose_nothing_that_was_receipted_and_double_nothing(tmp_path: Path) -> None:
    tally = await kill_often(tmp_path, KILLS, SEED)
    print(json.dumps(tally.as_json()))
    print(f"lost/doubled = {len(tally.lost)}/{len(tally.doubled)}")
    if folder := os.environ.get("BENCH_DIR"):
        (Path(folder) / "kills.json").write_text(json.dumps(tally.as_json()) + "\n", encoding="utf-8")
    assert (tally.lost, tally.doubled, tally.orphans) == (set(), set(), 0)
    assert tally.kills == KILLS
    assert tally.receipts >= KILLS
