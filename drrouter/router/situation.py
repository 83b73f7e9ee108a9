"""Describes the home as it is now to the planner: a Problem out of timeline, registry and book."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from drrouter.domain.device import DeviceProfile, DeviceState, Presence
from drrouter.domain.flexibility import PlannedFlexibility, ProfileFlexibility, StorageFlexibility
from drrouter.domain.interval import SLOT, Interval
from drrouter.domain.limit import Limit
from drrouter.domain.plan import DataRung
from drrouter.domain.timeline import Timeline
from drrouter.domain.wish import LevelWish, Override, OverrideMode, Wish
from drrouter.planner import Margin, Problem, per_slot
from drrouter.planner.problem import DeviceInput
from drrouter.router.book import Book
from drrouter.router.guard import sheds_at
from drrouter.router.offline import is_shiftable
from drrouter.router.peaks import narrowed
from drrouter.router.registry import Registry
from drrouter.router.safety import GUARD_SHARE, is_steered, nominal_w
from drrouter.router.slots import plan_slots
from drrouter.router.steering import Site

UNKNOWN_PRICE = 0.30
"""Per kWh, where neither a provider nor the tariff knows any: a usual price, so that waste still costs."""

RESERVE = timedelta(minutes=45)
"""How long before its departure a car shall have what it needs, while there is time enough."""

COAST = timedelta(minutes=30)
"""Interpretation: so long can a cold store, wherever the plan has it, obey an order that nobody foresaw."""

CRUMB = 1.0
"""A range of levels is never narrower than this, in the store's unit."""

Bounds = tuple[tuple[Interval, float], ...]


def describe(
    now: datetime,
    trigger: str,
    site: Site,
    registry: Registry,
    book: Book,
    timeline: Timeline,
    horizon: timedelta,
    data_rung: DataRung,
    margin: Margin | None = None,
) -> Problem:
    """Put the home into one frozen question.

    Args:
        now: where the first slot begins.
        trigger: why a plan is wanted.
        site: base load and fuse.
        registry: profiles and states.
        book: wishes, commitments, overrides and the previous plan.
        timeline: prices, limits, sheds and alerts.
        horizon: how far to plan.
        data_rung: how fresh prices and events are.
        margin: what a new plan must save to take the previous one's place; None where something happened.
    """
    span = Interval(now, now + horizon)
    fuse = () if site.fuse_w is None else (Limit(span, site.fuse_w, program="main fuse"),)
    limits = (*fuse, *(limit for limit in timeline.limits if limit.interval.overlap(span)))
    ends = (override.until for override in book.overrides.values())
    slots = plan_slots(now, horizon, site, timeline, limits, registry.steered(), ends)
    base_load_w = tuple(site.base_load.mean(slot) for slot in slots)
    return Problem(
        now=now,
        slots=slots,
        import_price=per_slot(timeline.import_price, slots, UNKNOWN_PRICE),
        export_price=per_slot(timeline.export_price, slots, 0.0),
        base_load_w=base_load_w,
        devices=tuple(_devices(now, span, registry, book, timeline)),
        currency=timeline.currency,
        co2_g_per_kwh=per_slot(timeline.co2_g_per_kwh, slots, 0.0) if timeline.co2_g_per_kwh.steps else (),
        co2_price_per_kg=site.co2_price_per_kg,
        limits=narrowed(limits, slots, base_load_w, registry, book),
        data_rung=data_rung,
        previous=book.plan,
        trigger=trigger,
        timezone=site.base_load.zone.key,
        margin=margin,
    )


def _devices(
    now: datetime, span: Interval, registry: Registry, book: Book, timeline: Timeline
) -> Iterator[DeviceInput]:
    """Every device that the planner can do something about."""
    for seat in registry.seats.values():
        wish, flexibility = book.wishes.get(seat.profile.id), seat.profile.flexibility
        takes_part = is_steered(seat.profile) and _takes_part(seat.profile, seat.state, wish)
        if flexibility and takes_part and not seat.watched:
            yield _device(now, span, seat.profile, flexibility, seat.state, book, timeline)


def _takes_part(profile: DeviceProfile, state: DeviceState, wish: Wish | None) -> bool:
    """A machine always; anything else while it answers; a car while it is here and something is asked."""
    flexibility = profile.flexibility
    if isinstance(flexibility, ProfileFlexibility):
        return True
    if isinstance(flexibility, StorageFlexibility) and not flexibility.runs_downwards:
        return state.plugged and isinstance(wish, LevelWish) and state.presence is not Presence.GONE
    return state.presence is not Presence.GONE


