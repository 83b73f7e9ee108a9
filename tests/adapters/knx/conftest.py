"""A fake gateway with a heater on the bus, a router connected to it, and a clock that the test moves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.knx.integration import KnxIntegration
from drrouter.adapters.devices.knx.settings import KnxSettings
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, Outcome
from drrouter.domain.measurement import Quantity, Reading
from drrouter.ports import Device, Found
from drrouter.sim.wire.knx import Actuator, FakeGateway

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
HEATER = DeviceId("heater")
SWITCHED = {"switch": "1/0/1", "state": "1/0/2", "power": "1/0/3", "energy": "1/0/4"}
SET = {"setpoint": "1/0/5"}

Connect = Callable[..., Awaitable[KnxIntegration]]


class Heater:
    def __init__(self) -> None:
        self.on, self.watts = False, 2000.0

    def set_supply(self, on: bool) -> None:
        self.on = on

    def set_power(self, power_w: float) -> None:
        self.watts = power_w

    def power_w(self) -> float:
        return self.watts if self.on else 0.0

    def energy_wh(self) -> float:
        return 1234.0


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(START)


@pytest.fixture
def heater() -> Heater:
    return Heater()


@pytest.fixture
def actuator(heater: Heater) -> Actuator:
    return Actuator(heater, **SWITCHED, **SET, on_setpoint=heater.set_power)


@pytest.fixture
async def gateway(actuator: Actuator) -> AsyncIterator[FakeGateway]:
    async with FakeGateway([actuator]) as opened:
        yield opened


def settings(port: int, *parts: dict[str, Any], **more: Any) -> KnxSettings:
    devices = [{"alias": "Heater"} | part for part in parts or (SWITCHED,)]
    told = {"host": "127.0.0.1", "port": port, "local_ip": "127.0.0.1", "timeout_s": 0.5, "device": devices}
    return KnxSettings.model_validate(told | more)


@pytest.fixture
async def connect(clock: SimulatedClock, gateway: FakeGateway) -> AsyncIterator[Connect]:
    """Returns a function that connects a router; it leaves before the gateway does."""
    tasks: list[asyncio.Task[None]] = []

    async def start(told: KnxSettings) -> KnxIntegration:
        knx = KnxIntegration(told, clock)
        tasks.append(asyncio.create_task(knx.serve()))
        while not knx.bus.connected:
            waiting = asyncio.ensure_future(knx.bus.news.since(knx.bus.news.count))
            await asyncio.wait({waiting, tasks[-1]}, return_when=asyncio.FIRST_COMPLETED)
            if tasks[-1].done():
                await tasks.pop()
        return knx

    yield start
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await task


def device_of(knx: KnxIntegration, address: str = "1/0/1") -> Device:
    return knx.setup(HEATER, Found("knx", address))


async def tell(device: Device, clock: SimulatedClock, power_w: float, name: str = "") -> Outcome:
    name = name or f"{power_w} at {clock.now()}"
    return await device.apply(Instruction(name, HEATER, power_w, "test", clock.now() + timedelta(minutes=5)))


async def until(device: Device, holds: Callable[[dict[Quantity, Reading]], bool]) -> dict[Quantity, Reading]:
    """What the device says, once it says what is awaited; a quantity keeps what was said of it last."""
    known: dict[Quantity, Reading] = {}
    async for batch in device.readings():
        known |= {reading.quantity: reading for reading in batch}
        if holds(known):
            return known
    raise AssertionError("the readings ended")
