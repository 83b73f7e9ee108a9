"""Seals telegrams as meters of Luxembourg do, each with a frame counter of its own.

Source: Luxmetering, E-Meter P1 Specification 1.1.3, 3.2.5.
"""

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PUBLIC_AUTHENTICATION = bytes.fromhex("00112233445566778899AABBCCDDEEFF")
TAG_BYTES = 12


class Sealing:
    """Seals one telegram after the other, each with the next frame counter."""

    def __init__(
        self, key: bytes, *, title: bytes = b"SAG\0\0\0\0\1", authentication: bytes = PUBLIC_AUTHENTICATION
    ) -> None:
        """``key`` is the meter's own; ``title`` its name of eight bytes."""
        self._cipher, self._title, self._authentication = AESGCM(key), title, authentication
        self._counter = 0

    def __call__(self, telegram: bytes) -> bytes:
        """The frame that holds the telegram."""
        self._counter += 1
        counter = self._counter.to_bytes(4, "big")
        sealed = self._cipher.encrypt(self._title + counter, telegram, b"\x30" + self._authentication)
        body = b"\x30" + counter + sealed[: TAG_BYTES - 16]
        return b"\xdb\x08" + self._title + b"\x82" + len(body).to_bytes(2, "big") + body
