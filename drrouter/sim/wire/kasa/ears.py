"""The UDP sockets of a fake device: its own address, and the broadcast address that all fakes share.

Broadcasts need a fixed port that all devices of a home share; each answers from its own 127.a.b.c, so that it
is found under its own address.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

BROADCAST = "127.255.255.255"

Heard = Callable[[bytes, tuple[str, int]], None]


class Ears:
    """Hears what is called to a device or to everybody, and answers from the device's own address."""

    def __init__(self, address: str, port: int, heard: Heard) -> None:
        """Nothing is opened yet; ``heard`` is told each datagram and its sender."""
        self._address, self._port, self._heard = address, port, heard
        self._open: list[asyncio.DatagramTransport] = []

    async def open(self) -> None:
        """Open both sockets: the first answers, both hear.

        Raises:
            OSError: the address or port is taken.
        """
        loop = asyncio.get_running_loop()
        for host in (self._address, BROADCAST):
            transport, _ = await loop.create_datagram_endpoint(
                lambda: _Ear(self._heard), sock=_udp_socket(host, self._port)
            )
            self._open.append(transport)

    def close(self) -> None:
        """Hear no more."""
        for ear in self._open:
            ear.close()
        self._open.clear()

    def answer(self, data: bytes, to: tuple[str, int]) -> None:
        """Send a datagram from the device's own address; nothing where the ears are closed."""
        if self._open:
            self._open[0].sendto(data, to)


class _Ear(asyncio.DatagramProtocol):
    """One socket."""

    def __init__(self, heard: Heard) -> None:
        self._heard = heard

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self._heard(data, addr)


def _udp_socket(host: str, port: int) -> socket.socket:
    """A UDP socket that shares its address with other sockets that allow it too."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        sock.setblocking(False)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock
