"""What the server says of its nodes, as far as the router uses it: switches, levels and electric meters.

    command class            property        of use as
    37 Binary Switch         currentValue    SWITCH                targetValue: true, false
    38 Multilevel Switch     currentValue    SWITCH, SETPOINT_W    targetValue: 0 .. 99
    50 Meter (electric)      value           POWER_W, ENERGY_WH, EXPORTED_WH, VOLTAGE_V

A meter's value says in ``ccSpecific`` what it counts; where it does not, its property key says the same:
meter type, scale and rate type, eight bits each.

Source: Z-Wave JS, "Value ID", "Meter CC", NodeStatus; Z-Wave Application Command Class Specification, Meter.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from drrouter.adapters.devices.bell import Bell
from drrouter.adapters.devices.names import cleaned
from drrouter.domain.measurement import Quantity
from drrouter.errors import DeviceSilentError

BINARY_SWITCH, MULTILEVEL_SWITCH, METER = 37, 38, 50
ASLEEP, DEAD = 1, 3

MOST_NODES = 4096
"""Nodes kept of one network; Z-Wave Long Range ends at 4000."""
MOST_VALUES = 256
"""Values kept of one node, of those that are of use."""

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


class Node:
    """One node, kept up to date by ``Network``."""

    def __init__(self, node_id: int) -> None:
        """Nothing is known yet."""
        self.id = node_id
        self.status, self.is_ready, self.is_controller = 0, False, False
        self.facts: dict[str, str] = {}
        self.values: dict[ValueId, Value] = {}
        self.bell = Bell()

    def read(self, dump: Mapping[str, Any]) -> None:
        """Take over the server's whole knowledge of it."""
        status = dump.get("status")
        self.status = status if isinstance(status, int) else 0
        self.is_ready = dump.get("ready") is True
        self.is_controller = dump.get("isControllerNode") is True
        self.facts = _facts(dump)
        self.values = {}
        for value in _dicts(dump.get("values")):
            self.learn(value, value.get("value"), 0)

    def learn(self, described: Mapping[str, Any], raw: Any, number: int) -> None:
        """Take in one value; one that is of no use is passed over."""
        value_id = _value_id(described)
        if value_id is None:
            return
        known = self.values.get(value_id)
        if known is None:
            meaning = _meaning(value_id, described.get("metadata"))
            if meaning is None or len(self.values) >= MOST_VALUES:
                return
            known = self.values[value_id] = Value(*meaning)
        known.raw, known.number = raw, number

    def forget(self, described: Mapping[str, Any]) -> None:
        """Drop one value, which it does not have any more."""
        if (value_id := _value_id(described)) is not None:
            self.values.pop(value_id, None)

    @property
    def devices(self) -> tuple[int, ...]:
        """The endpoints that are devices of their own.

        Interpretation: where several endpoints beside the root switch, the root switches them all together
        and is no device; a node without switches is one device where it has a meter.
        """
        switches = sorted({value_id.endpoint for value_id in self.values if value_id.name == "targetValue"})
        single = [endpoint for endpoint in switches if endpoint]
        if len(single) > 1:
            return tuple(single)
        meters = sorted({value_id.endpoint for value_id in self.values if value_id.command_class == METER})
        return tuple((switches or meters)[:1])

    def target_of(self, endpoint: int) -> ValueId | None:
        """What is set to switch it; None where it only measures."""
        for command_class in (BINARY_SWITCH, MULTILEVEL_SWITCH):
            value_id = ValueId(command_class, endpoint, "targetValue")
            if value_id in self.values:
                return value_id
        return None

    def watched(self, endpoint: int) -> list[ValueId]:
        """What is read of a device: the state of its switch, and its meters."""
        target = self.target_of(endpoint)
        current = [] if target is None else [ValueId(target.command_class, endpoint, "currentValue")]
        meters = [value_id for value_id in self.values if value_id.command_class == METER]
        own = [value_id for value_id in meters if value_id.endpoint == endpoint]
        if not own and len(self.devices) == 1 and meters:
            first = min(value_id.endpoint for value_id in meters)
            own = [value_id for value_id in meters if value_id.endpoint == first]
        return [value_id for value_id in (*current, *own) if value_id in self.values]


