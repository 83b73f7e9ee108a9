"""Telegrams as meters of Luxembourg and Austria send them: sealed by AES-GCM with a key of the owner's.

    DB 08 <system title, 8> 82 <length, 2> 30 <frame counter, 4> <sealed telegram> <tag, 12>

Source: Luxmetering, E-Meter P1 Specification 1.1.3, 3.2.5; DLMS Green Book, general-glo-ciphering.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import GCM

from drrouter.adapters.devices.p1.framing import LARGEST_TELEGRAM
from drrouter.errors import DeviceError, DeviceSilentError

KEY_BYTES = 16
LUXEMBOURG_AUTHENTICATION = "00112233445566778899AABBCCDDEEFF"
"""The same for every meter there, and public."""

_HEAD = bytes.fromhex("DB08")
_TITLE, _LENGTH, _COUNTER = slice(2, 10), slice(11, 13), slice(14, 18)
_HEAD_BYTES, _TAG_BYTES = 18, 12
_LONG_FORM, _SEALED = 0x82, 0x30


class SealedFraming:
    """Cuts the stream of a line into sealed telegrams; takes bytes in any pieces, and keeps few."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._buffer = bytearray()

    def taken(self, data: bytes) -> list[bytes]:
        """Every sealed telegram that these bytes complete, oldest first."""
        self._buffer += data
        frames = []
        while (size := self._size()) and len(self._buffer) >= size:
            frames.append(bytes(self._buffer[:size]))
            del self._buffer[:size]
        return frames

    def _size(self) -> int:
        """How long the frame is that the buffer begins with, once it begins with one; 0 before."""
        while (start := self._buffer.find(_HEAD)) >= 0:
            del self._buffer[:start]
            if len(self._buffer) < _HEAD_BYTES:
                return 0
            size = _LENGTH.stop + int.from_bytes(self._buffer[_LENGTH], "big")
            if self._buffer[10] == _LONG_FORM and _HEAD_BYTES + _TAG_BYTES < size <= LARGEST_TELEGRAM:
                return size
            del self._buffer[:1]
        del self._buffer[:-1]
        return 0


class Seal:
    """Opens sealed telegrams."""

    def __init__(self, key: str, authentication: str = LUXEMBOURG_AUTHENTICATION) -> None:
        """Keep the keys, written as hexadecimal digits.

        Raises:
            DeviceError: one of them is no key.
        """
        self._key, self._authentication = _key(key), _key(authentication)

    def opened(self, frame: bytes) -> bytes:
        """The telegram in a frame.

        Raises:
            DeviceSilentError: it was sealed with another key, or not at all.
        """
        sealed, tag = frame[_HEAD_BYTES:-_TAG_BYTES], frame[-_TAG_BYTES:]
        mode = GCM(frame[_TITLE] + frame[_COUNTER], tag, min_tag_length=_TAG_BYTES)
        opening = Cipher(AES(self._key), mode).decryptor()
        opening.authenticate_additional_data(bytes([_SEALED]) + self._authentication)
        try:
            return opening.update(sealed) + opening.finalize()
        except InvalidTag as error:
            raise DeviceSilentError(
                "a telegram cannot be opened with the key; is it this meter's?"
            ) from error


def _key(digits: str) -> bytes:
    """A key from its hexadecimal digits."""
    try:
        key = bytes.fromhex(digits)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise DeviceError(
            "the key of a P1 meter has 32 hexadecimal digits, and its file holds something else"
        )
    return key
