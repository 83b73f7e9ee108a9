"""A fake stick of Silicon Labs (EmberZNet, EZSP version 8) that has a network, with the nodes in its reach.

    async with EzspStick(PseudoTerminal(tmp / "ttyACM0")) as stick:
        ...                     # port = stick.line.url, radio = "ezsp"
        stick.join(node)

Source: Silicon Labs, UG100 "EZSP Reference Guide"; what bellows asks when it starts.
"""

import asyncio
from collections.abc import Callable
from typing import Self

from drrouter.sim.wire.zigbee.air import Air
from drrouter.sim.wire.zigbee.ash import Ash
from drrouter.sim.wire.zigbee.lines import Line
from drrouter.sim.wire.zigbee.node import Message, Node, Zdo

VERSION, STACK = 8, bytes([2, 0x10, 0x67])
IEEE = bytes.fromhex("010000004b120000")
KEY = bytes(range(1, 17))
CHANNEL, PAN = 15, 0x1A62
OK, UNKNOWN_COMMAND, UNKNOWN_VALUE, DELIVERY_FAILED = 0x00, 0x31, 0x37, 0x66
INVALID_COMMAND, MESSAGE_SENT, INCOMING, JOINED = 0x58, 0x3F, 0x45, 0x24
NEW, LEFT = 1, 2


