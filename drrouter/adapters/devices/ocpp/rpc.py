"""Calls and answers over one WebSocket, as OCPP-J frames them; what they mean is left to the versions.

    [2, id, action, payload]             CALL
    [3, id, payload]                     CALLRESULT
    [4, id, code, description, details]  CALLERROR

Everything that arrives is a stranger's: capped by the socket, parsed strictly, checked by its schema. The
charge point's calls are answered at once; of ours one is under way at a time, as the specification wants.

Source: OCPP-J 1.6, 4.2; OCPP 2.0.1 part 4, 4.
"""

import asyncio
import json
import logging
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import ClientConnectionError, WSMsgType, web

from drrouter.adapters.devices.names import cleaned
from drrouter.adapters.devices.ocpp.schema import complaint
from drrouter.adapters.devices.pace import Pace
from drrouter.adapters.strict_json import parse
from drrouter.errors import DeviceRefusedError, DeviceSilentError, MessageError

Json = dict[str, Any]

MOST_BYTES = 256 * 1024
"""The longest frame; a longer one ends the connection."""

CALL, RESULT, ERROR = 2, 3, 4
UNSUPPORTED = ("NotImplemented", "NotSupported")
_LONGEST_ID = 36

_log = logging.getLogger(__name__)


class UnsupportedError(DeviceRefusedError):
    """The charge point does not know this call, or not in this way; it will not learn it."""


class Link:
    """A connected charge point.

    Attributes:
        spoken: set once a call of it was answered, so that it is ready to be called.
    """

    def __init__(
        self,
        socket: web.WebSocketResponse,
        name: str,
        version: str,
        answers: Mapping[str, Callable[[Json], Json]],
        timeout_s: float,
    ) -> None:
        """Take over an open socket.

        Args:
            socket: open, and with ``MOST_BYTES`` as its limit.
            name: of the charge point, for the log.
            version: of OCPP.
            answers: the actions that we know, and what answers each.
            timeout_s: how long an answer to us may take, in seconds of real time.
        """
        self._socket, self._name, self._version = socket, name, version
        self._answers, self._timeout_s = answers, timeout_s
        self._calling = asyncio.Lock()
        self._awaited: tuple[str, asyncio.Future[Json]] | None = None
        self._complained = False
        self.spoken = asyncio.Event()

    async def listen(self) -> None:
        """Answer until the connection ends, whoever ends it."""
        pace = Pace(asyncio.get_running_loop().time)
        try:
            async for message in self._socket:
                await asyncio.sleep(pace.wait_s())
                if message.type is WSMsgType.TEXT:
                    await self._heard(message.data)
                elif message.type is WSMsgType.PING:  # and takes its turn: a flood would hold everything up
                    await self._socket.pong(message.data)
                elif message.type is not WSMsgType.PONG:
                    self._complain("a frame that is no text")
        except (ClientConnectionError, DeviceSilentError):
            _log.debug("%s broke off", self._name)
        finally:
            self._give_up()

    async def close(self, why: str) -> None:
        """Hang up."""
        self._give_up()
        await self._socket.close(code=1001, message=why.encode())

    async def call(self, action: str, payload: Json) -> Json:
        """Ask the charge point, and return its answer.

        Raises:
            DeviceSilentError: no answer in time, a meaningless one, or the connection ended.
            UnsupportedError: it does not know the action.
            DeviceRefusedError: it answers with an error.
        """
        async with self._calling:
            name, answer = str(uuid.uuid4()), asyncio.get_running_loop().create_future()
            self._awaited = name, answer
            try:
                async with asyncio.timeout(self._timeout_s):
                    await self._send([CALL, name, action, payload])
                    result: Json = await answer
            except TimeoutError as error:
                raise DeviceSilentError(f"no answer to {action} within {self._timeout_s:g} s") from error
            finally:
                self._awaited = None
        if wrong := complaint(self._version, action, result, is_answer=True):
            raise DeviceSilentError(f"its answer to {action} has no meaning ({wrong})")
        return result

    async def _heard(self, text: str) -> None:
        """Take one frame; what is none is dropped, for there is nobody to answer."""
        try:
            frame = parse(text.encode(), self._name, MOST_BYTES)
        except MessageError as error:
            return self._complain(error.problem)
        match frame:
            case [2, str(name), str(action), dict(payload)] if len(name) <= _LONGEST_ID:
                answer = self._answered(name, action, payload)
                await self._send(answer)
                if answer[0] == RESULT:
                    self.spoken.set()
            case [2, str(name), *_] if len(name) <= _LONGEST_ID:
                await self._send(self._error(name, self._malformed, "a call is [2, id, action, payload]"))
            case [3, str(name), dict(payload)]:
                self._resolve(name, payload)
            case [4, str(name), str(code), *rest]:
                said = cleaned(rest[0] if rest else "")
                kind = UnsupportedError if code in UNSUPPORTED else DeviceRefusedError
                self._resolve(name, kind(f"it answers with the error {cleaned(code)} {said}".strip()))
            case _:
                self._complain("a frame that OCPP does not have")

    def _answered(self, name: str, action: str, payload: Json) -> list[Any]:
        """The frame that answers a call."""
        answer = self._answers.get(action)
        if answer is None:
            return self._error(name, "NotImplemented", "this action is not known here")
        if wrong := complaint(self._version, action, payload):
            return self._error(name, self._malformed, wrong)
        return [RESULT, name, answer(payload)]

    @property
    def _malformed(self) -> str:
        """The code for what is not built as it should be; 1.6 misspelt it for good."""
        return "FormationViolation" if self._version == "1.6" else "FormatViolation"

    def _error(self, name: str, code: str, said: str) -> list[Any]:
        self._complain(said)
        return [ERROR, name, code, said[:255], {}]

    def _resolve(self, name: str, result: Json | DeviceRefusedError) -> None:
        """Hand an answer to who waits for it; one that nobody awaits is late, and dropped."""
        if self._awaited is None or self._awaited[0] != name or self._awaited[1].done():
            return
        if isinstance(result, DeviceRefusedError):
            self._awaited[1].set_exception(result)
        else:
            self._awaited[1].set_result(result)

    def _give_up(self) -> None:
        """Tell who waits that no answer will come."""
        if self._awaited and not self._awaited[1].done():
            self._awaited[1].set_exception(DeviceSilentError("the connection ended before it answered"))

    async def _send(self, frame: list[Any]) -> None:
        """Send one frame.

        Raises:
            DeviceSilentError: the connection has ended.
        """
        try:
            await self._socket.send_str(json.dumps(frame, allow_nan=False, separators=(",", ":")))
        except (ClientConnectionError, ConnectionError, RuntimeError) as error:
            raise DeviceSilentError("the connection ended") from error

    def _complain(self, what: str) -> None:
        """Log the first thing that is wrong with what it sends, the others where somebody looks for them."""
        _log.log(logging.DEBUG if self._complained else logging.WARNING, "%s sends %s", self._name, what)
        self._complained = True
