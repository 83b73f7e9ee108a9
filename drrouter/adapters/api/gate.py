"""The gate that every request passes: who comes, from which page, to which route, with what.

The order is fixed, and each step can only refuse:

    token or cookie -> origin of a write -> route of the table -> role -> host name and CSRF of a browser
        -> own device of an appliance -> query -> body

Nothing about the path decides whether somebody must be known: every row of the table says it.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler as HttpHandler
from pydantic import BaseModel, ValidationError

from drrouter.adapters.api.answers import answer, error_answer, fault_answer, http_answer
from drrouter.adapters.api.entrance import Entrance
from drrouter.adapters.api.origins import Origins
from drrouter.adapters.api.refusals import Refused, refusal, refused
from drrouter.adapters.api.roles import Principal, Role
from drrouter.adapters.api.route import Call, Route, Scope
from drrouter.adapters.api.stream import Streams
from drrouter.adapters.api.visit import Visit, WithCookie, give_cookie, is_known, signed_out, visit_of
from drrouter.adapters.strict_json import MOST_BYTES, message_error, parse
from drrouter.domain.ids import HoldToken
from drrouter.domain.said import said
from drrouter.errors import DeviceUnknownError, DrrouterError, HoldUnknownError, MessageError
from drrouter.ports import Clock
from drrouter.router.facade import RouterFacade

_BODY_S = 10.0


class Gate:
    """Admits a request to its route, or refuses it; ``middleware`` is aiohttp's view of it."""

    def __init__(
        self,
        router: RouterFacade,
        entrance: Entrance,
        clock: Clock,
        streams: Streams,
        own_names: Collection[str],
        seen: Callable[[web.Request], None],
    ) -> None:
        """Guard these routes.

        Args:
            own_names: host names under which the API's own pages are reached, beside addresses.
            seen: called with each request whose headers are complete.
        """
        self._router, self._entrance, self._clock = router, entrance, clock
        self._streams, self._origins, self._seen = streams, Origins(own_names), seen
        self._routes: dict[HttpHandler, Route] = {}
        self._pages: set[HttpHandler] = set()

    def declare(self, route: Route) -> HttpHandler:
        """Take a route into the table; returns what stands for it in aiohttp, closed to all but the gate."""

        async def closed(_request: web.Request) -> web.StreamResponse:
            return refusal(HTTPStatus.UNAUTHORIZED, "no-gate", "This path is served through the gate only.")

        self._routes[closed] = route
        return closed

    def declare_page(self, page: HttpHandler) -> HttpHandler:
        """Take a page of the panel into the table: it holds nothing of the home, and is there for anyone."""
        self._pages.add(page)
        return page

    def is_declared(self, handler: HttpHandler) -> bool:
        """Whether aiohttp's handler is a page, or a route of the table."""
        return handler in self._routes or handler in self._pages

    def middleware(self) -> Any:
        """The one middleware of the application."""

        @web.middleware
        async def gate(request: web.Request, handler: HttpHandler) -> web.StreamResponse:
            self._seen(request)
            try:
                if request.match_info.handler in self._pages:
                    self._origins.check_host(request)
                    return await handler(request)
                return await self._serve(request, *self._admit(request))
            except Refused as leaving:
                return leaving.response
            except web.HTTPException as error:
                return http_answer(error)
            except DrrouterError as error:
                return error_answer(error)
            except Exception as error:  # noqa: BLE001 - a fault in one handler costs one request
                return fault_answer(error)

        return gate

    def _admit(self, request: web.Request) -> tuple[Visit, Route]:
        visit = visit_of(request, self._entrance)
        self._origins.check_page(request)
        route = self._route_of(request, visit.who)
        _check_role(visit.who, route)
        if "Authorization" not in request.headers:
            self._origins.check_host(request)
        if Role.VISITOR not in route.roles:
            self._origins.check_change(request, visit)
        self._check_device(visit.who, route, request.match_info)
        return visit, route

    async def _serve(self, request: web.Request, visit: Visit, route: Route) -> web.StreamResponse:
        if visit.secret is not None:
            await self._entrance.sessions.used(visit.secret)
        if route.streams:
            return await self._stream(request, visit, route)
        with self._clock.working():
            said = await route.handler(await self._call(request, visit, route))
        if isinstance(said, WithCookie):
            response = answer(route, said.answer)
            give_cookie(request, response, said)
            return response
        return answer(route, said)

    def _route_of(self, request: web.Request, who: Principal) -> Route:
        """The route of the table; anything else that aiohttp may know is not served."""
        if isinstance(request.match_info.http_exception, web.HTTPMethodNotAllowed):
            raise signed_out() if who.role is Role.VISITOR else request.match_info.http_exception
        route = self._routes.get(request.match_info.handler)
        if route is None:
            raise refused(HTTPStatus.NOT_FOUND, "no-such-path", "There is nothing at this path.")
        return route

    def _check_device(self, who: Principal, route: Route, path: Mapping[str, str]) -> None:
        """An appliance is told the same of a foreign device as of one that does not exist."""
        if route.scope is Scope.DEVICE and not who.speaks_of(path["device_id"]):
            raise DeviceUnknownError("No such device is yours to speak of.")
        if route.scope is Scope.HOLD and not self._may_take(who, HoldToken(path["token"])):
            raise HoldUnknownError("No such offer was made to you. Ask for options again.")

    def _may_take(self, who: Principal, token: HoldToken) -> bool:
        return who.role is not Role.APPLIANCE or who.speaks_of(self._router.held_for(token))

    async def _call(self, request: web.Request, visit: Visit, route: Route) -> Call:
        query = _check_query(route.query, request)
        body: Any = await (_take_bytes(request) if route.takes_bytes else _check_body(route.body, request))
        return Call(
            self._router,
            self._entrance,
            self._clock,
            visit,
            dict(request.match_info),
            query,
            body,
            target=request.rel_url.raw_path,
            media_type=request.headers.get("Content-Type", ""),
            last_event_id=request.headers.get("Last-Event-ID"),
        )

    async def _stream(self, request: web.Request, visit: Visit, route: Route) -> web.StreamResponse:
        if self._streams.are_full(visit.who.role):
            raise refused(
                HTTPStatus.SERVICE_UNAVAILABLE, "too-many-streams", "Too many clients listen already."
            )
        messages = await route.handler(await self._call(request, visit, route))
        return await self._streams.serve(request, partial(is_known, visit, self._entrance), messages)


def _check_role(who: Principal, route: Route) -> None:
    if who.role not in route.roles:
        if who.role is Role.VISITOR:
            raise signed_out()
        detail = said("door.not_allowed", role=who.role, roles=" or ".join(sorted(route.roles)))
        raise refused(HTTPStatus.FORBIDDEN, "not-allowed", detail)


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
        raise refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not-json", detail)
    text = await _read(request)
    parse(text, "the request")
    try:
        return model.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise message_error(error, "the request") from error


async def _take_bytes(request: web.Request) -> bytes:
    """The body as it is."""
    try:
        return await _read(request)
    except web.HTTPRequestEntityTooLarge:
        detail = f"That is too much: send at most {MOST_BYTES} bytes."
        raise refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", detail) from None


async def _read(request: web.Request) -> bytes:
    """The whole body, if it comes in time; what is packed would have to be unpacked, and is refused."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        detail = "Send the data as it is, without Content-Encoding."
        raise refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "packed", detail)
    try:
        async with asyncio.timeout(_BODY_S):
            return await request.read()
    except TimeoutError:
        raise refused(HTTPStatus.REQUEST_TIMEOUT, "too-slow", "The body did not come in time.") from None
