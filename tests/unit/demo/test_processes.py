"""The demo's child processes: ready in words or ended in words, and none is left behind."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from drrouter.errors import DaemonUnreachableError
from drrouter.sim.demo import processes
from drrouter.sim.demo.processes import Processes

READY = 'import sys, threading; print("hello"); print(\'{"url": "x"}\', flush=True); '
STAYS = READY + "threading.Event().wait()"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + STAYS
LEAVES = READY + 'sys.stdin.read(); print("2026 ERROR it broke", file=sys.stderr); sys.exit(3)'
CHATTERS = READY + 'print("x" * 1_000_000, flush=True); print("ERROR all", file=sys.stderr)'


def children(folder: Path) -> Processes:
    return Processes(folder, (sys.executable, "-c"))


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def test_a_child_says_where_it_listens_and_ends_with_the_context(tmp_path: Path) -> None:
    async with children(tmp_path) as started:
        assert await started.start("one", STAYS + "#") == {"url": "x"}
        assert await started.start("two", STAYS) == {"url": "x"}
        pids = [child.process.pid for child in started._children]
        assert all(alive(pid) for pid in pids)
    assert not any(alive(pid) for pid in pids)


async def test_a_child_that_does_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "END_WITHIN_S", 0.05)
    async with children(tmp_path) as started:
        await started.start("stubborn", STUBBORN)
        pid = started._children[0].process.pid
    assert not alive(pid)


async def test_a_child_that_ends_before_it_is_ready_leaves_its_last_words(tmp_path: Path) -> None:
    async with children(tmp_path) as started:
        with pytest.raises(
            DaemonUnreachableError, match=r"vtn ended by itself \(exit code 1\).\n.*\n?.*no port"
        ):
            await started.start("vtn", 'raise SystemExit("no port")')


async def test_a_child_that_is_never_ready_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "READY_WITHIN_S", 0.05)
    async with children(tmp_path) as started:
        with pytest.raises(DaemonUnreachableError, match=r"slow was not ready within 0\.05 s"):
            await started.start("slow", "import threading; threading.Event().wait()")


async def test_a_child_that_ends_by_itself_is_noticed_with_its_last_words(tmp_path: Path) -> None:
    async with children(tmp_path) as started:
        await started.start("stays", STAYS)
        await started.start("leaves", LEAVES)
        said = await started.first_end()
        assert said == "leaves ended by itself (exit code 3).\n  2026 ERROR it broke"
        assert started.errors_logged("leaves", "stays") == 1
        assert started.errors_logged("stays") == 0


async def test_a_child_that_prints_much_does_not_wait_for_us(tmp_path: Path) -> None:
    async with children(tmp_path) as started:
        await started.start("chatters", CHATTERS)
        assert "exit code 0" in await started.first_end()


async def test_ctrl_c_in_the_terminal_reaches_the_demo_alone(tmp_path: Path) -> None:
    async with children(tmp_path) as started:
        await started.start("one", STAYS)
        assert os.getsid(started._children[0].process.pid) != os.getsid(0)


async def test_waiting_for_an_end_can_be_given_up(tmp_path: Path) -> None:
    async with children(tmp_path) as started:
        await started.start("one", STAYS)
        waiting = asyncio.create_task(started.first_end())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
