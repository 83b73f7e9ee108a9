"""How fast options are answered over the true API with a hundred devices while the solver hangs (A4).

BENCH_DIR=build/bench .venv/bin/python -m pytest tests/bench/test_options_latency.py -s
"""

import json
import os
import statistics
from functools import partial
from pathlib import Path
from time import perf_counter

from drrouter.adapters.client import DrClient
from drrouter.adapters.solver_child import SolverChild
from drrouter.app import Options, running
from drrouter.config import load_home
from drrouter.domain.ids import DeviceId
from drrouter.router.facade import OptionsRequest
from drrouter.sim.home_process import free_port
from tests.adapters.runtime.planner_targets import hang
from tests.home_files import write_home

MODELS = ("washer", "dishwasher", "freezer", "hvac_relay") * 25
ROUNDS = 500
LIMIT_S = 0.1


async def test_options_for_one_of_a_hundred_devices_take_a_tenth_of_a_second(tmp_path: Path) -> None:
    home = load_home(write_home(tmp_path, free_port(), MODELS, budget_s=300.0))
    solver = Options(solver=partial(SolverChild, target=hang))
    took = []
    async with running(home, solver) as app, DrClient(app.url, app.owner_token) as client:
        for _ in range(ROUNDS):
            begin = perf_counter()
            assert await client.options(DeviceId("washer_1"), OptionsRequest())
            took.append(perf_counter() - begin)
    _tell(took)
    assert statistics.quantiles(took, n=100)[98] <= LIMIT_S


def _tell(took: list[float]) -> None:
    cuts = statistics.quantiles(took, n=100)
    result = {
        "devices": len(MODELS),
        "asked": len(took),
        "solver": "hangs",
        "p50_ms": round(1000 * cuts[49], 1),
        "p99_ms": round(1000 * cuts[98], 1),
    }
    print(json.dumps(result))
    if folder := os.environ.get("BENCH_DIR"):
        (Path(folder) / "options_latency.json").write_text(json.dumps(result) + "\n", encoding="utf-8")
