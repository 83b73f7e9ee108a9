"""Describes the home as it is now to the planner: a Problem out of timeline, registry and book."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from drrouter.domain.device import DeviceProfile, DeviceState, Presence
from drrouter.domain.flexibility import (
    EnvelopeFlexibility,
    ModesFlexibility,
    PlannedFlexibility,
    ProfileFlexibility,
    StorageFlexibility,
)
from drrouter.domain.interval import SLOT, Interval
from drrouter.domain.limit import Limit
from drrouter.domain.plan import DataRung
from drrouter.domain.timeline import Timeline
from drrouter.domain.wish import LevelWish, Override, OverrideMode, Wish
from drrouter.planner import Margin, Problem, per_slot
from drrouter.planner.problem import DeviceInput
from drrouter.router.book import Book
from drrouter.router.feed_in_plan import bound_by, of_the_site
from drrouter.router.guard import sheds_at
from drrouter.router.kinds import Kind, gives_back, is_steered, kind_of
from drrouter.router.offline import is_shiftable
from drrouter.router.outages import coming, planned_around
from drrouter.router.outlook import Outlook
from drrouter.router.peaks import narrowed
from drrouter.router.registry import Registry, Seat
from drrouter.router.safety import GUARD_SHARE, nominal_w
from drrouter.router.slots import plan_slots
from drrouter.router.steering import Site, line_fuses

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
    outlook: Outlook | None = None,
) -> Problem:
    """Put the home into one frozen question.

    Args:
        now: where the first slot begins.
        trigger, horizon: why a plan is wanted, and how far to plan.
        site, registry: base load and fuse; profiles and states.
        book: wishes, commitments, overrides and the previous plan.
        timeline: prices, limits, sheds and alerts.
        data_rung: how fresh prices and events are.
        margin: what a new plan must save to take the place of the previous one; None: nothing.
        outlook: base load and sun, as measured; None for what the home file states.
    """
    outlook = outlook or Outlook(registry, site.base_load, site.meter, site.roof)
    span = Interval(now, now + horizon)
    limits, ends = _limits(site, timeline, outlook, span), [one.until for one in book.overrides.values()]
    slots = plan_slots(now, horizon, site, timeline, limits, registry.steered(), ends)
    base_load_w = outlook.load_w(slots)
    return Problem(
        now=now,
        slots=slots,
        import_price=per_slot(timeline.import_price, slots, UNKNOWN_PRICE),
        export_price=per_slot(timeline.export_price, slots, 0.0),
        base_load_w=base_load_w,
        devices=_plannable_devices(span, slots, registry, book, timeline, outlook),
        base_line_shares=outlook.line_shares(now),
        pv_w=outlook.free_sun_w(slots),
        currency=timeline.currency,
        co2_g_per_kwh=_co2(timeline, slots),
        co2_price_per_kg=site.co2_price_per_kg,
        limits=narrowed(limits, slots, base_load_w, registry, book),
        export_limits=of_the_site(timeline.export_limits, span),
        data_rung=data_rung,
        previous=book.plan,
        trigger=trigger,
        timezone=site.base_load.zone.key,
        margin=margin,
        outages=coming(timeline, span),
    )


def _plannable_devices(
    span: Interval,
    slots: Sequence[Interval],
    registry: Registry,
    book: Book,
    timeline: Timeline,
    outlook: Outlook,
) -> tuple[DeviceInput, ...]:
    """Every device that takes part, the inverters with the sun that they may give."""
    devices = _with_sun(_devices(span.start, span, registry, book, timeline), outlook, slots)
    bound, cuts = bound_by(timeline.export_limits, slots, devices), coming(timeline, span)
    return tuple(planned_around(one, registry.seat(one.id).profile, cuts, span.start) for one in bound)


def _limits(site: Site, timeline: Timeline, outlook: Outlook, span: Interval) -> tuple[Limit, ...]:
    """The fuses, and what providers order within the horizon."""
    fuse = () if site.fuse_w is None else (Limit(span, site.fuse_w, program="main fuse"),)
    lines = line_fuses(site, outlook.line_base_w(span.start), span)
    return (*fuse, *(limit for limit in timeline.limits if limit.interval.overlap(span)), *lines)


def _co2(timeline: Timeline, slots: tuple[Interval, ...]) -> tuple[float, ...]:
    """What a kWh emits; empty where nobody says."""
    return per_slot(timeline.co2_g_per_kwh, slots, 0.0) if timeline.co2_g_per_kwh.steps else ()


def _with_sun(
    devices: Iterable[DeviceInput], outlook: Outlook, slots: Sequence[Interval]
) -> Iterator[DeviceInput]:
    """The same devices, each inverter with what the sun offers it."""
    for device in devices:
        is_sun = isinstance(device.flexibility, EnvelopeFlexibility)
        yield replace(device, sun_w=outlook.sun_w(device.id, slots)) if is_sun else device


def _devices(
    now: datetime, span: Interval, registry: Registry, book: Book, timeline: Timeline
) -> Iterator[DeviceInput]:
    """Every device that the planner can do something about."""
    for seat in registry.seats.values():
        wish, flexibility = book.wishes.get(seat.profile.id), seat.profile.flexibility
        promised = seat.profile.id in book.commitments
        if flexibility is None or seat.watched:
            continue
        if _takes_part(seat.profile, seat.state, wish, is_promised=promised):
            yield _device(now, span, seat, flexibility, book, timeline)


def _takes_part(profile: DeviceProfile, state: DeviceState, wish: Wish | None, *, is_promised: bool) -> bool:
    """A machine unless somebody must press its button first; a car while it is here and something is asked.

    Anything else takes part while it answers.
    A battery takes part while it tells how full it is; an inverter whose set-point nobody can move stands
    among what the sun gives (``pv_w``).
    """
    kind = kind_of(profile)
    if kind is Kind.MACHINE:
        return state.armed is not False or state.running is not None or is_promised
    if state.presence is Presence.GONE or not is_steered(profile, state):
        return False
    if kind is Kind.CAR:
        return state.plugged and isinstance(wish, LevelWish)
    return kind is not Kind.BATTERY or state.level is not None


def _device(
    now: datetime,
    span: Interval,
    seat: Seat,
    flexibility: PlannedFlexibility,
    book: Book,
    timeline: Timeline,
) -> DeviceInput:
    """One device with what is asked of it and what is ordered for it."""
    profile, state = seat.profile, seat.state
    wish = book.wishes.get(profile.id)
    override = book.override_of(profile.id, now)
    reserve = _reserve(now, profile, state, wish)
    level = state.level
    if isinstance(flexibility, StorageFlexibility):
        moves = kind_of(profile) in (Kind.COLD, Kind.WARM)
        level = flexibility.level_target if level is None and moves else level or 0.0
        flexibility = _plannable(profile, flexibility, wish, level)
    if isinstance(flexibility, ProfileFlexibility):
        flexibility = _unpaused(flexibility)
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
        may_discharge=gives_back(profile) is not None,
        stays=_stays(seat, now) if isinstance(flexibility, ModesFlexibility) else (),
    )


def _unpaused(machine: ProfileFlexibility) -> ProfileFlexibility:
    """A machine whose cycles run through: the router stands by a running cycle and carries no pause out."""
    programmes = tuple(
        replace(programme, phases=tuple(replace(phase, max_pause=timedelta(0)) for phase in programme.phases))
        for programme in machine.programmes
    )
    return replace(machine, programmes=programmes)


def _stays(seat: Seat, now: datetime) -> tuple[tuple[Interval, int], ...]:
    """In which modes it was when, up to now; nobody knows where it does not tell any longer."""
    if seat.state.mode is None or not seat.stays:
        return ()
    ends = [begin for begin, _ in seat.stays[1:]] + [now]
    return tuple(
        (Interval(begin, end), mode)
        for (begin, mode), end in zip(seat.stays, ends, strict=True)
        if begin < end
    )


def _here(now: datetime, profile: DeviceProfile, wish: Wish | None) -> Interval | None:
    """A car is here until it leaves; whatever else has a level stays."""
    is_car = kind_of(profile) is Kind.CAR
    return Interval(now, wish.by) if is_car and isinstance(wish, LevelWish) and wish.by > now else None


def _reserve(now: datetime, profile: DeviceProfile, state: DeviceState, wish: Wish | None) -> timedelta:
    """A departure is planned for somewhat earlier, to leave time for what an unforeseen order takes.

    Interpretation: A8 wants ready-by kept whenever physically possible, and the peers plan to the last
    minute. Once the reserve is needed it is used.
    """
    store = profile.flexibility
    is_car = isinstance(store, StorageFlexibility) and kind_of(profile) is Kind.CAR
    if not is_car or not isinstance(store, StorageFlexibility) or not isinstance(wish, LevelWish):
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
    one; below that stays room to be held off for ``COAST``. A warm one keeps as clear of its lower bound.
    Behind a bare plug nobody knows what a car could take beyond the level that is asked for.
    """
    kind = kind_of(profile)
    if isinstance(wish, LevelWish) and kind is Kind.CAR and gives_back(profile) is None:
        asked = max(wish.level, level, flexibility.level_min + CRUMB)
        return replace(flexibility, level_max=min(asked, flexibility.level_max))
    if kind not in (Kind.COLD, Kind.WARM):
        return flexibility
    span = flexibility.level_max - flexibility.level_min
    coast = min(abs(flexibility.drift_per_h) * COAST / timedelta(hours=1), span / 4)
    kept_clear = GUARD_SHARE * span + max(GUARD_SHARE * span / 2, coast)
    if kind is Kind.WARM:
        return replace(flexibility, level_min=flexibility.level_min + kept_clear)
    top = flexibility.level_max - kept_clear
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
        or isinstance(profile.flexibility, ProfileFlexibility | EnvelopeFlexibility)
    ):
        return ()
    return _until(now, span, override, _kept_w(profile))


def _kept_w(profile: DeviceProfile) -> float:
    """What a device draws that its owner keeps on: its most, or what its normal mode needs."""
    modes = profile.flexibility
    return modes.modes[modes.normal].power_w if isinstance(modes, ModesFlexibility) else nominal_w(profile)


def _until(now: datetime, span: Interval, override: Override, power_w: float) -> Bounds:
    """The override's time within the horizon."""
    end = min(override.until, span.end)
    return ((Interval(now, end), power_w),) if end > now else ()
