"""Tokens: 256 random bits each, of which the store keeps only the hash.

Interpretation: a plain SHA-256 is enough here, since nobody can guess 256 random bits; slow hashes are for
passwords.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from drrouter.adapters.api.roles import Principal, Role
from drrouter.adapters.strict_json import decode, encode, plain
from drrouter.domain.ids import DeviceId
from drrouter.errors import MessageError, StoreError
from drrouter.ports import Clock, Collection, Put, Remove, Store

_KEY = "token."
_MARK = "drr_"
_BYTES = 32
_PROFILE = "profile"


@dataclass(frozen=True, slots=True)
class TokenView:
    """One token as its owner sees it, without the secret."""

    id: str
    role: Role
    label: str
    created_at: datetime
    device_id: DeviceId | None = None


@dataclass(frozen=True, slots=True)
class _Record:
    """What the store keeps."""

    view: TokenView
    hash: str


class TokenBook:
    """Every token that opens the local API; ``await TokenBook.open(store, clock)`` reads them back."""

    def __init__(self, store: Store, clock: Clock, records: Iterable[_Record] = ()) -> None:
        """Know these tokens; use ``open``."""
        self._store, self._clock = store, clock
        self._records = {record.view.id: record for record in records}

    @classmethod
    async def open(cls, store: Store, clock: Clock) -> "TokenBook":
        """Read the tokens back.

        Raises:
            StoreError: the store cannot be read, or holds something else.
        """
        settings = await store.load(Collection.SETTINGS)
        return cls(store, clock, [_record(value) for key, value in settings.items() if key.startswith(_KEY)])

    def who(self, token: str) -> Principal | None:
        """Whom the token belongs to, None for a wrong one; takes as long for any wrong one."""
        digest, found = _hash(token), None
        for record in self._records.values():
            if hmac.compare_digest(record.hash, digest):
                found = record.view
        return _principal(found) if found else None

    def held_by(self, token_id: str) -> Principal | None:
        """Whoever holds this token, None where there is no such token."""
        record = self._records.get(token_id)
        return _principal(record.view) if record else None

    def views(self) -> tuple[TokenView, ...]:
        """Every token, the oldest first."""
        return tuple(
            sorted((record.view for record in self._records.values()), key=lambda view: view.created_at)
        )

    async def issue(
        self, role: Role, label: str = "", device_id: DeviceId | None = None
    ) -> tuple[TokenView, str]:
        """Make a token; its secret is shown this once.

        Raises:
            ValueError: an appliance without a device, or a person with one; or nobody's role.
            StoreError: it could not be kept, and does not open anything.
        """
        Principal(role, label, device_id)
        if role is Role.VISITOR:
            raise ValueError("a token is somebody's: of an owner, a resident, a guest or an appliance")
        view = TokenView(secrets.token_hex(6), role, label, self._clock.now(), device_id)
        secret = _MARK + secrets.token_urlsafe(_BYTES)
        record = _Record(view, _hash(secret))
        await self._store.commit(Put(Collection.SETTINGS, _KEY + view.id, plain(_Record, record)))
        self._records[view.id] = record
        return view, secret

    async def revoke(self, token_id: str) -> bool:
        """Make a token worthless at once; whether there was one."""
        if token_id not in self._records:
            return False
        del self._records[token_id]
        await self._store.commit(Remove(Collection.SETTINGS, _KEY + token_id))
        return True

    async def owner_token(self, known: str | None = None) -> str:
        """The known token if it is an owner's, else a new one, which replaces the last made this way.

        Args:
            known: what the profile of this machine remembers.
        """
        principal = self.who(known) if known else None
        if known and principal and principal.role is Role.OWNER:
            return known
        for view in self.views():
            if view.label == _PROFILE and view.role is Role.OWNER:
                await self.revoke(view.id)
        return (await self.issue(Role.OWNER, _PROFILE))[1]


def _principal(view: TokenView) -> Principal:
    name = "" if view.label == _PROFILE else f" {view.label}"
    return Principal(view.role, (view.role + name).strip(), view.device_id)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def _record(value: Any) -> _Record:
    try:
        record: _Record = decode(_Record, encode(Any, value), "a token in the store")
    except MessageError as error:
        raise StoreError(error.sentence) from error
    return record
