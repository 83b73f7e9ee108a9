"""The providers that are there: those of the home file without the ones that the owner has left."""

import logging
from dataclasses import replace

from drrouter.config import HomeConfig
from drrouter.domain.ids import ProviderId
from drrouter.ports import Clock, Store
from drrouter.router.parting import close_out

log = logging.getLogger(__name__)


async def without_left(home: HomeConfig, store: Store, clock: Clock) -> HomeConfig:
    """The home with its present providers alone; what the store holds of former ones is closed out.

    Raises:
        StoreError: the store cannot be read or written.
    """
    left = await close_out(store, clock, addresses_of(home))
    for provider in sorted(left):
        log.warning("provider %s was left and is not asked any more; take it out of %s", provider, home.path)
    return replace(
        home,
        providers=tuple(one for one in home.providers if one.id not in left),
        feeds=tuple(one for one in home.feeds if one.id not in left),
    )


def addresses_of(home: HomeConfig) -> dict[ProviderId, str]:
    """Where each provider is; a feed publishes for everybody, and is told nothing wherever it is."""
    addresses = {one.id: f"{one.kind} {one.url.rstrip('/')}" for one in home.providers}
    return addresses | {one.id: "feed" for one in home.feeds}
