"""A service provider in memory: what it has published, the link to it, and the messages it was sent.

Implements ``ports.Provider``. Each call of ``signals`` begins anew with everything in force, as the true
adapters do after a restart; a poll in between tells the complete list.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from drrouter.domain.event import Event
from drrouter.domain.ids import EventId, ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.signal import (
    EventCancelled,
    EventReceived,
    EventsComplete,
    LinkChanged,
    OutboxItem,
    Signal,
)
from drrouter.errors import ProviderUnreachableError
from drrouter.ports import Clock
from drrouter.router.waiting import news_or
from drrouter.sim.simulate.agenda import Notice, Publish
from drrouter.sim.simulate.faults import Dice, Fault, spell_at

POLL = timedelta(hours=1)
"""How often the complete list is told; news come at once."""

LATEST = timedelta(minutes=30)
KEPT = timedelta(hours=24)
"""How long the provider lists an event that is over."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """When the router was given a version of an event, or heard that it is gone (``event`` None)."""

    at: datetime
    event_id: EventId
    event: Event | None


class MemoryProvider:
    """One provider, its side and the line to it.

    Attributes:
        arrived: what the router was given, in order.
        received: the messages by id; ``copies`` counts each one that came.
    """

    def __init__(
        self,
        provider_id: ProviderId,
        clock: Clock,
        dice: Dice,
        span: Interval,
        killed: Callable[[Fault], Awaitable[None]],
    ) -> None:
        """Begin with nothing published; ``killed`` never returns where the router is killed."""
        self.id = provider_id
        self._clock, self._dice, self._killed = clock, dice, killed
        self._lost = dice.spells(Fault.UPLINK_LOST, provider_id, span)
        self._published: dict[EventId, tuple[datetime, Event]] = {}
        self._news = asyncio.Event()
        self.arrived: list[Arrived] = []
        self.received: dict[str, OutboxItem] = {}
        self.copies = 0

    @property
    def in_force(self) -> tuple[Event, ...]:
        """The newest version of everything that the provider lists."""
        return tuple(event for _, event in self._published.values())

    @property
    def is_up(self) -> bool:
        """Whether the link works; it does once faults have ended."""
        spell = spell_at(self._lost, self._clock.now())
        return spell is None or spell.fault not in self._dice.enabled

    def take(self, notice: Notice) -> None:
        """The provider's own business: it publishes an event or takes one back."""
        now = self._clock.now()
        if isinstance(notice, Publish):
            delay = timedelta(0)
            if self._dice.strikes(Fault.UPLINK_LATE):
                stream = self._dice.stream(f"{Fault.UPLINK_LATE}/by")
                delay = timedelta(seconds=stream.randint(30, round(LATEST.total_seconds())))
            self._published[notice.event.id] = now + delay, notice.event
        else:
            self._published.pop(notice.event_id, None)
        self._news.set()

    async def signals(self) -> AsyncGenerator[Signal, None]:
        """What the router is told, for ever."""
        known: dict[EventId, Event] = {}
        up: bool | None = None
        while True:
            self._news.clear()
            if self.is_up:
                if up is not True:
                    up = True
                    yield LinkChanged(self.id, True, f"The link to {self.id} is up.", self._clock.now())
                for signal in self._poll(known):
                    yield signal
            elif up is not False:
                up = False
                yield LinkChanged(self.id, False, f"{self.id} cannot be reached.", self._clock.now())
            await self._wait()

    async def send(self, item: OutboxItem) -> None:
        """Take a message, once however often it comes.

        Raises:
            ProviderUnreachableError: the link is down, or the answer was lost.
        """
        if not self.is_up:
            raise ProviderUnreachableError(f"{self.id} cannot be reached.")
        self.received.setdefault(item.id, item)
        self.copies += 1
        if self._dice.strikes(Fault.UPLINK_UNHEARD):
            raise ProviderUnreachableError(f"{self.id} gave no answer.")
        if self._dice.strikes(Fault.KILL_AFTER_SEND):
            await self._killed(Fault.KILL_AFTER_SEND)

    def _poll(self, known: dict[EventId, Event]) -> list[Signal]:
        """What is new since the last poll on this line, then the complete list."""
        now = self._clock.now()
        self._forget_old(now)
        visible = {key: event for key, (since, event) in self._published.items() if since <= now}
        signals: list[Signal] = []
        for key in [key for key in known if key not in visible]:
            self.arrived.append(Arrived(now, key, None))
            if not known.pop(key).ends_before(now):
                signals.append(EventCancelled(self.id, key, now))
        for key, event in visible.items():
            is_news = known.get(key) != event
            if not is_news and not self._dice.strikes(Fault.UPLINK_TWICE):
                continue
            if is_news and event.ends_before(now) and key not in known:
                continue
            known[key] = event
            self.arrived.append(Arrived(now, key, event))
            signals += [EventReceived(event)]
            if is_news and self._dice.strikes(Fault.UPLINK_TWICE):
                signals += [EventReceived(event)]
        signals.append(EventsComplete(self.id, frozenset(visible), now))
        return signals

    def _forget_old(self, now: datetime) -> None:
        """Delete what is long over."""
        for key, (_, event) in list(self._published.items()):
            if event.ends_before(now - KEPT):
                del self._published[key]

    async def _wait(self) -> None:
        """Until there is news, the line changes, a late event becomes visible, or the next poll."""
        now = self._clock.now()
        edges = [edge for spell in self._lost for edge in (spell.interval.start, spell.interval.end)]
        late = [since for since, _ in self._published.values()]
        until = min([now + POLL, *(instant for instant in (*edges, *late) if instant > now)])
        await news_or(self._clock, until, self._news)
