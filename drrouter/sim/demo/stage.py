"""Sets the demo's stage: the clock, the provider's server, the simulated home and the router, wired together.

clock server (here) --- vtn <---cable---> router <---kasa---> home
     |                   ^        ^         ^                  ^
    demo -------------- events   cut   options, wishes ----- hands
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from yarl import URL

from drrouter.adapters.client import DrClient
from drrouter.adapters.clock import SharedClock
from drrouter.config import load_home
from drrouter.sim.clock_server import ClockServer
from drrouter.sim.demo.day import Day
from drrouter.sim.demo.files import OPERATOR, draw_secrets, write_home, write_simulated_home, write_vtn
from drrouter.sim.demo.narrator import Narrator
from drrouter.sim.demo.owner import Household
from drrouter.sim.demo.panel_link import panel_link
from drrouter.sim.demo.processes import Processes
from drrouter.sim.demo.provider import BusinessLogic
from drrouter.sim.demo.scenario import PROVIDER_DAY, START
from drrouter.sim.wire.cable import Cable

PARTICIPANTS = ("demo", "home", "router", "vtn")


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that runs, and how people reach the router."""

    server: ClockServer
    processes: Processes
    day: Day
    url: str
    token: str
    panel: str
    """Opens the panel, signed in as the owner, once; how to build it, where it was not."""


@asynccontextmanager
async def set_stage(
    folder: Path, speed: float | None, api_port: int, processes: Processes, narrator: Narrator
) -> AsyncIterator[Stage]:
    """Start everything in the folder; simulated time stands at the start of the day until it is all there.

    Raises:
        DrrouterError: a part did not start; its last words are in the sentence.
    """
    given = draw_secrets()
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(ClockServer(START, speed=speed, wait_for=PARTICIPANTS))
        clock = await stack.enter_async_context(SharedClock.connect(server.url, "demo"))
        await stack.enter_async_context(processes)
        on_clock = ("--clock", server.url)
        with clock.working():
            vtn = await processes.start("vtn", "vtn", str(write_vtn(folder, given)), *on_clock)
            provider = BusinessLogic(vtn["url"], OPERATOR, given.operator, clock)
            await stack.enter_async_context(provider)
            for act in PROVIDER_DAY:
                if act.at <= START:
                    await provider.perform(act)
            home = await processes.start("home", "sim-home", str(write_simulated_home(folder)), *on_clock)
            cable = await stack.enter_async_context(Cable(URL(vtn["url"]).port or 0))
            seen_at = str(URL(vtn["url"]).with_port(cable.entrance))
            home_file = write_home(folder, seen_at, home["plug_port"], api_port, given)
            router = await processes.start("router", "run", str(home_file), *on_clock)
            token = _first_line(router["token_file"])
            api = await stack.enter_async_context(DrClient(router["url"], token, clock))
            panel = await panel_link(api)
            household = await stack.enter_async_context(Household(home["control"], api, clock))
            tariff = load_home(home_file).tariff
            errors = partial(processes.errors_logged, "vtn", "home")  # the router counts its own
            day = Day(clock, provider, household, api, tariff, narrator, cable, errors)
        yield Stage(server, processes, day, router["url"], token, panel)


def _first_line(path: str) -> str:
    return Path(path).read_text(encoding="utf-8").split("\n", 1)[0]
