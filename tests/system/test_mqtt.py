"""The MQTT integration and a real broker, mosquitto: with a password, and over a restart."""

import asyncio
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drrouter.adapters.clock import SystemClock
from drrouter.adapters.devices.mqtt.integration import MqttIntegration, build
from drrouter.adapters.devices.mqtt.settings import MqttSettings
from drrouter.adapters.executor import InlineExecutor
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, OutcomeKind
from drrouter.domain.measurement import Quantity
from drrouter.errors import DeviceRefusedError, DeviceSilentError
from drrouter.ports import Device, Found, Surroundings
from drrouter.sim.wire.mqtt import FakeTasmota
from drrouter.supervise import Supervisor
from tests.adapters.kasa.kettle import Kettle

MAC = "A4:CF:12:00:00:01"
USER, PASSWORD = "router", "open sesame"
CONFIG = """
listener {port} 127.0.0.1
allow_anonymous false
password_file {folder}/passwords
persistence true
persistence_location {folder}/
user root
"""


class Mosquitto:
    def __init__(self, folder: Path, port: int) -> None:
        self.port, self._folder = port, folder
        self._process: asyncio.subprocess.Process | None = None
        passwords = folder / "passwords"
        passwords.touch(mode=0o600)
        subprocess.run(["mosquitto_passwd", "-b", passwords, USER, PASSWORD], check=True)
        (folder / "mosquitto.conf").write_text(CONFIG.format(port=port, folder=folder), encoding="utf-8")

    async def start(self) -> None:
        """Start it and wait until it says that it runs."""
        self._process = await asyncio.create_subprocess_exec(
            "mosquitto", "-v", "-c", self._folder / "mosquitto.conf", stderr=asyncio.subprocess.PIPE
        )
        assert self._process.stderr is not None
        while b"running" not in (line := await self._process.stderr.readline()):
            assert line, "mosquitto did not start"

    async def stop(self) -> None:
        if self._process:
            self._process.terminate()
            await self._process.communicate()


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    if not shutil.which("mosquitto"):
        pytest.skip("mosquitto is not installed; make test-system installs it")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        broker = Mosquitto(tmp_path, free.getsockname()[1])
    await broker.start()
    yield broker
    await broker.stop()


@pytest.fixture
async def plug(broker: Mosquitto) -> AsyncIterator[FakeTasmota]:
    load = Kettle(lambda: datetime(2026, 3, 1, tzinfo=UTC), 2000.0)
    fake = FakeTasmota("127.0.0.1", broker.port, "plug", load, now=lambda: datetime(2026, 3, 1, tzinfo=UTC))
    fake.login = (USER, PASSWORD)
    async with fake:
        yield fake


def _integration(broker: Mosquitto, password: str, folder: Path) -> MqttIntegration:
    settings = MqttSettings.model_validate(
        {"host": "127.0.0.1", "port": broker.port, "username": USER, "password_file": "secret"}
    )
    return build(settings, Surroundings(SystemClock(), InlineExecutor(), folder, lambda _: password))


async def _found(integration: MqttIntegration) -> Found:
    """The plug, once it is there."""
    while True:
        try:
            for found in await integration.discover():
                return found
        except DeviceSilentError:
            continue


async def _tell(device: Device, power_w: float, name: str) -> OutcomeKind:
    expires_at = SystemClock().now() + timedelta(minutes=5)
    outcome = await device.apply(Instruction(name, device.id, power_w, "test", expires_at))
    return outcome.kind


async def test_a_plug_is_found_read_and_switched_and_again_after_a_restart_of_the_broker(
    broker: Mosquitto, plug: FakeTasmota, tmp_path: Path
) -> None:
    integration = _integration(broker, PASSWORD, tmp_path)
    async with Supervisor(SystemClock()) as supervisor:
        supervisor.start("serve mqtt", integration.serve)
        found = await _found(integration)
        assert found.identity["id"] == MAC
        device = integration.setup(DeviceId("kettle"), found)
        assert await _tell(device, 1.0, "one") is OutcomeKind.DONE
        assert plug.relays == [True]
        async for batch in device.readings():
            if Quantity.POWER_W in {reading.quantity for reading in batch}:
                break
        await broker.stop()
        assert await _tell(device, 0.0, "two") is OutcomeKind.SILENT
        await broker.start()
        await _found(integration)
        assert plug.relays == [True]
        assert await _tell(device, 0.0, "three") is OutcomeKind.DONE
        assert plug.relays == [False]
        await supervisor.stop("serve mqtt")


async def test_a_wrong_password_is_refused(broker: Mosquitto, tmp_path: Path) -> None:
    with pytest.raises(DeviceRefusedError, match="lets us not in"):
        await _integration(broker, "wrong", tmp_path).serve()
