"""One connection of a resource manager: every message is answered by its ReceptionStatus, in both directions.

    its message                         our ReceptionStatus
    no JSON, or without an id           INVALID_DATA
    not as the schema has it            INVALID_MESSAGE
    contradicts what was said before    INVALID_CONTENT
    any other                           OK

Everything that arrives is a stranger's: capped by the socket, parsed strictly, checked by its schema, and
slowed down where it comes too fast. What the messages mean is left to the session.
"""

import asyncio
import json
import logging
import uuid
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress

from aiohttp import ClientConnectionError, WSMessage, WSMsgType, web

from drrouter.adapters.devices.names import cleaned
from drrouter.adapters.devices.pace import Pace
from drrouter.adapters.devices.s2.schema import BadMessageError, Json, read
from drrouter.errors import DeviceRefusedError, DeviceSilentError, MessageError

MOST_AWAITED = 32
LONGEST_LABEL = 300

REST = 3.0
"""So many times as long as a message took nothing is heard: no talk takes more than a quarter of the time."""

_log = logging.getLogger(__name__)

Hear = Callable[[str, Json], None]


class Link:
    """A connected resource manager."""

    def __init__(self, socket: web.WebSocketResponse, name: str, hear: Hear, timeout_s: float) -> None:
        """Take over an open socket.

        Args:
            socket: open, with ``schema.MOST_BYTES`` as its limit, and without answers to pings of its own.
            name: of the resource manager, for the log.
            hear: takes a message by its type; raises MessageError where it contradicts what is known.
            timeout_s: how long a ReceptionStatus may take, in seconds of real time.
        """
        self._socket, self._name, self._hear, self._timeout_s = socket, name, hear, timeout_s
        self._awaited: OrderedDict[str, asyncio.Future[Json]] = OrderedDict()
        self._complained = False
        self._ended = asyncio.Event()
        self._leaving = False

    async def listen(self) -> None:
        """Answer until the connection ends, whoever ends it."""
        time = asyncio.get_running_loop().time
        pace = Pace(time)
        try:
            async for frame in self._socket:
                if frame.type is WSMsgType.ERROR:
                    break
                await asyncio.sleep(pace.wait_s())
                began = time()
                async with asyncio.timeout(self._timeout_s):
                    await self._came(frame)
                await asyncio.sleep(REST * (time() - began))
                if self._leaving:
                    await self.close("as it asked for")
                    break
        except (ClientConnectionError, DeviceSilentError):
            _log.debug("%s broke off", self._name)
        except TimeoutError:
            _log.info("S2: %s reads no answers and is hung up on", self._name)
        finally:
            self._give_up()

    async def tell(self, message_type: str, **parts: object) -> None:
        """Send a message and wait until the resource manager says that it has it.

        Raises:
            DeviceSilentError: no ReceptionStatus came in time, or the connection ended.
            DeviceRefusedError: it was received, and is not OK.
        """
        message_id = str(uuid.uuid4())
        answer = self._expect(message_id)
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._send({"message_type": message_type, "message_id": message_id, **parts})
                status = await answer
        except TimeoutError as error:
            raise DeviceSilentError(
                f"no ReceptionStatus came for {message_type} within {self._timeout_s:g} s"
            ) from error
        finally:
            self._awaited.pop(message_id, None)
        if status["status"] != "OK":
            label = cleaned(status.get("diagnostic_label"), LONGEST_LABEL)
            raise DeviceRefusedError(f"it answers {message_type} with {status['status']} {label}".rstrip())

    async def close(self, why: str) -> None:
        """Hang up."""
        self._give_up()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._timeout_s):
                await self._socket.close(message=why.encode()[:120])

    def end_soon(self) -> None:
        """Hang up once the message that is being heard is answered."""
        self._leaving = True

    def _expect(self, message_id: str) -> asyncio.Future[Json]:
        """What will hold the status of a message.

        Raises:
            DeviceSilentError: the connection has ended, or far too many statuses are owed.
        """
        if self._ended.is_set() or len(self._awaited) >= MOST_AWAITED:
            raise DeviceSilentError("the connection ended")
        future: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._awaited[message_id] = future
        return future

    async def _came(self, frame: WSMessage) -> None:
        """Take one frame; a ping is no message, and takes its turn like any other."""
        if frame.type is WSMsgType.PING:
            with suppress(ClientConnectionError, ConnectionError, RuntimeError):
                await self._socket.pong(frame.data)
        elif frame.type is not WSMsgType.PONG:
            await self._heard(frame.data if frame.type is WSMsgType.TEXT else "a frame that is no text")

    async def _heard(self, text: str) -> None:
        """Take one message and say how it was received."""
        try:
            kind, message = read(text, self._name)
        except BadMessageError as error:
            self._complain(str(error))
            if error.subject:
                await self._answer(error.subject, error.status, str(error))
            return
        if kind == "ReceptionStatus":
            self._resolve(message)
            return
        try:
            self._hear(kind, message)
        except MessageError as error:
            self._complain(f"{kind}: {error}")
            await self._answer(message["message_id"], "INVALID_CONTENT", str(error))
        else:
            await self._answer(message["message_id"], "OK", "")

    def _resolve(self, status: Json) -> None:
        """Hand a status to who waits for it; one that nobody awaits is late, and dropped."""
        future = self._awaited.get(status["subject_message_id"])
        if future is not None and not future.done():
            future.set_result(status)

    def _give_up(self) -> None:
        """Tell who waits that no status will come."""
        self._ended.set()
        for future in self._awaited.values():
            if not future.done():
                future.set_exception(DeviceSilentError("the connection ended before it answered"))
                future.exception()  # nobody need wait for it

    async def _answer(self, subject: str, status: str, label: str) -> None:
        answer = {"message_type": "ReceptionStatus", "subject_message_id": subject, "status": status}
        await self._send(answer | ({"diagnostic_label": cleaned(label, LONGEST_LABEL)} if label else {}))

    async def _send(self, message: Json) -> None:
        """Send one message.

        Raises:
            DeviceSilentError: the connection has ended.
        """
        try:
            await self._socket.send_str(json.dumps(message, allow_nan=False, separators=(",", ":")))
        except (ClientConnectionError, ConnectionError, RuntimeError) as error:
            raise DeviceSilentError("the connection ended") from error

    def _complain(self, what: str) -> None:
        """Log the first thing that is wrong with what it sends, the others where somebody looks for them."""
        _log.log(logging.DEBUG if self._complained else logging.WARNING, "S2: %s", cleaned(what, 300))
        self._complained = True