def _device(
    now: datetime,
    span: Interval,
    profile: DeviceProfile,
    flexibility: PlannedFlexibility,
    state: DeviceState,
    book: Book,
    timeline: Timeline,
) -> DeviceInput:
    """One device with what is asked of it and what is ordered for it."""
    wish = book.wishes.get(profile.id)
    override = book.override_of(profile.id, now)
    reserve = _reserve(now, profile, state, wish)
    level = state.level
    if isinstance(flexibility, StorageFlexibility):
        level = flexibility.level_target if level is None and flexibility.runs_downwards else level or 0.0
        flexibility = _plannable(profile, flexibility, wish, level)
    return DeviceInput(
        id=profile.id,
        label=profile.name,
        flexibility=flexibility,
        level=level if isinstance(flexibility, StorageFlexibility) else None,
        available=_here(now, profile, wish),
        wishes=() if wish is None else (_earlier(wish, reserve),),
        running=state.running,
        commitment=book.commitments.get(profile.id),
        caps=_caps(now, span, profile, timeline, override),
        floors=_floors(now, span, profile, override),
        line=profile.line,
        lines=profile.lines,
        groups=profile.groups,
        reserve=reserve,
    )


def _here(now: datetime, profile: DeviceProfile, wish: Wish | None) -> Interval | None:
    """A car is here until it leaves; whatever else has a level stays."""
    store = profile.flexibility
    is_car = isinstance(store, StorageFlexibility) and not store.runs_downwards
    return Interval(now, wish.by) if is_car and isinstance(wish, LevelWish) and wish.by > now else None


def _reserve(now: datetime, profile: DeviceProfile, state: DeviceState, wish: Wish | None) -> timedelta:
    """A departure is planned for somewhat earlier, to leave time for what an unforeseen order takes.

    Interpretation: A8 wants ready-by kept whenever physically possible, and the peers plan to the last
    minute. Once the reserve is needed it is used.
    """
    store = profile.flexibility
    if not isinstance(store, StorageFlexibility) or store.runs_downwards or not isinstance(wish, LevelWish):
        return timedelta()
    missing_wh = max(wish.level - (state.level or 0.0), 0.0) / store.level_per_wh
    enough = now + timedelta(hours=missing_wh / store.max_power_w) + SLOT
    return RESERVE if enough <= wish.by - RESERVE else timedelta()


def _earlier(wish: Wish, reserve: timedelta) -> Wish:
    """A level wished for so much earlier."""
    return replace(wish, by=wish.by - reserve) if isinstance(wish, LevelWish) else wish


def _plannable(
    profile: DeviceProfile, flexibility: StorageFlexibility, wish: Wish | None, level: float
) -> StorageFlexibility:
    """A store as far as it can be steered; a plan that counted on more would not be carried out.

    A cold one is stopped by its thermostat before the lower bound, and the guard steps in before the upper
    one; below that stays room to be held off for ``COAST``. Behind a bare plug nobody knows what a car could
    take beyond the level that is asked for.
    """
    if isinstance(wish, LevelWish) and not flexibility.runs_downwards:
        asked = max(wish.level, level, flexibility.level_min + CRUMB)
        return replace(flexibility, level_max=min(asked, flexibility.level_max))
    if not flexibility.runs_downwards:
        return flexibility
    span = flexibility.level_max - flexibility.level_min
    coast = min(flexibility.drift_per_h * COAST / timedelta(hours=1), span / 4)
    top = flexibility.level_max - GUARD_SHARE * span - max(GUARD_SHARE * span / 2, coast)
    bottom = flexibility.level_min
    if profile.binding.thermostat and profile.binding.thermostat[0] < top:
        bottom = max(bottom, profile.binding.thermostat[0])
    return replace(flexibility, level_min=bottom, level_max=top)


def _caps(
    now: datetime, span: Interval, profile: DeviceProfile, timeline: Timeline, override: Override | None
) -> Bounds:
    """When orders, peak windows and the owner take its power away; an owner's "on" stands above."""
    own = _until(now, span, override, 0.0) if override and override.mode is OverrideMode.OFF else ()
    free = _after(span, override) if override and override.mode is OverrideMode.ON else span
    sheds = [shed for shed in timeline.sheds if sheds_at(profile, shed.value)]
    meant = [
        order for order in (*sheds, *timeline.alerts) if not order.members or profile.id in order.members
    ]
    peaks = timeline.peaks if is_shiftable(profile) else ()
    spans = [order.interval for order in meant] + [peak.interval for peak in peaks]
    common = [when.overlap(free) for when in spans] if free else []
    return (*own, *((interval, 0.0) for interval in common if interval))


def _after(span: Interval, override: Override) -> Interval | None:
    """What the override leaves of the horizon."""
    return Interval(override.until, span.end) if override.until < span.end else None


def _floors(now: datetime, span: Interval, profile: DeviceProfile, override: Override | None) -> Bounds:
    """When the owner keeps it on; a machine's cycle has its own power."""
    if (
        override is None
        or override.mode is OverrideMode.OFF
        or isinstance(profile.flexibility, ProfileFlexibility)
    ):
        return ()
    return _until(now, span, override, nominal_w(profile))


def _until(now: datetime, span: Interval, override: Override, power_w: float) -> Bounds:
    """The override's time within the horizon."""
    end = min(override.until, span.end)
    return ((Interval(now, end), power_w),) if end > now else ()
