"""Refusals that are no errors of the router: no token, no right, no such path, too many tries."""

import json
from http import HTTPStatus

from aiohttp import web

from drrouter.adapters.problems import MEDIA_TYPE, Problem, problem


class Refused(Exception):
    """Ends a request at once with this answer."""

    def __init__(self, response: web.Response) -> None:
        """Answer so."""
        self.response = response


def refusal(
    status: HTTPStatus, slug: str, detail: str, headers: dict[str, str] | None = None
) -> web.Response:
    """A refusal as an answer (RFC 9457)."""
    return problem_response(problem(status, slug, detail), headers)


def refused(status: HTTPStatus, slug: str, detail: str, headers: dict[str, str] | None = None) -> Refused:
    """The same, to be raised."""
    return Refused(refusal(status, slug, detail, headers))


def problem_response(said: Problem, headers: dict[str, str] | None = None) -> web.Response:
    """A problem as an answer."""
    return web.Response(
        status=said["status"],
        body=json.dumps(said, ensure_ascii=False).encode("utf-8", "replace"),
        content_type=MEDIA_TYPE,
        headers=headers,
    )
