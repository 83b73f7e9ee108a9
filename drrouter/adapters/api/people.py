"""The people who sign in by a name and a password, which is kept as a hash alone.

A router without an owner among them is unclaimed; it cannot become so again, for the last owner stays.
"""

import asyncio
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Any

from drrouter.adapters.api.passwords import Passwords
from drrouter.adapters.api.refusals import refused
from drrouter.adapters.api.roles import PERSON_ROLES, Role
from drrouter.adapters.strict_json import decode, encode, plain
from drrouter.domain.document import harmless
from drrouter.domain.said import said
from drrouter.errors import MessageError, StoreError
from drrouter.ports import Clock, Collection, Put, Remove, Store

MOST_PEOPLE = 50
LONGEST_NAME = 32
_KEY = "person."
_OF_OTHERS = frozenset({"owner", "resident", "appliance", "visitor", "vacation"})
"""By these words the journal, and who undoes what, know tokens and the days away."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person as the owner sees it."""

    name: str
    role: Role
    created_at: datetime


@dataclass(frozen=True, slots=True)
class _Record:
    """What the store keeps."""

    person: Person
    hash: str


class People:
    """Everybody who may sign in; ``await People.open(store, clock, passwords)`` reads them back."""

    def __init__(
        self, store: Store, clock: Clock, passwords: Passwords, records: Iterable[_Record] = ()
    ) -> None:
        """Know these people; use ``open``."""
        self._store, self._clock, self._passwords = store, clock, passwords
        self._records = {key_of(record.person.name): record for record in records}
        self._changing = asyncio.Lock()

    @classmethod
    async def open(cls, store: Store, clock: Clock, passwords: Passwords) -> "People":
        """Read the people back.

        Raises:
            StoreError: the store cannot be read, or holds something else.
        """
        kept = await store.load(Collection.SETTINGS)
        return cls(
            store, clock, passwords, [_record(value) for key, value in kept.items() if key.startswith(_KEY)]
        )

    @property
    def are_claimed(self) -> bool:
        """Whether the router has an owner who can sign in."""
        return self._owners() > 0

    def views(self) -> tuple[Person, ...]:
        """Everybody, the first one first."""
        people = (record.person for record in self._records.values())
        return tuple(sorted(people, key=lambda person: (person.created_at, person.name)))

    def find(self, name: str) -> Person:
        """The person of that name.

        Raises:
            Refused: there is none.
        """
        return self._find(name).person

    def get(self, name: str) -> Person | None:
        """The person of that name, None where there is none."""
        record = self._records.get(key_of(name))
        return record.person if record else None

    def holds(self, person: Person) -> bool:
        """Whether it is this very person still, neither removed nor with another password since."""
        return self.get(person.name) is person

    async def check(self, name: str, password: str) -> Person | None:
        """Whose name and password these are; nobody's takes as long as a wrong password."""
        record = self._records.get(key_of(name))
        right = await self._passwords.is_right(password, record.hash if record else None)
        still = self._records.get(key_of(name))  # it may have been removed meanwhile
        return record.person if record and right and still is record else None

    async def add(self, name: str, role: Role, password: str) -> Person:
        """A new person.

        Raises:
            Refused: the name is taken, or there are as many people as fit.
            StoreError: it was not kept.
        """
        async with self._changing:
            if key_of(name) in self._records:
                raise refused(HTTPStatus.CONFLICT, "name-taken", said("people.taken"))
            if len(self._records) >= MOST_PEOPLE:
                detail = said("people.too_many", count=MOST_PEOPLE)
                raise refused(HTTPStatus.CONFLICT, "too-many-people", detail)
            person = Person(name, role, self._clock.now())
            await self._keep(_Record(person, await self._passwords.hash(password)))
            return person

    async def set_password(self, name: str, password: str) -> Person:
        """Another password for the person; raises as ``find`` and ``add``."""
        async with self._changing:
            hashed = await self._passwords.hash(password)
            person = replace(self._find(name).person)
            record = _Record(person, hashed)
            await self._keep(record)
            return record.person

    async def remove(self, name: str) -> Person:
        """Forget a person.

        Raises:
            Refused: there is none of that name, or it is the last owner.
            StoreError: it was not kept.
        """
        async with self._changing:
            person = self._find(name).person
            if person.role is Role.OWNER and self._owners() == 1:
                raise refused(HTTPStatus.CONFLICT, "last-owner", said("people.last_owner"))
            await self._store.commit(Remove(Collection.SETTINGS, _KEY + key_of(name)))
            del self._records[key_of(name)]
            return person

    def _owners(self) -> int:
        return sum(record.person.role is Role.OWNER for record in self._records.values())

    def _find(self, name: str) -> _Record:
        record = self._records.get(key_of(name))
        if record is None:
            raise refused(HTTPStatus.NOT_FOUND, "no-such-person", said("people.nobody"))
        return record

    async def _keep(self, record: _Record) -> None:
        key = key_of(record.person.name)
        await self._store.commit(Put(Collection.SETTINGS, _KEY + key, plain(_Record, record)))
        self._records[key] = record


def key_of(name: str) -> str:
    """Names that look the same are the same, however they are typed."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


def clean_name(name: str) -> str:
    """A new person's name as it is kept.

    Raises:
        ValueError: it is empty, too long, holds what cannot be seen (S5), or is a role's.
    """
    made = " ".join(unicodedata.normalize("NFKC", harmless(name)).split())
    if not 0 < len(made) <= LONGEST_NAME:
        raise ValueError(said("people.name_length", most=LONGEST_NAME))
    if "/" in made or "\\" in made or made in (".", ".."):
        raise ValueError(said("people.slashes"))
    if key_of(made).partition(" ")[0] in _OF_OTHERS:
        raise ValueError(said("people.name_of_role"))
    return made


def _record(value: Any) -> _Record:
    try:
        record: _Record = decode(_Record, encode(Any, value), "a person in the store")
    except MessageError as error:
        raise StoreError(error.sentence) from error
    if record.person.role not in PERSON_ROLES:
        raise StoreError(f"The store holds a person of the role {record.person.role}.")
    return record
