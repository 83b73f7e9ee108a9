"""Builds the router out of a home file and runs it; only this room puts parts together.

    async with running(home, Options()) as app:
        print(app.url, app.owner_token)

What each part does is left to its own room.
"""

import asyncio
import json
import logging
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from drrouter.adapters.api import LocalApi, TokenBook
from drrouter.adapters.clock import open_clock
from drrouter.adapters.devices.settings import IntegrationSettings
from drrouter.adapters.devices.table import build
from drrouter.adapters.devices.unmade import Unmade
from drrouter.adapters.executor import ThreadExecutor
from drrouter.adapters.profile import Profile, remembered
from drrouter.adapters.server_tls import server_context
from drrouter.adapters.solver_child import SolverChild
from drrouter.adapters.sp.documents import Download, FileSource
from drrouter.adapters.sp.feeds.provider import FeedProvider
from drrouter.adapters.sp.openadr2 import OpenAdr2Provider
from drrouter.adapters.sp.openadr3 import provider_for
from drrouter.adapters.store import SqliteStore
from drrouter.adapters.vtn.local import LocalVtn
from drrouter.config import HomeConfig, ProviderConfig, load_home, secret_from_file
from drrouter.config.uplinks import (
    feed_settings,
    local_vtn_settings,
    openadr2_settings,
    openadr3_settings,
)
from drrouter.domain.ids import ProviderId
from drrouter.domain.measurement import Quantity, Reading
from drrouter.errors import DeviceError, DocumentError
from drrouter.objectmodel import Catalogue
from drrouter.planner.port import Solver
from drrouter.ports import (
    Asking,
    Clock,
    Collection,
    DocumentSource,
    Executor,
    Found,
    Integration,
    Joining,
    PriceTelling,
    Provider,
    Put,
    Serving,
    Store,
    Surroundings,
    UsageTelling,
)
from drrouter.router.book import Book
from drrouter.router.core import Router, Settings
from drrouter.router.finder import Finder
from drrouter.router.forecast import BaseLoad, Place, Roof
from drrouter.router.front import Front
from drrouter.router.local_price import LocalPrice
from drrouter.router.machines import Machines
from drrouter.router.price_teller import PriceTeller
from drrouter.router.profile_keeper import OfflineSetup
from drrouter.router.recognise import Sought
from drrouter.router.registry import Registry
from drrouter.router.shelf import Rules
from drrouter.router.sightings import Proposal
from drrouter.router.steering import Site
from drrouter.supervise import Supervisor
from drrouter.tariff import expand, terms_of

log = logging.getLogger(__name__)

