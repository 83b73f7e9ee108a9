"""A thousand devices that report every second: how old what the router knows of them is, CPU and memory (R2).

    plugs -> broker | one process        router, home of 1,000 devices | this one

* on its way: from the instant at which a plug measured to the one at which the router has it;
* age: how long ago the newest of a device was sent, over all devices, looked at every second and at the worst
  moment of it, right before the next message comes: a message a second cannot be younger than that.

BENCH_DIR=build/bench .venv/bin/python -m pytest --timeout=0 tests/bench/test_thousand_devices.py -s (SECONDS: 600)
"""

import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from drrouter.app import App, Options, running
from drrouter.config import load_home
from drrouter.domain.device import Presence
from drrouter.domain.ids import DeviceId
from drrouter.domain.measurement import Quantity, Reading
from drrouter.router.core import Router
from tests.bench.measuring import write
from tests.bench.thousand_plugs import EPOCH

COUNT = int(os.environ.get("DEVICES", "1000"))
SECONDS = int(os.environ.get("SECONDS", "600"))
WARM_UP_S = 30
PROGRAM = Path(__file__).with_name("thousand_plugs.py")

HOME = """schema = "drrouter.home/1"
[site]
name = "A thousand plugs"
time_zone = "UTC"
[tariff]
id = "generic.nl_day_night"
[api]
port = 0
[mqtt]
host = "127.0.0.1"
port = {port}
every_s = 5
"""

DEVICE = """
[[device]]
id = "plug{number}"
name = "Plug {number}"
model = "generic.plug"
integration = "mqtt"
match = {{ alias = "plug{number}" }}
"""


def write_home(folder: Path, port: int) -> Path:
    path = folder / "home.toml"
    devices = "".join(DEVICE.format(number=number) for number in range(COUNT))
    path.write_text(HOME.format(port=port) + devices, encoding="utf-8")
    return path


@asynccontextmanager
async def plugs() -> AsyncIterator[int]:
    """The broker's port, with the plugs speaking behind it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(PROGRAM), str(COUNT), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        ready = json.loads(await process.stdout.readline())
        yield int(ready["port"])
    finally:
        process.terminate()
        await process.wait()


class Watched:
    """What the router takes in, and how long it was on its way."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.on_its_way_s: list[float] = []
        self.sent_at: dict[DeviceId, float] = {}
        take_in = Router.readings

        def readings(router: Router, device_id: DeviceId, batch: Sequence[Reading]) -> None:
            take_in(router, device_id, batch)
            for reading in batch:
                if reading.quantity is Quantity.ENERGY_WH:
                    self.sent_at[device_id] = EPOCH + reading.value / 1000
                    self.on_its_way_s.append(time.time() - self.sent_at[device_id])

        monkeypatch.setattr(Router, "readings", readings)

    def ages_s(self) -> list[float]:
        """How old the newest of every device is now."""
        now = time.time()
        return [now - sent_at for sent_at in self.sent_at.values()]


def rss_mb() -> float:
    """The memory of this process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def p99(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=100)[98]


async def look(watched: Watched, seconds: int) -> tuple[list[float], list[float]]:
    """Ages every second, and the memory every ten."""
    ages: list[float] = []
    memory: list[float] = []
    for second in range(seconds):
        await asyncio.sleep(1)
        ages += watched.ages_s()
        if second % 10 == 0:
            memory.append(rss_mb())
    return ages, memory


async def all_there(app: App) -> float:
    """Seconds until every device is present."""
    began = time.monotonic()
    seats = app.router.registry.seats.values()
    while any(seat.state.presence is not Presence.PRESENT for seat in seats):
        assert time.monotonic() - began < 120
        await asyncio.sleep(0.2)
    return time.monotonic() - began


async def test_a_thousand_devices_at_one_hertz(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(monkeypatch)
    async with plugs() as port, running(load_home(write_home(tmp_path, port)), Options()) as app:
        found_s = await all_there(app)
        await asyncio.sleep(WARM_UP_S)
        watched.on_its_way_s.clear()
        cpu_s, began, at = time.process_time(), time.monotonic(), datetime.now(UTC)
        ages, memory = await look(watched, SECONDS)
        seconds = time.monotonic() - began
        found: dict[str, Any] = {
            "devices": COUNT,
            "seconds": round(seconds),
            "readings_per_s": round(len(watched.on_its_way_s) / seconds, 1),
            "found_s": round(found_s, 1),
            "on_its_way_p50_ms": round(1000 * statistics.median(watched.on_its_way_s), 1),
            "on_its_way_p99_ms": round(1000 * p99(watched.on_its_way_s), 1),
            "on_its_way_max_ms": round(1000 * max(watched.on_its_way_s), 1),
            "age_p50_s": round(statistics.median(ages), 2),
            "age_p99_s": round(p99(ages), 2),
            "cpu_share": round((time.process_time() - cpu_s) / seconds, 3),
            "memory_mb": [round(memory[0], 1), round(statistics.median(memory), 1), round(memory[-1], 1)],
            "since": at.isoformat(timespec="seconds"),
        }
    write("thousand_devices", found, file="thousand_devices.json")
    assert p99(watched.on_its_way_s) <= 1.0
    assert len(watched.on_its_way_s) >= 0.98 * COUNT * seconds
    assert memory[-1] <= 1.03 * memory[len(memory) // 4] + 2
