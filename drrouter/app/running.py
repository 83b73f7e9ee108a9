"""A running router: its parts put together, kept running, and taken down in order.

async with running(home, Options()) as app:
print(app.url, app.owner_token)
"""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from drrouter.adapters.api import Entrance, LocalApi
from drrouter.adapters.clock import open_clock
from drrouter.adapters.executor import ThreadExecutor
from drrouter.adapters.own_authority import SOON, ends_at
from drrouter.adapters.server_tls import server_context
from drrouter.adapters.solver_child import SolverChild
from drrouter.adapters.store import SqliteStore
from drrouter.app.anew import Anew
from drrouter.app.data_side import forward_tasks, resources_of
from drrouter.app.home_side import answer_machines, integration_tasks, integrations_of, surroundings_of
from drrouter.app.kept import owner_token, seed_of
from drrouter.app.machine import machine_of
from drrouter.app.making import build_router
from drrouter.app.partings import without_left
from drrouter.app.uplink_side import feeds_of, local_vtn_tasks, offline_sources, provider_of, tell_usage
from drrouter.config import HomeConfig
from drrouter.config.setup import HomeDesk
from drrouter.ports import (
    Clock,
    Joining,
    PriceTelling,
    Provider,
)
from drrouter.router.core import Router
from drrouter.router.front import Front
from drrouter.router.machines import Machines
from drrouter.router.price_teller import PriceTeller
from drrouter.supervise import Supervisor

log = logging.getLogger(__name__)


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
    entrance: Entrance


@asynccontextmanager
async def running(home: HomeConfig, options: Options) -> AsyncIterator[App]:
    """Everything that the home file describes, until left.

    Raises:
        StoreError: the store cannot be opened.
        InputError: the API cannot listen.
    """
    async with (
        open_clock(options.clock_url, options.clock_name) as clock,
        entered(home, options, clock, Anew()) as app,
    ):
        yield app


@asynccontextmanager
async def entered(home: HomeConfig, options: Options, clock: Clock, anew: Anew) -> AsyncIterator[App]:
    """The same by a clock that outlives it; raises as ``running``.

    Args:
        home: the home file.
        options: what the command line says beside it.
        clock: the only source of time.
        anew: how the home is entered anew when its file has changed.
    """
    async with AsyncExitStack() as stack:
        executor = await stack.enter_async_context(ThreadExecutor(clock))
        store = await stack.enter_async_context(SqliteStore(home.store_path, executor, clock))
        home = await without_left(home, store, clock)
        solver = await stack.enter_async_context(options.solver(clock))
        seed = await seed_of(store)
        providers: list[Provider] = [provider_of(config, home, clock, seed) for config in home.providers]
        providers += feeds_of(home, clock, executor)
        sources = offline_sources(home, clock, executor)
        router = await build_router(home, clock, store, solver, providers, sources)
        data = await resources_of(home, router, store, clock, providers)
        tell_usage(providers, router, home, clock)
        entrance = await Entrance.open(store, clock, executor)
        token = await owner_token(home.api.token_file, entrance.tokens)
        stack.push_async_callback(router.scribe.drain)
        stack.callback(router.keep_levels)
        supervisor = await stack.enter_async_context(Supervisor(clock))
        router.health, router.stop = supervisor.health, supervisor.stop
        integrations = integrations_of(home, surroundings_of(home, clock, executor))
        for name, work in (*router.tasks(), *integration_tasks(home, router, clock, integrations)):
            supervisor.start(name, work)
        networks = {name: one for name, one in integrations.items() if isinstance(one, Joining)}
        second = await stack.enter_async_context(SolverChild(clock, early=False))
        desk = HomeDesk(home.path, executor, anew.begin, home, anew.trouble)
        front = Front(router, store, networks, data, second, partial(machine_of, home), desk)
        for name, work in forward_tasks(data, router, store, clock, providers):
            supervisor.start(name, work)
        answer_machines(integrations, Machines(front, router.registry))
        if listeners := [one for one in integrations.values() if isinstance(one, PriceTelling)]:
            supervisor.start("tell prices", PriceTeller(front.timeline, listeners, clock).run)
        for name, work in local_vtn_tasks(home, front, clock):
            supervisor.start(name, work)
        api = await stack.enter_async_context(_api(home, front, entrance, clock))
        yield App(router, front, supervisor, api.url, token, entrance)


def _api(home: HomeConfig, front: Front, entrance: Entrance, clock: Clock) -> LocalApi:
    """The local API as the home file wants it: plain on this machine alone, else over TLS."""
    where = home.api
    tls = server_context(where.cert_file, where.key_file) if where.cert_file and where.key_file else None
    if where.cert_file and (left := ends_at(where.cert_file) - clock.now()) < SOON:
        log.warning("the certificate of the panel ends in %d days; renew it: drrouter setup tls", left.days)
    return LocalApi(
        front,
        entrance,
        clock,
        host=where.host,
        port=where.port,
        tls=tls,
        own_names=where.names,
        https_only=where.https_only,
    )
