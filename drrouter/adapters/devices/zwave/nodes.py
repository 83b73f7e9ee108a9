"""The nodes of the network, as the server's state and events tell of them; ``values`` says what is in them.

Source: Z-Wave JS, "NodeStatus", events of controller and node; zwave-js-server, API_SCHEMA.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from drrouter.adapters.devices.names import cleaned
from drrouter.adapters.devices.news import News
from drrouter.adapters.devices.zwave.values import (
    BINARY_SWITCH,
    METER,
    MULTILEVEL_SWITCH,
    Value,
    ValueId,
    meaning,
    value_id_of,
    whole,
)
from drrouter.errors import DeviceSilentError

ASLEEP, DEAD = 1, 3

MOST_NODES = 4096
"""Nodes kept of one network; Z-Wave Long Range ends at 4000."""
MOST_VALUES = 256
"""Values kept of one node, of those that are of use."""


class Node:
    """One node, kept up to date by ``Network``."""

    def __init__(self, node_id: int) -> None:
        """Nothing is known yet."""
        self.id = node_id
        self.status, self.is_ready, self.is_controller = 0, False, False
        self.facts: dict[str, str] = {}
        self.values: dict[ValueId, Value] = {}
        self.news = News()

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
        value_id = value_id_of(described)
        if value_id is None:
            return
        known = self.values.get(value_id)
        if known is None:
            known_as = meaning(value_id, described.get("metadata"))
            if known_as is None or len(self.values) >= MOST_VALUES:
                return
            known = self.values[value_id] = Value(*known_as)
        known.raw, known.number = raw, number

    def forget(self, described: Mapping[str, Any]) -> None:
        """Drop one value, which it does not have any more."""
        if (value_id := value_id_of(described)) is not None:
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
        if (own := self.nodes.get(whole(controller.get("ownNodeId")))) is not None:
            own.is_controller = True
        for node in (before | self.nodes).values():
            node.news.tell()

    def end(self) -> None:
        """The connection is lost; what is known is kept, and believed by nobody."""
        self.home_id = 0
        for node in self.nodes.values():
            node.news.tell()

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
        elif source == "node" and (node := self.nodes.get(whole(event.get("nodeId")))) is not None:
            self._of_node(node, str(what), event)
            node.news.tell()

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
        elif what == "node removed" and (node := self.nodes.pop(whole(dump.get("nodeId")), None)):
            node.news.tell()

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
        node_id = whole(dump.get("nodeId"))
        if node_id > 0 and (node_id in self.nodes or len(self.nodes) < MOST_NODES):
            node = before.get(node_id) or Node(node_id)
            node.read(dump)
            self.nodes[node_id] = node


def _dicts(value: object) -> Iterator[Mapping[str, Any]]:
    """The tables in a list, none where it is none."""
    parts: Iterable[object] = value if isinstance(value, list) else ()
    return (part for part in parts if isinstance(part, dict))


def _facts(dump: Mapping[str, Any]) -> dict[str, str]:
    """How a node shows itself, cleaned."""
    config = dump.get("deviceConfig")
    config = config if isinstance(config, dict) else {}
    numbers = [dump.get(key) for key in ("manufacturerId", "productType", "productId")]
    product = ":".join(f"{whole(number):04x}" for number in numbers) if any(numbers) else ""
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
