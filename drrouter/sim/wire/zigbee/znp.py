"""A fake stick of Texas Instruments (CC2531, Z-Stack 3.0), with the nodes in its reach.

    async with ZnpStick(PseudoTerminal(tmp / "ttyUSB0")) as stick:     # or TcpLine()
        ...                     # port = stick.line.url, radio = "znp"
        stick.join(node)

Source: Texas Instruments, "Z-Stack Monitor and Test API" (SWRA198); what zigpy-znp asks when it starts.
"""

import asyncio
from collections.abc import Callable
from typing import Self

from drrouter.sim.wire.zigbee import mt
from drrouter.sim.wire.zigbee.air import Air
from drrouter.sim.wire.zigbee.lines import Line
from drrouter.sim.wire.zigbee.mt import AREQ, Command, Splitter
from drrouter.sim.wire.zigbee.node import Message, Node, Zdo
from drrouter.sim.wire.zigbee.nvram import CHANNEL_AT, NETWORK, ON_NETWORK, STARTUP_OPTION, formed, unformed

OK, NO_ACK, NOT_INITIALIZED, NV_UNINIT, NV_FAILED = b"\x00", 0xE9, b"\x01", b"\x09", b"\x0a"
CAPABILITIES = 0x0459  # SYS, AF, ZDO, UTIL and application configuration
VERSION = bytes([2, 1, 2, 7, 1]) + (20190425).to_bytes(4, "little")
FORMED_ALREADY, STARTED = 0x08, 0x09
COORDINATOR_DESCRIPTOR = bytes.fromhex("00408f0000527f010000530000")


