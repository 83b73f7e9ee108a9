"""Delivers notices to webhooks: at once, in order for each callback, and no callback waits for another.

    callback A   |n1|n2|            a lane each: one notice at a time
    callback B   |n1 ......... hangs, gives up after 10 s, tries again after 1, 2, 4, 8, 16 s|n2|
    callback C   |n1|n2|

An attempt that is late is made again after 2 s on another connection, beside the first (``hedge``): packets
get lost, and a notice may come twice.

A callback that did not take a notice after all attempts is broken: further notices are tried once each until
one arrives. Subscribers poll as well, so a lost notice costs them time, never an event.

Source: OpenADR 3.1.0, Definition, "Webhooks".
"""

import asyncio
import logging
from collections import deque
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
from yarl import URL

from drrouter.adapters.hedge import first_answer
from drrouter.adapters.vtn.callbacks import ANSWER_S
from drrouter.ports import Clock

log = logging.getLogger(__name__)

PATIENCE_S = 2.0
MOST_AT_ONCE = 4
"""Real seconds after which a late attempt is doubled, and how often."""

DELAYS = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 4, 8, 16))
MOST_WAITING = 1000
"""Notices that wait for one callback; beyond that the oldest is dropped."""

_WORTH_ANOTHER_TRY = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Callback:
    """Where notices of a part of a subscription go."""

    subscription: str
    url: str
    token: str | None


class Courier:
    """All lanes; ``deliver`` returns at once."""

    def __init__(self, clock: Clock, session: aiohttp.ClientSession) -> None:
        """Send with this session, which its owner closes after ``close``."""
        self._clock, self._session = clock, session
        self._lanes: dict[Callback, _Lane] = {}

    def deliver(self, callback: Callback, notice: bytes) -> None:
        """Send it as soon as those before it to the same callback have left."""
        lane = self._lanes.get(callback)
        if lane is None:
            lane = self._lanes[callback] = _Lane(callback, self._clock, self._session)
        lane.offer(notice)

    def keep_only(self, subscription: str, callbacks: frozenset[Callback]) -> None:
        """Forget what waits for callbacks that the subscription no longer has."""
        stale = [each for each in self._lanes if each.subscription == subscription and each not in callbacks]
        for callback in stale:
            self._lanes.pop(callback).stop()

    async def close(self) -> None:
        """Stop all deliveries."""
        tasks = [task for lane in self._lanes.values() if (task := lane.stop()) is not None]
        self._lanes.clear()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Lane:
    """The notices to one callback, one after another.

    Simulated time stands while a notice is ready or on its way, so that what it causes happens at the same
    instant; it runs on while the lane waits for its next attempt.
    """

    def __init__(self, callback: Callback, clock: Clock, session: aiohttp.ClientSession) -> None:
        self._callback, self._clock, self._session = callback, clock, session
        self._url = URL(callback.url)
        self._headers = {"Content-Type": "application/json"}
        if callback.token:
            self._headers["Authorization"] = f"Bearer {callback.token}"
        self._waiting: deque[bytes] = deque(maxlen=MOST_WAITING)
        self._task: asyncio.Task[None] | None = None
        self._held = ExitStack()
        self._rests = self._is_held = self._broken = False

    def offer(self, notice: bytes) -> None:
        """Take one more notice."""
        self._waiting.append(notice)
        if not self._rests:
            self._hold()
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name=f"webhook {self._url.host}")

    def stop(self) -> asyncio.Task[None] | None:
        """Drop what waits; returns the task that ends, if any."""
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()
        self._release()
        return self._task

    def _hold(self) -> None:
        if not self._is_held:
            self._held.enter_context(self._clock.working())
            self._is_held = True

    def _release(self) -> None:
        self._is_held = False
        self._held.close()

    async def _run(self) -> None:
        try:
            while self._waiting:
                self._note(await self._bring(self._waiting.popleft()))
        finally:
            self._task = None
            self._release()

    async def _bring(self, notice: bytes) -> str | None:
        """Try until it has arrived, cannot arrive, or was tried often enough; returns why it did not."""
        why, worth_more = await self._attempt(notice)
        for delay in () if self._broken else DELAYS:
            if not worth_more:
                break
            await self._rest(delay)
            why, worth_more = await self._attempt(notice)
        return why

    async def _rest(self, delay: timedelta) -> None:
        self._rests = True
        self._release()
        try:
            await self._clock.sleep_until(self._clock.now() + delay)
        finally:
            self._rests = False
        self._hold()

    async def _attempt(self, notice: bytes) -> tuple[str | None, bool]:
        """One request: what went wrong, if anything, and whether another may go better."""

        async def send() -> int:
            async with self._session.post(
                self._url, data=notice, headers=self._headers, allow_redirects=False
            ) as response:
                return response.status

        try:
            async with asyncio.timeout(ANSWER_S):
                status = await first_answer(send, PATIENCE_S, MOST_AT_ONCE, _is_lost)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return type(error).__name__, True
        if 200 <= status < 300:
            return None, False
        return f"status {status}", status >= 500 or status in _WORTH_ANOTHER_TRY

    def _note(self, why: str | None) -> None:
        """Say once when a callback breaks, and once when it is back."""
        if why is not None and not self._broken:
            log.warning("the webhook at %s does not take notices: %s", self._url.origin(), why)
        elif why is None and self._broken:
            log.warning("the webhook at %s takes notices again", self._url.origin())
        self._broken = why is not None


def _is_lost(error: Exception) -> bool:
    """Whether the connection broke, so that another one may carry the notice."""
    return isinstance(error, aiohttp.ClientOSError | aiohttp.ServerDisconnectedError)
