"""All providers of the home side by side: what each may send, how it stands, what holds of it, who won.

For the owner's eyes alone; texts of providers in it are hostile and are shown as text only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from drrouter.domain.event import PayloadType
from drrouter.domain.ids import ProviderId
from drrouter.domain.mandate import Mandate, Role
from drrouter.domain.payload_classes import ALERTS, POWERS, PRICES
from drrouter.domain.plan import Reason
from drrouter.domain.said import carry, said
from drrouter.domain.timeline import Order
from drrouter.router import views
from drrouter.router.evidence import EvidenceEntry
from drrouter.router.feed_state import Freshness
from drrouter.router.local import clock_time
from drrouter.router.viewed import LinkView

if TYPE_CHECKING:
    from drrouter.router.core import Router

NEWEST = 20
"""So much of a provider's evidence is shown."""

MOST_IN_FORCE = 20


@dataclass(frozen=True, slots=True)
class ProviderView:
    """One provider.

    Attributes:
        kind: the protocol, or ``feed``; empty where it is not known.
        role: its trade; None where the home file names none.
        may_send: groups and payload types that are obeyed when they come from it.
        link: None before the first word on it.
        freshness: how fresh what is known of it is; None where nobody watches it.
        last_heard: when it was heard since the start; None: not yet.
        offline_profile: live, waiting, or in_force while its offline profile stands in for it; none: it has
            given no profile that is valid now.
        events: how many of its events are kept.
        in_force: what it orders or says for now, in words.
        beyond: payload types that it sent and may not send; they are not obeyed.
        conflicts: where it wants what another provider does not, and who holds.
        evidence: what it sent and was told, the newest first.
    """

    id: ProviderId
    kind: str
    role: Role | None
    may_send: tuple[str, ...]
    link: LinkView | None = None
    freshness: Freshness | None = None
    last_heard: datetime | None = None
    offline_profile: str = "none"
    events: int = 0
    in_force: tuple[str, ...] = ()
    beyond: tuple[PayloadType, ...] = ()
    conflicts: tuple[str, ...] = ()
    evidence: tuple[EvidenceEntry, ...] = ()
    in_force_said: tuple[Reason | None, ...] = ()
    conflicts_said: tuple[Reason | None, ...] = ()

    def __post_init__(self) -> None:
        """The texts know their reasons."""
        carry(self, "in_force", "conflicts")


def providers_of(router: Router) -> tuple[ProviderView, ...]:
    """Every provider and feed, in the order of the home file."""
    known = dict.fromkeys((*router.site.mandates, *router.senders))
    return tuple(_view(router, name) for name in known)


def _view(router: Router, name: ProviderId) -> ProviderView:
    now, may = router.clock.now(), router.site.mandates.get(name, Mandate())
    link = router.intake.links.get(name)
    fresh = router.uplinks.freshness_of(name) if name in router.uplinks.standings else None
    events = [event for event in router.book.events.values() if event.provider == name]
    conflicts = [one.sentence for one in router.arbiter.standing(now) if one.concerns(name)]
    return ProviderView(
        id=name,
        kind=router.site.protocols.get(name, ""),
        role=may.role,
        may_send=may.words(),
        link=views.link_view(link, fresh) if link else None,
        freshness=fresh,
        last_heard=router.uplinks.hearing.heard_at.get(name),
        offline_profile=_offline_profile(router, name),
        events=len(events),
        in_force=tuple(_in_force(router, name, now))[:MOST_IN_FORCE],
        beyond=tuple(sorted({kind for event in events for kind in event.beyond})),
        conflicts=tuple(dict.fromkeys(conflicts)),
        evidence=router.evidence.of(name, NEWEST),
    )


def _offline_profile(router: Router, name: ProviderId) -> str:
    standing = router.uplinks.standings.get(name)
    return standing.mode.value if standing and router.uplinks.has_profile(name) else "none"


def _in_force(router: Router, name: ProviderId, now: datetime) -> Iterator[str]:
    """What holds of it now, by payload type."""
    for kind, orders in sorted(router.steering.timeline.in_force.items()):
        for order in orders:
            if order.provider == name and order.interval.holds(now):
                until = clock_time(order.interval.end, router.settings.zone)
                what = _words(kind, order, router.steering.timeline.currency)
                if order.members:
                    yield said("now.for", what, names=", ".join(order.members), until=until)
                else:
                    yield said("now.is", what, until=until)


_NAMES = {
    PayloadType.CONTROL_LEVEL_OFFSET: said("type.control_level_offset"),
    PayloadType.DISPATCH_SETPOINT: said("type.dispatch_setpoint"),
    PayloadType.DISPATCH_SETPOINT_RELATIVE: said("type.dispatch_setpoint_relative"),
    PayloadType.EXPORT_CAPACITY_LIMIT: said("type.export_capacity_limit"),
    PayloadType.EXPORT_PRICE: said("type.export_price"),
    PayloadType.GHG: said("type.ghg"),
    PayloadType.IMPORT_CAPACITY_LIMIT: said("type.import_capacity_limit"),
    PayloadType.PRICE: said("type.price"),
    PayloadType.SIMPLE: said("type.simple"),
}
"""The others are called as the protocol calls them."""


def _words(kind: PayloadType, order: Order, currency: str) -> str:
    """A payload type with its value: ``import capacity limit 3 kW``."""
    if kind in ALERTS:
        if order.text:
            return said("now.alert_of", text=order.text)
        return said("now.alert", views.kind_of_alert(kind))
    name = _NAMES.get(kind, kind.replace("_", " ").lower())
    if kind in PRICES:
        return said("now.price", name, price=order.value, currency=currency)
    if kind in POWERS:
        return said("now.power", name, value_kw=round(order.value / 1000, 3))
    unit = "g/kWh" if kind is PayloadType.GHG else order.unit.lower()
    return said("now.value", name, value=order.text or order.value, unit=f" {unit}" if unit else "")
