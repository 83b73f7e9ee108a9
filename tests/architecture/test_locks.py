"""The locks pin what `pyproject.toml` asks for, by hash, and development runs on what the home runs on."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)( ; [^\\]*)? \\$", re.MULTILINE)
HASHED_PIN = re.compile(PIN.pattern + r"\n    --hash=sha256:[0-9a-f]{64}", re.MULTILINE)
PYTHONS = ["py311", "py312", "py313"]


@pytest.mark.parametrize("python", PYTHONS)
def test_the_development_lock_pins_what_the_run_lock_pins(python: str) -> None:
    assert _pins("run", python).items() <= _pins("dev", python).items()


@pytest.mark.parametrize("python", PYTHONS)
def test_every_dependency_is_locked(python: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert _names(project["dependencies"]) <= _pins("run", python).keys()
    wanted = _names([one for extra in project["optional-dependencies"].values() for one in extra])
    assert wanted - {project["name"]} <= _pins("dev", python).keys()


@pytest.mark.parametrize("lock", sorted((ROOT / "locks").glob("*.txt")), ids=lambda lock: lock.stem)
def test_every_pin_has_a_hash(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert len(HASHED_PIN.findall(text)) == len(PIN.findall(text)) == text.count("==") > 0


def _pins(purpose: str, python: str) -> dict[str, str]:
    text = (ROOT / "locks" / f"{purpose}-{python}.txt").read_text(encoding="utf-8")
    return {pin["name"]: pin["version"] for pin in PIN.finditer(text)}


def _names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9-]", requirement)[0].lower() for requirement in requirements}
