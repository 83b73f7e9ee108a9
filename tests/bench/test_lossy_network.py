"""A thousand orders through a network with 200 ms delay each way and 5 % loss, under TLS (R3: at most 10 s).

BENCH_DIR=build/bench .venv/bin/python -m pytest tests/bench/test_lossy_network.py -s --timeout=0
"""

import json
import os
from pathlib import Path

from tests.pushing import push

HOMES, TRIALS, SEED = 16, 1008, 7
LIMIT_S = 10.0


async def test_a_thousand_orders_reach_their_device_within_ten_seconds_over_a_bad_network(
    tmp_path: Path,
) -> None:
    outcome = await push(tmp_path, HOMES, TRIALS, SEED)
    result = {"delay_ms_each_way": 200, "loss_percent": 5, "homes": HOMES, **outcome.as_json()}
    print(json.dumps(result))
    if folder := os.environ.get("BENCH_DIR"):
        (Path(folder) / "lossy_network.json").write_text(json.dumps(result) + "\n", encoding="utf-8")
    assert len(outcome.samples) >= 1000
    assert 0.04 <= outcome.lost / outcome.segments <= 0.06
    assert max(outcome.samples) <= LIMIT_S
