"""What clients are shown, put together from memory at the moment of asking."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from zoneinfo import ZoneInfo

from drrouter.domain.ack import AckRecord
from drrouter.domain.device import Presence
from drrouter.domain.event import Event, PayloadType
from drrouter.domain.ids import DeviceId, EventKey
from drrouter.domain.limit import Scope
from drrouter.domain.plan import DataRung, Plan, ScheduledCycle
from drrouter.domain.said import said, sentences
from drrouter.domain.signal import LinkChanged
from drrouter.domain.timeline import Order
from drrouter.router import outages
from drrouter.router.book import Book
from drrouter.router.feed_state import Freshness
from drrouter.router.guard import Orders
from drrouter.router.local import clock_time
from drrouter.router.observe import counts
from drrouter.router.plug_test import PlugTest
from drrouter.router.registry import Registry, Seat
from drrouter.router.schedule import WAITS_FOR_BUTTON, wished_cycle
from drrouter.router.sightings import Sighting, strangers
from drrouter.router.steering import Steering
from drrouter.router.viewed import (
    DeviceView,
    EventPhase,
    EventView,
    FoundView,
    LearnedProgramme,
    LinkView,
    StatusView,
)
from drrouter.supervise import TaskHealth


@dataclass(frozen=True, slots=True)
class Shown:
    """What does not change: the site's name, its time zone, and since when the router runs."""

    site: str
    time_zone: str
    started_at: datetime


def status(
    shown: Shown,
    now: datetime,
    steering: Steering,
    registry: Registry,
    plan: Plan | None,
    links: Iterable[LinkView],
    data_rung: DataRung,
    troubles: Iterable[str],
) -> StatusView:
    """The router at a glance; ``troubles`` are sentences about what is missing."""
    links, orders, timeline = tuple(links), steering.orders_at(now), steering.timeline
    gone = [seat.profile.name for seat in registry.seats.values() if seat.state.presence is Presence.GONE]
    wrong = [*troubles, *(link.sentence for link in links if not link.up)]
    wrong += [said("status.gone", names=", ".join(gone))] if gone else []
    wrong += [
        said("status.blind", domain=domain, why=_sentence(why)) for domain, why in registry.blind.items()
    ]
    meter = steering.outlook.meter(now)
    return StatusView(
        site=shown.site,
        time_zone=shown.time_zone,
        version=_version(),
        now=now,
        started_at=shown.started_at,
        degraded=bool(wrong),
        sentence=sentences(wrong)
        or _at_work(plan, now, ZoneInfo(shown.time_zone), registry, _unarmed(steering, registry)),
        data_rung=data_rung,
        solve_rung=plan.solve_rung if plan else None,
        plan_made_at=plan.made_at if plan else None,
        currency=timeline.currency,
        price_per_kwh=timeline.import_price.at(now),
        co2_g_per_kwh=timeline.co2_g_per_kwh.at(now),
        power_w=steering.outlook.devices_w(now),
        grid_w=meter.net_w if meter else None,
        limit_w=_site_limit_w(orders),
        links=links,
        alerts=(
            *_alerts((*orders.alerts, *timeline.messages), now),
            *outages.sentences(steering.outages, now, ZoneInfo(shown.time_zone)),
        ),
    )


def failing(health: Mapping[str, TaskHealth]) -> tuple[str, ...]:
    """A sentence for each part of the router that failed and has not shown yet that it works again."""
    return tuple(
        said("status.part_failed", name=name, why=task.error) for name, task in health.items() if task.error
    )


@cache
def _version() -> str:
    try:
        return version("drrouter")
    except PackageNotFoundError:
        return "unknown"


def _sentence(text: str) -> str:
    """With its full stop."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _unarmed(steering: Steering, registry: Registry) -> tuple[str, ...]:
    """The machines on which somebody must press Remote Start first."""
    waiting = [name for name, told in steering.setpoints.items() if told.reason == WAITS_FOR_BUTTON]
    return tuple(registry.seat(name).profile.name for name in waiting)


def _at_work(
    plan: Plan | None, now: datetime, zone: ZoneInfo, registry: Registry, unarmed: Sequence[str] = ()
) -> str:
    """The state sentence while all is well."""
    if unarmed:
        return said("status.press", names=", ".join(unarmed))
    if plan is None:
        return said("status.first_plan")
    coming = sorted((cycle.start, cycle.device_id) for cycle in plan.cycles if cycle.start > now)
    if not coming:
        return said("status.well")
    start, device_id = coming[0]
    seat = registry.seats.get(device_id)
    return said("status.well_next", name=seat.profile.name if seat else device_id, at=clock_time(start, zone))


def _site_limit_w(orders: Orders) -> float | None:
    """The tightest limit that a provider sets for the whole site."""
    ordered = [limit for limit in orders.limits if limit.provider and limit.scope is Scope.SITE]
    return min((limit.effective_w for limit in ordered), default=None)


def _alerts(alerts: Iterable[Order], now: datetime) -> tuple[str, ...]:
    """The alerts in force, in the provider's words, or in ours where it has none."""
    return tuple(alert.text or kind_of_alert(alert.kind) for alert in alerts if alert.interval.holds(now))


