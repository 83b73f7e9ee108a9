"""Our VEN: the ``Provider`` port over OpenADR 3, by polling and, where the provider can, by push.

      start, or link lost                   notice (webhook, MQTT)     every poll_s
             |                                        |                     |
             v                                        v                     v
    enrol -> full poll -> subscribe -> again  GET /events/{id}          full poll
             |                                        |                     |
             +--> LinkChanged                         +--> EventReceived    +--> EventReceived ...
             +--> EventReceived ...                   +--> EventCancelled   +--> EventsComplete
             +--> EventsComplete

A notice only says where to look; what GET returns decides. Look-ups do not wait for a poll that is under way,
nor for one another, and an answer that was overtaken changes nothing (``errands``). A poll that fails, or
misses a page, cancels nothing. No failure ends ``signals()``: the link is reported lost once, and tried again
ever more rarely.
"""

import logging
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from drrouter.adapters.clock import SystemClock, is_synchronised
from drrouter.adapters.sp.openadr3.backoff import Backoff
from drrouter.adapters.sp.openadr3.delivery import Delivery
from drrouter.adapters.sp.openadr3.dialect import Dialect
from drrouter.adapters.sp.openadr3.enrolment import Enrolment
from drrouter.adapters.sp.openadr3.errands import Errands, Freshness
from drrouter.adapters.sp.openadr3.inbox import Inbox, Notice
from drrouter.adapters.sp.openadr3.known import KnownEvents
from drrouter.adapters.sp.openadr3.paging import PAGE, identity, read_all, text
from drrouter.adapters.sp.openadr3.push import MqttPush
from drrouter.adapters.sp.openadr3.session import VtnSession
from drrouter.adapters.sp.openadr3.settings import PUSHED_POLL_S, Openadr3Settings
from drrouter.adapters.sp.openadr3.skew import Skew
from drrouter.adapters.sp.openadr3.subscription import Subscription
from drrouter.adapters.sp.openadr3.webhook import Webhook
from drrouter.domain.ids import EventId, ProviderId
from drrouter.domain.said import said
from drrouter.domain.signal import EventsComplete, Heard, LinkChanged, OutboxItem, Signal
from drrouter.errors import ProviderError, ProviderRefusedError
from drrouter.ports import Clock

log = logging.getLogger(__name__)

MOST_UNDERWAY = 8
"""Questions to one provider that are under way at once."""


