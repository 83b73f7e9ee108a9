"""A CEM on a free port, resource managers that connect to it, and a clock that the test moves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.s2.integration import S2Integration
from drrouter.adapters.devices.s2.settings import S2Settings
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import FailSafe, Instruction, Outcome
from drrouter.domain.measurement import Quantity
from drrouter.ports import Device, Found
from tests.adapters.s2.foreign import Kind, Manager

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
DEVICE = DeviceId("device")
TOKEN = "a token of at least thirty-two characters"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(START)


def settings(**more: Any) -> S2Settings:
    part = {"id": "rm", "token_file": "rm.token"} | more.pop("part", {})
    return S2Settings.model_validate({"port": 0, "timeout_s": 2.0, "resource_manager": [part]} | more)


Open = Callable[..., Awaitable[S2Integration]]
Dial = Callable[..., Awaitable[ClientWebSocketResponse]]
Join = Callable[..., Awaitable[Manager]]


@pytest.fixture
async def listen(clock: SimulatedClock) -> AsyncIterator[Open]:
    """Returns a function that starts a CEM with settings."""
    tasks: list[asyncio.Task[None]] = []

    async def start(told: S2Settings | None = None, context: Any = None) -> S2Integration:
        cem = S2Integration(told or settings(), clock, {"rm": TOKEN}, context)
        tasks.append(asyncio.create_task(cem.serve()))
        await cem.listening.wait()
        return cem

    yield start
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture
async def dial() -> AsyncIterator[Dial]:
    """Returns a function that opens a WebSocket to a CEM."""
    async with ClientSession() as session:

        async def connect(cem: S2Integration, **more: Any) -> ClientWebSocketResponse:
            name = more.pop("name", "rm")
            more.setdefault("headers", HEADERS)
            socket: ClientWebSocketResponse = await session.ws_connect(url_of(cem, name), **more)
            return socket

        yield connect


@pytest.fixture
async def join(dial: Dial) -> AsyncIterator[Join]:
    """Returns a function that lets a resource manager of s2-python connect and be selected."""
    joined: list[Manager] = []

    async def connect(cem: S2Integration, *, selected: str = "", **kinds: Any) -> Manager:
        details = kinds.pop("details", {})
        manager = Manager(await dial(cem), dict[str, Kind](kinds), **details)
        joined.append(manager)
        if selected:
            await manager.kinds[selected].selected.wait()
        return manager

    yield connect
    for manager in joined:
        await manager.leave()


def url_of(cem: S2Integration, name: str = "rm") -> str:
    return f"http://127.0.0.1:{cem.port}/s2/{name}"


def device_of(cem: S2Integration) -> Device:
    return cem.setup(DEVICE, Found("s2", "rm"))


async def tell(
    device: Device,
    clock: SimulatedClock,
    power_w: float,
    *,
    mode: int | None = None,
    lasts: timedelta = timedelta(minutes=15),
    fail_safe: FailSafe = FailSafe.RESTORE_POWER,
    name: str = "",
) -> Outcome:
    name = name or f"{power_w} W, mode {mode}, at {clock.now()}"
    until = clock.now() + lasts
    return await device.apply(Instruction(name, DEVICE, power_w, "test", until, fail_safe, mode))


async def until(device: Device, holds: Callable[[dict[Quantity, float]], bool]) -> dict[Quantity, float]:
    """What the device says, once it says what is awaited; a quantity keeps what was said of it last."""
    known: dict[Quantity, float] = {}
    async for batch in device.readings():
        known |= {reading.quantity: reading.value for reading in batch}
        if holds(known):
            return known
    raise AssertionError("the readings ended")
