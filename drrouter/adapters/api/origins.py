"""Which pages may speak to the router through somebody's browser: its own, under a name that is surely ours.

Three things are refused: a foreign page that writes (a cross-site request), a page that came under a name
which somebody else can point at this machine (DNS rebinding), and a change by cookie without the mark of its
session.
"""

import hmac
from collections.abc import Collection
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web

from drrouter.adapters.api.refusals import Refused, refused
from drrouter.adapters.api.visit import Visit
from drrouter.domain.said import said

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "X-CSRF"


class Origins:
    """Knows the router's own names."""

    def __init__(self, own_names: Collection[str]) -> None:
        """Take these host names for the router's own, beside addresses."""
        self._own_names = frozenset(name.lower() for name in own_names)

    def check_host(self, request: web.Request) -> None:
        """A browser may come only under a name that is ours.

        Raises:
            Refused: it is another.
        """
        if not self._is_ours(_host_name(request.host)):
            shown = "".join(sign for sign in request.host[:100] if sign.isprintable())
            detail = (
                f"This router does not go by the name {shown!r}. Add the name to api.names in its home file."
            )
            raise refused(HTTPStatus.MISDIRECTED_REQUEST, "not-our-name", detail)

    def check_page(self, request: web.Request) -> None:
        """A page of somebody else may not write through the browser of a person in the home.

        Raises:
            Refused: the browser says that the page is foreign.
        """
        if request.method in _SAFE_METHODS:
            return
        origin = request.headers.get("Origin")
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            raise _foreign()
        if origin is not None and not self._is_own(origin, request):
            raise _foreign()

    def check_change(self, request: web.Request, visit: Visit) -> None:
        """What changes something by cookie must come from a page that has read this session's mark.

        Raises:
            Refused: the browser does not say where the page comes from, or the mark is missing.
        """
        if request.method in _SAFE_METHODS or visit.csrf is None:
            return
        says_whence = "Origin" in request.headers or request.headers.get("Sec-Fetch-Site") == "same-origin"
        given = request.headers.get(CSRF_HEADER, "").encode("utf-8", "replace")
        if not says_whence or not hmac.compare_digest(given, visit.csrf.encode()):
            raise refused(HTTPStatus.FORBIDDEN, "no-csrf", said("door.csrf", header=CSRF_HEADER))

    def _is_own(self, origin: str, request: web.Request) -> bool:
        """Whether the page came from this very API, under a name that nobody else can point at it.

        A proxy may say under which host it was asked. A foreign page cannot say so in its stead: a browser
        asks us before it sends such a header, and the page would still come from another name.
        """
        try:
            page = urlsplit(origin)
            name = page.hostname or ""
        except ValueError:
            return False
        hosts = (request.host, request.headers.get("X-Forwarded-Host"))
        return page.netloc in hosts and self._is_ours(name)

    def _is_ours(self, name: str) -> bool:
        return name in self._own_names or _is_address(name)


def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _foreign() -> Refused:
    return refused(HTTPStatus.FORBIDDEN, "foreign-page", said("door.foreign_page"))
