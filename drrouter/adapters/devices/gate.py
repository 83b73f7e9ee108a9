"""The plausibility gate: a value that a device states and that cannot be is marked BAD (S9).

Metering plugs in the field have reported 14 kW spikes, tenfold values and the last power after switching off.
A BAD reading is kept, so that the history shows it, and used by nobody.
"""

import math
from collections.abc import Mapping
from datetime import datetime

from drrouter.domain.ids import DeviceId
from drrouter.domain.measurement import Quality, Quantity, Reading

Bounds = tuple[float, float]

PLUG_W: Bounds = (0.0, 16.0 * 250.0)
"""What a 16 A plug can carry at the upper end of the mains voltage."""

IDLE_W: Bounds = (0.0, 5.0)
"""More than this through an open relay contradicts itself."""

HOUSEHOLD: Mapping[Quantity, Bounds] = {
    Quantity.POWER_W: (-100_000.0, 100_000.0),
    Quantity.POWER_L1_W: (-40_000.0, 40_000.0),
    Quantity.POWER_L2_W: (-40_000.0, 40_000.0),
    Quantity.POWER_L3_W: (-40_000.0, 40_000.0),
    Quantity.ENERGY_WH: (0.0, 1e9),
    Quantity.EXPORTED_WH: (0.0, 1e9),
    Quantity.VOLTAGE_V: (80.0, 280.0),
    Quantity.TEMPERATURE_C: (-60.0, 150.0),
    Quantity.LEVEL_WH: (0.0, 1e6),
    Quantity.LEVEL_PERCENT: (0.0, 100.0),
    Quantity.SETPOINT_W: (-100_000.0, 100_000.0),
    Quantity.SWITCH: (0.0, 1.0),
    Quantity.PLUGGED: (0.0, 1.0),
    Quantity.ARMED: (0.0, 1.0),
    Quantity.MODE: (0.0, 100.0),
}
"""What a device of a household can state of each quantity."""


def number(value: object) -> float:
    """The value as a float; NaN where it is no number, or one that nothing at home reaches.

    >>> number(12), number("12"), number(True)
    (12.0, nan, nan)
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e12:
        return math.nan
    return float(value)


def number_in(text: object) -> float:
    """The number that a text spells, as devices send it that know only texts; NaN where it spells none.

    >>> number_in("71.5"), number_in(71.5), number_in("unavailable"), number_in("inf")
    (71.5, 71.5, nan, nan)
    """
    if not isinstance(text, str):
        return number(text)
    try:
        value = float(text[:64])
    except ValueError:
        return math.nan
    return number(value) if math.isfinite(value) else math.nan


def judged(
    device_id: DeviceId, quantity: Quantity, value: float, at: datetime, bounds: Bounds | None = None
) -> Reading:
    """The reading with its quality; the value of one that is no number is written as 0.

    Args:
        device_id: whose it is.
        quantity: what is measured.
        value: in the unit of the quantity.
        at: when it was measured.
        bounds: what this device can measure; None is what any household device can.
    """
    low, high = bounds or HOUSEHOLD[quantity]
    good = math.isfinite(value) and low <= value <= high
    written = value if math.isfinite(value) else 0.0
    return Reading(device_id, quantity, written, at, Quality.OK if good else Quality.BAD)
