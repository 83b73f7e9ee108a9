"""The one WebSocket to the Z-Wave JS server: version, schema, the whole state, then commands and events.

    server                                            drrouter
    {"type": "version", "minSchemaVersion": 0, ...}
                                                      {"command": "set_api_schema", "schemaVersion": 29, ...}
    {"type": "result", "success": true, ...}
                                                      {"command": "start_listening", ...}
    {"type": "result", "result": {"state": ...}}
    {"type": "event", "event": {...}}                 {"command": "node.set_value", ...}

Source: zwave-js-server, README ("API", "Schema Version", "Errors") and API_SCHEMA.
"""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp

from drrouter.adapters.devices.names import cleaned
from drrouter.adapters.devices.web_socket import messages, opened
from drrouter.errors import (
    DeviceError,
    DeviceRefusedError,
    DeviceSilentError,
    DeviceUnknownError,
)
from drrouter.ports import Executor

Json = dict[str, Any]

SCHEMA = 29
"""The schema that we ask for: the first in which a set value says what became of it."""

OLDEST_SCHEMA = 5
"""The first whose server can be asked for a value and pinged; older ones are of 2021."""

PEER = "the Z-Wave JS server"


class Link:
    """A connection that is open while ``run`` runs; commands go over it meanwhile."""

    def __init__(self, url: str, timeout_s: float, heartbeat_s: float, executor: Executor) -> None:
        """Nothing is opened yet; long messages are parsed off the event loop."""
        self._url, self._timeout_s, self._heartbeat_s = url, timeout_s, heartbeat_s
        self._executor = executor
        self._numbers = itertools.count(1)
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._waiting: dict[str, asyncio.Future[Json]] = {}

    @property
    def lost(self) -> DeviceSilentError:
        """The sentence about a server that is not there."""
        return DeviceSilentError(f"there is no connection to the Z-Wave JS server at {self._url}")

    async def run(self, begin: Callable[[Json], None], hear: Callable[[Json], None]) -> None:
        """Connect and listen until the connection is lost.

        Args:
            begin: told the whole state, once, before any event.
            hear: told every event.

        Raises:
            DeviceSilentError: the server cannot be reached, was lost, or says what has no meaning.
            DeviceRefusedError: it speaks none of the schemas that we do, or refuses.
        """
        try:
            async with opened(self._url, PEER, self._timeout_s, self._heartbeat_s) as socket:
                begin(await self._greeted(socket))
                self._socket = socket
                async for message in messages(socket, self._executor, self._nonsense()):
                    self._take(message, hear)
        finally:
            self._hang_up()
        raise DeviceSilentError(f"the Z-Wave JS server at {self._url} closed the connection")

    async def ask(self, command: str, **arguments: Any) -> Json:
        """Send a command and return its result.

        Raises:
            DeviceSilentError: no connection, no answer in time, or the radio could not deliver it.
            DeviceRefusedError: the server does not do that.
            DeviceUnknownError: the network has no such node.
        """
        socket = self._socket
        if socket is None or socket.closed:
            raise self.lost
        number = str(next(self._numbers))
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._timeout_s):
                await _send(socket, {"messageId": number, "command": command, **arguments})
                return _result(await answer)
        except TimeoutError as error:
            raise DeviceSilentError(f"no answer to {command} within {self._timeout_s:g} s") from error
        except (aiohttp.ClientError, OSError) as error:
            raise self.lost from error
        finally:
            self._waiting.pop(number, None)

    async def _greeted(self, socket: aiohttp.ClientWebSocketResponse) -> Json:
        """Agree on a schema and return the whole state."""
        heard = messages(socket, self._executor, self._nonsense())
        try:
            async with asyncio.timeout(self._timeout_s):
                version = await self._next(heard)
                await _send(
                    socket,
                    {"messageId": "schema", "command": "set_api_schema", "schemaVersion": _schema(version)},
                )
                _result(await self._next(heard))
                await _send(socket, {"messageId": "state", "command": "start_listening"})
                state = _result(await self._next(heard)).get("state")
        except TimeoutError as error:
            raise DeviceSilentError(f"the Z-Wave JS server at {self._url} does not greet") from error
        if not isinstance(state, dict):
            raise self._nonsense()
        return state

    async def _next(self, heard: AsyncIterator[Json]) -> Json:
        """The next message that is no event."""
        async for message in heard:
            if message.get("type") != "event":
                return message
        raise DeviceSilentError(f"the Z-Wave JS server at {self._url} hung up while it was greeted")

    def _nonsense(self) -> DeviceSilentError:
        return DeviceSilentError(f"what the server at {self._url} says is no message of Z-Wave JS")

    def _take(self, message: Json, hear: Callable[[Json], None]) -> None:
        """Hand a result to who waits for it, and an event on."""
        if message.get("type") == "result":
            answer = self._waiting.get(str(message.get("messageId")))
            if answer is not None and not answer.done():
                answer.set_result(message)
        elif isinstance(event := message.get("event"), dict):
            hear(event)

    def _hang_up(self) -> None:
        """No command waits for an answer that cannot come."""
        self._socket = None
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(self.lost)


async def _send(socket: aiohttp.ClientWebSocketResponse, message: Json) -> None:
    await socket.send_str(json.dumps(message, allow_nan=False))


def _schema(version: Json) -> int:
    """The newest schema that both sides speak.

    Raises:
        DeviceRefusedError: there is none.
        DeviceSilentError: the message is no greeting.
    """
    least, most = version.get("minSchemaVersion"), version.get("maxSchemaVersion")
    if not isinstance(least, int) or not isinstance(most, int):
        raise DeviceSilentError("what greets is no Z-Wave JS server")
    if most < OLDEST_SCHEMA or least > SCHEMA:
        raise DeviceRefusedError(
            f"the Z-Wave JS server speaks schemas {least} to {most}, drrouter {OLDEST_SCHEMA} to {SCHEMA}"
        )
    return min(most, SCHEMA)


def _result(message: Json) -> Json:
    """What a result says.

    Raises:
        DeviceError: it says that there is none; of the kind that fits.
    """
    if message.get("success") is True:
        result = message.get("result")
        return result if isinstance(result, dict) else {}
    code = message.get("errorCode")
    raise _REASONS.get(str(code), _refused)(message)


def _refused(message: Json) -> DeviceError:
    return DeviceRefusedError(
        f"the Z-Wave JS server refuses ({cleaned(message.get('errorCode')) or 'no reason'})"
    )


def _undelivered(message: Json) -> DeviceError:
    return DeviceSilentError(f"Z-Wave JS says: {cleaned(message.get('zwaveErrorMessage')) or 'no reason'}")


def _unknown(_: Json) -> DeviceError:
    return DeviceUnknownError("the Z-Wave network has no such node; discover again")


_REASONS: dict[str, Callable[[Json], DeviceError]] = {"zwave_error": _undelivered, "node_not_found": _unknown}
