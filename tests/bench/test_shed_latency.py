"""How fast a load-shed order of a provider reaches a hundred plugs while the solver hangs (R3, B1).

VTN push -> plug's relay has moved: the VTN and the plugs are one process, the true router with a solver
that never answers is the other, with real bytes between all of them.

BENCH_DIR=build/bench .venv/bin/python -m pytest tests/bench/test_shed_latency.py -s
"""

import asyncio
import json
import os
import statistics
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic

import pytest

from drrouter.adapters.clock import SystemClock
from drrouter.adapters.solver_child import SolverChild
from drrouter.adapters.vtn import ClientCredential, Role, VtnConfig, serve
from drrouter.app import App, Options, running
from drrouter.config import load_home
from drrouter.domain.event import PayloadType
from drrouter.domain.interval import Interval
from drrouter.sim.demo.provider import BusinessLogic
from drrouter.sim.demo.scenario import LOADS, Cancel, Order, Post
from drrouter.sim.home_process import free_port
from drrouter.sim.wire.kasa import FakePlug
from tests.adapters.runtime.planner_targets import hang

PLUGS, ROUNDS = 100, 20
LIMIT_S = 2.0
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
[provider.webhook]
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


class Relay:
    """A load that remembers when its supply last changed."""

    def __init__(self) -> None:
        self.on, self.changed_at = False, 0.0

    def set_supply(self, on: bool) -> None:
        self.on, self.changed_at = on, monotonic()

    def power_w(self) -> float:
        return 1200.0 if self.on else 0.0

    def energy_wh(self) -> float:
        return 0.0


def neighbourhood(pipe: Connection, port: int) -> None:
    """The other process: VTN and plugs; answers each question on the pipe with its relays."""
    asyncio.run(_neighbourhood(pipe, port))


async def _neighbourhood(pipe: Connection, port: int) -> None:
    clock, relays = SystemClock(), [Relay() for _ in range(PLUGS)]
    clients = (
        ClientCredential("operator", SECRET, Role.BL),
        ClientCredential("home", SECRET, Role.VEN, ven_name="home", targets=("hvac",)),
    )
    config = VtnConfig(clients, callbacks_on_this_machine=True)
    async with AsyncExitStack() as stack:
        for number, relay in enumerate(relays, 1):
            plug = FakePlug(f"127.79.0.{number}", f"Relay {number}", relay, now=clock.now, port=port)
            await stack.enter_async_context(plug)
        vtn = asyncio.create_task(serve(config, clock, ready=pipe.send))
        while await asyncio.to_thread(pipe.recv) == "relays":
            pipe.send([(relay.on, relay.changed_at) for relay in relays])
        vtn.cancel()


class Bench:
    """The router, the provider's operator, and a pipe to the relays."""

    def __init__(self, app: App, operator: BusinessLogic, pipe: Connection) -> None:
        self.app, self.operator, self.pipe = app, operator, pipe

    async def relays(self) -> list[tuple[bool, float]]:
        self.pipe.send("relays")
        found: list[tuple[bool, float]] = await asyncio.to_thread(self.pipe.recv)
        return found

    async def all_are(self, on: bool) -> list[float]:
        """Wait until every relay is as wished; when each moved."""
        while True:
            states = await self.relays()
            if all(state == on for state, _ in states):
                return [changed_at for _, changed_at in states]
            await asyncio.sleep(PAUSE_S)

    async def shed(self, number: int, now: Callable[[], Interval]) -> list[float]:
        """One order and its end; seconds from the order to each relay."""
        span = now()
        order = Order(f"shed {number}", LOADS, PayloadType.SIMPLE, span, 2.0, targets=("hvac",))
        begin = monotonic()
        await self.operator.perform(Post(span.start, order, ""))
        moved = await self.all_are(on=False)
        await self.operator.perform(Cancel(span.start, order.key, ""))
        await self.all_are(on=True)
        return [at - begin for at in moved]


@pytest.mark.timeout(500)
async def test_a_shed_reaches_a_hundred_plugs_within_two_seconds_while_the_solver_hangs(
    tmp_path: Path,
) -> None:
    port, clock = free_port(), SystemClock()
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=neighbourhood, args=(theirs, port), daemon=True)
    process.start()
    url = f"http://127.0.0.1:{await asyncio.to_thread(ours.recv)}"
    file = tmp_path / "home.toml"
    devices = "".join(DEVICE.format(number=number, port=port) for number in range(1, PLUGS + 1))
    file.write_text(HOME.format(url=url, secret=SECRET, port=port) + devices)
    file.chmod(0o600)
    options = Options(solver=partial(SolverChild, target=hang))
    async with (
        BusinessLogic(url, "operator", SECRET, clock) as operator,
        running(load_home(file), options) as app,
    ):
        bench = Bench(app, operator, ours)
        await bench.all_are(on=True)
        soon = lambda: Interval(clock.now(), clock.now() + timedelta(minutes=20))  # noqa: E731 - one use
        samples = [one for number in range(ROUNDS) for one in await bench.shed(number, soon)]
    ours.send("end")
    await asyncio.to_thread(process.join, 10)
    _tell(sorted(samples))
    assert sorted(samples)[int(0.999 * len(samples))] <= LIMIT_S


def _tell(samples: list[float]) -> None:
    cuts = statistics.quantiles(samples, n=1000)
    result = {
        "plugs": PLUGS,
        "rounds": ROUNDS,
        "solver": "hangs",
        "p50_ms": round(1000 * cuts[499], 1),
        "p99_ms": round(1000 * cuts[989], 1),
        "p999_ms": round(1000 * cuts[998], 1),
        "max_ms": round(1000 * samples[-1], 1),
    }
    print(json.dumps(result))
    if folder := os.environ.get("BENCH_DIR"):
        (Path(folder) / "shed_latency.json").write_text(json.dumps(result) + "\n", encoding="utf-8")
