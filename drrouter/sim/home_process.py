"""A simulated home as a process of its own: fake plugs on loopback, physics behind them, and the demo's hand.

    drrouter sim-home HOME.toml --clock clock://127.0.0.1:PORT

Prints one line of JSON when everything listens, and lives until SIGTERM:

    {"control": "http://127.0.0.1:41807", "plug_port": 9999, "plugs": {"freezer": "127.77.0.11:9999"}}
"""

import asyncio
import contextlib
import json
import logging
import signal
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from aiohttp import web

from drrouter.adapters.clock import open_clock
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import floor_to
from drrouter.errors import DeviceError
from drrouter.objectmodel import Catalogue, load_catalogue
from drrouter.ports import Clock
from drrouter.sim.home_control import HomeControl
from drrouter.sim.home_file import SimulatedHome, house_of, read_home
from drrouter.sim.house import House, Outlet
from drrouter.sim.wire.kasa import FakePlug

LOOPBACK = "127.0.0.1"
MINUTE = timedelta(minutes=1)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the parts of a simulated home listen."""

    control: str
    plug_port: int
    plugs: dict[str, str]


async def serve_home(path: Path, clock_url: str | None, control_port: int = 0, name: str = "home") -> None:
    """The whole process: read the file, join the clock, live until SIGTERM or SIGINT.

    Raises:
        InputError: the file or the clock's URL is not valid.
        DaemonUnreachableError: no clock answers.
        DeviceError: a port is taken.
    """
    home, catalogue = read_home(path), load_catalogue()
    async with open_clock(clock_url, name) as clock:
        living = asyncio.ensure_future(run_home(home, clock, catalogue=catalogue, control_port=control_port))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, living.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await living
    _log.info("the simulated home ends")


async def run_home(
    home: SimulatedHome,
    clock: Clock,
    *,
    catalogue: Catalogue | None = None,
    control_port: int = 0,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Bring the home up, say where it listens, and let it live until cancelled.

    Args:
        home: what stands in it.
        clock: its time.
        catalogue: the object models; the shipped ones where none is given.
        control_port: where the demo's hand listens on loopback; 0 chooses a free one.
        ready: what to do with the line of JSON; it is printed where nothing is given.

    Raises:
        DocumentError: a model or parameter is unknown.
        DeviceError: a port is taken.
    """
    async with open_home(home, clock, catalogue=catalogue, control_port=control_port) as (house, addresses):
        (ready or _print_line)(json.dumps(asdict(addresses)))
        while True:
            await clock.sleep_until(floor_to(clock.now(), MINUTE) + MINUTE)
            house.advance(clock.now())


@contextlib.asynccontextmanager
async def open_home(
    home: SimulatedHome, clock: Clock, *, catalogue: Catalogue | None = None, control_port: int = 0
) -> AsyncIterator[tuple[House, Addresses]]:
    """The home with its plugs and its control listening; they end with the context."""
    spec = house_of(home, catalogue or load_catalogue())
    house = House(spec, clock.now())
    port = home.plug_port or free_port()
    async with contextlib.AsyncExitStack() as stack:
        plugs: dict[DeviceId, FakePlug] = {}
        try:
            for device in home.devices:
                device_id = DeviceId(device.id)
                house.appliance(device_id).set_supply(device.on)
                plug = FakePlug(
                    str(device.address),
                    device.alias,
                    Outlet(house, device_id, clock.now),
                    now=clock.now,
                    port=port,
                    on=device.on,
                )
                plugs[device_id] = await stack.enter_async_context(plug)
            control = HomeControl(spec, house, plugs, clock)
            url = await stack.enter_async_context(_listening(control.application(), control_port))
        except OSError as error:
            raise DeviceError(f"the simulated home cannot listen: {error.strerror or error}") from error
        yield house, Addresses(url, port, {key: f"{plug.address}:{port}" for key, plug in plugs.items()})


def free_port() -> int:
    """A port that is free over TCP and UDP now, so that all plugs can share it."""
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        tcp.bind((LOOPBACK, 0))
        port: int = tcp.getsockname()[1]
        udp.bind((LOOPBACK, port))
        return port


@contextlib.asynccontextmanager
async def _listening(application: web.Application, port: int) -> AsyncIterator[str]:
    """The service on loopback, by its URL."""
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, LOOPBACK, port)
        await site.start()
        yield f"http://{LOOPBACK}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _print_line(line: str) -> None:
    """One line on standard output, at once."""
    print(line, flush=True)
