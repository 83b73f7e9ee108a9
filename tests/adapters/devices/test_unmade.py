"""An integration that cannot be made says why at each search, and whoever uses the router reads it."""

from pathlib import Path

import pytest

from drrouter.adapters.devices.unmade import Unmade
from drrouter.app import integrations_of
from drrouter.config import load_home
from drrouter.domain.ids import DeviceId
from drrouter.errors import DeviceError
from drrouter.ports import Found, Surroundings

HOME = """schema = "drrouter.home/1"
[site]
name = "Ours"
time_zone = "Europe/Amsterdam"
[tariff]
id = "generic.nl_dynamic"
"""


async def test_a_missing_library_is_told_at_each_search(
    tmp_path: Path, surroundings: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home.toml"
    home.write_text(HOME, encoding="utf-8")

    def missing(*_: object) -> None:
        raise DeviceError("Kasa devices need the package kasa, which is not installed")

    monkeypatch.setattr("drrouter.app.home_side.build", missing)
    kasa = integrations_of(load_home(home), surroundings)["kasa"]
    assert isinstance(kasa, Unmade)
    assert kasa.domain == "kasa"
    with pytest.raises(DeviceError, match="which is not installed"):
        await kasa.discover()
    with pytest.raises(DeviceError, match="which is not installed"):
        kasa.setup(DeviceId("plug"), Found("kasa", "10.0.0.5:9999"))
