"""openleadr's own VTN, started for a test, with a record of what it heard and answers that can be bent."""

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from openleadr import OpenADRServer, messaging, objects
from openleadr.service import VTNService, handler, service

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.sp.openadr2 import OpenAdr2Provider, Openadr2Settings
from drrouter.domain.event import Event
from drrouter.domain.ids import ProviderId
from drrouter.domain.signal import EventReceived, EventsComplete, Heard, LinkChanged, Signal
from drrouter.ports import Usage

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
PREFIX = "/OpenADR2/Simple/2.0b"
VEN = "ven-1"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@service("EiOpt")
class Opts(VTNService):  # type: ignore[misc] # openleadr carries no types
    """The service that openleadr's server lacks: it agrees with everything."""

    @handler("oadrCreateOpt")  # type: ignore[untyped-decorator]
    async def create(self, payload: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        return "oadrCreatedOpt", {"opt_id": payload["opt_id"]}

    @handler("oadrCancelOpt")  # type: ignore[untyped-decorator]
    async def cancel(self, payload: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        return "oadrCanceledOpt", {"opt_id": payload["opt_id"]}


@dataclass(slots=True)
class State:
    """In which state the VTN's events are."""

    now: str = "far"


class Vtn:
    """openleadr's VTN on a port of its own.

    Attributes:
        heard: every message that came in, as its name and what openleadr reads in it; ``raw``: its bytes.
        bend: answers in its place, by service.
        registers: what it answers to a registration.
        wanted: sampling and reporting interval of the report that it asks for; None: none.
        samples: what reports brought.
        polls: what the next polls bring, as a name and its members.
        book: who is registered; asked only where ``ven_lookup`` is set.
    """

    def __init__(self, **members: Any) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.bend: dict[str, Handler] = {}
        self.registers: tuple[str, str] | bool = (VEN, "registration-1")
        self.wanted: tuple[timedelta, timedelta] | None = None
        self.samples: list[tuple[datetime, float]] = []
        self.polls: list[Any] = []
        self.raw: list[bytes] = []
        self.opts = True
        self.book: dict[str, dict[str, str]] = {}
        self.members: dict[str, Any] = {"requested_poll_freq": timedelta(seconds=10), **members}
        self.server: Any = None
        self._news = asyncio.Condition()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{PREFIX}"

    async def start(self) -> None:
        """Begin with an empty memory, on the same port as before."""
        self.book.clear()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", web.NotAppKeyWarning)  # it keeps itself under a plain name
            self.server = OpenADRServer(vtn_id="VTN-1", http_port=self.port, **self.members)
        self.server.add_handler("on_create_party_registration", self._register)
        self.server.add_handler("on_register_report", self._want)
        if self.opts:
            self.server.app.add_routes([web.post(f"{PREFIX}/EiOpt", Opts("VTN-1").handler)])
        self.server.app.middlewares.append(self._listen())
        await self.server.run()
        self.port = int(self.server.app_runner.addresses[0][1])

    async def stop(self) -> None:
        await self.server.stop()
        for name in ("ven_lookup", "fingerprint_lookup"):  # openleadr keeps them at the class
            with suppress(AttributeError):
                delattr(VTNService, name)

    def event(self, event_id: str = "event-1", **members: Any) -> Any:
        """Give out an event: SIMPLE 2 for an hour from now, unless ``members`` say otherwise."""
        event = event_of(event_id, **members)
        self.server.events.setdefault(VEN, []).append(event)  # its own way would reckon the time again
        self.server.events_updated[VEN] = True
        return event

    def changed(self, event: Any, number: int | None = None) -> None:
        """Give out the event again, by default with the next modification number."""
        descriptor = event.event_descriptor
        descriptor.modification_number = descriptor.modification_number + 1 if number is None else number
        self.server.events_updated[VEN] = True

    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.heard]

    async def heard_of(self, kind: str) -> None:
        """Return once such a message has come in."""
        async with self._news:
            await self._news.wait_for(lambda: kind in self.kinds())

    def answers(self) -> list[tuple[str, int, str, int]]:
        """What it was told of events: id, modification number, opt type, response code."""
        return [
            (str(one["event_id"]), one["modification_number"], one["opt_type"], one["response_code"])
            for kind, payload in self.heard
            if kind == "oadrCreatedEvent"
            for one in payload["event_responses"]
        ]

    async def _register(self, _info: dict[str, Any]) -> Any:
        if isinstance(self.registers, tuple):
            self.book[VEN] = {"ven_id": VEN, "registration_id": self.registers[1]}
        return self.registers

    def _want(
        self,
        ven_id: str,
        resource_id: str,
        measurement: str,
        unit: str,
        scale: str,
        min_sampling_interval: timedelta,
        max_sampling_interval: timedelta,
    ) -> Any:
        assert (resource_id, measurement, unit, scale) == ("site", "RealPower", "W", "none")
        return None if self.wanted is None else (self.samples.extend, *self.wanted)

    def _listen(self) -> Any:
        @web.middleware
        async def listen(request: web.Request, handler: Handler) -> web.StreamResponse:
            self.raw.append(await request.read())
            kind, payload = messaging.parse_message(self.raw[-1])
            async with self._news:
                self.heard.append((kind, payload))
                self._news.notify_all()
            name = request.path.rpartition("/")[2]
            if name in self.bend:
                return await self.bend[name](request)
            if kind == "oadrPoll" and self.polls:
                said, members = self.polls.pop(0)
                return xml(messaging.create_message(said, **members))
            return await handler(request)

        return listen


def xml(text: str | bytes, status: int = 200) -> web.Response:
    body = text.encode() if isinstance(text, str) else text
    return web.Response(body=body, status=status, content_type="application/xml")


def saying(text: str | bytes, status: int = 200) -> Handler:
    async def answer(_: web.Request) -> web.StreamResponse:
        return xml(text, status)

    return answer


def signal_of(
    *values: float, name: str = "SIMPLE", type: str = "level", step: timedelta = HOUR, **members: Any
) -> objects.EventSignal:
    intervals = [objects.Interval(dtstart=None, duration=step, signal_payload=value) for value in values]
    return objects.EventSignal(
        intervals=intervals, signal_name=name, signal_type=type, signal_id="signal-1", **members
    )


def event_of(
    event_id: str = "event-1",
    *signals: objects.EventSignal,
    start: datetime = NOW,
    duration: timedelta | None = None,
    tolerance: timedelta | None = None,
    targets: list[dict[str, str]] | None = None,
    wants: str = "always",
    **descriptor: Any,
) -> objects.Event:
    signals = signals or (signal_of(2.0),)
    span = sum((one.duration for one in signals[0].intervals), timedelta(0)) if duration is None else duration
    return objects.Event(
        event_descriptor=objects.EventDescriptor(
            **{
                "event_id": event_id,
                "modification_number": 0,
                "market_context": "https://market.example/summer",
                "created_date_time": NOW - HOUR,
                "event_status": "far",
                **descriptor,
            }
        ),
        active_period=objects.ActivePeriod(
            dtstart=start,
            duration=span,
            tolerance={"startafter": tolerance} if tolerance else None,
        ),
        event_signals=list(signals),
        targets=[objects.Target(**one) for one in targets or [{"ven_id": VEN}]],
        response_required=wants,
    )


def settings_for(url: str, **members: Any) -> Openadr2Settings:
    return Openadr2Settings(
        **{
            "id": ProviderId("grid"),
            "url": url,
            "ven_name": "home",
            "jitter": 0.0,
            "timeout_s": 5.0,
            **members,
        }
    )


@asynccontextmanager
async def listening(
    settings: Openadr2Settings,
    clock: SimulatedClock,
    usage: Usage | None = None,
    made: OpenAdr2Provider | None = None,
    *,
    merely: bool = False,
) -> AsyncIterator[tuple[OpenAdr2Provider, list[Signal]]]:
    """A provider whose news are collected while this is entered; where it merely lives only if ``merely``."""
    provider, heard = made or OpenAdr2Provider(settings, clock), list[Signal]()
    if usage:
        provider.report_from(usage)

    async def listen() -> None:
        async for signal in provider.signals():
            if merely or not isinstance(signal, Heard):
                heard.append(signal)

    task = asyncio.create_task(listen())
    try:
        await clock.settle()
        yield provider, heard
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def mutual_tls(certificate: Any, authority: Any) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def events(heard: list[Signal]) -> list[Event]:
    return [signal.event for signal in heard if isinstance(signal, EventReceived)]


def links(heard: list[Signal]) -> list[bool]:
    return [signal.up for signal in heard if isinstance(signal, LinkChanged)]


def last_complete(heard: list[Signal]) -> set[str]:
    return {*[signal for signal in heard if isinstance(signal, EventsComplete)][-1].event_ids}
