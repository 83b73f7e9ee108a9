"""How fast a pushed load-shed moves a hundred relays and is receipted, while the solver hangs (R3, B1, B7).

An operator's order at the VTN -> notice by webhook, or by MQTT over mosquitto -> the relay has moved, and ->
the VTN has the relay's receipt. Polling is far too slow to help. Twenty orders to a hundred relays give two
thousand samples of each.

BENCH_DIR=build/bench .venv/bin/python -m pytest tests/bench/test_shed_by_push.py -s
"""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from drrouter.sim.home_process import free_port
from tests.bench.measuring import write
from tests.bench.relays import MQTT, PLUGS, ROUNDS, WEBHOOK, Street, figures, p999, street

LIMIT_S = 2.0


@pytest.mark.timeout(600)
async def test_a_shed_by_webhook_moves_the_relays_and_is_receipted_within_two_seconds(
    tmp_path: Path,
) -> None:
    async with street(tmp_path, WEBHOOK) as bench:
        moved, receipts = await measured(bench, "webhook")
    assert p999(moved) <= LIMIT_S
    assert max(receipts) <= LIMIT_S


@pytest.mark.timeout(600)
async def test_a_shed_by_mqtt_moves_the_relays_and_is_receipted_within_two_seconds(tmp_path: Path) -> None:
    if not shutil.which("mosquitto"):
        pytest.skip("mosquitto is not installed")
    async with mosquitto(tmp_path) as broker, street(tmp_path, MQTT, broker) as bench:
        moved, receipts = await measured(bench, "mqtt")
    assert p999(moved) <= LIMIT_S
    assert max(receipts) <= LIMIT_S


async def measured(bench: Street, way: str) -> tuple[list[float], list[float]]:
    """Shed again and again; seconds to every relay and to every receipt."""
    moved, receipts = list[float](), list[float]()
    await bench.shed(0)  # connections are made
    for number in range(1, ROUNDS + 1):
        some_moved, some_receipts = await bench.shed(number)
        moved += some_moved
        receipts += some_receipts
    found = {"plugs": PLUGS, "rounds": ROUNDS, "solver": "hangs"}
    found |= {"moved": figures(moved), "receipts": figures(receipts)}
    write(way, found, "shed_by_push.json")
    return moved, receipts


@asynccontextmanager
async def mosquitto(folder: Path) -> AsyncIterator[str]:
    """A broker for the VTN's notices, on this machine."""
    port = free_port()
    file = folder / "mosquitto.conf"
    file.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nuser root\n", encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        "mosquitto", "-v", "-c", file, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    while b"running" not in (line := await process.stderr.readline()):
        assert line, "mosquitto did not start"
    drain = asyncio.create_task(process.stderr.read())
    try:
        yield f"mqtt://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()
        await drain
