"""A fake radio with simulated nodes, zigpy's own stack above it, and a clock that the test moves."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.zigbee.integration import ZigbeeIntegration
from drrouter.adapters.devices.zigbee.settings import ZigbeeSettings
from drrouter.adapters.executor import InlineExecutor
from drrouter.domain.instruction import Instruction, Outcome
from drrouter.domain.measurement import Quantity, Reading
from drrouter.errors import DeviceError
from drrouter.ports import Device, Found, Surroundings
from drrouter.sim.wire.zigbee import FakeMesh, MeteringPlug, Node
from tests.adapters.zigbee.kettle import Kettle

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Home:
    """A mesh, the integration that serves it, and short words for what tests do again and again."""

    def __init__(self, mesh: FakeMesh, integration: ZigbeeIntegration, clock: SimulatedClock) -> None:
        self.mesh, self.integration, self.clock = mesh, integration, clock
        self.serving: asyncio.Task[None] | None = None
        self._numbers = iter(range(1, 1000))

    async def serve(self) -> None:
        """Open the stick, and return when the network runs."""
        self.serving = asyncio.create_task(self.integration.serve())
        await until(lambda: (self.mesh.app is not None and bool(self.mesh.permitted_s)) or self._failed())
        await asyncio.sleep(0)

    def _failed(self) -> bool:
        return self.serving is not None and self.serving.done()

    async def stop(self) -> None:
        if self.serving is not None:
            self.serving.cancel()
            with contextlib.suppress(asyncio.CancelledError, DeviceError):
                await self.serving

    async def join(self, node: Node) -> Found:
        """Let a node join; returns how it is found."""
        self.mesh.join(node)
        await until(lambda: self._interviewed(node))
        return next(one for one in await self.integration.discover() if one.address.startswith(node.id))

    def _interviewed(self, node: Node) -> bool:
        app = self.mesh.app
        devices = {} if app is None else {str(ieee): device for ieee, device in app.devices.items()}
        device = devices.get(node.id)
        return device is not None and device.is_initialized and not getattr(device, "initializing", False)

    async def tell(self, device: Device, power_w: float, **more: Any) -> Outcome:
        lasts = more.pop("lasts", timedelta(minutes=5))
        name = f"instruction {next(self._numbers)}"
        return await device.apply(
            Instruction(name, device.id, power_w, "test", self.clock.now() + lasts, **more)
        )

    def plug(self, number: int = 1, rated_w: float = 2000.0, **more: Any) -> MeteringPlug:
        kettle = Kettle(self.clock.now, rated_w)
        ieee = bytes.fromhex(f"00124b000a0b0c{number:02x}")
        return MeteringPlug(ieee, 0x1000 + number, kettle, now=self.clock.now, **more)


async def until(condition: Callable[[], bool]) -> None:
    """Let everything else run until the condition holds."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is waited for is deep inside the library
            await asyncio.sleep(0)


async def close(readings: AsyncIterator[Sequence[Reading]]) -> None:
    await readings.aclose()  # type: ignore[attr-defined]  # it is a generator


def values(batch: Any) -> dict[Quantity, float]:
    return {reading.quantity: reading.value for reading in batch}


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(START)


@pytest.fixture
def settings() -> ZigbeeSettings:
    return ZigbeeSettings(port="fake", radio="znp", database="", timeout_s=0.3)


@pytest.fixture
def surroundings(clock: SimulatedClock, tmp_path: Path) -> Surroundings:
    return Surroundings(clock, InlineExecutor(), tmp_path, lambda name: name)


@pytest.fixture
async def home(
    settings: ZigbeeSettings, surroundings: Surroundings, clock: SimulatedClock
) -> AsyncIterator[Home]:
    """A home whose stick is open."""
    mesh = FakeMesh()
    home = Home(mesh, ZigbeeIntegration(settings, surroundings, mesh.radio), clock)
    await home.serve()
    yield home
    await home.stop()
