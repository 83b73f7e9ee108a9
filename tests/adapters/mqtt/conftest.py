"""A broker, the integration with its session kept as the router keeps it, and devices with a kettle each."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from drrouter.adapters.clock import SimulatedClock, SystemClock
from drrouter.adapters.devices.mqtt.device import MqttDevice
from drrouter.adapters.devices.mqtt.integration import MqttIntegration, build
from drrouter.adapters.devices.mqtt.settings import MqttSettings
from drrouter.adapters.executor import InlineExecutor
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, Outcome
from drrouter.domain.measurement import Quantity, Reading
from drrouter.ports import Found, Surroundings
from drrouter.sim.wire.mqtt import SmallBroker
from drrouter.supervise import Supervisor
from tests.adapters.kasa.kettle import Kettle
from tests.adapters.mqtt.broker import PASSWORD, HomeBroker

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(START)


@pytest.fixture
async def broker() -> AsyncIterator[HomeBroker]:
    broker = HomeBroker()
    await broker.start()
    yield broker
    await broker.stop()


@pytest.fixture
async def enter() -> AsyncIterator[Callable[[Any], Awaitable[Any]]]:
    """Enters a context manager until the test is over."""
    async with AsyncExitStack() as stack:
        yield stack.enter_async_context


@pytest.fixture
async def small() -> AsyncIterator[SmallBroker]:
    """A broker of our own that errs on demand."""
    async with SmallBroker() as broker:
        yield broker


@pytest.fixture
def kettle(clock: SimulatedClock) -> Kettle:
    return Kettle(clock.now, 2000.0)


class Home:
    """The integration as the router runs it."""

    def __init__(self, integration: MqttIntegration, clock: SimulatedClock) -> None:
        self.integration, self.clock = integration, clock
        self._numbers = iter(range(1000))

    async def found(self, *wanted: str) -> dict[str, Found]:
        """Who is found, by id; looked for again until all that are wanted are there."""
        while True:
            found = {one.identity["id"]: one for one in await self.integration.discover()}
            if found.keys() >= set(wanted):
                return found
            await asyncio.sleep(0)  # where the session hears nothing of itself, nobody else would have a turn

    async def device(self, name: str) -> MqttDevice:
        found = await self.found(name)
        device = self.integration.setup(DeviceId("kettle"), found[name])
        assert isinstance(device, MqttDevice)
        return device

    async def read_until(self, device: MqttDevice, *wanted: Quantity) -> dict[Quantity, Reading]:
        """The newest reading of each quantity, once all that are wanted came; looked around meanwhile."""
        seen: dict[Quantity, Reading] = {}

        async def read() -> None:
            async for batch in device.readings():
                seen.update({reading.quantity: reading for reading in batch})
                if seen.keys() >= set(wanted):
                    return

        reading = asyncio.create_task(read())
        while not reading.done():
            await self.integration.discover()
            await asyncio.sleep(0)
        await reading
        return seen

    async def tell(self, device: MqttDevice, power_w: float, name: str = "") -> Outcome:
        name = name or f"instruction {next(self._numbers)}"
        until = self.clock.now() + timedelta(minutes=5)
        return await device.apply(Instruction(name, device.id, power_w, "test", until))


async def drain(device: MqttDevice, between: Callable[[], Awaitable[None]] | None = None) -> None:
    """Read for ever, which ends by an error."""
    async for _ in device.readings():
        if between:
            await between()


@asynccontextmanager
async def at_home(port: int, clock: SimulatedClock, folder: Path, **more: object) -> AsyncIterator[Home]:
    """The integration, its session kept while entered."""
    settings = MqttSettings.model_validate({"host": "127.0.0.1", "port": port, "timeout_s": 1} | more)
    integration = build(settings, Surroundings(clock, InlineExecutor(), folder, lambda _: PASSWORD))
    async with Supervisor(SystemClock()) as supervisor:
        supervisor.start("serve mqtt", integration.serve)
        yield Home(integration, clock)
        await supervisor.stop("serve mqtt")


@pytest.fixture
async def home(broker: HomeBroker, clock: SimulatedClock, tmp_path: Path) -> AsyncIterator[Home]:
    async with at_home(broker.port, clock, tmp_path) as home:
        yield home
