"""A reverse proxy that shows a router below a path prefix, and can be taken away and brought back."""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine
from typing import Any

import aiohttp
from aiohttp import web

PREFIX = "/at/home"
_ITS_OWN = {"content-length", "transfer-encoding", "connection"}
_PATIENCE_S = 10.0


class PrefixProxy:
    """Runs in a thread of its own, for tests that are no coroutines; ``with`` ends it."""

    def __init__(self, upstream: str) -> None:
        self._upstream = upstream
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._runner: web.AppRunner | None = None
        self._port = 0
        self._at_work: set[asyncio.Task[Any]] = set()

    def __enter__(self) -> "PrefixProxy":
        self._thread.start()
        self.bring_back()
        return self

    def __exit__(self, *_: object) -> None:
        self.take_away()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE_S)
        self._loop.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}{PREFIX}/"

    def bring_back(self) -> None:
        """Listen, again at the same port."""
        self._do(self._listen())

    def take_away(self) -> None:
        """Break every connection, and take no more."""
        self._do(self._close())

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE_S)

    async def _listen(self) -> None:
        app = web.Application()
        app.router.add_route("*", PREFIX + "/{path:.*}", self._forward)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def _close(self) -> None:
        for task in self._at_work:
            task.cancel()
        await asyncio.gather(*self._at_work, return_exceptions=True)
        if self._runner is not None:
            await self._runner.cleanup()
        self._runner = None

    async def _forward(self, request: web.Request) -> web.StreamResponse:
        task = asyncio.current_task()
        assert task is not None
        self._at_work.add(task)
        try:
            return await self._pass_on(request)
        finally:
            self._at_work.discard(task)

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        """The request without the prefix, under the name by which the browser knows us."""
        path = request.path_qs.removeprefix(PREFIX)
        timeout = aiohttp.ClientTimeout(total=None)
        async with (
            aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as session,
            session.request(
                request.method, self._upstream + path, headers=request.headers, data=await request.read()
            ) as answer,
        ):
            kept = [(name, value) for name, value in answer.headers.items() if name.lower() not in _ITS_OWN]
            response = web.StreamResponse(status=answer.status)
            for name, value in kept:
                response.headers.add(name, value)
            await response.prepare(request)
            with contextlib.suppress(ConnectionError):  # the page was left
                async for chunk in answer.content.iter_any():
                    await response.write(chunk)
            return response
