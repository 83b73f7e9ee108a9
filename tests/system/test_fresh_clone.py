"""A fresh clone needs one command to be ready for work, and the same command again costs nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


@pytest.mark.timeout(600)  # downloads and installs everything
def test_a_fresh_clone_is_ready_for_work_after_one_command(tmp_path: Path) -> None:
    clone = tmp_path / "drrouter"
    _run(tmp_path, "git", "clone", "--quiet", str(CHECKOUT), str(clone))

    _run(clone, "make", "venv", f"PYTHON={sys.executable}")
    assert _run(clone, ".venv/bin/python", "-c", "import drrouter; print(drrouter.__file__)").startswith(
        str(clone)
    )

    assert "Nothing to be done" in _run(clone, "make", "venv")


def _run(folder: Path, *command: str) -> str:
    finished = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout
