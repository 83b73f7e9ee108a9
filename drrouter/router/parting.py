"""Closes out providers that the home no longer has: what the store holds of them is erased.

    store        home file
    energy       energy              goes on
    grid         grid, new address   the old one is closed out, the new one begins empty
    old          -                   is closed out: its events end, what waited for it is let go

Who the router knows, and under which address, stands among the settings. How a provider is left while its
link still works is in ``leaving``. Devices, history, models, wishes, overrides, promises and the plan are the
home's own; they are not touched.

Interpretation: a provider with another address is another provider, for nobody but it shall read what is
still to be told. A client id or a secret may change freely.

Source: TR 102 935, 5.3.1.3 (free choice of the service provider); requirement A13.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

from drrouter.domain.ids import ProviderId
from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.domain.resource import LeafChange, LeafPath, is_under, segment_of
from drrouter.domain.said import said
from drrouter.ports import Change, Clock, Collection, Forget, Note, Put, Remove, Store
from drrouter.router import arbiter, failsafes, shelf, uplinks
from drrouter.router.evidence import PREFIX
from drrouter.router.resources import forward

log = logging.getLogger(__name__)

_ROOM = "provider/"
_LINK = uplinks.key_of(ProviderId(""))


@dataclass(frozen=True, slots=True)
class Known:
    """A provider that the router has worked with.

    Attributes:
        address: where it is, as the home file says.
        left: whether the owner left it, though it still stands in the home file.
    """

    address: str
    left: bool = False

    def keep(self, provider: ProviderId) -> Change:
        """What the store must keep."""
        return Put(Collection.SETTINGS, key_of(provider), {"address": self.address, "left": self.left})


def key_of(provider: ProviderId) -> str:
    """Under which it stands among the settings of the store."""
    return f"{_ROOM}{provider}"


def known_of(kept: Mapping[str, object], provider: ProviderId) -> Known | None:
    """What is known of the provider; None where nothing is."""
    table = kept.get(key_of(provider))
    if not isinstance(table, Mapping):
        return None
    return Known(str(table.get("address", "")), table.get("left") is True)


ROOMS = (uplinks.key_of, shelf.key_of, failsafes.key_of, forward.key_of, key_of)
"""Where the settings tell of one provider alone; a new such room joins them."""


async def close_out(store: Store, clock: Clock, addresses: Mapping[ProviderId, str]) -> frozenset[ProviderId]:
    """Erase what is kept of providers that are gone or have moved, before anything is read back.

    Args:
        store: read and written.
        clock: for the journal.
        addresses: where each provider of the home file is.

    Returns:
        The providers of the home file that the owner has left: they must not be begun.

    Raises:
        StoreError: the store cannot be read or written.
    """
    kept: dict[str, object] = await store.load(Collection.SETTINGS)
    events = [*(await store.load(Collection.EVENTS)).values(), *(await store.load(Collection.ACKS)).values()]
    left = set()
    for provider in sorted({*addresses, *_met(kept), *(event.provider for event in events)}):
        known, address = known_of(kept, provider), addresses.get(provider)
        is_gone = address is None or (known is not None and known.address != address)
        changes: list[Change] = []
        if is_gone:
            over = len({event.id for event in events if event.provider == provider})
            waiting = (await store.outbox_size(provider)).messages
            sentence = _parted(provider, over, waiting, moved=address is not None)
            log.warning("%s", sentence)
            changes = [*await erasure(store, provider), _note(clock, sentence)]
        if address is not None and (is_gone or known is None):
            changes.append(Known(address).keep(provider))
        elif known and known.left and not is_gone:
            left.add(provider)
        await store.commit(*changes)
    return frozenset(left)


async def erasure(store: Store, provider: ProviderId) -> tuple[Change, ...]:
    """What erases everything that the store holds of a provider, but for the journal, which is the owner's.

    Raises:
        StoreError: the store cannot be read.
    """
    branch = f"providers/{segment_of(provider)}"
    found: list[Change] = [Remove(Collection.SETTINGS, room(provider)) for room in ROOMS]
    settings = await store.load(Collection.SETTINGS)
    found += [Remove(Collection.SETTINGS, key) for key in settings if key.startswith(f"{PREFIX}{provider}/")]
    if isinstance(told := settings.get(arbiter.KEPT), list):
        found.append(Put(Collection.SETTINGS, arbiter.KEPT, arbiter.told_without(provider, told)))
    for collection in (Collection.EVENTS, Collection.ACKS):
        rows = (await store.load(collection)).items()
        found += [Remove(collection, key) for key, value in rows if value.provider == provider]
    leaves = await store.load(Collection.RESOURCES)
    found += [Remove(Collection.RESOURCES, path) for path in leaves if is_under(path, branch)]
    log_of = (await store.load(Collection.RESOURCE_CHANGES)).items()
    newest = max((one.sequence for _, one in log_of), default=0)
    for key, one in log_of:
        if is_under(one.path, branch):
            found.append(
                Put(Collection.RESOURCE_CHANGES, key, _nameless(one))
                if one.sequence == newest
                else Remove(Collection.RESOURCE_CHANGES, key)
            )
    return (*found, Forget(provider))


def _nameless(change: LeafChange) -> LeafChange:
    """What is left of the newest change, so that its number, which was told, never comes again."""
    return replace(change, path=LeafPath("gone"), removed=True, media_type="", size=0, by="router")


def _met(kept: Mapping[str, object]) -> set[ProviderId]:
    """The providers that the settings tell of; before there was a room of its own, their links did."""
    found = {key.removeprefix(room) for room in (_ROOM, _LINK) for key in kept if key.startswith(room)}
    return {ProviderId(name) for name in found}


def _parted(provider: ProviderId, events: int, waiting: int, moved: bool) -> str:
    lost = said("parting.lost", count=waiting) if waiting else said("parting.nothing_lost")
    return said("parting.moved" if moved else "parting.gone", lost, provider=provider, events=events)


def _note(clock: Clock, sentence: str) -> Note:
    return Note(JournalEntry(clock.now(), JournalKind.LINK, sentence))