_SEED = "seed"


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line may say beside the home file.

    Attributes:
        clock_url: a shared simulated clock (``clock://HOST:PORT``), None for the machine's.
        clock_name: under which this process joins it.
        solver: makes another solver than the child process, for tests.
    """

    clock_url: str | None = None
    clock_name: str = "router"
    solver: Callable[[Clock], SolverChild] = SolverChild


@dataclass(frozen=True, slots=True)
class App:
    """A running router and how to reach it."""

    router: Router
    front: Front
    supervisor: Supervisor
    url: str
    owner_token: str


@asynccontextmanager
async def running(home: HomeConfig, options: Options) -> AsyncIterator[App]:
    """Everything that the home file describes, until left.

    Raises:
        StoreError: the store cannot be opened.
        InputError: the API cannot listen.
    """
    async with AsyncExitStack() as stack:
        clock = await stack.enter_async_context(open_clock(options.clock_url, options.clock_name))
        executor = await stack.enter_async_context(ThreadExecutor(clock))
        store = await stack.enter_async_context(SqliteStore(home.store_path, executor, clock))
        solver = await stack.enter_async_context(options.solver(clock))
        seed = await _seed(store)
        providers: list[Provider] = [_provider(config, home, clock, seed) for config in home.providers]
        providers += feeds_of(home, clock, executor)
        sources = offline_sources(home, clock, executor)
        router = await build_router(home, clock, store, solver, providers, sources)
        tell_usage(providers, router, home, clock)
        tokens = await TokenBook.open(store, clock)
        owner_token = await _owner_token(home.api.token_file, tokens)
        stack.push_async_callback(router.scribe.drain)
        supervisor = await stack.enter_async_context(Supervisor(clock))
        router.health = supervisor.health
        integrations = integrations_of(home, _surroundings(home, clock, executor))
        for name, work in (*router.tasks(), *integration_tasks(home, router, clock, integrations)):
            supervisor.start(name, work)
        networks = {name: one for name, one in integrations.items() if isinstance(one, Joining)}
        front = Front(router, store, networks)
        answer_machines(integrations, Machines(front, router.registry))
        if listeners := [one for one in integrations.values() if isinstance(one, PriceTelling)]:
            supervisor.start("tell prices", PriceTeller(front.timeline, listeners, clock).run)
        for name, work in local_vtn_tasks(home, front, clock):
            supervisor.start(name, work)
        api = await stack.enter_async_context(_api(home, front, tokens, clock))
        yield App(router, front, supervisor, api.url, owner_token)


def _api(home: HomeConfig, front: Front, tokens: TokenBook, clock: Clock) -> LocalApi:
    """The local API as the home file wants it: plain on this machine alone, else over TLS."""
    where = home.api
    tls = server_context(where.cert_file, where.key_file) if where.cert_file and where.key_file else None
    return LocalApi(front, tokens, clock, host=where.host, port=where.port, tls=tls, own_names=where.names)


async def build_router(
    home: HomeConfig,
    clock: Clock,
    store: Store,
    solver: Solver,
    providers: Sequence[Provider],
    sources: Mapping[ProviderId, DocumentSource] | None = None,
) -> Router:
    """The core with everything it is given; nothing runs before its tasks do.

    Args:
        home: the home file.
        clock, store, solver, providers: the adapters.
        sources: where offline profiles come from; a provider without one has none, whatever was kept.

    Raises:
        StoreError: what was kept cannot be read.
    """
    settings = Settings(
        site_name=home.name,
        zone=home.zone,
        reconcile=home.router.reconcile,
        replan=home.router.replan,
        horizon=home.router.horizon,
        solver_budget=home.router.solver_budget,
    )
    return Router(
        settings=settings,
        site=_site(home),
        registry=Registry(home.profiles, partial(_proposed, home.catalogue)),
        book=await Book.open(store),
        store=store,
        providers=providers,
        solver=solver,
        clock=clock,
        standing={device.profile.id: device.standing for device in home.devices if device.standing},
        kept=(await store.load(Collection.LEDGER)).get("router"),
        offline=OfflineSetup(sources or {}, _rules(home), await store.load(Collection.SETTINGS)),
    )


def _site(home: HomeConfig) -> Site:
    """What does not change while the router runs."""
    return Site(
        base_load=BaseLoad(home.base_load_w, home.zone),
        tariff=partial(expand, home.tariff),
        fuse_w=home.import_limit_w,
        co2_price_per_kg=home.co2_price_per_kg,
        names=tuple({provider.ven_name for provider in home.providers}),
        follows_prices=home.tariff.follows_provider,
        terms=partial(terms_of, home.tariff),
        meter=home.site_meter,
        line_fuse_w=home.line_limit_w,
        roof=Roof(home.pv_peak_w, Place(*home.place)) if home.place else None,
    )


def _proposed(catalogue: Catalogue, found: Found) -> Proposal | None:
    """The object model that fits a found device best."""
    match = catalogue.best_match(found)
    return Proposal(match.model.id, match.confidence) if match else None


def _rules(home: HomeConfig) -> Rules:
    """What an offline profile must fit to."""
    return Rules(home.currency, {provider.id: provider.programs for provider in home.providers})


def offline_sources(home: HomeConfig, clock: Clock, executor: Executor) -> dict[ProviderId, DocumentSource]:
    """Where each provider puts its offline profile, as the home file says."""
    sources: dict[ProviderId, DocumentSource] = {}
    for config in home.providers:
        if config.offline and config.offline.file:
            sources[config.id] = FileSource(config.offline.file, executor)
        elif config.offline and config.offline.url:
            sources[config.id] = Download(config.id, config.offline.url, config.ca_file, clock)
    return sources


async def _seed(store: Store) -> str:
    """What this router draws its random starts by: made once, so that a restart changes none of them.

    Raises:
        StoreError: it cannot be read or kept.
    """
    kept = (await store.load(Collection.SETTINGS)).get(_SEED)
    if isinstance(kept, str):
        return kept
    seed = secrets.token_hex(16)
    await store.commit(Put(Collection.SETTINGS, _SEED, seed))
    return seed


def _provider(config: ProviderConfig, home: HomeConfig, clock: Clock, seed: str) -> Provider:
    """The adapter that speaks the provider's protocol."""
    if config.kind == "openadr2b":
        return OpenAdr2Provider(openadr2_settings(config, seed), clock)
    return provider_for(openadr3_settings(config, home, seed), clock)


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


def feeds_of(home: HomeConfig, clock: Clock, executor: Executor) -> list[Provider]:
    """The price feeds of the home."""
    return [FeedProvider(feed_settings(config, home), clock, executor) for config in home.feeds]


def local_vtn_tasks(
    home: HomeConfig, front: Front, clock: Clock
) -> Iterator[tuple[str, Callable[[], Awaitable[None]]]]:
    """Two tasks where the home has a VTN of its own: it is served, and told prices and limits."""
    if home.local_vtn is not None:
        vtn = LocalVtn(local_vtn_settings(home.local_vtn), clock)
        yield "local vtn", vtn.serve
        yield "local price", LocalPrice(front.timeline, vtn, clock, home.co2_price_per_kg).run


def _surroundings(home: HomeConfig, clock: Clock, executor: Executor) -> Surroundings:
    """What every integration of this home is given."""
    folder = home.path.parent

    def secret(name: str) -> str:
        return secret_from_file(folder / name, str(home.path), name).reveal()

    return Surroundings(clock, executor, folder, secret)


def integrations_of(home: HomeConfig, surroundings: Surroundings) -> dict[str, Integration]:
    """Every integration that the home uses.

    One that cannot be made, because its library is missing, says so at each search and costs nothing else.
    """
    made: dict[str, Integration] = {}
    for domain, settings in home.integrations.items():
        try:
            made[domain] = build(domain, settings, surroundings)
        except (DeviceError, DocumentError) as error:
            made[domain] = Unmade(domain, error.sentence)
    return made


def answer_machines(integrations: Mapping[str, Integration], machines: Machines) -> None:
    """Let the router answer the machines that ask by themselves, over whatever transport."""
    for integration in integrations.values():
        if isinstance(integration, Asking):
            integration.answer_with(machines.quote)


def integration_tasks(
    home: HomeConfig, router: Router, clock: Clock, integrations: Mapping[str, Integration]
) -> Iterator[tuple[str, Callable[[], Awaitable[None]]]]:
    """Two tasks for each integration of the home: it searches, and keeps open what it must."""
    for domain, integration in integrations.items():
        yield search_task(home, router, clock, integration, home.integrations[domain])
        if isinstance(integration, Serving):
            yield f"serve {domain}", integration.serve


def search_task(
    home: HomeConfig, router: Router, clock: Clock, integration: Integration, settings: IntegrationSettings
) -> tuple[str, Callable[[], Awaitable[None]]]:
    """The supervised search by one integration for those devices of the home file that use it."""
    sought = {
        device.profile.id: Sought(device.integration, device.match)
        for device in home.devices
        if device.integration == integration.domain
    }
    period, gone_after = timedelta(seconds=settings.every_s), timedelta(seconds=settings.gone_after_s)
    finder = Finder(
        router.registry,
        sought,
        clock,
        period,
        gone_after,
        router.readings,
        router.household.gone,
        timedelta(seconds=settings.stated_s),
    )
    return f"search {integration.domain}", partial(finder.run, integration)


async def _owner_token(path: Path, tokens: TokenBook) -> str:
    """The owner's token, kept in a private file so that the next start gives out the same one."""
    known = _read_token(path)
    token = await tokens.owner_token(known)
    if token != known:
        _keep_token(path, token)
    return token


def _read_token(path: Path) -> str | None:
    """The token of an earlier run."""
    return path.read_text(encoding="utf-8").strip() if path.is_file() else None


def _keep_token(path: Path, token: str) -> None:
    """Write the token where only its owner can read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(token + "\n")


async def run_router(home_path: Path, options: Options | None = None) -> None:
    """Run until SIGTERM or Ctrl-C; prints one line of JSON with the address when it is ready.

    Raises:
        DocumentError: the home file is not valid.
        StoreError, InputError: as ``running``.
    """
    home = load_home(home_path)
    for warning in home.warnings:
        log.warning("%s", warning)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    async with running(home, options or Options()) as app:
        ready = {"ready": True, "url": app.url, "token_file": str(home.api.token_file)}
        with remembered(Profile(app.url, token_file=home.api.token_file.resolve())):
            sys.stdout.write(json.dumps(ready) + "\n")
            sys.stdout.flush()
            await ended.wait()
        log.info("the router ends")
