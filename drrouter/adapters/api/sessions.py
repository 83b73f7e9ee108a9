"""Sessions: who is signed in with which browser, by a random secret of which the store keeps only the hash.

A session ends when its person signs out, is removed or gets another password, when it was not used for
``IDLE``, and ``LONGEST`` after it began whatever happens. Sessions outlive a restart.
"""

import hashlib
import hmac
import logging
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from drrouter.adapters.api.people import key_of
from drrouter.adapters.api.roles import Principal, Role
from drrouter.adapters.strict_json import decode, encode, plain
from drrouter.errors import MessageError, StoreError
from drrouter.ports import Clock, Collection, Put, Remove, Store

log = logging.getLogger(__name__)

IDLE = timedelta(days=30)
LONGEST = timedelta(days=180)
MOST_SESSIONS = 128
MOST_OF_ONE = 16
_WRITE_AFTER = timedelta(hours=1)
_KEY = "session."
_BYTES = 32
_ABOUT = 120


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that is signed in.

    Attributes:
        person: whether the name is that of somebody with a password; one let in by a link may have none.
        about: what the browser says of itself, cut short.
    """

    id: str
    name: str
    role: Role
    person: bool
    about: str
    created_at: datetime
    seen_at: datetime

    @property
    def who(self) -> Principal:
        """Whoever acts by it."""
        return Principal(self.role, self.name)


@dataclass(frozen=True, slots=True)
class _Record:
    """What the store keeps."""

    session: Session
    hash: str


class Sessions:
    """Every browser that is signed in; ``await Sessions.open(store, clock)`` reads them back."""

    def __init__(self, store: Store, clock: Clock, records: Iterable[_Record] = ()) -> None:
        """Know these sessions; use ``open``."""
        self._store, self._clock = store, clock
        self._records = {record.hash: record for record in records}
        self._written = {record.hash: record.session.seen_at for record in self._records.values()}

    @classmethod
    async def open(cls, store: Store, clock: Clock) -> "Sessions":
        """Read the sessions back.

        Raises:
            StoreError: the store cannot be read, or holds something else.
        """
        kept = await store.load(Collection.SETTINGS)
        return cls(store, clock, [_record(value) for key, value in kept.items() if key.startswith(_KEY)])

    def views(self) -> tuple[Session, ...]:
        """Every session that still opens something, the one last used first."""
        sessions = [record.session for record in self._records.values() if not self._is_over(record.session)]
        return tuple(sorted(sessions, key=lambda session: session.seen_at, reverse=True))

    def find(self, secret: str) -> Session | None:
        """The session of a cookie, None where there is none or it is over."""
        record = self._records.get(_hash(secret))
        return None if record is None or self._is_over(record.session) else record.session

    async def begin(self, name: str, role: Role, *, person: bool, about: str) -> tuple[Session, str]:
        """Sign somebody in; returns the cookie's secret too, which is shown this once.

        Raises:
            StoreError: it was not kept, and opens nothing.
        """
        now = self._clock.now()
        session = Session(secrets.token_hex(6), name, role, person, _shortened(about), now, now)
        secret = secrets.token_urlsafe(_BYTES)
        record = _Record(session, _hash(secret))
        leaving = self._to_make_room(name)
        await self._store.commit(*(_forget(one) for one in leaving), _keep(record))
        self._drop(leaving)
        self._records[record.hash] = record
        self._written[record.hash] = now
        return session, secret

    async def used(self, secret: str) -> None:
        """Somebody acts by the cookie now; told to the store once an hour, and not insisted upon."""
        hashed, now = _hash(secret), self._clock.now()
        if hashed not in self._records:
            return
        record = self._records[hashed]
        record = self._records[hashed] = replace(record, session=replace(record.session, seen_at=now))
        if now - self._written[hashed] >= _WRITE_AFTER:
            self._written[hashed] = now
            try:
                await self._store.commit(_keep(record))
            except StoreError as error:
                log.warning("a session may end early after a restart: %s", error.sentence)

    async def end(self, session_id: str) -> None:
        """End one session; an unknown one is over already."""
        await self._end(lambda session: session.id == session_id)

    async def end_all_of(self, name: str, but: str | None = None) -> None:
        """End every session of a person, except for the one of this id."""
        await self._end(lambda one: one.person and key_of(one.name) == key_of(name) and one.id != but)

    async def end_lent_by(self, name: str) -> None:
        """End every session that came by a link of a token of this name."""
        await self._end(lambda one: not one.person and one.name == name)

    async def _end(self, is_one: Callable[[Session], bool]) -> None:
        leaving = [record for record in self._records.values() if is_one(record.session)]
        self._drop(leaving)  # at once, whatever the store does
        if leaving:
            await self._store.commit(*map(_forget, leaving))

    def _to_make_room(self, name: str) -> list[_Record]:
        """Those that are over, and the ones not used for longest where there are too many."""
        over = [record for record in self._records.values() if self._is_over(record.session)]
        rest = sorted(
            (record for record in self._records.values() if record not in over),
            key=lambda record: record.session.seen_at,
        )
        own = [record for record in rest if key_of(record.session.name) == key_of(name)]
        leaving = own[: max(len(own) - MOST_OF_ONE + 1, 0)]
        others = [record for record in rest if record not in leaving]
        return over + leaving + others[: max(len(others) - MOST_SESSIONS + 1, 0)]

    def _drop(self, records: Iterable[_Record]) -> None:
        for record in records:
            self._records.pop(record.hash, None)
            self._written.pop(record.hash, None)

    def _is_over(self, session: Session) -> bool:
        now = self._clock.now()
        return now - session.seen_at > IDLE or now - session.created_at > LONGEST


def csrf_of(secret: str) -> str:
    """The mark that a page of ours sends with every change: who knows it has read an answer of ours."""
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def _shortened(about: str) -> str:
    return "".join(sign for sign in about if sign.isascii() and sign.isprintable())[:_ABOUT]


def _keep(record: _Record) -> Put:
    return Put(Collection.SETTINGS, _KEY + record.session.id, plain(_Record, record))


def _forget(record: _Record) -> Remove:
    return Remove(Collection.SETTINGS, _KEY + record.session.id)


def _record(value: Any) -> _Record:
    try:
        record: _Record = decode(_Record, encode(Any, value), "a session in the store")
    except MessageError as error:
        raise StoreError(error.sentence) from error
    return record
