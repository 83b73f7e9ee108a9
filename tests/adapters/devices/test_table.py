"""An integration that the home does not use costs nothing: none of its rooms and libraries is loaded."""

import subprocess
import sys
from pathlib import Path

import pytest

from drrouter.adapters.devices.settings import IntegrationSettings
from drrouter.adapters.devices.table import TRANSPORTS, Transport, build, missing, settings_of
from drrouter.errors import DeviceError
from drrouter.ports import Surroundings

LIBRARIES = (
    *("aiomqtt", "aioshelly", "bellows", "dsmr_parser", "kasa", "ocpp", "paho", "pymodbus", "s2python"),
    *("serial", "xknx", "zeroconf", "zigpy", "zigpy_znp"),
)

LOADED_BY_AN_EMPTY_HOME = """
import sys
from pathlib import Path
import drrouter.app
from drrouter.config import load_home
load_home(Path(sys.argv[1]))
print(*sorted(name for name in sys.modules if name.startswith("drrouter.adapters.devices.")))
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""

EMPTY_HOME = """schema = "drrouter.home/1"
[site]
name = "Nobody's"
time_zone = "Europe/Amsterdam"
[tariff]
id = "generic.nl_dynamic"
"""


def test_no_library_and_no_room_of_an_unused_integration_is_loaded(tmp_path: Path) -> None:
    home = tmp_path / "home.toml"
    home.write_text(EMPTY_HOME, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", LOADED_BY_AN_EMPTY_HOME, str(home)], capture_output=True, text=True, check=True
    )
    rooms, packages = (line.split() for line in done.stdout.splitlines())
    assert set(packages) & set(LIBRARIES) == set()
    assert {room.split(".")[3] for room in rooms} & TRANSPORTS.keys() <= {"kasa"}


@pytest.mark.parametrize("domain", sorted(TRANSPORTS))
def test_every_integration_has_a_form_of_its_table(domain: str) -> None:
    assert issubclass(settings_of(domain), IntegrationSettings)


def test_a_missing_library_is_a_sentence_that_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, surroundings: Surroundings
) -> None:
    monkeypatch.setitem(sys.modules, "drrouter.adapters.devices.kasa.integration", None)
    with pytest.raises(DeviceError, match="Kasa devices need the package"):
        build("kasa", IntegrationSettings(), surroundings)
    odd = Transport("Odd", "OddSettings", "odd")
    assert missing(odd, ImportError(name="oddlib.client")) == (
        "Odd devices need the package oddlib, which is not installed; "
        "install it with: pip install 'drrouter[odd]'"
    )
