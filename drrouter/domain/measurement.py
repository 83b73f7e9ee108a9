"""Readings of devices, each with its age and how far it can be trusted."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from drrouter.domain.ids import DeviceId


class Quantity(StrEnum):
    """What is measured; the unit belongs to the quantity."""

    POWER_W = "power_w"
    ENERGY_WH = "energy_wh"
    VOLTAGE_V = "voltage_v"
    TEMPERATURE_C = "temperature_c"
    LEVEL_WH = "level_wh"
    SWITCH = "switch"
    PLUGGED = "plugged"


class Quality(StrEnum):
    """How far a value can be trusted: DATA_QUALITY of OpenADR 3.1."""

    OK = "OK"
    MISSING = "MISSING"
    ESTIMATED = "ESTIMATED"
    BAD = "BAD"


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of one device at one instant."""

    device_id: DeviceId
    quantity: Quantity
    value: float
    at: datetime
    quality: Quality = Quality.OK
