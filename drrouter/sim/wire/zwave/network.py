"""The network behind the fake server: what its nodes answer, what happens to them, and what is wrong with it.

    NONE            as a healthy server
    REFUSES         a device rejects what it is told          (SetValueStatus 2)
    UNSUPPORTED     Z-Wave JS cannot set that                 (SetValueStatus 4)
    SLOW            a device is under way, and arrives when ``arrive`` is called (SetValueStatus 1)
    IGNORES         it is acknowledged, and nothing moves     (SetValueStatus 255)
    UNDELIVERED     the radio reaches nobody                  (zwave_error)
    UNREADABLE      no value can be asked for                 (unknown_error)
    SILENT          commands are never answered
    GARBAGE         answers are no JSON
    HALF            answers break off in the middle
    HANGS_UP        the connection ends at a command
    LIES            every meter shows 14 kW
    NOT_A_NUMBER    every meter shows a text

Source: zwave-js-server, README ("Client commands", "Events", "Errors"); Z-Wave JS, SetValueStatus.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from enum import Enum, auto
from typing import Any

from drrouter.sim.wire.zwave.node import METER, FakeNode, Json, Status

LIE_W = 14_000.0

LOG_CONFIG: Json = {
    "enabled": True,
    "level": "info",
    "logToFile": False,
    "maxFiles": 7,
    "forceConsole": False,
}
"""How the server logs, as it tells clients that ask."""


class Fault(Enum):
    """What is wrong; the module's docstring tells each."""

    NONE = auto()
    REFUSES = auto()
    UNSUPPORTED = auto()
    SLOW = auto()
    IGNORES = auto()
    UNDELIVERED = auto()
    UNREADABLE = auto()
    SILENT = auto()
    GARBAGE = auto()
    HALF = auto()
    HANGS_UP = auto()
    LIES = auto()
    NOT_A_NUMBER = auto()


_STATUS = {Fault.REFUSES: 2, Fault.UNSUPPORTED: 4, Fault.SLOW: 1}


