"""The WebSocket of a Z-Wave JS server: greets, agrees on a schema, dumps its state, obeys and pushes events.

Every message has the shape that zwave-js-server documents; what stands behind it is in ``network``.

Source: zwave-js-server, README ("API", "Client commands", "Events", "Schema Version", "Errors").
"""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from typing import Self

from aiohttp import WSMsgType, web

from drrouter.sim.wire.zwave.network import FakeNetwork, Fault
from drrouter.sim.wire.zwave.node import FakeNode, Json

DRIVER, SERVER = "15.3.0", "3.0.1"


class FakeZwaveServer(FakeNetwork):
    """A server with some nodes; an async context manager that listens while it is entered.

    Attributes:
        schemas: the oldest and newest schema that it speaks.
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
        super().__init__(nodes, home_id)
        self.host, self.port, self.schemas = host, port, schemas
        self.commands: list[str] = []
        self._now = now
        self._clients: dict[web.WebSocketResponse, bool] = {}
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

    def event(self, event: Json) -> None:
        """Push an event to everybody who listens."""
        for client, is_listening in tuple(self._clients.items()):
            if is_listening:
                self._post(client, {"type": "event", "event": event})

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
        if name in ("initialize", "set_api_schema"):
            least, most = self.schemas
            wanted = command.get("schemaVersion", -1)
            if not least <= wanted <= most:
                await self._answer(client, command, {"success": False, "errorCode": "schema_incompatible"})
                return schema
            schema = wanted
        answer = self.answered(name, command, schema)
        await self._answer(client, command, answer)
        if name == "start_listening":
            self._clients[client] = True
        return schema

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
