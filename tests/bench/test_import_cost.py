"""What an integration costs a home that does not use it, and one that does, in imports.

    unused   nothing
    used     its room and its settings; its library comes with the first device or session

BENCH_DIR=build/bench .venv/bin/python -m pytest --timeout=0 tests/bench/test_import_cost.py -s
"""

import statistics
import subprocess
import sys

import pytest

from drrouter.adapters.devices.table import TRANSPORTS
from tests.bench.measuring import write

ROUNDS = 5
ROOM = "drrouter.adapters.devices."


def self_us(statement: str) -> dict[str, float]:
    """Microseconds of each module that the statement imports, without what that imports; medians."""
    rounds: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        done = subprocess.run(
            [sys.executable, "-X", "importtime", "-c", statement], capture_output=True, text=True, check=True
        )
        for line in done.stderr.splitlines():
            if line.startswith("import time:") and "self [us]" not in line:
                spent, _, name = line.removeprefix("import time:").split("|")
                rounds.setdefault(name.strip(), []).append(float(spent))
    return {name: statistics.median(spent) for name, spent in rounds.items()}


@pytest.mark.parametrize("domain", sorted(TRANSPORTS))
def test_an_unused_integration_costs_nothing(domain: str) -> None:
    unused = self_us("import drrouter.adapters.devices.table")
    used = self_us(f"import drrouter.adapters.devices.table, {ROOM}{domain}.integration")
    own = {name: spent for name, spent in unused.items() if name.startswith(f"{ROOM}{domain}")}
    assert own == {}
    found = {
        "unused_ms": round(sum(own.values()) / 1000, 2),
        "used_ms": round((sum(used.values()) - sum(unused.values())) / 1000, 2),
    }
    write(domain, found, file="import_cost.json")
