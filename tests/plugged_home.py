"""A home of three machines behind true plugs, for routers that run as processes, and their client."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

from drrouter.adapters.client import DrClient
from drrouter.domain.ids import DeviceId
from drrouter.domain.option import OptionKind
from drrouter.domain.wish import OverrideMode
from drrouter.router.facade import OptionsRequest
from drrouter.sim.home_process import free_port
from drrouter.sim.wire.kasa import FakePlug
from tests.children import CLOCK, Child, until

WASHER, DISHWASHER, HVAC = DeviceId("washer"), DeviceId("dishwasher"), DeviceId("hvac")
MODELS = {WASHER: "washer", DISHWASHER: "dishwasher", HVAC: "hvac_relay"}

PLUGS = """
[kasa]
broadcast = "127.255.255.255"
port = {port}
discovery_s = 0.1
poll_s = 1
every_s = 5
"""

DEVICE = """
[[device]]
id = "{name}"
name = "{name}"
model = "generic.{model}"
integration = "kasa"
match = {{ alias = "{name}" }}
"""


class Load:
    """Draws a kilowatt while its plug is on, and counts how often that was switched."""

    def __init__(self) -> None:
        self.on, self.switched = False, -1  # the plug tells it its state when it is plugged in

    def set_supply(self, on: bool) -> None:
        self.on, self.switched = on, self.switched + 1

    def power_w(self) -> float:
        return 1000.0 if self.on else 0.0

    def energy_wh(self) -> float:
        return 0.0


@asynccontextmanager
async def plugged_in() -> AsyncIterator[tuple[dict[DeviceId, Load], str]]:
    """Three plugs on loopback, and the part of a home file that is about them."""
    port = free_port()
    loads = {name: Load() for name in MODELS}
    async with AsyncExitStack() as stack:
        for number, (name, load) in enumerate(loads.items(), 1):
            await stack.enter_async_context(
                FakePlug(f"127.81.0.{number}", name, load, now=CLOCK.now, port=port)
            )
        devices = "".join(DEVICE.format(name=name, model=model) for name, model in MODELS.items())
        yield loads, PLUGS.format(port=port) + devices


async def client_of(router: Child) -> DrClient:
    """Once the router is ready."""
    ready = await router.ready()
    token = await asyncio.to_thread(Path(router.log.parent, ready["token_file"]).read_text)
    return DrClient(ready["url"], token.strip())


async def settle_in(client: DrClient) -> None:
    """Let a machine run, promise another one for later, switch a third off."""

    async def all_seen() -> bool:
        return all(view.state.on is not None for view in await client.devices())

    async def as_asked() -> bool:
        views = {view.profile.id: view for view in await client.devices()}
        return views[WASHER].state.running is not None and views[HVAC].state.on is False

    await until(all_seen)
    now = CLOCK.now()
    options = await client.options(WASHER, OptionsRequest())
    await client.accept(next(option.token for option in options if option.kind is OptionKind.NOW))
    later = OptionsRequest(earliest=now + timedelta(hours=3), ready_by=now + timedelta(hours=8))
    options = await client.options(DISHWASHER, later)
    await client.accept(options[-1].token)
    await client.override(HVAC, OverrideMode.OFF, now + timedelta(hours=1))
    await until(as_asked)
