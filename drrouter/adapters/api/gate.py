"""The gate that every request passes: who comes, from which page, to which route, with what.

The order is fixed, and each step can only refuse:

    token -> origin of a write -> route of the table -> role -> own device of an appliance -> query -> body

Nothing about the path decides whether a token is needed: one is needed always.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler as HttpHandler
from pydantic import BaseModel, ValidationError

from drrouter.adapters.api.answers import answer, error_answer, fault_answer, http_answer, refusal
from drrouter.adapters.api.roles import Principal, Role
from drrouter.adapters.api.route import Call, Route, Scope
from drrouter.adapters.api.stream import Streams
from drrouter.adapters.api.throttle import Throttle
from drrouter.adapters.api.tokens import TokenBook
from drrouter.adapters.strict_json import message_error, parse
from drrouter.domain.ids import HoldToken
from drrouter.errors import DeviceUnknownError, DrrouterError, HoldUnknownError, MessageError
from drrouter.ports import Clock
from drrouter.router.facade import RouterFacade

log = logging.getLogger(__name__)

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_BODY_S = 10.0


class _Refused(Exception):
    """Leaves the gate at once with this answer."""

    def __init__(self, response: web.Response) -> None:
        self.response = response


class Gate:
    """Admits a request to its route, or refuses it; ``middleware`` is aiohttp's view of it."""

    def __init__(
        self,
        router: RouterFacade,
        tokens: TokenBook,
        clock: Clock,
        streams: Streams,
        throttle: Throttle,
        own_names: Collection[str],
        seen: Callable[[web.Request], None],
    ) -> None:
        """Guard these routes.

        Args:
            own_names: host names under which the API's own pages are reached, beside addresses.
            seen: called with each request whose headers are complete.
        """
        self._router, self._tokens, self._clock = router, tokens, clock
        self._streams, self._throttle = streams, throttle
        self._own_names, self._seen = frozenset(own_names), seen
        self._routes: dict[HttpHandler, Route] = {}

    def declare(self, route: Route) -> HttpHandler:
        """Take a route into the table; returns what stands for it in aiohttp, closed to all but the gate."""

        async def closed(_request: web.Request) -> web.StreamResponse:
            return refusal(HTTPStatus.UNAUTHORIZED, "no-gate", "This path is served through the gate only.")

        self._routes[closed] = route
        return closed

    def is_declared(self, handler: HttpHandler) -> bool:
        """Whether aiohttp's handler is a route of the table."""
        return handler in self._routes

    def middleware(self) -> Any:
        """The one middleware of the application."""

        @web.middleware
        async def gate(request: web.Request, handler: HttpHandler) -> web.StreamResponse:
            self._seen(request)
            try:
                return await self._serve(request, *self._admit(request))
            except _Refused as refused:
                return refused.response
            except web.HTTPException as error:
                return http_answer(error)
            except DrrouterError as error:
                return error_answer(error)
            except Exception as error:  # noqa: BLE001 - a fault in one handler costs one request
                return fault_answer(error)

        return gate

    def _admit(self, request: web.Request) -> tuple[Principal, Route]:
        who = self._authenticate(request)
        self._check_origin(request)
        route = self._route_of(request)
        _check_role(who, route)
        self._check_device(who, route, request.match_info)
        return who, route

    async def _serve(self, request: web.Request, who: Principal, route: Route) -> web.StreamResponse:
        if route.streams:
            return await self._stream(request)
        with self._clock.working():
            return answer(route, await route.handler(await self._call(request, who, route)))

    def _authenticate(self, request: web.Request) -> Principal:
        """Whom the bearer token belongs to (RFC 6750)."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        address = request.remote or "?"
        if scheme.lower() != "bearer" or not token:
            raise _unauthorized("Send a token: Authorization: Bearer <token>.")
        who = self._tokens.who(token.strip())
        if who is not None:
            self._throttle.right(address)
            return who
        if wait_s := self._throttle.wait_s(address):
            raise _too_many(wait_s)
        tried = self._throttle.wrong(address)
        if tried in (1, 5) or tried % 100 == 0:
            log.warning("a wrong token came from %s (%d so far)", address, tried)
        raise _unauthorized("The token is not known here, or was revoked.")

    def _check_origin(self, request: web.Request) -> None:
        """A page of somebody else may not write through the browser of a person in the home."""
        if request.method in _SAFE_METHODS:
            return
        origin = request.headers.get("Origin")
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            raise _refused(HTTPStatus.FORBIDDEN, "foreign-page", "A page of another site may not do this.")
        if origin is not None and not self._is_own(origin, request.host):
            raise _refused(HTTPStatus.FORBIDDEN, "foreign-page", "A page of another site may not do this.")

    def _is_own(self, origin: str, host: str) -> bool:
        """Whether the page came from this very API, under a name that nobody else can point at it."""
        try:
            page = urlsplit(origin)
            name = page.hostname or ""
        except ValueError:
            return False
        return page.netloc == host and (name in self._own_names or _is_address(name))

    def _route_of(self, request: web.Request) -> Route:
        """The route of the table; anything else that aiohttp may know is not served."""
        if isinstance(request.match_info.http_exception, web.HTTPMethodNotAllowed):
            raise request.match_info.http_exception
        route = self._routes.get(request.match_info.handler)
        if route is None:
            raise _refused(HTTPStatus.NOT_FOUND, "no-such-path", "There is nothing at this path.")
        return route

    def _check_device(self, who: Principal, route: Route, path: Mapping[str, str]) -> None:
        """An appliance is told the same of a foreign device as of one that does not exist."""
        if route.scope is Scope.DEVICE and not who.speaks_of(path["device_id"]):
            raise DeviceUnknownError("No such device is yours to speak of.")
        if route.scope is Scope.HOLD and not self._may_take(who, HoldToken(path["token"])):
            raise HoldUnknownError("No such offer was made to you. Ask for options again.")

    def _may_take(self, who: Principal, token: HoldToken) -> bool:
        return who.role is not Role.APPLIANCE or who.speaks_of(self._router.held_for(token))

    async def _call(self, request: web.Request, who: Principal, route: Route) -> Call:
        query = _check_query(route.query, request)
        body = await _check_body(route.body, request)
        path = dict(request.match_info)
        return Call(self._router, self._tokens, self._clock, who, path, query, body)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        if self._streams.full:
            raise _refused(
                HTTPStatus.SERVICE_UNAVAILABLE, "too-many-streams", "Too many clients listen already."
            )
        return await self._streams.serve(request)


def _check_role(who: Principal, route: Route) -> None:
    if who.role not in route.roles:
        detail = f"The role {who.role} may not do this; {' or '.join(sorted(route.roles))} may."
        raise _refused(HTTPStatus.FORBIDDEN, "not-allowed", detail)


def _check_query(model: type[BaseModel] | None, request: web.Request) -> BaseModel | None:
    """The query as the route's model; a key given twice is refused, and so is one that nobody asked for."""
    given = dict(request.query)
    if len(given) != len(request.query):
        raise MessageError("the query", "", "a key stands twice", "Give each key once")
    if model is None:
        if given:
            raise MessageError("the query", next(iter(given)), "this path takes none", "Leave it out")
        return None
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise message_error(error, "the query") from error


