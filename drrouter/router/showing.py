"""What the router shows of itself, read from its parts at the moment of asking."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from drrouter.domain.device import Presence
from drrouter.domain.event import Event
from drrouter.domain.ids import DeviceId, EventKey
from drrouter.domain.said import said, sentences
from drrouter.router import views
from drrouter.router.freshness import published_until
from drrouter.router.viewed import DeviceView, EventView, LedgerView, StatusView

if TYPE_CHECKING:
    from drrouter.router.core import Router


def status_of(router: Router) -> StatusView:
    """The router at a glance."""
    watch = router.uplinks  # a provider that was left may have had a last word of its link
    fresh = {name: watch.freshness_of(name) for name in router.intake.links if name in watch.standings}
    links = [views.link_view(link, fresh.get(name)) for name, link in router.intake.links.items()]
    behind = router.scribe.behind
    waiting = [said("status.disk", behind=behind)] if behind > 10 else []
    failing = [*views.failing(router.health()), *router.replanner.sentences(), *router.watchman.sentences()]
    offline = router.uplinks.sentences()
    lost = [sender.bounds.sentence for sender in router.senders.values() if sender.bounds.let_go]
    view = views.status(
        router.shown,
        router.clock.now(),
        router.steering,
        router.registry,
        router.book.plan,
        links,
        router.data_rung(),
        [*router.settings.lasting, *waiting, *failing, *offline, *lost],
    )
    return replace(
        view,
        offline=sentences(offline),
        offline_since=router.uplinks.offline_since(),
        sentence=sentences((*router.word.sentences(), view.sentence)),
        hands_off=router.book.hands_off,
        vacation=router.book.vacation,
        opt_outs=router.book.opt_outs(view.now),
        saved_today=router.almanac.saved_today(),
        prices_until=published_until(
            view.now,
            router.steering.timeline,
            follows_prices=router.site.follows_prices,
            mandates=router.site.mandates,
        ),
    )


def device_of(router: Router, device_id: DeviceId) -> DeviceView:
    """One device."""
    test = router.first_minutes.test_of(device_id)
    trouble = refusal_of(router, device_id) or router.watchman.trouble(device_id)
    learned, now = router.watchman.learned(device_id), router.clock.now()
    steering, registry, book = router.steering, router.registry, router.book
    return views.device(device_id, now, steering, registry, book, test, trouble, learned)


def refusal_of(router: Router, device_id: DeviceId) -> str:
    """Why a device does not do as it is told; empty where it does, or where nobody knows why."""
    return "" if router.dispatcher.is_obeyed(device_id) else router.household.trouble(device_id)


def hindrance_of(router: Router, device_id: DeviceId) -> str:
    """Why an order cannot have had its effect on a device; empty where nothing speaks against it."""
    seat = router.registry.seat(device_id)
    if seat.state.presence is not Presence.PRESENT:
        return said("status.unreached", name=seat.profile.name)
    return refusal_of(router, device_id)


def is_acknowledged(router: Router, event: Event) -> bool:
    """Whether the provider has had a receipt of this version."""
    sender = router.senders.get(event.provider)
    return sender is not None and sender.has_receipt(event)


def ledger_of(router: Router) -> LedgerView:
    """The router's account of its work."""
    seats = router.registry.seats.items()
    energy = {
        device_id: seat.state.energy_wh for device_id, seat in seats if seat.state.energy_wh is not None
    }
    return router.account.view(energy)


def events_of(router: Router) -> tuple[EventView, ...]:
    """Every event that is kept, in the order of their starts."""
    now, out = router.clock.now(), dict[EventKey, tuple[DeviceId | None, ...]](router.word.refused())
    for key, members in router.steering.verdict.opted_out.items():
        out[key] = (*out.get(key, ()), *(one for one in members if one not in out.get(key, ())))
    kept = sorted(router.book.events.values(), key=_start)
    acks = router.book.acks
    return tuple(
        views.event(event, now, is_acknowledged(router, event), out, acks.get((event.provider, event.id)))
        for event in kept
    )


def _start(event: Event) -> tuple[float, str]:
    """Where an event begins, for sorting; one without payloads comes first."""
    return min((payload.interval.start.timestamp() for payload in event.payloads), default=0.0), event.id
