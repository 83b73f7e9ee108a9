"""Makes an appliance from what an object model says of it, so that a new model runs here by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from drrouter.domain.flexibility import (
    DemandFlexibility,
    PlannedFlexibility,
    ProfileFlexibility,
    StorageFlexibility,
)
from drrouter.errors import MessageError
from drrouter.objectmodel import UNITS
from drrouter.sim.appliances.appliance import Appliance
from drrouter.sim.appliances.car import Car
from drrouter.sim.appliances.cycle import CycleMachine
from drrouter.sim.appliances.thermal import Body, Freezer, Hvac, Thermostat

WATT_HOURS = UNITS["watt_hours"]
KITCHEN_C = 21.0
HYSTERESIS_C = 1.5
SMALLEST_PULL_C = 0.1


@dataclass(frozen=True, slots=True)
class Room:
    """The room behind an HVAC relay, of which an object model knows nothing.

    Attributes:
        target_c: what people set.
        outside_c: what the room drifts towards, sun and people included: one value, or 24 by the hour in UTC.
        tau: how slowly the room follows the outside.
        tolerance_c: more than this beside the target is uncomfortable.
    """

    target_c: float = 23.0
    outside_c: tuple[float, ...] = (31.0,)
    tau: timedelta = timedelta(hours=10)
    tolerance_c: float = 2.0
    hysteresis_c: float = 0.6


def appliance_for(
    flexibility: PlannedFlexibility | None,
    start: datetime,
    *,
    level: float | None = None,
    thermostat: tuple[float, float] | None = None,
    room: Room | None = None,
    resumes: bool = False,
    supplied: bool = False,
) -> Appliance:
    """The appliance that behaves as the flexibility says.

    Args:
        flexibility: what the object model states.
        start: the first instant.
        level: temperature of a freezer or room, in degrees C; charge of a car, in Wh, None while it is away.
        thermostat: where a freezer's own control stops and starts, None for around its target.
        room: behind an HVAC relay.
        resumes: whether a machine goes on after a power cut.
        supplied: whether the plug gives power from the beginning.
    """
    if isinstance(flexibility, ProfileFlexibility):
        return CycleMachine(start, flexibility.programmes, resumes=resumes, supplied=supplied)
    if isinstance(flexibility, DemandFlexibility):
        return _hvac(flexibility, start, room or Room(), level, supplied)
    if not isinstance(flexibility, StorageFlexibility):
        raise MessageError("simulated home", "model", "there is no twin of this kind yet")
    if flexibility.unit == WATT_HOURS:
        return Car(
            start,
            full_wh=flexibility.level_target,
            charge_w=flexibility.max_power_w,
            efficiency=flexibility.level_per_wh,
            level_wh=level or 0.0,
            plugged=level is not None,
            supplied=supplied,
        )
    return _thermal_storage(flexibility, start, thermostat, level, supplied)


def _thermal_storage(
    storage: StorageFlexibility,
    start: datetime,
    thermostat: tuple[float, float] | None,
    level: float | None,
    supplied: bool,
) -> Freezer:
    """A freezer: warms towards the kitchen at the stated rate around its target."""
    target = storage.level_target
    tau = timedelta(hours=(KITCHEN_C - target) / storage.drift_per_h)
    rate = storage.level_per_wh * storage.max_power_w
    body = Body(
        tau,
        rate,
        storage.max_power_w,
        storage.level_min,
        storage.level_max,
        storage.idle_power_w,
        storage.min_off,
    )
    stops, starts = thermostat or normal_thermostat(storage)
    at = target if level is None else level
    return Freezer(start, body, Thermostat(stops, starts), at, (KITCHEN_C,), supplied=supplied)


def normal_thermostat(storage: StorageFlexibility) -> tuple[float, float]:
    """Where the thermostat stops and starts when it is set to the target: equally far on either side."""
    half = HYSTERESIS_C / 2 if storage.runs_downwards else -HYSTERESIS_C / 2
    return storage.level_target - half, storage.level_target + half


def _hvac(
    demand: DemandFlexibility, start: datetime, room: Room, level: float | None, supplied: bool
) -> Hvac:
    """Strong enough that at the mean of the outside temperatures it runs the share of time that is stated."""
    pull = _mean(room.outside_c) - room.target_c or SMALLEST_PULL_C
    share = max(demand.power_w / demand.max_power_w, 0.05)
    rate = -pull / (room.tau / timedelta(hours=1)) / share
    half = room.hysteresis_c / 2 * (1 if rate < 0 else -1)
    body = Body(
        room.tau,
        rate,
        demand.max_power_w,
        room.target_c - room.tolerance_c,
        room.target_c + room.tolerance_c,
    )
    thermostat = Thermostat(room.target_c - half, room.target_c + half)
    at = room.target_c if level is None else level
    return Hvac(start, body, thermostat, at, room.outside_c, supplied=supplied)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
