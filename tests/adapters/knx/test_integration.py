"""The tunnel and who is found through it: search, refusal, loss and return, settings."""

import asyncio
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.knx.integration import KnxIntegration, build
from drrouter.adapters.devices.knx.settings import KnxSettings
from drrouter.domain.instruction import OutcomeKind
from drrouter.errors import DeviceError, DeviceSilentError, DeviceUnknownError
from drrouter.ports import Found, Surroundings
from drrouter.sim.wire.knx import Actuator, FakeGateway, Fault
from tests.adapters.knx.conftest import (
    HEATER,
    SWITCHED,
    Connect,
    Heater,
    device_of,
    settings,
    tell,
    until,
)


async def test_devices_of_the_home_file_that_answer_are_found(connect: Connect, gateway: FakeGateway) -> None:
    absent = {"alias": "Absent", "switch": "9/0/1"}
    knx = await connect(settings(gateway.port, SWITCHED, absent))
    [found] = await knx.discover()
    assert found == Found("knx", "1/0/1", {"alias": "Heater", "id": "1/0/1"})


async def test_a_device_that_falls_silent_is_found_no_more(
    connect: Connect, gateway: FakeGateway, actuator: Actuator, clock: SimulatedClock
) -> None:
    knx = await connect(settings(gateway.port))
    assert len(await knx.discover()) == 1
    telegrams = gateway.telegrams.count
    assert len(await knx.discover()) == 1
    assert gateway.telegrams.count == telegrams
    actuator.mute = True
    await clock.advance(timedelta(seconds=181))
    assert await knx.discover() == ()


async def test_nothing_is_found_without_a_gateway(clock: SimulatedClock) -> None:
    knx = KnxIntegration(settings(1), clock)
    assert knx.domain == "knx"
    assert await knx.discover() == ()
    assert (await tell(device_of(knx), clock, 100.0)).kind is OutcomeKind.SILENT
    with pytest.raises(DeviceSilentError, match="not connected"):
        await until(device_of(knx), lambda known: False)


async def test_a_gateway_is_searched_for_where_none_is_named(connect: Connect, heater: Heater) -> None:
    async with FakeGateway([Actuator(heater, switch="1/0/1", state="1/0/2")], searchable=True) as gateway:
        knx = await connect(settings(gateway.port, host=None))
        assert len(await knx.discover()) == 1


async def test_a_gateway_that_has_no_tunnel_left_is_said(connect: Connect, gateway: FakeGateway) -> None:
    gateway.fault = Fault.FULL
    with pytest.raises(DeviceError, match=r"no KNX gateway at 127\.0\.0\.1 lets us in"):
        await connect(settings(gateway.port))
    gateway.fault = Fault.NONE
    knx = await connect(settings(gateway.port))
    assert len(await knx.discover()) == 1


async def test_a_gateway_that_hangs_up_is_lost_and_comes_back(
    gateway: FakeGateway, clock: SimulatedClock, heater: Heater
) -> None:
    knx = KnxIntegration(settings(gateway.port), clock)
    device = device_of(knx)
    for _ in range(2):
        serving = asyncio.create_task(knx.serve())
        while not knx.bus.connected:
            await knx.bus.news.since(knx.bus.news.count)
        assert (await tell(device, clock, 2000.0 - heater.power_w())).kind is OutcomeKind.DONE
        gateway.hang_up()
        with pytest.raises(DeviceSilentError, match="was lost"):
            await serving
        assert not knx.bus.connected


@pytest.mark.timeout(30)
async def test_a_gateway_that_numbers_its_telegrams_wrongly_is_lost(
    gateway: FakeGateway, clock: SimulatedClock
) -> None:
    knx = KnxIntegration(settings(gateway.port), clock)
    serving = asyncio.create_task(knx.serve())
    while not knx.bus.connected:
        await knx.bus.news.since(knx.bus.news.count)
    gateway.fault = Fault.WRONG_SEQUENCE
    outcome = await tell(device_of(knx), clock, 2000.0)
    assert outcome.kind is OutcomeKind.SILENT
    with pytest.raises(DeviceSilentError, match="was lost"):
        await serving


async def test_a_gateway_lost_before_the_state_came_is_said(
    connect: Connect, gateway: FakeGateway, actuator: Actuator, clock: SimulatedClock
) -> None:
    actuator.mute = True
    knx = await connect(settings(gateway.port, timeout_s=20))
    acting = asyncio.create_task(tell(device_of(knx), clock, 2000.0))
    while gateway.telegrams.count < 2:
        await gateway.telegrams.since(gateway.telegrams.count)
    gateway.hang_up()
    outcome = await acting
    assert outcome.kind is OutcomeKind.SILENT
    assert "lost before" in outcome.sentence or "does not take" in outcome.sentence


async def test_a_device_that_left_the_home_file_cannot_be_set_up(clock: SimulatedClock) -> None:
    knx = KnxIntegration(settings(1), clock)
    with pytest.raises(DeviceUnknownError, match="9/1/9"):
        knx.setup(HEATER, Found("knx", "9/1/9"))


async def test_a_keyfile_that_cannot_be_used_is_said(clock: SimulatedClock, tmp_path: Path) -> None:
    (tmp_path / "home.knxkeys").write_text("<Keyring/>")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        told = settings(free.getsockname()[1], keyfile="home.knxkeys", password_file="knx.password")
    surroundings = Surroundings(clock, None, tmp_path, {"knx.password": "secret"}.__getitem__)  # type: ignore[arg-type]
    with pytest.raises(DeviceError, match="lets us in") as refusal:
        await build(told, surroundings).serve()
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"device": [{"alias": "a"}]}, "names no group address"),
        ({"device": [{"alias": "a", "switch": "1/0"}]}, "is no group address"),
        ({"device": [{"alias": "a", "switch": "32/0/1"}]}, "is no group address"),
        ({"device": [{"alias": "a", "switch": "1/8/1"}]}, "is no group address"),
        ({"device": [{"alias": "a", "switch": "1/0/256"}]}, "is no group address"),
        ({"device": [{"alias": "a", "switch": "0/0/0"}]}, "is no group address"),
        ({"device": [{"alias": "a", "switch": "1/0/1"}] * 2}, "names a device twice"),
        ({"read_s": 200}, "asks less often"),
        ({"host": "gateway", "keyfile": "home.knxkeys"}, "together"),
        ({"keyfile": "home.knxkeys", "password_file": "x"}, "name the gateway"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        KnxSettings.model_validate(wrong)


def test_no_library_is_loaded_before_a_home_uses_it() -> None:
    program = "import sys, drrouter.adapters.devices.table; sys.exit('xknx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
