"""The demo as the command line starts it: what it decides by itself, and how it fails."""

import sys
import tempfile
from functools import partial
from pathlib import Path

import pytest

from drrouter.sim.demo import run
from drrouter.sim.demo.playing import FAILED
from drrouter.sim.demo.processes import Processes
from drrouter.sim.demo.run import DemoOptions, run_demo


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Temporary files of the demo go here."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def with_program(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Every child process runs this instead of drrouter."""
    monkeypatch.setattr(run, "Processes", partial(Processes, program=(sys.executable, "-c", code)))


@pytest.mark.parametrize(
    ("options", "terminal", "ends"),
    [
        (DemoOptions(), True, False),
        (DemoOptions(), False, True),
        (DemoOptions(one_day=True), True, True),
        (DemoOptions(json=True), True, True),
    ],
)
def test_it_stays_only_where_somebody_watches(
    options: DemoOptions, terminal: bool, ends: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    assert options.ends_by_itself is ends


def test_a_part_that_does_not_start_is_named_and_its_log_is_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with_program(monkeypatch, 'raise SystemExit("the port is taken")')
    assert run_demo(DemoOptions(json=True)) == FAILED
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("vtn ended by itself (exit code 1).\n  the port is taken\n")
    (kept,) = folder.glob("drrouter-demo-*")
    assert f"Files and logs are kept in {kept}" in said.err
    assert "the port is taken" in (kept / "vtn.log").read_text(encoding="utf-8")


def test_a_vtn_that_does_not_answer_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], unused_tcp_port: int
) -> None:
    ready = f'{{"url": "http://127.0.0.1:{unused_tcp_port}"}}'
    with_program(monkeypatch, f"import threading; print('{ready}', flush=True); threading.Event().wait()")
    assert run_demo(DemoOptions(one_day=True)) == FAILED
    assert "The VTN does not answer POST /auth/token" in capsys.readouterr().err
