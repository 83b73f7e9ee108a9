"""MQTT 3.1.1 packets as far as a small broker needs them: read from a stream, and written.

    fixed header: kind << 4 | flags, remaining length in groups of seven bits;  then the body

Source: OASIS, "MQTT Version 3.1.1", 2.2 (fixed header), 1.5.3 (strings), 3.1 to 3.14 (packets).
"""

import asyncio
from dataclasses import dataclass
from enum import IntEnum

MOST_BYTES = 8 * 1024 * 1024
"""The longest packet that is read."""


class Kind(IntEnum):
    """What a packet is."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14


class PacketError(Exception):
    """Bytes that are no packet; the connection is ended."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet: its kind, the four flags beside it, its body."""

    kind: Kind
    flags: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """Something said on a topic."""

    topic: str
    payload: bytes
    retain: bool = False


@dataclass(frozen=True, slots=True)
class Hello:
    """What a client says of itself when it connects."""

    client_id: str
    will: Message | None
    username: str
    password: str
    keepalive_s: int


class Fields:
    """Takes a body apart, field by field."""

    def __init__(self, body: bytes) -> None:
        """Begin at its start."""
        self._rest = body

    def __bool__(self) -> bool:
        """Whether there is more."""
        return bool(self._rest)

    def take(self, length: int) -> bytes:
        """So many bytes.

        Raises:
            PacketError: there are fewer.
        """
        if len(self._rest) < length:
            raise PacketError("a packet ends in the middle of a field")
        taken, self._rest = self._rest[:length], self._rest[length:]
        return taken

    def number(self, length: int) -> int:
        """A number of so many bytes."""
        return int.from_bytes(self.take(length), "big")

    def block(self) -> bytes:
        """Bytes with their length before them."""
        return self.take(self.number(2))

    def text(self) -> str:
        """A text with its length before it."""
        try:
            return self.block().decode()
        except UnicodeDecodeError as error:
            raise PacketError("a text is no UTF-8") from error

    def rest(self) -> bytes:
        """All that is left."""
        return self.take(len(self._rest))


async def read(reader: asyncio.StreamReader) -> Packet:
    """The next packet.

    Raises:
        PacketError: it is none, or too long.
        EOFError: the other side hung up.
    """
    first = (await reader.readexactly(1))[0]
    length = 0
    for place in range(4):
        byte = (await reader.readexactly(1))[0]
        length |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            break
    else:
        raise PacketError("a length has no end")
    if first >> 4 not in {*Kind} or length > MOST_BYTES:
        raise PacketError("no packet begins so")
    return Packet(Kind(first >> 4), first & 0x0F, await reader.readexactly(length))


def written(kind: Kind, body: bytes = b"", flags: int = 0) -> bytes:
    r"""A packet as bytes.

    >>> written(Kind.PINGRESP)
    b'\xd0\x00'
    """
    length, groups = len(body), bytearray()
    while True:
        length, group = divmod(length, 128)
        groups.append(group | (0x80 if length else 0))
        if not length:
            return bytes([kind << 4 | flags]) + bytes(groups) + body


def published(message: Message) -> bytes:
    """A message on its way to a client, with QoS 0."""
    topic = message.topic.encode()
    return written(Kind.PUBLISH, len(topic).to_bytes(2, "big") + topic + message.payload, int(message.retain))


def hello(packet: Packet) -> Hello:
    """A CONNECT packet taken apart.

    Raises:
        PacketError: it is none of MQTT 3.1.1.
    """
    fields = Fields(packet.body)
    if packet.kind is not Kind.CONNECT or (fields.text(), fields.number(1)) != ("MQTT", 4):
        raise PacketError("this is no greeting of MQTT 3.1.1")
    flags, keepalive_s = fields.number(1), fields.number(2)
    client_id = fields.text()
    will = Message(fields.text(), fields.block(), bool(flags & 0x20)) if flags & 0x04 else None
    username = fields.text() if flags & 0x80 else ""
    return Hello(client_id, will, username, fields.text() if flags & 0x40 else "", keepalive_s)
