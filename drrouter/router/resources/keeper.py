"""Keeps the tree of opaque data: rights, the disk, and everybody who follows what changes.

    put, remove, a provider's event -> working tree -> scribe -> disk -> shown tree -> followers

Two trees, because what is not on the disk is neither shown nor told: a number that was told is never given
again, however the router ends. So a follower who comes back with the last number it saw misses nothing.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from datetime import datetime, timedelta

from drrouter.domain.event import Event
from drrouter.domain.ids import ProviderId
from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.domain.resource import (
    Act,
    Leaf,
    LeafChange,
    LeafPath,
    Rights,
    Who,
    branch_of,
    checked_data,
    checked_media_type,
    is_under,
    parse_path,
    segment_of,
)
from drrouter.domain.said import said
from drrouter.domain.signal import EventCancelled, EventReceived, EventsComplete, Opaque, Signal
from drrouter.errors import LeafForbiddenError, LeafUnknownError, MessageError, StoreError
from drrouter.ports import Change, Clock, Collection, Note, Put, Remove, Store
from drrouter.router.resources.facade import Cursor, Gap, LeafList, LeafView, Told
from drrouter.router.resources.record import leaf_of, record_of
from drrouter.router.resources.tree import ROUTER, Step, Tree
from drrouter.router.scribe import Scribe

PATIENCE_S = 10.0
"""Real seconds that a writer waits for the disk."""

MOST_BEHIND = 100
"""While so many commits wait for the disk, nothing more is taken from clients."""

QUIET = timedelta(hours=1)
"""How long nothing more is said of a branch that overflows."""


Kept = tuple[Iterable[Leaf], Iterable[LeafChange]]
"""The leaves and the log of a store."""


class Resources:
    """Implements ``ResourcesFacade``, and takes in what providers send."""

    def __init__(self, rights: Rights, scribe: Scribe, clock: Clock, kept: Kept = ((), ())) -> None:
        """Begin with what was kept; nothing by default."""
        self._rights, self._scribe, self._clock = rights, scribe, clock
        begin = int(clock.now().timestamp() * 1000)
        leaves, log = list(kept[0]), list(kept[1])
        self._working, self._shown = Tree.of(begin, leaves, log), Tree.of(begin, leaves, log)
        self._news = asyncio.Event()
        self._told_full: dict[str, datetime] = {}

    # What is shown

    def leaves(self, who: Who, under: str = "") -> LeafList:
        """Every leaf at or below a path that ``who`` may read."""
        top = parse_path(under) if under else ""
        found = [leaf for leaf in self._shown.under(top) if self._rights.may(who, Act.READ, leaf.path)]
        return LeafList(self._shown.sequence, tuple(_view(leaf) for leaf in found))

    def read(self, who: Who, path: str) -> Leaf:
        """One leaf."""
        leaf = self._shown.leaves.get(parse_path(path))
        if leaf is None or not self._rights.may(who, Act.READ, leaf.path):
            raise _unknown(path)
        return leaf

    async def changes(self, who: Who, under: str = "", after: int | None = None) -> AsyncGenerator[Told]:
        """First where the stream stands, then each change after the cursor, for ever."""
        top = parse_path(under) if under else ""
        cursor = self._shown.sequence if after is None else after
        if self._shown.after(cursor) is not None:
            yield Cursor(cursor)
        while True:
            news, found = self._news, self._shown.after(cursor)
            if found is None:
                cursor = self._shown.sequence
                yield Gap(cursor, "Some changes are no longer known. List anew, then follow from here.")
                continue
            for change in found:
                cursor = change.sequence
                if is_under(change.path, top) and self._rights.may(who, Act.READ, change.path):
                    yield change
            if not found:
                await news.wait()

    def waiting_for(self, provider: ProviderId, after: int) -> list[Leaf]:
        """What was written to a provider after that number, in the order of writing."""
        leaves = self._shown.under(f"providers/{segment_of(provider)}/up")
        return sorted((one for one in leaves if one.sequence > after), key=lambda leaf: leaf.sequence)

    @property
    def news(self) -> asyncio.Event:
        """Set as soon as anything changes from now on."""
        return self._news

    # What is written

    async def put(self, who: Who, path: str, media_type: str, data: bytes) -> LeafView:
        """Write a leaf; returns when it is on the disk."""
        place = parse_path(path)
        self._check(who, Act.WRITE, place)
        steps = self._working.write(
            place, checked_media_type(media_type), checked_data(data), who.name, self._clock.now()
        )
        await self._durable(steps)
        assert steps[-1].leaf is not None  # noqa: S101 -- the last step is the leaf's own
        return _view(steps[-1].leaf)

    async def remove(self, who: Who, path: str) -> None:
        """Take a leaf away; returns when it is gone from the disk."""
        place = parse_path(path)
        if not self._rights.may(who, Act.READ, place):
            raise _unknown(path)
        self._check(who, Act.REMOVE, place)
        steps = self._working.remove([place], who.name, self._clock.now())
        if not steps:
            raise _unknown(path)
        await self._durable(steps)

    def hear(self, signal: Signal) -> None:
        """Take what a provider sent that is only kept.

        Called before the signal has any other effect, so that no event is acknowledged of which a part was
        not kept. The leaves of an event go when it goes.
        """
        match signal:
            case EventReceived(event, opaque):
                self._take(event, opaque)
                self._stir()  # a provider that has an event can be told something
            case EventCancelled():
                self._forget(signal.provider, lambda segment: segment == segment_of(signal.event_id))
            case EventsComplete():
                listed = {segment_of(event_id) for event_id in signal.event_ids}
                self._forget(signal.provider, lambda segment: segment not in listed)

    def _take(self, event: Event, opaque: Iterable[Opaque]) -> None:
        """Keep what came with an event, where it is new, and let go what comes no more."""
        now, top = self._clock.now(), f"{_events_of(event.provider)}/{segment_of(event.id)}"
        sent = {LeafPath(f"{top}/{segment_of(one.type)}"): one for one in opaque}
        known = self._working.leaves
        self._do(self._working.remove([path for path in _below(known, top) if path not in sent], ROUTER, now))
        for path, one in sent.items():
            before = known.get(path)
            if before is None or (before.media_type, before.data) != (one.media_type, one.data):
                self._do(self._working.write(path, one.media_type, one.data, event.provider, now))

    def _forget(self, provider: ProviderId, is_gone: Callable[[str], bool]) -> None:
        """Let the leaves of events go that the provider has no more."""
        top = _events_of(provider)
        gone = [path for path in _below(self._working.leaves, top) if is_gone(path.split("/")[3])]
        self._do(self._working.remove(gone, provider, self._clock.now()))

    def forget(self, provider: ProviderId) -> None:
        """Let go what was written to a provider, and what it sent: the home has left it."""
        top = f"providers/{segment_of(provider)}"
        self._do(self._working.remove(_below(self._working.leaves, top), ROUTER, self._clock.now()))

    def _check(self, who: Who, act: Act, path: LeafPath) -> None:
        """Refuse what is not allowed, and everything while the disk is far behind."""
        if not self._rights.is_place(path):
            remedy = (
                "Write below home, vehicle/<device>, devices/<device> or providers/<provider>/up/<device>"
            )
            raise MessageError("resources", path, "there is no such place", remedy)
        if not self._rights.may(who, act, path):
            raise LeafForbiddenError(f"The {who.name} may not {act} at {path}: it is no place of theirs.")
        if self._scribe.behind > MOST_BEHIND:
            raise StoreError("The disk does not take what waits for it already. Try again later.")

    async def _durable(self, steps: tuple[Step, ...]) -> None:
        """Do the steps, and return when they are on the disk.

        Raises:
            StoreError: the disk does not take it in time; it may come to be later.
        """
        done = asyncio.get_running_loop().create_future()
        self._do(steps, lambda: None if done.done() else done.set_result(None))
        try:
            async with asyncio.timeout(PATIENCE_S):
                await done
        except TimeoutError as error:
            raise StoreError("The disk does not take it now; it may be kept later. Look again.") from error

    def _do(self, steps: tuple[Step, ...], then: Callable[[], None] = lambda: None) -> None:
        """Take the steps at work, hand them to the disk, and show them when they are on it."""
        if not steps:
            return
        changes: list[Change] = []
        for step in steps:
            forgotten = self._working.apply(step)
            changes += _to_keep(step)
            changes += [Remove(Collection.RESOURCE_CHANGES, _key(number)) for number in forgotten]
        changes += self._overflow(steps)

        def show() -> None:
            for step in steps:
                self._shown.apply(step)
            self._stir()
            then()

        self._scribe.keep(*changes, then=show)

    def _overflow(self, steps: tuple[Step, ...]) -> list[Change]:
        """A word in the journal where something was let go for want of room, now and then."""
        gone = [step.change for step in steps if step.change.removed and steps[-1].leaf is not None]
        now = self._clock.now()
        if not gone:
            return []
        branch = branch_of(gone[0].path)
        if now - self._told_full.get(branch, now - QUIET) < QUIET:
            return []
        self._told_full[branch] = now
        sentence = said("note.no_room", branch=branch, path=gone[0].path)
        return [Note(JournalEntry(now, JournalKind.DATA, sentence))]

    def _stir(self) -> None:
        """Wake whoever waits for something new."""
        self._news.set()
        self._news = asyncio.Event()


def _view(leaf: Leaf) -> LeafView:
    return LeafView(leaf.path, leaf.media_type, len(leaf.data), leaf.sequence, leaf.by, leaf.at)


def _unknown(path: str) -> LeafUnknownError:
    return LeafUnknownError(said("refused.no_leaf", path=str(path)))


def _events_of(provider: ProviderId) -> str:
    return f"providers/{segment_of(provider)}/events"


def _below(paths: Iterable[LeafPath], top: str) -> list[LeafPath]:
    return [path for path in paths if is_under(path, top)]


def _to_keep(step: Step) -> tuple[Change, Change]:
    path, change = step.change.path, step.change
    leaf = step.leaf and record_of(step.leaf)
    kept = Put(Collection.RESOURCES, path, leaf) if leaf else Remove(Collection.RESOURCES, path)
    return kept, Put(Collection.RESOURCE_CHANGES, _key(change.sequence), change)


def _key(sequence: int) -> str:
    """Keys that sort like their numbers."""
    return f"{sequence:020d}"


async def read_back(store: Store) -> Kept:
    """What the store has of the tree; a leaf that cannot be read is passed over.

    Raises:
        StoreError: the store cannot be read.
    """
    rows = (await store.load(Collection.RESOURCES)).items()
    leaves = [leaf for path, row in rows if (leaf := leaf_of(path, row))]
    return leaves, list((await store.load(Collection.RESOURCE_CHANGES)).values())
