"""The WebSocket of a Z-Wave JS server: greets, agrees on a schema, dumps its state, obeys and pushes events.

Every message has the shape that zwave-js-server documents; nodes live in ``node``. Faults are the server's:

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

Source: zwave-js-server, README ("API", "Client commands", "Events", "Schema Version", "Errors").
"""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from enum import Enum, auto
from typing import Any, Self

from aiohttp import WSMsgType, web

from drrouter.sim.wire.zwave.node import METER, FakeNode, Json, Status

DRIVER, SERVER = "15.3.0", "3.0.1"
LIE_W = 14_000.0


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


class FakeZwaveServer:
    """A server with some nodes; an async context manager that listens while it is entered.

    Attributes:
        fault: what is wrong at present.
        schemas: the oldest and newest schema that it speaks.
        supervised: whether devices confirm what they did; else nobody knows (SetValueStatus 254).
        commands: every command that came, by name.
    """

    def __init__(
        self,
        *nodes: FakeNode,
        now: Callable[[], datetime],
        host: str = "127.0.0.1",
        port: int = 0,
        home_id: int = 0xC0FFEE01,
        schemas: tuple[int, int] = (0, 44),
    ) -> None:
        """Nothing is opened yet.

        Args:
            nodes: of the network; the stick itself is node 1 and need not be given.
            now: the time that the server believes it is.
            host: where to listen.
            port: likewise; 0 is a free one.
            home_id: tells this network from others.
            schemas: the oldest and the newest that it speaks.
        """
        self.host, self.port, self.home_id, self.schemas = host, port, home_id, schemas
        self.nodes = {node.node_id: node for node in (FakeNode(1, [], label="Stick"), *nodes)}
        self.fault, self.supervised = Fault.NONE, True
        self.commands: list[str] = []
        self._now = now
        self._clients: dict[web.WebSocketResponse, bool] = {}
        self._arriving: list[Callable[[], None]] = []
        self._sending: set[asyncio.Task[None]] = set()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"ws://{self.host}:{self.port}"

    async def __aenter__(self) -> Self:
        """Listen."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hang up on everybody and listen no more."""
        await self.stop()

    async def start(self) -> None:
        """Listen, on the same port as before where it did already.

        Raises:
            OSError: the port is taken.
        """
        app = web.Application()
        app.router.add_get("/", self._talk)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Vanish."""
        await self.hang_up()
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()

    async def hang_up(self) -> None:
        """End every connection; clients may come back at once."""
        for client in tuple(self._clients):
            await client.close()

    # ---------------------------------------------------------------- what happens in the network

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

    def event(self, event: Json) -> None:
        """Push an event to everybody who listens."""
        for client, is_listening in tuple(self._clients.items()):
            if is_listening:
                self._post(client, {"type": "event", "event": event})

    def _value_event(self, node: FakeNode, described: Json, value: Any) -> None:
        """A value updated, as Z-Wave JS tells it."""
        args = {key: part for key, part in described.items() if key not in ("metadata", "ccVersion")}
        told = self._twisted(described, value)
        args |= {"newValue": told, "prevValue": told}
        self.event({"source": "node", "event": "value updated", "nodeId": node.node_id, "args": args})

    # ---------------------------------------------------------------- the conversation

    async def _talk(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one client until either side hangs up."""
        client = web.WebSocketResponse()
        await client.prepare(request)
        least, most = self.schemas
        greeting = {
            "type": "version",
            "driverVersion": DRIVER,
            "serverVersion": SERVER,
            "homeId": self.home_id,
            "minSchemaVersion": least,
            "maxSchemaVersion": most,
        }
        if self.fault is not Fault.SILENT:
            await client.send_str(self._spelled(greeting))
        self._clients[client] = False
        schema = least
        try:
            async for frame in client:
                if frame.type is not WSMsgType.TEXT:
                    break
                command = json.loads(frame.data)
                schema = await self._obey(client, command, schema)
        finally:
            del self._clients[client]
        return client

    async def _obey(self, client: web.WebSocketResponse, command: Json, schema: int) -> int:
        """Answer one command; returns the schema that holds from then on."""
        name = str(command.get("command"))
        self.commands.append(name)
        if self.fault is Fault.HANGS_UP and name.startswith("node."):
            await client.close()
        if self.fault is Fault.SILENT or client.closed:
            return schema
        if name == "set_api_schema":
            least, most = self.schemas
            wanted = command.get("schemaVersion", -1)
            if not least <= wanted <= most:
                await self._answer(client, command, {"success": False, "errorCode": "schema_incompatible"})
                return schema
            schema = wanted
        answer = self._answered(name, command, schema)
        await self._answer(client, command, answer)
        if name == "start_listening":
            self._clients[client] = True
        return schema

    def _answered(self, name: str, command: Json, schema: int) -> Json:
        """The result of a command, or its error."""
        match name:
            case "set_api_schema":
                return _success({})
            case "start_listening":
                return _success({"state": self._state()})
            case "node.set_value" | "node.poll_value" | "node.ping":
                node = self.nodes.get(command.get("nodeId", -1))
                if node is None:
                    return {"success": False, "errorCode": "node_not_found"}
                return self._of_node(name, node, command, schema)
        return {"success": False, "errorCode": "unknown_command"}

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

    async def _answer(self, client: web.WebSocketResponse, command: Json, answer: Json) -> None:
        """Send a result."""
        message = {"type": "result", "messageId": command.get("messageId"), **answer}
        await client.send_str(self._spelled(message))

    def _spelled(self, message: Json) -> str:
        """The message as JSON, or what a fault leaves of it."""
        text = json.dumps(message)
        if self.fault is Fault.GARBAGE:
            return "\u0007 no JSON"
        return text[: len(text) // 2] if self.fault is Fault.HALF else text

    def _post(self, client: web.WebSocketResponse, message: Json) -> None:
        """Send without waiting; order is kept."""
        task = asyncio.get_running_loop().create_task(_sent(client, self._spelled(message)))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)


async def _sent(client: web.WebSocketResponse, text: str) -> None:
    """Send what still can be sent."""
    try:
        await client.send_str(text)
    except ConnectionError:
        return


def _success(result: Json) -> Json:
    return {"success": True, "result": result}
