"""Ten thousand events in a month of faults: timeline and outbox end as without any fault (R3, R5, B7, A1).

What is compared, and which differences are honest, stands in ``tests.uplink.verdict``. Some twenty minutes.

BENCH_DIR=build/bench .venv/bin/python -m pytest tests/bench/test_uplink_faults.py -s --timeout=0
"""

import asyncio
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tests.bench.measuring import write
from tests.uplink.agenda import AFTERWARDS, agenda_of, month_of, versions_of
from tests.uplink.month import play
from tests.uplink.verdict import compare

EVENTS, DAYS, SEED = 10_000, 30, 2026


async def test_a_month_of_faults_leaves_timeline_and_outbox_as_without_faults(tmp_path: Path) -> None:
    month = month_of(DAYS)
    versions = versions_of(agenda_of(EVENTS, month, SEED), month.end + AFTERWARDS)
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        calm, rough = await asyncio.gather(
            loop.run_in_executor(pool, play, EVENTS, DAYS, SEED, tmp_path / "calm", False),
            loop.run_in_executor(pool, play, EVENTS, DAYS, SEED, tmp_path / "rough", True),
        )
    verdict = compare(calm, rough, versions)
    found = {
        "events": EVENTS,
        "versions": len(versions),
        "days": DAYS,
        "noons_compared": len(calm.timelines),
        "events_compared": sum(map(len, calm.events)),
        "messages": len(calm.reports),
        "messages_with_faults": len(rough.reports),
        "excused": verdict.excused,
        "versions_that_could_not_be_read": verdict.excusable,
        "faults": dict(sorted(rough.struck.items())),
        "cpu_s": [round(calm.cpu_s), round(rough.cpu_s)],
    }
    write("month", found, "uplink_faults.json")
    assert verdict.faults == {}
    assert len(calm.reports) > EVENTS
