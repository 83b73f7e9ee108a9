"""Leaves a provider while the router runs, and while its link still works.

    its orders are refused -> what waits is delivered -> it is asked no more -> it forgets us -> all is erased

What it does not take within a bounded time is let go, and counted in the journal. The plan in force goes on
until the next one, which is asked for at once. What the store holds of a provider is known to ``parting``.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from drrouter.domain.ids import EventKey, ProviderId
from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.domain.owner import called
from drrouter.domain.said import said, sentences
from drrouter.domain.signal import EventsComplete
from drrouter.errors import MessageError, ProviderError, StoreError
from drrouter.ports import Change, Collection, Note, Provider, Store
from drrouter.router.parting import Known, erasure, known_of
from drrouter.router.viewed import Parting

if TYPE_CHECKING:
    from drrouter.router.core import Router

log = logging.getLogger(__name__)

DISK_S = 10.0
PATIENCE_S = 20.0
"""Real seconds in which the provider can take what waits for it, and as many in which it can forget us."""


@runtime_checkable
class Leavable(Protocol):
    """A provider that keeps something of this home, and can be asked to forget it."""

    async def leave(self) -> None:
        """Take away what it keeps of us; its signals have ended before.

        Raises:
            ProviderError: it cannot be reached; what it refuses to forget is only logged.
        """
        ...


async def leave(
    router: Router,
    store: Store,
    provider_id: ProviderId,
    by: str,
    forget: Callable[[ProviderId], None] = lambda _: None,
) -> Parting:
    """Part with a provider of the home; ``forget`` lets go what else is kept of it.

    Raises:
        MessageError: there is no such provider.
        StoreError: nothing was erased; it can be tried again.
    """
    provider = _sought(router, provider_id)
    router.providers.remove(provider)
    try:
        return await _left(router, store, provider, by, forget)
    except StoreError:
        router.providers.append(provider)
        raise


async def _left(
    router: Router, store: Store, provider: Provider, by: str, forget: Callable[[ProviderId], None]
) -> Parting:
    """Step by step; each does no harm where it was done before."""
    provider_id = provider.id
    router.outcomes.left(provider_id)
    await _kept(router)
    await router.stop(f"outbox {provider_id}")
    waiting = (await store.outbox_size(provider_id)).messages
    if sender := router.senders.get(provider_id):
        await _bounded(provider_id, sender.deliver_all())
    for name in ("uplink", "offline profile", "data to"):
        await router.stop(f"{name} {provider_id}")
    forgotten = not isinstance(provider, Leavable) or await _bounded(provider_id, provider.leave())
    unsent = (await store.outbox_size(provider_id)).messages
    router.hear(EventsComplete(provider_id, frozenset(), router.clock.now()))
    forget(provider_id)
    events = _forget(router, provider_id)
    parting = Parting(provider_id, len(events), max(waiting - unsent, 0), unsent, forgotten)
    known = known_of(await store.load(Collection.SETTINGS), provider_id) or Known("")
    sentence = sentences([parting.sentence, said("parting.so_says", called(by))])
    entry = JournalEntry(router.clock.now(), JournalKind.LINK, sentence)
    kept = Known(known.address, left=True).keep(provider_id)
    await _kept(router)
    await _kept(router, *await erasure(store, provider_id), kept, Note(entry))
    router.orders_changed(said("because.left", provider=provider_id))
    return parting


def _sought(router: Router, provider_id: ProviderId) -> Provider:
    for provider in router.providers:
        if provider.id == provider_id:
            return provider
    known = ", ".join(one.id for one in router.providers) or "none"
    problem, remedy = said("refused.no_provider"), said("refused.there_is", names=known)
    raise MessageError("provider", provider_id, problem, remedy)


async def _bounded(provider_id: ProviderId, work: Awaitable[object]) -> bool:
    """Do it in time; whether the provider let it be done."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            await work
    except (ProviderError, TimeoutError) as error:
        log.warning("%s is left without a word: %s", provider_id, str(error) or "it takes too long")
        return False
    return True


async def _kept(router: Router, *changes: Change) -> None:
    """Return when these, and all before them, are on the disk.

    Raises:
        StoreError: the disk does not take them in time.
    """
    try:
        async with asyncio.timeout(DISK_S):
            await router.scribe.kept(*changes)
    except TimeoutError as error:
        raise StoreError("The disk does not take what is left of the provider. Try again.") from error


def _forget(router: Router, provider_id: ProviderId) -> set[EventKey]:
    """Hold nothing of it in memory either; which events there were."""
    book = router.book
    events = {key for key in (*book.events, *book.acks) if key[0] == provider_id}
    for key in events:
        book.drop_event(*key)
        book.drop_acks(key)
    for shelf in (router.intake.links, router.senders, router.keepers):
        shelf.pop(provider_id, None)
    router.site = router.site.without(provider_id)
    router.steering.forget(provider_id)
    router.uplinks.forget(provider_id)
    router.evidence.forget(provider_id)
    router.arbiter.forget(provider_id)
    return events
