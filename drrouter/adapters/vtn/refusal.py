"""How a request is refused: one exception inside, one ``problem`` body outside.

Source: OpenADR 3.1.0, openadr3.yaml, ``problem`` (Content-Type ``application/json``, as it says there).
"""

import json
import logging
from http import HTTPStatus
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from drrouter.errors import MessageError, StoreError

log = logging.getLogger(__name__)


class Refusal(Exception):
    """The request gets this status and sentence."""

    def __init__(
        self, status: int, detail: str, headers: dict[str, str] | None = None, **members: Any
    ) -> None:
        """Say what is wrong and what to do; ``members`` are further keys of the body."""
        super().__init__(detail)
        self.status, self.detail, self.headers, self.members = status, detail, headers, members


def not_found() -> Refusal:
    """The same for what is absent and for what is not the caller's to see."""
    return Refusal(404, "There is no such object.")


def problem(refusal: Refusal) -> web.Response:
    """The answer that says so."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(refusal.status).phrase,
        "status": refusal.status,
        "detail": refusal.detail,
        **refusal.members,
    }
    return web.Response(
        status=refusal.status,
        body=json.dumps(body).encode(),
        content_type="application/json",
        headers=refusal.headers,
    )


@web.middleware
async def refuse_politely(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every refusal and every fault into a problem; the server goes on."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return problem(refusal)
    except MessageError as error:
        return problem(Refusal(400, error.sentence))
    except StoreError as error:
        log.error("%s", error.sentence)
        return problem(Refusal(500, "The VTN cannot keep this now; nothing was changed. Try again later."))
    except web.HTTPException as error:
        return problem(_of_framework(error))
    except Exception:
        log.exception("%s %s failed", request.method, request.rel_url.raw_path)
        return problem(Refusal(500, "The VTN has a fault; its log says more."))


def _of_framework(error: web.HTTPException) -> Refusal:
    """What the web framework refuses by itself; a method that no route has is like a path that none has."""
    if error.status in (404, 405):
        return Refusal(404, "There is no such address.")
    if error.status == 413:
        return Refusal(413, "The body is too long.")
    return Refusal(error.status, f"{error.reason}.")
