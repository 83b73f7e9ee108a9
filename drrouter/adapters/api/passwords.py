"""Passwords: Argon2id hashes, made and checked one at a time away from the event loop.

Interpretation: the costs are the least that OWASP's "Password Storage Cheat Sheet" recommends for Argon2id,
for a router may be as small as a Raspberry Pi; a hash carries its costs, so that they can be raised later.
"""

import asyncio
import unicodedata
from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from drrouter.adapters.api.refusals import refused
from drrouter.domain.said import said
from drrouter.ports import Executor

T = TypeVar("T")

SHORTEST = 10
LONGEST = 256
_MEMORY_KIB = 19 * 1024
_ROUNDS = 2
_LANES = 1
_MOST_WAITING = 16


class Passwords:
    """Hashes and checks; a router that is asked too often at once says so rather than fill its memory."""

    def __init__(self, executor: Executor) -> None:
        """Work in this executor."""
        self._executor = executor
        self._hasher = PasswordHasher(_ROUNDS, _MEMORY_KIB, _LANES)
        self._nobodys = self._hasher.hash("the password of nobody")
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """What to keep of a password."""
        return await self._one_at_a_time(self._hasher.hash, _plain(password))

    async def is_right(self, password: str, kept: str | None) -> bool:
        """Whether it is the password; where there is none to compare with, that takes as long."""
        right = await self._one_at_a_time(self._verify, kept or self._nobodys, _plain(password))
        return right and kept is not None

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _one_at_a_time(self, work: Callable[..., T], *given: str) -> T:
        if self._waiting >= _MOST_WAITING:
            busy = said("door.busy")
            raise refused(HTTPStatus.SERVICE_UNAVAILABLE, "busy", busy, {"Retry-After": "5"})
        self._waiting += 1
        try:
            async with self._turn:
                return await self._executor.run(work, *given)
        finally:
            self._waiting -= 1


def fault_of(password: str, name: str) -> str | None:
    """What is wrong with a new password, None where nothing is."""
    if not SHORTEST <= len(password) <= LONGEST:
        return said("password.length", least=SHORTEST, most=LONGEST)
    if len(set(password)) < 4 or _plain(password).casefold() == _plain(name).casefold():
        return said("password.weak")
    return None


def _plain(password: str) -> str:
    """The same characters, however a keyboard composes them."""
    return unicodedata.normalize("NFKC", password)
