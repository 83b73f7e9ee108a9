"""A table of an integration that can reach no device is allowed, and said."""

from pathlib import Path

import pytest

from drrouter.adapters.devices.table import TRANSPORTS, settings_of
from drrouter.config import load_home
from drrouter.config.check import check_document
from tests.unit.config.homes import SITE


def write(folder: Path, text: str) -> Path:
    (home := folder / "home.toml").write_text(text)
    return home


ALONE = "told of no device and finds none by itself"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("[modbus]\n", "Modbus is {}. Add a [[modbus.device]] table, or take [modbus] out."),
        ("[knx]\n", "KNX is {}. Add a [[knx.device]] table, or take [knx] out."),
        ("[ocpp]\n", "OCPP is {}. Add a [[ocpp.charge_point]] table, or take [ocpp] out."),
    ],
)
def test_an_integration_that_is_told_of_no_device_is_said_by_the_check_and_at_the_start(
    tmp_path: Path, table: str, said: str
) -> None:
    home = write(tmp_path, SITE + table)
    assert check_document(home).warnings == (said.format(ALONE),)
    assert load_home(home).warnings == (said.format(ALONE),)


@pytest.mark.parametrize(
    "table",
    [
        '[[modbus.device]]\nalias = "inverter"\nhost = "192.168.1.9"\nkind = "inverter"\n',
        '[[ocpp.charge_point]]\nid = "CP1"\n',
        "[ocpp]\naccept_unknown = true\n",
        '[shelly]\n[kasa]\n[mqtt]\nhost = "127.0.0.1"\n',
    ],
)
def test_one_that_is_told_or_finds_them_by_itself_is_not(tmp_path: Path, table: str) -> None:
    assert check_document(write(tmp_path, SITE + table)).warnings == ()


def test_every_integration_that_needs_no_more_than_its_table_says_what_is_missing_or_finds_devices() -> None:
    """Those that find nothing by themselves are these three, and P1, which refuses to be empty."""
    told = {domain for domain in TRANSPORTS if "missing" in vars(settings_of(domain))}
    assert told == {"modbus", "knx", "ocpp"}
