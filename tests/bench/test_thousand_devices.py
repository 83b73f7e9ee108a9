"""A thousand devices that report every second: how old what the router knows of them is, CPU and memory (R2).

    plugs --> mosquitto --> router with a home of 1,000 devices, in this process

* on its way: from the instant at which a plug measured to the one at which the router has it;
* age: how long ago the newest of a device was sent, over all devices, looked at every second and at the worst
  moment of it, right before the next message comes: a message a second cannot be younger than that.

SECONDS is how long, 600 where nothing is said:

BENCH_DIR=build/bench .venv/bin/python -m pytest --timeout=0 tests/bench/test_thousand_devices.py -s
"""

import asyncio
import json
import os
import shutil
import statistics
import sys
from array import array
from bisect import bisect_left
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path
from time import monotonic, process_time
from typing import Any

import pytest

from drrouter.app import App, Options, running
from drrouter.config import load_home
from drrouter.domain.device import Presence
from drrouter.domain.ids import DeviceId
from drrouter.domain.measurement import Quantity, Reading
from drrouter.router.core import Router
from drrouter.sim.home_process import free_port
from tests.bench.measuring import write
from tests.bench.thousand_plugs import CLOCK, EPOCH

COUNT = int(os.environ.get("DEVICES", "1000"))
SECONDS = int(os.environ.get("SECONDS", "600"))
WARM_UP_S = 30
LONGEST_MS = 60_000
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
async def mosquitto(folder: Path) -> AsyncIterator[int]:
    """A broker of Debian's on a free port."""
    if not shutil.which("mosquitto"):
        pytest.skip("mosquitto is missing; install it with: apt-get install mosquitto")
    port, conf = free_port(), folder / "mosquitto.conf"
    conf.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n", "utf-8")
    async with process("mosquitto", "-c", str(conf)) as broker:
        assert broker.stderr is not None
        while b"running" not in await broker.stderr.readline():
            pass
        draining = asyncio.create_task(_drain(broker.stderr))
        try:
            yield port
        finally:
            draining.cancel()


async def _drain(stream: asyncio.StreamReader) -> None:
    """Read on, so that the program never waits for a full pipe."""
    while await stream.read(65536):
        pass


@asynccontextmanager
async def plugs(port: int) -> AsyncIterator[None]:
    """The plugs, once all have announced themselves."""
    async with process(sys.executable, str(PROGRAM), str(COUNT), str(port)) as speaking:
        assert speaking.stdout is not None
        assert json.loads(await speaking.stdout.readline()) == {"announced": COUNT}
        yield


@asynccontextmanager
async def process(*command: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A program that ends with the context."""
    pipe = asyncio.subprocess.PIPE
    started = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)
    try:
        yield started
    finally:
        started.terminate()
        await started.wait()


class Spread:
    """How often each length of time was met, by the millisecond; it takes the same memory all the time."""

    def __init__(self) -> None:
        self.counts = array("L", bytes(array("L").itemsize * (LONGEST_MS + 1)))
        self.total = 0

    def add(self, seconds: float) -> None:
        self.counts[min(max(round(1000 * seconds), 0), LONGEST_MS)] += 1
        self.total += 1

    def ms(self, share: float) -> int:
        """The length that this share of them does not exceed."""
        return bisect_left(list(accumulate(self.counts)), share * self.total)


class Watched:
    """What the router takes in, and how long it was on its way."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.on_its_way = Spread()
        self.sent_at: dict[DeviceId, datetime] = {}
        take_in = Router.readings

        def readings(router: Router, device_id: DeviceId, batch: Sequence[Reading]) -> None:
            take_in(router, device_id, batch)
            for reading in batch:
                if reading.quantity is Quantity.ENERGY_WH:
                    self.sent_at[device_id] = EPOCH + timedelta(milliseconds=reading.value)
                    self.on_its_way.add((CLOCK.now() - self.sent_at[device_id]).total_seconds())

        monkeypatch.setattr(Router, "readings", readings)

    def look(self, ages: Spread) -> None:
        """How old the newest of every device is now."""
        now = CLOCK.now()
        for sent_at in self.sent_at.values():
            ages.add((now - sent_at).total_seconds())


def rss_mb() -> float:
    """The memory of this process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def look(watched: Watched, seconds: int) -> tuple[Spread, list[float]]:
    """Ages every second, and the memory every ten."""
    ages, memory = Spread(), list[float]()
    for second in range(seconds):
        await CLOCK.sleep_until(CLOCK.now() + timedelta(seconds=1))
        watched.look(ages)
        if second % 10 == 0:
            memory.append(rss_mb())
    return ages, memory


async def all_there(app: App) -> float:
    """Seconds until every device is present."""
    began = monotonic()
    seats = app.router.registry.seats.values()
    while any(seat.state.presence is not Presence.PRESENT for seat in seats):
        assert monotonic() - began < 120
        await CLOCK.sleep_until(CLOCK.now() + timedelta(seconds=0.2))
    return monotonic() - began


async def test_a_thousand_devices_at_one_hertz(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(monkeypatch)
    async with (
        mosquitto(tmp_path) as port,
        plugs(port),
        running(load_home(write_home(tmp_path, port)), Options()) as app,
    ):
        found_s = await all_there(app)
        await CLOCK.sleep_until(CLOCK.now() + timedelta(seconds=WARM_UP_S))
        way = watched.on_its_way = Spread()
        cpu_s, began, at = process_time(), monotonic(), CLOCK.now()
        ages, memory = await look(watched, SECONDS)
        seconds = monotonic() - began
        found: dict[str, Any] = {
            "devices": COUNT,
            "seconds": round(seconds),
            "readings_per_s": round(way.total / seconds, 1),
            "found_s": round(found_s, 1),
            "on_its_way_p50_ms": way.ms(0.5),
            "on_its_way_p99_ms": way.ms(0.99),
            "on_its_way_max_ms": way.ms(1.0),
            "age_p50_ms": ages.ms(0.5),
            "age_p99_ms": ages.ms(0.99),
            "cpu_share": round((process_time() - cpu_s) / seconds, 3),
            "memory_mb": [round(memory[0], 1), round(statistics.median(memory), 1), round(memory[-1], 1)],
            "since": at.isoformat(timespec="seconds"),
        }
    write("thousand_devices", found, file="thousand_devices.json")
    assert way.ms(0.99) <= 1000
    assert way.total >= 0.98 * COUNT * seconds
    assert memory[-1] <= 1.03 * memory[len(memory) // 4] + 2
