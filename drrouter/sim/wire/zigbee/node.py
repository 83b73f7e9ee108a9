"""A simulated Zigbee device: what it hears and says, as bytes; a fake radio or stick carries them.

    coordinator --> Message --> node.hear --> Message, Message, ... --> coordinator

It answers the interview (ZDO), reads of attributes, bindings and reporting, and the commands of its clusters.
Source: Zigbee specification (05-3474), 2.4 "The Zigbee Device Profile".
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, IntEnum
from typing import Protocol

from drrouter.sim.wire.zigbee.frames import (
    Command,
    Frame,
    Kind,
    Status,
    Value,
    encode,
    general,
    specific,
    taken_apart,
    width_of_change,
)

HOME_AUTOMATION = 0x0104
ZDO_PROFILE = 0x0000
RESPONSE = 0x8000
BASIC = 0x0000
NEVER_REPORT = 0xFFFF


class Load(Protocol):
    """What draws power behind a node."""

    def set_supply(self, on: bool) -> None:
        """The node gives it power from now on, or cuts it."""
        ...

    def power_w(self) -> float:
        """What it draws now, in W; 0 while it has no power."""
        ...

    def energy_wh(self) -> float:
        """What it has drawn since the node was made, in Wh."""
        ...


class Zdo(IntEnum):
    """Requests of the device profile that are answered; a response has the number with the top bit set."""

    NODE_DESCRIPTOR = 0x0002
    SIMPLE_DESCRIPTOR = 0x0004
    ACTIVE_ENDPOINTS = 0x0005
    DEVICE_ANNOUNCE = 0x0013
    BIND = 0x0021
    LEAVE = 0x0034


class Fault(Enum):
    """How a node may misbehave."""

    NONE = "none"
    SILENT = "hears, and says nothing"
    GARBAGE = "answers with bytes that mean nothing"
    HALF = "breaks off in the middle of an answer"
    REFUSES = "answers each command of a cluster with a failure"
    IGNORES = "acknowledges a command and does nothing"
    LIES = "reports an impossible power"
    NOT_A_NUMBER = "reports a power that is marked as unknown"
    NO_REPORTS = "refuses to report, and must be asked"


@dataclass(frozen=True, slots=True)
class Message:
    """Something on the air, between the coordinator and one node."""

    nwk: int
    endpoint: int
    cluster: int
    data: bytes
    profile: int = HOME_AUTOMATION


@dataclass(slots=True)
class Attribute:
    """One attribute of a cluster; its value is asked for whenever it is read."""

    kind: Kind
    value: Callable[[], Value]


@dataclass(slots=True)
class Cluster:
    """The server side of a cluster on the node.

    Attributes:
        commands: what each of them does; returns the status, or the command and payload of its answer.
        questions: those among them that ask only, so that no fault of obedience touches them.
    """

    attributes: dict[int, Attribute] = field(default_factory=dict)
    commands: dict[int, Callable[[bytes], Status | tuple[int, bytes] | None]] = field(default_factory=dict)
    questions: frozenset[int] = frozenset()


@dataclass(slots=True)
class _Report:
    """How an attribute is reported, and what was said last."""

    least: timedelta
    most: timedelta
    change: int
    said: Value | None = None
    said_at: datetime | None = None


class Node:
    """One device with one endpoint.

    Attributes:
        fault: how it misbehaves now.
        heard: everything that was sent to it, for tests.
        bound: the clusters whose reports go to the coordinator.
    """

    endpoint = 1
    device_type = 0x0051

    def __init__(
        self, ieee: bytes, nwk: int, manufacturer: str, model: str, *, now: Callable[[], datetime]
    ) -> None:
        """``ieee`` is the hardware address, most significant byte first, as it is printed."""
        self.ieee, self.nwk, self.now = ieee, nwk, now
        self.fault = Fault.NONE
        self.heard: list[Message] = []
        self.bound: set[int] = set()
        self.clusters: dict[int, Cluster] = {
            BASIC: Cluster(
                {
                    0x0000: Attribute(Kind.UINT8, lambda: 8),
                    0x0004: Attribute(Kind.STRING, lambda: manufacturer),
                    0x0005: Attribute(Kind.STRING, lambda: model),
                }
            )
        }
        self.client_clusters: dict[int, Cluster] = {}
        self._reports: dict[tuple[int, int], _Report] = {}
        self._sequence = 0

    @property
    def id(self) -> str:
        """The hardware address as people write it."""
        return ":".join(f"{byte:02x}" for byte in self.ieee)

    def forget(self) -> None:
        """Somebody resets it: it knows nothing of bindings and reports any more."""
        self.bound.clear()
        self._reports.clear()

    # ---------------------------------------------------------------------------------------- what it says

    def announcement(self) -> Message:
        """What it says when it joins or comes back."""
        payload = b"\0" + self.nwk.to_bytes(2, "little") + self.ieee[::-1] + b"\x8e"
        return Message(self.nwk, 0, Zdo.DEVICE_ANNOUNCE, payload, ZDO_PROFILE)

    def due_reports(self) -> Iterator[Message]:
        """The reports that are due: after the longest interval, or sooner where the value moved enough."""
        for (cluster, attribute), how in self._reports.items():
            if cluster not in self.bound or self.fault is Fault.SILENT:
                continue
            value = self._value(cluster, attribute)
            if self._is_due(how, value):
                how.said, how.said_at = value, self.now()
                yield self.report(cluster, [attribute])

    def report(self, cluster: int, attributes: Sequence[int]) -> Message:
        """A report of these attributes as they are now."""
        records = b"".join(
            attribute.to_bytes(2, "little") + self._typed(cluster, attribute) for attribute in attributes
        )
        return self._message(cluster, general(self._next(), Command.REPORT, records))

    def say(self, cluster: int, command: int, payload: bytes, *, from_server: bool = True) -> Message:
        """A command of a cluster that the node begins by itself."""
        return self._message(cluster, specific(self._next(), command, payload, from_server=from_server))

    # --------------------------------------------------------------------------------------- what it hears

    def hear(self, message: Message) -> tuple[Message, ...]:
        """Its answers to one message; what it does not understand it leaves alone."""
        self.heard.append(message)
        if self.fault is Fault.SILENT:
            return ()
        if message.endpoint == 0:
            return self._zdo(message)
        try:
            frame = taken_apart(message.data)
        except ValueError:
            return ()
        answer = self._answer(message.cluster, frame)
        if answer is None:
            return ()
        if self.fault is Fault.GARBAGE:
            answer = answer[:3] + b"\xde\xad\xbe\xef\xff\xff\xff"
        if self.fault is Fault.HALF:
            answer = answer[: 3 + (len(answer) - 3) // 2]
        return (self._message(message.cluster, answer),)

    def _zdo(self, message: Message) -> tuple[Message, ...]:
        sequence, payload = message.data[:1], message.data[1:]
        mine = self.nwk.to_bytes(2, "little")
        match message.cluster:
            case Zdo.NODE_DESCRIPTOR:
                answer = b"\0" + mine + bytes.fromhex("01408e5f11527f010000530000")
            case Zdo.ACTIVE_ENDPOINTS:
                answer = b"\0" + mine + bytes([1, self.endpoint])
            case Zdo.SIMPLE_DESCRIPTOR:
                simple = self._simple_descriptor()
                answer = b"\0" + mine + bytes([len(simple)]) + simple
            case Zdo.BIND:
                self.bound.add(int.from_bytes(payload[9:11], "little"))
                answer = b"\0"
            case Zdo.LEAVE:
                answer = b"\0"
            case _:
                return ()
        return (Message(self.nwk, 0, message.cluster | RESPONSE, sequence + answer, ZDO_PROFILE),)

    def _simple_descriptor(self) -> bytes:
        head = bytes([self.endpoint]) + HOME_AUTOMATION.to_bytes(2, "little")
        head += self.device_type.to_bytes(2, "little") + b"\0"
        return head + _listed(self.clusters) + _listed(self.client_clusters)

    def _answer(self, cluster_id: int, frame: Frame) -> bytes | None:
        from_server = not frame.control & 0x08
        cluster = (self.clusters if from_server else self.client_clusters).get(cluster_id)
        if cluster is None:
            return None
        if frame.is_general:
            return self._general(cluster_id, cluster, frame)
        act = cluster.commands.get(frame.command)
        if act is None:
            return _default_response(frame, Status.UNSUP_CLUSTER_COMMAND, from_server)
        fault = Fault.NONE if frame.command in cluster.questions else self.fault
        if fault is Fault.REFUSES:
            return _default_response(frame, Status.FAILURE, from_server)
        done = Status.SUCCESS if fault is Fault.IGNORES else act(frame.payload)
        if isinstance(done, tuple):
            return specific(frame.sequence, done[0], done[1], from_server=from_server)
        if done is None or not frame.wants_default_response:
            return None
        return _default_response(frame, done, from_server)

    def _general(self, cluster_id: int, cluster: Cluster, frame: Frame) -> bytes | None:
        match frame.command:
            case Command.READ:
                numbers = _numbers(frame.payload)
                records = b"".join(self._read(cluster_id, cluster, number) for number in numbers)
                return general(frame.sequence, Command.READ_RESPONSE, records)
            case Command.CONFIGURE_REPORTING:
                if self.fault is Fault.NO_REPORTS:
                    return _default_response(frame, Status.FAILURE, True)
                self._configure(cluster_id, frame.payload)
                return general(frame.sequence, Command.CONFIGURE_REPORTING_RESPONSE, b"\0")
        return None

    def _read(self, cluster_id: int, cluster: Cluster, number: int) -> bytes:
        head = number.to_bytes(2, "little")
        if number not in cluster.attributes:
            return head + bytes([Status.UNSUPPORTED_ATTRIBUTE])
        return head + b"\0" + self._typed(cluster_id, number)

    def _configure(self, cluster_id: int, payload: bytes) -> None:
        while len(payload) >= 8:
            number = int.from_bytes(payload[1:3], "little")
            width = width_of_change(payload[3])
            least, most = int.from_bytes(payload[4:6], "little"), int.from_bytes(payload[6:8], "little")
            change = int.from_bytes(payload[8 : 8 + width], "little")
            if most != NEVER_REPORT:
                self._reports[cluster_id, number] = _Report(
                    timedelta(seconds=least), timedelta(seconds=most), change
                )
            payload = payload[8 + width :]

    # -------------------------------------------------------------------------------------------- plumbing

    def _is_due(self, how: _Report, value: Value) -> bool:
        if how.said_at is None or how.said is None:
            return True
        passed = self.now() - how.said_at
        if isinstance(value, str) or isinstance(how.said, str):
            moved = value != how.said
        else:
            moved = abs(value - how.said) >= max(how.change, 1)
        return passed >= how.most or (moved and passed >= how.least)

    def _value(self, cluster: int, attribute: int) -> Value:
        return self.clusters[cluster].attributes[attribute].value()

    def _typed(self, cluster: int, attribute: int) -> bytes:
        kind = self.clusters[cluster].attributes[attribute].kind
        return bytes([kind]) + encode(kind, self._value(cluster, attribute))

    def _message(self, cluster: int, data: bytes) -> Message:
        return Message(self.nwk, self.endpoint, cluster, data)

    def _next(self) -> int:
        self._sequence = (self._sequence + 1) % 256
        return self._sequence


def _default_response(frame: Frame, status: Status, from_server: bool) -> bytes:
    answer = general(frame.sequence, Command.DEFAULT_RESPONSE, bytes([frame.command, status]))
    return answer if from_server else bytes([answer[0] & ~0x08]) + answer[1:]


def _listed(clusters: Mapping[int, Cluster]) -> bytes:
    return bytes([len(clusters)]) + b"".join(number.to_bytes(2, "little") for number in clusters)


def _numbers(payload: bytes) -> list[int]:
    return [int.from_bytes(payload[at : at + 2], "little") for at in range(0, len(payload) - 1, 2)]
