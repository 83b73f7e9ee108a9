"""The devices of the home file are found where they answer; the wire is met at its worst."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import ValidationError
from pymodbus.client import AsyncModbusTcpClient

from drrouter.adapters.devices.modbus.integration import ModbusIntegration, build
from drrouter.adapters.devices.modbus.line import Line
from drrouter.adapters.devices.modbus.settings import ModbusSettings
from drrouter.adapters.devices.table import settings_of
from drrouter.adapters.executor import InlineExecutor
from drrouter.domain.ids import DeviceId
from drrouter.errors import DeviceSilentError, DeviceUnknownError
from drrouter.ports import Found, Surroundings
from drrouter.sim.wire.listener import Listener
from drrouter.sim.wire.modbus import Fault
from tests.adapters.modbus.conftest import Home


async def test_every_device_that_answers_is_found_with_its_identity(home: Home) -> None:
    integration = ModbusIntegration(home.settings("inverter", "battery", "meter", "sg_ready"), home.clock)
    found = {device.identity["kind"]: device for device in await integration.discover()}
    assert found["inverter"] == Found(
        integration.domain,
        f"127.0.0.1:{home.gateway.port}/1/inverter",
        {
            "alias": "inverter",
            "class": "pv",
            "kind": "inverter",
            "manufacturer": "Acme Solar",
            "model": "SunTap 5000",
            "version": "1.2.3",
            "serial": "AS5000-0042",
            "id": "AS5000-0042/inverter",
        },
    )
    assert {device.identity["class"] for device in found.values()} == {"pv", "battery", "meter", "heat_pump"}


async def test_a_hybrid_inverter_is_two_devices(home: Home) -> None:
    devices = [
        {"alias": kind, "host": "127.0.0.1", "port": home.gateway.port, "unit": 2, "kind": kind}
        for kind in ("inverter", "battery")
    ]
    settings = ModbusSettings.model_validate({"device": devices})
    found = await ModbusIntegration(settings, home.clock).discover()
    assert {device.identity["id"] for device in found} == {"AB10-0007/inverter", "AB10-0007/battery"}


async def test_a_device_that_left_or_is_another_is_found_no_more_and_then_again(home: Home) -> None:
    home.timeout_s = 0.5
    integration = ModbusIntegration(home.settings("inverter", "sg_ready"), home.clock)
    assert len(await integration.discover()) == 2
    home.gateway.fault = Fault.SILENT
    assert await integration.discover() == ()
    await home.gateway.stop()
    assert await integration.discover() == ()
    await home.gateway.start()
    home.gateway.fault = Fault.NONE
    assert len(await integration.discover()) == 2
    home.inverter.models[0].set_text(50, 16, "ANOTHER")
    assert len(await integration.discover()) == 1
    (device, _) = await integration.discover()
    assert device.identity["serial"] == "ANOTHER"


async def test_a_unit_that_is_not_there_is_not_found(home: Home) -> None:
    home.timeout_s = 0.2
    assert await ModbusIntegration(home.settings("inverter", unit=9), home.clock).discover() == ()


async def test_a_found_device_can_be_set_up(home: Home, tmp_path: Any) -> None:
    surroundings = Surroundings(home.clock, InlineExecutor(), tmp_path, str)
    integration = build(home.settings("inverter"), surroundings)
    (found,) = await integration.discover()
    device = integration.setup(DeviceId("roof"), found)
    assert device.id == "roof"
    assert len(await anext(device.readings())) == 4


async def test_a_device_that_no_home_file_names_is_unknown(home: Home) -> None:
    with pytest.raises(DeviceUnknownError, match=r"modbus\.device"):
        ModbusIntegration(home.settings(), home.clock).setup(DeviceId("roof"), Found("modbus", "h:1/1/meter"))


async def test_conversations_with_one_host_wait_for_each_other(home: Home) -> None:
    line, open_now, most = Line("127.0.0.1", home.gateway.port, 5.0), 0, 0

    async def talk(unit: int) -> None:
        nonlocal open_now, most
        async with line.conversation(unit) as conversation:
            open_now += 1
            most = max(most, open_now)
            await conversation.registers(40000, 2)
            open_now -= 1

    await asyncio.gather(*(talk(unit) for unit in (1, 2, 3, 1)))
    assert most == 1


async def test_a_foreign_client_sees_the_same_registers(home: Home) -> None:
    client = AsyncModbusTcpClient("127.0.0.1", port=home.gateway.port)
    await client.connect()
    try:
        answer = await client.read_holding_registers(40000, count=4, device_id=1)
        assert answer.registers == [0x5375, 0x6E53, 1, 66]
        await client.write_registers(40000, [1, 2], device_id=1)
        answer = await client.read_holding_registers(40000, count=4, device_id=1)
        assert answer.registers == [0x5375, 0x6E53, 1, 66]
    finally:
        client.close()


ANSWERS = {
    "another protocol": lambda asked: asked[:2] + b"\0\1\0\5\1\3\2\0\0",
    "an endless answer": lambda asked: asked[:4] + b"\xff\xff\1\3\xfa" + b"\0" * 4000,
    "an unknown function": lambda asked: asked[:4] + b"\0\5\1\x63\2\0\0",
    "another function": lambda asked: asked[:4] + b"\0\6\1\6\0\0\0\1",
    "a lying length": lambda asked: asked[:4] + b"\0\7\1\3\2\0\0\0\0",
    "too many registers": lambda asked: asked[:4] + b"\0\7\1\3\4\0\0\0\0",
    "no bits": lambda asked: asked[:4] + b"\0\3\1\1\0",
    "a web page": lambda asked: b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "a hang-up": lambda asked: b"",
}


@asynccontextmanager
async def answering(answer: Callable[[bytes], bytes]) -> AsyncIterator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(await reader.read(300)))

    async with Listener(serve) as server:
        yield server.port


@pytest.mark.parametrize("name", ANSWERS)
async def test_an_answer_that_is_none_is_silence(name: str, caplog: pytest.LogCaptureFixture) -> None:
    async with answering(ANSWERS[name]) as port, Line("127.0.0.1", port, 0.2).conversation(1) as talk:
        with pytest.raises(DeviceSilentError):
            await (talk.coil(0) if name == "no bits" else talk.registers(0, 1))
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_nobody_at_an_address_is_silence() -> None:
    async with answering(lambda asked: b"") as port:
        pass
    with pytest.raises(DeviceSilentError, match="nobody answers"):
        async with Line("127.0.0.1", port, 0.2).conversation(1):
            pass


@pytest.mark.parametrize(
    "wrong",
    [
        [{"alias": "a", "host": "h"}],
        [{"alias": "a", "host": "h", "kind": "toaster"}],
        [{"alias": "a", "host": "h", "kind": "meter", "unit": 0}],
        [{"alias": "a", "host": "h", "kind": "sg_ready", "block_coil": 1}],
        [{"alias": "a", "host": "h", "kind": "meter"}, {"alias": "a", "host": "i", "kind": "meter"}],
        [{"alias": "a", "host": "h", "kind": "meter"}, {"alias": "b", "host": "h", "kind": "meter"}],
    ],
)
def test_a_senseless_table_is_refused(wrong: list[dict[str, Any]]) -> None:
    with pytest.raises(ValidationError):
        ModbusSettings.model_validate({"device": wrong})


def test_no_library_is_loaded_before_a_home_uses_it() -> None:
    assert settings_of("modbus") is ModbusSettings
    program = "import sys, drrouter.adapters.devices.table; sys.exit('pymodbus' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
