"""The router's own small listener for a provider's notices; it exists only where the owner asks for it.

    VTN  GET  /notices?echo=word     -> 200 word         the challenge when the subscription is made
    VTN  POST /notices  {...}        -> 200              Authorization: Bearer <our random token>

Anything else is refused. A notice is answered at once and only marks what to look at (``inbox``).
Source: OpenADR 3.1, Definition, "Subscriptions" and "Webhooks".
"""

import hmac
import logging
import secrets
import ssl
from collections.abc import Callable, Mapping

from aiohttp import web
from yarl import URL

from drrouter.adapters.http_log import terse_log
from drrouter.adapters.openadr3 import loads_strict
from drrouter.adapters.sp.openadr3.inbox import Notice
from drrouter.adapters.sp.openadr3.paging import identity
from drrouter.adapters.sp.openadr3.settings import WebhookSettings
from drrouter.adapters.this_machine import is_loopback
from drrouter.domain.ids import EventId
from drrouter.errors import DocumentError, MessageError
from drrouter.ports import Clock

log = logging.getLogger(__name__)

PATH = "/notices"
MOST_BYTES = 1024 * 1024
_MOST_ECHO = 512


class Webhook:
    """Listens while entered; ``callback_url`` and ``token`` belong into the subscription."""

    def __init__(self, settings: WebhookSettings, clock: Clock, on_notice: Callable[[Notice], None]) -> None:
        """Draw a token; listen later."""
        self._settings, self._clock, self._on_notice = settings, clock, on_notice
        self.token = secrets.token_urlsafe(32)
        self.callback_url = settings.callback_url
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen.

        Raises:
            DocumentError: it would listen in plain text beyond this machine, or its certificate is unusable.
            OSError: the port is taken.
        """
        context = self._context()
        app = web.Application(client_max_size=MOST_BYTES)
        path = URL(self._settings.callback_url).path.rstrip("/") or PATH
        app.add_routes([web.get(path, self._echo, allow_head=False), web.post(path, self._notice)])
        http_log = terse_log("drrouter.adapters.sp.openadr3.http")
        runner = web.AppRunner(
            app, access_log=None, handle_signals=False, auto_decompress=False, logger=http_log
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, self._settings.host, self._settings.port, ssl_context=context).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        port = runner.addresses[0][1]
        scheme = "http" if context is None else "https"
        self.callback_url = self._settings.callback_url or f"{scheme}://{self._settings.host}:{port}{path}"

    async def close(self) -> None:
        """Listen no more."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    def _context(self) -> ssl.SSLContext | None:
        """TLS where there is a certificate; plain text on loopback only."""
        files = self._settings
        if files.cert_file is None:
            if not is_loopback(files.host):
                raise DocumentError(
                    "webhook",
                    "host",
                    f"{files.host} would listen in plain text beyond this machine",
                    "Set cert_file and key_file, or listen on 127.0.0.1 behind a proxy that speaks TLS",
                )
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(files.cert_file, files.key_file)
        except (OSError, ssl.SSLError) as error:
            raise DocumentError(
                "webhook", "cert_file", f"{files.cert_file} cannot be used: {error}"
            ) from error
        return context

    async def _echo(self, request: web.Request) -> web.Response:
        """Answer the challenge with its own word, as plain text whatever it is."""
        with self._clock.working():
            word = request.query.get("echo", "")
            if not word or len(word) > _MOST_ECHO:
                return web.Response(status=404)
            return web.Response(text=word, headers={"X-Content-Type-Options": "nosniff"})

    async def _notice(self, request: web.Request) -> web.Response:
        """Check the token, read the notice, mark, and answer at once."""
        with self._clock.working():
            given = request.headers.get("Authorization", "").encode("utf-8", "replace")
            if not hmac.compare_digest(given, f"Bearer {self.token}".encode()):
                return web.Response(status=401)
            try:
                notice = read_notice(await _body(request))
            except MessageError as error:
                log.warning("a notice cannot be read: %s", error)
                return web.Response(status=400)
            if notice is not None:
                self._on_notice(notice)
            return web.Response(status=200)


async def _body(request: web.Request) -> bytes:
    """The whole body.

    Raises:
        MessageError: the connection broke before it was there.
    """
    try:
        return await request.read()
    except (OSError, RuntimeError) as error:  # aiohttp says the second where the connection is gone already
        raise MessageError("notice", "", "broke off") from error


def read_notice(raw: bytes) -> Notice | None:
    """What a notice asks us to look at; None where it is nothing of ours.

    Interpretation: bodies in snake_case and bodies encoded twice, as providers in the field send them,
    are read, too; notices on programs, VENs and resources ask for a full poll.

    Raises:
        MessageError: it is not JSON, or no notice.
    """
    body = loads_strict(raw, where="notice", max_bytes=MOST_BYTES)
    if isinstance(body, str):
        body = loads_strict(body.encode(), where="notice", max_bytes=MOST_BYTES)
    if not isinstance(body, Mapping):
        raise MessageError("notice", "", "is not an object")
    kind = str(body.get("objectType") or body.get("object_type") or "").upper()
    deleted = str(body.get("operation") or "").upper() == "DELETE"
    if kind == "EVENT" and (found := identity(body.get("object"))):
        return Notice(EventId(found), deleted)
    if kind in ("EVENT", "PROGRAM", "VEN", "RESOURCE"):
        return Notice(None)
    return None
