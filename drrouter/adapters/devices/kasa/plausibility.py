"""Turns a plug's answer into readings, and marks as BAD what a household plug cannot measure.

Metering plugs in the field have reported 14 kW spikes, tenfold values and the last power after switching off.
A BAD reading is kept, so that the history shows it, and used by nobody.
"""

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from drrouter.domain.ids import DeviceId
from drrouter.domain.measurement import Quality, Quantity, Reading

MAX_POWER_W = 16.0 * 250.0
"""What a 16 A plug can carry at the upper end of the mains voltage."""
MAX_IDLE_W = 5.0
"""More than this through an open relay contradicts itself."""
VOLTAGE_V = (80.0, 280.0)
MAX_ENERGY_WH = 1e9

# quantity, name in plain units, factor to ours, name in the units of newer firmware, factor to ours
_METERED = (
    (Quantity.POWER_W, "power", 1.0, "power_mw", 0.001),
    (Quantity.ENERGY_WH, "total", 1000.0, "total_wh", 1.0),
    (Quantity.VOLTAGE_V, "voltage", 1.0, "voltage_mv", 0.001),
)


def readings_of(
    device_id: DeviceId, sysinfo: Mapping[str, Any], meter: Mapping[str, Any], at: datetime
) -> tuple[Reading, ...]:
    """All that one answer says; a quantity that the plug does not state is left out."""
    on = relay_state(sysinfo)
    readings = []
    if on is not None:
        readings.append(Reading(device_id, Quantity.SWITCH, float(on), at))
    for quantity, value in _values(meter):
        readings.append(_judged(device_id, quantity, value, at, on))
    return tuple(readings)


def relay_state(sysinfo: Mapping[str, Any]) -> bool | None:
    """Whether the relay is closed, None where the plug does not say."""
    state = sysinfo.get("relay_state")
    return bool(state) if state in (0, 1) else None


def _values(meter: Mapping[str, Any]) -> Iterator[tuple[Quantity, float]]:
    """Each quantity that the meter states, in our units; NaN where its value is no number."""
    for quantity, plain, plain_factor, thousandth, thousandth_factor in _METERED:
        if plain in meter:
            yield quantity, _number(meter[plain]) * plain_factor
        elif thousandth in meter:
            yield quantity, _number(meter[thousandth]) * thousandth_factor


def _number(value: object) -> float:
    """The value as a float, NaN where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e12:
        return math.nan
    return float(value)


def _judged(device_id: DeviceId, quantity: Quantity, value: float, at: datetime, on: bool | None) -> Reading:
    """The reading with its quality; the value of one that is no number is written as 0."""
    good = math.isfinite(value) and _plausible(quantity, value, on)
    return Reading(
        device_id, quantity, value if math.isfinite(value) else 0.0, at, Quality.OK if good else Quality.BAD
    )


def _plausible(quantity: Quantity, value: float, on: bool | None) -> bool:
    """Whether a plug in a home can have measured this."""
    if quantity is Quantity.POWER_W:
        return 0.0 <= value <= (MAX_IDLE_W if on is False else MAX_POWER_W)
    if quantity is Quantity.ENERGY_WH:
        return 0.0 <= value <= MAX_ENERGY_WH
    return VOLTAGE_V[0] <= value <= VOLTAGE_V[1]
