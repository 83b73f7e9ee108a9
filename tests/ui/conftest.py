"""A home behind a real local API, and the screens attached to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from drrouter.adapters.api import Entrance, LocalApi
from drrouter.adapters.client import DrClient
from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.store import SqliteStore
from drrouter_ui.app import RouterApp
from drrouter_ui.seen import look
from drrouter_ui.words import speak
from tests.adapters.store.builders import Inline
from tests.ui.home import NOW, FullHome
from tests.ui.pictures import shown

NARROW, WIDE = (80, 24), (120, 40)
PATIENCE_S = 20.0


@dataclass(slots=True)
class Waits:
    """Stands for real seconds; while ``held``, who waits waits on."""

    seconds: list[float] = field(default_factory=list)
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)
        await self.may_go_on.wait()


@dataclass(slots=True)
class Served:
    """One running API with what is behind it; ``stop`` and ``start`` make it go and return."""

    home: FullHome
    clock: SimulatedClock
    client: DrClient
    waits: Waits
    start: Callable[[], Awaitable[None]]
    stop: Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Screens:
    """The opened screens as a person has them."""

    app: RouterApp
    pilot: Pilot[None]

    @property
    def text(self) -> str:
        return shown(self.app)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def sees(self, *texts: str) -> None:
        """Wait until all of these are on the screen; what a person waits for, a test waits for too."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not all(text in self.text for text in texts):
                    await self.pilot.pause()
        except TimeoutError:
            raise AssertionError(f"{texts} are not all on the screen:\n{self.text}") from None

    async def listens(self) -> None:
        """Wait a moment until a key would reach something; a screen is drawn before it listens."""
        for _ in range(50):
            if self.pilot.app.focused is not None:
                return
            await self.pilot.pause()

    async def sees_no(self, text: str) -> None:
        """Wait until this has left the screen."""
        async with asyncio.timeout(PATIENCE_S):
            while text in self.text:
                await self.pilot.pause()


Open = Callable[..., Any]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """What another test spoke is forgotten."""
    speak("en")
    yield
    speak("en")


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    clock = SimulatedClock(NOW)
    home = FullHome(clock)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(SqliteStore(tmp_path / "store.db", Inline(), clock))
        entrance = await Entrance.open(store, clock, Inline())
        secret = await entrance.tokens.owner_token()
        api = await LocalApi(home, entrance, clock, port=0).__aenter__()
        port = int(api.url.rpartition(":")[2])
        running = [api]

        async def stop() -> None:
            await running.pop().__aexit__(None, None, None)

        async def start() -> None:
            running.append(await LocalApi(home, entrance, clock, port=port).__aenter__())

        client = await stack.enter_async_context(DrClient(api.url, secret))
        waits = Waits()
        waits.may_go_on.set()
        yield Served(home, clock, client, waits, start, stop)
        for left in running:
            await left.__aexit__(None, None, None)


@pytest.fixture
def opened(served: Served) -> Open:
    """Open the screens at a size: ``async with opened(NARROW) as screens``."""

    @asynccontextmanager
    async def opened(
        size: tuple[int, int] = NARROW, *, plain: bool = False, marker: str = "▸ Freezer"
    ) -> AsyncIterator[Screens]:
        seen = await look(served.client)
        app = RouterApp(served.client, seen, plain=plain, pause=served.waits)
        async with app.run_test(size=size, notifications=True) as pilot:
            screens = Screens(app, pilot)
            await screens.sees("> Freezer" if plain else marker)
            await screens.listens()
            yield screens

    return opened
