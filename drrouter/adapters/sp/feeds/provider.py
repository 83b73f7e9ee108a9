"""A feed as a ``ports.Provider``: looks again and again, and tells of prices when they are new.

look -> fetch (pages, today and tomorrow) -> parse -> overlay on what is known -> EventReceived
 ^                                                                              (once, when it changed)
 +--- poll_s, or ever longer after a failure, or as long as the feed asks ------------------+
"""

import hashlib
import logging
import random
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta

from yarl import URL

from drrouter.adapters.sp.feeds.fetch import FeedBusyError, FeedSession
from drrouter.adapters.sp.feeds.raw import Look, RawDocuments
from drrouter.adapters.sp.feeds.settings import FeedSettings, addresses
from drrouter.adapters.sp.openadr3.backoff import Backoff
from drrouter.domain.event import Event, Payload, PayloadType
from drrouter.domain.ids import EventId, ProgramId, ProviderId
from drrouter.domain.interval import Interval, floor_to
from drrouter.domain.rates import Rates
from drrouter.domain.said import said
from drrouter.domain.signal import EventReceived, EventsComplete, LinkChanged, OutboxItem, Signal
from drrouter.errors import DocumentError, MessageError, ProviderError, ProviderUnreachableError
from drrouter.objectmodel import read_file
from drrouter.ports import Clock, Executor
from drrouter.tariff.feeds import Asked, read_feed

log = logging.getLogger(__name__)

MOST_PAGES = 20
DAY = timedelta(days=1)
KEPT = timedelta(days=2)
"""How long prices of the past stay, to tell what was paid."""

EVENT = EventId("prices")
_TYPES = {
    "import": (PayloadType.PRICE,),
    "export": (PayloadType.EXPORT_PRICE,),
    "both": (PayloadType.PRICE, PayloadType.EXPORT_PRICE),
}


