"""How many steps a second the clock server makes with three processes on loopback."""

import asyncio
import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from drrouter.adapters.clock import SharedClock
from drrouter.sim.clock_server import ClockServer

START = datetime(2023, 7, 29, tzinfo=UTC)
STEPS = 5000

TICKING = """
import asyncio, sys
from datetime import timedelta
from drrouter.adapters.clock import open_clock

async def main(url, name, period_s):
    async with open_clock(url, name) as clock:
        while True:
            await clock.sleep_until(clock.now() + timedelta(seconds=period_s))

asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3])))
"""


async def _steps_per_second() -> float:
    periods = {"home": 1.0, "router": 1.7, "vtn": 5.3}
    async with ClockServer(START, wait_for=(*periods, "bench")) as server:
        processes = [
            await asyncio.create_subprocess_exec(sys.executable, "-c", TICKING, server.url, name, str(period))
            for name, period in periods.items()
        ]
        async with SharedClock.connect(server.url, "bench") as clock:
            await clock.sleep_until(START + timedelta(seconds=10))
            began, steps = time.monotonic(), server.steps
            while server.steps - steps < STEPS:
                await clock.sleep_until(clock.now() + timedelta(seconds=60))
            rate = (server.steps - steps) / (time.monotonic() - began)
    for process in processes:
        await process.wait()
    return rate


def test_three_processes_make_1500_steps_a_second() -> None:
    rate = asyncio.run(_steps_per_second())
    if folder := os.environ.get("BENCH_DIR"):
        Path(folder, "clock.json").write_text(json.dumps({"steps_per_second": round(rate)}) + "\n")
    assert rate >= 1500
