"""Our VEN: the ``Provider`` port over OpenADR 3, by polling and, where the owner asks for it, by push.

      start, or link lost                      notice (webhook)        every poll_s
             |                                        |                     |
             v                                        v                     v
    enrol -> subscribe -> full poll           GET /events/{id}          full poll
             |                                        |                     |
             +--> LinkChanged                         +--> EventReceived    +--> EventReceived ...
             +--> EventReceived ...                   +--> EventCancelled   +--> EventsComplete
             +--> EventsComplete

A notice only says where to look; what GET returns decides. A poll that fails, or misses a page, cancels
nothing. No failure ends ``signals()``: the link is reported lost once, and tried again ever more rarely.
"""

import logging
import random
from collections.abc import AsyncGenerator, Mapping
from datetime import datetime, timedelta

from drrouter.adapters.sp.openadr3.backoff import Backoff
from drrouter.adapters.sp.openadr3.delivery import Delivery
from drrouter.adapters.sp.openadr3.dialect import Dialect
from drrouter.adapters.sp.openadr3.enrolment import Enrolment
from drrouter.adapters.sp.openadr3.inbox import Inbox, Notice
from drrouter.adapters.sp.openadr3.known import KnownEvents
from drrouter.adapters.sp.openadr3.paging import PAGE, identity, read_all, text
from drrouter.adapters.sp.openadr3.session import VtnSession
from drrouter.adapters.sp.openadr3.settings import Openadr3Settings
from drrouter.adapters.sp.openadr3.subscription import Subscription
from drrouter.adapters.sp.openadr3.webhook import Webhook
from drrouter.domain.ids import EventId, ProviderId
from drrouter.domain.signal import EventsComplete, LinkChanged, OutboxItem, Signal
from drrouter.errors import ProviderError, ProviderRefusedError
from drrouter.ports import Clock

log = logging.getLogger(__name__)


