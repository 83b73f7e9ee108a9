"""Frames between a Silicon Labs stick and its host (ASH), as the stick writes and reads them.

    control | data XOR a fixed pseudo-random sequence | CRC-CCITT | 0x7E      reserved bytes are escaped

Source: Silicon Labs, UG101 "UART-EZSP Gateway Protocol Reference".
"""

from binascii import crc_hqx
from collections.abc import Callable

FLAG, ESCAPE, CANCEL = 0x7E, 0x7D, 0x1A
RESERVED = frozenset({0x7E, 0x7D, 0x11, 0x13, 0x18, 0x1A})
FLIP = 0x20
RESET, RESET_DONE, ACK = b"\xc0", b"\xc1\x02\x02", 0x80
WINDOW = 8


def _sequence(length: int) -> bytes:
    made, value = bytearray(), 0x42
    for _ in range(length):
        made.append(value)
        value = (value >> 1) ^ (0xB8 if value & 1 else 0)
    return bytes(made)


_RANDOM = _sequence(256)


def framed(content: bytes) -> bytes:
    r"""Control byte and data as they go over the line.

    >>> framed(b"\xc0").hex()
    'c038bc7e'
    """
    whole = content + crc_hqx(content, 0xFFFF).to_bytes(2, "big")
    stuffed = bytearray()
    for byte in whole:
        stuffed += bytes([ESCAPE, byte ^ FLIP]) if byte in RESERVED else bytes([byte])
    return bytes(stuffed) + bytes([FLAG])


def unframed(stuffed: bytes) -> bytes | None:
    """Control byte and data; None where they did not come through whole."""
    whole, escaped = bytearray(), False
    for byte in stuffed.rpartition(bytes([CANCEL]))[2]:
        if escaped:
            whole.append(byte ^ FLIP)
        elif byte != ESCAPE:
            whole.append(byte)
        escaped = byte == ESCAPE and not escaped
    if len(whole) < 3 or crc_hqx(bytes(whole[:-2]), 0xFFFF) != int.from_bytes(whole[-2:], "big"):
        return None
    return bytes(whole[:-2])


def mixed(data: bytes) -> bytes:
    """The data XOR the sequence, which undoes itself."""
    return bytes(byte ^ other for byte, other in zip(data, _RANDOM, strict=False))


class Ash:
    """The stick's end of the line: it acknowledges what is in order, and numbers what it sends."""

    def __init__(self, write: Callable[[bytes], None], heard: Callable[[bytes], None]) -> None:
        """``heard`` is told each frame of data that came in order."""
        self._write, self._heard = write, heard
        self._rest = b""
        self._next_in, self._next_out = 0, 0

    def fed(self, data: bytes) -> None:
        """Take in bytes."""
        *frames, self._rest = (self._rest + data).split(bytes([FLAG]))
        for frame in frames:
            content = unframed(frame)
            if content is not None:
                self._take(content)

    def send(self, data: bytes) -> None:
        """Send one frame of data; it acknowledges what came so far."""
        control = self._next_out << 4 | self._next_in
        self._next_out = (self._next_out + 1) % WINDOW
        self._write(framed(bytes([control]) + mixed(data)))

    def _take(self, content: bytes) -> None:
        if content == RESET:
            self._next_in, self._next_out = 0, 0
            self._write(framed(RESET_DONE))
        elif not content[0] & 0x80:
            if content[0] >> 4 == self._next_in:
                self._next_in = (self._next_in + 1) % WINDOW
                self._write(framed(bytes([ACK | self._next_in])))
                self._heard(mixed(content[1:]))
            else:
                self._write(framed(bytes([ACK | self._next_in])))
