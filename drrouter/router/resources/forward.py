"""Brings what the home has to say to a provider into its outbox, a few messages at a time.

    leaf below providers/<id>/up, on the disk -> outbox (once, in order) -> the provider

The tree itself is the queue, so a long outage fills no outbox: of a leaf that is written again before it
could go, the newest version goes. What was handed to the outbox is remembered in the same commit.

Interpretation: OpenADR 3 reports are on events. Data goes with the newest event that asks for ``X_DATA``
reports, else with the newest event of the provider; it waits while there is none.
"""

from base64 import b64encode
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from drrouter.domain.event import Event
from drrouter.domain.ids import DeviceId, ProviderId
from drrouter.domain.report import OPAQUE
from drrouter.domain.resource import Leaf
from drrouter.domain.signal import MessageKind, OutboxItem
from drrouter.ports import Clock, Collection, Enqueue, Put, Store
from drrouter.router.resources.keeper import Resources
from drrouter.router.scribe import Scribe

MOST_WAITING = 20
"""While so many messages wait in the outbox, no data is added."""

RETRY = timedelta(seconds=30)

_BINARY = "application/octet-stream"


def key_of(provider: ProviderId) -> str:
    """Under which setting of the store it stands how far a provider was told."""
    return f"data-sent/{provider}"


@runtime_checkable
class DataCarrying(Protocol):
    """A provider whose protocol carries opaque data from the home (``MessageKind.DATA``)."""

    @property
    def carries_data(self) -> bool:
        """Whether it does."""
        ...


class Forwarder:
    """Tells one provider; run it as one supervised task."""

    def __init__(
        self,
        provider: ProviderId,
        resources: Resources,
        events: Callable[[], Iterable[Event]],
        store: Store,
        scribe: Scribe,
        clock: Clock,
        committed: Callable[[], None],
    ) -> None:
        """Wire it up.

        Args:
            events: those that are known now, of all providers.
            committed: told that the provider's outbox has news.
        """
        self._provider, self._resources, self._events = provider, resources, events
        self._store, self._scribe, self._clock, self._committed = store, scribe, clock, committed

    async def run(self) -> None:
        """For ever."""
        kept = (await self._store.load(Collection.SETTINGS)).get(key_of(self._provider))
        sent = kept if isinstance(kept, int) else 0
        while True:
            news, waiting = self._resources.news, self._resources.waiting_for(self._provider, sent)
            event = self._carrier() if waiting else None
            if event is None:
                await news.wait()
            elif await self._is_full():
                await self._clock.sleep_until(self._clock.now() + RETRY)
            else:
                leaf = waiting[0]
                item = data_message(leaf, event, self._clock.now())
                settled = Put(Collection.SETTINGS, key_of(self._provider), leaf.sequence)
                await self._scribe.kept(Enqueue(item), settled)
                sent = leaf.sequence
                self._committed()

    async def _is_full(self) -> bool:
        """Whether enough waits in the outbox."""
        return len(await self._store.outbox(self._provider, MOST_WAITING)) >= MOST_WAITING

    def _carrier(self) -> Event | None:
        """The event on which the report is made."""
        own = [event for event in self._events() if event.provider == self._provider]
        asking = [event for event in own if any(ask.payload_type == OPAQUE for ask in event.asks)]
        return max(asking or own, key=lambda event: (event.modified_at, event.id), default=None)


def data_message(leaf: Leaf, event: Event, now: datetime) -> OutboxItem:
    """A leaf as a message on an event; the path is told from below ``up`` on."""
    path = leaf.path.split("/")[3:]
    text = _text(leaf)
    return OutboxItem(
        id=f"{event.provider}/data/{leaf.path}/{leaf.sequence}",
        provider=event.provider,
        kind=MessageKind.DATA,
        event_id=event.id,
        event_version=event.version,
        program_id=event.program_id,
        created_at=now,
        member=None if path[0] == "home" else DeviceId(path[0]),
        payloads={
            OPAQUE: b64encode(leaf.data).decode() if text is None else text,
            "X_DATA_ENCODING": "base64" if text is None else "text",
            "X_DATA_MEDIA_TYPE": leaf.media_type,
            "X_DATA_PATH": "/".join(path),
            "X_DATA_SEQUENCE": str(leaf.sequence),
        },
    )


def _text(leaf: Leaf) -> str | None:
    """The leaf as text, where it is text that every JSON can say; else None."""
    if leaf.media_type == _BINARY:
        return None
    try:
        text = leaf.data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if all(one.isprintable() or one in "\t\n\r" for one in text) else None
