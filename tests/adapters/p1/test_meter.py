"""A meter heard over a pseudo terminal and over TCP, with each of its faults."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.p1.integration import P1Integration, P1Meter
from drrouter.adapters.devices.p1.settings import P1Settings
from drrouter.adapters.devices.table import settings_of
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, OutcomeKind
from drrouter.domain.measurement import Quality, Quantity, Reading
from drrouter.errors import DeviceSilentError, DeviceUnknownError
from drrouter.ports import Found
from drrouter.sim.wire.p1 import FakeMeter, FakeSerialMeter, FakeTcpMeter, Fault
from tests.adapters.p1.conftest import table

METER = DeviceId("meter")
Listen = Callable[..., Awaitable[P1Integration]]
Talk = Callable[[FakeMeter], None]


def device_of(integration: P1Integration, entry: Mapping[str, Any]) -> P1Meter:
    address = entry.get("port") or f"{entry['host']}:{entry['tcp_port']}"
    device = integration.setup(METER, Found("p1", address))
    assert isinstance(device, P1Meter)
    return device


async def first_of(device: P1Meter) -> dict[Quantity, Reading]:
    return {reading.quantity: reading for reading in await anext(device.readings())}


async def heard(device: P1Meter) -> dict[Quantity, Reading]:
    """Its next telegram, however long a busy machine takes."""
    while True:
        with contextlib.suppress(DeviceSilentError):
            return await first_of(device)


async def complaint(device: P1Meter, about: str) -> str:
    """What it says once it is silent for this reason."""
    while True:
        try:
            async for _ in device.readings():
                pass
        except DeviceSilentError as error:
            if about in str(error):
                return str(error)


async def test_a_meter_tells_power_energy_and_voltage_of_the_home(
    meter: FakeMeter, listen: Listen, talk: Talk, clock: SimulatedClock, watts: list[float]
) -> None:
    await clock.advance(timedelta(hours=1))
    watts[0] = 1300.0
    talk(meter)
    integration = await listen(table(meter))
    device = device_of(integration, table(meter))
    seen = await heard(device)
    assert {quantity: reading.value for quantity, reading in seen.items()} == pytest.approx(
        {
            Quantity.POWER_W: 100.0,
            Quantity.POWER_L1_W: 1300.0,
            Quantity.POWER_L2_W: 0.0,
            Quantity.POWER_L3_W: -1200.0,
            Quantity.ENERGY_WH: 0.0,
            Quantity.EXPORTED_WH: 900.0,
            Quantity.VOLTAGE_V: 230.0,
        }
    )
    assert {reading.quality for reading in seen.values()} == {Quality.OK}
    assert {reading.at for reading in seen.values()} == {clock.now()}
    assert [counter.kind for counter in device.counters] == ["gas", "water"]
    assert device.id == METER


async def test_every_telegram_is_one_batch_and_only_the_newest_is_kept(
    meter: FakeMeter, listen: Listen, talk: Talk, watts: list[float]
) -> None:
    talk(meter)
    device = device_of(await listen(table(meter)), table(meter))
    readings = device.readings()
    await anext(readings)
    watts[0] = 2300.0
    while (await anext(readings))[0].value != pytest.approx(1100.0):
        pass
    await readings.aclose()  # type: ignore[attr-defined]


async def test_discovery_lists_meters_that_are_heard(meter: FakeMeter, listen: Listen, talk: Talk) -> None:
    integration = await listen(table(meter), {"alias": "away", "port": "/dev/does_not_exist"})
    assert await integration.discover() == ()
    talk(meter)
    await heard(device_of(integration, table(meter)))
    (found,) = await integration.discover()
    assert found.integration == integration.domain == "p1"
    assert found.identity == {
        "alias": "meter",
        "class": "meter",
        "id": meter.serial,
        "model": "M550T-1012",
        "manufacturer": "ISK",
        "version": "50",
    }


async def test_a_meter_that_fell_silent_is_found_no_more(
    meter: FakeMeter, listen: Listen, talk: Talk
) -> None:
    entry = table(meter, silent_after_s=0.2)
    integration = await listen(entry)
    talk(meter)
    device = device_of(integration, entry)
    await heard(device)
    meter.fault = Fault.SILENT
    assert "meter (P1): no telegram at" in await complaint(device, "for 0.2 s")
    assert await integration.discover() == ()
    meter.fault = Fault.NONE
    assert (await heard(device))[Quantity.POWER_W].value == pytest.approx(-900.0)


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (Fault.WRONG_CRC, "checksum is wrong"),
        (Fault.HALF, ""),
        (Fault.GARBAGE, ""),
        (Fault.ENDLESS, ""),
        (Fault.SILENT, ""),
    ],
)
async def test_a_meter_that_sends_nothing_usable_is_silent_until_it_does(
    meter: FakeMeter, listen: Listen, talk: Talk, fault: Fault, why: str
) -> None:
    meter.fault = fault
    entry = table(meter, silent_after_s=0.3)
    device = device_of(await listen(entry), entry)
    talk(meter)
    assert "no telegram" in await complaint(device, why)
    meter.fault = Fault.NONE
    assert (await heard(device))[Quantity.POWER_W].value == pytest.approx(-900.0)


@pytest.mark.parametrize("fault", [Fault.LIES, Fault.NOT_A_NUMBER])
async def test_an_impossible_power_is_marked_bad(
    meter: FakeMeter, listen: Listen, talk: Talk, fault: Fault
) -> None:
    meter.fault = fault
    talk(meter)
    seen = await heard(device_of(await listen(table(meter)), table(meter)))
    assert seen[Quantity.POWER_W].quality is Quality.BAD
    assert seen[Quantity.POWER_L1_W].quality is Quality.OK


async def test_a_meter_that_is_unplugged_is_silent_and_heard_again_when_it_is_back(
    meter: FakeMeter, listen: Listen, talk: Talk
) -> None:
    entry = table(meter, silent_after_s=0.5)
    device = device_of(await listen(entry), entry)
    talk(meter)
    await heard(device)
    await meter.stop()
    assert "no telegram" in await complaint(device, "cannot be read")
    await meter.start()
    assert (await heard(device))[Quantity.POWER_W].quality is Quality.OK


async def test_a_meter_talks_by_itself_on_a_clock(clock: SimulatedClock, listen: Listen) -> None:
    fake = FakeTcpMeter(lambda: (500.0, 0.0, 0.0), now=clock.now, sleep_until=clock.sleep_until)
    async with fake:
        device = device_of(await listen(table(fake)), table(fake))
        await fake.connected.wait()
        reading = asyncio.ensure_future(heard(device))
        await clock.advance(timedelta(seconds=3))
        assert (await reading)[Quantity.POWER_W].value == pytest.approx(500.0)


async def test_a_meter_that_cannot_be_opened_says_why(tmp_path: Path, listen: Listen) -> None:
    entry = {"alias": "meter", "port": str(tmp_path), "silent_after_s": 0.1}
    assert "cannot be read" in await complaint(device_of(await listen(entry), entry), "cannot")


async def test_a_line_that_nobody_reads_loses_what_is_written(tmp_path: Path, clock: SimulatedClock) -> None:
    async with FakeSerialMeter(tmp_path / "port", lambda: (0.0, 0.0, 0.0), now=clock.now) as fake:
        for _ in range(100):
            fake.send()
        assert fake.port.exists()


async def test_a_meter_carries_nothing_out(meter: FakeMeter, listen: Listen, clock: SimulatedClock) -> None:
    device = device_of(await listen(table(meter)), table(meter))
    outcome = await device.apply(Instruction("one", METER, 0.0, "test", clock.now() + timedelta(minutes=1)))
    assert outcome.kind is OutcomeKind.IMPOSSIBLE
    assert device.counters == ()


async def test_a_meter_that_no_home_file_names_is_unknown(listen: Listen) -> None:
    integration = await listen({"alias": "other", "port": "/dev/null"})
    with pytest.raises(DeviceUnknownError, match=r"p1\.meter"):
        integration.setup(METER, Found("p1", "/dev/ttyUSB9"))


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        [{"alias": "a"}],
        [{"alias": "a", "host": "a b"}],
        [{"alias": "a", "port": "/dev/x", "host": "h"}],
        [{"alias": "a", "port": "/dev/x"}, {"alias": "a", "port": "/dev/y"}],
        [{"alias": "a", "port": "/dev/x"}, {"alias": "b", "port": "/dev/x"}],
        [{"alias": "a", "port": "/dev/x", "dsmr": "6"}],
        [{"alias": "a", "port": "/dev/x", "baud": 9600}],
    ],
)
def test_a_senseless_table_is_refused(wrong: list[dict[str, Any]]) -> None:
    with pytest.raises(ValidationError):
        P1Settings.model_validate({"meter": wrong})


def test_an_old_meter_is_set_up_at_its_own_speed(tmp_path: Path, clock: SimulatedClock) -> None:
    settings = P1Settings.model_validate({"meter": [{"alias": "a", "port": "/dev/x", "dsmr": "2.2"}]})
    assert settings.meter[0].where == "/dev/x"
    assert settings_of("p1") is P1Settings


def test_no_library_is_loaded_before_a_home_uses_it() -> None:
    libraries = "{'dsmr_parser', 'serial'} & set(sys.modules)"
    program = f"import sys, drrouter.adapters.devices.table; sys.exit(bool({libraries}))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
