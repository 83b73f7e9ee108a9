"""One-time links, by which somebody who is signed in lets a phone in without typing; shown as a QR code.

Kept in memory alone, in real time: a link is taken within minutes by somebody who stands nearby.
"""

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from drrouter.adapters.api.roles import Role

LIFE_MINUTES = 10
MOST_LINKS = 32


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom a link lets in.

    Attributes:
        person: whether the name is that of somebody with a password.
        lender: who made the link.
    """

    name: str
    role: Role
    person: bool
    lender: str


class Links:
    """Every link that was not used yet."""

    def __init__(self, time: Callable[[], float] = monotonic) -> None:
        """No link was made."""
        self._time = time
        self._open: OrderedDict[str, tuple[Invitation, float]] = OrderedDict()

    def make(self, invitation: Invitation, minutes: int = LIFE_MINUTES) -> str:
        """A new link's secret; the oldest link gives way where there are too many."""
        secret = secrets.token_urlsafe(24)
        self._open[_hash(secret)] = (invitation, self._time() + 60.0 * minutes)
        while len(self._open) > MOST_LINKS:
            self._open.popitem(last=False)
        return secret

    def take(self, secret: str) -> Invitation | None:
        """Whom the link lets in, None where it is unknown, used or too old; it is good for once."""
        invitation, until = self._open.pop(_hash(secret), (None, 0.0))
        return invitation if self._time() < until else None

    def forget(self, lender: str) -> None:
        """No link of this person lets anybody in any more."""
        for hashed in [key for key, (one, _) in self._open.items() if one.lender == lender]:
            del self._open[hashed]


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
