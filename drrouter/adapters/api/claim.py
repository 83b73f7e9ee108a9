"""The claim of a new router: whoever can read its terminal or log knows a code, and becomes its first owner.

The code is good once, and for a day; a restart or ``drrouter claim --renew`` makes another. It is kept in
memory alone, and in real time, for this is about a person at a terminal.
"""

import hmac
import secrets
from collections.abc import Callable
from time import monotonic

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0 and O, 1, I and L, which people take for one another."""

LIFE_S = 24 * 3600.0
_HALF = 5


class Claim:
    """The code of one router; ``take`` it to become the owner."""

    def __init__(self, time: Callable[[], float] = monotonic) -> None:
        """Draw a code."""
        self._time = time
        self._code, self._until = "", 0.0
        self.renew()

    @property
    def code(self) -> str | None:
        """The code as it is shown, None once it was taken or is too old."""
        return self._code if self._code and self._time() < self._until else None

    def renew(self) -> str:
        """Draw another; the old one is worthless."""
        halves = ("".join(secrets.choice(ALPHABET) for _ in range(_HALF)) for _ in range(2))
        self._code, self._until = "-".join(halves), self._time() + LIFE_S
        return self._code

    def take(self, code: str) -> bool:
        """Whether it is the code; if so, it is good for nobody else."""
        known = self.code
        if known is None or not hmac.compare_digest(_typed(known), _typed(code)):
            return False
        self._code = ""
        return True

    def give_back(self, code: str) -> None:
        """What it was taken for did not happen."""
        self._code = code


def _typed(code: str) -> bytes:
    """The same code, with whatever dashes, spaces and small letters somebody types."""
    return "".join(sign for sign in code.upper() if sign.isalnum()).encode("utf-8", "replace")
