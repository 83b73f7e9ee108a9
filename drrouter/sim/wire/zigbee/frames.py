"""Frames of the Zigbee Cluster Library as bytes, written and read by hand so that no library checks itself.

    frame control | [maker's code, 2] | sequence | command | payload          all numbers little endian

Source: Zigbee Cluster Library Specification (075123), 2.4 "General ZCL Frame Format", 2.6.2 "Data Types".
"""

from dataclasses import dataclass
from enum import IntEnum

CLUSTER_FRAME, MAKER_SPECIFIC, FROM_SERVER, NO_DEFAULT_RESPONSE = 0x01, 0x04, 0x08, 0x10


class Command(IntEnum):
    """General commands, which every cluster knows."""

    READ = 0x00
    READ_RESPONSE = 0x01
    CONFIGURE_REPORTING = 0x06
    CONFIGURE_REPORTING_RESPONSE = 0x07
    REPORT = 0x0A
    DEFAULT_RESPONSE = 0x0B


class Status(IntEnum):
    """What a device answers to a command."""

    SUCCESS = 0x00
    FAILURE = 0x01
    UNSUP_CLUSTER_COMMAND = 0x81
    UNSUPPORTED_ATTRIBUTE = 0x86


class Kind(IntEnum):
    """Data types by their number on the wire."""

    BOOL = 0x10
    BITMAP8 = 0x18
    UINT8 = 0x20
    UINT16 = 0x21
    UINT24 = 0x22
    UINT32 = 0x23
    UINT48 = 0x25
    INT16 = 0x29
    INT24 = 0x2A
    ENUM8 = 0x30
    STRING = 0x42


_WIDTHS = {
    Kind.BOOL: 1,
    Kind.BITMAP8: 1,
    Kind.UINT8: 1,
    Kind.UINT16: 2,
    Kind.UINT24: 3,
    Kind.UINT32: 4,
    Kind.UINT48: 6,
    Kind.INT16: 2,
    Kind.INT24: 3,
    Kind.ENUM8: 1,
}
_SIGNED = {Kind.INT16, Kind.INT24}
_ANALOG = {Kind.UINT8, Kind.UINT16, Kind.UINT24, Kind.UINT32, Kind.UINT48, Kind.INT16, Kind.INT24}

Value = int | str


def encode(kind: Kind, value: Value) -> bytes:
    """One value.

    >>> encode(Kind.INT16, -2).hex(), encode(Kind.STRING, "ab").hex()
    ('feff', '026162')
    """
    if isinstance(value, str):
        text = value.encode()[:254]
        return bytes([len(text)]) + text
    return value.to_bytes(_WIDTHS[kind], "little", signed=kind in _SIGNED)


def width_of_change(kind: int) -> int:
    """How many bytes the reportable change of a type takes: none where it is no measured number."""
    return _WIDTHS[Kind(kind)] if kind in _ANALOG else 0


@dataclass(frozen=True, slots=True)
class Frame:
    """One ZCL frame taken apart."""

    control: int
    sequence: int
    command: int
    payload: bytes

    @property
    def is_general(self) -> bool:
        """Whether the command is one that every cluster knows."""
        return not self.control & CLUSTER_FRAME

    @property
    def wants_default_response(self) -> bool:
        """Whether the sender asks for an answer where the command has none of its own."""
        return not self.control & NO_DEFAULT_RESPONSE


def taken_apart(data: bytes) -> Frame:
    """Read a frame.

    Raises:
        ValueError: it is too short.
    """
    begin = 3 if data and data[0] & MAKER_SPECIFIC else 1
    if len(data) < begin + 2:
        raise ValueError("a ZCL frame has three bytes at least")
    return Frame(data[0], data[begin], data[begin + 1], data[begin + 2 :])


def general(sequence: int, command: Command, payload: bytes) -> bytes:
    """A general command from the server of a cluster; nobody answers to it."""
    return bytes([FROM_SERVER | NO_DEFAULT_RESPONSE, sequence, command]) + payload


def specific(sequence: int, command: int, payload: bytes, *, from_server: bool = True) -> bytes:
    """A command of the cluster's own."""
    direction = FROM_SERVER if from_server else 0
    return bytes([CLUSTER_FRAME | NO_DEFAULT_RESPONSE | direction, sequence, command]) + payload
