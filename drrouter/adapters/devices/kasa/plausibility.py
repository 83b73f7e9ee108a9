"""Turns a plug's answer into readings, in the units of either generation of firmware."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from drrouter.adapters.devices.gate import IDLE_W, PLUG_W, judged, number
from drrouter.domain.ids import DeviceId
from drrouter.domain.measurement import Quantity, Reading

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
    power_bounds = IDLE_W if on is False else PLUG_W
    for quantity, value in _values(meter):
        bounds = power_bounds if quantity is Quantity.POWER_W else None
        readings.append(judged(device_id, quantity, value, at, bounds))
    return tuple(readings)


def relay_state(sysinfo: Mapping[str, Any]) -> bool | None:
    """Whether the relay is closed, None where the plug does not say."""
    state = sysinfo.get("relay_state")
    return bool(state) if state in (0, 1) else None


def _values(meter: Mapping[str, Any]) -> Iterator[tuple[Quantity, float]]:
    """Each quantity that the meter states, in our units; NaN where its value is no number."""
    for quantity, plain, plain_factor, thousandth, thousandth_factor in _METERED:
        if plain in meter:
            yield quantity, number(meter[plain]) * plain_factor
        elif thousandth in meter:
            yield quantity, number(meter[thousandth]) * thousandth_factor
