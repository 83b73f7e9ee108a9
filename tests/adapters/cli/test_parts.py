"""The verbs that run a part, as processes: a ready line, the note for the next commands, a quick end."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from drrouter.adapters.profile import Profile, read_profile
from drrouter.cli import main
from tests.adapters.cli.conftest import Run

ROOT = Path(__file__).parents[3]
PROGRAM = (sys.executable, "-m", "drrouter")

HOME = """schema = "drrouter.home/1"
[site]
name = "Test home"
time_zone = "Europe/Amsterdam"
[tariff]
id = "generic.nl_dynamic"
[api]
port = 0
[kasa]
broadcast = "127.255.255.255"
"""

VTN = """port = 0
[[client]]
id = "operator"
role = "bl"
secret = "in clear, for the file is private"
"""


@contextmanager
def started(tmp_path: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """A process of the program and its ready line; it is ended, and must end well."""
    environment = {
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'ui'}",
    }
    with subprocess.Popen(
        [*PROGRAM, *arguments], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.terminate()
        began = time.monotonic()
        assert process.wait(timeout=20) == 0
        assert time.monotonic() - began < 10


def test_run_serves_a_home_and_leaves_a_note_while_it_runs(tmp_path: Path) -> None:
    (tmp_path / "home.toml").write_text(HOME)
    note = tmp_path / "config" / "drrouter" / "profile.toml"
    with started(tmp_path, "run", "home.toml", "--quiet") as (_, ready):
        assert read_profile(note) == Profile(ready["url"], token_file=tmp_path / "owner-token")
        environment = {
            "XDG_CONFIG_HOME": str(tmp_path / "config"),
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'ui'}",
        }
        shown = subprocess.run(
            [*PROGRAM, "status", "--json"], env=environment, capture_output=True, text=True, check=False
        )
        assert shown.returncode == 0, shown.stderr
        assert json.loads(shown.stdout)["site"] == "Test home"
    assert not note.exists()


def test_vtn_serves_its_clients(tmp_path: Path) -> None:
    file = tmp_path / "vtn.toml"
    file.write_text(VTN)
    file.chmod(0o600)
    with started(tmp_path, "vtn", "vtn.toml", "--host", "127.0.0.1", "--port", "0") as (_, ready):
        assert ready["url"].startswith("http://127.0.0.1:")
        assert ready["ready"] is True


def test_a_secret_is_hashed_for_the_file_of_the_vtn() -> None:
    command = [*PROGRAM, "vtn", "--hash-secret"]
    made = subprocess.run(command, input="open sesame\n", capture_output=True, text=True, check=False)
    assert made.stdout.startswith("scrypt$")
    assert "sesame" not in made.stdout
    empty = subprocess.run(command, input="\n", capture_output=True, text=True, check=False)
    assert (empty.returncode, empty.stderr) == (2, "The secret is empty. Type it, or send it by a pipe.\n")


async def test_check_names_what_a_document_is_and_every_fault(run: Run) -> None:
    good, bad = str(ROOT / "packaging" / "example-home.toml"), str(ROOT / "pyproject.toml")
    said = await run("check", good)
    assert (said.code, said.err) == (0, "")
    assert "example-home.toml: Home 'Our home' has 5 devices" in said.out
    said = await run("check", good, bad, "nothing.toml")
    assert said.code == 1
    assert "pyproject.toml" in said.err
    assert "nothing.toml" in said.err
    said = await run("check", "--json", good, bad)
    assert said.code == 1
    assert [result["ok"] for result in json.loads(said.out)] == [True, False]


async def test_parts_that_cannot_start_say_why_in_a_sentence(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drrouter.cli.part_verbs._log_to_stderr", lambda quiet: None)  # pytest has its own
    for verb in ("run", "vtn", "sim-home"):
        said = await run(verb, str(tmp_path / "nothing.toml"))
        assert (said.code, said.out) == (1, "")
        assert "nothing.toml" in said.err
        assert "Traceback" not in said.err


def test_the_demo_gets_its_options(monkeypatch: pytest.MonkeyPatch) -> None:
    from drrouter.sim.demo import run as demo

    asked: list[demo.DemoOptions] = []

    def play(options: demo.DemoOptions) -> int:
        asked.append(options)
        return 7

    monkeypatch.setattr(demo, "run_demo", play)
    assert main(["demo", "--one-day", "--json", "--speed", "600", "--keep", "--port", "8099"]) == 7
    assert asked == [demo.DemoOptions(one_day=True, speed=600.0, json=True, keep=True, api_port=8099)]


def test_the_simulated_home_listens(tmp_path: Path) -> None:
    text = (ROOT / "drrouter/sim/demo/data/simulated_home.toml").read_text(encoding="utf-8")
    text = text.replace("$base_load_w", str([100.0] * 24))
    (tmp_path / "simulated.toml").write_text(text)
    with started(tmp_path, "sim-home", "simulated.toml", "--quiet") as (process, ready):
        assert ready["control"].startswith("http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
