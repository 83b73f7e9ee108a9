"""A port at which devices of the home connect by HTTP; who may is left to each integration."""

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from drrouter.adapters.devices.pace import HEADERS_S, Door
from drrouter.adapters.http_log import terse_log
from drrouter.errors import DeviceError

_SHUTDOWN_S = 1.0


def tls_context(
    table: str, cert_file: str | None, key_file: str | None, folder: Path
) -> ssl.SSLContext | None:
    """What TLS needs, None where the home file names no certificate.

    Args:
        table: of the home file, for the sentence where it cannot be used.
        folder: of the home file, in which the files are looked for.

    Raises:
        DeviceError: the certificate or its key cannot be used.
    """
    if cert_file is None or key_file is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(folder / cert_file, folder / key_file)
    except (OSError, ssl.SSLError) as error:
        why = error.strerror or error
        raise DeviceError(f"{table}.cert_file and {table}.key_file cannot be used: {why}") from error
    return context


class ListeningPort:
    """Serves an application until cancelled, with a ``Door`` before it."""

    def __init__(self, who: str) -> None:
        """``who`` connects there, in the plural, for sentences."""
        self._who = who
        self._door: Door | None = None

    def spoke(self, request: web.Request) -> None:
        """A whole request came in, so that its connection is no longer one that says nothing."""
        if self._door:
            self._door.spoke(request)

    async def serve(
        self,
        application: web.Application,
        host: str,
        port: int,
        context: ssl.SSLContext | None,
        ready: Callable[[int], None],
    ) -> None:
        """Listen until cancelled.

        Args:
            application: what answers.
            host: the address, as bare as ``create_server`` takes it.
            port: 0 takes a free one.
            context: with the certificate, None: plain.
            ready: told the port once it is open.

        Raises:
            DeviceError: the address is taken, or not ours.
        """
        application.on_response_prepare.append(_hang_up_after)
        runner = web.AppRunner(
            application,
            access_log=None,
            handle_signals=False,
            logger=terse_log("drrouter.adapters.devices.http"),
            auto_decompress=False,
            shutdown_timeout=_SHUTDOWN_S,
        )
        await runner.setup()
        try:
            listener = await self._listening(runner, host, port, context)
            try:
                ready(listener.sockets[0].getsockname()[1])
                await asyncio.Event().wait()
            finally:
                listener.close()  # and not waited for: open connections are ended below
        finally:
            await runner.cleanup()

    async def _listening(
        self, runner: web.AppRunner, host: str, port: int, context: ssl.SSLContext | None
    ) -> asyncio.Server:
        """Take the address.

        Raises:
            DeviceError: it is taken, or not ours.
        """
        if runner.server is None:
            raise RuntimeError("the runner is not set up")
        self._door = Door(runner.server, self._who)
        handshake_s = HEADERS_S if context else None
        loop = asyncio.get_running_loop()
        try:
            return await loop.create_server(
                self._door.open, host, port, ssl=context, ssl_handshake_timeout=handshake_s
            )
        except OSError as error:
            raise DeviceError(
                f"{self._who} cannot be listened for at {host}:{port}: {error.strerror}"
            ) from error


async def _hang_up_after(_: web.Request, response: web.StreamResponse) -> None:
    """Keep no connection that became no WebSocket: strangers would take all that there are."""
    if not isinstance(response, web.WebSocketResponse):
        response.headers["Connection"] = "close"
        response.force_close()
