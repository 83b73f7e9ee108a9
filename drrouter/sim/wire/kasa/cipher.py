"""The cipher of the legacy Kasa protocol: XOR with an autokey that begins at 171.

It hides nothing; it is what the plugs speak. Over TCP a four-byte length in network order goes before the
ciphered text, over UDP none.

Source: L. Stroetmann and T. Esser, "Reverse Engineering the TP-Link HS110", softScheck 2016.
"""

from itertools import accumulate
from operator import xor

FIRST_KEY = 171
LENGTH_BYTES = 4


def encipher(plain: bytes) -> bytes:
    """Cipher a text: each byte is XORed with the ciphered byte before it.

    >>> encipher(b"{}").hex()
    'd0ad'
    """
    return bytes(accumulate(plain, xor, initial=FIRST_KEY))[1:]


def decipher(ciphered: bytes) -> bytes:
    """Undo ``encipher``.

    >>> decipher(bytes.fromhex("d0ad"))
    b'{}'
    """
    keys = bytes([FIRST_KEY]) + ciphered[:-1]
    return bytes(map(xor, ciphered, keys))


def framed(plain: bytes) -> bytes:
    """The text as it goes over TCP: its length, then the ciphered text."""
    return len(plain).to_bytes(LENGTH_BYTES, "big") + encipher(plain)
