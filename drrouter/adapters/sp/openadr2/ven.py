"""Our OpenADR 2.0b VEN: the ``Provider`` port by polling.

      start, link lost, or the VTN asks for it            every poll
                     |                                        |
                     v                                        v
    QueryRegistration -> CreatePartyRegistration      Poll, until there is no more
      -> RegisterReport -> RequestEvent                 DistributeEvent        -> RequestEvent
                     |                                  RequestReregistration  -> register
                     +--> LinkChanged                   CreateReport, CancelReport -> telemetry
                     +--> EventReceived ...
                     +--> EventsComplete

RequestEvent decides which events there are: what it does not list is cancelled (2.0b, 8.1, implied cancel). A
failure cancels nothing and never ends ``signals()``: the link is reported lost once, tried again ever more
rarely, and the registration is renewed when it returns: a VTN that was restarted may have forgotten us.
"""

import logging
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import datetime, timedelta

from drrouter.adapters.openadr3.times import parse_span
from drrouter.adapters.sp.openadr2.answers import Answers
from drrouter.adapters.sp.openadr2.codec import Message, text_of
from drrouter.adapters.sp.openadr2.known import KnownEvents
from drrouter.adapters.sp.openadr2.reading import events_in
from drrouter.adapters.sp.openadr2.session import EVENTS, POLL, REGISTRATION, REPORTS, Session
from drrouter.adapters.sp.openadr2.settings import Openadr2Settings
from drrouter.adapters.sp.openadr2.telemetry import Telemetry
from drrouter.adapters.sp.openadr3.backoff import Backoff
from drrouter.domain.ids import ProviderId
from drrouter.domain.said import said
from drrouter.domain.signal import EventsComplete, Heard, LinkChanged, OutboxItem, Signal
from drrouter.errors import ProviderError, ProviderRefusedError, ProviderUnreachableError
from drrouter.ports import Clock, Usage

log = logging.getLogger(__name__)

SYNC_EVERY = timedelta(minutes=15)
"""How often the whole list of events is read, though nothing was said of a change."""
MOST_MESSAGES = 50
"""Messages of one poll; the rest comes with the next."""
LONGEST_POLL = timedelta(hours=1)
"""Interpretation: a provider that asks for fewer polls is polled this often nevertheless."""


