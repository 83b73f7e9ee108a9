"""Follows the router: everything at first, then every change; when it goes, waits and tries again.

look ---> hear changes ---> gone: wait 1 s, 2 s, 4 s ... 30 s ---> look ...
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace

from drrouter.adapters.client import DrClient
from drrouter.errors import DrrouterError
from drrouter.router.facade import Topic
from drrouter_ui.seen import Gone, Seen, look

FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 30.0
READINGS_S = 1.0
"""At most so often are the devices' readings asked for; the router tells them not by itself."""

Pause = Callable[[float], Awaitable[object]]


class Follower:
    """Keeps one ``Seen`` fresh and gives each new one to ``show``."""

    def __init__(
        self, client: DrClient, seen: Seen, show: Callable[[Seen], None], pause: Pause = asyncio.sleep
    ) -> None:
        """Go on from what was seen.

        Args:
            pause: waits for real seconds.
        """
        self._client, self._seen, self._show, self._pause = client, seen, show, pause
        self._stale = asyncio.Event()

    async def follow(self) -> None:
        """Follow for ever."""
        tries = 0
        while True:
            try:
                self._know(await look(self._client))
                tries = 0
                await self._until_it_goes()
            except* DrrouterError as errors:
                tries += 1
                gone = Gone(_sentence(errors), tries, min(FIRST_WAIT_S * 2 ** (tries - 1), LONGEST_WAIT_S))
            self._know(replace(self._seen, gone=gone))
            await self._pause(gone.wait_s)

    async def _until_it_goes(self) -> None:
        """Hear what the router tells, and ask for what it does not tell."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._hear())
            group.create_task(self._ask())

    async def _hear(self) -> None:
        async with aclosing(self._client.changes()) as changes:
            async for change in changes:
                self._know(self._seen.after(change))
                if change.topic is not Topic.DEVICE:
                    self._stale.set()

    async def _ask(self) -> None:
        """Readings, limits and events, after something has changed."""
        while True:
            await self._stale.wait()
            self._stale.clear()
            devices, timeline = await self._client.devices(), await self._client.timeline()
            self._know(replace(self._seen, devices=devices, timeline=timeline))
            await self._pause(READINGS_S)

    def _know(self, seen: Seen) -> None:
        self._seen = seen
        self._show(seen)


def _sentence(errors: BaseException) -> str:
    """What the first of the errors says."""
    while isinstance(errors, BaseExceptionGroup):
        errors = errors.exceptions[0]
    return errors.sentence if isinstance(errors, DrrouterError) else str(errors)
