"""Lets charge points connect, lists them, and hands out a device for each of their outlets."""

import asyncio
import logging
import ssl
from collections.abc import Callable, Mapping, Sequence

from aiohttp import web

from drrouter.adapters.devices.listening import tls_context
from drrouter.adapters.devices.names import cleaned
from drrouter.adapters.devices.ocpp.dialect import Dialect
from drrouter.adapters.devices.ocpp.outlet import ChargingOutlet
from drrouter.adapters.devices.ocpp.rpc import Link
from drrouter.adapters.devices.ocpp.server import Listener
from drrouter.adapters.devices.ocpp.settings import OcppSettings
from drrouter.adapters.devices.ocpp.station import Needs, Station
from drrouter.adapters.devices.ocpp.v2 import Dialect2
from drrouter.adapters.devices.ocpp.v16 import Dialect16
from drrouter.adapters.devices.undriven import Undriven
from drrouter.domain.ids import DeviceId
from drrouter.errors import DeviceError
from drrouter.ports import Clock, Device, Found, Surroundings

DOMAIN = "ocpp"
MOST_UNKNOWN = 20
"""Charge points that are listed without being in the home file."""
LONGEST_ID = 48
NOT_LISTED = "{id} (OCPP): the home file does not list this charge point; add it under [[ocpp.charge_point]]"

_log = logging.getLogger(__name__)


class OcppIntegration:
    """The OCPP transport; implements the ports Integration and Serving.

    Attributes:
        port: where it listens, 0 while it does not; ``listening`` is set with it.
        on_needs: told what a car wants, with the charge point's id and the outlet; replace it to know.
    """

    def __init__(
        self,
        settings: OcppSettings,
        clock: Clock,
        passwords: Mapping[str, str] | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        """Keep the settings; nothing is opened yet.

        Args:
            passwords: of the listed charge points that have one, by id.
            context: with the certificate, None: plain.
        """
        self._settings, self._clock, self._context = settings, clock, context
        known = {part.id: (passwords or {}).get(part.id, "") for part in settings.charge_point}
        self._listener = Listener(known, settings.accept_unknown, self._welcomed)
        self._stations = {part.id: Station(part.id, part, settings, clock) for part in settings.charge_point}
        self._dialects: dict[str, Dialect] = {}
        self.port, self.listening = 0, asyncio.Event()
        self.on_needs: Callable[[str, int, Needs], None] = lambda station, outlet, needs: None

    @property
    def domain(self) -> str:
        """Its name in home files."""
        return DOMAIN

    async def serve(self) -> None:
        """Listen until cancelled.

        Raises:
            DeviceError: the address is taken, or not ours.
        """
        try:
            await self._listener.serve(
                self._settings.host.strip("[]"), self._settings.port, self._context, self._ready
            )
        finally:
            self.port = 0
            self.listening.clear()

    def _ready(self, port: int) -> None:
        self.port = port
        self.listening.set()

    async def discover(self) -> Sequence[Found]:
        """Every outlet of the charge points that are connected now."""
        connected = (station for station in self._stations.values() if station.link is not None)
        return tuple(
            _found(station, number)
            for station in sorted(connected, key=lambda station: station.id)
            for number in station.outlets
        )

    def setup(self, device_id: DeviceId, found: Found) -> Device:
        """A handle on an outlet, whose charge point need not be connected yet.

        Raises:
            ValueError: the address is none.
        """
        name, _, digits = found.address.rpartition("/")
        station = self._stations.get(name)
        if station is None or station.part is None:
            return Undriven(device_id, NOT_LISTED.format(id=device_id))
        if not digits.isdecimal() or int(digits) not in station.outlets:
            raise ValueError(f"{device_id}: {found.address!r} is no outlet; write charge-point/1")
        return ChargingOutlet(device_id, station, int(digits), self._dialects)

    async def _welcomed(self, name: str, version: str, socket: web.WebSocketResponse) -> None:
        """Serve a connection; an older one of the same charge point is closed, for it can only be a ghost."""
        station = self._station(name)
        if station is None:
            await socket.close(message=b"too many unknown charge points, or no usable name")
            return
        dialect = _dialect(station, version)
        answers = {action: _heard(station, answer) for action, answer in dialect.answers.items()}
        link = Link(socket, name, version, answers, self._settings.timeout_s)
        former, station.link, station.version = station.link, link, version
        station.abilities.limits, self._dialects[name] = True, dialect
        station.heard()
        _log.info("charge point %s is connected, OCPP %s", name, version)
        try:
            await _attended(station, dialect, link, former)
        finally:
            if station.link is link:
                station.link = None
                station.news.tell()
                _log.info("charge point %s is gone", name)

    def _station(self, name: str) -> Station | None:
        """The charge point of that name; an unlisted one is made, unless there are too many.

        One whose name holds what may not be shown, or more than OCPP allows, is none.
        """
        if name not in self._stations:
            unlisted = len(self._stations) - len(self._settings.charge_point)
            if unlisted >= MOST_UNKNOWN or len(name) > LONGEST_ID or name != cleaned(name):
                return None
            self._stations[name] = Station(name, None, self._settings, self._clock)
        station = self._stations[name]
        station.on_needs = lambda outlet, needs: self.on_needs(name, outlet, needs)
        return station


def build(settings: OcppSettings, surroundings: Surroundings) -> OcppIntegration:
    """The integration, as the table of integrations makes it.

    Raises:
        DocumentError: the file of a password is missing, empty, or may be read by others.
        DeviceError: the certificate cannot be used.
    """
    passwords = {
        part.id: surroundings.secret(part.password_file)
        for part in settings.charge_point
        if part.password_file
    }
    context = tls_context(DOMAIN, settings.cert_file, settings.key_file, surroundings.folder)
    return OcppIntegration(settings, surroundings.clock, passwords, context)


def _dialect(station: Station, version: str) -> Dialect:
    return Dialect16(station) if version == "1.6" else Dialect2(station)


def _heard(
    station: Station, answer: Callable[[dict[str, object]], dict[str, object]]
) -> Callable[..., dict[str, object]]:
    """The answer, after which who waits for news looks again."""

    def heard(call: dict[str, object]) -> dict[str, object]:
        said = answer(call)
        station.heard()
        return said

    return heard


async def _attended(station: Station, dialect: Dialect, link: Link, former: Link | None) -> None:
    """Listen to it, prepare it once it has spoken, and close the connection that it had before."""
    async with asyncio.TaskGroup() as tasks:
        preparing = tasks.create_task(_prepared(station, dialect, link))
        if former:
            _log.info("charge point %s connects again; its older connection is closed", station.id)
            tasks.create_task(former.close("a newer connection came"))
        await link.listen()
        preparing.cancel()


async def _prepared(station: Station, dialect: Dialect, link: Link) -> None:
    """Prepare a charge point that has spoken; one that falls silent is prepared when it returns."""
    await link.spoken.wait()
    try:
        with station.clock.working():
            await dialect.prepare()
    except DeviceError as error:
        _log.info("charge point %s: %s", station.id, error)
    station.known = True
    station.news.tell()


def _found(station: Station, number: int) -> Found:
    """An outlet as discovery reports it; the first is called like its charge point."""
    identity = station.identity | {
        "id": station.id if number == 1 else f"{station.id}/{number}",
        "protocol": f"ocpp{station.version}",
        "connector": str(number),
    }
    return Found(DOMAIN, f"{station.id}/{number}", identity)
