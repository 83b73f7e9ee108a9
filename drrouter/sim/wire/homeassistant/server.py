"""A fake Home Assistant on loopback: authentication, states, registries, events, services, and faults.

    async with FakeHomeAssistant(FakePlug("Kettle", load), now=clock.now) as home:
        ...                            # real clients connect to home.url with home.token
        home.fault = Fault.REFUSES     # now it answers every service call with a failure

Source: Home Assistant developer documentation, "WebSocket API": authentication phase, command phase,
subscribe to events, calling a service, fetching states and config, pings and pongs, error handling. The
commands ``config/device_registry/list`` and ``config/entity_registry/list`` are those of its own frontend.
"""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import Any, Self

from aiohttp import WSMsgType, web

from drrouter.sim.wire.homeassistant.devices import Entity, FakeDevice

Json = dict[str, Any]

UNAUTHORIZED = {"code": "unauthorized", "message": "Unauthorized"}
REFUSED = {"code": "home_assistant_error", "message": "The device did not answer"}
UNKNOWN = {"code": "unknown_command", "message": "Unknown command."}


class Fault(Enum):
    """How Home Assistant, or a device behind it, may misbehave."""

    NONE = "none"
    REFUSES = "answers a service call with a failure"
    IGNORES = "answers a service call with success and does nothing"
    CONTRARY = "does nothing, and tells the state anew"
    GARBAGE = "answers with what is no JSON"
    HALF = "breaks off in the middle of an answer and hangs up"
    SILENT = "hears, and says nothing"
    SLOW = "answers after `delay_s` of real time"
    NO_ADMIN = "does not let the user read registries"


