"""The table of routes, each with the scopes that open it; what is not in it is not served.

Whether a request may pass is decided by the route it reached, never by its path.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from aiohttp import web

from drrouter.adapters.vtn.call import VTN, Call, Vtn
from drrouter.adapters.vtn.client_objects import REPORTS, SUBSCRIPTIONS
from drrouter.adapters.vtn.collection import Collection, answer
from drrouter.adapters.vtn.config import Caller, Scope
from drrouter.adapters.vtn.mqtt import binding, place, topics
from drrouter.adapters.vtn.oauth import auth_server, auth_token
from drrouter.adapters.vtn.provider_objects import EVENTS, PROGRAMS
from drrouter.adapters.vtn.refusal import Refusal, not_found
from drrouter.adapters.vtn.ven_objects import RESOURCES, VENS

OPEN: frozenset[Scope] = frozenset()
"""Opened by nothing but being declared so."""

_ANYBODY = frozenset({Scope.READ_ALL, Scope.READ_TARGETS})

COLLECTIONS: tuple[Collection, ...] = (PROGRAMS, EVENTS, VENS, RESOURCES, REPORTS, SUBSCRIPTIONS)


@dataclass(frozen=True, slots=True)
class Route:
    """One address and method; any of ``scopes`` opens it."""

    method: str
    path: str
    scopes: frozenset[Scope]
    handler: Callable[[Call], Awaitable[web.Response]]


async def notifiers(call: Call) -> web.Response:
    """GET /notifiers: webhooks, and MQTT where there is a broker."""
    uri = call.vtn.config.mqtt
    return answer(200, {"WEBHOOK": True} | ({"MQTT": binding(uri)} if uri else {}))


async def mqtt_topics(call: Call) -> web.Response:
    """GET /notifiers/mqtt/topics/...: where notices of a place are published."""
    if call.vtn.config.mqtt is None:
        raise not_found()
    path = call.request.match_info["place"]
    found = place(call.vtn.objects, path, call.client.client_id, call.client.is_bl)
    return answer(200, {"topics": topics(found)})


def _of(collection: Collection) -> Iterator[Route]:
    one = f"{collection.path}/{{id}}"
    yield Route("GET", collection.path, collection.readers, collection.search)
    yield Route("POST", collection.path, collection.writers, collection.create)
    yield Route("GET", one, collection.readers, collection.fetch)
    yield Route("PUT", one, collection.writers, collection.replace)
    yield Route("DELETE", one, collection.writers, collection.delete)


ROUTES: tuple[Route, ...] = (
    *(route for collection in COLLECTIONS for route in _of(collection)),
    Route("GET", "/auth/server", OPEN, auth_server),
    Route("POST", "/auth/token", OPEN, auth_token),
    # Interpretation: the specification names read_all, which no VEN has, but VENs must learn how to be told.
    Route("GET", "/notifiers", _ANYBODY, notifiers),
    Route("GET", "/notifiers/mqtt/topics/{place:.+}", _ANYBODY, mqtt_topics),
)


def guarded(route: Route) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The handler of a route, behind its check; simulated time stands while it works."""

    async def handle(request: web.Request) -> web.Response:
        vtn = request.app[VTN]
        with vtn.clock.working():
            caller = None if route.scopes is OPEN else _admitted(vtn, request, route.scopes)
            return await route.handler(Call(vtn, request, caller))

    return handle


def _admitted(vtn: Vtn, request: web.Request, scopes: frozenset[Scope]) -> Caller:
    """Who calls, if the token is valid and opens the route."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    caller = vtn.tokens.caller(token.strip()) if scheme.lower() == "bearer" else None
    if caller is None:
        detail = "This needs a token: Authorization: Bearer ..., from /auth/token."
        raise Refusal(401, detail, {"WWW-Authenticate": 'Bearer realm="VTN"'})
    if caller.scopes.isdisjoint(scopes):
        raise Refusal(403, f"The token does not have the scope {' or '.join(sorted(scopes))}.")
    return caller