class EzspStick(Air):
    """The stick; an async context manager that plugs it in and out.

    Attributes:
        unknown: the numbers of commands that it did not know, for tests.
    """

    def __init__(self, line: Line) -> None:
        """``line`` is how it hangs on the router."""
        super().__init__()
        self.line, self.unknown = line, set[int]()
        self._ash = Ash(line.write, self._heard)
        self._sequence = 0
        self._patient: set[bytes] = set()
        line.heard = self._ash.fed

    async def __aenter__(self) -> Self:
        """Plug it in."""
        await self.line.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Pull it."""
        await self.line.close()

    # --------------------------------------------------------------------------------------- the air's side

    def join(self, node: Node) -> None:
        """The trust centre says so first, then the node itself."""
        self.nodes[node.nwk] = node
        self._tell(JOINED, _two(node.nwk) + node.ieee[::-1] + bytes([NEW, 0, 0, 0]))
        super().join(node)

    def farewell(self, node: Node) -> None:
        """The coordinator learns that the node leaves."""
        self._tell(JOINED, _two(node.nwk) + node.ieee[::-1] + bytes([LEFT, 0, 0, 0]))

    def hear(self, message: Message) -> None:
        """What a node says, as the stick passes it on."""
        kind = 4 if message.cluster == Zdo.DEVICE_ANNOUNCE and message.endpoint == 0 else 0
        to = 0 if message.endpoint == 0 else 1
        aps = _two(message.profile) + _two(message.cluster) + bytes([message.endpoint, to]) + bytes(4)
        aps += message.data[:1] if message.endpoint == 0 else message.data[1:2]
        head = bytes([kind]) + aps + bytes([200, 0xC4]) + _two(message.nwk) + b"\xff\xff"
        self._tell(INCOMING, head + bytes([len(message.data)]) + message.data)

    # ------------------------------------------------------------------------------------- the router's side

    def _heard(self, data: bytes) -> None:
        """One command; the first asks for the version, in the form of old versions."""
        self._sequence = data[0]
        if len(data) == 4 and data[1:3] == b"\0\0":
            self._ash.send(data[:1] + b"\x80\x00" + bytes([VERSION]) + STACK)
            return
        number, payload = int.from_bytes(data[3:5], "little"), data[5:]
        act = self._acts().get(number)
        if act is None:
            self.unknown.add(number)
            self._answer(INVALID_COMMAND, bytes([UNKNOWN_COMMAND]))
            return
        self._answer(number, act(payload))

    def _acts(self) -> dict[int, Callable[[bytes], bytes]]:
        fine = _always(bytes([OK]))
        return {
            0x00: _always(bytes([VERSION]) + STACK),
            0x02: fine,  # add an endpoint
            0x05: _always(b""),  # are you there?
            0x0B: _always(b"\0"),  # a maker's token, empty
            0x10: fine,
            0x15: _always(b""),
            0x18: _always(b"\x02"),  # it is on its network
            0x22: self._permit,
            0x26: _always(IEEE),
            0x27: _always(b"\0\0"),
            0x28: _always(bytes([OK, 1]) + _network()),
            0x34: self._unicast,
            0x36: self._broadcast,
            0x52: _always(bytes([OK]) + b"\x05\0"),
            0x53: fine,
            0x55: fine,
            0x56: _always(bytes([OK, 0])),
            0x5A: _always(bytes(4)),
            0x60: self._lookup,
            0x61: _always(bytes([1]) + bytes(8)),
            0x63: _always(bytes([OK]) + bytes(4)),
            0x65: _always(bytes(80)),
            0x69: _always(bytes([OK]) + b"\x84\x00" + IEEE),
            0x6A: lambda payload: bytes([OK]) + _key(payload[0]),
            0x75: _always(b"\xff"),
            0x7E: self._patience,
            0x7F: lambda payload: bytes([payload[:8] in self._patient]),
            0xAA: _always(bytes([UNKNOWN_VALUE, 0])),
            0xAB: fine,
            0xAF: fine,
            0xF1: _always(bytes(80)),
        }

    def _lookup(self, payload: bytes) -> bytes:
        """The network address of a hardware address."""
        known = (node.nwk for node in self.nodes.values() if node.ieee[::-1] == payload[:8])
        return _two(next(known, 0xFFFF))

    def _patience(self, payload: bytes) -> bytes:
        """Whose answers it waits for longer, because they sleep."""
        (self._patient.add if payload[8] else self._patient.discard)(payload[:8])
        return b""

    def _permit(self, payload: bytes) -> bytes:
        self.permitted_s.append(payload[0])
        return bytes([OK])

    def _unicast(self, payload: bytes) -> bytes:
        nwk, aps, tag = int.from_bytes(payload[1:3], "little"), payload[3:14], payload[14]
        profile, cluster = (int.from_bytes(aps[at : at + 2], "little") for at in (0, 2))
        message = Message(nwk, aps[5], cluster, payload[16:], profile)
        asyncio.get_running_loop().call_soon(self._deliver, message, payload[:14], tag)
        return bytes([OK, tag])

    def _deliver(self, message: Message, head: bytes, tag: int) -> None:
        """Into the air, after the answer that it was taken."""
        answers = self._own(message) if message.nwk == 0 else self.reach(message)
        status = DELIVERY_FAILED if answers is None else OK
        self._tell(MESSAGE_SENT, head + bytes([tag, status, 0]))
        for answer in answers or ():
            self.hear(answer)

    def _broadcast(self, payload: bytes) -> bytes:
        """Nobody here hears it, but it was sent."""
        return bytes([OK, payload[14]])

    def _own(self, message: Message) -> tuple[Message, ...]:
        """The stick is a device of its own network and tells what kind."""
        if message.cluster != Zdo.NODE_DESCRIPTOR:
            return ()
        descriptor = bytes.fromhex("00408f0000527f010000530000")
        return (Message(0, 0, message.cluster | 0x8000, message.data[:1] + bytes(3) + descriptor, 0),)

    def _answer(self, number: int, payload: bytes) -> None:
        self._ash.send(bytes([self._sequence, 0x80, 0x01]) + _two(number) + payload)

    def _tell(self, number: int, payload: bytes) -> None:
        """Something that was not asked for."""
        self._ash.send(bytes([self._sequence, 0x90, 0x01]) + _two(number) + payload)


def _always(payload: bytes) -> Callable[[bytes], bytes]:
    return lambda _: payload


def _two(number: int) -> bytes:
    return number.to_bytes(2, "little")


def _network() -> bytes:
    """Extended PAN, PAN, power, channel, way to join, manager, update and channels."""
    return (
        bytes(range(1, 9))
        + _two(PAN)
        + bytes([8, CHANNEL, 0])
        + bytes(3)
        + (1 << CHANNEL).to_bytes(4, "little")
    )


def _key(kind: int) -> bytes:
    """What is known of a key, its counters and whose it is."""
    return b"\x00\x00" + bytes([kind]) + KEY + bytes(8) + b"\0" + IEEE