class Network:
    """All nodes, from the state and the events of the server.

    Attributes:
        home_id: tells this network from others; 0 where none is connected.
        sessions: counts the connections, so that a device notices a new one.
    """

    def __init__(self) -> None:
        """Nothing is connected yet."""
        self.home_id, self.sessions = 0, 0
        self.nodes: dict[int, Node] = {}
        self._news = 0

    def begin(self, state: Mapping[str, Any]) -> None:
        """Take over the state at the start of a connection."""
        controller = state.get("controller")
        controller = controller if isinstance(controller, dict) else {}
        home_id = controller.get("homeId")
        self.home_id = home_id if isinstance(home_id, int) else 0
        self.sessions += 1
        before, self.nodes = self.nodes, {}
        for dump in _dicts(state.get("nodes")):
            self._read(dump, before)
        if (own := self.nodes.get(_number(controller.get("ownNodeId")))) is not None:
            own.is_controller = True
        for node in (before | self.nodes).values():
            node.bell.ring()

    def end(self) -> None:
        """The connection is lost; what is known is kept, and believed by nobody."""
        self.home_id = 0
        for node in self.nodes.values():
            node.bell.ring()

    def hear(self, event: Mapping[str, Any]) -> None:
        """Take in one event; one that says nothing to us is passed over.

        Raises:
            DeviceSilentError: the stick was started anew, so that all that is known must be read again.
        """
        source, what = event.get("source"), event.get("event")
        if (source, what) == ("driver", "driver ready"):
            raise DeviceSilentError("the Z-Wave stick was started anew")
        if source == "controller" and isinstance(dump := event.get("node"), dict):
            self._came_or_went(str(what), dump)
        elif source == "node" and (node := self.nodes.get(_number(event.get("nodeId")))) is not None:
            self._of_node(node, str(what), event)
            node.bell.ring()

    @property
    def newest(self) -> int:
        """The number of the newest piece of news."""
        return self._news

    def told(self, node: Node, value_id: ValueId, raw: Any) -> Any:
        """Keep what a device answered, and return it."""
        if (value := node.values.get(value_id)) is not None:
            value.raw, value.number = raw, self._next_number()
        return raw

    def _next_number(self) -> int:
        """For a piece of news."""
        self._news += 1
        return self._news

    def _came_or_went(self, what: str, dump: Mapping[str, Any]) -> None:
        if what == "node added":
            self._read(dump, self.nodes)
        elif what == "node removed" and (node := self.nodes.pop(_number(dump.get("nodeId")), None)):
            node.bell.ring()

    def _of_node(self, node: Node, what: str, event: Mapping[str, Any]) -> None:
        """What changed of a node."""
        status = {"dead": DEAD, "alive": 4, "sleep": ASLEEP, "wake up": 2}.get(what)
        if status is not None:
            node.status = status
        elif what == "ready" and isinstance(dump := event.get("nodeState"), dict):
            node.read(dump)
        elif what in ("value added", "value updated") and isinstance(args := event.get("args"), dict):
            node.learn(args, args.get("newValue"), self._next_number())
        elif what == "value removed" and isinstance(args := event.get("args"), dict):
            node.forget(args)

    def _read(self, dump: Mapping[str, Any], before: Mapping[int, Node]) -> None:
        """Keep a node, as the same object where it was known, so that who waits for it goes on waiting."""
        node_id = _number(dump.get("nodeId"))
        if node_id > 0 and (node_id in self.nodes or len(self.nodes) < MOST_NODES):
            node = before.get(node_id) or Node(node_id)
            node.read(dump)
            self.nodes[node_id] = node


def _dicts(value: object) -> Iterator[Mapping[str, Any]]:
    """The tables in a list, none where it is none."""
    parts: Iterable[object] = value if isinstance(value, list) else ()
    return (part for part in parts if isinstance(part, dict))


def _number(value: object) -> int:
    """A node's number; 0 where it is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _value_id(described: Mapping[str, Any]) -> ValueId | None:
    """Where a value lives, None where nobody wants it."""
    command_class, name = described.get("commandClass"), described.get("property")
    wanted = ("value",) if command_class == METER else ("currentValue", "targetValue")
    if command_class not in (BINARY_SWITCH, MULTILEVEL_SWITCH, METER) or not isinstance(name, str):
        return None
    if name not in wanted:
        return None
    key = described.get("propertyKey")
    known_key = key if isinstance(key, int | str) else None
    return ValueId(command_class, _number(described.get("endpoint")), name, known_key)


def _meaning(value_id: ValueId, metadata: object) -> tuple[Quantity | None, float | None] | None:
    """What a value measures and in which unit; None where it is of no use."""
    if value_id.command_class != METER:
        return (Quantity.SWITCH, None) if value_id.name == "currentValue" else (None, None)
    specific = metadata.get("ccSpecific") if isinstance(metadata, dict) else None
    if isinstance(specific, dict):
        meter, scale = _number(specific.get("meterType")), specific.get("scale")
        rate = _number(specific.get("rateType"))
    else:
        key = _number(value_id.key)
        meter, scale, rate = key >> 16, key >> 8 & 0xFF, key & 0xFF
    return _METERED.get((_number(scale), rate == _PRODUCED)) if meter == _ELECTRIC else None


def _facts(dump: Mapping[str, Any]) -> dict[str, str]:
    """How a node shows itself, cleaned."""
    config = dump.get("deviceConfig")
    config = config if isinstance(config, dict) else {}
    numbers = [dump.get(key) for key in ("manufacturerId", "productType", "productId")]
    product = ":".join(f"{_number(number):04x}" for number in numbers) if any(numbers) else ""
    facts = {
        "alias": cleaned(dump.get("name")),
        "model": cleaned(config.get("label")) or cleaned(dump.get("label")),
        "manufacturer": cleaned(config.get("manufacturer")),
        "description": cleaned(config.get("description")),
        "room": cleaned(dump.get("location")),
        "firmware": cleaned(dump.get("firmwareVersion")),
        "product": product,
    }
    return {key: value for key, value in facts.items() if value}
