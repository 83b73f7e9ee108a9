"""The server of a clock shared by several processes: time advances when every one of them has settled.

Which lines go over the wire is told in ``drrouter.adapters.clock.wire``; why it works, in docs/clock.md.

    async with ClockServer(start, speed=60, wait_for=("home", "router")) as server:
        ...  # start processes with --clock server.url
"""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from drrouter.adapters.clock.wire import (
    LineProtocol,
    Message,
    encoded,
    from_microseconds,
    to_microseconds,
    url_of,
    whole,
)
from drrouter.domain.interval import require_utc
from drrouter.errors import MessageError
from drrouter.sim.ceiling import Ceiling

logger = logging.getLogger(__name__)

STUCK_AFTER = timedelta(seconds=10)
"""Real time after which a participant that holds the clock is named."""


@dataclass(slots=True)
class _Participant:
    """What is known of one process.

    Attributes:
        step: the last step that woke it; an older "settled" is late and does not count.
        busy_since: real seconds of the loop's own count, for the warning.
    """

    link: "_Link"
    name: str
    step: int
    busy_since: float
    settled: bool = False
    wake: datetime | None = None
    warned: bool = False


class ClockServer:
    """One time for all participants, on loopback.

    A step: all are settled, the earliest wake is taken (of equal ones the first by name), everybody hears
    the new time, and the one whose instant it is is busy until it reports "settled" for this very step.
    One at a time: what two processes do at the same instant happens in the same order in each run.
    """

    def __init__(
        self,
        start: datetime,
        *,
        speed: float | None = None,
        wait_for: Iterable[str] = (),
        stuck_after: timedelta = STUCK_AFTER,
    ) -> None:
        """Begin at ``start`` (aware UTC), once all of ``wait_for`` have joined.

        Args:
            start: the first instant.
            speed: simulated seconds per real second at most; None for as fast as the work allows.
            wait_for: names of participants without whom time does not begin.
            stuck_after: real time after which one who holds the clock is named in a warning.
        """
        self._now = require_utc(start)
        self._ceiling = Ceiling(speed)
        self._missing = set(wait_for)
        self._stuck_after = stuck_after.total_seconds()
        self._participants: dict[str, _Participant] = {}
        self._links: set[_Link] = set()
        self._step = 0
        self._paused = False
        self._timer: asyncio.Handle | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._server: asyncio.Server | None = None
        self._opened_at: float | None = None

    async def __aenter__(self) -> "ClockServer":
        """Listen on a free port of loopback."""
        loop = asyncio.get_running_loop()
        self._opened_at = loop.time()
        self._server = await loop.create_server(lambda: _Link(self), "127.0.0.1", 0)
        self._look_around()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hang up on everybody."""
        assert self._server is not None  # noqa: S101 -- entered
        for handle in (self._timer, self._watch):
            if handle is not None:
                handle.cancel()
        self._timer = self._watch = None
        self._server.close()
        for link in self.connections:
            link.close()
        self._server = None

    @property
    def url(self) -> str:
        """Where participants join."""
        assert self._server is not None, "enter the server first"  # noqa: S101 -- a caller's error
        host, port = self._server.sockets[0].getsockname()
        return url_of(host, port)

    @property
    def now(self) -> datetime:
        """The present instant of all participants; it never goes back."""
        return self._now

    @property
    def steps(self) -> int:
        """How often time has advanced."""
        return self._step

    @property
    def participants(self) -> frozenset[str]:
        """Who is here."""
        return frozenset(self._participants)

    @property
    def connections(self) -> tuple["_Link", ...]:
        """Every open connection, joined or not."""
        return tuple(self._links)

    @property
    def paused(self) -> bool:
        """Whether time stands by order."""
        return self._paused

    def pause(self) -> None:
        """Let time stand until ``resume()``; what happens at this instant goes on."""
        self._paused = True

    def resume(self) -> None:
        """Let time pass again."""
        self._paused = False
        self._consider()

    def set_speed(self, speed: float | None) -> None:
        """Change the ceiling, in simulated seconds per real second; None lifts it."""
        self._ceiling = Ceiling(speed)
        self._consider()

    # -------------------------------------------------------------------- what participants say

    def connected(self, link: "_Link") -> None:
        """Somebody opened a connection."""
        self._links.add(link)

    def joined(self, link: "_Link", name: str) -> bool:
        """A process comes; it is busy until it says otherwise. False where its name is taken."""
        if name in self._participants:
            link.send({"refused": f"a participant named {name} is here already"})
            link.close()
            return False
        self._participants[name] = _Participant(link, name, self._step, asyncio.get_running_loop().time())
        self._missing.discard(name)
        link.send({"now": to_microseconds(self._now), "step": self._step, "woken": True})
        return True

    def settled(self, name: str, step: int, wake: datetime | None) -> None:
        """A process has nothing more to do before ``wake``."""
        participant = self._participants[name]
        if step < participant.step:
            return
        participant.settled, participant.wake = True, wake
        if participant.warned:
            participant.warned = False
            logger.warning("%s has settled; the clock goes on", name)
        self._consider()

    def busy(self, name: str) -> None:
        """A process that was settled works again."""
        participant = self._participants[name]
        if participant.settled:
            participant.settled = False
            participant.busy_since = asyncio.get_running_loop().time()

    def left(self, link: "_Link", name: str | None) -> None:
        """A process has gone; the others go on without it."""
        self._links.discard(link)
        if name is not None and (known := self._participants.get(name)) and known.link is link:
            del self._participants[name]
            self._consider()

    # ---------------------------------------------------------------------------------- time

    def _consider(self) -> None:
        """Look at it in the next round of the loop, after everything that has arrived already.

        A process may say "busy" and then answer another, which says "settled". The first was written
        before the second, so both have arrived, but they may be read in either order.
        """
        if self._server is None:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_soon(self._advance)

    def _advance(self) -> None:
        self._timer = None
        following = self._next_to_wake()
        if following is None:
            return
        wake, sleeper = following
        loop = asyncio.get_running_loop()
        reach_s, wait_s = self._ceiling.reach((wake - self._now).total_seconds(), loop.time())
        if wait_s is None:
            self._tell(max(wake, self._now), sleeper)
            return
        if reach_s:
            self._tell(self._now + timedelta(seconds=reach_s))
        self._timer = loop.call_later(wait_s, self._advance)

    def _next_to_wake(self) -> tuple[datetime, _Participant] | None:
        """Who wakes next, and when; None while time has to stand."""
        everybody = self._participants.values()
        if self._paused or self._missing or not all(each.settled for each in everybody):
            return None
        waiting = [(each.wake, each) for each in everybody if each.wake is not None]
        return min(waiting, key=lambda one: (one[0], one[1].name), default=None)

    def _tell(self, now: datetime, sleeper: _Participant | None = None) -> None:
        """It is now ``now``: everybody hears it before the sleeper does, which may speak to them at once."""
        self._now = now
        self._step += sleeper is not None
        told: Message = {"now": to_microseconds(now), "step": self._step, "woken": False}
        line = encoded(told)
        for each in self._participants.values():
            if each is not sleeper:
                each.link.send_line(line)
        if sleeper is not None:
            sleeper.settled, sleeper.step = False, self._step
            sleeper.busy_since = asyncio.get_running_loop().time()
            sleeper.link.send_line(encoded({**told, "woken": True}))

    # ------------------------------------------------------------------------------- watching

    def _look_around(self) -> None:
        """Name, once, who keeps time from passing."""
        loop = asyncio.get_running_loop()
        real = loop.time()
        for each in self._participants.values():
            if not each.settled and not each.warned and real - each.busy_since > self._stuck_after:
                each.warned = True
                logger.warning("the clock stands: %s is still working", each.name)
        if self._missing and self._opened_at is not None and real - self._opened_at > self._stuck_after:
            logger.warning("the clock has not begun: it waits for %s", ", ".join(sorted(self._missing)))
            self._opened_at = None
        self._watch = loop.call_later(min(1.0, self._stuck_after / 4), self._look_around)


class _Link(LineProtocol):
    """The connection of one participant."""

    def __init__(self, server: ClockServer) -> None:
        super().__init__()
        self._server = server
        self._name: str | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody is here."""
        super().connection_made(transport)
        self._server.connected(self)

    def received(self, message: Message) -> None:
        """A join first, then "settled" and "busy"."""
        if self._name is None:
            name = message.get("join")
            if not isinstance(name, str) or not name:
                raise MessageError("clock", "join", "is not a name")
            self._name = name if self._server.joined(self, name) else None
        elif "settled" in message:
            wake = None if message.get("wake") is None else from_microseconds(whole(message, "wake"))
            self._server.settled(self._name, whole(message, "settled"), wake)
        elif "busy" in message:
            self._server.busy(self._name)

    def garbled(self, error: MessageError) -> None:
        """Hang up on what is no participant."""
        logger.warning("a participant of the clock is dropped: %s", error.sentence)
        self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone."""
        self._server.left(self, self._name)
