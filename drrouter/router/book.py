"""What the router must not forget: events, wishes, overrides, the owner's words, commitments, running cycles.

Held in memory for speed and in the store for safety. Every change is first applied in memory, so that
orders act at once, and returned as the ``Change`` to commit; the acknowledgement waits for the commit.
"""

from copy import copy
from datetime import datetime, timedelta
from typing import Any

from drrouter.domain.ack import AckRecord
from drrouter.domain.device import KnownLevel
from drrouter.domain.event import Event
from drrouter.domain.ids import DeviceId, EventId, EventKey, ProviderId
from drrouter.domain.mandate import Mandates, admitted
from drrouter.domain.owner import HandsOff, OptOut, OwnerWord, Vacation
from drrouter.domain.plan import Plan
from drrouter.domain.wish import Commitment, CycleWish, LevelWish, Override, RunningCycle, Wish
from drrouter.ports import Change, Collection, Put, Remove, Store
from drrouter.router.fair_share import Held

REMEMBERED = timedelta(days=1)
"""How long an event that is over is still shown, where its provider goes on listing it."""


def event_key(provider: ProviderId, event_id: EventId) -> str:
    """The key of an event in the store."""
    return f"{provider}/{event_id}"


class Book:
    """The router's memory; ``await Book.open(store)`` reads it back after a restart."""

    def __init__(self) -> None:
        """Begin empty."""
        self.events: dict[EventKey, Event] = {}
        self.wishes: dict[DeviceId, Wish] = {}
        self.overrides: dict[DeviceId, Override] = {}
        self.commitments: dict[DeviceId, Commitment] = {}
        self.running: dict[DeviceId, RunningCycle] = {}
        self.levels: dict[DeviceId, KnownLevel] = {}
        self.words: dict[str, OwnerWord] = {}
        self.plan: Plan | None = None
        self.acks: dict[EventKey, AckRecord] = {}
        self._held = Held()

    @classmethod
    async def open(cls, store: Store) -> "Book":
        """Read everything back.

        Raises:
            StoreError: the store cannot be read.
        """
        book = cls()
        for event in (await store.load(Collection.EVENTS)).values():
            book.keep_event(event)
        for record in (await store.load(Collection.ACKS)).values():
            book.acks[record.provider, record.id] = record
        for collection, shelf in book._shelves().items():
            shelf.update({DeviceId(key): value for key, value in (await store.load(collection)).items()})
        book.words.update(await store.load(Collection.WORDS))
        book.plan = (await store.load(Collection.PLANS)).get("last")
        return book

    def _shelves(self) -> dict[Collection, dict[DeviceId, Any]]:
        return {
            Collection.WISHES: self.wishes,
            Collection.OVERRIDES: self.overrides,
            Collection.COMMITMENTS: self.commitments,
            Collection.RUNNING: self.running,
            Collection.LEVELS: self.levels,
        }

    def supposing(self, device_id: DeviceId, wish: Wish) -> "Book":
        """The same memory with this wish in place of all that is asked of the device; not to be kept."""
        other = copy(self)
        other.wishes = {**self.wishes, device_id: wish}
        other.commitments = {key: one for key, one in self.commitments.items() if key != device_id}
        return other

    def versions(self, provider: ProviderId) -> tuple[tuple[EventId, str], ...]:
        """Every event version of a provider that has been taken in."""
        return tuple(
            (event.id, event.version) for event in self.events.values() if event.provider == provider
        )

    def has_room(self, event: Event) -> bool:
        """Whether its provider may have this one kept, too."""
        return self._held.fits(event, self.events.get((event.provider, event.id)))

    def keep_event(self, event: Event) -> Change:
        """Take the event in, replacing an older version."""
        self._held.swap(self.events.get((event.provider, event.id)), event)
        self.events[event.provider, event.id] = event
        return Put(Collection.EVENTS, event_key(event.provider, event.id), event)

    def admit(self, mandates: Mandates) -> tuple[Change, ...]:
        """Hold what was kept to what its providers may send by now."""
        kept = [(event, admitted(event, mandates)) for event in self.events.values()]
        return tuple(self.keep_event(after) for before, after in kept if after is not before)

    def drop_event(self, provider: ProviderId, event_id: EventId) -> Change:
        """Forget a cancelled event."""
        self._held.swap(self.events.pop((provider, event_id), None), None)
        return Remove(Collection.EVENTS, event_key(provider, event_id))

    def keep_acks(self, record: AckRecord) -> Change:
        """Remember what became of an event, in the place of an older version."""
        self.acks[record.provider, record.id] = record
        return Put(Collection.ACKS, event_key(record.provider, record.id), record)

    def drop_acks(self, key: EventKey) -> Change:
        """Forget what became of an event."""
        self.acks.pop(key, None)
        return Remove(Collection.ACKS, event_key(*key))

    def put(self, collection: Collection, device_id: DeviceId, value: object) -> Change:
        """Keep a value on the shelf of a collection."""
        self._shelves()[collection][device_id] = value
        return Put(collection, device_id, value)

    def drop(self, collection: Collection, device_id: DeviceId) -> Change:
        """Take a value off the shelf of a collection."""
        self._shelves()[collection].pop(device_id, None)
        return Remove(collection, device_id)

    def keep_plan(self, plan: Plan) -> Change:
        """Remember the plan in force."""
        self.plan = plan
        return Put(Collection.PLANS, "last", plan)

    def say(self, key: str, word: OwnerWord) -> Change:
        """Take in what the owner says of the whole home, replacing what was said under that key."""
        self.words[key] = word
        return Put(Collection.WORDS, key, word)

    def unsay(self, key: str) -> Change:
        """Forget what the owner said."""
        self.words.pop(key, None)
        return Remove(Collection.WORDS, key)

    def opt_outs(self, now: datetime) -> tuple[OptOut, ...]:
        """Those in force, the one that ends first before the others."""
        words = [one for one in self.words.values() if isinstance(one, OptOut) and one.until > now]
        return tuple(sorted(words, key=lambda one: (one.until, one.id)))

    @property
    def hands_off(self) -> HandsOff | None:
        """Whether the router steers nothing, and until when."""
        return next((one for one in self.words.values() if isinstance(one, HandsOff)), None)

    @property
    def vacation(self) -> Vacation | None:
        """When nobody is at home."""
        return next((one for one in self.words.values() if isinstance(one, Vacation)), None)

    def override_of(self, device_id: DeviceId, now: datetime) -> Override | None:
        """The override in force; an expired one counts no more."""
        override = self.overrides.get(device_id)
        return override if override and override.until > now else None

    def expired(self, now: datetime) -> tuple[Change, ...]:
        """Drop overrides that have run out, wishes whose time has passed and events long over."""
        changes = [
            self.drop(Collection.OVERRIDES, device_id)
            for device_id, override in list(self.overrides.items())
            if override.until <= now
        ]
        for device_id, wish in list(self.wishes.items()):
            if isinstance(wish, LevelWish) and wish.by <= now:
                changes.append(self.drop(Collection.WISHES, device_id))
        for (provider, event_id), event in list(self.events.items()):
            if event.payloads and event.ends_before(now - REMEMBERED):
                changes.append(self.drop_event(provider, event_id))
        return tuple(changes)

    def cycle_wish(self, device_id: DeviceId) -> CycleWish | None:
        """The cycle that is asked of a machine."""
        wish = self.wishes.get(device_id)
        return wish if isinstance(wish, CycleWish) else None
