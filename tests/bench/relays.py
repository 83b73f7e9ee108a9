"""A hundred relays and their provider in a process of their own, beside a router whose solver never answers.

    operator -> VTN --notice by webhook or MQTT--> router --Kasa's bytes--> relays
                 ^                                    |
                 '------------- receipts -------------'

The router is in the test's process; real bytes are between all of them. All instants are of the machine's
monotonic clock, which is one for all processes.
"""

import asyncio
import statistics
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic

from drrouter.adapters.clock import SystemClock
from drrouter.adapters.openadr3 import ObjectType
from drrouter.adapters.solver_child import SolverChild
from drrouter.adapters.vtn import ClientCredential, Role, VtnConfig
from drrouter.adapters.vtn.app import build_app
from drrouter.adapters.vtn.call import VTN
from drrouter.adapters.vtn.objects import Changed
from drrouter.adapters.vtn.server import listening
from drrouter.app import App, Options, running
from drrouter.config import load_home
from drrouter.domain.event import PayloadType
from drrouter.domain.interval import Interval
from drrouter.sim.demo.provider import BusinessLogic
from drrouter.sim.demo.scenario import LOADS, Cancel, Order, Post
from drrouter.sim.home_process import free_port
from drrouter.sim.wire.kasa import FakePlug
from tests.adapters.runtime.planner_targets import hang
from tests.pushing import Relay

PLUGS, ROUNDS = 100, 20
SECRET = "a secret for a bench"
PAUSE_S = 0.02

HOME = """
schema = "drrouter.home/1"
[site]
name = "A hundred relays"
time_zone = "Europe/Amsterdam"
[tariff]
id = "generic.nl_dynamic"
[[provider]]
id = "grid"
kind = "openadr3"
role = "network"
url = "{url}"
client_id = "home"
client_secret = "{secret}"
ven_name = "home"
{push}
[api]
port = 0
[kasa]
broadcast = "127.255.255.255"
port = {port}
poll_s = 60
every_s = 60
"""

DEVICE = """
[[device]]
id = "relay_{number}"
name = "Relay {number}"
model = "generic.hvac_relay"
integration = "kasa"
match = {{ address = "127.79.0.{number}:{port}" }}
groups = ["hvac"]
"""

WEBHOOK, MQTT = "[provider.webhook]", "mqtt = true\npoll_s = 600"


class Receipts:
    """When the VTN kept the receipt of each relay, by event."""

    def __init__(self) -> None:
        self.came_at: dict[str, dict[str, float]] = {}
        self.tell: Callable[[Changed], None] = lambda changed: None

    def changed(self, changed: Changed) -> None:
        """The VTN keeps something; whoever listened before is told, too."""
        self.tell(changed)
        if changed.kind is not ObjectType.REPORT or changed.new is None:
            return
        if changed.new["reportName"].startswith("receipt"):
            came_at = self.came_at.setdefault(changed.new["eventID"], {})
            came_at.setdefault(changed.new["resources"][0]["resourceName"], monotonic())


def neighbourhood(pipe: Connection, port: int, broker: str | None) -> None:
    """The other process: VTN and plugs; answers each question on the pipe."""
    asyncio.run(_neighbourhood(pipe, port, broker))


async def _neighbourhood(pipe: Connection, port: int, broker: str | None) -> None:
    clock, relays, receipts = SystemClock(), [Relay() for _ in range(PLUGS)], Receipts()
    clients = (
        ClientCredential("operator", SECRET, Role.BL),
        ClientCredential("home", SECRET, Role.VEN, ven_name="home", targets=("hvac",)),
    )
    app = build_app(VtnConfig(clients, callbacks_on_this_machine=True, mqtt=broker), clock)
    async with AsyncExitStack() as stack:
        for number, relay in enumerate(relays, 1):
            plug = FakePlug(f"127.79.0.{number}", f"Relay {number}", relay, now=clock.now, port=port)
            await stack.enter_async_context(plug)
        pipe.send(await stack.enter_async_context(listening(app)))
        objects = app[VTN].objects
        receipts.tell, objects.on_changed = objects.on_changed, receipts.changed
        while (question := await asyncio.to_thread(pipe.recv)) != "end":
            if question == "relays":
                pipe.send([(relay.on, relay.changed_at) for relay in relays])
            else:
                pipe.send(receipts.came_at.get(question, {}))


