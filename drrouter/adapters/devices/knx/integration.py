"""Keeps the tunnel to the bus, lists the devices of the home file that answer, and hands out devices."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from xknx.io import ConnectionConfig, ConnectionType, SecureConfig

from drrouter.adapters.devices.knx.bus import Bus
from drrouter.adapters.devices.knx.device import KnxDevice
from drrouter.adapters.devices.knx.points import main_address, readable
from drrouter.adapters.devices.knx.settings import KnxDevicePart, KnxSettings
from drrouter.adapters.devices.names import cleaned
from drrouter.domain.ids import DeviceId
from drrouter.errors import DeviceSilentError, DeviceUnknownError
from drrouter.ports import Clock, Device, Found, Surroundings

DOMAIN = "knx"


class KnxIntegration:
    """The KNX transport; implements the ports Integration and Serving."""

    def __init__(
        self, settings: KnxSettings, clock: Clock, folder: Path = Path(), password: str = ""
    ) -> None:
        """Keep the settings; nothing is opened yet.

        Args:
            folder: where the name of the keyfile starts.
            password: of the keyfile.
        """
        self._settings, self._clock = settings, clock
        self._parts = {main_address(part): part for part in settings.device}
        self.bus = Bus(_config(settings, folder, password), (str(settings.multicast), settings.port), clock)
        for part in settings.device:
            self.bus.know(frozenset(point.address for point in readable(part)))

    @property
    def domain(self) -> str:
        """Its name in home files."""
        return DOMAIN

    async def serve(self) -> None:
        """Keep the tunnel open until cancelled.

        Raises:
            DeviceError: the gateway cannot be reached, refuses, or was lost.
        """
        await self.bus.serve()

    async def discover(self) -> Sequence[Found]:
        """The devices that said something lately; one that did not is asked once."""
        if not self.bus.connected:
            return ()
        quiet = [part for part in self._parts.values() if not self._heard(part)]
        if quiet:
            with self._clock.working():
                await self._ask(quiet)
        return tuple(_found(part) for part in self._parts.values() if self._heard(part))

    async def _ask(self, parts: Sequence[KnxDevicePart]) -> None:
        """Ask each for one value, and give them a moment to answer."""
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                for part in parts:
                    await self.bus.ask(readable(part)[0].address)
                while not all(map(self._heard, parts)) and self.bus.connected:
                    await self.bus.news.since(self.bus.news.count)
        except (TimeoutError, DeviceSilentError):
            return

    def setup(self, device_id: DeviceId, found: Found) -> Device:
        """A handle on a device of the home file.

        Raises:
            DeviceUnknownError: it stands there no more.
        """
        part = self._parts.get(found.address)
        if part is None:
            raise DeviceUnknownError(f"{device_id}: no [[knx.device]] has the group address {found.address}")
        return KnxDevice(device_id, part, self.bus, self._settings, self._clock)

    def _heard(self, part: KnxDevicePart) -> bool:
        """Whether it said something lately."""
        oldest = self._clock.now() - timedelta(seconds=self._settings.silent_after_s)
        said = (self.bus.said.get(point.address) for point in readable(part))
        return any(value is not None and value.at > oldest for value in said)


def build(settings: KnxSettings, surroundings: Surroundings) -> KnxIntegration:
    """The integration, as the table of integrations makes it.

    The library's log is silenced, unless somebody asked for it: it tells every failure anew, we tell it once.

    Raises:
        DocumentError: the password's file is missing, empty, or may be read by others.
    """
    log = logging.getLogger("xknx")
    if log.level == logging.NOTSET:
        log.setLevel(logging.CRITICAL + 1)
    password = surroundings.secret(settings.password_file) if settings.password_file else ""
    return KnxIntegration(settings, surroundings.clock, surroundings.folder, password)


def _config(settings: KnxSettings, folder: Path, password: str) -> ConnectionConfig:
    """What xknx is told of the tunnel."""
    kind, secure = ConnectionType.TUNNELING if settings.host else ConnectionType.AUTOMATIC, None
    if settings.keyfile:
        kind = ConnectionType.TUNNELING_TCP_SECURE
        secure = SecureConfig(knxkeys_file_path=folder / settings.keyfile, knxkeys_password=password)
    return ConnectionConfig(
        connection_type=kind,
        gateway_ip=settings.host,
        gateway_port=settings.port,
        local_ip=str(settings.local_ip) if settings.local_ip else None,
        auto_reconnect=False,
        secure_config=secure,
    )


def _found(part: KnxDevicePart) -> Found:
    """A device as discovery reports it."""
    address = main_address(part)
    return Found(DOMAIN, address, {"alias": cleaned(part.alias), "id": address})
