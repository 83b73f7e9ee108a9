"""All objects of a VTN in memory, changed a transaction at a time, kept in a file where there is one.

    async with objects.change() as change:          one change at a time
        change.create(ObjectType.EVENT, fields)
        change.remove(ObjectType.EVENT, other)
    # here it is on disk, in memory, and told to whoever listens - or nothing of it

An object is a JSON object as the wire shows it, never altered, only replaced.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import Any

from drrouter.adapters.openadr3 import ObjectType
from drrouter.adapters.openadr3.times import format_instant, parse_instant
from drrouter.adapters.vtn.refusal import Refusal, not_found
from drrouter.adapters.vtn.state_file import StateFile
from drrouter.ports import Clock, Executor

Body = Mapping[str, Any]

GONE = "GONE"
"""The kind under which the program of deleted events is remembered, for late reports."""

MOST_GONE = 10_000

_PARTS = {ObjectType.PROGRAM: (ObjectType.EVENT, "programID"), ObjectType.VEN: (ObjectType.RESOURCE, "venID")}
"""What is deleted together with an object: the kind, and the key that names the object."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One object before and after; None is absent."""

    kind: ObjectType
    old: Body | None
    new: Body | None


class Objects:
    """The objects, by kind and id, in the order of creation."""

    def __init__(self, clock: Clock, executor: Executor, most: int) -> None:
        """Hold nothing yet, and at most so many of each kind."""
        self._clock, self._executor, self._most = clock, executor, most
        self._by_kind: dict[str, dict[str, Body]] = {kind: {} for kind in (*ObjectType, GONE)}
        self._file: StateFile | None = None
        self._lock = asyncio.Lock()
        self.on_changed: Callable[[Changed], None] = lambda changed: None

    def keep_in(self, file: StateFile) -> None:
        """Take over what the file holds, and keep every change in it."""
        self._file = file
        for kind, body in file.load():
            self._by_kind.setdefault(kind, {})[body["id"]] = body

    def get(self, kind: str, object_id: str) -> Body | None:
        """One object, None where there is none."""
        return self._by_kind[kind].get(object_id)

    def all(self, kind: str) -> Iterator[Body]:
        """All of a kind, the oldest first."""
        yield from self._by_kind[kind].values()

    def count(self, kind: str) -> int:
        """How many there are of a kind."""
        return len(self._by_kind[kind])

    def is_full(self, kind: str) -> bool:
        """Whether no more fit."""
        return self.count(kind) >= self._most

    @asynccontextmanager
    async def change(self) -> AsyncIterator["Change"]:
        """Several changes as one.

        Raises:
            StoreError: the file did not take it; nothing was changed.
        """
        async with self._lock:
            change = Change(self, self._clock)
            yield change
            if self._file is not None and change.rows:
                await self._executor.run(self._file.write, tuple(change.rows.values()))
            for row in change.rows.values():
                self._apply(*row)
        for changed in change.told:
            self.on_changed(changed)

    def _apply(self, kind: str, object_id: str, body: Body | None) -> None:
        if kind == GONE:
            self._by_kind[ObjectType.EVENT].pop(object_id, None)
        if body is None:
            self._by_kind[kind].pop(object_id, None)
        else:
            self._by_kind[kind][object_id] = body


@dataclass(slots=True)
class Change:
    """What is about to be changed; sees the objects as they were before."""

    objects: Objects
    clock: Clock
    rows: dict[str, tuple[str, str, dict[str, Any] | None]] = field(default_factory=dict)
    told: list[Changed] = field(default_factory=list)

    def create(self, kind: ObjectType, fields: Body) -> Body:
        """Add an object; returns it with its metadata.

        Raises:
            Refusal: there are too many.
        """
        if self.objects.is_full(kind):
            raise Refusal(507, f"There are too many objects of type {kind}. Delete some.")
        now = format_instant(self.clock.now())
        stamps = {"createdDateTime": now, "modificationDateTime": now, "objectType": kind.value}
        return self._put(kind, None, {**fields, "id": secrets.token_hex(8), **stamps})

    def replace(self, kind: ObjectType, object_id: str, fields: Body) -> Body:
        """Put new content into an object; its ``modificationDateTime`` always grows, so versions differ.

        Raises:
            Refusal: there is no such object.
        """
        old = self._present(kind, object_id)
        now, before = self.clock.now(), parse_instant(old["modificationDateTime"])
        if before is not None and now <= before:
            now = before + timedelta(milliseconds=1)
        stamps = {"createdDateTime": old["createdDateTime"], "modificationDateTime": format_instant(now)}
        return self._put(kind, old, {**fields, "id": object_id, **stamps, "objectType": kind.value})

    def remove(self, kind: ObjectType, object_id: str) -> Body:
        """Delete an object and its parts: a program's events, a VEN's resources.

        Raises:
            Refusal: there is no such object.
        """
        old = self._present(kind, object_id)
        part, key = _PARTS.get(kind, (None, ""))
        if part is not None:
            for body in self.objects.all(part):
                if body[key] == object_id:
                    self.remove(part, body["id"])
        if kind is ObjectType.EVENT:
            self._remember(old)
        else:
            self.rows[object_id] = (kind, object_id, None)
        self.told.append(Changed(kind, old, None))
        return old

    def _put(self, kind: ObjectType, old: Body | None, new: dict[str, Any]) -> Body:
        self.rows[new["id"]] = (kind, new["id"], new)
        self.told.append(Changed(kind, old, new))
        return new

    def _present(self, kind: ObjectType, object_id: str) -> Body:
        found = self.objects.get(kind, object_id)
        if found is None:
            raise not_found()
        return found

    def _remember(self, event: Body) -> None:
        """Leave of a deleted event what its late reports need."""
        gone = {"id": event["id"], "programID": event["programID"]}
        if self.objects.count(GONE) >= MOST_GONE:
            old = (body["id"] for body in self.objects.all(GONE) if body["id"] not in self.rows)
            self.rows.update((oldest, (GONE, oldest, None)) for oldest in islice(old, 1))
        self.rows[event["id"]] = (GONE, event["id"], gone)
