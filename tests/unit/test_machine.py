"""What the doctor is told of the machine: what can be told, and nothing that cannot."""

from dataclasses import replace
from pathlib import Path

import pytest

from drrouter.app.machine import machine_of
from drrouter.config import Exposure, HomeConfig, load_home
from tests.home_files import write_home


@pytest.fixture
def home(tmp_path: Path) -> HomeConfig:
    return load_home(write_home(tmp_path, 8099, ("freezer",)))


def test_the_facts_of_the_machine_are_told(home: HomeConfig) -> None:
    home.store_path.parent.mkdir(parents=True, exist_ok=True)
    home.store_path.write_bytes(b"123")
    home.store_path.chmod(0o644)
    machine = machine_of(replace(home, exposures=(Exposure("api", "0.0.0.0", "the tablet"),)))
    assert machine.store_bytes == 3
    assert machine.free_bytes
    assert home.store_path.name in machine.open_files
    assert machine.exposures == ("api listens on 0.0.0.0: the tablet",)
    assert machine.solver.startswith("HiGHS")
    home.store_path.chmod(0o600)
    assert home.store_path.name not in machine_of(home).open_files


def test_what_cannot_be_told_is_left_out(home: HomeConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drrouter.app.machine._SOLVER", "no such distribution")
    machine = machine_of(replace(home, store_path=Path("/no/such/folder/store")))
    assert (machine.free_bytes, machine.store_bytes, machine.solver) == (None, None, "")
