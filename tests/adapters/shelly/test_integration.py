"""Shelly devices found by real mDNS and in the home file, and what becomes of hostile or foreign ones."""

import asyncio
import secrets
import subprocess
import sys
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, cast

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.names import mac_from
from drrouter.adapters.devices.shelly.integration import ShellyIntegration, build
from drrouter.adapters.devices.shelly.settings import ShellySettings
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import OutcomeKind
from drrouter.errors import DeviceError, DeviceRefusedError
from drrouter.ports import Executor, Found, Serving, Surroundings
from drrouter.sim.wire.shelly import FakeShelly, Fault, announced
from tests.adapters.shelly.asking import devices_of, looking_at, tell
from tests.adapters.shelly.conftest import Join

LOOPBACK = "127.0.0.1"


async def test_an_announced_device_is_found_while_it_answers(plug_in: Join, clock: SimulatedClock) -> None:
    fake = await plug_in(201, identity={"mac": f"A8032A{secrets.token_hex(3).upper()}"})
    settings = ShellySettings(interfaces=(IPv4Address(LOOPBACK),), timeout_s=10)
    integration = ShellyIntegration(settings, clock, {})
    assert isinstance(integration, Serving)
    serving = asyncio.create_task(integration.serve())
    async with announced(fake, LOOPBACK):
        while not (found := await _own(integration, fake)):
            await integration._browser.changed()
        assert found[0].identity["alias"] == "Kettle"
        await fake.stop()
        assert await _own(integration, fake) == []
        await fake.start()
        assert await _own(integration, fake) == found
    while await _own(integration, fake):
        await integration._browser.changed()
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving


async def _own(integration: ShellyIntegration, fake: FakeShelly) -> list[Found]:
    """Of all that tests on this machine announce, this one."""
    mac = mac_from(fake.firmware.identity.mac)
    return [one for one in await integration.discover() if one.identity.get("mac") == mac]


async def test_each_channel_is_found_with_its_identity(plug_in: Join, clock: SimulatedClock) -> None:
    two, meter = await plug_in(1, "Kettle", ""), await plug_in(2, meters=1)
    kettle, nameless, mains = await looking_at(clock, two, meter).discover()
    assert kettle == Found(
        "shelly",
        f"127.77.2.1:{two.port}#switch:0",
        {
            "alias": "Kettle",
            "id": "A8:03:2A:00:00:01#switch:0",
            "model": "SNSW-001P16EU",
            "series": "Plus1PM",
            "manufacturer": "Shelly",
            "generation": "2",
            "host": "127.77.2.1",
            "component": "switch",
            "class": "switch",
        },
    )
    assert nameless.identity["alias"] == "Kitchen switch:1"
    assert mains.identity["alias"] == "Kitchen"
    assert mains.identity["mac"] == "A8:03:2A:00:00:02"
    assert (mains.identity["component"], mains.identity["class"]) == ("em", "meter")


async def test_a_device_of_the_first_generation_is_named_and_not_driven(
    plug_in: Join, clock: SimulatedClock
) -> None:
    fake = await plug_in()
    fake.firmware.info = lambda locked=False: {"type": "SHPLG-S", "mac": "A8032A000001", "auth": locked}  # type: ignore[method-assign]
    integration = looking_at(clock, fake)
    (found,) = await integration.discover()
    assert (found.identity["model"], found.identity["generation"]) == ("SHPLG-S", "1")
    device = integration.setup(DeviceId("plug"), found)
    assert device.id == "plug"
    outcome = await tell(device, clock, 1.0)
    assert outcome.kind is OutcomeKind.IMPOSSIBLE
    assert outcome.sentence == "plug (Shelly): devices of the first generation are not driven"
    with pytest.raises(DeviceRefusedError, match="first generation"):
        await anext(device.readings())


@pytest.mark.parametrize(
    "info",
    [
        5,
        [],
        {},
        {"mac": "A8032A000001"},
        {"mac": "none", "gen": 2},
        {"mac": "A8032A000001", "gen": True},
        {"mac": "A8032A000001", "gen": "2"},
        {"mac": "A8032A000001", "gen": 2, "name": "x" * 10_000},
    ],
    ids=lambda value: str(value)[:50],
)
async def test_what_is_no_shelly_is_left_out(plug_in: Join, clock: SimulatedClock, info: Any) -> None:
    fake = await plug_in()
    fake.firmware.info = lambda locked=False: info  # type: ignore[method-assign]
    assert await looking_at(clock, fake).discover() == ()


