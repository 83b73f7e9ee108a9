"""Who comes with a request: by a bearer token, by a session's cookie, or as a visitor who has shown nothing.

The cookie has no path, so that a browser keeps it for ``.../api/v1`` alone, below whatever prefix a proxy
puts; and its name tells the port, for browsers send a cookie to every port of a host.
"""

import logging
from dataclasses import dataclass, replace
from http import HTTPStatus

from aiohttp import web

from drrouter.adapters.api.entrance import Entrance
from drrouter.adapters.api.refusals import Refused, refused
from drrouter.adapters.api.roles import Principal, Role
from drrouter.adapters.api.sessions import LONGEST, Session, csrf_of
from drrouter.domain.said import said

log = logging.getLogger(__name__)

_VISITOR = Principal(Role.VISITOR, "visitor")


@dataclass(frozen=True, slots=True)
class Visit:
    """One request's sender, as far as it is known.

    Attributes:
        secret: the session's cookie; None where somebody comes otherwise.
        token: the bearer token; None where somebody comes otherwise.
        base: the address of the API's own root as the sender knows it.
        origin: where the page of the sender came from, which is ours; empty where no page says so.
    """

    who: Principal
    address: str
    base: str
    origin: str
    languages: str
    about: str
    session: Session | None = None
    secret: str | None = None
    token: str | None = None

    @property
    def csrf(self) -> str | None:
        """What every change by this session's cookie must carry."""
        return None if self.secret is None else csrf_of(self.secret)


@dataclass(frozen=True, slots=True)
class WithCookie:
    """A handler's answer with a session's secret for the browser; without one, the browser forgets.

    Attributes:
        lasting: whether the browser keeps it when it is closed.
    """

    answer: object
    secret: str | None
    lasting: bool = True


def visit_of(request: web.Request, entrance: Entrance) -> Visit:
    """Recognise the sender.

    Raises:
        Refused: there is a bearer token and it is wrong. A cookie that opens nothing more is as none.
    """
    visitor = Visit(
        _VISITOR,
        request.remote or "?",
        f"{'https' if is_secure(request) else 'http'}://{request.host}/",
        request.headers.get("Origin", ""),
        request.headers.get("Accept-Language", ""),
        request.headers.get("User-Agent", ""),
    )
    if "Authorization" in request.headers:
        who, token = _bearer(request.headers["Authorization"], visitor.address, entrance)
        return replace(visitor, who=who, token=token)
    secret = request.cookies.get(cookie_name(request))
    session = entrance.session(secret) if secret else None
    return replace(visitor, who=session.who, session=session, secret=secret) if session else visitor


def is_known(visit: Visit, entrance: Entrance) -> bool:
    """Whether the sender's token or session still opens anything."""
    if visit.token is not None:
        return entrance.tokens.who(visit.token) is not None
    return visit.secret is not None and entrance.session(visit.secret) is not None


def give_cookie(request: web.Request, response: web.StreamResponse, given: WithCookie) -> None:
    """Let the browser keep the secret, or forget it."""
    kept_s = int(LONGEST.total_seconds()) if given.lasting else None
    response.set_cookie(
        cookie_name(request),
        given.secret or "",
        max_age=kept_s if given.secret else 0,
        path="",
        secure=is_secure(request),
        httponly=True,
        samesite="Strict",
    )


def cookie_name(request: web.Request) -> str:
    """By which a browser keeps the session of the router at this port."""
    address = request.get_extra_info("sockname") or ("", 0)
    return f"drrouter-{address[1]}"


def is_secure(request: web.Request) -> bool:
    """Whether the browser speaks TLS, to us or to a proxy that says so; a lie only hurts the liar."""
    return request.secure or request.headers.get("X-Forwarded-Proto", "").lower() == "https"


def signed_out() -> Refused:
    """Nobody is known to come, and the route is not for anyone."""
    return _unauthorized("signed-out", said("door.signed_out"))


def _bearer(authorization: str, address: str, entrance: Entrance) -> tuple[Principal, str]:
    """Whom the bearer token belongs to (RFC 6750)."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise _unauthorized("no-token", "Send a token: Authorization: Bearer <token>.")
    token = token.strip()
    who = entrance.tokens.who(token)
    if who is not None:
        entrance.throttle.right(address)
        return who, token
    if wait_s := entrance.throttle.wait_s(address):
        detail = f"Too many wrong tokens came from your address. Try again in {wait_s:.0f} s."
        headers = {"Retry-After": str(int(wait_s) + 1)}
        raise refused(HTTPStatus.TOO_MANY_REQUESTS, "too-many-wrong-tokens", detail, headers)
    tried = entrance.throttle.wrong(address)
    if tried in (1, 5) or tried % 100 == 0:
        log.warning("a wrong token came from %s (%d so far)", address, tried)
    raise _unauthorized("no-token", said("door.unknown_token"))


def _unauthorized(slug: str, detail: str) -> Refused:
    headers = {"WWW-Authenticate": 'Bearer realm="drrouter"'}
    return refused(HTTPStatus.UNAUTHORIZED, slug, detail, headers)
