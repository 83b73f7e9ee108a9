"""Tells what kind of thing a device is to whoever steers it, from its object model and its class."""

from enum import StrEnum

from drrouter.domain.device import DeviceClass, DeviceProfile, DeviceState
from drrouter.domain.flexibility import (
    Consent,
    DemandFlexibility,
    Discharge,
    EnvelopeFlexibility,
    ModesFlexibility,
    ProfileFlexibility,
    StorageFlexibility,
)
from drrouter.router.levers import Lever, lever_of


class Kind(StrEnum):
    """How a device is steered.

    ``cold`` and ``warm`` are stores whose level moves by itself: power lowers that of a freezer and raises
    that of a tank or a room. ``watched`` is what only reports: a meter.
    """

    MACHINE = "machine"
    COLD = "cold"
    WARM = "warm"
    CAR = "car"
    BATTERY = "battery"
    LOAD = "load"
    SUN = "sun"
    MODES = "modes"
    WATCHED = "watched"


def kind_of(profile: DeviceProfile) -> Kind:
    """What the device is.

    Interpretation: a store that power fills and that keeps what it has is a car, unless its class says that
    it is a home battery.
    """
    match profile.flexibility:
        case ProfileFlexibility():
            return Kind.MACHINE
        case DemandFlexibility():
            return Kind.LOAD
        case EnvelopeFlexibility():
            return Kind.SUN
        case ModesFlexibility():
            return Kind.MODES
        case StorageFlexibility() as store:
            return _kind_of_store(profile.device_class, store)
        case None:
            return Kind.WATCHED


def _kind_of_store(device_class: DeviceClass, store: StorageFlexibility) -> Kind:
    """A freezer, a tank, a car or a battery."""
    if device_class is DeviceClass.BATTERY:
        return Kind.BATTERY
    if store.runs_downwards:
        return Kind.COLD
    return Kind.WARM if store.moves_alone and device_class is not DeviceClass.EV_CHARGER else Kind.CAR


def gives_back(profile: DeviceProfile) -> Discharge | None:
    """What it may give back: a home battery by its nature, a car only where its driver agreed (A8).

    Interpretation: nobody is asked at each arrival yet, so what asks for that does not give.
    """
    store = profile.flexibility
    if not isinstance(store, StorageFlexibility) or store.discharge is None:
        return None
    consent = store.discharge.consent
    agreed = consent is Consent.NONE or (consent is Consent.ONCE and profile.may_discharge)
    return store.discharge if agreed else None


def is_steered(profile: DeviceProfile, state: DeviceState) -> bool:
    """Whether the router tells the device what to do; any other is left to itself and only watched.

    A battery and an inverter are steered by their set-point alone, and a device with modes by its mode: a
    switch would only cut them off.
    """
    match kind_of(profile):
        case Kind.WATCHED:
            return False
        case Kind.SUN | Kind.BATTERY:
            return lever_of(state) is Lever.POWER
        case Kind.MODES:
            return lever_of(state) is Lever.MODE
        case _:
            return True