async def _check_body(model: type[BaseModel] | None, request: web.Request) -> BaseModel | None:
    """The body as the route's model."""
    if model is None:
        return None
    if request.content_type != "application/json":
        detail = "Send JSON: Content-Type: application/json."
        raise _refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not-json", detail)
    try:
        async with asyncio.timeout(_BODY_S):
            text = await request.read()
    except TimeoutError:
        raise _refused(HTTPStatus.REQUEST_TIMEOUT, "too-slow", "The body did not come in time.") from None
    parse(text, "the request")
    try:
        return model.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise message_error(error, "the request") from error


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _refused(status: HTTPStatus, slug: str, detail: str, headers: dict[str, str] | None = None) -> _Refused:
    return _Refused(refusal(status, slug, detail, headers))


def _unauthorized(detail: str) -> _Refused:
    headers = {"WWW-Authenticate": 'Bearer realm="drrouter"'}
    return _refused(HTTPStatus.UNAUTHORIZED, "no-token", detail, headers)


def _too_many(wait_s: float) -> _Refused:
    detail = f"Too many wrong tokens came from your address. Try again in {wait_s:.0f} s."
    headers = {"Retry-After": str(int(wait_s) + 1)}
    return _refused(HTTPStatus.TOO_MANY_REQUESTS, "too-many-wrong-tokens", detail, headers)
