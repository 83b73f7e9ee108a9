"""Readings of devices, each with its age and how far it can be trusted."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from drrouter.domain.ids import DeviceId


class Quantity(StrEnum):
    """What is measured; the unit belongs to the quantity. Consumption is positive, what is given negative.

    POWER_W is the whole of a device, or of the home where the device is its meter; POWER_L1_W and so on
    are those of one line. ENERGY_WH counts what was taken, EXPORTED_WH what was given, both since whenever.
    SETPOINT_W is what the device says it was told last, MODE the number of its mode in its object model,
    ARMED whether a person has allowed the router to start it (remote start).
    """

    POWER_W = "power_w"
    POWER_L1_W = "power_l1_w"
    POWER_L2_W = "power_l2_w"
    POWER_L3_W = "power_l3_w"
    ENERGY_WH = "energy_wh"
    EXPORTED_WH = "exported_wh"
    VOLTAGE_V = "voltage_v"
    TEMPERATURE_C = "temperature_c"
    LEVEL_WH = "level_wh"
    LEVEL_PERCENT = "level_percent"
    SWITCH = "switch"
    SETPOINT_W = "setpoint_w"
    MODE = "mode"
    PLUGGED = "plugged"
    ARMED = "armed"


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
