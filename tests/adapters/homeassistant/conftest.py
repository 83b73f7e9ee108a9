"""A fake Home Assistant with a plug and a wallbox, and the integration with its connection kept."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drrouter.adapters.clock import SimulatedClock, SystemClock
from drrouter.adapters.devices.homeassistant.device import HomeassistantDevice
from drrouter.adapters.devices.homeassistant.integration import HomeassistantIntegration, build
from drrouter.adapters.devices.homeassistant.settings import HomeassistantSettings
from drrouter.adapters.executor import InlineExecutor
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, Outcome
from drrouter.domain.measurement import Quantity, Reading
from drrouter.ports import Found, Surroundings
from drrouter.sim.wire.homeassistant import FakeHomeAssistant, FakePlug, FakeWallbox
from drrouter.supervise import Supervisor
from tests.adapters.kasa.kettle import Kettle

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOKEN = "long-lived token"


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(START)


@pytest.fixture
def plug(clock: SimulatedClock) -> FakePlug:
    return FakePlug("Kettle", Kettle(clock.now, 2000.0))


@pytest.fixture
def wallbox(clock: SimulatedClock) -> FakeWallbox:
    return FakeWallbox("Wallbox", Kettle(clock.now, 4000.0))


@pytest.fixture
async def server(
    plug: FakePlug, wallbox: FakeWallbox, clock: SimulatedClock
) -> AsyncIterator[FakeHomeAssistant]:
    async with FakeHomeAssistant(plug, wallbox, now=clock.now) as server:
        yield server


def settings_of(server: FakeHomeAssistant, **more: object) -> HomeassistantSettings:
    table = {"url": server.url, "token_file": "token", "timeout_s": 0.5} | more
    return HomeassistantSettings.model_validate(table)


def built(
    server: FakeHomeAssistant, clock: SimulatedClock, folder: Path, **more: object
) -> HomeassistantIntegration:
    surroundings = Surroundings(clock, InlineExecutor(), folder, lambda _: TOKEN)
    return build(settings_of(server, **more), surroundings)


class Home:
    """The integration as the router runs it."""

    def __init__(self, integration: HomeassistantIntegration, clock: SimulatedClock) -> None:
        self.integration, self.clock = integration, clock
        self._numbers = iter(range(1000))

    async def found(self) -> dict[str, Found]:
        """Who is found, by id."""
        return {one.identity["id"]: one for one in await self.integration.discover()}

    async def device(self, name: str) -> HomeassistantDevice:
        device = self.integration.setup(DeviceId("kettle"), (await self.found())[name])
        assert isinstance(device, HomeassistantDevice)
        return device

    async def tell(self, device: HomeassistantDevice, power_w: float) -> Outcome:
        until = self.clock.now() + timedelta(minutes=5)
        name = f"instruction {next(self._numbers)}"
        return await device.apply(Instruction(name, device.id, power_w, "test", until))


async def first(device: HomeassistantDevice) -> dict[Quantity, Reading]:
    """The first batch of readings."""
    readings = device.readings()
    try:
        return {reading.quantity: reading for reading in await anext(readings)}
    finally:
        await readings.aclose()  # type: ignore[attr-defined]


@asynccontextmanager
async def served(integration: HomeassistantIntegration, clock: SimulatedClock) -> AsyncIterator[Home]:
    """Its connection kept while entered."""
    async with Supervisor(SystemClock()) as supervisor:
        supervisor.start("serve homeassistant", integration.serve)
        yield Home(integration, clock)
        await supervisor.stop("serve homeassistant")


Serve = Callable[..., Awaitable[Home]]


@pytest.fixture
async def serve(server: FakeHomeAssistant, clock: SimulatedClock, tmp_path: Path) -> AsyncIterator[Serve]:
    """Returns a function that makes the integration with these settings, and serves it."""
    async with AsyncExitStack() as stack:

        async def begin(**more: object) -> Home:
            integration = built(server, clock, tmp_path, **more)
            return await stack.enter_async_context(served(integration, clock))

        yield begin


@pytest.fixture
async def home(serve: Serve) -> Home:
    return await serve()


async def drain(device: HomeassistantDevice) -> None:
    """Read for ever, which ends by an error."""
    async for _ in device.readings():
        pass