class OpenAdr2Provider:
    """Implements ``ports.Provider`` and ``ports.UsageTelling`` for one OpenADR 2.0b VTN."""

    def __init__(self, settings: Openadr2Settings, clock: Clock) -> None:
        """Open nothing yet."""
        self._settings, self._clock = settings, clock
        self._session = Session(settings, clock)
        self._telemetry = Telemetry(self._session, clock)
        self._known = KnownEvents(settings)
        self._answers = Answers(self._session, self._known, clock)
        self._backoff = Backoff(f"{settings.id} {settings.ven_name}")
        self._dice = random.Random(f"{settings.seed} poll")  # noqa: S311 -- spreads load, guards nothing
        self._ven_id, self._registration = settings.ven_id, ""
        self._registered = False
        self._period = timedelta(seconds=settings.poll_s)
        self._up: bool | None = None
        self._heard_at: datetime | None = None
        self._poll_at = self._sync_at = clock.now()

    @property
    def id(self) -> ProviderId:
        """Its name in the home file."""
        return self._settings.id

    def report_from(self, usage: Usage) -> None:
        """Tell the provider what the home draws, if it asks."""
        self._telemetry.report_from(usage)

    async def signals(self) -> AsyncGenerator[Signal, None]:
        """What the provider sends, for ever; each call begins anew, with everything that is in force.

        While a signal is with the consumer, until it asks for the next, shared domain time stands.
        """
        self._known = KnownEvents(self._settings)
        self._answers = Answers(self._session, self._known, self._clock)
        self._up, self._heard_at, self._registered = None, None, False
        self._poll_at = self._sync_at = self._clock.now()
        try:
            while True:
                with self._clock.working():
                    for signal in await self._turn():
                        yield signal
                await self._clock.sleep_until(self._next())
        finally:
            await self._session.close()

    async def send(self, item: OutboxItem) -> None:
        """Deliver one message (see ``answers``).

        Raises:
            ProviderError: it was not delivered.
        """
        if not self._up:
            raise ProviderUnreachableError(f"Provider {self.id} is not connected.")
        with self._clock.working():
            await self._answers.send(item, self._ven_id)

    async def leave(self) -> None:
        """End the registration (CancelPartyRegistration).

        Raises:
            ProviderError: the VTN cannot be reached, or does not agree.
        """
        registration, self._registration, self._registered = self._registration, "", False
        try:
            if registration:
                self._agreed(
                    await self._session.ask(
                        REGISTRATION,
                        "oadrCancelPartyRegistration",
                        ven_id=self._ven_id,
                        registration_id=registration,
                    )
                )
        finally:
            await self._session.close()

    def _next(self) -> datetime:
        """When there is something to do again."""
        due = self._telemetry.due_at(bool(self._up))
        return min(self._poll_at, due) if due else self._poll_at

    async def _turn(self) -> list[Signal]:
        """Everything that is due; any failure of the provider loses the link."""
        signals: list[Signal] = []
        try:
            if self._clock.now() >= self._poll_at:
                await self._look(signals)
                await self._answers.own(self._ven_id)
        except ProviderError as error:
            signals += self._lost(error)
        await self._telemetry.step(self._ven_id, bool(self._up))
        return signals + self._known.read_on(self._clock.now())

    async def _look(self, signals: list[Signal]) -> None:
        """Register where that is due, else poll; read the whole list where something may have changed."""
        if not self._registered:
            await self._register()
            is_changed = True
        else:
            is_changed = await self._poll() or self._clock.now() >= self._sync_at
            self._backoff.reset()  # not by a registration alone: a VTN may register well and fail every poll
        if is_changed:
            found = await self._events()
            self._sync_at = self._clock.now() + SYNC_EVERY
            signals += self._found() + found
        self._heard_at = self._clock.now()
        signals += [] if signals else [Heard(self.id, self._heard_at)]
        wait = self._period * (1 + self._settings.jitter * self._dice.random())
        if wait.total_seconds() > self._settings.longest_poll_s:
            wait = timedelta(seconds=self._settings.longest_poll_s)
        self._poll_at = self._heard_at + wait

    async def _register(self) -> None:
        """Ask what the VTN offers, register or register again, and offer reports."""
        offer = self._agreed(await self._session.ask(REGISTRATION, "oadrQueryRegistration"))
        self._registration = offer.text("registrationID") or self._registration
        party = self._agreed(
            await self._session.ask(
                REGISTRATION,
                "oadrCreatePartyRegistration",
                ven_name=self._settings.ven_name,
                ven_id=self._ven_id or None,
                registration_id=self._registration or None,
                profile_name="2.0b",
                transport_name="simpleHttp",
                transport_address="",
                report_only=False,
                xml_signature=self._settings.sign,
                http_pull_model=True,
            )
        )
        registration, ven_id = party.text("registrationID"), party.text("venID")
        if not registration or not ven_id:
            raise ProviderRefusedError(
                f"Provider {self.id} does not register the router. Ask it whether it knows "
                f"{self._settings.ven_name!r}, and set ven_id to the id that it gave."
            )
        self._registration, self._ven_id = registration, ven_id
        self._period = self._wished(party)
        self._known.begin_anew()
        try:
            await self._telemetry.register(ven_id)
        except ProviderError as error:
            log.warning("no reports are offered to %s: %s", self.id, error)
        self._registered = True
        log.info("registered with %s as %s", self.id, ven_id)

    def _wished(self, party: Message) -> timedelta:
        """How often to poll: as the VTN asks, else as the home file says."""
        node = party.body.find(".//{*}oadrRequestedOadrPollFreq") if party.body is not None else None
        asked = parse_span(text_of(node, "duration"))
        if not asked:
            return timedelta(seconds=self._settings.poll_s)
        return min(max(asked.exact, timedelta(seconds=1)), LONGEST_POLL)

    async def _poll(self) -> bool:
        """Fetch and answer all that waits for us; whether events may have changed."""
        is_changed = False
        for _ in range(MOST_MESSAGES):
            message = await self._session.ask(POLL, "oadrPoll", ven_id=self._ven_id)
            if message.kind in ("", "oadrResponse"):
                self._agreed(message)
                break
            if message.kind == "oadrRequestReregistration":
                await self._reregister(message)
                return True
            is_changed = is_changed or message.kind == "oadrDistributeEvent"
            await self._attend(message)
        return is_changed

    async def _attend(self, message: Message) -> None:
        """Do what any other message asks for; events are read from the whole list."""
        attend: dict[str, Callable[[Message], Awaitable[None]]] = {
            "oadrCancelPartyRegistration": self._dismissed,
            "oadrRegisterReport": self._offered,
            "oadrCreateReport": lambda asked: self._telemetry.ask(asked, self._ven_id),
            "oadrCancelReport": lambda asked: self._telemetry.cancel(asked, self._ven_id),
        }
        if message.kind in attend:
            await attend[message.kind](message)
        elif message.kind != "oadrDistributeEvent":
            log.info("provider %s sent %s, which is not used", self.id, message.kind)

    async def _reregister(self, message: Message) -> None:
        """The VTN asks for it; nobody reads the answer to a plain response."""
        await self._session.ask(REGISTRATION, "oadrResponse", ven_id=self._ven_id, response=_ok(message))
        await self._register()

    async def _dismissed(self, message: Message) -> None:
        """The VTN ended the registration."""
        await self._session.ask(
            REGISTRATION,
            "oadrCanceledPartyRegistration",
            ven_id=self._ven_id,
            registration_id=self._registration,
            response=_ok(message),
        )
        self._registration = ""
        raise ProviderRefusedError(said("link.ended", provider=self.id))

    async def _offered(self, message: Message) -> None:
        """The VTN offers reports; none is wanted."""
        await self._session.ask(
            REPORTS, "oadrRegisteredReport", ven_id=self._ven_id, response=_ok(message), report_requests=[]
        )

    async def _events(self) -> list[Signal]:
        """The whole list; a response that agrees and brings no events is an empty one."""
        message = self._agreed(await self._session.ask(EVENTS, "oadrRequestEvent", ven_id=self._ven_id))
        if message.kind not in ("oadrDistributeEvent", "oadrResponse"):
            raise ProviderUnreachableError(said("link.silent", provider=self.id))
        now, events = self._clock.now(), list(events_in(message))
        signals: list[Signal] = []
        for event in events:
            signals += self._known.look_at(event, now, self._ven_id)
        in_force = self._known.keep_only(event.id for event in events)
        return [*signals, EventsComplete(self.id, in_force, now)]

    def _agreed(self, message: Message) -> Message:
        """The message where it carries no refusal.

        Raises:
            ProviderRefusedError: the VTN does not agree; 452 and 463 mean that it does not know us.
        """
        if not message.is_ok:
            why = f"{message.code} {message.text('responseDescription')[:200]}"
            raise ProviderRefusedError(said("link.refuses_so", provider=self.id, why=why))
        return message

    def _found(self) -> list[Signal]:
        """The link works; said once."""
        was, self._up = self._up, True
        if was:
            return []
        sentence = said("link.up_again" if was is False else "link.up", provider=self.id)
        log.info("%s", sentence)
        return [LinkChanged(self.id, True, sentence, self._clock.now())]

    def _lost(self, error: ProviderError) -> list[Signal]:
        """The link does not work; said once, and begun anew with a registration later."""
        was, self._up, self._registered = self._up, False, False
        now = self._clock.now()
        self._poll_at = now + self._backoff.next()
        if was is False:
            log.debug("still no link to %s: %s", self.id, error)
            return []
        log.warning("the link to %s is lost: %s", self.id, error)
        return [LinkChanged(self.id, False, error.sentence, now, self._heard_at)]


def _ok(message: Message) -> dict[str, str]:
    """The response to a message."""
    return {
        "response_code": "200",
        "response_description": "OK",
        "request_id": message.text("requestID"),
    }
