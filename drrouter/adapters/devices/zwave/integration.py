"""Keeps the connection to the Z-Wave JS server and hands out a device for each switch and meter behind it."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from drrouter.adapters.devices.zwave.device import ZwaveDevice
from drrouter.adapters.devices.zwave.inclusion import Inclusion
from drrouter.adapters.devices.zwave.link import Link
from drrouter.adapters.devices.zwave.nodes import DEAD, Network, Node
from drrouter.adapters.devices.zwave.settings import ZwaveSettings
from drrouter.domain.ids import DeviceId
from drrouter.ports import Clock, Device, Executor, Found, Surroundings

DOMAIN = "zwave"


class ZwaveIntegration:
    """The Z-Wave transport; implements the Integration, the Serving and the Joining port."""

    def __init__(self, settings: ZwaveSettings, clock: Clock, executor: Executor) -> None:
        """Nothing is opened before ``serve``."""
        self._settings, self._clock = settings, clock
        self._link = Link(settings.url, settings.timeout_s, settings.heartbeat_s, executor)
        self._network = Network()
        self._inclusion = Inclusion(self._link, clock)

    @property
    def domain(self) -> str:
        """Its name in home files."""
        return DOMAIN

    async def serve(self) -> None:
        """Connect and listen; the supervisor connects again.

        Raises:
            DeviceError: the server cannot be reached, was lost, or speaks another language.
        """
        attending = asyncio.create_task(self._inclusion.attend(), name="zwave inclusion")
        try:
            await self._link.run(self._network.begin, self._hear)
        finally:
            attending.cancel()
            await asyncio.gather(attending, return_exceptions=True)
            self._network.end()

    async def permit(self, seconds: int) -> None:
        """Let new devices join for so long; 0 closes the network at once.

        Raises:
            DeviceError: the server is not there, or refuses.
        """
        await self._inclusion.permit(seconds)

    async def discover(self) -> Sequence[Found]:
        """Every switch and meter whose node is not dead, by number.

        Raises:
            DeviceSilentError: the server is not connected.
        """
        if not self._network.home_id:
            raise self._link.lost
        nodes = sorted(self._network.nodes.values(), key=lambda node: node.id)
        return tuple(found for node in nodes for found in self._found(node))

    def setup(self, device_id: DeviceId, found: Found) -> Device:
        """A handle on a found device; nothing is sent before it is used.

        Raises:
            ValueError: the address is none.
        """
        return ZwaveDevice(device_id, found, self._network, self._link, self._settings, self._clock)

    def _hear(self, event: Mapping[str, Any]) -> None:
        """One event, for whom it concerns."""
        self._network.hear(event)
        self._inclusion.hear(event)

    def _found(self, node: Node) -> Iterator[Found]:
        """The devices of a node."""
        if node.is_controller or not node.is_ready or node.status == DEAD:
            return
        endpoints = node.devices
        for endpoint in endpoints:
            is_part = len(endpoints) > 1
            number = f"{node.id}/{endpoint}" if is_part or endpoint else str(node.id)
            facts = dict(node.facts)
            if is_part and (alias := facts.get("alias")):
                facts["alias"] = f"{alias} {endpoint}"
            what = {} if node.target_of(endpoint) else {"class": "meter"}
            yield Found(DOMAIN, number, {"id": f"{self._network.home_id:08x}-{number}"} | what | facts)


def build(settings: ZwaveSettings, surroundings: Surroundings) -> ZwaveIntegration:
    """The integration, as the table of integrations makes it."""
    return ZwaveIntegration(settings, surroundings.clock, surroundings.executor)