class FakeNetwork(ABC):
    """Nodes, and what befalls them; how it is told to the world is left to the server.

    Attributes:
        fault: what is wrong at present.
        supervised: whether devices confirm what they did; else nobody knows (SetValueStatus 254).
        is_open: whether devices may join.
        granted: what was granted to those that asked for keys.
    """

    def __init__(self, nodes: Iterable[FakeNode], home_id: int) -> None:
        """The stick itself is node 1."""
        self.home_id = home_id
        self.nodes = {node.node_id: node for node in (FakeNode(1, [], label="Stick"), *nodes)}
        self.fault, self.supervised = Fault.NONE, True
        self.is_open, self.granted = False, list[Any]()
        self._arriving: list[Callable[[], None]] = []

    @abstractmethod
    def event(self, event: Json) -> None:
        """Push an event to everybody who listens."""

    def report(self, node_id: int) -> None:
        """The node reports all its values, as a metering plug does every now and then."""
        node = self.nodes[node_id]
        for described, value in node.values():
            self._value_event(node, described, value)

    def press(self, node_id: int, on: bool, endpoint: int = 0) -> None:
        """Somebody presses the button of a device; it says so."""
        node = self.nodes[node_id]
        if (relay := node.relay(endpoint)) is not None:
            relay.set(on)
        self.report(node_id)

    def turn(self, node_id: int, status: Status) -> None:
        """The node dies, revives, falls asleep or wakes up; the server says so."""
        node = self.nodes[node_id]
        before, node.status = node.status, status
        what = {Status.DEAD: "dead", Status.ALIVE: "alive", Status.ASLEEP: "sleep", Status.AWAKE: "wake up"}
        self.event({"source": "node", "event": what[status], "nodeId": node_id, "oldStatus": int(before)})

    def ask_for_keys(self, *classes: int) -> None:
        """A device that joins asks to be encrypted (SecurityClass)."""
        requested = {"securityClasses": list(classes), "clientSideAuth": False}
        self.event({"source": "controller", "event": "grant security classes", "requested": requested})

    def add(self, node: FakeNode) -> None:
        """A node joins; its values follow once it was interviewed (``interviewed``)."""
        self.nodes[node.node_id] = node
        self.event({"source": "controller", "event": "node added", "node": node.dump(), "result": {}})

    def interviewed(self, node_id: int) -> None:
        """A node is ready; the server dumps it anew."""
        node = self.nodes[node_id]
        node.ready = True
        self.event({"source": "node", "event": "ready", "nodeId": node_id, "nodeState": node.dump()})

    def remove(self, node_id: int) -> None:
        """A node leaves."""
        node = self.nodes.pop(node_id)
        self.event({"source": "controller", "event": "node removed", "node": node.dump(), "reason": 0})

    def arrive(self) -> None:
        """What was under way is there."""
        arriving, self._arriving = self._arriving, []
        for step in arriving:
            step()

    def _value_event(self, node: FakeNode, described: Json, value: Any) -> None:
        """A value updated, as Z-Wave JS tells it."""
        args = {key: part for key, part in described.items() if key not in ("metadata", "ccVersion")}
        told = self._twisted(described, value)
        args |= {"newValue": told, "prevValue": told}
        self.event({"source": "node", "event": "value updated", "nodeId": node.node_id, "args": args})

    def answered(self, name: str, command: Json, schema: int) -> Json:
        """The result of a command, or its error."""
        match name:
            case "initialize" | "set_api_schema":
                return _success({})
            case "driver.get_log_config":
                return _success({"config": dict(LOG_CONFIG)})
            case "start_listening":
                return _success({"state": self._state()})
            case "controller.begin_inclusion" | "controller.stop_inclusion":
                return _success(self._included(name.endswith("begin_inclusion")))
            case "controller.grant_security_classes":
                self.granted.append(command.get("inclusionGrant"))
                return _success({})
            case "node.set_value" | "node.poll_value" | "node.ping":
                node = self.nodes.get(command.get("nodeId", -1))
                if node is None:
                    return {"success": False, "errorCode": "node_not_found"}
                return self._of_node(name, node, command, schema)
        return {"success": False, "errorCode": "unknown_command"}

    def _included(self, begins: bool) -> Json:
        """Open or close the network; it cannot be opened twice."""
        if begins and (self.is_open or self.fault is Fault.REFUSES):
            return {"success": False}
        self.is_open = begins
        self.event({"source": "controller", "event": f"inclusion {'started' if begins else 'stopped'}"})
        return {"success": True}

    def _of_node(self, name: str, node: FakeNode, command: Json, schema: int) -> Json:
        """What a node answers through its radio."""
        if self.fault is Fault.UNDELIVERED or node.status is Status.DEAD:
            return {
                "success": False,
                "errorCode": "zwave_error",
                "zwaveErrorCode": 204,
                "zwaveErrorMessage": f"The message cannot be sent because node {node.node_id} is dead",
            }
        if name == "node.ping":
            return _success({"responded": True})
        value_id = command.get("valueId", {})
        if name == "node.poll_value":
            return self._polled(node, value_id)
        status = self._set(node, value_id, command.get("value"))
        if schema < 29:
            return _success({"success": status in (1, 254, 255)})
        message = {"message": "not implemented"} if status == 4 else {}
        return _success({"result": {"status": status} | message})

    def _polled(self, node: FakeNode, value_id: Json) -> Json:
        """Ask the device; it says what it is asked, and the server passes it on to everybody."""
        found = node.read(value_id)
        if found is None or self.fault is Fault.UNREADABLE:
            return {"success": False, "errorCode": "unknown_error"}
        self._value_event(node, *found)
        return _success({"value": self._twisted(*found)})

    def _set(self, node: FakeNode, value_id: Json, value: Any) -> int:
        """Let the device do it; returns SetValueStatus."""
        relay = node.relay(value_id.get("endpoint", 0))
        if relay is None:
            return 3
        if relay.switch != value_id.get("commandClass") or not isinstance(value, type(relay.shown)):
            return 5
        if self.fault in (Fault.REFUSES, Fault.UNSUPPORTED):
            return _STATUS[self.fault]

        def there() -> None:
            relay.set(value)
            self.report(node.node_id)

        if self.fault is Fault.SLOW:
            self._arriving.append(there)
            return _STATUS[self.fault]
        if self.fault is not Fault.IGNORES:
            there()
        return 255 if self.supervised else 254

    def _state(self) -> Json:
        """Everything, at the start."""
        return {
            "driver": {"logConfig": {"enabled": False}, "statisticsEnabled": False},
            "controller": {"homeId": self.home_id, "ownNodeId": 1},
            "nodes": [node.dump() for node in self.nodes.values()],
        }

    def _twisted(self, described: Json, value: Any) -> Any:
        """What is said of a value."""
        if described["commandClass"] != METER:
            return value
        return {Fault.LIES: LIE_W, Fault.NOT_A_NUMBER: "plenty"}.get(self.fault, value)


def _success(result: Json) -> Json:
    return {"success": True, "result": result}
