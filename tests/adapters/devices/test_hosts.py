"""Hosts in the tables of integrations: a name or an address alone, and one sentence where it is neither."""

from pathlib import Path

import pytest

from drrouter.adapters.devices.host import a_host
from drrouter.config import load_home
from drrouter.errors import DocumentError
from tests.unit.config.homes import SITE


@pytest.mark.parametrize(
    "host",
    ["meter", "meter.local", "p1_reader.home.arpa.", "192.168.1.7", "fe80::7%eth0", "[fd00::7]", "a-1"],
)
def test_names_and_addresses_are_hosts(host: str) -> None:
    assert a_host(host) == host


@pytest.mark.parametrize(
    "host",
    ["a b", "x:y:z", "192.168.1.7:80", "http://a", "-a", "a..b", "300.1.1.1", "1.2.3", "a/b", "é", " "],
)
def test_anything_else_is_none(host: str) -> None:
    with pytest.raises(ValueError, match="is no host; write its name or address alone"):
        a_host(host)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("[p1]\n", "p1: names no meter. Add a [[p1.meter]] table, or take [p1] out."),
        ('[[modbus.device]]\nalias = "heat"\nhost = "a b"\nkind = "meter"\n', "'a b' is no host."),
        ('[[shelly.device]]\nhost = "x:y:z"\n', "'x:y:z' is no host."),
        ('[[p1.meter]]\nalias = "meter"\nhost = "a b"\n', "'a b' is no host."),
        ('[[kasa.device]]\nhost = "x:y"\n', "'x:y' is no host."),
    ],
)
def test_a_home_file_that_cannot_be_meant_is_told_so_in_one_sentence(
    tmp_path: Path, table: str, said: str
) -> None:
    home = tmp_path / "home.toml"
    home.write_text(SITE + table)
    with pytest.raises(DocumentError) as caught:
        load_home(home, environ=None)
    assert said in caught.value.sentence, caught.value.sentence
