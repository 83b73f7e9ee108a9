"""What no plan, order or person may break, read from the object model and the present state."""

from datetime import datetime, timedelta

from drrouter.domain.device import DeviceProfile, DeviceState
from drrouter.domain.flexibility import (
    DemandFlexibility,
    ModesFlexibility,
    ProfileFlexibility,
    StorageFlexibility,
)

GUARD_SHARE = 0.1
"""Interpretation: the guard acts this share of the allowed range before a freezer's bound."""

SLOW_START = timedelta(minutes=30)
"""Interpretation: a machine that draws a little for so long after being switched on begins no cycle."""


def is_steered(profile: DeviceProfile) -> bool:
    """Whether the router tells the device what to do; any other is left to itself and only watched."""
    return isinstance(profile.flexibility, ProfileFlexibility | StorageFlexibility | DemandFlexibility)


def nominal_w(profile: DeviceProfile) -> float:
    """The most that the device draws, in W."""
    match profile.flexibility:
        case ProfileFlexibility(programmes):
            return max(phase.power_w for programme in programmes for phase in programme.phases)
        case StorageFlexibility() | DemandFlexibility() as load:
            return load.max_power_w
        case ModesFlexibility(modes):
            return max(mode.power_w for mode in modes)
        case _:
            return 0.0


def must_run(profile: DeviceProfile, state: DeviceState) -> str:
    """Why the device must have power now, empty where it need not.

    A cycle that has begun is never cut (A6), nor a machine that draws as if one had. A cooling store near
    its warm bound is let cool, whatever is ordered (A5). A store that power *fills* (a car) has no bound
    that safety must defend.
    """
    if state.running:
        return "its cycle is running"
    flexibility = profile.flexibility
    if isinstance(flexibility, ProfileFlexibility):
        return _as_if_running(profile, state)
    if isinstance(flexibility, StorageFlexibility) and flexibility.runs_downwards:
        return _near_warm_bound(flexibility, state)
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
        return "somebody switched it on, and a cycle may begin"
    return ""


def _as_if_running(profile: DeviceProfile, state: DeviceState) -> str:
    """Somebody may just have started it at its own buttons."""
    if state.on is not False and (state.power_w or 0.0) > profile.binding.start_above_w:
        return f"it draws {state.power_w:.0f} W, so a cycle may have begun"
    return ""


def _near_warm_bound(flexibility: StorageFlexibility, state: DeviceState) -> str:
    """A freezer without a known temperature keeps its power: unknown is not safe."""
    if state.level is None:
        return "its temperature is not known yet"
    span = flexibility.level_max - flexibility.level_min
    if state.level >= flexibility.level_max - GUARD_SHARE * span:
        return f"{state.level:.1f} {flexibility.unit} is near its bound of {flexibility.level_max:.1f}"
    return ""


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
