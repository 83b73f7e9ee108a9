"""The line between provider and home: a link that goes down, falls silent or breaks off, and a post office.

The post office takes the VTN's notices at once, and brings them late, twice, in any order, or never.
"""

import asyncio
import contextlib
from collections import Counter
from datetime import timedelta

import aiohttp
from aiohttp import web

from drrouter.domain.interval import Interval
from drrouter.ports import Clock
from drrouter.sim.simulate.faults import Dice, Fault, Spell, spell_at
from tests.memory_net import Link
from tests.uplink.agenda import is_quiet

VTN_PORT, VTN_ENTRANCE, OFFICE_PORT, HOOK_PORT, HOOK_ENTRANCE = 9000, 9100, 9200, 9300, 9400

NOTICE_LOST, NOTICE_TWICE, NOTICE_LATE = 0.15, 0.2, 0.3
LATEST_S = 45 * 60
BREAKS = (0.002, 0.01, 0.04)
"""How likely a connection breaks with a piece of bytes, in one month or another."""


class Way(Link):
    """The link between provider and home, with its faults."""

    def __init__(self, clock: Clock, dice: Dice, name: str, month: Interval) -> None:
        super().__init__()
        self._clock, self._month = clock, month
        self.spells = dice.spells(Fault.UPLINK_LOST, "link", month)
        self._stream = dice.stream(f"{name}/breaks")
        self._breaks = dice.stream("weather").choice(BREAKS) if dice.enabled else 0.0
        self.silences = {spell.interval.start for spell in self.spells if spell.interval.start.second % 2}
        self.broken = 0
        self.is_dead = False

    @property
    def _spell(self) -> Spell | None:
        return spell_at(self.spells, self._clock.now())

    @property
    def is_down(self) -> bool:
        return self.is_dead or ((spell := self._spell) is not None and not self._is_silence(spell))

    @property
    def is_silent(self) -> bool:
        return not self.is_dead and (spell := self._spell) is not None and self._is_silence(spell)

    def _is_silence(self, spell: Spell) -> bool:
        return spell.interval.start in self.silences

    def breaks_after(self, size: int, is_answer: bool) -> int | None:
        if not self._breaks or is_quiet(self._clock.now(), self._month):
            return None
        if self._stream.random() >= self._breaks:
            return None
        self.broken += 1
        return self._stream.randint(0, size - 1)

    async def cut_at_spells(self) -> None:
        """Break all connections when a spell begins that is no silence."""
        for spell in self.spells:
            await self._clock.sleep_until(spell.interval.start)
            if self.is_down:
                self.cut()


class PostOffice:
    """Takes the VTN's notices at once, and brings them as it likes."""

    def __init__(self, clock: Clock, dice: Dice, month: Interval) -> None:
        self._clock, self._dice, self._month = clock, dice, month
        self._stream = dice.stream("post office")
        self._under_way: set[asyncio.Task[None]] = set()
        self.struck: Counter[str] = Counter()

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes([web.get("/notices", self._challenge), web.post("/notices", self._notice)])
        return app

    async def __aenter__(self) -> "PostOffice":
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._under_way:
            task.cancel()
        await self._http.close()

    async def _challenge(self, request: web.Request) -> web.Response:
        with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
            async with self._http.get(
                f"http://127.0.0.1:{HOOK_ENTRANCE}{request.rel_url}", headers=_kept(request)
            ) as answer:
                return web.Response(status=answer.status, text=await answer.text())
        return web.Response(status=502)

    async def _notice(self, request: web.Request) -> web.Response:
        body, headers = await request.read(), _kept(request)
        for delay_s in self._delays():
            task = asyncio.create_task(self._bring(body, headers, delay_s))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return web.Response(status=200)

    def _delays(self) -> list[float]:
        """One for each time that the notice is brought."""
        if not self._dice.enabled or is_quiet(self._clock.now(), self._month):
            return [0.0]
        copies = self._stream.choices([0, 1, 2], [NOTICE_LOST, 1 - NOTICE_LOST - NOTICE_TWICE, NOTICE_TWICE])
        self.struck[("lost", "once", "twice")[copies[0]]] += 1
        delays = [
            self._stream.uniform(0, LATEST_S) if self._stream.random() < NOTICE_LATE else 0.0
            for _ in range(copies[0])
        ]
        self.struck["late"] += sum(delay > 0 for delay in delays)
        return delays

    async def _bring(self, body: bytes, headers: dict[str, str], delay_s: float) -> None:
        await self._clock.sleep_until(self._clock.now() + timedelta(seconds=delay_s))
        with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
            url = f"http://127.0.0.1:{HOOK_ENTRANCE}/notices"
            async with self._http.post(url, data=body, headers=headers) as answer:
                await answer.read()


def _kept(request: web.Request) -> dict[str, str]:
    return {key: request.headers[key] for key in ("Authorization", "Content-Type") if key in request.headers}
