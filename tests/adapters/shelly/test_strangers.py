"""What is announced on the home network may name any address; strangers on the internet are not called."""

from collections.abc import Mapping

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.shelly import integration as shelly
from drrouter.adapters.devices.shelly.session import Place
from drrouter.adapters.devices.shelly.settings import ShellySettings
from drrouter.adapters.mdns import Announced
from tests.builders import NOON


async def test_only_addresses_of_a_home_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def announced(_: object) -> tuple[Announced, ...]:
        hosts = ("8.8.8.8", "192.168.1.7", "2606:4700::1111", "fe80::1", "127.0.0.1", "nonsense")
        return tuple(Announced("_shelly._tcp", "plug", host, 80) for host in hosts)

    async def look(_: object, place: Place, timeout_s: float) -> Mapping[str, object] | None:
        asked.append(place.host)
        return None

    monkeypatch.setattr("drrouter.adapters.mdns.Browser.announced", announced)
    monkeypatch.setattr(shelly, "look", look)
    found = await shelly.ShellyIntegration(ShellySettings(), SimulatedClock(NOON), {}).discover()
    assert (found, sorted(asked)) == ((), ["127.0.0.1", "192.168.1.7"])
