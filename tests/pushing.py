"""Orders of a provider on their way to plugs, through a bad network and under TLS (R3).

    operator --> VTN ==TLS==> link ==TLS==> webhook          a notice
                  ^                            |
                  '===TLS== link <==TLS== router --> plug    the event itself, then the relay

VTN and plugs answer real bytes; the VTN is a process of its own. A trial is an order until the relay is off;
then it is taken back until the relay is on again. Several homes go on beside one another, each with links of
its own, at its own pace.
"""

import asyncio
import random
import ssl
import statistics
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import trustme

from drrouter.adapters.openadr3.times import format_instant
from drrouter.app import Options, running
from drrouter.config import load_home
from drrouter.sim.home_process import free_port
from drrouter.sim.wire.kasa import FakePlug
from tests.children import CLOCK, SECRET, Children, Operator, pause
from tests.lossy_link import LossyLink, Weather

HOME = """
schema = "drrouter.home/1"
[site]
name = "A home far away"
time_zone = "Europe/Amsterdam"
[tariff]
id = "generic.nl_dynamic"
[[provider]]
id = "grid"
kind = "openadr3"
role = "network"
url = "https://127.0.0.1:{vtn_port}"
ca_file = "ca.pem"
client_id = "{name}"
client_secret = "{secret}"
ven_name = "{name}"
poll_s = 60
[provider.webhook]
port = {hook_port}
url = "https://127.0.0.1:{hook_entrance}/notices"
cert_file = "cert.pem"
key_file = "key.pem"
[store]
path = "{name}.sqlite3"
[api]
port = 0
token_file = "{name}.token"
[kasa]
broadcast = "127.255.255.255"
port = {kasa_port}
discovery_s = 0.1
poll_s = 30
every_s = 30
[[device]]
id = "hvac"
name = "Air conditioner"
model = "generic.hvac_relay"
integration = "kasa"
match = {{ alias = "{name}" }}
groups = ["{name}_loads"]
"""

LONGEST_PAUSE_S = 5.0
GIVE_UP_S = 60.0


class Relay:
    """A load that knows when its supply last changed."""

    def __init__(self) -> None:
        self.on, self.changed_at, self.moved = False, 0.0, asyncio.Event()

    def set_supply(self, on: bool) -> None:
        if on != self.on:
            self.on, self.changed_at = on, monotonic()
            self.moved.set()

    def power_w(self) -> float:
        return 1200.0 if self.on else 0.0

    def energy_wh(self) -> float:
        return 0.0

    async def becomes(self, on: bool) -> float:
        """When it did."""
        async with asyncio.timeout(GIVE_UP_S):
            while self.on != on:
                self.moved.clear()
                await self.moved.wait()
        return self.changed_at


@dataclass(slots=True)
class Outcome:
    """What came out.

    Attributes:
        samples: seconds from the push of an order to the relay.
        ends: seconds from taking it back to the relay, a new plan included.
    """

    samples: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    segments: int = 0
    lost: int = 0
    connections: int = 0
    took_s: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Figures for a bench."""
        cuts = statistics.quantiles(self.samples, n=100)
        return {
            "trials": len(self.samples),
            "p50_s": round(cuts[49], 2),
            "p99_s": round(cuts[98], 2),
            "max_s": round(max(self.samples), 2),
            "over_10_s": sum(sample > 10 for sample in self.samples),
            "end_p50_s": round(statistics.median(self.ends), 2),
            "end_max_s": round(max(self.ends), 2),
            "connections": self.connections,
            "segments": self.segments,
            "segments_lost": self.lost,
            "took_s": round(self.took_s),
        }


async def push(folder: Path, homes: int, trials: int, seed: int, weather: Weather | None = None) -> Outcome:
    """Let each home have its share of the trials."""
    names = [f"home{number}" for number in range(1, homes + 1)]
    outcome, began = Outcome(), monotonic()
    tls = await asyncio.to_thread(certify, folder)
    async with AsyncExitStack() as stack:
        children = await stack.enter_async_context(Children(folder))
        url = await children.vtn(
            'tls_cert = "cert.pem"\ntls_key = "key.pem"\ncallback_ca = "ca.pem"\n', homes=names
        )
        operator = await stack.enter_async_context(Operator(url, tls))
        made = [
            Home(name, seed + number, int(url.rpartition(":")[2]), weather or Weather())
            for number, name in enumerate(names)
        ]
        async with asyncio.TaskGroup() as group:
            for home in made:
                group.create_task(home.play(folder, operator, trials // homes, outcome))
    outcome.took_s = monotonic() - began
    return outcome


def certify(folder: Path) -> ssl.SSLContext:
    """An authority, and one certificate for both servers of this machine; what the operator trusts."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    certificate.cert_chain_pems[0].write_to_path(str(folder / "cert.pem"))
    certificate.private_key_pem.write_to_path(str(folder / "key.pem"))
    (folder / "key.pem").chmod(0o600)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


class Home:
    """One home with one air conditioner."""

    def __init__(self, name: str, seed: int, vtn_port: int, weather: Weather) -> None:
        self.name, self.relay, self._dice = name, Relay(), random.Random(seed)
        self._hook_port, self._kasa_port = free_port(), free_port()
        self.up = LossyLink(vtn_port, f"{seed} up", weather)
        self.down = LossyLink(self._hook_port, f"{seed} down", weather)
        self._address = f"127.83.{seed % 256}.1"

    async def play(self, folder: Path, operator: Operator, rounds: int, outcome: Outcome) -> None:
        """Open everything, then send orders and take them back, one after another."""
        async with AsyncExitStack() as stack:
            plug = FakePlug(self._address, self.name, self.relay, now=CLOCK.now, port=self._kasa_port)
            for part in (plug, self.up, self.down):
                await stack.enter_async_context(part)
            home = await asyncio.to_thread(self._home_file, folder)
            await stack.enter_async_context(running(load_home(home), Options()))
            await self._subscribed(operator)
            for _ in range(rounds):
                await self._trial(operator, outcome)
        outcome.segments += self.up.traffic.segments + self.down.traffic.segments
        outcome.lost += self.up.traffic.lost + self.down.traffic.lost
        outcome.connections += self.up.traffic.connections + self.down.traffic.connections

    def _home_file(self, folder: Path) -> Path:
        file = folder / f"{self.name}.toml"
        ports = {"hook_port": self._hook_port, "kasa_port": self._kasa_port, "vtn_port": self.up.entrance}
        file.write_text(HOME.format(name=self.name, secret=SECRET, hook_entrance=self.down.entrance, **ports))
        file.chmod(0o600)
        return file

    async def _subscribed(self, operator: Operator) -> None:
        """Wait until the provider knows where to push, and the plug is on."""
        async with asyncio.timeout(GIVE_UP_S):
            while not await operator.call("GET", f"/subscriptions?clientName={self.name}"):
                await pause(0.2)
        await self.relay.becomes(on=True)

    async def _trial(self, operator: Operator, outcome: Outcome) -> None:
        """An order until the relay is off, its end until it is on, and a while without anything."""
        period = {"start": format_instant(CLOCK.now() - timedelta(minutes=1)), "duration": "PT25M"}
        began = monotonic()
        event_id = await operator.send(2, period, targets=[f"{self.name}_loads"])
        outcome.samples.append(await self.relay.becomes(on=False) - began)
        began = monotonic()
        await operator.delete(event_id)
        outcome.ends.append(await self.relay.becomes(on=True) - began)
        await pause(self._dice.uniform(0, LONGEST_PAUSE_S))
