"""The house behind a home file: for each device what its object model says, and a room where it needs one."""

import math
from datetime import date, timedelta

from drrouter.config import HomeConfig
from drrouter.domain.device import DeviceProfile
from drrouter.domain.flexibility import DemandFlexibility, StorageFlexibility
from drrouter.sim.appliances.build import Room
from drrouter.sim.house import ApplianceSpec, BaseSpec, HouseSpec

NOISE = 0.15
"""By how much of its mean the base load of a quarter of an hour differs from what the home file says."""

WARM_MONTHS = range(5, 10)


def house_of_home(home: HomeConfig, day: date, seed: int) -> HouseSpec:
    """The house as it stands at the beginning of the day: freezers cold, cars away, machines empty.

    Args:
        home: its devices and base load.
        day: the season decides whether a relay behind which a room lies cools or heats.
        seed: of the base load's noise.
    """
    appliances = tuple(_appliance(profile, day) for profile in home.profiles)
    return HouseSpec(appliances, BaseSpec(home.base_load_w, home.zone, NOISE, seed))


def _appliance(profile: DeviceProfile, day: date) -> ApplianceSpec:
    """The twin of one device."""
    flexibility = profile.flexibility
    cools = isinstance(flexibility, StorageFlexibility) and flexibility.runs_downwards
    return ApplianceSpec(
        profile.id,
        flexibility,
        level=flexibility.level_target if cools and isinstance(flexibility, StorageFlexibility) else None,
        thermostat=profile.binding.thermostat,
        room=_room(day) if isinstance(flexibility, DemandFlexibility) else None,
    )


def _room(day: date) -> Room:
    """A room to be cooled in the warm months and heated in the others, on a usual day of the season."""
    if day.month in WARM_MONTHS:
        return Room(23.0, _hours(29.0, 6.0), timedelta(hours=10))
    return Room(20.5, _hours(8.0, 4.0), timedelta(hours=20))


def _hours(mean_c: float, swing_c: float) -> tuple[float, ...]:
    """Outside temperatures by the hour in UTC, warmest in the afternoon."""
    return tuple(round(mean_c + swing_c * math.cos(2 * math.pi * (hour - 14) / 24), 2) for hour in range(24))
