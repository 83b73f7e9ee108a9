"""Makes the router's core out of a home file; nothing runs before its tasks do."""

from collections.abc import Mapping, Sequence
from functools import partial

from drrouter.config import HomeConfig
from drrouter.domain.ids import ProviderId
from drrouter.objectmodel import Catalogue
from drrouter.planner.port import Solver
from drrouter.ports import (
    Clock,
    Collection,
    DocumentSource,
    Found,
    Provider,
    Store,
)
from drrouter.router.book import Book
from drrouter.router.core import Router, Settings
from drrouter.router.forecast import BaseLoad, Place, Roof
from drrouter.router.history.almanac import Almanac
from drrouter.router.profile_keeper import OfflineSetup
from drrouter.router.registry import Registry
from drrouter.router.shelf import Rules
from drrouter.router.sightings import Proposal
from drrouter.router.steering import Site
from drrouter.tariff import expand, terms_of


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
        lasting=home.unverified,
    )
    registry, book = Registry(home.profiles, partial(_proposed, home.catalogue)), await Book.open(store)
    return Router(
        settings=settings,
        site=_site(home),
        registry=registry,
        book=book,
        store=store,
        providers=providers,
        solver=solver,
        clock=clock,
        standing={device.profile.id: device.standing for device in home.devices if device.standing},
        kept=(await store.load(Collection.LEDGER)).get("router"),
        offline=OfflineSetup(
            sources or {}, _rules(home), await store.load(Collection.SETTINGS), home.failsafes, home.polls
        ),
        almanac=await Almanac.open(registry, book, store, clock, home.zone, home.site_meter),
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
        mandates=home.mandates,
        protocols=home.protocols,
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
    programs = {provider.id: provider.programs for provider in home.providers}
    return Rules(home.currency, programs, home.mandates)
