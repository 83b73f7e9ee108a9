"""The demo from outside: somebody watches it in a terminal and ends it, one way or another."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CHILDREN = 3


class Watched:
    """A demo in a terminal of its own."""

    def __init__(self, process: "subprocess.Popen[bytes]", terminal: int) -> None:
        self.process, self._terminal = process, terminal
        self.shown = ""

    def wait_for(self, words: str) -> None:
        """Read on until the words are shown."""
        while words not in self.shown and self._read():
            pass
        assert words in self.shown

    def end(self) -> str:
        """Everything that is shown until it ends."""
        while self._read():
            pass
        return self.shown

    def _read(self) -> bool:
        try:
            data = os.read(self._terminal, 65536)
        except OSError:  # how a terminal says that nobody writes any more
            return False
        self.shown += data.decode()
        return bool(data)

    @property
    def folder(self) -> Path:
        line = next(line for line in self.shown.splitlines() if line.startswith("  files"))
        return Path(line.split()[1])

    def children(self) -> dict[int, int]:
        """A handle on each child process, by its id: those whose command names the demo's folder."""
        found = {}
        for process in Path("/proc").iterdir():
            if process.name.isdecimal() and str(self.folder).encode() in _command(process):
                found[int(process.name)] = os.pidfd_open(int(process.name))
        return found


def _command(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


def wait_until_ended(handles: dict[int, int]) -> None:
    for handle in handles.values():
        assert select.select([handle], [], [], 30)[0], "a child process was left behind"
        os.close(handle)


@contextmanager
def demo(tmp_path: Path, *options: str) -> Iterator[Watched]:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "drrouter", "demo", *options],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=os.environ | {"XDG_CONFIG_HOME": str(tmp_path), "TMPDIR": str(tmp_path)},
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Watched(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_end_the_demo_leaves_no_process_no_trace_and_no_file(
    tmp_path: Path, how: signal.Signals
) -> None:
    with demo(tmp_path) as watched:
        watched.wait_for("Freezer is here")
        assert "60 times real speed" in watched.shown
        children = watched.children()
        assert len(children) >= CHILDREN
        watched.process.send_signal(how)
        assert "Traceback" not in watched.end()
        assert watched.process.wait() == 130
        wait_until_ended(children)
        assert not watched.folder.exists()


@pytest.mark.timeout(180)
def test_ended_while_it_starts_the_demo_leaves_nothing_either(tmp_path: Path) -> None:
    with demo(tmp_path) as watched:
        while not list(tmp_path.glob("drrouter-demo-*/vtn.toml")):
            assert watched.process.poll() is None
        watched.process.send_signal(signal.SIGINT)
        assert "Traceback" not in watched.end()
        assert watched.process.wait() == 130
        assert list(tmp_path.glob("drrouter-demo-*")) == []


@pytest.mark.timeout(180)
def test_when_the_demo_is_killed_its_children_end_by_themselves(tmp_path: Path) -> None:
    with demo(tmp_path) as watched:
        watched.wait_for("Freezer is here")
        children = watched.children()
        assert len(children) >= CHILDREN
        watched.process.kill()
        wait_until_ended(children)


@pytest.mark.timeout(180)
def test_when_a_part_dies_the_demo_says_which_and_ends_the_others(tmp_path: Path) -> None:
    with demo(tmp_path) as watched:
        watched.wait_for("Freezer is here")
        children = watched.children()
        home = next(pid for pid in children if b"sim-home" in _command(Path("/proc") / str(pid)))
        os.kill(home, signal.SIGKILL)
        shown = watched.end()
        assert "home ended by itself (exit code -9)" in shown
        assert "Files and logs are kept in" in shown
        assert "Traceback" not in shown
        assert watched.process.wait() == 1
        wait_until_ended(children)


@pytest.mark.timeout(600)  # a simulated day in about a minute, several on a busy machine
def test_after_the_day_the_router_still_answers_until_somebody_ends_the_demo(tmp_path: Path) -> None:
    with demo(tmp_path, "--speed", "1000000") as watched:
        watched.wait_for("The day is over")
        assert "3 of 3 orders obeyed" in watched.shown
        status = subprocess.run(
            [sys.executable, "-m", "drrouter", "status", "--json"],
            env=os.environ | {"XDG_CONFIG_HOME": str(tmp_path)},
            check=False,
            capture_output=True,
            text=True,
        )
        assert json.loads(status.stdout)["site"] == "Demo home", status.stderr
        watched.process.send_signal(signal.SIGINT)
        assert "Traceback" not in watched.end()
        assert watched.process.wait() == 0
