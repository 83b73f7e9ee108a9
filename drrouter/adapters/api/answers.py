"""Turns what handlers return, and what goes wrong, into HTTP answers with the same safe headers on each."""

import logging
from http import HTTPStatus

from aiohttp import web

from drrouter.adapters.api.refusals import problem_response, refusal
from drrouter.adapters.api.route import Download, Route
from drrouter.adapters.problems import Problem, problem, problem_of
from drrouter.adapters.strict_json import adapter_of, plain
from drrouter.domain.option import Option
from drrouter.domain.said import said
from drrouter.errors import DrrouterError, HoldConflictError

log = logging.getLogger(__name__)

SAFE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Server": "drrouter",
}
"""On every answer; what the API says is no page, so nothing may be loaded, framed or kept."""

_RETRY_S = "5"
_A_HALF_YEAR = "max-age=15552000"


async def add_safe_headers(_: web.Request, response: web.StreamResponse) -> None:
    """Called by aiohttp just before the headers of any answer go out; a page may state its own."""
    for name, value in SAFE_HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = SAFE_HEADERS["Server"]
    if "frame-ancestors 'none'" not in response.headers["Content-Security-Policy"]:
        del response.headers["X-Frame-Options"]  # knows no exceptions


async def add_https_only(_: web.Request, response: web.StreamResponse) -> None:
    """Likewise: from now on a browser reaches this host over TLS alone, on every port of it."""
    response.headers["Strict-Transport-Security"] = _A_HALF_YEAR


def answer(route: Route, value: object) -> web.Response:
    """What the handler returned, as the route's type."""
    if route.answer is None:
        return web.Response(status=HTTPStatus.NO_CONTENT)
    if isinstance(value, Download):
        return _download(value)
    body = adapter_of(route.answer).dump_json(value)
    return web.Response(status=route.status, body=body, content_type="application/json", charset="utf-8")


def _download(found: Download) -> web.Response:
    """Bytes of a stranger: a browser saves them, and takes them for nothing else than they are called."""
    headers = {
        "Content-Disposition": f'attachment; filename="{found.name}"',
        "ETag": f'"{found.version}"',
    }
    return web.Response(body=found.data, content_type=found.media_type, headers=headers)


def error_answer(error: DrrouterError) -> web.Response:
    """The problem that says the same as the error; a conflict brings fresh options."""
    said: Problem = problem_of(error)
    if isinstance(error, HoldConflictError):
        said["options"] = plain(tuple[Option, ...], error.options)
    if said["status"] >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("a request failed: %s", error.sentence)
    retry = {"Retry-After": _RETRY_S} if said["status"] == HTTPStatus.SERVICE_UNAVAILABLE else None
    return problem_response(said, retry)


def http_answer(error: web.HTTPException) -> web.Response:
    """A refusal of the HTTP server itself (an unknown path, a body too large) as a problem."""
    phrase = HTTPStatus(error.status).phrase
    kept = {name: error.headers[name] for name in ("Allow",) if name in error.headers}
    slug = phrase.lower().replace(" ", "-")
    return problem_response(problem(error.status, slug, f"{phrase}."), kept)


def fault_answer(error: Exception) -> web.Response:
    """A fault in the program costs this request alone."""
    log.error("a request met a fault in the program", exc_info=error)
    return refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "fault", said("refused.fault"))