class FakeHomeAssistant:
    """The server; an async context manager that listens while entered."""

    def __init__(
        self,
        *devices: FakeDevice,
        now: Callable[[], datetime],
        host: str = "127.0.0.1",
        port: int = 0,
        token: str = "long-lived token",  # noqa: S107  # it opens nothing real
    ) -> None:
        """Nothing is opened yet; port 0 takes a free one."""
        self.devices, self.token, self.fault, self.delay_s = list(devices), token, Fault.NONE, 0.0
        self.host, self.port, self._now = host, port, now
        self.calls: list[Json] = []
        self.connections = 0
        self._subscribed: dict[web.WebSocketResponse, dict[int, str]] = {}
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where a browser would open it."""
        return f"http://{self.host}:{self.port}"

    async def __aenter__(self) -> Self:
        """Listen."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Vanish."""
        await self.stop()

    async def start(self) -> None:
        """Listen; on the same port as before, where it listened before."""
        app = web.Application()
        app.router.add_get("/api/websocket", self._talk)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Hang up on everybody and listen no more."""
        await self.hang_up()
        if self._runner:
            await self._runner.cleanup()

    async def hang_up(self) -> None:
        """End every connection, as a restart does."""
        for socket in tuple(self._subscribed):
            await socket.close()

    async def tell(self, device: FakeDevice) -> None:
        """Say the state of everything of a device, as where it changed."""
        for entity in device.entities:
            data = {
                "entity_id": entity.entity_id,
                "old_state": None,
                "new_state": self._state(device, entity),
            }
            await self._publish("state_changed", data)

    async def remove(self, device: FakeDevice) -> None:
        """Take a device out of the registries and of the states."""
        self.devices.remove(device)
        for entity in device.entities:
            await self._publish("state_changed", {"entity_id": entity.entity_id, "new_state": None})
        await self.tell_registry()

    async def tell_registry(self) -> None:
        """Say that a registry changed."""
        await self._publish("device_registry_updated", {"action": "update"})

    async def _talk(self, request: web.Request) -> web.WebSocketResponse:
        """One connection, until either side ends it."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.connections += 1
        self._subscribed[socket] = {}
        try:
            if await self._lets_in(socket):
                async for frame in socket:
                    if frame.type is WSMsgType.TEXT:
                        await self._answer(socket, json.loads(frame.data))
        finally:
            del self._subscribed[socket]
        return socket

    async def _lets_in(self, socket: web.WebSocketResponse) -> bool:
        """The authentication phase."""
        await self._send(socket, {"type": "auth_required", "ha_version": "2026.11.1"})
        async for frame in socket:
            told = json.loads(frame.data)
            if told == {"type": "auth", "access_token": self.token}:
                await self._send(socket, {"type": "auth_ok", "ha_version": "2026.11.1"})
                return True
            invalid = {"type": "auth_invalid", "message": "Invalid access token or password"}
            await self._send(socket, invalid)
            await socket.close()
        return False

    async def _send(self, socket: web.WebSocketResponse, message: Json) -> None:
        """Say it, twisted by the fault."""
        text = json.dumps(message)
        match self.fault:
            case Fault.SILENT:
                return
            case Fault.GARBAGE:
                text = "\x00" + text[3:]
            case Fault.HALF:
                await socket.send_str(text[: len(text) // 2])
                await socket.close()
                return
            case Fault.SLOW:
                await asyncio.sleep(self.delay_s)
        if not socket.closed:
            await socket.send_str(text)

    async def _answer(self, socket: web.WebSocketResponse, command: Json) -> None:
        """One command."""
        number, kind = command["id"], command["type"]
        if kind == "ping":
            await self._send(socket, {"id": number, "type": "pong"})
            return
        result, error = await self._result(socket, command)
        message: Json = {"id": number, "type": "result", "success": error is None, "result": result}
        await self._send(socket, message if error is None else message | {"error": error})

    async def _result(self, socket: web.WebSocketResponse, command: Json) -> tuple[Any, Json | None]:
        """What a command gives: a result, or an error."""
        kind = command["type"]
        registry = "registry" in kind or "registry" in command.get("event_type", "")
        if registry and self.fault is Fault.NO_ADMIN:
            return None, UNAUTHORIZED
        match kind:
            case "get_states":
                return [self._state(device, one) for device in self.devices for one in device.entities], None
            case "get_config":
                return {"unit_system": {"temperature": "°C"}, "version": "2026.11.1"}, None
            case "config/device_registry/list":
                return [self._device(device) for device in self.devices if device.device_id], None
            case "config/entity_registry/list":
                return [self._entry(device, one) for device in self.devices for one in device.entities], None
            case "subscribe_events":
                self._subscribed[socket][command["id"]] = command["event_type"]
                return None, None
            case "call_service":
                return await self._called(command)
        return None, UNKNOWN

    async def _called(self, command: Json) -> tuple[Any, Json | None]:
        """Let a service act on its target."""
        self.calls.append(command)
        entity_id = command["target"]["entity_id"]
        for device in self.devices:
            if entity_id in {one.entity_id for one in device.entities}:
                if self.fault is Fault.REFUSES or not device.available:
                    return None, REFUSED
                if self.fault not in (Fault.IGNORES, Fault.CONTRARY):
                    device.call(entity_id, command["service"], (command.get("service_data") or {}))
                if self.fault is not Fault.IGNORES:
                    await self.tell(device)
        return {"context": {"id": "01", "parent_id": None, "user_id": None}, "response": None}, None

    async def _publish(self, event_type: str, data: Json) -> None:
        """Say an event to all who subscribed to its type."""
        event = {
            "event_type": event_type,
            "data": data,
            "origin": "LOCAL",
            "time_fired": self._now().isoformat(),
        }
        for socket, subscriptions in tuple(self._subscribed.items()):
            for number, wanted in subscriptions.items():
                if wanted == event_type:
                    await self._send(socket, {"id": number, "type": "event", "event": event})

    def _state(self, device: FakeDevice, entity: Entity) -> Json:
        at = self._now().isoformat()
        return {
            "entity_id": entity.entity_id,
            "state": device.state(entity),
            "attributes": {"friendly_name": device.name} | entity.attributes,
            "last_changed": at,
            "last_reported": at,
            "last_updated": at,
            "context": {"id": "01", "parent_id": None, "user_id": None},
        }

    def _device(self, device: FakeDevice) -> Json:
        return {
            "id": device.device_id,
            "name": device.name,
            "name_by_user": None,
            "connections": [],
            "identifiers": [["fake", device.device_id]],
            "disabled_by": None,
        } | device.registry

    def _entry(self, device: FakeDevice, entity: Entity) -> Json:
        return {
            "entity_id": entity.entity_id,
            "device_id": device.device_id or None,
            "entity_category": entity.category,
            "platform": "fake",
            "disabled_by": None,
            "hidden_by": None,
        }
