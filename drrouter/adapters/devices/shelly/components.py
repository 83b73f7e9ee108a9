"""The parts of a Shelly that are devices to us, and what their status says in our quantities.

switch:0   a relay, often metered      output, apower, voltage, aenergy
pm1:0      a meter of one line         apower, voltage, aenergy, ret_aenergy
em1:0      likewise, with em1data:0    act_power, voltage; total_act_energy, total_act_ret_energy
em:0       of three, with emdata:0     a_act_power ... total_act_power; total_act, total_act_ret

Source: Shelly Gen2+ API, components Switch, PM1, EM1, EM1Data, EM and EMData.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from drrouter.adapters.devices.gate import IDLE_W, PLUG_W, Bounds, judged, number
from drrouter.domain.ids import DeviceId
from drrouter.domain.measurement import Quantity, Reading

Json = Mapping[str, Any]

OURS = re.compile(r"(switch|pm1|em1|em):\d{1,2}")
"""Names of components that are devices."""
KEPT = re.compile(r"(switch|pm1|em1|em1data|em|emdata):\d{1,2}")
"""Names of components whose status is kept."""

_LINES = ((Quantity.POWER_L1_W, "a"), (Quantity.POWER_L2_W, "b"), (Quantity.POWER_L3_W, "c"))


def readings_of(device_id: DeviceId, component: str, status: Json, at: datetime) -> tuple[Reading, ...]:
    """All that the status of a device says of one component; what it does not state is left out.

    Args:
        device_id: whose readings they are.
        component: ``switch:0`` and so on.
        status: every component's, by its name.
        at: when it was heard.
    """
    own = part(status, component)
    kind, _, index = component.partition(":")
    on = own.get("output")
    bounds = _power_bounds(kind, on)
    readings = [Reading(device_id, Quantity.SWITCH, float(on), at)] if isinstance(on, bool) else []
    data = part(status, f"{kind}data:{index}")
    for quantity, value in _stated(kind, own, data):
        limits = bounds if quantity is Quantity.POWER_W else None
        readings.append(judged(device_id, quantity, number(value), at, limits))
    return tuple(readings)


def part(status: Json, name: str) -> Json:
    """One object within another; empty where there is none."""
    inner = status.get(name)
    return inner if isinstance(inner, dict) else {}


def relay_of(status: Json) -> bool | None:
    """Whether a switch is on; None where it does not say."""
    output = status.get("output")
    return output if isinstance(output, bool) else None


def _power_bounds(kind: str, on: object) -> Bounds | None:
    """What can be true of a relay; a plug may carry what a balcony's panels give, too."""
    if kind != "switch":
        return None
    high = PLUG_W[1] if on is not False else IDLE_W[1]
    return -high, high


def _stated(kind: str, own: Json, data: Json) -> Iterator[tuple[Quantity, object]]:
    """Each quantity that is stated, as it is stated: W, Wh and V are the units of these devices too."""
    match kind:
        case "em":
            names = [(quantity, own, f"{line}_act_power") for quantity, line in _LINES]
            names += [
                (Quantity.POWER_W, own, "total_act_power"),
                (Quantity.VOLTAGE_V, own, "a_voltage"),
                (Quantity.ENERGY_WH, data, "total_act"),
                (Quantity.EXPORTED_WH, data, "total_act_ret"),
            ]
        case "em1":
            names = [
                (Quantity.POWER_W, own, "act_power"),
                (Quantity.VOLTAGE_V, own, "voltage"),
                (Quantity.ENERGY_WH, data, "total_act_energy"),
                (Quantity.EXPORTED_WH, data, "total_act_ret_energy"),
            ]
        case _:
            names = [
                (Quantity.POWER_W, own, "apower"),
                (Quantity.VOLTAGE_V, own, "voltage"),
                (Quantity.ENERGY_WH, part(own, "aenergy"), "total"),
                (Quantity.EXPORTED_WH, part(own, "ret_aenergy"), "total"),
            ]
    for quantity, place, name in names:
        if place.get(name) is not None:
            yield quantity, place[name]