_ALERTS = {
    PayloadType.ALERT_AIR_QUALITY: said("alert.air_quality"),
    PayloadType.ALERT_BLACK_START: said("alert.black_start"),
    PayloadType.ALERT_FIRE: said("alert.fire"),
    PayloadType.ALERT_FLEX_ALERT: said("alert.flex_alert"),
    PayloadType.ALERT_FREEZING: said("alert.freezing"),
    PayloadType.ALERT_GRID_EMERGENCY: said("alert.grid_emergency"),
    PayloadType.ALERT_OTHER: said("alert.other"),
    PayloadType.ALERT_POSSIBLE_OUTAGE: said("alert.possible_outage"),
    PayloadType.ALERT_TSUNAMI: said("alert.tsunami"),
    PayloadType.ALERT_WIND: said("alert.wind"),
}


def kind_of_alert(kind: PayloadType | None) -> str:
    """In words: "Grid emergency."."""
    return _ALERTS.get(kind or PayloadType.ALERT_GRID_EMERGENCY, _ALERTS[PayloadType.ALERT_OTHER])


def link_view(link: LinkChanged, freshness: Freshness | None = None) -> LinkView:
    """The state of a provider's link."""
    return LinkView(link.provider, link.up, link.at, link.sentence, freshness)


def device(
    device_id: DeviceId,
    now: datetime,
    steering: Steering,
    registry: Registry,
    book: Book,
    plug_test: PlugTest | None = None,
    trouble: str = "",
    learned: tuple[LearnedProgramme, ...] = (),
) -> DeviceView:
    """One device: what it is, how it is, what it may do and what it will do."""
    seat, setpoint = registry.seat(device_id), steering.setpoints.get(device_id)
    return DeviceView(
        profile=seat.profile,
        state=seat.state,
        band=steering.verdict.bands.get(device_id),
        wished_w=setpoint.power_w if setpoint else None,
        next_cycle=_next_cycle(device_id, book),
        commitment=book.commitments.get(device_id),
        override=book.override_of(device_id, now),
        wish=book.wishes.get(device_id),
        because=setpoint.reason if setpoint else "",
        watched=seat.watched,
        plug_test=plug_test,
        trouble=trouble,
        learned=learned,
        counts_level=counts(seat.profile, seat.state, seat.watch),
    )


def _next_cycle(device_id: DeviceId, book: Book) -> ScheduledCycle | None:
    """The committed cycle, else the one that is planned for the wish."""
    if made := book.commitments.get(device_id):
        return ScheduledCycle(device_id, made.programme_id, made.start, made.end, fixed=True)
    return wished_cycle(device_id, book.plan, book.wishes.get(device_id))


def event(
    kept: Event,
    now: datetime,
    acknowledged: bool,
    opted_out: Mapping[EventKey, tuple[DeviceId | None, ...]],
    record: AckRecord | None = None,
) -> EventView:
    """One event and where it stands; ``record`` tells what became of it."""
    starts = [payload.interval.start for payload in kept.payloads]
    ends = [payload.interval.end for payload in kept.payloads]
    phase = EventPhase.IN_FORCE
    if not ends or max(ends) <= now:
        phase = EventPhase.OVER
    elif min(starts) > now:
        phase = EventPhase.COMING
    acks = record.acks if record and record.version == kept.version else ()
    out = opted_out.get((kept.provider, kept.id), ())
    members = tuple(one for one in out if one is not None)
    return EventView(kept, phase, acknowledged, members, acks, None in out)


def discovered(registry: Registry) -> tuple[FoundView, ...]:
    """Every device seen on the home network, ours first."""
    seats = [seat for seat in registry.seats.values() if seat.found is not None]
    others = strangers(registry.sightings.all(), [seat.found for seat in seats if seat.found])
    return (*(_ours(seat, registry) for seat in seats), *map(_stranger, others))


def _ours(seat: Seat, registry: Registry) -> FoundView:
    """A device of the home file, whose presence its readings tell."""
    assert seat.found is not None  # noqa: S101 -- only found ones are asked for
    known = registry.sightings.of(seat.found)
    instants = [at for at in (seat.state.seen_at, known.last_at if known else None) if at is not None]
    return FoundView(
        seat.found,
        seat.profile.id,
        seat.profile.model_id,
        *_proposed(known),
        presence=seat.state.presence,
        seen_at=max(instants, default=None),
        gone_after_s=known.stated.total_seconds() if known else None,
    )


def _stranger(one: Sighting) -> FoundView:
    """A device that the home file does not know."""
    return FoundView(
        one.found,
        None,
        None,
        *_proposed(one),
        presence=Presence.GONE if one.gone else Presence.PRESENT,
        seen_at=one.last_at,
        gone_after_s=one.stated.total_seconds(),
    )


def _proposed(one: Sighting | None) -> tuple[str | None, float | None]:
    """The object model that fits best, and how well."""
    proposal = one.proposal if one else None
    return (proposal.model_id, proposal.confidence) if proposal else (None, None)
