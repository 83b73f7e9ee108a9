"""The cipher of KLAP, which newer Kasa and all Tapo plugs speak over HTTP.

    client                                    plug
    handshake1: local seed           ->
                                     <-       remote seed, hash of both that only the account knows
    handshake2: another such hash    ->       200, or 403
    request?seq=n: signature, AES-CBC ->
                                     <-       signature, AES-CBC, under the same n

Version 1 hashes less than version 2. Keys are drawn from both seeds and the account.

Source: S. Wilkinson and C. Weeldon's published description of the KLAP handshake; the labels lsk, iv and ldk.
"""

import hashlib
from dataclasses import dataclass
from typing import Self

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

SEED_BYTES = 16
SIGNATURE_BYTES = 32
BLOCK_BITS = 128


def account_hash(username: str, password: str, version: int) -> bytes:
    """What a plug keeps of the account it belongs to."""
    if version == 1:
        return _md5(_md5(username.encode()) + _md5(password.encode()))
    return _sha256(_sha1(username.encode()) + _sha1(password.encode()))


def plug_proof(local: bytes, remote: bytes, account: bytes, version: int) -> bytes:
    """By which the plug shows that it knows the account (handshake1)."""
    return _sha256(local + account if version == 1 else local + remote + account)


def client_proof(local: bytes, remote: bytes, account: bytes, version: int) -> bytes:
    """By which the client shows the same (handshake2)."""
    return _sha256(remote + account if version == 1 else remote + local + account)


@dataclass(frozen=True, slots=True)
class Session:
    """The keys of one session."""

    key: bytes
    vector: bytes
    signature: bytes

    @classmethod
    def between(cls, local: bytes, remote: bytes, account: bytes) -> Self:
        """Draw the keys from both seeds and the account."""
        both = local + remote + account
        return cls(_sha256(b"lsk" + both)[:16], _sha256(b"iv" + both)[:12], _sha256(b"ldk" + both)[:28])

    def seal(self, plain: bytes, number: int) -> bytes:
        """The message as it goes over HTTP."""
        padder = padding.PKCS7(BLOCK_BITS).padder()
        encryptor = self._cipher(number).encryptor()
        ciphered = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
        return self._signed(ciphered, number) + ciphered

    def open(self, sealed: bytes, number: int) -> bytes:
        """Undo ``seal``.

        Raises:
            ValueError: the signature or the length is wrong.
        """
        signature, ciphered = sealed[:SIGNATURE_BYTES], sealed[SIGNATURE_BYTES:]
        if signature != self._signed(ciphered, number):
            raise ValueError("the signature is wrong")
        decryptor = self._cipher(number).decryptor()
        unpadder = padding.PKCS7(BLOCK_BITS).unpadder()
        return unpadder.update(decryptor.update(ciphered) + decryptor.finalize()) + unpadder.finalize()

    def _cipher(self, number: int) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self.key), modes.CBC(self.vector + _four_bytes(number)))

    def _signed(self, ciphered: bytes, number: int) -> bytes:
        return _sha256(self.signature + _four_bytes(number) + ciphered)


def _four_bytes(number: int) -> bytes:
    return number.to_bytes(4, "big", signed=True)


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _sha1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()  # as plugs do


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()  # likewise