class OpenAdr3Provider:
    """Implements ``ports.Provider`` for one OpenADR 3 VTN."""

    def __init__(self, settings: Openadr3Settings, clock: Clock, skew: Skew | None = None) -> None:
        """Open nothing yet; by default the clocks are compared where ours is the machine's."""
        self._settings, self._clock = settings, clock
        compared = isinstance(clock, SystemClock)
        self._skew = skew or (Skew(settings.id, is_synchronised) if compared else None)
        self._dialect = Dialect(settings.version)
        self._session = VtnSession(settings, clock, self._skew)
        self._enrolment = Enrolment(self._session, settings, self._dialect)
        self._delivery = Delivery(self._session, settings.ven_name, self._dialect, clock)
        self._inbox = Inbox(clock)
        self._errands, self._fresh = Errands(clock.working, self._inbox.nudge), Freshness()
        listener = Webhook(settings.webhook, clock, self._inbox.mark) if settings.webhook else None
        self._subscription = Subscription(self._session, settings, self._dialect, listener)
        self._push = MqttPush(self._session, settings, clock, self._inbox.mark)
        self._backoff = Backoff(settings.ven_name)
        self._dice = random.Random(f"{settings.ven_name} poll")  # noqa: S311 -- spreads load, guards nothing
        self._known = KnownEvents(settings, self._ahead)
        self._up: bool | None = None
        self._heard_at: datetime | None = None
        self._poll_at = clock.now()

    @property
    def id(self) -> ProviderId:
        """Its name in the home file."""
        return self._settings.id

    @property
    def carries_data(self) -> bool:
        """Reports carry whatever the home has to say."""
        return True

    async def signals(self) -> AsyncGenerator[Signal, None]:
        """What the provider sends, for ever; each call begins anew, with everything that is in force.

        While a signal is with the consumer, until it asks for the next, shared domain time stands.
        """
        self._known = KnownEvents(self._settings, self._ahead)
        self._up, self._poll_at = None, self._clock.now()
        self._polling = self._subscribing = False
        self._heard_at = None
        try:
            await self._subscription.listen()
            while True:
                with self._errands.collected() as signals:
                    for signal in signals:
                        yield signal
                self._send_out()
                await self._inbox.wait(None if self._polling else self._poll_at)
        finally:
            await self._errands.close()
            await self._push.close()
            self._inbox.close()
            await self._subscription.close()
            await self.close()

    def _ahead(self) -> timedelta:
        """By how much the provider's clock counts as ahead of ours."""
        return self._skew.acted_on if self._skew else timedelta(0)

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

    async def leave(self) -> None:
        """Delete our subscriptions, resources and VEN; reports stay, for the provider settles by them.

        Raises:
            ProviderError: it cannot be reached.
        """
        try:
            await self._dialect.settle(self._session, self._settings.url)
            if self._settings.webhook and self._settings.client_id:
                with suppress(ProviderRefusedError):
                    await self._subscription.remove()
            await self._enrolment.withdraw()
        finally:
            await self.close()

    def _send_out(self) -> None:
        """Poll where it is time, or where everything should be looked at; look up what is marked beside it.

        Before the first link a poll stands for all that is marked; after a loss it is made at once, too.
        """
        marked, is_due = self._inbox.marked(), self._clock.now() >= self._poll_at
        if not self._polling and (is_due or Notice(None) in marked or (marked and not self._up)):
            self._polling = True
            self._errands.send(self._told(self._poll))
            self._inbox.attended(one for one in marked if one.event_id is None or self._up is None)
        if self._up is not None:
            for notice in self._inbox.marked()[: max(0, MOST_UNDERWAY - len(self._errands))]:
                if notice.event_id is not None:
                    look_up = partial(self._look, notice.event_id, notice.deleted)
                    self._errands.send(self._told(look_up))
                    self._inbox.attended([notice])

    async def _told(self, question: Callable[[], Awaitable[list[Signal]]]) -> list[Signal]:
        """What an errand brings; any failure of the provider loses the link."""
        try:
            signals = await question()
        except ProviderError as error:
            signals = self._lost(error)
        else:
            self._backoff.reset()
            self._heard_at = self._clock.now()
        return signals + self._known.read_on(self._clock.now())

    async def _look(self, event_id: EventId, deleted: bool) -> list[Signal]:
        """One look-up; where it brings nothing new, it says that the provider lives."""
        return await self._look_up(event_id, deleted) or [Heard(self.id, self._clock.now())]

    async def _look_up(self, event_id: EventId, deleted: bool) -> list[Signal]:
        """One GET; an event that is gone though it was not said to be leads to a full poll."""
        with self._fresh.question() as number:
            answer = await self._session.get(f"/events/{event_id}")
            now, row = self._clock.now(), answer.body
            if isinstance(row, Mapping) and answer.ok and identity(row) == event_id:
                return self._known.look_at(row, now) if self._fresh.takes(event_id, number) else []
            if answer.status == 404 and deleted:
                return self._known.withdraw(event_id, now) if self._fresh.takes(event_id, number) else []
        self._inbox.mark(Notice(None))
        return []

    async def _poll(self) -> list[Signal]:
        """Everything the provider has for us; a missing page raises, so nothing is cancelled by it."""
        try:
            await self._dialect.settle(self._session, self._settings.url)
            await self._enrolment.renew()
            programs = await self._read("/programs")
            self._dialect.programs = {text(row, "programName"): identity(row) for row in programs}
            self._known.learn_programs(programs)
            with self._fresh.question() as number:
                rows = await self._read("/events")
                rows += await self._missed(rows)
                signals = self._taken_in(rows, number)
        finally:
            self._polling = False
        if not self._subscribing:
            self._subscribing = True
            self._errands.send(self._told(self._subscribe))
        return signals

    async def _subscribe(self) -> list[Signal]:
        """Keep the subscription; after it was made anew, look everywhere for what no notice told of."""
        try:
            if await self._subscription.renew(self._enrolment.targets):
                self._inbox.mark(Notice(None))
            programs = list(self._dialect.programs.values())
            await self._push.renew(self._enrolment.ven_id, programs, self._clock.now())
        finally:
            self._subscribing = False
        return []

    def _taken_in(self, rows: list[object], number: int) -> list[Signal]:
        """What a complete list says, but for events of which something newer is known by now."""
        now, newer = self._clock.now(), self._fresh.fresher(number)
        signals = self._found(now)
        for row in rows:
            if (
                isinstance(row, Mapping)
                and identity(row)
                and self._fresh.takes(EventId(identity(row)), number)
            ):
                signals += self._known.look_at(row, now)
        listed = [EventId(identity(row)) for row in rows]
        if all(listed):
            signals.append(EventsComplete(self.id, self._known.keep_only({*listed, *newer}), now))
        else:
            signals.append(Heard(self.id, now))
            log.warning(
                "provider %s lists an event without an id; nothing is cancelled by this poll", self.id
            )
        often = max(self._settings.poll_s, PUSHED_POLL_S) if self._push.connected else self._settings.poll_s
        often = min(often, self._settings.longest_poll_s)
        wait = often * (1 + self._settings.jitter * self._dice.random())
        self._poll_at = self._clock.now() + timedelta(seconds=wait)
        return signals

    async def _read(self, path: str) -> list[object]:
        """A list, with what is meant for everybody and what is meant for our targets, each object once."""
        rows = await read_all(self._session, path)
        known = {identity(row) for row in rows}
        for query in self._dialect.targeted(self._enrolment.targets):
            more = await read_all(self._session, path, query)
            rows += [row for row in more if identity(row) not in known]
            known |= {identity(row) for row in more}
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
        sentence = said("link.up_again" if was is False else "link.up", provider=self.id)
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
