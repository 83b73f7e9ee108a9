"""Remembers what came last, and forgets what is far behind, so that years of events fit in memory."""

from collections.abc import Iterable
from typing import Generic, TypeVar

T = TypeVar("T")

MOST = 10_000
"""More than a provider keeps in force at once by far."""


class Recent(Generic[T]):
    """A set of the most recent things; the oldest is forgotten where there would be more than ``most``."""

    def __init__(self, most: int = MOST) -> None:
        """Nothing is remembered yet."""
        self._most, self._things = most, dict[T, None]()

    def __contains__(self, thing: object) -> bool:
        """Whether it is still remembered."""
        return thing in self._things

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._things)

    def add(self, thing: T) -> None:
        """Remember it as the newest."""
        self._things.pop(thing, None)
        self._things[thing] = None
        if len(self._things) > self._most:
            del self._things[next(iter(self._things))]

    def update(self, things: Iterable[T]) -> None:
        """Remember several, the last as the newest."""
        for thing in things:
            self.add(thing)
