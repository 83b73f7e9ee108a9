"""A small MQTT 3.1.1 broker for the demo and for faults that a real broker does not show on demand.

It grants QoS 0, acknowledges what comes with QoS 1, keeps retained messages in memory, and says last wills.

    async with SmallBroker("127.0.0.1") as broker:
        ...                          # clients connect to broker.host, broker.port
        broker.drop("plug")          # this client's line is dead: its last will is said
        broker.fault = Fault.SILENT  # new clients are accepted and never answered

Source: OASIS, "MQTT Version 3.1.1", 3 (packets), 4.7 (topic names and filters).
"""

import asyncio
import logging
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Self

from drrouter.sim.wire.listener import Listener
from drrouter.sim.wire.mqtt.packets import (
    Fields,
    Hello,
    Kind,
    Message,
    Packet,
    PacketError,
    hello,
    published,
    read,
    written,
)

ACCEPTED, BAD_PASSWORD = 0, 4
NO_FILTER = 0x80

_log = logging.getLogger(__name__)


class Fault(Enum):
    """How a broker may misbehave."""

    NONE = "none"
    SILENT = "accepts and says nothing"
    GARBAGE = "answers a greeting with bytes that mean nothing"
    HALF = "answers with half a packet and hangs up"
    FORBIDS = "grants no subscription"


@dataclass(eq=False)
class _Client:
    """One connection."""

    writer: asyncio.StreamWriter
    will: Message | None = None
    filters: set[str] = field(default_factory=set)

    def hears(self, topic: str) -> bool:
        """Whether it follows the topic."""
        return topic in self.filters or any(matches(one, topic) for one in self.filters if _is_pattern(one))


class SmallBroker:
    """The broker; an async context manager that listens while entered."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        users: Mapping[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Nothing is opened yet; port 0 takes a free one; without ``users`` everybody is let in."""
        self._listener, self._users = Listener(self._talk, host, port, tls), users
        self.host = host
        self.fault = Fault.NONE
        self.retained: dict[str, Message] = {}
        self._clients: dict[str, _Client] = {}

    async def __aenter__(self) -> Self:
        """Listen."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Vanish."""
        await self.stop()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._listener.port

    async def start(self) -> None:
        """Listen; on the same port as before, where it listened before."""
        await self._listener.start()

    async def stop(self) -> None:
        """Vanish with all that was retained."""
        self.retained.clear()
        await self._listener.stop()

    def drop(self, client_id: str) -> None:
        """Cut the line to a client, as where its power went."""
        if client := self._clients.get(client_id):
            client.writer.transport.abort()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its greeting to its end."""
        client = _Client(writer)
        try:
            greeting = hello(await read(reader))
            if await self._welcome(greeting, client):
                while await self._serve(await read(reader), client):
                    pass
        except (EOFError, OSError, PacketError) as error:
            _log.debug("a client is gone: %s", error)
        finally:
            for name in [name for name, one in self._clients.items() if one is client]:
                del self._clients[name]
            if client.will:
                self._spread(client.will)

    async def _welcome(self, greeting: Hello, client: _Client) -> bool:
        """Let the client in, or not."""
        if self.fault is Fault.SILENT:
            await asyncio.get_running_loop().create_future()
        if self.fault in (Fault.GARBAGE, Fault.HALF):
            client.writer.write(b"\x20" if self.fault is Fault.HALF else b"\xf0\xff\xff\xff\xff garbage")
            await client.writer.drain()
            return False
        known = self._users is None or self._users.get(greeting.username) == greeting.password
        client.writer.write(written(Kind.CONNACK, bytes([0, ACCEPTED if known else BAD_PASSWORD])))
        if known:
            self.drop(greeting.client_id)  # a second client of one name takes the place of the first
            self._clients[greeting.client_id] = client
            client.will = greeting.will
        await client.writer.drain()
        return known

    async def _serve(self, packet: Packet, client: _Client) -> bool:
        """Do what one packet asks for; False where the client says goodbye."""
        handlers: dict[Kind, Callable[[Packet, _Client], None]] = {
            Kind.PUBLISH: self._on_publish,
            Kind.SUBSCRIBE: self._on_subscribe,
            Kind.UNSUBSCRIBE: self._on_unsubscribe,
            Kind.PINGREQ: lambda _, one: one.writer.write(written(Kind.PINGRESP)),
        }
        if packet.kind is Kind.DISCONNECT:
            client.will = None
            return False
        if packet.kind not in handlers:
            raise PacketError(f"nobody asked for {packet.kind.name}")
        handlers[packet.kind](packet, client)
        await client.writer.drain()
        return True

    def _on_publish(self, packet: Packet, client: _Client) -> None:
        fields, qos = Fields(packet.body), packet.flags >> 1 & 3
        topic = fields.text()
        if qos > 1 or "#" in topic or "+" in topic:
            raise PacketError("what is said with QoS 2, or on no topic, is not served")
        if qos:
            client.writer.write(written(Kind.PUBACK, fields.take(2)))
        self._spread(Message(topic, fields.rest(), bool(packet.flags & 1)))

    def _on_subscribe(self, packet: Packet, client: _Client) -> None:
        fields = Fields(packet.body)
        number, filters = fields.take(2), list[str]()
        while fields:
            filters.append(fields.text())
            fields.take(1)
        forbidden = self.fault is Fault.FORBIDS
        client.writer.write(written(Kind.SUBACK, number + bytes([NO_FILTER * forbidden] * len(filters))))
        if not forbidden:
            client.filters.update(filters)
            for message in self._kept_for(filters):
                client.writer.write(published(message))

    def _kept_for(self, filters: list[str]) -> list[Message]:
        """What is retained on these topics."""
        patterns = [one for one in filters if _is_pattern(one)]
        kept = [self.retained[one] for one in filters if one in self.retained]
        if patterns:
            kept += [
                one for one in self.retained.values() if any(matches(each, one.topic) for each in patterns)
            ]
        return kept

    def _on_unsubscribe(self, packet: Packet, client: _Client) -> None:
        fields = Fields(packet.body)
        number = fields.take(2)
        while fields:
            client.filters.discard(fields.text())
        client.writer.write(written(Kind.UNSUBACK, number))

    def _spread(self, message: Message) -> None:
        """Say it to all who listen, and keep it where it shall be retained."""
        if message.retain:
            self.retained.pop(message.topic, None)
            if message.payload:
                self.retained[message.topic] = message
        fresh = published(Message(message.topic, message.payload))
        for client in tuple(self._clients.values()):
            if client.hears(message.topic):
                client.writer.write(fresh)


def _is_pattern(text: str) -> bool:
    return "+" in text or "#" in text


def matches(pattern: str, topic: str) -> bool:
    """Whether a filter fits a topic.

    >>> matches("tele/+/LWT", "tele/plug/LWT"), matches("tele/#", "tele"), matches("+", "a/b")
    (True, True, False)
    """
    wanted, given = pattern.split("/"), topic.split("/")
    for place, level in enumerate(wanted):
        if level == "#":
            return True
        if place >= len(given) or level not in ("+", given[place]):
            return False
    return len(wanted) == len(given)
