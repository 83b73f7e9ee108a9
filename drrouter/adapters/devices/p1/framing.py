r"""Cuts the stream of a P1 line into telegrams; what is between them, or never ends, is thrown away.

/ISK5\2M550T-1012           who speaks
...                         lines of values
!3F0A                       the end, with a checksum (none before edition 4)
"""

import re

LARGEST_TELEGRAM = 8 * 1024
"""Real ones have 400 to 2,500 bytes."""

_END = re.compile(rb"(?:^|\n)!([0-9A-Fa-f]{4})?\0?\r?\n")


class Framing:
    r"""Takes bytes in any pieces and gives whole telegrams.

    >>> framing = Framing()
    >>> framing.taken(b"noise /ISK5 ")
    []
    >>> framing.taken(b"x\r\n\r\n1-0:1.7.0(00.3*kW)\r\n!\r\n")
    [b'/ISK5 x\r\n\r\n1-0:1.7.0(00.3*kW)\r\n!\r\n']
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._buffer = bytearray()

    def taken(self, data: bytes) -> list[bytes]:
        """Every telegram that these bytes complete, oldest first."""
        self._buffer += data
        telegrams = []
        while end := _END.search(self._buffer):
            before = self._buffer[: end.start() + 1]
            start = before.rfind(b"/")
            if start >= 0 and end.end() - start <= LARGEST_TELEGRAM:
                telegrams.append(bytes(self._buffer[start : end.end()]))
            del self._buffer[: end.end()]
        if len(self._buffer) > LARGEST_TELEGRAM:
            del self._buffer[:]
        return telegrams
