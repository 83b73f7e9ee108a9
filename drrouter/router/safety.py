"""What no plan, order or person may break, read from the object model and the present state."""

from datetime import datetime, timedelta

from drrouter.domain.device import DeviceProfile, DeviceState
from drrouter.domain.flexibility import (
    EnvelopeFlexibility,
    ModesFlexibility,
    ProfileFlexibility,
    StorageFlexibility,
)
from drrouter.domain.said import said
from drrouter.router.kinds import Kind, gives_back, kind_of

GUARD_SHARE = 0.1
"""Interpretation: the guard acts this share of the allowed range before a freezer's bound."""

SLOW_START = timedelta(minutes=30)
"""Interpretation: a machine that draws a little for so long after being switched on begins no cycle."""


def nominal_w(profile: DeviceProfile) -> float:
    """The most that the device draws, in W; nothing where it only gives."""
    match profile.flexibility:
        case ProfileFlexibility(programmes):
            return max(phase.power_w for programme in programmes for phase in programme.phases)
        case ModesFlexibility(modes):
            return max(mode.power_w for mode in modes)
        case EnvelopeFlexibility() | None:
            return 0.0
        case flexibility:
            return flexibility.max_power_w


def lowest_w(profile: DeviceProfile) -> float:
    """The least that the device can be told, in W: negative where it gives and its owner lets it."""
    if isinstance(profile.flexibility, EnvelopeFlexibility):
        return -profile.flexibility.rated_power_w
    discharge = gives_back(profile)
    return -discharge.max_power_w if discharge else 0.0


def must_run(profile: DeviceProfile, state: DeviceState) -> str:
    """Why the device must have power now, empty where it need not.

    A cycle that has begun is never cut (A6), nor a machine that draws as if one had. A cooling store near
    its warm bound is let cool, whatever is ordered (A5), and a heated one near its cold bound is let heat. A
    car or a battery has no bound that safety must defend.
    """
    if state.running:
        return said("device.cycle_runs")
    flexibility = profile.flexibility
    if isinstance(flexibility, ProfileFlexibility):
        return _as_if_running(profile, state)
    if isinstance(flexibility, StorageFlexibility) and kind_of(profile) in (Kind.COLD, Kind.WARM):
        return _near_bound(flexibility, state)
    return ""


def may_begin(profile: DeviceProfile, state: DeviceState, pressed_at: datetime | None, now: datetime) -> str:
    """Why a machine that somebody has just switched on by hand keeps its power, empty where it need not.

    An armed machine begins with the power, and many draw next to nothing while water comes in. It is left on
    until it is seen idle for as long as the end of a cycle takes to show, or a cycle shows.
    """
    if not isinstance(profile.flexibility, ProfileFlexibility) or state.running or pressed_at is None:
        return ""
    draws = (state.power_w or 0.0) >= profile.binding.end_below_w
    if now - pressed_at < (SLOW_START if draws else profile.binding.end_for):
        return said("safe.switched_on")
    return ""


def _as_if_running(profile: DeviceProfile, state: DeviceState) -> str:
    """Somebody may just have started it at its own buttons."""
    if state.on is not False and (state.power_w or 0.0) > profile.binding.start_above_w:
        return said("safe.draws", power_w=state.power_w or 0.0)
    return ""


def _near_bound(store: StorageFlexibility, state: DeviceState) -> str:
    """A freezer without a known temperature keeps its power: unknown is not safe.

    Interpretation: a room or a tank of unknown warmth may be held off, for that is comfort.
    """
    if state.level is None:
        return said("safe.unknown") if store.runs_downwards else ""
    margin = GUARD_SHARE * (store.level_max - store.level_min)
    bound = store.level_max if store.runs_downwards else store.level_min
    if state.level >= bound - margin if store.runs_downwards else state.level <= bound + margin:
        return said("safe.near_bound", level=state.level, unit=store.unit, bound=bound)
    return ""


def left(store: StorageFlexibility, level: float) -> float:
    """How far it is from the bound towards which it drifts while off, as a share of its range."""
    span = store.level_max - store.level_min
    return (store.level_max - level if store.runs_downwards else level - store.level_min) / span


def running_peak_w(
    profile: DeviceProfile, state: DeviceState, now: datetime, ahead: timedelta
) -> float | None:
    """The highest power, in W, of the running cycle from now to ``ahead``; None where none runs."""
    flexibility, running = profile.flexibility, state.running
    if running is None or not isinstance(flexibility, ProfileFlexibility):
        return None
    programme = flexibility.programme(running.programme_id) or flexibility.programmes[0]
    elapsed = now - running.started_at
    return programme.peak_between(elapsed, elapsed + ahead)
