"""CPU seconds, and where the planner's measurements are written."""

import json
import math
import os
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path
from time import process_time
from typing import Any


def cpu_s(work: Callable[[], object], rounds: int = 1) -> float:
    """The median CPU seconds of a few rounds."""
    spent = []
    for _ in range(rounds):
        before = process_time()
        work()
        spent.append(process_time() - before)
    return statistics.median(spent)


def growth(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """The exponent of the power of the size that the seconds grow with, by least squares of logarithms."""
    across, up = [math.log(size) for size in sizes], [math.log(second) for second in seconds]
    return statistics.linear_regression(across, up).slope


def write(name: str, found: Any, file: str = "planner.json") -> None:
    """Put a measurement into the file beside those that stand there."""
    folder = Path(os.environ.get("BENCH_DIR", "build/bench"))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / file
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    path.write_text(json.dumps({**before, name: found}, indent=2) + "\n", encoding="utf-8")
    print(name, json.dumps(found))
