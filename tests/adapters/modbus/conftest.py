"""A home with an inverter, a battery, a meter and a heat pump's relay behind one Modbus gateway."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.modbus.integration import ModbusDevice, ModbusIntegration
from drrouter.adapters.devices.modbus.settings import ModbusSettings
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import FailSafe, Instruction, Outcome
from drrouter.domain.measurement import Quantity, Reading
from drrouter.ports import Found
from drrouter.sim.wire.modbus import (
    FakeBattery,
    FakeInverter,
    FakeMeter,
    FakeModbus,
    FakeSgReady,
    FakeSunSpec,
)

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
UNITS = {"inverter": 1, "battery": 2, "meter": 3, "sg_ready": 4}
HEAT_PUMP_W = {"blocked": 0.0, "normal": 900.0, "recommended": 1800.0, "forced": 2500.0}


@dataclass
class Home:
    """The fakes, and what the sun, the household and the battery itself do."""

    sun_w: float
    lines_w: tuple[float, float, float]
    own_w: float
    inverter: FakeInverter
    battery: FakeBattery
    meter: FakeMeter
    relay: FakeSgReady
    gateway: FakeModbus
    clock: SimulatedClock
    timeout_s: float = 5.0

    def settings(self, *kinds: str, **more: Any) -> ModbusSettings:
        devices = [
            {"alias": kind, "host": self.gateway.host, "port": self.gateway.port, "kind": kind}
            | {"unit": UNITS[kind]}
            | more
            for kind in kinds
        ]
        return ModbusSettings.model_validate({"device": devices, "timeout_s": self.timeout_s})

    def device(self, kind: str, identity: dict[str, str] | None = None, **more: Any) -> ModbusDevice:
        settings = self.settings(kind, **more)
        found = Found("modbus", settings.device[0].address, identity or {})
        device = ModbusIntegration(settings, self.clock).setup(DeviceId(kind), found)
        assert isinstance(device, ModbusDevice)
        return device

    async def hide(self, unit: FakeSunSpec, *models: int) -> None:
        """Plug a unit in again without these of its models."""
        await self.gateway.stop()
        unit.hidden = set(models)
        await self.gateway.start()

    async def read(self, device: ModbusDevice) -> dict[Quantity, Reading]:
        """The next batch; the poll period passes first."""
        await self.clock.advance(timedelta(seconds=10))
        readings = device.readings()
        try:
            return {reading.quantity: reading for reading in await anext(readings)}
        finally:
            await readings.aclose()  # type: ignore[attr-defined]

    async def values(self, device: ModbusDevice) -> dict[Quantity, float]:
        return {quantity: reading.value for quantity, reading in (await self.read(device)).items()}


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(START)


@pytest.fixture
async def home(clock: SimulatedClock) -> AsyncIterator[Home]:
    inverter = FakeInverter(UNITS["inverter"], lambda: made.sun_w, now=clock.now)
    battery = FakeBattery(UNITS["battery"], own_w=lambda: made.own_w, now=clock.now)
    meter = FakeMeter(UNITS["meter"], lambda: made.lines_w, now=clock.now)
    relay = FakeSgReady(UNITS["sg_ready"], HEAT_PUMP_W.__getitem__)
    gateway = FakeModbus([inverter, battery, meter, relay])
    made = Home(4000.0, (300.0, 0.0, 50.0), -200.0, inverter, battery, meter, relay, gateway, clock)
    async with gateway:
        yield made


@pytest.fixture
def tell(clock: SimulatedClock) -> Callable[..., Awaitable[Outcome]]:
    numbers = iter(range(1000))

    async def send(
        device: ModbusDevice,
        power_w: float = 0.0,
        *,
        mode: int | None = None,
        lasts: timedelta = timedelta(minutes=5),
        fail_safe: FailSafe = FailSafe.RESTORE_POWER,
    ) -> Outcome:
        name, end = f"instruction {next(numbers)}", clock.now() + lasts
        return await device.apply(Instruction(name, device.id, power_w, "test", end, fail_safe, mode))

    return send
