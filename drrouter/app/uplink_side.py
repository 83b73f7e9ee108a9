"""Makes what speaks to service providers, and the home's own VTN."""

from collections.abc import Awaitable, Callable, Iterator, Sequence

from drrouter.adapters.sp.documents import Download, FileSource
from drrouter.adapters.sp.feeds.provider import FeedProvider
from drrouter.adapters.sp.openadr2 import OpenAdr2Provider
from drrouter.adapters.sp.openadr3 import provider_for
from drrouter.adapters.vtn.local import LocalVtn
from drrouter.config import HomeConfig, ProviderConfig
from drrouter.config.uplinks import (
    feed_settings,
    local_vtn_settings,
    openadr2_settings,
    openadr3_settings,
)
from drrouter.domain.ids import ProviderId
from drrouter.domain.measurement import Quantity, Reading
from drrouter.ports import (
    Clock,
    DocumentSource,
    Executor,
    Provider,
    UsageTelling,
)
from drrouter.router.core import Router
from drrouter.router.front import Front
from drrouter.router.local_price import LocalPrice


def provider_of(config: ProviderConfig, home: HomeConfig, clock: Clock, seed: str) -> Provider:
    """The adapter that speaks the provider's protocol."""
    if config.kind == "openadr2b":
        return OpenAdr2Provider(openadr2_settings(config, seed), clock)
    return provider_for(openadr3_settings(config, home, seed), clock)


def feeds_of(home: HomeConfig, clock: Clock, executor: Executor) -> list[Provider]:
    """The price feeds of the home."""
    return [FeedProvider(feed_settings(config, home), clock, executor) for config in home.feeds]


def offline_sources(home: HomeConfig, clock: Clock, executor: Executor) -> dict[ProviderId, DocumentSource]:
    """Where each provider puts its offline profile, as the home file says."""
    sources: dict[ProviderId, DocumentSource] = {}
    for config in home.providers:
        if config.offline and config.offline.file:
            sources[config.id] = FileSource(config.offline.file, executor)
        elif config.offline and config.offline.url:
            sources[config.id] = Download(
                config.id, config.offline.url, config.ca_file, clock, unverified=bool(config.unverified)
            )
    return sources


def tell_usage(providers: Sequence[Provider], router: Router, home: HomeConfig, clock: Clock) -> None:
    """Let the providers that ask for it know what the home draws, where a meter tells it."""
    meter = home.site_meter
    if meter is None:
        return

    def usage() -> Reading | None:
        shown = router.steering.outlook.meter(clock.now())
        return Reading(meter, Quantity.POWER_W, shown.net_w, shown.at) if shown else None

    for provider in providers:
        if isinstance(provider, UsageTelling):
            provider.report_from(usage)


def local_vtn_tasks(
    home: HomeConfig, front: Front, clock: Clock
) -> Iterator[tuple[str, Callable[[], Awaitable[None]]]]:
    """Two tasks where the home has a VTN of its own: it is served, and told prices and limits."""
    if home.local_vtn is not None:
        vtn = LocalVtn(local_vtn_settings(home.local_vtn), clock)
        yield "local vtn", vtn.serve
        yield "local price", LocalPrice(front.timeline, vtn, clock, home.co2_price_per_kg).run