class ZnpStick(Air):
    """The stick; an async context manager that plugs it in and out."""

    def __init__(self, line: Line, *, has_network: bool = True) -> None:
        """Build it; nothing is opened yet.

        Args:
            line: how it hangs on the router.
            has_network: whether a network was formed with it before.
        """
        super().__init__()
        self.line = line
        self._nvram = formed() if has_network else unformed()
        self._endpoints: dict[int, bytes] = {}
        self._splitter = Splitter()
        line.heard = self._heard

    @property
    def channel(self) -> int:
        """On which its network works."""
        return self._nvram[NETWORK][CHANNEL_AT]

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
        mine = node.nwk.to_bytes(2, "little")
        self._say(Command(AREQ, mt.ZDO, 0xCA, mine + node.ieee[::-1] + b"\0\0"))
        super().join(node)

    def farewell(self, node: Node) -> None:
        """The coordinator learns that the node leaves."""
        self._say(Command(AREQ, mt.ZDO, 0xC9, node.nwk.to_bytes(2, "little") + node.ieee[::-1] + bytes(3)))

    def hear(self, message: Message) -> None:
        """What a node says, as the stick passes it on: the device profile is a matter of its own."""
        source, cluster = message.nwk.to_bytes(2, "little"), message.cluster.to_bytes(2, "little")
        if message.endpoint == 0:
            broadcast = bytes([message.cluster == Zdo.DEVICE_ANNOUNCE])
            head = source + broadcast + cluster + b"\0" + message.data[:1] + b"\0\0"
            self._say(Command(AREQ, mt.ZDO, 0xFF, head + message.data[1:]))
            return
        head = b"\0\0" + cluster + source + bytes([message.endpoint, 1, 0, 200, 0]) + bytes(4)
        body = bytes([message.data[1], len(message.data)]) + message.data
        self._say(Command(AREQ, mt.AF, 0x81, head + body + source + b"\x1e"))

    # ------------------------------------------------------------------------------------- the router's side

    def _heard(self, data: bytes) -> None:
        for command in self._splitter.fed(data):
            act = self._acts().get((command.subsystem, command.number))
            if act is not None:
                act(command)
            elif command.kind == mt.SREQ:
                unknown = bytes([2, command.kind | command.subsystem, command.number])
                self._say(Command(mt.SRSP, mt.RPC, 0, unknown))

    def _acts(self) -> dict[tuple[int, int], Callable[[Command], None]]:
        return {
            (mt.SYS, 0x00): self._reset,
            (mt.SYS, 0x01): self._answering(CAPABILITIES.to_bytes(2, "little")),
            (mt.SYS, 0x02): self._answering(VERSION),
            (mt.SYS, 0x07): self._create,
            (mt.SYS, 0x12): self._delete,
            (mt.SYS, 0x13): self._length,
            (mt.SYS, 0x1C): self._read,
            (mt.SYS, 0x1D): self._write,
            (mt.UTIL, 0x0A): self._answering(OK),
            (mt.UTIL, 0x49): self._answering(bytes(28)),
            (mt.APP_CONFIG, 0x05): self._start,
            (mt.APP_CONFIG, 0x08): self._answering(OK),
            (mt.ZDO, 0x36): self._permit,
            (mt.ZDO, 0x3E): self._answering(OK),
            (mt.ZDO, 0x45): self._answering(OK),
            (mt.ZDO, 0x46): self._answering(OK),
            (mt.AF, 0x00): self._register,
            (mt.AF, 0x02): self._send,
        }

    def _answering(self, payload: bytes) -> Callable[[Command], None]:
        return lambda command: self._say(command.answer(payload))

    def _reset(self, _: Command) -> None:
        """Start again; forget everything where the memory says so. Deleted items get their usual values."""
        forget = self._nvram.get(STARTUP_OPTION, b"\0") != b"\0"
        self._nvram = unformed() if forget else unformed() | self._nvram
        self._say(Command(AREQ, mt.SYS, 0x80, b"\0" + VERSION[:5]))

    def _create(self, command: Command) -> None:
        item, length = _two(command.payload), _two(command.payload[2:])
        self._nvram[item] = command.payload[5:].ljust(length, b"\0")[:length]
        self._say(command.answer(NV_UNINIT))

    def _delete(self, command: Command) -> None:
        known = self._nvram.pop(_two(command.payload), None)
        self._say(command.answer(NV_FAILED if known is None else OK))

    def _length(self, command: Command) -> None:
        length = len(self._nvram.get(_two(command.payload), b""))
        self._say(command.answer(length.to_bytes(2, "little")))

    def _read(self, command: Command) -> None:
        value = self._nvram.get(_two(command.payload), b"")[_two(command.payload[2:]) :][:240]
        self._say(command.answer(OK + bytes([len(value)]) + value))

    def _write(self, command: Command) -> None:
        item, offset, value = _two(command.payload), _two(command.payload[2:]), command.payload[6:]
        old = self._nvram.get(item, b"")
        self._nvram[item] = old[:offset] + value + old[offset + len(value) :]
        self._say(command.answer(OK))

    def _start(self, command: Command) -> None:
        """Start the network; one that is in the memory already counts as a failure to form one."""
        formed_already = self._nvram.get(ON_NETWORK) == b"\1"
        self._nvram[ON_NETWORK] = b"\1"
        self._say(command.answer(OK))
        self._say(Command(AREQ, mt.ZDO, 0xC0, bytes([STARTED])))
        self._say(Command(AREQ, mt.APP_CONFIG, 0x80, bytes([FORMED_ALREADY if formed_already else 0, 4, 0])))

    def _permit(self, command: Command) -> None:
        self.permitted_s.append(command.payload[3])
        self._say(command.answer(OK))
        self._say(Command(AREQ, mt.ZDO, 0xB6, b"\0\0\0"))

    def _register(self, command: Command) -> None:
        payload = command.payload
        self._endpoints[payload[0]] = payload[:6] + payload[7:]
        self._say(command.answer(OK))

    def _send(self, command: Command) -> None:
        """A message into the air; one with an answer that nobody acknowledges is said to have failed."""
        payload = command.payload
        mode, nwk, endpoint = payload[0], _two(payload[1:]), payload[9]
        source, cluster, sequence = payload[12], _two(payload[13:]), payload[15]
        message = Message(nwk, endpoint, cluster, payload[20:])
        self._say(command.answer(OK))
        if mode != 2:
            return  # broadcasts and groups reach nobody here
        answers = self._own(message) if nwk == 0 else self.reach(message)
        if endpoint != 0:
            status = NO_ACK if answers is None else 0
            self._say(Command(AREQ, mt.AF, 0x80, bytes([status, source, sequence])))
        for answer in answers or ():
            asyncio.get_running_loop().call_soon(self.hear, answer)

    def _own(self, message: Message) -> tuple[Message, ...]:
        """The stick is a device of its own network, and answers the interview like one."""
        sequence, wanted = message.data[:1], message.data[3:4]
        match message.cluster:
            case Zdo.NODE_DESCRIPTOR:
                answer = bytes(3) + COORDINATOR_DESCRIPTOR
            case Zdo.ACTIVE_ENDPOINTS:
                answer = bytes(3) + bytes([len(self._endpoints), *self._endpoints])
            case Zdo.SIMPLE_DESCRIPTOR if wanted and wanted[0] in self._endpoints:
                simple = self._endpoints[wanted[0]]
                answer = bytes(3) + bytes([len(simple)]) + simple
            case _:
                return ()
        return (Message(0, 0, message.cluster | 0x8000, sequence + answer, 0),)

    def _say(self, command: Command) -> None:
        self.line.write(command.to_bytes())


def _two(payload: bytes) -> int:
    return int.from_bytes(payload[:2], "little")
