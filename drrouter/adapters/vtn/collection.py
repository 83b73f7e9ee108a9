"""What all collections do alike: search, create, read, replace and delete, in the caller's view.

A collection says what differs: how a body is read, what must hold before it is kept, and which filters a
search has.
"""

import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from drrouter.adapters.openadr3 import ObjectType, WireModel
from drrouter.adapters.vtn.call import Call, Vtn
from drrouter.adapters.vtn.config import Caller, Scope
from drrouter.adapters.vtn.objects import Body, Change
from drrouter.adapters.vtn.query import Query
from drrouter.adapters.vtn.refusal import Refusal, not_found

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Draft:
    """A body that was read, on its way to be kept; ``old`` is what it replaces, None when it is new."""

    vtn: Vtn
    caller: Caller
    request: WireModel
    old: Body | None

    @property
    def old_id(self) -> str | None:
        """The id of what is replaced."""
        return self.old["id"] if self.old is not None else None


async def no_vetting(draft: Draft) -> None:
    """Nothing outside must be asked."""


@dataclass(frozen=True, slots=True)
class Collection:
    """One kind of objects under one path.

    Attributes:
        read: makes of JSON values the model that this caller may send.
        fields: checks the draft against all other objects and returns what is kept; nothing else changes
            meanwhile.
        allows: whether a search's own filters let an object through.
        vet: asks the outside before anything is kept.
    """

    kind: ObjectType
    path: str
    readers: frozenset[Scope]
    writers: frozenset[Scope]
    read: Callable[[Caller, Values], WireModel]
    fields: Callable[[Draft], Values]
    allows: Callable[[Call, Query, Body], bool]
    vet: Callable[[Draft], Awaitable[None]] = no_vetting

    async def search(self, call: Call) -> web.Response:
        """GET: a page of what the caller sees, the oldest first."""
        query = Query.read(call.request.query)
        return answer(200, query.page(self._found(call, query)))

    async def create(self, call: Call) -> web.Response:
        """POST: keep a new object."""
        draft = Draft(call.vtn, call.client, self.read(call.client, await call.values()), None)
        await self.vet(draft)
        async with call.vtn.objects.change() as change:
            created = change.create(self.kind, self.fields(draft))
        return answer(201, created)

    async def fetch(self, call: Call) -> web.Response:
        """GET with an id: the object, if the caller sees it."""
        return answer(200, self._seen(call))

    async def replace(self, call: Call) -> web.Response:
        """PUT: new content for an object of the caller's."""
        values = await call.values()
        self._own(call)
        draft = Draft(call.vtn, call.client, self.read(call.client, values), self._own(call))
        await self.vet(draft)
        async with call.vtn.objects.change() as change:
            fresh = Draft(draft.vtn, draft.caller, draft.request, self._own(call))
            replaced = change.replace(self.kind, call.object_id, self.fields(fresh))
        return answer(200, replaced)

    async def delete(self, call: Call) -> web.Response:
        """DELETE: the object and its parts, if it is the caller's."""
        async with call.vtn.objects.change() as change:
            removed = self._remove(call, change)
        return answer(200, removed)

    def _found(self, call: Call, query: Query) -> Iterator[Body]:
        caller, privacy = call.client, call.vtn.privacy
        granted = frozenset[str]() if caller.is_bl else privacy.granted(caller.client_id)
        for body in call.vtn.objects.all(self.kind):
            shown = privacy.view(caller, body, granted, query.targets)
            if shown is not None and self.allows(call, query, shown):
                yield shown

    def _seen(self, call: Call) -> Body:
        body = call.vtn.objects.get(self.kind, call.object_id)
        shown = call.vtn.privacy.by_id(call.client, body) if body is not None else None
        if shown is None:
            raise not_found()
        return shown

    def _own(self, call: Call) -> Body:
        """The object, if the caller may change it.

        Business logic reads the reports and subscriptions of others, and leaves them alone.
        """
        self._seen(call)
        body = call.vtn.objects.get(self.kind, call.object_id)
        if body is None:
            raise not_found()
        is_bl_kind = self.kind is not ObjectType.SUBSCRIPTION and self.kind is not ObjectType.REPORT
        if body.get("clientID") != call.client.client_id and not (call.client.is_bl and is_bl_kind):
            raise Refusal(403, "This object belongs to another client.")
        return body

    def _remove(self, call: Call, change: Change) -> Body:
        self._own(call)
        return change.remove(self.kind, call.object_id)


def answer(status: int, body: object) -> web.Response:
    """A JSON answer."""
    return web.Response(
        status=status,
        body=json.dumps(body).encode(),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