class FeedProvider:
    """Implements ``ports.Provider`` for a price feed."""

    def __init__(self, settings: FeedSettings, clock: Clock, executor: Executor) -> None:
        """Open nothing yet."""
        self._settings, self._clock, self._executor = settings, clock, executor
        self._session = FeedSession(settings, clock)
        self._asked = Asked(settings.area, settings.currency)
        self._raw = RawDocuments(settings.keep_in) if settings.keep_in else None
        self._complained = False
        self._backoff = Backoff(settings.id, first=timedelta(seconds=15), most=timedelta(minutes=30))
        self._dice = random.Random(f"{settings.id} poll")  # noqa: S311 -- spreads load, guards nothing
        self._prices, self._co2 = Rates(), Rates()
        self._told: str | None = None
        self._up: bool | None = None
        self._heard_at: datetime | None = None
        self._look_at = clock.now()

    @property
    def id(self) -> ProviderId:
        """Its name in the home file."""
        return self._settings.id

    async def signals(self) -> AsyncGenerator[Signal, None]:
        """New prices, for ever; each call begins with those that are known.

        While a signal is with the consumer, until it asks for the next, shared domain time stands.
        """
        self._told, self._up, self._look_at = None, None, self._clock.now()
        while True:
            await self._clock.sleep_until(self._look_at)
            with self._clock.working():
                for signal in await self._look():
                    yield signal

    async def send(self, item: OutboxItem) -> None:
        """A feed takes no messages, so it has whatever it would take."""
        log.debug("feed %s is told nothing of %s", self.id, item.event_id)

    async def _look(self) -> list[Signal]:
        """One look; a failure loses the link and nothing else."""
        try:
            documents = await self._read()
        except (ProviderError, MessageError, DocumentError) as error:
            return self._lost(error)
        await self._keep(documents)
        self._backoff.reset()
        now = self._heard_at = self._clock.now()
        wait = self._settings.poll_s * (1 + self._settings.jitter * self._dice.random())
        self._look_at = now + timedelta(seconds=wait)
        return [*self._found(now), *self._news(now)]

    async def _read(self) -> list[tuple[str, bytes]]:
        """Everything that the feed has; prices count only once all of it was read.

        Returns:
            Where each document was, and its bytes.

        Raises:
            ProviderError, DocumentError: it was not reached.
            MessageError: a document is not what it should be.
        """
        prices, co2 = self._prices, self._co2
        if self._settings.file is not None:
            data = await self._executor.run(read_file, self._settings.file, str(self._settings.file))
            documents = [(str(self._settings.file), data)]
        else:
            documents = await self._download()
        for where, data in documents:
            found = read_feed(self._settings.format, data, where, self._asked)
            for note in found.notes:
                log.debug("feed %s: %s", self.id, note)
            prices, co2 = prices.overlay(found.rates), co2.overlay(found.co2_g_per_kwh)
        since = floor_to(self._clock.now(), DAY) - KEPT
        self._prices, self._co2 = _after(prices, since), _after(co2, since)
        return documents

    async def _keep(self, documents: list[tuple[str, bytes]]) -> None:
        """Keep what came, to read it again later; a full disk costs nothing else, and is said once."""
        if self._raw is None:
            return
        look = Look(self._clock.now(), self._settings.format, self._asked, tuple(documents))
        try:
            await self._executor.run(self._raw.keep, look)
        except (OSError, DocumentError) as error:
            log.log(
                logging.DEBUG if self._complained else logging.WARNING,
                "feed %s: its documents are not kept: %s",
                self.id,
                error,
            )
            self._complained = True
        else:
            self._complained = False

    async def _download(self) -> list[tuple[str, bytes]]:
        """The documents at all addresses, with their further pages."""
        documents = []
        first, *others = addresses(self._settings.url, self._clock.now(), self._settings.zone)
        data = await self._session.read(first)
        if data is None:
            raise ProviderUnreachableError(said("link.no_prices", url=str(URL(first).with_query(None))))
        documents += await self._pages(first, data)
        for address in others:
            data = await self._session.read(address)
            if data:
                documents += await self._pages(address, data)
        return documents

    async def _pages(self, address: str, data: bytes) -> list[tuple[str, bytes]]:
        """The document and those that it names as its next, which must lie on the same server."""
        pages = [(str(URL(address).with_query(None)), data)]
        origin = URL(address).origin()
        while more := read_feed(self._settings.format, data, pages[-1][0], self._asked).more:
            where = pages[0][0]
            if len(pages) == MOST_PAGES or not _leads_to(more, origin):
                log.debug("feed %s: its further pages are not read", self.id)
                break
            following = await self._session.read(more)
            if following is None:
                raise ProviderUnreachableError(f"{where} names a further page that is not there.")
            data = following
            pages.append((where, data))
        return pages[::-1]  # newest first: an older page never stands above

    def _found(self, now: datetime) -> list[Signal]:
        """The link works; said once."""
        was, self._up = self._up, True
        if was:
            return []
        sentence = said("link.feed_again" if was is False else "link.feed", provider=self.id)
        log.info("%s", sentence)
        return [LinkChanged(self.id, True, sentence, now)]

    def _lost(self, error: ProviderError | MessageError | DocumentError) -> list[Signal]:
        """The link does not work; said once, tried again later."""
        was, self._up = self._up, False
        now = self._clock.now()
        wait = self._backoff.next()
        self._look_at = now + (max(wait, error.wait) if isinstance(error, FeedBusyError) else wait)
        if was is False:
            log.debug("feed %s still cannot be read: %s", self.id, error)
            return []
        log.warning("the feed %s cannot be read: %s", self.id, error)
        return [LinkChanged(self.id, False, error.sentence, now, self._heard_at)]

    def _news(self, now: datetime) -> list[Signal]:
        """The prices as one event, where they are new; an empty document takes nothing back."""
        payloads = [
            Payload(kind, interval, value)
            for kind in _TYPES[self._settings.direction]
            for interval, value in self._prices.steps
        ]
        payloads += [Payload(PayloadType.GHG, interval, value) for interval, value in self._co2.steps]
        fingerprint = _fingerprint(payloads)
        signals: list[Signal] = []
        if fingerprint != self._told and payloads:
            self._told = fingerprint
            event = Event(
                EVENT,
                self.id,
                ProgramId(self._settings.format),
                "published prices",
                now,
                tuple(payloads),
                currency=self._settings.currency,
                fingerprint=fingerprint,
            )
            signals.append(EventReceived(event))
        return [*signals, EventsComplete(self.id, frozenset({EVENT}), now)]


def _after(rates: Rates, since: datetime) -> Rates:
    """What is not over by then, in whole steps; what is kept changes by itself once a day."""
    return Rates(tuple(step for step in rates.steps if step[0].end > since))


def _fingerprint(payloads: list[Payload]) -> str:
    """By which the same prices are known again."""
    text = "\n".join(f"{one.type} {_ends(one.interval)} {one.value!r}" for one in payloads)
    return hashlib.sha256(text.encode()).hexdigest()


def _ends(interval: Interval) -> str:
    return f"{interval.start.isoformat()} {interval.end.isoformat()}"


def _leads_to(address: str, origin: URL) -> bool:
    """Whether an address that a page names lies on the server that it came from."""
    try:
        url = URL(address)
        return url.is_absolute() and url.origin() == origin
    except ValueError:
        return False
