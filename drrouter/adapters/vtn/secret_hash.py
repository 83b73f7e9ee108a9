"""Client secrets: hashed by scrypt where they are kept, compared in constant time.

>>> kept = hash_secret("a long random secret")
>>> kept.startswith("scrypt$"), Verifier(kept).accepts("a long random secret"), Verifier(kept).accepts("no")
(True, True, False)
"""

import base64
import hashlib
import hmac
import secrets

_PREFIX = "scrypt$"
_COST, _BLOCK, _PARALLEL = 2**14, 8, 1
_MOST_MEMORY = 64 * 1024 * 1024


def hash_secret(secret: str) -> str:
    """What to keep of a secret: scrypt with a salt of its own, and its costs."""
    salt = secrets.token_bytes(16)
    digest = _scrypt(secret, salt, _COST, _BLOCK, _PARALLEL)
    salted = "$".join(base64.b64encode(part).decode() for part in (salt, digest))
    return f"{_PREFIX}{_COST}${_BLOCK}${_PARALLEL}${salted}"


def is_hashed(secret: str) -> bool:
    """Whether it is what ``hash_secret`` makes."""
    return secret.startswith(_PREFIX)


class Verifier:
    """Knows whether a secret is the one; keeps none in clear."""

    def __init__(self, kept: str) -> None:
        """Take a hashed secret, or one in clear, which is hashed with a key of this process.

        Raises:
            ValueError: it looks hashed and is not.
        """
        self._key = secrets.token_bytes(32)
        self._clear = b"" if is_hashed(kept) else self._mac(kept)
        self._costs, self._salt, self._digest = (
            _taken_apart(kept) if is_hashed(kept) else ((0, 0, 0), b"", b"")
        )

    @property
    def is_slow(self) -> bool:
        """Whether a comparison takes tens of milliseconds and belongs into a thread."""
        return not self._clear

    def accepts(self, secret: str) -> bool:
        """Whether this is the secret."""
        if self._clear:
            return hmac.compare_digest(self._clear, self._mac(secret))
        return hmac.compare_digest(self._digest, _scrypt(secret, self._salt, *self._costs))

    def _mac(self, secret: str) -> bytes:
        return hmac.digest(self._key, secret.encode("utf-8", "surrogatepass"), "sha256")


def _taken_apart(kept: str) -> tuple[tuple[int, int, int], bytes, bytes]:
    """Costs, salt and digest of a hashed secret."""
    try:
        cost, block, parallel, salt, digest = kept.removeprefix(_PREFIX).split("$")
        parts = base64.b64decode(salt, validate=True), base64.b64decode(digest, validate=True)
        costs = int(cost), int(block), int(parallel)
    except ValueError as error:
        raise ValueError("is not a hashed secret") from error
    if not 2 <= costs[0] * costs[1] <= _MOST_MEMORY // 256 or costs[2] not in range(1, 17):
        raise ValueError("is a hashed secret of costs that are not accepted")
    return costs, *parts


def _scrypt(secret: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    clear = secret.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(clear, salt=salt, n=cost, r=block, p=parallel, maxmem=_MOST_MEMORY, dklen=32)
