"""The stick and the network behind it: opened, watched, and closed; devices are found here by address.

A handle asks for its node each time, because the stick may have been lost and opened again meanwhile.
"""

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Any

import zigpy.config as conf
from zigpy.application import ControllerApplication
from zigpy.device import BaseDevice, ZigbeeDevice
from zigpy.exceptions import RadioException, ZigbeeException

from drrouter.adapters.devices.zigbee.asking import BROKEN_BY_VALUES
from drrouter.adapters.devices.zigbee.clusters import with_our_clusters
from drrouter.adapters.devices.zigbee.settings import ZigbeeSettings
from drrouter.errors import DeviceError, DeviceSilentError, DeviceUnknownError
from drrouter.ports import Surroundings

UNOPENED = (TimeoutError, ZigbeeException, RadioException, OSError, RuntimeError, *BROKEN_BY_VALUES)
"""What the libraries let out where a stick is missing, is another one, or answers nonsense."""

_log = logging.getLogger(__name__)


class Mesh:
    """The network of one stick.

    Attributes:
        heard_at: when each device was heard last, by its hardware address.
    """

    def __init__(
        self, settings: ZigbeeSettings, surroundings: Surroundings, radio: type[ControllerApplication]
    ) -> None:
        """Remember how; nothing is opened yet."""
        self._settings, self._radio = settings, radio
        self._clock, self._executor = surroundings.clock, surroundings.executor
        self._database = surroundings.folder / settings.database if settings.database else None
        self._app: ControllerApplication | None = None
        self._left: set[str] = set()
        self._watchers: dict[str, set[Callable[[], None]]] = {}
        self.heard_at: dict[str, datetime] = {}

    async def serve(self) -> None:
        """Open the stick and keep it until it is lost.

        Raises:
            DeviceError: it cannot be opened, or was lost.
        """
        ears = _Ears(self)
        app = await self._opened(ears)
        try:
            self._app = app
            await _unless(ears.lost, self._begin(app))
            raise DeviceError(f"the Zigbee stick at {self._settings.port} was lost: {await ears.lost}")
        finally:
            self._app = None
            for address in tuple(self._watchers):
                self._tell(address)
            await app.shutdown()

    async def permit(self, seconds: int) -> None:
        """Let new devices join for so long; 0 ends it.

        Raises:
            DeviceError: the stick is not open, or does not do it.
        """
        app = self._running()
        try:
            async with asyncio.timeout(self._settings.start_s):
                await app.permit(max(0, min(seconds, 254)))
        except (TimeoutError, ZigbeeException, RadioException, OSError, RuntimeError) as error:
            raise DeviceError(f"the Zigbee stick does not let devices join: {_reason(error)}") from error

    def nodes(self) -> tuple[ZigbeeDevice, ...]:
        """The devices that were interviewed and did not leave; none while the stick is shut."""
        if (app := self._app) is None:
            return ()
        return tuple(
            device
            for address, device in app.devices.items()
            if isinstance(device, ZigbeeDevice)
            and address != app.state.node_info.ieee
            and device.is_initialized
            and not device.initializing
            and str(address) not in self._left
        )

    def node(self, address: str) -> ZigbeeDevice:
        """The device of that hardware address.

        Raises:
            DeviceSilentError: the stick is not open, or the device left.
            DeviceUnknownError: no such device joined.
        """
        if self._app is None:
            raise DeviceSilentError("the Zigbee stick is not open")
        if address in self._left:
            raise DeviceSilentError("it left the network")
        device = next((node for node in self.nodes() if str(node.ieee) == address), None)
        if device is None:
            raise DeviceUnknownError("it has not joined the network; permit joining and pair it again")
        return device

    def watch(self, address: str, gone: Callable[[], None]) -> Callable[[], None]:
        """Tell when the device leaves or the stick is lost; returns what ends it."""
        watchers = self._watchers.setdefault(address, set())
        watchers.add(gone)
        return lambda: watchers.discard(gone)

    def last_heard(self, address: str) -> datetime:
        """When the device was heard last; from the start on where it was not heard yet."""
        return self.heard_at.setdefault(address, self._clock.now())

    def heard(self, device: BaseDevice) -> None:
        """Something came from the device."""
        self.heard_at[str(device.ieee)] = self._clock.now()

    def came(self, device: BaseDevice) -> None:
        """The device joined, or came back."""
        self._left.discard(str(device.ieee))
        self.heard(device)

    def went(self, device: BaseDevice) -> None:
        """The device said that it leaves."""
        self._left.add(str(device.ieee))
        self._tell(str(device.ieee))

    def _tell(self, address: str) -> None:
        for gone in tuple(self._watchers.get(address, ())):
            gone()

    def _running(self) -> ControllerApplication:
        if self._app is None:
            raise DeviceError("the Zigbee stick is not open")
        return self._app

    async def _opened(self, ears: "_Ears") -> ControllerApplication:
        """A running network; the devices of the database are known before the first message comes in."""
        if self._database is not None:
            await self._executor.run(_check, self._database)
        app: ControllerApplication | None = None
        try:
            async with asyncio.timeout(self._settings.start_s):
                app = await self._radio.new(
                    self._config(), start_radio=False, device_resolver=with_our_clusters
                )
                app.add_listener(ears)
                await app.startup(auto_form=True)
        except UNOPENED as error:
            await _closed(app)
            raise DeviceError(
                f"the Zigbee stick at {self._settings.port} cannot be opened: {_reason(error)};"
                " check the port and the kind of radio"
            ) from error
        except asyncio.CancelledError:
            await _closed(app)
            raise
        return app

    async def _begin(self, app: ControllerApplication) -> None:
        """Greet who is here already, and let others in where the owner wants it."""
        now = self._clock.now()
        self.heard_at = {str(address): now for address in app.devices}
        if self._settings.permit_join_s:
            await self.permit(self._settings.permit_join_s)

    def _config(self) -> dict[str, Any]:
        """The library's own form of our settings; everything that calls home or crowds the mesh is off."""
        flow = self._settings.flow_control
        return {
            conf.CONF_DEVICE: {
                conf.CONF_DEVICE_PATH: self._settings.port,
                conf.CONF_DEVICE_BAUDRATE: self._settings.baud,
                conf.CONF_DEVICE_FLOW_CONTROL: None if flow == "none" else flow,
            },
            conf.CONF_DATABASE: str(self._database) if self._database else None,
            conf.CONF_NWK: {conf.CONF_NWK_CHANNEL: self._settings.channel},
            conf.CONF_OTA: {conf.CONF_OTA_ENABLED: False, conf.CONF_OTA_PROVIDERS: []},
            conf.CONF_TOPO_SCAN_ENABLED: False,
            conf.CONF_NWK_BACKUP_ENABLED: False,
            "use_thread": False,  # bellows needs no event loop of its own
        }


