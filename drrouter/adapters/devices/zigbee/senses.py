"""What a Zigbee device can measure: which attribute states which quantity, and in which unit.

    value in our unit = value on the air * factor * multiplier / divisor

Multiplier and divisor are attributes of the device, read once when it is set up.
Source: ZCL, 3.8 "On/Off", 4.4 "Temperature Measurement", 4.9 "Electrical Measurement"; Smart Energy
(075356), D.3 "Metering".
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zigpy.zcl import Cluster

from drrouter.adapters.devices.gate import number
from drrouter.adapters.devices.zigbee.asking import is_known, read
from drrouter.domain.measurement import Quantity

ON_OFF, TEMPERATURE, METERING, ELECTRICAL = 0x0006, 0x0402, 0x0702, 0x0B04
ON = 0x0000
UNIT, DEVICE_TYPE = 0x0300, 0x0306
KWH, KWH_AS_DIGITS = 0x00, 0x80
MEASUREMENT_TYPE = 0x0000
SECOND_LINE = 0x10
"""The bit of the measurement type that says that line B is measured."""

_VOLTS, _WATTS, _TOTAL_WATTS, _ENERGY = (0x0600, 0x0601), (0x0604, 0x0605), (0x0402, 0x0403), (0x0301, 0x0302)


@dataclass(frozen=True, slots=True)
class Sense:
    """One attribute that states a quantity.

    Attributes:
        ratio: the attributes of multiplier and divisor; None where there are none.
        factor: from the unit of the cluster to ours.
        change: by how much it must move to be worth a report, in our unit.
    """

    quantity: Quantity
    cluster: int
    attribute: int
    change: float
    factor: float = 1.0
    ratio: tuple[int, int] | None = None


SENSES = (
    Sense(Quantity.SWITCH, ON_OFF, ON, 1.0),
    Sense(Quantity.POWER_W, ELECTRICAL, 0x0304, 5.0, 1.0, _TOTAL_WATTS),
    Sense(Quantity.POWER_W, ELECTRICAL, 0x050B, 5.0, 1.0, _WATTS),
    Sense(Quantity.POWER_W, METERING, 0x0400, 5.0, 1000.0, _ENERGY),
    Sense(Quantity.ENERGY_WH, METERING, 0x0000, 20.0, 1000.0, _ENERGY),
    Sense(Quantity.EXPORTED_WH, METERING, 0x0001, 20.0, 1000.0, _ENERGY),
    Sense(Quantity.VOLTAGE_V, ELECTRICAL, 0x0505, 5.0, 1.0, _VOLTS),
    Sense(Quantity.TEMPERATURE_C, TEMPERATURE, 0x0000, 0.3, 0.01),
)
"""In the order of trust: of two that state one quantity, the first that the device knows is taken."""

LINES = (
    Sense(Quantity.POWER_L1_W, ELECTRICAL, 0x050B, 5.0, 1.0, _WATTS),
    Sense(Quantity.POWER_L2_W, ELECTRICAL, 0x090B, 5.0, 1.0, _WATTS),
    Sense(Quantity.POWER_L3_W, ELECTRICAL, 0x0A0B, 5.0, 1.0, _WATTS),
)
"""Beside them, where the device measures more than one line."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """A sense that a device has, with its ratio.

    Attributes:
        per_step: our unit per step of the attribute.
    """

    sense: Sense
    cluster: Cluster
    per_step: float

    def value(self, raw: object) -> float:
        """In our unit; NaN where the device says that it does not know, or something that is no number."""
        if not is_known(self.cluster, self.sense.attribute, raw):
            return math.nan
        return number(int(raw) if isinstance(raw, int) else raw) * self.per_step

    @property
    def steps(self) -> int:
        """The change that is worth a report, in steps of the attribute."""
        return max(round(self.sense.change / self.per_step), 1)


async def gauges_of(clusters: Mapping[int, Cluster], timeout_s: float) -> tuple[Gauge, ...]:
    """Ask the device what it knows; each of its clusters is asked once.

    Raises:
        DeviceSilentError, DeviceRefusedError: as asking does.
    """
    gauges: dict[Quantity, Gauge] = {}
    known: dict[int, Mapping[int, object]] = {}
    for kind, cluster in clusters.items():
        if wanted := _attributes(kind):
            known[kind] = await read(cluster, wanted, timeout_s)
    for sense in _fitting(known):
        values = known.get(sense.cluster, {})
        if sense.attribute not in values or sense.quantity in gauges:
            continue
        gauges[sense.quantity] = Gauge(sense, clusters[sense.cluster], _per_step(sense, values))
    return tuple(gauges.values())


def _fitting(known: Mapping[int, Mapping[int, object]]) -> Sequence[Sense]:
    """The senses that can be meant: none of a meter of gas or water, lines only where there are several."""
    unit = known.get(METERING, {}).get(UNIT, KWH)
    several = number(known.get(ELECTRICAL, {}).get(MEASUREMENT_TYPE, 0))
    has_lines = math.isfinite(several) and int(several) & SECOND_LINE
    senses = [sense for sense in SENSES if sense.cluster != METERING or unit in (KWH, KWH_AS_DIGITS)]
    if has_lines:
        senses = [sense for sense in senses if (sense.quantity, sense.attribute) != _ONE_LINE]
        senses.extend(LINES)
    return senses


_ONE_LINE = (Quantity.POWER_W, 0x050B)


def _attributes(cluster: int) -> list[int]:
    """All that is to be read of a cluster when the device is set up."""
    senses = [sense for sense in (*SENSES, *LINES) if sense.cluster == cluster]
    wanted = {sense.attribute for sense in senses}
    wanted |= {attribute for sense in senses for attribute in sense.ratio or ()}
    wanted |= {METERING: {UNIT}, ELECTRICAL: {MEASUREMENT_TYPE}}.get(cluster, set())
    return sorted(wanted)


def _per_step(sense: Sense, values: Mapping[int, object]) -> float:
    """The factor, multiplier and divisor of a sense; 1 for what is not stated, or stated as 0."""
    ratio = 1.0
    if sense.ratio is not None:
        multiplier, divisor = (_positive(values.get(attribute)) for attribute in sense.ratio)
        ratio = multiplier / divisor
    return sense.factor * ratio


def _positive(value: object) -> float:
    stated = number(value)
    return stated if math.isfinite(stated) and 0 < stated < 0xFFFFFF else 1.0