@pytest.mark.parametrize("fault", [Fault.GARBAGE, Fault.SILENT, Fault.HANGS_UP])
async def test_a_device_that_tells_nothing_of_itself_is_left_out(
    plug_in: Join, clock: SimulatedClock, fault: Fault
) -> None:
    fake = await plug_in()
    fake.fault = fault
    assert await looking_at(clock, fake, timeout_s=0.3).discover() == ()


async def test_a_wrong_password_is_found_with_its_remedy(plug_in: Join, clock: SimulatedClock) -> None:
    fake = await plug_in(password="open sesame")
    integration = looking_at(clock, fake, password="abracadabra")
    (found,) = await integration.discover()
    assert found.identity["alias"] == "Kitchen"
    outcome = await tell(integration.setup(DeviceId("plug"), found), clock, 1.0)
    assert "refuses the password; correct the file" in outcome.sentence


async def test_names_are_cleaned_and_odd_configurations_are_survived(
    plug_in: Join, clock: SimulatedClock
) -> None:
    fake = await plug_in(1, "\u202eEvil\x1b[2J")
    honest = fake.firmware.config()
    odd = {"switch:1": 5, "switch:\u202e2": {}, "switch:999": {}, "cover:0": {}, "sys": 7}
    fake.firmware.config = lambda: honest | odd  # type: ignore[method-assign]
    found = await looking_at(clock, fake).discover()
    assert [one.identity["alias"] for one in found] == ["Evil[2J", "Kitchen switch:1"]


async def test_channels_are_asked_for_now_and_then(plug_in: Join, clock: SimulatedClock) -> None:
    fake = await plug_in()
    integration = looking_at(clock, fake)
    await integration.discover()
    asked = len(fake.requests)
    await integration.discover()
    assert len(fake.requests) == asked
    fake.firmware.relays[0].name = "Samovar"
    await clock.advance(timedelta(minutes=5))
    (found,) = await integration.discover()
    assert found.identity["alias"] == "Samovar"


async def test_a_listed_device_may_have_a_password_of_its_own(plug_in: Join, clock: SimulatedClock) -> None:
    first, second = await plug_in(1, password="one"), await plug_in(2, password="two")
    hosts = [
        {"host": first.host, "port": first.port},
        {"host": second.host, "port": second.port, "password_file": "second.txt"},
    ]
    told = {"announced": False, "password_file": "all.txt", "device": hosts}
    secrets = {"all.txt": "one", "second.txt": "two"}
    around = Surroundings(clock, cast(Executor, None), Path(), secrets.__getitem__)
    integration = build(ShellySettings.model_validate(told), around)
    outcomes = [await tell(device, clock, 1.0) for device in await devices_of(integration)]
    assert [outcome.kind for outcome in outcomes] == [OutcomeKind.DONE] * 2


async def test_an_integration_that_listens_to_nothing_serves_for_ever(clock: SimulatedClock) -> None:
    integration = looking_at(clock)
    assert integration.domain == "shelly"
    serving = asyncio.create_task(integration.serve())
    assert await integration.discover() == ()
    assert not serving.done()
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


async def test_a_missing_library_costs_this_integration_only(
    clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "aioshelly.rpc_device.wsrpc", None)
    with pytest.raises(DeviceError, match=r"drrouter\[shelly\]"):
        await looking_at(clock).discover()


@pytest.mark.parametrize("address", ["", ":80", "127.0.0.1:http#switch:0"])
async def test_an_address_that_is_none_is_refused(clock: SimulatedClock, address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        looking_at(clock).setup(DeviceId("plug"), Found("shelly", address))


@pytest.mark.parametrize("room", ["adapters.devices.table", "adapters.devices.shelly.integration"])
def test_the_library_is_not_loaded_before_it_is_needed(room: str) -> None:
    program = f"import sys, drrouter.{room}; sys.exit(bool({{'aioshelly', 'zeroconf'}} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
