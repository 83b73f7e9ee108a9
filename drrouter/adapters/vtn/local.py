"""The VTN inside the home: shows devices the local price and the limits, and hears their reports.

    program "local price"    event "price": PRICE, money per kWh; event "ghg": GHG, g/kWh
    program "local limits"   event "limit": for everybody; event "limit <devices>": for those devices alone

Devices find it by mDNS, read with a token of their own, may subscribe by webhook, and report. A device sees
the limits of the targets that its ``[[client]]`` table names: its name in the home file.
"""

import asyncio
import ssl
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drrouter.adapters.openadr3 import ObjectType
from drrouter.adapters.openadr3.requests import EventRequest, ProgramRequest
from drrouter.adapters.openadr3.times import format_instant, format_span
from drrouter.adapters.server_tls import server_context
from drrouter.adapters.this_machine import is_loopback
from drrouter.adapters.vtn.announce import Announcement, announced
from drrouter.adapters.vtn.app import build_app
from drrouter.adapters.vtn.call import VTN, Vtn
from drrouter.adapters.vtn.config import VtnConfig
from drrouter.adapters.vtn.objects import Body, Change
from drrouter.adapters.vtn.options import read_clients
from drrouter.adapters.vtn.server import listening
from drrouter.domain.event import PayloadType
from drrouter.ports import Clock
from drrouter.router.local_price import Series

PRICES, LIMITS = "local price", "local limits"
_NAMES = {PayloadType.PRICE: "price", PayloadType.GHG: "ghg", PayloadType.IMPORT_CAPACITY_LIMIT: "limit"}
_UNITS = {PayloadType.PRICE: "KWH", PayloadType.GHG: "GHG", PayloadType.IMPORT_CAPACITY_LIMIT: "KW"}


@dataclass(frozen=True, slots=True)
class LocalVtnSettings:
    """How it listens.

    Attributes:
        clients: the file with the ``[[client]]`` tables (see ``options``).
        name: under which it is announced; empty: it is not.
        mqtt: the broker of the home on which notices are published; None: webhooks only.
        mqtt_ca: the authority that vouches for the broker; None: the system's.
        state: the SQLite file that keeps reports and subscriptions; None keeps them in memory.
    """

    clients: Path
    host: str = "127.0.0.1"
    port: int = 8091
    name: str = "drrouter"
    cert_file: Path | None = None
    key_file: Path | None = None
    state: Path | None = None
    mqtt: str | None = None
    mqtt_ca: Path | None = None


class LocalVtn:
    """Implements ``router.local_price.Board``; ``serve`` is one supervised task."""

    def __init__(self, settings: LocalVtnSettings, clock: Clock) -> None:
        """Open nothing yet."""
        self._settings, self._clock = settings, clock
        self._open: Vtn | None = None
        self._series: tuple[Series, ...] = ()
        self._ready = asyncio.Event()
        self.port = settings.port

    async def serve(self) -> None:
        """Listen and be found until cancelled.

        Raises:
            DocumentError: the clients' file cannot be used.
            InputError: it cannot listen there, or cannot be announced.
            StoreError: the state cannot be used.
        """
        where = self._settings
        config = VtnConfig(
            read_clients(where.clients),
            where.state,
            callbacks_on_this_machine=is_loopback(where.host),
            mqtt=where.mqtt,
            mqtt_ca=where.mqtt_ca,
        )
        app, context = build_app(config, self._clock), self._context()
        try:
            async with AsyncExitStack() as stack:
                self.port = await stack.enter_async_context(listening(app, where.host, where.port, context))
                self._open = app[VTN]
                await self._show()
                if where.name:
                    told = Announcement(
                        where.name,
                        where.host,
                        self.port,
                        programs=(PRICES, LIMITS),
                        secure=context is not None,
                    )
                    await stack.enter_async_context(announced(told))
                self._ready.set()
                await asyncio.Event().wait()
        finally:
            self._open = None
            self._ready.clear()

    async def ready(self) -> int:
        """Return the port once it is served and announced."""
        await self._ready.wait()
        return self.port

    async def publish(self, series: Sequence[Series]) -> None:
        """Show exactly these; while it is not served they are kept for then."""
        self._series = tuple(series)
        await self._show()

    async def _show(self) -> None:
        """Bring the events in line in one step; what is the same stays as it is, and nobody is told of it."""
        if self._open is None:
            return
        objects = self._open.objects
        async with objects.change() as change:
            programs = {
                body["programName"]: body["id"]
                for body in [*objects.all(ObjectType.PROGRAM)]
                if body["programName"] in (PRICES, LIMITS)
            }
            for name in (PRICES, LIMITS):
                if name not in programs:
                    fields = ProgramRequest.read({"programName": name}, "the local VTN").wire()
                    programs[name] = change.create(ObjectType.PROGRAM, fields)["id"]
            shown = {
                body["eventName"]: body
                for body in [*objects.all(ObjectType.EVENT)]
                if body["programID"] in programs.values()
            }
            for one in self._series:
                fields = _event(one, programs)
                _put(change, shown.pop(fields["eventName"], None), fields)
            for body in shown.values():
                change.remove(ObjectType.EVENT, body["id"])

    def _context(self) -> ssl.SSLContext | None:
        where = self._settings
        if where.cert_file and where.key_file:
            return server_context(where.cert_file, where.key_file)
        return None


def _put(change: Change, old: Body | None, fields: dict[str, Any]) -> None:
    """Create or replace, unless it says the same already."""
    if old is None:
        change.create(ObjectType.EVENT, fields)
    elif any(old.get(key) != value for key, value in fields.items()) or not old.keys() >= fields.keys():
        change.replace(ObjectType.EVENT, old["id"], fields)


def _event(series: Series, programs: dict[str, str]) -> dict[str, Any]:
    """The event that tells a series."""
    kind = series.kind
    is_limit = kind is PayloadType.IMPORT_CAPACITY_LIMIT
    descriptor = {"payloadType": kind.value, "units": _UNITS[kind]}
    if series.currency:
        descriptor["currency"] = series.currency
    rows = [
        {
            "id": number,
            "intervalPeriod": {"start": format_instant(step.start), "duration": format_span(step.duration)},
            "payloads": [{"type": kind.value, "values": [value / 1000 if is_limit else value]}],
        }
        for number, (step, value) in enumerate(series.steps)
    ]
    values: dict[str, Any] = {
        "programID": programs[LIMITS if is_limit else PRICES],
        "eventName": " ".join((_NAMES[kind], *series.members))[:128],
        "payloadDescriptors": [descriptor],
        "intervals": rows,
    }
    if series.members:
        values["targets"] = list(series.members)
    return EventRequest.read(values, "the local VTN").wire()
