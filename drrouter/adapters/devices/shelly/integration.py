"""Finds Shelly devices by mDNS, asks each whether it is still there, and hands out its channels."""

import asyncio
import importlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from drrouter.adapters.devices.names import mac_from
from drrouter.adapters.devices.shelly.channel import ShellyChannel
from drrouter.adapters.devices.shelly.identity import (
    DOMAIN,
    FIRST_GENERATION,
    found_channels,
    found_locked,
    generation_of,
    place_of,
)
from drrouter.adapters.devices.shelly.look import look
from drrouter.adapters.devices.shelly.session import Place, Session
from drrouter.adapters.devices.shelly.settings import ShellySettings
from drrouter.adapters.devices.undriven import Undriven
from drrouter.adapters.mdns import Browser
from drrouter.domain.ids import DeviceId
from drrouter.errors import DeviceError, DeviceRefusedError
from drrouter.ports import Clock, Device, Found, Surroundings

if TYPE_CHECKING:
    from aiohttp import ClientSession

KIND = "_shelly._tcp"
ASK_AGAIN = timedelta(minutes=5)
"""How long it is believed which channels a device has and what they are called."""
LOOKED_AT_ONCE = 20

_log = logging.getLogger(__name__)

Json = Mapping[str, Any]


class ShellyIntegration:
    """The Shelly transport; implements the Integration and Serving ports."""

    def __init__(self, settings: ShellySettings, clock: Clock, passwords: Mapping[str, str]) -> None:
        """Nothing is opened yet; ``passwords`` by host, and under "" that of all others."""
        self._settings, self._clock, self._passwords = settings, clock, passwords
        self._browser = Browser((KIND,), [str(address) for address in settings.interfaces])
        self._sessions: WeakValueDictionary[tuple[Place, str], Session] = WeakValueDictionary()
        self._told: dict[tuple[Place, str], tuple[datetime, Json]] = {}
        self._looking = asyncio.Semaphore(LOOKED_AT_ONCE)

    @property
    def domain(self) -> str:
        """Its name in home files."""
        return DOMAIN

    async def serve(self) -> None:
        """Listen for announcements until cancelled.

        Raises:
            DeviceError: the network does not let us.
        """
        if self._settings.announced:
            await self._browser.serve()
        await asyncio.get_running_loop().create_future()

    async def discover(self) -> Sequence[Found]:
        """The channels of all devices that are announced or listed, and that answer.

        Raises:
            DeviceError: a library is missing, or nobody serves this and the network does not let us listen.
        """
        _load_library()
        from aiohttp import ClientSession

        with self._clock.working():
            places = {Place(one.host, one.port) for one in self._settings.device}
            if self._settings.announced:
                heard = await self._browser.announced()
                places |= {Place(one.host, one.port) for one in heard if _is_near(one.host)}
            async with ClientSession() as http:
                each = await asyncio.gather(*(self._seen(http, place) for place in places))
        self._told = {key: told for key, told in self._told.items() if key[0] in places}
        found = {channel.address: channel for channels in each for channel in channels}
        return tuple(found[address] for address in sorted(found))

    async def _seen(self, http: "ClientSession", place: Place) -> tuple[Found, ...]:
        """The channels of one device; none where it does not answer."""
        async with self._looking:
            info = await look(http, place, self._settings.timeout_s)
            if info is None or not (generation := generation_of(info)):
                return ()
            if generation == 1:
                return (found_locked(place, info, FIRST_GENERATION),)
            try:
                config = await self._config(place, mac_from(info.get("mac")))
            except DeviceRefusedError as error:
                return (found_locked(place, info, str(error)),)
            except DeviceError as error:
                _log.debug("%s tells nothing of its channels: %s", place.host, error)
                return ()
        return tuple(found_channels(place, info, config))

    async def _config(self, place: Place, mac: str) -> Json:
        """What the device's channels are and what they are called, asked for now and then."""
        known = self._told.get((place, mac))
        if known and self._clock.now() < known[0] + ASK_AGAIN:
            return known[1]
        session = self._session(place, mac)
        async with session.held():
            config = await session.call("Shelly.GetConfig")
        self._told[place, mac] = (self._clock.now(), config)
        return config

    def setup(self, device_id: DeviceId, found: Found) -> Device:
        """A handle on a found channel; nothing is sent before it is used.

        Raises:
            ValueError: the address is none.
            DeviceError: a library is missing.
        """
        _load_library()
        place, mac, component = place_of(device_id, found)
        if not component:
            reason = found.identity.get("locked", "it has no channel that is driven")
            return Undriven(device_id, f"{device_id} (Shelly): {reason}")
        return ShellyChannel(
            device_id, self._session(place, mac), component, self._clock, self._settings.poll_s
        )

    def _session(self, place: Place, mac: str) -> Session:
        """The way to a device, the same for all its channels."""
        session = self._sessions.get((place, mac))
        if session is None:
            password = self._passwords.get(place.host, self._passwords.get("", ""))
            session = self._sessions[place, mac] = Session(place, mac, password, self._settings.timeout_s)
        return session


def build(settings: ShellySettings, surroundings: Surroundings) -> ShellyIntegration:
    """The integration, as the table of integrations makes it.

    Raises:
        DocumentError: the file of a password is missing, empty or may be read by others.
    """
    return ShellyIntegration(settings, surroundings.clock, dict(_passwords(settings, surroundings)))


def _is_near(host: str) -> bool:
    """Whether this is an IPv4 address that no stranger on the internet has: anybody may announce any."""
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.version == 4 and not address.is_global


def _passwords(settings: ShellySettings, surroundings: Surroundings) -> Iterator[tuple[str, str]]:
    for host, name in (
        ("", settings.password_file),
        *((one.host, one.password_file) for one in settings.device),
    ):
        if name:
            yield host, surroundings.secret(name)


def _load_library() -> None:
    """Load aioshelly, which takes half a second, while nobody waits for a relay to move.

    Its log is silenced, unless somebody asked for it: it repeats what devices send, however long, each time.

    Raises:
        DeviceError: it is missing.
    """
    try:
        importlib.import_module("aioshelly.rpc_device.wsrpc")
    except ImportError as error:
        raise DeviceError(
            "Shelly devices need the package aioshelly, which is not installed; "
            "install it with: pip install 'drrouter[shelly]'"
        ) from error
    log = logging.getLogger("aioshelly")
    if log.level == logging.NOTSET:
        log.setLevel(logging.CRITICAL + 1)
