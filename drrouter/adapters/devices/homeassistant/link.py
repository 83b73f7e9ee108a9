"""The one WebSocket to Home Assistant: who we are, then commands with their results, and events.

    Home Assistant                              drrouter
    {"type": "auth_required", ...}
                                                {"type": "auth", "access_token": "..."}
    {"type": "auth_ok", ...}
                                                {"id": 1, "type": "get_states"}
    {"id": 1, "type": "result", "success": true, "result": [...]}
    {"id": 2, "type": "event", "event": {...}}

Source: Home Assistant developer documentation, "WebSocket API".
"""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import aiohttp

from drrouter.adapters.devices.names import cleaned
from drrouter.adapters.devices.news import News
from drrouter.adapters.devices.web_socket import messages, opened
from drrouter.errors import DeviceRefusedError, DeviceSilentError
from drrouter.ports import Executor

Json = Mapping[str, Any]
Listener = Callable[[Json], None]

_NOTHING: Json = {}


class Link:
    """A connection that is open while ``run`` runs; commands go over it meanwhile.

    Attributes:
        news: told when the connection is opened and when it is lost.
    """

    def __init__(
        self, url: str, token: str, timeout_s: float, heartbeat_s: float, executor: Executor
    ) -> None:
        """Nothing is opened yet; long messages are parsed off the event loop."""
        self._url, self._token = url, token
        self._timeout_s, self._heartbeat_s, self._executor = timeout_s, heartbeat_s, executor
        self._numbers = itertools.count(1)
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._waiting: dict[int, asyncio.Future[Json]] = {}
        self._listeners: dict[int, Listener] = {}
        self.news = News()

    @property
    def connected(self) -> bool:
        """Whether Home Assistant lets us in and has not hung up."""
        return self._socket is not None

    @property
    def lost(self) -> DeviceSilentError:
        """The sentence about a Home Assistant that is not there."""
        return DeviceSilentError(f"there is no connection to Home Assistant at {self._url}")

    async def run(self) -> None:
        """Connect and listen until the connection is lost.

        Raises:
            DeviceRefusedError: the token is not accepted.
            DeviceSilentError: Home Assistant cannot be reached, was lost, or says what has no meaning.
        """
        async with opened(self._url, "Home Assistant", self._timeout_s) as socket:
            heard = messages(socket, self._executor, self._nonsense())
            await self._let_in(socket, heard)
            self._socket = socket
            self.news.tell()
            heartbeat = asyncio.create_task(self._ping(socket), name="homeassistant.ping")
            try:
                async for message in heard:
                    self._take(message)
            finally:
                heartbeat.cancel()
                self._hang_up()
        raise DeviceSilentError(f"Home Assistant at {self._url} closed the connection")

    async def ask(self, kind: str, **more: Any) -> Any:
        """Send a command and return its result.

        Raises:
            DeviceSilentError: no connection, or no answer in time.
            DeviceRefusedError: Home Assistant does not do that.
        """
        return (await self._asked(next(self._numbers), kind, more)).get("result")

    async def listen(self, listener: Listener, kind: str, **more: Any) -> None:
        """Let the listener hear every event of a subscription, for as long as the connection stands.

        Raises:
            DeviceSilentError: no connection, or no answer in time.
            DeviceRefusedError: Home Assistant does not do that.
        """
        number = next(self._numbers)
        self._listeners[number] = listener
        await self._asked(number, kind, more)

    async def _asked(self, number: int, kind: str, more: Json) -> Json:
        """The answer to one command."""
        socket = self._socket
        if socket is None or socket.closed:
            raise self.lost
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._timeout_s):
                await socket.send_str(json.dumps({"id": number, "type": kind, **more}, allow_nan=False))
                return _accepted(await answer)
        except TimeoutError as error:
            raise DeviceSilentError(f"no answer to {kind} within {self._timeout_s:g} s") from error
        except (aiohttp.ClientError, OSError) as error:
            raise self.lost from error
        finally:
            self._waiting.pop(number, None)

    async def _let_in(self, socket: aiohttp.ClientWebSocketResponse, heard: AsyncIterator[Json]) -> None:
        """Say who we are."""
        try:
            async with asyncio.timeout(self._timeout_s):
                if (await anext(heard, _NOTHING)).get("type") != "auth_required":
                    raise self._nonsense()
                await socket.send_str(json.dumps({"type": "auth", "access_token": self._token}))
                verdict = (await anext(heard, _NOTHING)).get("type")
        except TimeoutError as error:
            raise DeviceSilentError(f"Home Assistant at {self._url} does not greet") from error
        if verdict == "auth_invalid":
            raise DeviceRefusedError(
                f"Home Assistant at {self._url} does not accept the token; make a long-lived access token on "
                "the profile page of a user, and put it into the token_file"
            )
        if verdict != "auth_ok":
            raise self._nonsense()

    def _nonsense(self) -> DeviceSilentError:
        return DeviceSilentError(f"what {self._url} says is no message of Home Assistant")

    async def _ping(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Ask now and then whether Home Assistant is alive; one that is not is hung up on."""
        try:
            while True:
                await asyncio.sleep(self._heartbeat_s)
                await self.ask("ping")
        except (DeviceSilentError, DeviceRefusedError):
            await socket.close()

    def _take(self, message: Json) -> None:
        """Hand a result to who waits for it, and an event to who listens."""
        number = message.get("id")
        if not isinstance(number, int):
            return
        if message.get("type") == "event":
            event, listener = message.get("event"), self._listeners.get(number)
            if listener and isinstance(event, dict):
                listener(event)
        elif (answer := self._waiting.get(number)) is not None and not answer.done():
            answer.set_result(message)

    def _hang_up(self) -> None:
        """No command waits for an answer that cannot come, and nobody listens to a dead line."""
        self._socket = None
        self._listeners.clear()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(self.lost)
        self.news.tell()


def _accepted(message: Json) -> Json:
    """A result that is none of a failure.

    Raises:
        DeviceRefusedError: it is one.
    """
    if message.get("type") == "result" and message.get("success") is not True:
        error = message.get("error")
        told = error if isinstance(error, dict) else {}
        raise DeviceRefusedError(
            f"Home Assistant refuses ({cleaned(told.get('code')) or 'no code'}: "
            f"{cleaned(told.get('message')) or 'no reason'})"
        )
    return message
