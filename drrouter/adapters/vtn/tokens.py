"""Access tokens: random, short-lived, kept only as digests; and the clients that may ask for them."""

import hashlib
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from drrouter.adapters.vtn.config import SCOPES, Caller, ClientCredential, Scope
from drrouter.adapters.vtn.secret_hash import Verifier
from drrouter.errors import DocumentError
from drrouter.ports import Clock, Executor

MOST_TOKENS_A_CLIENT = 32
"""The oldest token of a client ends when it asks for one more."""


@dataclass(frozen=True, slots=True)
class _Grant:
    caller: Caller
    until: datetime


class Clients:
    """Who may ask for tokens."""

    def __init__(self, credentials: tuple[ClientCredential, ...], executor: Executor) -> None:
        """Compare secrets that are slow to compare in ``executor``.

        Raises:
            DocumentError: a client is there twice, or its secret only looks hashed.
        """
        self._executor = executor
        self._known: dict[str, tuple[ClientCredential, Verifier]] = {}
        for credential in credentials:
            if credential.client_id in self._known:
                raise DocumentError("the VTN's clients", credential.client_id, "is there twice")
            try:
                verifier = Verifier(credential.secret)
            except ValueError as error:
                raise DocumentError(
                    "the VTN's clients", credential.client_id, f"its secret {error}"
                ) from error
            self._known[credential.client_id] = (credential, verifier)
        self._nobody = Verifier(secrets.token_hex())

    def credential(self, client_id: str) -> ClientCredential | None:
        """What is known of a client."""
        found = self._known.get(client_id)
        return found[0] if found else None

    def caller(self, client_id: str) -> Caller | None:
        """The client with all that its role may do; None where it is not known (any more)."""
        credential = self.credential(client_id)
        return Caller(client_id, credential.role, SCOPES[credential.role]) if credential else None

    async def authenticate(self, client_id: str, secret: str) -> Caller | None:
        """The client whose secret this is."""
        _, verifier = self._known.get(client_id, (None, self._nobody))
        if verifier.is_slow:
            accepted = await self._executor.run(verifier.accepts, secret)
        else:
            accepted = verifier.accepts(secret)
        return self.caller(client_id) if accepted else None


class TokenDesk:
    """Gives out tokens and knows them again; a restart forgets them all, so clients ask anew."""

    def __init__(self, clock: Clock, life: timedelta) -> None:
        """Every token lives this long by the clock."""
        self._clock, self._life = clock, life
        self._grants: dict[bytes, _Grant] = {}
        self._of_client: dict[str, OrderedDict[bytes, None]] = {}

    @property
    def life_s(self) -> int:
        """What ``expires_in`` says."""
        return int(self._life.total_seconds())

    def issue(self, caller: Caller, scopes: frozenset[Scope]) -> str:
        """A new token for these scopes of the client."""
        token = secrets.token_urlsafe(32)
        digest = _digest(token)
        narrowed = Caller(caller.client_id, caller.role, scopes)
        self._grants[digest] = _Grant(narrowed, self._clock.now() + self._life)
        mine = self._of_client.setdefault(caller.client_id, OrderedDict())
        mine[digest] = None
        while len(mine) > MOST_TOKENS_A_CLIENT:
            self._forget(next(iter(mine)))
        return token

    def caller(self, token: str) -> Caller | None:
        """Whose token it is; None where it is nobody's or has ended.

        The token is looked up by its digest, so the time this takes tells nothing of any token.
        """
        digest = _digest(token)
        grant = self._grants.get(digest)
        if grant is None:
            return None
        if self._clock.now() >= grant.until:
            self._forget(digest)
            return None
        return grant.caller

    def _forget(self, digest: bytes) -> None:
        grant = self._grants.pop(digest)
        self._of_client[grant.caller.client_id].pop(digest)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
