"""Reads what happens at a device from its readings: levels, cycles, cars; a pure step function.

What a device tells is taken as it is told. A plug knows switch, power and energy alone: everything else is
concluded here, and said to be concluded: a freezer's temperature follows from the energy it took and is
corrected whenever its thermostat shows itself; a cycle shows by its power (TR 102 935, 5.3.1: the router
knows a device through its model).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from drrouter.domain.device import DeviceProfile, DeviceState, Presence
from drrouter.domain.flexibility import Line, ModesFlexibility, ProfileFlexibility, StorageFlexibility
from drrouter.domain.measurement import Quality, Quantity, Reading
from drrouter.domain.wish import RunningCycle
from drrouter.router.kinds import Kind, kind_of

_LEVELS = frozenset({Quantity.TEMPERATURE_C, Quantity.LEVEL_WH, Quantity.LEVEL_PERCENT})
_ALL = frozenset(Quantity)

MOST_FLIPS, FLUTTER = 8, timedelta(minutes=5)
"""Interpretation: a plug that changes this often within this time has a loose contact."""

LEVEL_HOLDS = timedelta(minutes=30)
"""Interpretation: a temperature that is not told again for so long is reckoned on, lest food spoil behind a
thermometer that has fallen silent."""

_LINES = {
    Quantity.POWER_L1_W: Line.L1,
    Quantity.POWER_L2_W: Line.L2,
    Quantity.POWER_L3_W: Line.L3,
}

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
    FLUTTERS = "flutters"
    CAR_DONE = "car_done"
    ARMED = "armed"
    DISARMED = "disarmed"


@dataclass(frozen=True, slots=True)
class Watch:
    """Since when the power has been above the start threshold, or below the end threshold.

    Attributes:
        pressed_at: when somebody switched it on by hand; None where it is off, or the router did.
        told: everything that the device has ever measured itself, and nobody need conclude.
        level_at: when it told its level last.
        is_plugged: what its charging point told last of a car, believed or not; None where it never did.
        flips: when that changed, the last few times.
    """

    above_since: datetime | None = None
    below_since: datetime | None = None
    pressed_at: datetime | None = None
    told: frozenset[Quantity] = frozenset()
    level_at: datetime | None = None
    is_plugged: bool | None = None
    flips: tuple[datetime, ...] = ()


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
    ours = _tellable(profile)
    good = [reading for reading in readings if reading.quality is Quality.OK and reading.quantity in ours]
    values = {reading.quantity: reading.value for reading in good}
    now = readings[0].at
    level_at = now if values.keys() & _LEVELS else watch.level_at
    told, before = watch.told | values.keys(), state
    if level_at and _has_lapsed(profile, now - level_at):
        before = replace(state, seen_at=level_at) if told & _LEVELS else state
        told -= _LEVELS
    seen = _seen(profile, state, values, now, tells_switch=Quantity.SWITCH in told)
    if not told & _LEVELS:
        seen = replace(seen, level=_level(profile, before, seen))
    pressed_at = now if state.on is False and seen.on else watch.pressed_at if seen.on else None
    timers = _timers(profile, watch, seen, now)
    watch = replace(
        timers,
        pressed_at=pressed_at,
        told=told,
        level_at=level_at,
        is_plugged=watch.is_plugged,
        flips=watch.flips,
    )
    flutters: tuple[Happening, ...] = ()
    if Quantity.PLUGGED in values:
        watch, steady = _flipped(watch, now, plugged=bool(values[Quantity.PLUGGED])), watch
        flutters = (Happening.FLUTTERS,) * (_flutters(watch, now) and not _flutters(steady, now))
    if watch.is_plugged is not None and kind_of(profile) is Kind.CAR:
        after, happened = _plugged(seen, watch, now)
        after = _full(profile, after, watch, now)
    else:
        after, happened = _conclude(profile, seen, watch, now)
    appeared = () if state.presence is Presence.PRESENT else (Happening.APPEARED,)
    return Observation(after, watch, (*appeared, *_button(state, after), *flutters, *happened))


def _button(before: DeviceState, after: DeviceState) -> tuple[Happening, ...]:
    """Somebody pressed Remote Start on a machine, or it was lost, as by an open door."""
    if after.armed is None or after.armed == before.armed:
        return ()
    return (Happening.ARMED if after.armed else Happening.DISARMED,)


def _tellable(profile: DeviceProfile) -> frozenset[Quantity]:
    """What means something of this device: a battery's temperature is no level, nor is a freezer's charge."""
    store = profile.flexibility
    if not isinstance(store, StorageFlexibility):
        return _ALL
    if kind_of(profile) in (Kind.CAR, Kind.BATTERY):
        levels = {Quantity.LEVEL_WH, Quantity.LEVEL_PERCENT}
    else:
        levels = {Quantity.LEVEL_PERCENT if store.unit == "percent" else Quantity.TEMPERATURE_C}
    return _ALL - _LEVELS | levels


def _has_lapsed(profile: DeviceProfile, age: timedelta) -> bool:
    """Whether a level that was told so long ago says nothing any more: what moves by itself has moved."""
    return kind_of(profile) in (Kind.COLD, Kind.WARM) and age > LEVEL_HOLDS


def _seen(
    profile: DeviceProfile,
    state: DeviceState,
    values: dict[Quantity, float],
    now: datetime,
    *,
    tells_switch: bool,
) -> DeviceState:
    """The measured part of the new state."""
    lines = {_LINES[quantity]: watts for quantity, watts in values.items() if quantity in _LINES}
    told = replace(
        state,
        presence=Presence.PRESENT,
        power_w=values.get(Quantity.POWER_W, sum(lines.values()) if lines else state.power_w),
        line_w=tuple(sorted(lines.items())) if lines else state.line_w,
        energy_wh=values.get(Quantity.ENERGY_WH, state.energy_wh),
        exported_wh=values.get(Quantity.EXPORTED_WH, state.exported_wh),
        setpoint_w=values.get(Quantity.SETPOINT_W, state.setpoint_w),
        mode=_mode(profile, values, state),
        armed=bool(values[Quantity.ARMED]) if Quantity.ARMED in values else state.armed,
        level=_told_level(profile, values, state),
        seen_at=now,
    )
    on = state.on if tells_switch else works(profile, told)
    if Quantity.SWITCH in values:
        on = bool(values[Quantity.SWITCH])
    told = replace(told, mode_since=now if told.mode != state.mode else state.mode_since)
    return replace(told, on=on, changed_at=now if on != state.on else state.changed_at)


def _mode(profile: DeviceProfile, values: dict[Quantity, float], state: DeviceState) -> int | None:
    """The number of the mode told; one that the object model does not have counts as none."""
    flexibility = profile.flexibility
    if Quantity.MODE not in values or not isinstance(flexibility, ModesFlexibility):
        return state.mode
    mode = int(values[Quantity.MODE])
    return mode if 0 <= mode < len(flexibility.modes) else None


def _told_level(profile: DeviceProfile, values: dict[Quantity, float], state: DeviceState) -> float | None:
    """The level that was told, a percentage as that share of the fullest; else the one known before."""
    flexibility = profile.flexibility
    if Quantity.LEVEL_PERCENT in values and isinstance(flexibility, StorageFlexibility):
        percent = values[Quantity.LEVEL_PERCENT]
        if flexibility.unit == "percent":
            return percent
        if kind_of(profile) in (Kind.CAR, Kind.BATTERY):
            return percent / 100 * flexibility.level_max
    return values.get(Quantity.TEMPERATURE_C, values.get(Quantity.LEVEL_WH, state.level))


def works(profile: DeviceProfile, state: DeviceState) -> bool | None:
    """Whether a device that tells no switch may use power, by its set-point or mode."""
    if state.setpoint_w is not None:
        return state.setpoint_w != 0
    if state.mode is not None and isinstance(profile.flexibility, ModesFlexibility):
        return profile.flexibility.modes[state.mode].power_w > 0
    return state.on


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
    return level if kind_of(profile) is Kind.COLD else min(level, flexibility.level_max)


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
    if kind_of(profile) is Kind.CAR:
        return _car(profile, seen, watch, now)
    return seen, ()


def _flipped(watch: Watch, now: datetime, *, plugged: bool) -> Watch:
    """Remember what a charging point tells of a car, and when that changed."""
    if plugged == watch.is_plugged:
        return watch
    changed = watch.is_plugged is not None
    return replace(
        watch, is_plugged=plugged, flips=(*watch.flips, now)[-MOST_FLIPS:] if changed else watch.flips
    )


def _flutters(watch: Watch, now: datetime) -> bool:
    """Whether the car seems to come and go faster than anybody plugs it, as by a loose contact."""
    return len(watch.flips) == MOST_FLIPS and now - watch.flips[0] < FLUTTER


def _plugged(seen: DeviceState, watch: Watch, now: datetime) -> tuple[DeviceState, tuple[Happening, ...]]:
    """A charging point that tells whether a car is there; what flutters is believed once it rests.

    Interpretation: where no level is told, it counts the energy since the car arrived.
    """
    if watch.is_plugged == seen.plugged or _flutters(watch, now):
        return seen, ()
    if not watch.is_plugged:
        return replace(seen, plugged=False), (Happening.CAR_DONE,)
    level = seen.level if watch.told & _LEVELS else 0.0
    return replace(seen, plugged=True, level=level), (Happening.CAR_ARRIVED,)


def counts(profile: DeviceProfile, seen: DeviceState, watch: Watch) -> bool:
    """Whether the level of a car is the energy since it arrived, for nobody tells what the car holds."""
    flexibility = profile.flexibility
    if not isinstance(flexibility, StorageFlexibility) or kind_of(profile) is not Kind.CAR:
        return False
    return not watch.told & _LEVELS and (seen.level or 0.0) < flexibility.level_max


def _full(profile: DeviceProfile, seen: DeviceState, watch: Watch, now: datetime) -> DeviceState:
    """A car that is there, may charge and takes nothing for a while is full, as far as one sees."""
    flexibility = profile.flexibility
    if not isinstance(flexibility, StorageFlexibility) or not seen.plugged or watch.told & _LEVELS:
        return seen
    idle = watch.below_since is not None and now - watch.below_since >= profile.binding.end_for
    allowed = seen.setpoint_w is None or seen.setpoint_w >= max(flexibility.min_power_w, 1.0)
    return replace(seen, level=flexibility.level_max) if idle and allowed else seen


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
    if Quantity.PLUGGED in watch.told:
        return _full(profile, seen, watch, now), ()
    if not seen.plugged and watch.above_since and now - watch.above_since >= binding.start_for:
        return replace(seen, plugged=True, level=0.0), (Happening.CAR_ARRIVED,)
    if seen.plugged and watch.below_since and now - watch.below_since >= binding.end_for:
        return replace(seen, plugged=False), (Happening.CAR_DONE,)
    return seen, ()
