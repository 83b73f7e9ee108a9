"""Values of nodes, as far as the router uses them: switches, levels and electric meters.

    command class            property        of use as
    37 Binary Switch         currentValue    SWITCH                targetValue: true, false
    38 Multilevel Switch     currentValue    SWITCH, SETPOINT_W    targetValue: 0 .. 99
    50 Meter (electric)      value           POWER_W, ENERGY_WH, EXPORTED_WH, VOLTAGE_V

A meter's value says in ``ccSpecific`` what it counts; where it does not, its property key says the same:
meter type, scale and rate type, eight bits each.

Source: Z-Wave JS, "Value ID", "Meter CC"; Z-Wave Application Command Class Specification, Meter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drrouter.domain.measurement import Quantity

BINARY_SWITCH, MULTILEVEL_SWITCH, METER = 37, 38, 50

_ELECTRIC = 1
_PRODUCED = 2
_METERED = {
    (0, False): (Quantity.ENERGY_WH, 1000.0),
    (0, True): (Quantity.EXPORTED_WH, 1000.0),
    (2, False): (Quantity.POWER_W, 1.0),
    (2, True): (Quantity.POWER_W, -1.0),
    (4, False): (Quantity.VOLTAGE_V, 1.0),
    (4, True): (Quantity.VOLTAGE_V, 1.0),
}
"""Scale (kWh, W, V) and whether what is given is counted, to quantity and factor."""


@dataclass(frozen=True, slots=True)
class ValueId:
    """Where a value lives on a node."""

    command_class: int
    endpoint: int
    name: str
    key: int | str | None = None

    @property
    def as_message(self) -> dict[str, Any]:
        """As commands name it."""
        named: dict[str, Any] = {
            "commandClass": self.command_class,
            "endpoint": self.endpoint,
            "property": self.name,
        }
        return named if self.key is None else named | {"propertyKey": self.key}


@dataclass(slots=True)
class Value:
    """What is known of one value.

    Attributes:
        quantity: what it measures; None for the target of a switch.
        factor: times this it is in our unit; None where it is the state of a switch.
        number: of the news that brought it; 0 where it is from the server's memory, of unknown age.
    """

    quantity: Quantity | None
    factor: float | None
    raw: Any = None
    number: int = 0


def whole(value: object) -> int:
    """A whole number, 0 where it is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def value_id_of(described: Mapping[str, Any]) -> ValueId | None:
    """Where a value lives, None where nobody wants it."""
    command_class, name = described.get("commandClass"), described.get("property")
    wanted = ("value",) if command_class == METER else ("currentValue", "targetValue")
    if command_class not in (BINARY_SWITCH, MULTILEVEL_SWITCH, METER) or not isinstance(name, str):
        return None
    if name not in wanted:
        return None
    key = described.get("propertyKey")
    known_key = key if isinstance(key, int | str) else None
    return ValueId(command_class, whole(described.get("endpoint")), name, known_key)


def meaning(value_id: ValueId, metadata: object) -> tuple[Quantity | None, float | None] | None:
    """What a value measures and in which unit; None where it is of no use."""
    if value_id.command_class != METER:
        return (Quantity.SWITCH, None) if value_id.name == "currentValue" else (None, None)
    specific = metadata.get("ccSpecific") if isinstance(metadata, dict) else None
    if isinstance(specific, dict):
        meter, scale = whole(specific.get("meterType")), specific.get("scale")
        rate = whole(specific.get("rateType"))
    else:
        key = whole(value_id.key)
        meter, scale, rate = key >> 16, key >> 8 & 0xFF, key & 0xFF
    return _METERED.get((whole(scale), rate == _PRODUCED)) if meter == _ELECTRIC else None
