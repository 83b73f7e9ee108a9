"""Opaque data of the home: the tree, what providers put into it, and what goes up to them."""

from collections.abc import Awaitable, Callable, Iterator, Sequence

from drrouter.config import HomeConfig
from drrouter.domain.resource import Rights
from drrouter.ports import Clock, Provider, Store
from drrouter.router.core import Router
from drrouter.router.resources.forward import DataCarrying, Forwarder
from drrouter.router.resources.keeper import Resources, read_back


async def resources_of(
    home: HomeConfig, router: Router, store: Store, clock: Clock, providers: Sequence[Provider]
) -> Resources:
    """The tree as it was kept; from now on the router's signals reach it first.

    Raises:
        StoreError: what was kept cannot be read.
    """
    carrying = {one.id for one in _carriers(providers)}
    granted = {config.id: frozenset(config.data_of) for config in home.providers if config.id in carrying}
    rights = Rights(granted, frozenset(device.profile.id for device in home.devices))
    resources = Resources(rights, router.scribe, clock, await read_back(store))
    router.hear = resources.hear
    return resources


def forward_tasks(
    resources: Resources, router: Router, store: Store, clock: Clock, providers: Sequence[Provider]
) -> Iterator[tuple[str, Callable[[], Awaitable[None]]]]:
    """A task for each provider whose protocol carries data: it tells it what the home has to say."""
    for provider in _carriers(providers):
        forwarder = Forwarder(
            provider.id,
            resources,
            router.book.events.values,
            store,
            router.scribe,
            clock,
            router.senders[provider.id].wake,
        )
        yield f"data to {provider.id}", forwarder.run


def _carriers(providers: Sequence[Provider]) -> list[Provider]:
    return [one for one in providers if isinstance(one, DataCarrying) and one.carries_data]