class _Ears:
    """What zigpy tells of the network; its events are named by its own words."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self.lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.lost.done():
            self.lost.set_result(f"{error!s:.200}" if error else "it hung up")

    def handle_message(self, device: BaseDevice, *_: object) -> None:
        self._mesh.heard(device)

    def device_joined(self, device: BaseDevice) -> None:
        self._mesh.came(device)

    def device_initialized(self, device: BaseDevice) -> None:
        _log.info("Zigbee device %s joined", device.ieee)
        self._mesh.came(device)

    def device_left(self, device: BaseDevice) -> None:
        _log.info("Zigbee device %s left", device.ieee)
        self._mesh.went(device)


def _check(database: Path) -> None:
    """Read the database once, because the library leaves a broken one half open.

    Raises:
        DeviceError: it is none.
    """
    try:
        with contextlib.closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.Error as error:
        raise DeviceError(
            f"the Zigbee network's database {database} cannot be read: {error};"
            " move it away, or put back a copy, and devices need not be paired again"
        ) from error


async def _unless(lost: asyncio.Future[str], work: Coroutine[Any, Any, None]) -> None:
    """Do the work; leave it where the stick is lost meanwhile, for its library would wait for an answer."""
    task = asyncio.ensure_future(work)
    either: set[asyncio.Future[Any]] = {task, lost}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not lost.done():
            await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _reason(error: Exception) -> str:
    """Why it failed, in as many words as fit."""
    if isinstance(error, TimeoutError):
        return "it does not answer"
    return f"{error!s:.200}" or type(error).__name__


async def _closed(app: ControllerApplication | None) -> None:
    if app is not None:
        await app.shutdown()
