"""Frames between a Texas Instruments stick and its host ("monitor and test"), written and read by hand.

    0xFE | length | type and subsystem | command | payload | XOR of all but the first byte

Source: Texas Instruments, "Z-Stack Monitor and Test API" (SWRA198), 2.1.
"""

from collections.abc import Iterator
from functools import reduce
from operator import xor
from typing import NamedTuple

START = 0xFE
LONGEST = 250
SREQ, AREQ, SRSP = 0x20, 0x40, 0x60
RPC, SYS, AF, ZDO, UTIL, APP_CONFIG = 0x00, 0x01, 0x04, 0x05, 0x07, 0x0F


class Command(NamedTuple):
    """One command, request or answer."""

    kind: int
    subsystem: int
    number: int
    payload: bytes = b""

    def to_bytes(self) -> bytes:
        """As it goes over the line.

        >>> Command(SREQ, SYS, 0x01).to_bytes().hex()
        'fe00210120'
        """
        body = bytes([len(self.payload), self.kind | self.subsystem, self.number]) + self.payload
        return bytes([START]) + body + bytes([reduce(xor, body)])

    def answer(self, payload: bytes) -> "Command":
        """The answer to a request."""
        return Command(SRSP, self.subsystem, self.number, payload)


class Splitter:
    """Cuts a stream of bytes into commands; what is none is skipped."""

    def __init__(self) -> None:
        """Nothing came in yet."""
        self._rest = b""

    def fed(self, data: bytes) -> Iterator[Command]:
        """The commands that are complete by now."""
        self._rest += data
        while (begin := self._rest.find(START)) >= 0:
            self._rest = self._rest[begin:]
            length = self._rest[1] if len(self._rest) > 1 else 0
            if length <= LONGEST and len(self._rest) < length + 5:
                return
            body, check = self._rest[1 : length + 4], self._rest[min(length, LONGEST) + 4 :][:1]
            if length > LONGEST or reduce(xor, body) != check[0]:
                self._rest = self._rest[1:]
                continue
            self._rest = self._rest[length + 5 :]
            yield Command(body[1] & 0xE0, body[1] & 0x1F, body[2], body[3:])
        self._rest = b""
