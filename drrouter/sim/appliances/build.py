"""Makes an appliance from what an object model says of it, so that a new model runs here by itself."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from drrouter.domain.flexibility import (
    DemandFlexibility,
    EnvelopeFlexibility,
    ModesFlexibility,
    PlannedFlexibility,
    ProfileFlexibility,
    StorageFlexibility,
)
from drrouter.sim.appliances.appliance import NEVER, Appliance
from drrouter.sim.appliances.battery import Battery
from drrouter.sim.appliances.car import Car
from drrouter.sim.appliances.cycle import CycleMachine
from drrouter.sim.appliances.inverter import Inverter
from drrouter.sim.appliances.mode_machine import ModeMachine
from drrouter.sim.appliances.still import Still
from drrouter.sim.appliances.thermal import Body, Freezer, Hvac, Tank, Thermostat

KITCHEN_C = 21.0
HYSTERESIS_C = 1.5
SMALLEST_PULL_C = 0.1
NEAREST_C = 15.0
"""Surroundings of which a model says nothing are so far from its target at least."""


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
    match flexibility:
        case ProfileFlexibility(programmes):
            return CycleMachine(start, programmes, resumes=resumes, supplied=supplied)
        case DemandFlexibility():
            return _hvac(flexibility, start, room or Room(), level, supplied)
        case ModesFlexibility():
            return ModeMachine(start, flexibility)
        case EnvelopeFlexibility():
            return Inverter(start, flexibility)
        case StorageFlexibility(unit="Wh"):
            return _battery(flexibility, start, level, supplied)
        case StorageFlexibility():
            return _thermal_storage(flexibility, start, thermostat, level, supplied)
        case None:
            return Still(start, supplied=supplied)


def _battery(
    storage: StorageFlexibility, start: datetime, level: float | None, supplied: bool
) -> Battery | Car:
    """A battery that gives as well, or a car, which comes and goes and only takes."""
    if storage.discharge:
        return Battery(start, storage, storage.level_min if level is None else level)
    return Car(
        start,
        full_wh=storage.level_target,
        charge_w=storage.max_power_w,
        least_w=storage.min_power_w,
        efficiency=storage.level_per_wh,
        level_wh=level or 0.0,
        plugged=level is not None,
        supplied=supplied,
    )


def _surroundings(storage: StorageFlexibility) -> tuple[float, timedelta]:
    """Where the temperature drifts to, and how slowly.

    A model with its loss states both. Of one with a steady drift it is only known how fast it drifts at its
    target: a freezer warms towards the kitchen, a tank cools towards it, a room towards somewhere far off.
    """
    target, drift = storage.level_target, storage.drift_per_h
    if storage.loss_per_h:
        return storage.ambient + drift / storage.loss_per_h, timedelta(hours=1 / storage.loss_per_h)
    if not drift:
        return target, NEVER
    away = KITCHEN_C - target
    if away * drift <= 0 or abs(away) < NEAREST_C:
        away = math.copysign(NEAREST_C, drift)
    return target + away, timedelta(hours=away / drift)


def _thermal_storage(
    storage: StorageFlexibility,
    start: datetime,
    thermostat: tuple[float, float] | None,
    level: float | None,
    supplied: bool,
) -> Freezer | Tank:
    """A freezer, a tank or a room that is stored in: drifts at the stated rate around its target."""
    target = storage.level_target
    outside, tau = _surroundings(storage)
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
    kind = Freezer if storage.runs_downwards else Tank
    return kind(start, body, Thermostat(stops, starts), at, (outside,), supplied=supplied)


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
