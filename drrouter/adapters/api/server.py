"""The local API's server: the route table and the panel behind the gate, on one address.

    async with LocalApi(router, await Entrance.open(store, clock, executor), clock, port=8088) as api:
        print(api.url)

Plain HTTP is served on loopback alone; anything else needs TLS.
"""

import asyncio
import ssl
from collections.abc import Collection, Iterable
from types import TracebackType
from typing import Any, Self

from aiohttp import web
from aiohttp.typedefs import Handler as HttpHandler

from drrouter.adapters.api.act_routes import ACT_ROUTES
from drrouter.adapters.api.answers import add_https_only, add_safe_headers
from drrouter.adapters.api.connections import HEADERS_S, Doorkeeper
from drrouter.adapters.api.door_routes import DOOR_ROUTES
from drrouter.adapters.api.entrance import Entrance
from drrouter.adapters.api.event_routes import EVENT_ROUTES
from drrouter.adapters.api.gate import Gate
from drrouter.adapters.api.help_routes import HELP_ROUTES
from drrouter.adapters.api.history_routes import HISTORY_ROUTES
from drrouter.adapters.api.openapi import describe
from drrouter.adapters.api.owner_routes import OWNER_ROUTES
from drrouter.adapters.api.panel import Panel, PanelFile
from drrouter.adapters.api.people_routes import PEOPLE_ROUTES
from drrouter.adapters.api.provider_routes import PROVIDER_ROUTES
from drrouter.adapters.api.read_routes import READ_ROUTES
from drrouter.adapters.api.requests import TopicsQuery
from drrouter.adapters.api.resource_routes import RESOURCE_ROUTES
from drrouter.adapters.api.roles import READERS
from drrouter.adapters.api.route import PREFIX, Call, Route, route
from drrouter.adapters.api.setup_routes import SETUP_ROUTES
from drrouter.adapters.api.stream import Streams
from drrouter.adapters.http_log import terse_log
from drrouter.adapters.strict_json import MOST_BYTES
from drrouter.adapters.this_machine import is_loopback
from drrouter.errors import InputError
from drrouter.ports import Clock
from drrouter.resources import panel_dir
from drrouter.router.facade import RouterFacade, Topic

_SHUTDOWN_S = 2.0
_KEEPALIVE_S = 60.0


@route("GET", "/stream", READERS, query=TopicsQuery, streams=True)
async def stream(call: Call) -> frozenset[Topic]:
    """Status and plan now, then every change as a server-sent event; of some topics where they are named."""
    query: TopicsQuery = call.query
    return query.wanted


@route("GET", "/openapi.json", READERS, answer=dict[str, Any])
async def openapi(_call: Call) -> dict[str, Any]:
    """This description."""
    return describe(ROUTES)


ROUTES: tuple[Route, ...] = (
    *READ_ROUTES,
    *ACT_ROUTES,
    *OWNER_ROUTES,
    *HELP_ROUTES,
    *HISTORY_ROUTES,
    *PROVIDER_ROUTES,
    *EVENT_ROUTES,
    *DOOR_ROUTES,
    *PEOPLE_ROUTES,
    *RESOURCE_ROUTES,
    *SETUP_ROUTES,
    stream,
    openapi,
)
"""The whole table; what is not in it is not served."""


class LocalApi:
    """Serves the table while entered."""

    def __init__(
        self,
        router: RouterFacade,
        entrance: Entrance,
        clock: Clock,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        own_names: Collection[str] = (),
        https_only: bool = False,
        heartbeat_s: float = 15.0,
        headers_s: float = HEADERS_S,
        routes: Iterable[Route] = ROUTES,
        panel: Panel | None = None,
    ) -> None:
        """Prepare to listen.

        Args:
            port: 0 takes a free one; see ``url``.
            own_names: further host names under which the API is reached.
            https_only: whether browsers shall reach this host, on all its ports, over TLS alone.
            heartbeat_s: pause of a stream after which it shows that it lives.
            headers_s: how long a connection may take for its TLS, and for the headers of its first request.
            panel: the pages for browsers; where None, those that were built with this program.

        Raises:
            InputError: the address is not loopback, and there is no TLS.
        """
        if tls is None and not is_loopback(host):
            remedy = "Listen on 127.0.0.1, or give it a certificate"
            raise InputError("the local API", "host", f"plain HTTP on {host!r} is not allowed", remedy)
        self._host, self._port, self._tls, self._https_only = host, port, tls, https_only and tls is not None
        self._streams = Streams(router, clock, heartbeat_s)
        self._headers_s, self._doorkeeper = headers_s, Doorkeeper(headers_s)
        self._panel = panel or Panel(panel_dir())
        gate_parts = (self._streams, ("localhost", *own_names), self._doorkeeper.seen)
        self._gate = Gate(router, entrance, clock, *gate_parts)
        self._runner = web.AppRunner(
            self.make_app(routes),
            access_log=None,
            shutdown_timeout=_SHUTDOWN_S,
            keepalive_timeout=_KEEPALIVE_S,
            auto_decompress=False,  # a stranger's megabyte would become a gigabyte before it is refused
            logger=terse_log("drrouter.adapters.api.http"),
        )
        self._listener: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Where this machine reaches it, once entered."""
        known = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._host, self._host)  # noqa: S104 - none is bound
        host = f"[{known}]" if ":" in known else known
        return f"{'https' if self._tls else 'http'}://{host}:{self._port}"

    def make_app(self, routes: Iterable[Route] = ROUTES) -> web.Application:
        """The application: the gate, the table and the panel."""
        app = web.Application(middlewares=[self._gate.middleware()], client_max_size=MOST_BYTES)
        for row in routes:
            path = row.path.replace("{path}", r"{path:[\s\S]+}")  # it has slashes of its own
            app.router.add_route(row.method, PREFIX + path, self._gate.declare(row))
        for path, file in self._panel.files.items():
            app.router.add_get(f"/{path}", self._gate.declare_page(self._page(file)))
        app.on_response_prepare.append(add_safe_headers)
        if self._https_only:
            app.on_response_prepare.append(add_https_only)
        app.on_startup.append(self._refuse_strays)
        return app

    async def __aenter__(self) -> Self:
        """Listen.

        Raises:
            InputError: the address is taken or not ours.
        """
        await self._runner.setup()
        server = self._runner.server
        assert server is not None  # noqa: S101 - set up just now
        connect = self._doorkeeper.factory(server)
        try:
            loop = asyncio.get_running_loop()
            handshake_s = self._headers_s if self._tls else None
            self._listener = await loop.create_server(
                connect, self._host, self._port, ssl=self._tls, ssl_handshake_timeout=handshake_s
            )
        except OSError as error:
            await self._runner.cleanup()
            remedy = "End the other program, or choose another port"
            where = f"{self._host}:{self._port}"
            raise InputError("the local API", where, f"cannot listen: {error.strerror}", remedy) from error
        self._port = self._listener.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop listening, end the streams, let what is being answered finish, briefly."""
        if self._listener is not None:
            self._listener.close()
        await self._streams.close()
        await self._runner.cleanup()

    def _page(self, file: PanelFile) -> HttpHandler:
        async def page(request: web.Request) -> web.StreamResponse:
            return self._panel.answer(file, request)

        return page

    async def _refuse_strays(self, app: web.Application) -> None:
        """A route beside the table is a mistake; find it at the start."""
        for resource in app.router.routes():
            if not self._gate.is_declared(resource.handler):
                raise RuntimeError(f"{resource.method} {resource.resource} stands beside the route table")
