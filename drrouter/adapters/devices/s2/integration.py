"""Lets resource managers of S2 connect, lists them, and hands out the device of each."""

import asyncio
import logging
import ssl
from collections.abc import Mapping, Sequence

from aiohttp import web

from drrouter.adapters.devices.listening import tls_context
from drrouter.adapters.devices.s2.asking import ask
from drrouter.adapters.devices.s2.device import S2Device
from drrouter.adapters.devices.s2.ppbc import ProfileControl
from drrouter.adapters.devices.s2.resource import Resource
from drrouter.adapters.devices.s2.server import Listener
from drrouter.adapters.devices.s2.session import Session
from drrouter.adapters.devices.s2.settings import S2Settings
from drrouter.adapters.devices.undriven import Undriven
from drrouter.domain.ids import DeviceId
from drrouter.errors import DeviceError
from drrouter.ports import Clock, Device, Found, Quoting, Surroundings

DOMAIN = "s2"
NOT_LISTED = (
    "{id} (S2): the home file does not list this resource manager; add it under [[s2.resource_manager]]"
)

LEAST_TOKEN = 16
"""Letters of a token; nobody tries that many in a lifetime."""

HURRIED = 5
"""So many connections, each within a minute of the last, are told as one trouble and no longer one by one."""

_log = logging.getLogger(__name__)


class S2Integration:
    """The S2 transport; implements the ports Integration, Serving and Asking.

    Attributes:
        port: where it listens, 0 while it does not; ``listening`` is set with it.
    """

    def __init__(
        self,
        settings: S2Settings,
        clock: Clock,
        tokens: Mapping[str, str],
        context: ssl.SSLContext | None = None,
    ) -> None:
        """Keep the settings; nothing is opened yet.

        Args:
            tokens: of the listed resource managers, by id; who has none is not let in.
            context: with the certificate, None: plain.
        """
        self._settings, self._context = settings, context
        self._resources = {part.id: Resource(part, settings, clock) for part in settings.resource_manager}
        self._listener = Listener(tokens, self._welcomed)
        self._owners: dict[str, DeviceId] = {}
        self._quoting: Quoting | None = None
        self.port, self.listening = 0, asyncio.Event()

    @property
    def domain(self) -> str:
        """Its name in home files."""
        return DOMAIN

    async def serve(self) -> None:
        """Listen until cancelled.

        Raises:
            DeviceError: the address is taken, or not ours.
        """
        settings = self._settings
        try:
            await self._listener.serve(settings.host.strip("[]"), settings.port, self._context, self._ready)
        finally:
            self.port = 0
            self.listening.clear()

    def _ready(self, port: int) -> None:
        self.port = port
        self.listening.set()

    async def discover(self) -> Sequence[Found]:
        """Every resource manager that is connected and has said what its device is."""
        known = (one for one in self._resources.values() if one.link is not None and one.offered)
        return tuple(
            Found(DOMAIN, one.part.id, one.identity | {"id": one.part.id, "protocol": "s2"})
            for one in sorted(known, key=lambda one: one.part.id)
        )

    def setup(self, device_id: DeviceId, found: Found) -> Device:
        """A handle on a device, whose resource manager need not be connected yet."""
        resource = self._resources.get(found.address)
        if resource is None:
            return Undriven(device_id, NOT_LISTED.format(id=device_id))
        self._owners[resource.part.id] = device_id
        resource.asks.set()
        return S2Device(device_id, resource)

    def answer_with(self, quoting: Quoting) -> None:
        """Who knows when a cycle that is offered should begin; until then nobody does."""
        self._quoting = quoting

    async def _ask(self, resource: Resource) -> None:
        """Let the cycle that a machine offers be promised, once, and be started as promised."""
        control, owner, quoting = resource.control, self._owners.get(resource.part.id), self._quoting
        if not isinstance(control, ProfileControl) or owner is None or quoting is None:
            return
        offer = control.offer
        if offer is None:
            return
        if offer.id != resource.asked:
            resource.asked, resource.way = "", ()
            try:
                resource.way = await ask(owner, offer, quoting)
                resource.asked = offer.id
            finally:
                if not resource.asked:
                    resource.asks.set()  # it left before there was an answer; its next session asks again
        control.prefer(offer, resource.way)

    async def _welcomed(self, name: str, socket: web.WebSocketResponse) -> None:
        """Serve a connection; an older one of the same id is closed, for it can only be a ghost."""
        resource = self._resources[name]
        session, former = Session(resource, socket, self._ask), resource.link
        resource.end()
        resource.begin(session.link)
        level = logging.DEBUG if resource.hurried >= HURRIED else logging.INFO
        _log.log(level, "S2: %s is connected", name)
        if resource.hurried == HURRIED:
            _log.warning("S2: %s connects again and again; do two resource managers use its id?", name)
        try:
            async with asyncio.TaskGroup() as tasks:
                if former is not None:
                    _log.log(level, "S2: %s connects again; its older connection is closed", name)
                    tasks.create_task(former.close("a newer connection came"))
                await session.attend()
        finally:
            if resource.link is session.link:
                resource.end()
                _log.log(level, "S2: %s is gone", name)


def build(settings: S2Settings, surroundings: Surroundings) -> S2Integration:
    """The integration, as the table of integrations makes it.

    Raises:
        DocumentError: the file of a token is missing, empty, or may be read by others.
        DeviceError: the certificate cannot be used, or a token is so short that it could be guessed.
    """
    tokens = {part.id: surroundings.secret(part.token_file) for part in settings.resource_manager}
    for name, token in tokens.items():
        if len(token) < LEAST_TOKEN:
            raise DeviceError(
                f"the token of the S2 resource manager {name} could be guessed; write {LEAST_TOKEN} letters"
            )
    context = tls_context(DOMAIN, settings.cert_file, settings.key_file, surroundings.folder)
    return S2Integration(settings, surroundings.clock, tokens, context)