class OpenAdr3Provider:
    """Implements ``ports.Provider`` for one OpenADR 3 VTN."""

    def __init__(self, settings: Openadr3Settings, clock: Clock) -> None:
        """Open nothing yet."""
        self._settings, self._clock = settings, clock
        self._dialect = Dialect(settings.version)
        self._session = VtnSession(settings, clock)
        self._enrolment = Enrolment(self._session, settings, self._dialect)
        self._delivery = Delivery(self._session, settings.ven_name, self._dialect, clock)
        self._inbox = Inbox(clock)
        listener = Webhook(settings.webhook, clock, self._inbox.mark) if settings.webhook else None
        self._subscription = Subscription(self._session, settings, self._dialect, listener)
        self._backoff = Backoff(settings.ven_name)
        self._dice = random.Random(f"{settings.ven_name} poll")  # noqa: S311 -- spreads load, guards nothing
        self._known = KnownEvents(settings)
        self._up: bool | None = None
        self._heard_at: datetime | None = None
        self._poll_at = clock.now()

    @property
    def id(self) -> ProviderId:
        """Its name in the home file."""
        return self._settings.id

    async def signals(self) -> AsyncGenerator[Signal, None]:
        """What the provider sends, for ever; each call begins anew, with everything that is in force.

        While a signal is with the consumer, until it asks for the next, shared domain time stands.
        """
        self._known, self._up, self._poll_at = KnownEvents(self._settings), None, self._clock.now()
        self._heard_at = None
        try:
            await self._subscription.listen()
            while True:
                await self._inbox.wait(self._poll_at)
                with self._inbox.attended() as notice:
                    for signal in await self._attend(notice):
                        yield signal
        finally:
            self._inbox.close()
            await self._subscription.close()
            await self.close()

    async def close(self) -> None:
        """Close the connections; they open again when they are needed."""
        await self._session.close()

    async def send(self, item: OutboxItem) -> None:
        """Deliver one message as a report (see ``reports``).

        Interpretation: a provider for which the router has no credentials, and which refuses reports,
        wants none.

        Raises:
            ProviderError: it was not delivered.
        """
        with self._clock.working():
            try:
                await self._delivery.send(item)
            except ProviderRefusedError:
                if self._settings.client_id:
                    raise
                log.debug("provider %s takes no reports", self.id)

    async def _attend(self, notice: Notice | None) -> list[Signal]:
        """Look where the notice points, or everywhere; any failure of the provider loses the link."""
        try:
            if notice is None or notice.event_id is None or not self._up or self._poll_is_due():
                signals = await self._poll()
            else:
                signals = await self._look_up(notice.event_id, notice.deleted)
        except ProviderError as error:
            return self._lost(error) + self._known.read_on(self._clock.now())
        self._backoff.reset()
        self._heard_at = self._clock.now()
        return signals + self._known.read_on(self._clock.now())

    async def _look_up(self, event_id: EventId, deleted: bool) -> list[Signal]:
        """One GET; an event that is gone though it was not said to be leads to a full poll."""
        answer = await self._session.get(f"/events/{event_id}")
        now = self._clock.now()
        if isinstance(answer.body, Mapping) and answer.ok and identity(answer.body) == event_id:
            return self._known.look_at(answer.body, now)
        if answer.status == 404 and deleted:
            return self._known.withdraw(event_id, now)
        return await self._poll()

    def _poll_is_due(self) -> bool:
        return self._clock.now() >= self._poll_at

    async def _poll(self) -> list[Signal]:
        """Everything the provider has for us; a missing page raises, so nothing is cancelled by it."""
        await self._enrolment.renew()
        programs = await self._read("/programs")
        self._dialect.programs = {text(row, "programName"): identity(row) for row in programs}
        self._known.learn_programs(programs)
        await self._subscription.renew(self._enrolment.targets)
        rows = await self._read("/events")
        rows += await self._missed(rows)
        now = self._clock.now()
        signals = self._found(now)
        for row in rows:
            if isinstance(row, Mapping) and identity(row):
                signals += self._known.look_at(row, now)
        listed = [EventId(identity(row)) for row in rows]
        if all(listed):
            signals.append(EventsComplete(self.id, self._known.keep_only(listed), now))
        else:
            log.warning(
                "provider %s lists an event without an id; nothing is cancelled by this poll", self.id
            )
        wait = self._settings.poll_s * (1 + self._settings.jitter * self._dice.random())
        self._poll_at = self._clock.now() + timedelta(seconds=wait)
        return signals

    async def _read(self, path: str) -> list[object]:
        """A list, with what is meant for everybody and what is meant for our targets, each object once."""
        rows = await read_all(self._session, path)
        targets = self._enrolment.targets
        if targets:
            known = {identity(row) for row in rows}
            more = await read_all(self._session, path, self._dialect.targeted(targets))
            rows += [row for row in more if identity(row) not in known]
        return rows

    async def _missed(self, rows: list[object]) -> list[object]:
        """Events in force that a list lacks though they exist: pages shift when an earlier object goes."""
        missing = self._known.in_force() - {identity(row) for row in rows}
        if len(rows) < PAGE or len(missing) > PAGE:
            return []
        answers = [await self._session.get(f"/events/{event_id}") for event_id in sorted(missing)]
        return [answer.body for answer in answers if answer.ok]

    def _found(self, now: datetime) -> list[Signal]:
        """The link works; said once."""
        was, self._up = self._up, True
        if was:
            return []
        sentence = f"The link to {self.id} {'is up again' if was is False else 'is up'}."
        log.info("%s", sentence)
        return [LinkChanged(self.id, True, sentence, now)]

    def _lost(self, error: ProviderError) -> list[Signal]:
        """The link does not work; said once, tried again later."""
        was, self._up = self._up, False
        now = self._clock.now()
        self._poll_at = now + self._backoff.next()
        if was is False:
            log.debug("still no link to %s: %s", self.id, error)
            return []
        log.warning("the link to %s is lost: %s", self.id, error)
        return [LinkChanged(self.id, False, error.sentence, now, self._heard_at)]
