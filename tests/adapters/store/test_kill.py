"""A kill at any instant loses nothing acknowledged and doubles nothing (A1)."""

import random
import subprocess
import sys
from pathlib import Path

from drrouter.ports import Collection
from tests.adapters.store.builders import SP, store_at

ROUNDS = 6
ROOT = Path(__file__).parents[3]


async def test_a_kill_loses_nothing_acknowledged_and_doubles_nothing(tmp_path: Path) -> None:
    chance = random.Random(20260601)
    path = tmp_path / "store.db"
    acknowledged: list[str] = []
    for _ in range(ROUNDS):
        acknowledged += _commit_until_killed(path, chance.randint(1, 60))
        async with store_at(path) as store:
            events = set(await store.load(Collection.EVENTS))
            sent = [item.id for item in await store.outbox(SP, most=100_000)]
            told = [entry.sentence for entry in await store.journal(most=100_000)][::-1]
        assert set(acknowledged) <= events
        assert sent == told == sorted(events)
        acknowledged = sorted(events)  # what was committed and not yet printed counts from now on


def _commit_until_killed(path: Path, after: int) -> list[str]:
    """Kill it somewhere inside the commit that follows the given number of acknowledgements."""
    command = [sys.executable, "-m", "tests.adapters.store.committer", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout
        printed = [process.stdout.readline().strip() for _ in range(after)]
        process.kill()
        printed += process.stdout.read().split()
    return [name for name in printed if len(name) == 6]
