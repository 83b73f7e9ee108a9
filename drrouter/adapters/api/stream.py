"""Server-sent events: status and plan on connect, then every change, and a heartbeat while nothing happens.

    event: plan
    data: {"made_at": ...}

A stream ends with the router, with a client that does not read, and with the right to hear it.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, suppress
from typing import Any

from aiohttp import web

from drrouter.adapters.api.roles import Role
from drrouter.adapters.strict_json import adapter_of
from drrouter.domain.journal import JournalEntry
from drrouter.domain.plan import Plan
from drrouter.ports import Clock
from drrouter.router.facade import EVERY_TOPIC, Change, RouterFacade, Topic
from drrouter.router.viewed import DeviceView, StatusView

PAYLOADS: dict[Topic, Any] = {
    Topic.STATUS: StatusView,
    Topic.PLAN: Plan,
    Topic.DEVICE: DeviceView,
    Topic.JOURNAL: JournalEntry,
}
"""The type of each topic's payload."""

MOST_STREAMS = 32
OWNERS_ROOM = 8
HEARTBEAT = b": still here\n\n"
_WRITE_S = 10.0


class Streams:
    """Every open stream of one API."""

    def __init__(self, router: RouterFacade, clock: Clock, heartbeat_s: float) -> None:
        """No client listens yet."""
        self._router, self._clock, self._heartbeat_s = router, clock, heartbeat_s
        self._tasks: set[asyncio.Task[Any]] = set()

    def are_full(self, role: Role) -> bool:
        """Whether as many clients listen as may; some room is kept for owners, whatever others open."""
        return len(self._tasks) >= MOST_STREAMS - (0 if role is Role.OWNER else OWNERS_ROOM)

    async def serve(
        self,
        request: web.Request,
        may_hear: Callable[[], bool],
        heard: AsyncIterator[bytes] | frozenset[Topic] = EVERY_TOPIC,
    ) -> web.StreamResponse:
        """Tell one client everything until it goes, or may hear no more.

        Args:
            may_hear: asked before each message.
            heard: what it is told; of topics, the changes of the router.
        """
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a handler always runs in a task
        self._tasks.add(task)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        try:
            if isinstance(heard, frozenset):
                await self._tell(request, response, may_hear, heard)
            else:
                await self._pass(request, response, may_hear, heard)
        except (ConnectionError, TimeoutError):
            request.protocol.force_close()  # it went, or does not read
        finally:
            self._tasks.discard(task)
        return response

    async def close(self) -> None:
        """End every stream now, so that the router can stop."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _tell(
        self,
        request: web.Request,
        response: web.StreamResponse,
        may_hear: Callable[[], bool],
        topics: frozenset[Topic],
    ) -> None:
        changes = aclosing(_messages(self._router.changes(topics)))
        async with changes as told, aclosing(_with_heartbeats(told, self._heartbeat_s)) as messages:
            with self._clock.working():
                await anext(messages)  # from here on nothing is missed
                await response.prepare(request)
                await self._write(response, self._greeting(topics))
            async for message in messages:
                if not may_hear():
                    return
                with self._clock.working():
                    await self._write(response, message)

    async def _pass(
        self,
        request: web.Request,
        response: web.StreamResponse,
        may_hear: Callable[[], bool],
        messages: AsyncIterator[bytes],
    ) -> None:
        await response.prepare(request)
        async with aclosing(_with_heartbeats(messages, self._heartbeat_s)) as beating:
            async for message in beating:
                if not may_hear():
                    return
                with self._clock.working():
                    await self._write(response, message)

    async def _write(self, response: web.StreamResponse, message: bytes) -> None:
        async with asyncio.timeout(_WRITE_S):
            await response.write(message)

    def _greeting(self, topics: frozenset[Topic]) -> bytes:
        status, plan = self._router.status(), self._router.plan()
        known = (Change(Topic.STATUS, status), *([Change(Topic.PLAN, plan)] if plan else []))
        return b"".join(_event(change) for change in known if change.topic in topics) or HEARTBEAT


async def _messages(changes: AsyncIterator[Change]) -> AsyncGenerator[bytes]:
    """Every change as an event."""
    async for change in changes:
        yield _event(change)


async def _with_heartbeats(messages: AsyncIterator[bytes], heartbeat_s: float) -> AsyncGenerator[bytes]:
    """First a heartbeat; then every message, and a heartbeat whenever so long nothing came."""
    following = asyncio.ensure_future(anext(messages))
    try:
        await asyncio.sleep(0)  # the router knows now that somebody listens
        yield HEARTBEAT
        while True:
            done, _ = await asyncio.wait({following}, timeout=heartbeat_s)
            if not done:
                yield HEARTBEAT
                continue
            message = following.result()
            following = asyncio.ensure_future(anext(messages))
            yield message
    except StopAsyncIteration:
        return
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError, StopAsyncIteration):
            await following


def _event(change: Change) -> bytes:
    """JSON has no line breaks outside of texts, and escapes those inside, so one data line is enough."""
    data = adapter_of(PAYLOADS[change.topic]).dump_json(change.payload)
    return b"event: " + change.topic.encode() + b"\ndata: " + data + b"\n\n"
