"""Plans around announced power cuts: stores are full before, and no cycle is begun that one would cut.

    announced cut                     |=================|
    storages      fill by its start   |                 |  planned off
    cycles        end by its start, or begin after it

A running cycle is never touched, and the owner's override stands above this. What the base load lacks during
a cut is nobody's order, so it is no limit and no miss.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from drrouter.domain.device import DeviceProfile
from drrouter.domain.flexibility import ProfileFlexibility, StorageFlexibility
from drrouter.domain.interval import Interval
from drrouter.domain.outage import Outage, outages_in
from drrouter.domain.said import said
from drrouter.domain.timeline import Timeline
from drrouter.domain.wish import ComfortBand, LevelWish
from drrouter.planner.problem import DeviceInput
from drrouter.router.kinds import Kind, kind_of
from drrouter.router.local import clock_time
from drrouter.router.offline import is_shiftable

FULL_FOR = timedelta(hours=1)
"""For so long before a cut stores shall be full, where there is time: it may come early."""

FULL_SHARE = 0.1
"""Interpretation: within this share of its span, a store that holds heat or cold counts as full."""


def coming(timeline: Timeline, span: Interval) -> tuple[Outage, ...]:
    """The cuts that are announced within the span."""
    return tuple(one for one in outages_in(timeline.messages) if one.interval.overlap(span))


def planned_around(
    device: DeviceInput, profile: DeviceProfile, outages: Iterable[Outage], now: datetime
) -> DeviceInput:
    """The device as the planner shall see it: a storage is full before each cut, and off during it."""
    if not isinstance(device.flexibility, StorageFlexibility):
        return device
    coming = [outage.interval for outage in outages if outage.interval.end > now]
    bands = [band for span in coming if (band := _full_before(device, profile, span, now))]
    caps = tuple((span, 0.0) for span in coming)
    return replace(device, caps=(*device.caps, *caps), comfort=(*device.comfort, *bands))


def _full_before(
    device: DeviceInput, profile: DeviceProfile, outage: Interval, now: datetime
) -> ComfortBand | None:
    """What its level shall be before the cut; None where the cut has begun, or its wish comes first."""
    store = device.flexibility
    if not isinstance(store, StorageFlexibility) or outage.start <= now:
        return None
    window = Interval(max(now, outage.start - FULL_FOR), outage.start)
    span = store.level_max - store.level_min
    match kind_of(profile):
        case Kind.COLD:
            return ComfortBand(window, high=store.level_min + FULL_SHARE * span)
        case Kind.CAR:
            wished = [one for one in device.wishes if isinstance(one, LevelWish) and one.by > outage.start]
            return ComfortBand(window, low=min(wished[0].level, store.level_max)) if wished else None
        case _:
            return ComfortBand(window, low=store.level_max - FULL_SHARE * span)


def would_be_cut(
    profile: DeviceProfile,
    outages: Iterable[Outage],
    now: datetime,
    cycle: timedelta | None,
    zone: ZoneInfo,
) -> str:
    """Why a machine does not begin a cycle now, in words; empty where no cut comes in its way.

    Args:
        profile: the device.
        outages: that are announced, past and coming.
        now: the instant.
        cycle: how long the cycle takes that it would begin now; None where it would begin none.
        zone: of the home, for the words.
    """
    if cycle is None or not isinstance(profile.flexibility, ProfileFlexibility) or not is_shiftable(profile):
        return ""
    for outage in outages:
        if outage.interval.start < now + cycle and now < outage.interval.end:
            return said("held.cut", said("outage.announced", **_announced(outage, zone)))
    return ""


def _announced(outage: Outage, zone: ZoneInfo) -> dict[str, str]:
    """Who announced what, for the words."""
    since, until = clock_time(outage.interval.start, zone), clock_time(outage.interval.end, zone)
    return {"provider": outage.provider, "since": since, "until": until}


def sentences(outages: Sequence[Outage], now: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    """One for each cut that is not over."""
    return tuple(
        said("outage.coming", **_announced(outage, zone) | {"provider": _begun(outage.provider)})
        for outage in outages
        if outage.interval.end > now
    )


def _begun(name: str) -> str:
    """As a sentence begins with it."""
    return name[:1].upper() + name[1:]
