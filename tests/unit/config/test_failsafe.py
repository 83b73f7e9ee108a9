"""The table ``[provider.failsafe]`` of the home file: what it may hold, and whom it binds."""

from datetime import timedelta
from pathlib import Path

import pytest

from drrouter.config import HomeConfig, load_home
from drrouter.config.uplinks import openadr2_settings, openadr3_settings
from drrouter.domain.ids import DeviceId, ProviderId
from drrouter.errors import DocumentError
from drrouter.router.failsafe import Failsafe
from tests.unit.config.homes import CAR, OLDER_PROVIDER, PROVIDER, SITE

NETWORK = PROVIDER + 'role = "network"\n'


def load(folder: Path, table: str, provider: str = NETWORK, devices: str = CAR) -> HomeConfig:
    path = folder / "home.toml"
    path.write_text(f"{SITE}{provider}\n[provider.failsafe]\n{table}\n{devices}", encoding="utf-8")
    return load_home(path, environ=None)


def test_a_failsafe_is_read_with_its_defaults(tmp_path: Path) -> None:
    config = load(tmp_path, "heartbeat_s = 120\nlimit_w = 4200")
    known = {ProviderId("sp"): Failsafe(timedelta(minutes=2), timedelta(hours=2), limit_w=4200)}
    assert config.failsafes == known


def test_a_failsafe_may_bind_devices_and_groups(tmp_path: Path) -> None:
    config = load(
        tmp_path, 'heartbeat_s = 60\nexport_limit_w = 0\nmembers = ["cars", "car"]\nduration_s = 60'
    )
    (failsafe,) = config.failsafes.values()
    assert (failsafe.members, failsafe.export_limit_w, failsafe.limit_w) == ((DeviceId("car"),), 0, None)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("heartbeat_s = 60", "limits nothing. Add limit_w, export_limit_w or both"),
        ("limit_w = 1", "heartbeat_s"),
        ("heartbeat_s = 2\nlimit_w = 1", "heartbeat_s"),
        ("heartbeat_s = 60\nlimit_w = -1", "limit_w"),
        ("heartbeat_s = 60\nlimit_w = 1\nduration_s = 0\nuntil_heard = false", "no time at all"),
        (
            'heartbeat_s = 60\nlimit_w = 1\nmembers = ["boiler"]',
            "names 'boiler', which is no device and no group. Known are: car, cars",
        ),
    ],
)
def test_a_failsafe_that_cannot_be_meant_is_refused_with_a_remedy(
    tmp_path: Path, table: str, said: str
) -> None:
    with pytest.raises(DocumentError) as refused:
        load(tmp_path, table)
    assert said in refused.value.sentence


def test_a_failsafe_belongs_to_the_network(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="only the network may order"):
        load(tmp_path, "heartbeat_s = 60\nlimit_w = 1", provider=PROVIDER)


def test_a_provider_whose_silence_counts_is_asked_three_times_within_its_heartbeat(tmp_path: Path) -> None:
    config = load(tmp_path, "heartbeat_s = 120\nlimit_w = 4200")
    assert openadr3_settings(config.providers[0], config, "").longest_poll_s == 40
    older = load(tmp_path, "heartbeat_s = 60\nlimit_w = 1", provider=OLDER_PROVIDER + 'role = "network"\n')
    assert openadr2_settings(older.providers[0], "").longest_poll_s == 20
    path = tmp_path / "plain.toml"
    path.write_text(SITE + PROVIDER, encoding="utf-8")
    plain = load_home(path, environ=None)
    assert openadr3_settings(plain.providers[0], plain, "").longest_poll_s == float("inf")
