"""How long a hundred plugs take to be switched and read back at once (R1), fakes in the same process.

BENCH_DIR=build/bench .venv/bin/python -m pytest tests/bench/test_kasa_switching.py -s
"""

import asyncio
import json
import os
import statistics
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from drrouter.adapters.clock import SystemClock
from drrouter.adapters.devices.kasa.integration import KasaIntegration
from drrouter.adapters.devices.kasa.settings import KasaSettings
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, OutcomeKind
from drrouter.ports import Device, Found
from drrouter.sim.home_process import free_port
from drrouter.sim.wire.kasa import FakePlug, mac_of
from tests.adapters.kasa.kettle import Kettle

PLUGS, ROUNDS = 100, 10
LIMIT_S = 0.3


async def test_a_hundred_plugs_are_switched_and_read_back_within_300_ms() -> None:
    clock, port = SystemClock(), free_port()
    integration = KasaIntegration(KasaSettings(port=port), clock)
    async with AsyncExitStack() as stack:
        devices = []
        for number in range(1, PLUGS + 1):
            address = f"127.78.0.{number}"
            load = Kettle(clock.now, 2000.0)
            await stack.enter_async_context(FakePlug(address, "Kettle", load, now=clock.now, port=port))
            found = Found("kasa", f"{address}:{port}", {"mac": mac_of(address)})
            devices.append(integration.setup(DeviceId(address), found))
        rounds = [await _switch_all(devices, clock, number) for number in range(ROUNDS)]
    _tell([took for took, _ in rounds], [one for _, each in rounds for one in each])
    assert statistics.median(took for took, _ in rounds) < LIMIT_S


async def _switch_all(devices: list[Device], clock: SystemClock, number: int) -> tuple[float, list[float]]:
    """Seconds for all together, and for each."""

    async def switch(device: Device) -> float:
        order = Instruction(
            f"{number}", device.id, float(number % 2 == 0), "bench", clock.now() + timedelta(minutes=1)
        )
        begin = perf_counter()
        outcome = await device.apply(order)
        assert outcome.kind is OutcomeKind.DONE, outcome.sentence
        return perf_counter() - begin

    begin = perf_counter()
    each = await asyncio.gather(*map(switch, devices))
    return perf_counter() - begin, list(each)


def _tell(rounds_s: list[float], each_s: list[float]) -> None:
    result = {
        "plugs": PLUGS,
        "all_ms_median": round(1000 * statistics.median(rounds_s), 1),
        "all_ms_worst": round(1000 * max(rounds_s), 1),
        "one_ms_p99": round(1000 * statistics.quantiles(each_s, n=100)[98], 1),
    }
    print(json.dumps(result))
    if folder := os.environ.get("BENCH_DIR"):
        (Path(folder) / "kasa_switching.json").write_text(json.dumps(result) + "\n", encoding="utf-8")
