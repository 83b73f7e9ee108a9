"""A node of the network as the server dumps it: its facts, its endpoints' switches, and their meters.

Written by us, for no true product.

Source: zwave-js-server, API_SCHEMA and the state that it documents; Z-Wave JS, "Value ID", "NodeStatus", and
"Meter CC" (a property key is meter type, scale and rate type, eight bits each).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Protocol

BINARY_SWITCH, MULTILEVEL_SWITCH, METER = 37, 38, 50
ELECTRIC, CONSUMED = 1, 1
SCALES = {"kWh": 0, "W": 2, "V": 4}
MAINS_V = 231.0

Json = dict[str, Any]


class Status(IntEnum):
    """NodeStatus of Z-Wave JS."""

    UNKNOWN = 0
    ASLEEP = 1
    AWAKE = 2
    DEAD = 3
    ALIVE = 4


class Load(Protocol):
    """What hangs on a relay."""

    def set_supply(self, on: bool) -> None:
        """The relay gives power from now on, or cuts it."""
        ...

    def power_w(self) -> float:
        """What it draws now, in W; 0 while the relay is off."""
        ...

    def energy_wh(self) -> float:
        """What it has drawn since it was made, in Wh."""
        ...


@dataclass(slots=True)
class Relay:
    """One endpoint: a relay or a dimmer with a meter, or a meter alone.

    Attributes:
        endpoint: its number; 0 is the root.
        switch: 37 or 38; None where it only measures.
        level: of a dimmer 0 to 99, of a relay 0 or 99.
        metered: whether power, energy and voltage are measured.
    """

    load: Load
    endpoint: int = 0
    switch: int | None = BINARY_SWITCH
    level: int = 0
    metered: bool = True

    @property
    def shown(self) -> bool | int:
        """Its state as Z-Wave JS states it."""
        return self.level > 0 if self.switch == BINARY_SWITCH else self.level

    def set(self, value: bool | int) -> None:
        """Go to a state."""
        self.level = (99 if value else 0) if isinstance(value, bool) else value
        self.load.set_supply(self.level > 0)


@dataclass(slots=True)
class FakeNode:
    """A node with one relay or several.

    Attributes:
        name: as its owner calls it.
        with_cc_specific: whether the metadata say what a meter counts; the property key always does.
    """

    node_id: int
    relays: list[Relay]
    name: str = ""
    manufacturer: str = "Fakemaker"
    label: str = "FM-PLUG1"
    description: str = "Metering plug"
    status: Status = Status.ALIVE
    ready: bool = True
    with_cc_specific: bool = True
    extra: Json = field(default_factory=dict)

    def dump(self) -> Json:
        """The node's whole state, in the keys that are the same in every schema that we ask for."""
        return {
            "nodeId": self.node_id,
            "index": 0,
            "status": int(self.status),
            "ready": self.ready,
            "isListening": self.status is not Status.ASLEEP,
            "isRouting": True,
            "isSecure": False,
            "manufacturerId": 0xFFF0,
            "productType": 1,
            "productId": self.node_id,
            "firmwareVersion": "1.2",
            "name": self.name,
            "deviceConfig": {
                "manufacturer": self.manufacturer,
                "label": self.label,
                "description": self.description,
            },
            "label": self.label,
            "endpoints": [{"nodeId": self.node_id, "index": relay.endpoint} for relay in self.relays],
            "values": [described | {"value": value} for described, value in self.values()]
            if self.ready
            else [],
        } | self.extra

    def values(self) -> Iterator[tuple[Json, Any]]:
        """Every value that it has, as described and as it is now."""
        for relay in self.relays:
            if relay.switch is not None:
                for name in ("currentValue", "targetValue"):
                    yield _switch_value(relay, name), relay.shown
            if relay.metered:
                for unit in SCALES:
                    yield self._meter_value(relay, unit), _measured(relay.load, unit)

    def read(self, value_id: Mapping[str, Any]) -> tuple[Json, Any] | None:
        """One of its values, None where it has none of that id."""
        keys = ("commandClass", "property", "propertyKey")
        for described, value in self.values():
            if described["endpoint"] == value_id.get("endpoint", 0) and all(
                described.get(key) == value_id.get(key) for key in keys
            ):
                return described, value
        return None

    def relay(self, endpoint: int) -> Relay | None:
        """The relay of an endpoint."""
        return next((relay for relay in self.relays if relay.endpoint == endpoint), None)

    def _meter_value(self, relay: Relay, unit: str) -> Json:
        """A meter's value, described."""
        scale = SCALES[unit]
        metadata: Json = {"type": "number", "readable": True, "writeable": False, "unit": unit}
        if self.with_cc_specific:
            metadata["ccSpecific"] = {"meterType": ELECTRIC, "scale": scale, "rateType": CONSUMED}
        return {
            "endpoint": relay.endpoint,
            "commandClass": METER,
            "commandClassName": "Meter",
            "property": "value",
            "propertyKey": ELECTRIC << 16 | scale << 8 | CONSUMED,
            "propertyName": "value",
            "propertyKeyName": f"Electric_{unit}_Consumed",
            "ccVersion": 3,
            "metadata": metadata,
        }


def _switch_value(relay: Relay, name: str) -> Json:
    """The present or wished state of a switch, described."""
    is_binary = relay.switch == BINARY_SWITCH
    return {
        "endpoint": relay.endpoint,
        "commandClass": relay.switch,
        "commandClassName": "Binary Switch" if is_binary else "Multilevel Switch",
        "property": name,
        "propertyName": name,
        "ccVersion": 1,
        "metadata": {
            "type": "boolean" if is_binary else "number",
            "readable": True,
            "writeable": name == "targetValue",
        }
        | ({} if is_binary else {"min": 0, "max": 99}),
    }


def _measured(load: Load, unit: str) -> float:
    """What the meter shows."""
    if unit == "V":
        return MAINS_V
    return load.power_w() if unit == "W" else round(load.energy_wh() / 1000, 6)
