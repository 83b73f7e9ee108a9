"""Keeps what waits for one provider within bounds of age, number and size, and says what is let go.

    waiting     oldest -> r r o r r r o r -> newest       r measurements or opaque data, o any other
    too much    the oldest r go first; an o goes where no r is left

Interpretation: measurements older than two days are of no use to anybody, and what became of an event is of
none after a month.
"""

import logging
import math
from collections.abc import Callable, Sequence
from datetime import timedelta

from drrouter.domain.ids import ProviderId
from drrouter.domain.said import said, sentences
from drrouter.domain.signal import MessageKind, OutboxItem
from drrouter.ports import Clock, OutboxSize, Store

log = logging.getLogger(__name__)

REPORT_LIFE = timedelta(days=2)
MESSAGE_LIFE = timedelta(days=30)
MOST = OutboxSize(messages=5_000, bytes=16 * 2**20)
ROOM = 0.9
"""The share of the bounds down to which is let go at once, so that it is not one by one from then on."""

_FIRST_TO_GO = frozenset({MessageKind.REPORT, MessageKind.DATA})

Say = Callable[[str], None]


class OutboxBounds:
    """Of the outbox of one provider.

    Attributes:
        let_go: how many messages were let go since everything had been delivered.
    """

    def __init__(
        self, provider: ProviderId, store: Store, clock: Clock, say: Say, most: OutboxSize = MOST
    ) -> None:
        """``say`` is told for the owner when the first is let go, and in the end how many there were."""
        self._provider, self._store, self._clock, self._say = provider, store, clock, say
        self._most, self.let_go = most, 0

    @property
    def sentence(self) -> str:
        """What is being lost, for the owner; empty where nothing is."""
        if not self.let_go:
            return ""
        return said("outbox.lost", count=self.let_go, provider=self._provider)

    def emptied(self) -> None:
        """All that was left has been delivered; say how much was not."""
        if self.let_go:
            self._say(sentences([said("outbox.emptied", provider=self._provider), self.sentence]))
        self.let_go = 0

    async def fresh(self, waiting: Sequence[OutboxItem]) -> Sequence[OutboxItem]:
        """These, without those that are too old, which are let go."""
        now = self._clock.now()
        stale = {item.id for item in waiting if now - item.created_at > life_of(item)}
        if not stale:
            return waiting
        await self._drop(list(stale), too_old=True)
        return [item for item in waiting if item.id not in stale]

    async def keep(self) -> None:
        """Let go what is too much."""
        size = await self._store.outbox_size(self._provider)
        while (surplus := _surplus(size, self._most)) > 0:
            waiting = await self._store.outbox(self._provider, most=size.messages)
            gone = victims(waiting, surplus)
            if not gone:
                return
            await self._drop(gone, too_old=False)
            size = await self._store.outbox_size(self._provider)

    async def _drop(self, item_ids: Sequence[str], too_old: bool) -> None:
        """Take them out, and say so at the first of them."""
        why = "have waited too long" if too_old else "are more than can be kept"
        log.warning("%d messages to %s %s and are let go", len(item_ids), self._provider, why)
        await self._store.delivered(item_ids)
        if not self.let_go:
            self._say(said("outbox.too_old" if too_old else "outbox.too_many", provider=self._provider))
        self.let_go += len(item_ids)


def life_of(item: OutboxItem) -> timedelta:
    """How long a message waits at the most."""
    return REPORT_LIFE if item.kind is MessageKind.REPORT else MESSAGE_LIFE


def victims(waiting: Sequence[OutboxItem], surplus: int) -> list[str]:
    """The ids of as many as must go: the oldest reports, then the oldest of the others."""
    ranked = sorted(waiting, key=lambda item: item.kind not in _FIRST_TO_GO)
    return [item.id for item in ranked[:surplus]]


def _surplus(size: OutboxSize, most: OutboxSize) -> int:
    """How many messages of a middling size are too many; 0 where there is room."""
    share = max(size.messages / most.messages, size.bytes / most.bytes)
    return math.ceil(size.messages * (1 - ROOM / share)) if share > 1 else 0
