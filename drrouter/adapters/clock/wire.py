"""The few lines that a clock server and its participants exchange: JSON, one message a line.

    participant -> server    {"join": "router"}
                             {"settled": 17, "wake": 1690646400000000}
                             {"busy": 17}
    server -> participant    {"now": 1690646400000000, "step": 17, "woken": true}
                             {"refused": "a participant of that name is here already"}

Instants are whole microseconds since 1970 (UTC); ``wake`` is null for one that waits for nothing.
Steps are numbered: a "settled" that names an older step than the last that woke its sender is late.
"""

import asyncio
import json
from datetime import UTC, datetime, timedelta

from drrouter.errors import InputError, MessageError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LAST_INSTANT = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_SCHEME = "clock://"
_LONGEST_LINE = 1024

Message = dict[str, int | str | bool | None]


def to_microseconds(instant: datetime) -> int:
    """The instant as whole microseconds since 1970."""
    return (instant - _EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> datetime:
    """The instant that many microseconds after 1970, aware UTC."""
    return _EPOCH + count * _MICROSECOND


def url_of(host: str, port: int) -> str:
    """How a participant names the server: ``clock://127.0.0.1:40123``."""
    return f"{_SCHEME}{host}:{port}"


def address_of(url: str) -> tuple[str, int]:
    """Host and port of a server's URL.

    Raises:
        InputError: it is not of the form ``clock://HOST:PORT``.
    """
    host, colon, port = url.removeprefix(_SCHEME).rpartition(":")
    if not url.startswith(_SCHEME) or not colon or not host or not port.isdecimal():
        raise InputError("--clock", "", f"{url!r} is not the address of a clock", "Write clock://HOST:PORT")
    return host, int(port)


class LineProtocol(asyncio.Protocol):
    """One end of the connection: turns bytes into messages and back.

    A subclass says what a message means; a line that is no message raises ``MessageError`` there.
    """

    def __init__(self) -> None:
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 -- for the type only
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Hand over each whole line; the rest waits for more."""
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        try:
            if len(self._buffer) > _LONGEST_LINE:
                raise MessageError("clock", "", "a line is too long")
            for line in lines:
                self.received(_decoded(line))
        except MessageError as error:
            self.garbled(error)

    def send(self, message: Message) -> None:
        """Send one message, at once; into a closed connection it goes unseen."""
        self.send_line(encoded(message))

    def send_line(self, line: bytes) -> None:
        """Send a message that is encoded already."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(line)

    def close(self) -> None:
        """End the connection after what is still to be sent."""
        if self._transport is not None:
            self._transport.close()

    def received(self, message: Message) -> None:
        """A message came."""
        raise NotImplementedError

    def garbled(self, error: MessageError) -> None:
        """Something came that is no message."""
        raise NotImplementedError


def encoded(message: Message) -> bytes:
    """The message as a line."""
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


def whole(message: Message, key: str) -> int:
    """A whole number of the message.

    Raises:
        MessageError: there is none under that key, or it is larger than any instant.
    """
    value = message.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LAST_INSTANT:
        raise MessageError("clock", key, "is not a whole number of a possible size")
    return value


def _decoded(line: bytes) -> Message:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise MessageError("clock", "", "a line is not JSON") from error
    if not isinstance(message, dict):
        raise MessageError("clock", "", "a line is not a JSON object")
    return message
