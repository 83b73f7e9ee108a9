"""What the people of a simulated home do, drawn from a seed before the simulation begins.

Both houses, with and without the router, live the same script; only the asking is the router's part.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from drrouter.config import DeviceConfig, HomeConfig
from drrouter.domain.flexibility import (
    DemandFlexibility,
    ProfileFlexibility,
    Programme,
    RemoteStart,
    StorageFlexibility,
)
from drrouter.domain.ids import DeviceId, ProgrammeId
from drrouter.domain.interval import Interval
from drrouter.domain.wish import OverrideMode
from drrouter.sim.house import Happening, HappeningKind

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)

LOADS_A_DAY, CHOOSES, IMPATIENT, DRIVES, OVERRIDES_A_DAY = 0.7, 0.4, 0.06, 0.8, 0.15
"""Shares of days or occasions: a machine is filled; people choose among options; they want it at once; the
car is needed; somebody overrides the plan."""

SLACK = HOUR
"""A machine is never wanted sooner than this after the soonest end of its cycle."""


@dataclass(frozen=True, slots=True)
class Load:
    """Somebody fills a machine.

    Attributes:
        chooses: they ask for options and take the cheapest; else the start is left to the router.
        at_once: they switch it on and ask nobody.
    """

    at: datetime
    device_id: DeviceId
    programme_id: ProgrammeId
    ready_by: datetime
    chooses: bool = False
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """A car is plugged in with this much in its battery, in Wh."""

    at: datetime
    device_id: DeviceId
    level_wh: float


@dataclass(frozen=True, slots=True)
class Departure:
    """A car leaves, and should have this much, in Wh."""

    at: datetime
    device_id: DeviceId
    needed_wh: float


@dataclass(frozen=True, slots=True)
class Overrule:
    """Somebody has the final word on a device for a while."""

    at: datetime
    device_id: DeviceId
    mode: OverrideMode
    until: datetime


Act = Load | Arrival | Departure | Overrule


def script_of(home: HomeConfig, span: Interval, seed: int) -> tuple[Act, ...]:
    """Everything that people do over the span, in order."""
    acts: list[Act] = []
    for device in home.devices:
        stream = random.Random(f"{seed}/habits/{device.profile.id}")  # noqa: S311 - repeatable, not secret
        flexibility = device.profile.flexibility
        if isinstance(flexibility, ProfileFlexibility):
            if flexibility.remote_start is not RemoteStart.NONE:
                acts += _loads(device.profile.id, flexibility, span, home.zone, stream)
        elif isinstance(flexibility, StorageFlexibility) and _comes_and_goes(flexibility):
            acts += _drives(device, flexibility, span, home.zone, stream)
    stream = random.Random(f"{seed}/habits/overrides")  # noqa: S311 - repeatable, not secret
    acts += _overrules(home.devices, span, home.zone, stream)
    return tuple(sorted((act for act in acts if span.holds(act.at)), key=lambda act: act.at))


def _comes_and_goes(storage: StorageFlexibility) -> bool:
    """Whether it is a car, rather than something that stays: a freezer, a tank, a battery on the wall."""
    return storage.unit == "Wh" and storage.discharge is None


def happenings_of(script: Sequence[Act]) -> tuple[Happening, ...]:
    """What hands do to the house; what people ask of the router is not among it."""
    return tuple(filter(None, map(happening_of, script)))


def happening_of(act: Act) -> Happening | None:
    """What hands do, None for a word to the router."""
    match act:
        case Load():
            return Happening(act.at, HappeningKind.LOAD, act.device_id, act.programme_id)
        case Arrival():
            return Happening(act.at, HappeningKind.PLUG_IN, act.device_id, energy_wh=act.level_wh)
        case Departure():
            return Happening(act.at, HappeningKind.UNPLUG, act.device_id, energy_wh=act.needed_wh)
        case Overrule():
            return None


def _days(span: Interval, zone: ZoneInfo) -> Iterator[date]:
    """Every local day that the span touches."""
    day, last = span.start.astimezone(zone).date(), span.end.astimezone(zone).date()
    while day <= last:
        yield day
        day += DAY


def _local(day: date, hour: float, zone: ZoneInfo) -> datetime:
    """A local time of a day as an instant in UTC, to the minute."""
    minutes = round(hour * 60)
    at = datetime.combine(day, time(minutes // 60, minutes % 60), zone)
    return at.astimezone(ZoneInfo("UTC"))


def _loads(
    device_id: DeviceId,
    machine: ProfileFlexibility,
    span: Interval,
    zone: ZoneInfo,
    stream: random.Random,
) -> Iterator[Load]:
    """One load on most days, never before the former one should be done."""
    free_from = span.start
    for day in _days(span, zone):
        wanted, hour = stream.random() < LOADS_A_DAY, stream.uniform(7.5, 21.5)
        programme, mood = stream.choice(machine.programmes), stream.random()
        at = _local(day, hour, zone)
        if not wanted or at < free_from:
            continue
        ready_by = _ready_by(at, day, hour, programme, zone)
        yield Load(
            at,
            device_id,
            programme.id,
            ready_by,
            chooses=mood < CHOOSES,
            at_once=mood >= 1 - IMPATIENT,
        )
        free_from = ready_by + 30 * MINUTE


def _ready_by(at: datetime, day: date, hour: float, programme: Programme, zone: ZoneInfo) -> datetime:
    """Filled in the morning it is wanted by the evening, filled later by the next morning."""
    usual = _local(day, 18, zone) if hour < 13 else _local(day + DAY, 7.5, zone)
    return max(usual, at + programme.duration + SLACK)


def _drives(
    device: DeviceConfig,
    battery: StorageFlexibility,
    span: Interval,
    zone: ZoneInfo,
    stream: random.Random,
) -> Iterator[Act]:
    """Home from the evening to the next departure on most days; else the car stays away."""
    device_id, standing = device.profile.id, device.standing
    by = standing.by if standing else time(7, 30)
    home_from = (by.hour + by.minute / 60 + 10) % 24
    for day in _days(span, zone):
        drives, late = stream.random() < DRIVES, stream.uniform(0.0, 3.0)
        share = stream.uniform(0.1, 0.5)
        if not drives:
            continue
        arrives = _local(day, min(home_from + late, 23.75), zone)
        leaves_on = day if by > arrives.astimezone(zone).time() else day + DAY
        leaves = _local(leaves_on, by.hour + by.minute / 60, zone)
        level_wh = round(share * battery.level_target, 1)
        needed_wh = min(battery.level_target, level_wh + standing.level) if standing else 0.0
        yield Arrival(arrives, device_id, level_wh)
        yield Departure(leaves, device_id, needed_wh)


def _overrules(
    devices: Sequence[DeviceConfig], span: Interval, zone: ZoneInfo, stream: random.Random
) -> Iterator[Overrule]:
    """Now and then somebody wants a heater, cooler or car on or off for a while."""
    able = [
        device.profile.id
        for device in devices
        if isinstance(device.profile.flexibility, DemandFlexibility | StorageFlexibility)
        and device.profile.binding.thermostat is None
    ]
    for day in _days(span, zone):
        wanted, hour, minutes = (
            stream.random() < OVERRIDES_A_DAY,
            stream.uniform(7, 22),
            stream.randint(20, 90),
        )
        mode = stream.choice((OverrideMode.ON, OverrideMode.OFF))
        if wanted and able:
            at = _local(day, hour, zone)
            yield Overrule(at, stream.choice(able), mode, at + minutes * MINUTE)
