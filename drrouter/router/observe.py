"""Reads what happens behind a bare plug from its readings: levels, cycles, cars; a pure step function.

A plug knows switch, power and energy. Everything else is concluded here, and said to be concluded:
a freezer's temperature follows from the energy it took and is corrected whenever its thermostat shows
itself; a cycle shows by its power (TR 102 935, 5.3.1: the router knows a device through its model).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from drrouter.domain.device import DeviceProfile, DeviceState, Presence
from drrouter.domain.flexibility import ProfileFlexibility, StorageFlexibility
from drrouter.domain.measurement import Quality, Quantity, Reading
from drrouter.domain.wish import RunningCycle

_LEVELS = {Quantity.TEMPERATURE_C, Quantity.LEVEL_WH}

WAKES_WITHIN = timedelta(minutes=10)
"""Interpretation: a compressor that starts later than this after it got power, its thermostat started."""

LONGEST_GAP = timedelta(minutes=15)
"""Interpretation: two readings this far apart still tell the mean power between them."""


class Happening(StrEnum):
    """What a reading revealed."""

    APPEARED = "appeared"
    CYCLE_BEGAN = "cycle_began"
    CYCLE_ENDED = "cycle_ended"
    CAR_ARRIVED = "car_arrived"
    CAR_DONE = "car_done"


@dataclass(frozen=True, slots=True)
class Watch:
    """Since when the power has been above the start threshold, or below the end threshold.

    Attributes:
        pressed_at: when somebody switched it on by hand; None where it is off, or the router did.
    """

    above_since: datetime | None = None
    below_since: datetime | None = None
    pressed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """The state after a set of readings, and what they revealed."""

    state: DeviceState
    watch: Watch
    happened: tuple[Happening, ...] = ()


def observe(
    profile: DeviceProfile, state: DeviceState, watch: Watch, readings: Sequence[Reading]
) -> Observation:
    """Take in the readings of one answer.

    Args:
        profile: the device, with its binding's thresholds.
        state: what was known before.
        watch: the timers of start and end.
        readings: of one instant; those that are not OK change nothing but show the device present.
    """
    if not readings:
        return Observation(state, watch)
    values = {reading.quantity: reading.value for reading in readings if reading.quality is Quality.OK}
    now = readings[0].at
    seen = _seen(state, values, now)
    if not values.keys() & _LEVELS:
        seen = replace(seen, level=_level(profile, state, seen))
    pressed_at = now if state.on is False and seen.on else watch.pressed_at if seen.on else None
    watch = replace(_timers(profile, watch, seen, now), pressed_at=pressed_at)
    after, happened = _conclude(profile, seen, watch, now)
    appeared = () if state.presence is Presence.PRESENT else (Happening.APPEARED,)
    return Observation(after, watch, (*appeared, *happened))


def _seen(state: DeviceState, values: dict[Quantity, float], now: datetime) -> DeviceState:
    """The measured part of the new state."""
    on = bool(values[Quantity.SWITCH]) if Quantity.SWITCH in values else state.on
    return replace(
        state,
        presence=Presence.PRESENT,
        on=on,
        changed_at=now if on != state.on else state.changed_at,
        power_w=values.get(Quantity.POWER_W, state.power_w),
        energy_wh=values.get(Quantity.ENERGY_WH, state.energy_wh),
        level=values.get(Quantity.TEMPERATURE_C, values.get(Quantity.LEVEL_WH, state.level)),
        seen_at=now,
    )


def _level(profile: DeviceProfile, before: DeviceState, seen: DeviceState) -> float | None:
    """The level where none is measured: shown by the thermostat, or carried forward by energy."""
    flexibility = profile.flexibility
    if not isinstance(flexibility, StorageFlexibility):
        return seen.level
    shown = _thermostat(profile, flexibility, before, seen)
    if shown is not None or seen.level is None or before.seen_at is None or seen.seen_at is None:
        return seen.level if shown is None else shown
    duration = seen.seen_at - before.seen_at
    hours = duration.total_seconds() / 3600
    mean_w = _energy_between(before, seen, hours) / hours if hours > 0 else 0.0
    running_w = max(mean_w - flexibility.idle_power_w, 0.0)
    level = flexibility.level_after(seen.level, running_w, duration)
    return min(level, flexibility.level_max) if not flexibility.runs_downwards else level


def _energy_between(before: DeviceState, seen: DeviceState, hours: float) -> float:
    """Energy in Wh since the last reading: from the counter, else from the mean of both powers.

    Over a long gap two powers say nothing, and nothing is counted: a freezer is then taken to be warmer.
    """
    if before.energy_wh is not None and seen.energy_wh is not None and seen.energy_wh >= before.energy_wh:
        return seen.energy_wh - before.energy_wh
    if before.power_w is None or seen.power_w is None or hours > LONGEST_GAP / timedelta(hours=1):
        return 0.0
    return hours * (before.power_w + seen.power_w) / 2


def _thermostat(
    profile: DeviceProfile, flexibility: StorageFlexibility, before: DeviceState, seen: DeviceState
) -> float | None:
    """The level at which the device's own thermostat just stopped or started it, if it did.

    Only a device that had power all the while shows its thermostat; one that got power since the last
    reading, or shortly before, starts because of that.
    """
    if profile.binding.thermostat is None or not (before.on and seen.on) or before.seen_at is None:
        return None
    if before.power_w is None or seen.power_w is None:
        return None
    powered_for = timedelta.max if seen.changed_at is None else before.seen_at - seen.changed_at
    stops_at, starts_at = profile.binding.thermostat
    high_w, low_w = 0.5 * flexibility.max_power_w, 0.2 * flexibility.max_power_w
    if before.power_w > high_w and seen.power_w < low_w:
        return stops_at if powered_for > timedelta(0) else None
    starts = before.power_w < low_w and seen.power_w > high_w
    return starts_at if starts and powered_for >= WAKES_WITHIN else None


def _timers(profile: DeviceProfile, watch: Watch, seen: DeviceState, now: datetime) -> Watch:
    """Start or keep the timer of the threshold that the power is beyond; stop the other."""
    power_w = seen.power_w or 0.0
    above = power_w > profile.binding.start_above_w
    below = power_w < profile.binding.end_below_w and seen.on is True
    return Watch((watch.above_since or now) if above else None, (watch.below_since or now) if below else None)


def _conclude(
    profile: DeviceProfile, seen: DeviceState, watch: Watch, now: datetime
) -> tuple[DeviceState, tuple[Happening, ...]]:
    """What the timers say about cycles and cars."""
    flexibility = profile.flexibility
    if isinstance(flexibility, ProfileFlexibility):
        return _cycle(profile, flexibility, seen, watch, now)
    if isinstance(flexibility, StorageFlexibility) and not flexibility.runs_downwards:
        return _car(profile, seen, watch, now)
    return seen, ()


def _cycle(
    profile: DeviceProfile, flexibility: ProfileFlexibility, seen: DeviceState, watch: Watch, now: datetime
) -> tuple[DeviceState, tuple[Happening, ...]]:
    """A cycle nobody told us of has begun, or the running one has ended.

    Interpretation: a machine that was started at its own buttons is taken to run its first programme. One
    that is neither idle nor at work long after its time is done.
    """
    binding = profile.binding
    if seen.running is None:
        if watch.above_since and now - watch.above_since >= binding.start_for:
            running = RunningCycle(profile.id, flexibility.programmes[0].id, watch.above_since)
            return replace(seen, running=running), (Happening.CYCLE_BEGAN,)
        return seen, ()
    programme = flexibility.programme(seen.running.programme_id) or flexibility.programmes[0]
    due = seen.running.started_at + programme.duration
    idle = watch.below_since is not None and now - watch.below_since >= binding.end_for
    over = now >= due + 2 * binding.end_for and seen.on is True and watch.above_since is None
    if (now >= due and idle) or over:
        return replace(seen, running=None), (Happening.CYCLE_ENDED,)
    return seen, ()


def _car(
    profile: DeviceProfile, seen: DeviceState, watch: Watch, now: datetime
) -> tuple[DeviceState, tuple[Happening, ...]]:
    """A car shows itself by drawing power, and that it is full or gone by not drawing although it may.

    Interpretation: behind a bare plug the level counts the energy since the car arrived.
    """
    binding = profile.binding
    if not seen.plugged and watch.above_since and now - watch.above_since >= binding.start_for:
        return replace(seen, plugged=True, level=0.0), (Happening.CAR_ARRIVED,)
    if seen.plugged and watch.below_since and now - watch.below_since >= binding.end_for:
        return replace(seen, plugged=False), (Happening.CAR_DONE,)
    return seen, ()