class Street:
    """The router, the provider's operator, and a pipe to the relays."""

    def __init__(self, app: App, operator: BusinessLogic, pipe: Connection) -> None:
        self.app, self.operator, self.pipe = app, operator, pipe
        self._clock = SystemClock()

    async def _asked(self, question: str) -> list[tuple[bool, float]]:
        self.pipe.send(question)
        found: list[tuple[bool, float]] = await asyncio.to_thread(self.pipe.recv)
        return found

    async def all_are(self, on: bool) -> list[float]:
        """Wait until every relay is as wished; when each moved."""
        while True:
            states = await self._asked("relays")
            if all(state == on for state, _ in states):
                return [changed_at for _, changed_at in states]
            await asyncio.sleep(PAUSE_S)

    async def receipts(self, event_id: str) -> list[float]:
        """Wait until the VTN has a receipt of every relay; when each came."""
        while True:
            self.pipe.send(event_id)
            came_at: dict[str, float] = await asyncio.to_thread(self.pipe.recv)
            if len(came_at) == PLUGS:
                return list(came_at.values())
            await asyncio.sleep(PAUSE_S)

    async def shed(self, number: int) -> tuple[list[float], list[float]]:
        """One order and its end; seconds from the order to each relay, and to each receipt."""
        span = Interval(self._clock.now(), self._clock.now() + timedelta(minutes=20))
        order = Order(f"shed {number}", LOADS, PayloadType.SIMPLE, span, 2.0, targets=("hvac",))
        begin = monotonic()
        await self.operator.perform(Post(span.start, order, ""))
        event_id = self.operator.event_id(order.key)
        moved = await self.all_are(on=False)
        receipts = await self.receipts(str(event_id))
        await self.operator.perform(Cancel(span.start, order.key, ""))
        await self.all_are(on=True)
        return [at - begin for at in moved], [at - begin for at in receipts]


@asynccontextmanager
async def street(folder: Path, push: str, broker: str | None = None) -> AsyncIterator[Street]:
    """Everything runs, and all relays are on.

    Args:
        push: the lines of the home file by which the provider pushes.
        broker: where the VTN publishes its notices, if anywhere.
    """
    port, clock = free_port(), SystemClock()
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=neighbourhood, args=(theirs, port, broker), daemon=True)
    process.start()
    url = f"http://127.0.0.1:{await asyncio.to_thread(ours.recv)}"
    file = folder / "home.toml"
    devices = "".join(DEVICE.format(number=number, port=port) for number in range(1, PLUGS + 1))
    file.write_text(HOME.format(url=url, secret=SECRET, port=port, push=push) + devices)
    file.chmod(0o600)
    options = Options(solver=partial(SolverChild, target=hang))
    async with (
        BusinessLogic(url, "operator", SECRET, clock) as operator,
        running(load_home(file), options) as app,
    ):
        bench = Street(app, operator, ours)
        await bench.all_are(on=True)
        yield bench
    ours.send("end")
    await asyncio.to_thread(process.join, 10)


def figures(samples: Sequence[float]) -> dict[str, float]:
    """The spread of a measurement, in ms."""
    cuts = statistics.quantiles(sorted(samples), n=1000)
    found = {"p50_ms": cuts[499], "p99_ms": cuts[989], "p999_ms": cuts[998], "max_ms": max(samples)}
    return {"samples": len(samples)} | {name: round(1000 * value, 1) for name, value in found.items()}


def p999(samples: Sequence[float]) -> float:
    """Below which all but one of a thousand lie."""
    return sorted(samples)[int(0.999 * len(samples))]
