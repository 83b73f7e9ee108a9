"""Delivers what providers must hear, in order and once, however long the link was down.

    oldest   r1 r1 r1 | s2 | r2 r2 | m | m   newest     waves: members of a group that say one thing of one
                                                        version of an event go side by side, all else in turn

How much may wait is left to ``outbox_bounds``.
"""

import asyncio
import logging
from collections.abc import Coroutine, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from drrouter.domain.event import Event
from drrouter.domain.ids import DeviceId, EventId, ProgramId, ProviderId
from drrouter.domain.signal import MessageKind, OutboxItem
from drrouter.errors import ProviderError, ProviderRefusedError
from drrouter.ports import Clock, Provider, Store
from drrouter.router.outbox_bounds import OutboxBounds, Say
from drrouter.router.recent import Recent
from drrouter.router.waiting import news_or

log = logging.getLogger(__name__)

FIRST_RETRY = timedelta(seconds=2)
LAST_RETRY = timedelta(minutes=5)
BATCH = 100
AT_ONCE = 8
"""Messages under way side by side: a group of a hundred shall have acknowledged within seconds."""
REFUSED_LIFE = timedelta(days=1)
"""How long a message that the provider refuses is offered again before it is let go."""
LATE = timedelta(minutes=5)
"""Interpretation: what is made this long after it was due, or sent this long after it was made, is late."""


class About(Protocol):
    """What a message is about: an event, or what is remembered of one."""

    @property
    def provider(self) -> ProviderId:
        """Who sent it."""
        ...

    @property
    def id(self) -> EventId:
        """Its id."""
        ...

    @property
    def version(self) -> str:
        """Which version of it."""
        ...

    @property
    def program_id(self) -> ProgramId:
        """The program it belongs to."""
        ...


def message(
    event: About, kind: MessageKind, clock: Clock, member: DeviceId | None = None, **payloads: float | str
) -> OutboxItem:
    """A message about one version of an event; the same facts give the same id, so none is sent twice."""
    who = member or "site"
    return OutboxItem(
        id=f"{event.provider}/{event.id}/{event.version}/{who}/{kind}",
        provider=event.provider,
        kind=kind,
        event_id=event.id,
        event_version=event.version,
        program_id=event.program_id,
        created_at=clock.now(),
        member=member,
        payloads=payloads,
    )


class OutboxSender:
    """Empties the outbox of one provider; run it as one supervised task."""

    def __init__(
        self,
        provider: Provider,
        store: Store,
        clock: Clock,
        known: Iterable[tuple[EventId, str]] = (),
        say: Say = lambda _: None,
    ) -> None:
        """Messages come from the store, never from memory: what is there has been committed.

        Args:
            provider: who receives them.
            store: where they wait.
            clock: for retries.
            known: the event versions kept before a restart; those without a waiting receipt have had it.
            say: told what is let go, for the owner.
        """
        self._provider, self._store, self._clock = provider, store, clock
        self._known, self._acknowledged = tuple(known), Recent[tuple[EventId, str]]()
        self._refused, self._brought = set[str](), set[str]()
        self.bounds = OutboxBounds(provider.id, store, clock, say)
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Something was enqueued, or the link returned."""
        self._news.set()

    def has_receipt(self, event: Event) -> bool:
        """Whether the provider has had a receipt of this version."""
        return (event.id, event.version) in self._acknowledged

    async def run(self) -> None:
        """Deliver for ever."""
        waiting = await self._store.outbox(self._provider.id, most=10_000)
        receipts = [item for item in waiting if item.kind is MessageKind.RECEIPT]
        due = {(item.event_id, item.event_version) for item in receipts}
        self._acknowledged.update(version for version in self._known if version not in due)
        retry = FIRST_RETRY
        self._news.set()  # an earlier run may have failed with messages at hand
        while True:
            await self._news.wait()
            self._news.clear()
            if await self.deliver_all():
                self.bounds.emptied()
                retry = FIRST_RETRY
                continue
            await self.bounds.keep()
            await news_or(self._clock, self._clock.now() + retry, self._news)
            retry = min(2 * retry, LAST_RETRY)
            self._news.set()

    async def deliver_all(self) -> bool:
        """Send what there is, oldest first; return whether the outbox is empty now."""
        while await self._deliver_some():
            pass
        return not await self._store.outbox(self._provider.id, most=1)

    async def _deliver_some(self) -> bool:
        """Send the oldest; return whether some of them got through and more may wait behind them.

        A message that the provider refuses stays for a day and does not keep the others back; one that does
        not get through ends the round.
        """
        most, delivered = BATCH + len(self._refused), 0
        waiting = await self._store.outbox(self._provider.id, most=most)
        if len(waiting) < most:
            self._refused &= {item.id for item in waiting}  # some were let go for want of room
        for wave in _waves(await self.bounds.fresh(waiting)):
            got_through = await _all(map(self._send, wave))
            brought = [item for item in wave if item.id in self._brought]
            await self._deliver(brought)
            delivered += len(brought)
            if not all(got_through):
                return False
        return delivered > 0 and len(waiting) == most

    async def _send(self, item: OutboxItem) -> bool:
        """Send one, unless the provider has it and only the store does not know; whether it got through."""
        if item.id in self._brought:
            return True
        try:
            with self._clock.working():
                await self._provider.send(self._marked(item))
        except ProviderRefusedError as error:
            await self._refuse(item, error)
            return True
        except ProviderError:
            return False
        self._brought.add(item.id)
        return True

    async def _deliver(self, brought: Sequence[OutboxItem]) -> None:
        """Let those go that the provider has; where the store fails they are known to have been brought."""
        if not brought:
            return
        await self._store.delivered([item.id for item in brought])
        for item in brought:
            self._brought.discard(item.id)
            self._refused.discard(item.id)
            if item.kind is MessageKind.RECEIPT:
                self._acknowledged.add((item.event_id, item.event_version))

    def _marked(self, item: OutboxItem) -> OutboxItem:
        """The message as it is sent now."""
        return replace(item, late=self._clock.now() - item.created_at > LATE)

    async def _refuse(self, item: OutboxItem, error: ProviderRefusedError) -> None:
        """Say once that a message is refused, and let it go when it is old."""
        if item.id not in self._refused:
            log.warning(
                "provider %s refuses the %s of %s: %s", item.provider, item.kind, item.event_id, error
            )
        self._refused.add(item.id)
        if self._clock.now() - item.created_at >= REFUSED_LIFE:
            await self._store.delivered([item.id])
            self._refused.discard(item.id)


async def _all(sends: Iterable[Coroutine[None, None, bool]]) -> list[bool]:
    """What all of them return; where one fails the others are brought to their end before that is told."""
    ended = await asyncio.gather(*sends, return_exceptions=True)
    for one in ended:
        if isinstance(one, BaseException):
            raise one
    return [one for one in ended if one is True or one is False]


def _waves(items: Iterable[OutboxItem]) -> Iterator[list[OutboxItem]]:
    """In order; side by side are neighbours that say the same of one version, each for another member."""
    wave: list[OutboxItem] = []
    for item in items:
        if wave and (len(wave) == AT_ONCE or not _is_of_one_wave(wave[0], item)):
            yield wave
            wave = []
        wave.append(item)
    if wave:
        yield wave


def _is_of_one_wave(first: OutboxItem, item: OutboxItem) -> bool:
    """Whether both say one thing; reports and data are never of one wave, since one follows the other."""
    if item.kind in (MessageKind.REPORT, MessageKind.DATA):
        return False
    ours, theirs = ((one.kind, one.event_id, one.event_version) for one in (first, item))
    return ours == theirs
