"""Opens the stick, lists what joined its network and hands out devices that drive it."""

import asyncio
import contextlib
import importlib
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from zigpy.application import ControllerApplication
from zigpy.device import ZigbeeDevice as Node

from drrouter.adapters.devices.zigbee.asking import read
from drrouter.adapters.devices.zigbee.clusters.price import PRICE, OurPrice
from drrouter.adapters.devices.zigbee.device import ZigbeeDevice
from drrouter.adapters.devices.zigbee.mesh import Mesh
from drrouter.adapters.devices.zigbee.prices import Prices
from drrouter.adapters.devices.zigbee.settings import ZigbeeSettings
from drrouter.adapters.devices.zigbee.sockets import DOMAIN, clients, found, servers
from drrouter.domain.ids import DeviceId
from drrouter.errors import DeviceError
from drrouter.ports import Device, EnergyPrice, Found, Quoting, Surroundings

ROOMS = {"znp": "zigpy_znp.zigbee.application", "ezsp": "bellows.zigbee.application"}
"""Where each kind of stick has its library."""

NEVER = datetime.min.replace(tzinfo=UTC)
LIBRARIES = ("zigpy", "zigpy_znp", "bellows", "serialx", "aiosqlite")
BASIC, VERSION = 0x0000, 0x0000
ASKED_AT_ONCE = 4
"""So many silent devices are asked in one discovery, so that the mesh has room for others."""


class ZigbeeIntegration:
    """The Zigbee transport; implements the Integration and Serving ports."""

    def __init__(
        self, settings: ZigbeeSettings, surroundings: Surroundings, radio: type[ControllerApplication]
    ) -> None:
        """Keep the settings; nothing is opened before it serves."""
        self._settings, self._clock = settings, surroundings.clock
        self._prices = Prices(surroundings.clock, settings.timeout_s)
        self._quoting: Quoting | None = None
        self._asked_at: dict[str, datetime] = {}
        self._mesh = Mesh(settings, surroundings, radio)

    @property
    def domain(self) -> str:
        """Its name in home files."""
        return DOMAIN

    async def serve(self) -> None:
        """Keep the stick open until cancelled.

        Raises:
            DeviceError: it cannot be opened, or was lost.
        """
        await self._mesh.serve()

    async def permit(self, seconds: int) -> None:
        """Let new devices join for so long, 254 s at most; 0 ends it.

        Raises:
            DeviceError: the stick is not open, or does not do it.
        """
        await self._mesh.permit(seconds)

    async def discover(self) -> Sequence[Found]:
        """The devices heard within their stated time, or that answer now; none while the stick is shut."""
        nodes = self._mesh.nodes()
        silent = sorted((node for node in nodes if self._is_silent(node)), key=self._last_asked)
        await asyncio.gather(*(self._ask(node) for node in silent[:ASKED_AT_ONCE]))
        present = (node for node in nodes if not self._is_missing(node))
        everything = (one for node in present for one in found(node, self._settings.names))
        return tuple(sorted(everything, key=lambda one: one.address))

    def setup(self, device_id: DeviceId, found: Found) -> Device:
        """A handle on a found device; nothing is sent before it is used.

        Raises:
            ValueError: the address is none.
        """
        return ZigbeeDevice(device_id, found.address, self._mesh, self._settings, self._clock, self._quoting)

    def answer_with(self, quoting: Quoting) -> None:
        """Who knows what a machine may do; devices that are set up afterwards ask there."""
        self._quoting = quoting

    async def publish_price(self, price: EnergyPrice) -> int:
        """Tell the price to every device that wants it; how many were told."""
        everyone = (clients(node, None).get(PRICE) for node in self._mesh.nodes())
        return await self._prices.publish(price, [one for one in everyone if isinstance(one, OurPrice)])

    def _is_silent(self, node: Node) -> bool:
        after = timedelta(seconds=self._settings.silent_after_s)
        return self._clock.now() - self._mesh.last_heard(str(node.ieee)) >= after

    def _is_missing(self, node: Node) -> bool:
        """Whether it is silent, and did not answer either when it was asked."""
        return self._is_silent(node) and self._last_asked(node) > self._mesh.last_heard(str(node.ieee))

    def _last_asked(self, node: Node) -> datetime:
        return self._asked_at.get(str(node.ieee), NEVER)

    async def _ask(self, node: Node) -> None:
        """A question that every device can answer; that it was heard is noted elsewhere."""
        self._asked_at[str(node.ieee)] = self._clock.now()
        basic = servers(node, None).get(BASIC)
        if basic is not None:
            with contextlib.suppress(DeviceError):
                await read(basic, [VERSION], self._settings.timeout_s)


def build(settings: ZigbeeSettings, surroundings: Surroundings) -> ZigbeeIntegration:
    """The integration, as the table of integrations makes it.

    Raises:
        DeviceError: the stick's library is missing.
    """
    _hush()
    try:
        radio = importlib.import_module(ROOMS[settings.radio]).ControllerApplication
    except ImportError as error:
        package = ROOMS[settings.radio].partition(".")[0].replace("_", "-")
        raise DeviceError(
            f"Zigbee sticks of the kind {settings.radio} need the package {package}, which is not installed;"
            " install it with: pip install 'drrouter[zigbee]'"
        ) from error
    return ZigbeeIntegration(settings, surroundings, radio)


def _hush() -> None:
    """Keep the libraries from logging: network keys, what devices send, and what we say better."""
    for library in LIBRARIES:
        log = logging.getLogger(library)
        if log.level == logging.NOTSET:
            log.setLevel(logging.CRITICAL + 1)
