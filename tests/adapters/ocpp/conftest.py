"""A central system on a free port, charge points that connect to it, and a clock that the test moves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.ocpp.integration import OcppIntegration
from drrouter.adapters.devices.ocpp.settings import OcppSettings
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import FailSafe, Instruction, Outcome
from drrouter.domain.measurement import Quantity, Reading
from drrouter.ports import Device, Found
from drrouter.sim.wire.ocpp import BatteryCar, FakeChargePoint
from tests.adapters.ocpp.foreign import Answers, Foreign

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
WALLBOX = DeviceId("wallbox")
VERSIONS = ("1.6", "2.0.1", "2.1")


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(START)


def settings(**more: Any) -> OcppSettings:
    part = {"id": "CP1"} | more.pop("part", {})
    return OcppSettings.model_validate({"port": 0, "timeout_s": 2.0, "charge_point": [part]} | more)


Open = Callable[..., Awaitable[OcppIntegration]]
Connect = Callable[..., Awaitable[FakeChargePoint]]


@pytest.fixture
async def listen(clock: SimulatedClock) -> AsyncIterator[Open]:
    """Returns a function that starts a central system with settings."""
    tasks: list[asyncio.Task[None]] = []

    async def start(
        told: OcppSettings | None = None, passwords: dict[str, str] | None = None, context: Any = None
    ) -> OcppIntegration:
        central = OcppIntegration(told or settings(), clock, passwords, context)
        tasks.append(asyncio.create_task(central.serve()))
        await central.listening.wait()
        return central

    yield start
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture
async def connect(clock: SimulatedClock) -> AsyncIterator[Connect]:
    """Returns a function that connects a fake charge point to a central system."""
    async with AsyncExitStack() as stack:

        async def join(central: OcppIntegration, name: str = "CP1", **more: Any) -> FakeChargePoint:
            car = more.pop("car", None) or BatteryCar(clock.now)
            fake = FakeChargePoint(url_of(central), name, car, clock=clock, **more)
            return await stack.enter_async_context(fake)

        yield join


def url_of(central: OcppIntegration) -> str:
    return f"http://127.0.0.1:{central.port}/ocpp"


def device_of(central: OcppIntegration, address: str = "CP1/1") -> Device:
    return central.setup(WALLBOX, Found("ocpp", address))


async def tell(
    device: Device,
    clock: SimulatedClock,
    power_w: float,
    *,
    name: str = "",
    lasts: timedelta = timedelta(minutes=5),
    fail_safe: FailSafe = FailSafe.RESTORE_POWER,
) -> Outcome:
    name = name or f"{power_w} W at {clock.now()}"
    return await device.apply(Instruction(name, WALLBOX, power_w, "test", clock.now() + lasts, fail_safe))


async def until(device: Device, holds: Callable[[dict[Quantity, Reading]], bool]) -> dict[Quantity, Reading]:
    """What the device says, once it says what is awaited; a quantity keeps what was said of it last."""
    known: dict[Quantity, Reading] = {}
    async for batch in device.readings():
        known |= {reading.quantity: reading for reading in batch}
        if holds(known):
            return known
    raise AssertionError("the readings ended")


@pytest.fixture
async def foreign() -> AsyncIterator[Callable[..., Any]]:
    async with ClientSession() as session:

        async def dial(central: OcppIntegration, protocol: str, answers: Answers) -> Foreign:
            socket = await session.ws_connect(f"{url_of(central)}/CP1", protocols=(protocol,))
            return Foreign(socket, answers)

        yield dial
