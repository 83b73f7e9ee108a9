"""The tree of opaque data as clients see it: lists, leaves, and what changes from a cursor on."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from drrouter.domain.resource import Leaf, LeafChange, LeafPath, Who


@dataclass(frozen=True, slots=True)
class LeafView:
    """A leaf without its bytes."""

    path: LeafPath
    media_type: str
    size: int
    sequence: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LeafList:
    """What there is.

    Attributes:
        sequence: of the newest change that the list knows; follow the changes after it.
    """

    sequence: int
    leaves: tuple[LeafView, ...]


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the stream of changes stands; the first thing that a follower is told."""

    sequence: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Changes were missed: list anew, then go on after ``sequence``."""

    sequence: int
    sentence: str


Told = Cursor | Gap | LeafChange


class ResourcesFacade(Protocol):
    """What may be asked of the tree. What somebody may not read is to them as if it were not there."""

    def leaves(self, who: Who, under: str = "") -> LeafList:
        """Every leaf at or below a path that ``who`` may read.

        Raises:
            MessageError: that is no path.
        """
        ...

    def read(self, who: Who, path: str) -> Leaf:
        """One leaf.

        Raises:
            MessageError: that is no path.
            LeafUnknownError: there is none, or it is not for ``who``.
        """
        ...

    async def put(self, who: Who, path: str, media_type: str, data: bytes) -> LeafView:
        """Write a leaf; returns when it is on the disk.

        Raises:
            MessageError: no path, another media type, or too many bytes.
            LeafForbiddenError: ``who`` may not write there.
            StoreError: the disk does not take it in time.
        """
        ...

    async def remove(self, who: Who, path: str) -> None:
        """Take a leaf away; returns when it is gone from the disk.

        Raises:
            MessageError: that is no path.
            LeafForbiddenError: ``who`` may not take it away.
            LeafUnknownError: there is none.
            StoreError: the disk does not take it in time.
        """
        ...

    def changes(self, who: Who, under: str = "", after: int | None = None) -> AsyncGenerator[Told]:
        """First where the stream stands, then each change after the cursor, for ever; None is from now on.

        Raises:
            MessageError: that is no path.
        """
        ...
