"""Routes of opaque data: list it, read and write it by path, and follow what changes.

    GET    /resources?under=vehicle          what there is, without its bytes
    GET    /resources/vehicle/car/profile    the bytes, with their media type, as a download
    PUT    /resources/vehicle/car/profile    the same the other way
    GET    /resources/changes?after=1234     server-sent events, each with its number as id

A browser or client that comes back with ``Last-Event-ID`` (or ``after``) misses nothing; where that cannot be
kept it is told ``gap`` and lists anew. What is kept is never parsed here, and never shown as a page.
"""

import re
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Annotated

from pydantic import Field, StringConstraints

from drrouter.adapters.api.requests import StrictBody
from drrouter.adapters.api.roles import PEOPLE_AND_APPLIANCE, Principal
from drrouter.adapters.api.route import Call, Download, Route, Scope, route
from drrouter.adapters.strict_json import adapter_of
from drrouter.domain.resource import MOST_PATH, LeafChange, Party, Who, checked_media_type
from drrouter.errors import MessageError
from drrouter.router.resources.facade import Cursor, Gap, LeafList, LeafView, Told

_ENCODED = re.compile(r"%(2f|5c|25)", re.IGNORECASE)
_LATEST = 2**63 - 1
_NAMES: dict[type, bytes] = {Cursor: b"cursor", Gap: b"gap", LeafChange: b"change"}

Under = Annotated[str, StringConstraints(max_length=MOST_PATH)]


class UnderQuery(StrictBody):
    """Which part of the tree."""

    under: Under = ""


class ChangesQuery(StrictBody):
    """Which part of the tree, and the last change that is known already."""

    under: Under = ""
    after: Annotated[int, Field(ge=0, le=_LATEST)] | None = None


@route("GET", "/resources", PEOPLE_AND_APPLIANCE, answer=LeafList, query=UnderQuery, scope=Scope.LEAF)
async def resources(call: Call) -> LeafList:
    """What there is of opaque data, as far as it is for who asks."""
    return call.router.resources.leaves(_who(call.who), call.query.under)


@route(
    "GET",
    "/resources/changes",
    PEOPLE_AND_APPLIANCE,
    query=ChangesQuery,
    scope=Scope.LEAF,
    streams=True,
)
async def resource_changes(call: Call) -> AsyncIterator[bytes]:
    """Every change of opaque data as a server-sent event; resumes after Last-Event-ID or ``after``."""
    query: ChangesQuery = call.query
    after = query.after if call.last_event_id is None else _number(call.last_event_id)
    told = call.router.resources.changes(_who(call.who), query.under, after)
    return _events(await anext(told), told)


@route("GET", "/resources/{path}", PEOPLE_AND_APPLIANCE, answer=Download, scope=Scope.LEAF)
async def resource(call: Call) -> Download:
    """The bytes of one leaf, as a download."""
    leaf = call.router.resources.read(_who(call.who), _path(call))
    return Download(leaf.data, leaf.media_type, leaf.path.rsplit("/", 1)[1], leaf.sequence)


@route("PUT", "/resources/{path}", PEOPLE_AND_APPLIANCE, answer=LeafView, takes_bytes=True, scope=Scope.LEAF)
async def put_resource(call: Call) -> LeafView:
    """Write one leaf; what stands there is replaced."""
    path, media_type = _path(call), checked_media_type(call.media_type)
    return await call.router.resources.put(_who(call.who), path, media_type, call.body)


@route("DELETE", "/resources/{path}", PEOPLE_AND_APPLIANCE, scope=Scope.LEAF)
async def remove_resource(call: Call) -> None:
    """Take one leaf away."""
    await call.router.resources.remove(_who(call.who), _path(call))


def _who(principal: Principal) -> Who:
    """Who comes, for the rights of the tree."""
    return Who(Party(principal.role.value), principal.name, principal.device_id or "")


def _path(call: Call) -> str:
    """The path as it was sent; a slash in disguise is refused, because it could mean another path."""
    if _ENCODED.search(call.target):
        problem = "an encoded slash, backslash or percent sign has no place in a path"
        raise MessageError("resources", "path", problem, "Write plain slashes")
    return call.path["path"]


def _number(text: str) -> int:
    """The cursor of a client that comes back; one that nobody was given is behind everything."""
    is_number = text.isascii() and text.isdigit() and len(text) < 19
    return int(text) if is_number else -1


async def _events(first: Told, more: AsyncGenerator[Told]) -> AsyncGenerator[bytes]:
    try:
        yield _event(first)
        async for told in more:
            yield _event(told)
    finally:
        await more.aclose()


def _event(told: Told) -> bytes:
    kind: type = type(told)
    data = adapter_of(kind).dump_json(told)
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (told.sequence, _NAMES[kind], data)


RESOURCE_ROUTES: tuple[Route, ...] = (
    resources,
    resource_changes,
    resource,
    put_resource,
    remove_resource,
)
