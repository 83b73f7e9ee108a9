"""The router's lives: built from its store, killed at a fault point or ended in order, and built again.

Nothing of a life outlasts it but the store: the VEN is a new one each time.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from drrouter.adapters.executor import InlineExecutor
from drrouter.adapters.sp.openadr3.settings import Openadr3Settings
from drrouter.adapters.sp.openadr3.ven import OpenAdr3Provider
from drrouter.adapters.store import SqliteStore
from drrouter.app import build_router
from drrouter.config import HomeConfig
from drrouter.domain.interval import Interval
from drrouter.domain.plan import Plan
from drrouter.domain.signal import OutboxItem, Signal
from drrouter.errors import ProviderUnreachableError
from drrouter.planner import Problem
from drrouter.ports import Clock
from drrouter.router.core import Router
from drrouter.router.waiting import news_or
from drrouter.sim.simulate.faults import Dice, Fault, Spell
from drrouter.sim.simulate.unreliable import UnreliableStore
from drrouter.supervise import Supervisor
from tests.uplink.agenda import QUIET, is_quiet
from tests.uplink.line import Way


@dataclass(frozen=True, slots=True)
class Scene:
    """What every life meets again."""

    month: Interval
    folder: Path
    home: HomeConfig
    settings: Openadr3Settings
    clock: Clock
    dice: Dice
    up: Way
    down: Way


class QuietDice(Dice):
    """Dice that nobody throws in a quiet hour; a spell is the same for all who ask, and ends before it."""

    def __init__(self, seed: int, faults: frozenset[Fault], clock: Clock, month: Interval) -> None:
        super().__init__(seed, faults)
        self._clock, self._month = clock, month
        self._drawn: dict[tuple[Fault, str], tuple[Spell, ...]] = {}

    def strikes(self, fault: Fault) -> bool:
        """Whether the fault strikes on this occasion."""
        return not is_quiet(self._clock.now(), self._month) and super().strikes(fault)

    def spells(self, fault: Fault, whose: str, span: Interval) -> tuple[Spell, ...]:
        """When the fault lasts."""
        if (fault, whose) not in self._drawn:
            drawn = super().spells(fault, whose, span)
            loud = [one for one in drawn if not is_quiet(one.interval.start, self._month)]
            self._drawn[fault, whose] = tuple(map(_until_quiet, loud))
        return self._drawn[fault, whose]


def _until_quiet(spell: Spell) -> Spell:
    """Ended where a quiet hour begins."""
    start, end = spell.interval.start, spell.interval.end
    noon = start.replace(hour=QUIET[0].hour, minute=QUIET[0].minute, second=0)
    return Spell(spell.fault, Interval(start, noon)) if start < noon < end else spell


class _Mute:
    """A solver that never answers."""

    async def solve(self, problem: Problem, budget: timedelta) -> Plan:
        never: asyncio.Future[Plan] = asyncio.get_running_loop().create_future()
        return await never


class _Killable:
    """The true VEN, and a router that may be killed when a message has been delivered."""

    def __init__(self, ven: OpenAdr3Provider, dice: Dice, lives: "Lives") -> None:
        self._ven, self._dice, self._lives = ven, dice, lives
        self.id = ven.id

    def signals(self) -> AsyncGenerator[Signal, None]:
        return self._ven.signals()

    async def send(self, item: OutboxItem) -> None:
        if self._lives.is_ended:
            raise ProviderUnreachableError("the router is dead")
        await self._ven.send(item)
        if self._dice.strikes(Fault.KILL_AFTER_SEND):
            await self._lives.killed(Fault.KILL_AFTER_SEND)


class Lives:
    """The router's lives: built from its store, killed, and built again."""

    def __init__(self, scene: Scene) -> None:
        self._scene, self._clock, self._dice = scene, scene.clock, scene.dice
        self._struck = asyncio.Event()
        self.router: Router | None = None
        self.store: SqliteStore | None = None
        self.outages: list[Interval] = []
        self.is_ended = False

    async def killed(self, fault: Fault) -> None:
        """Kill the router; whoever awaits this never goes on."""
        self._struck.set()
        await asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        """Live, for ever."""
        kinds, month = (Fault.RESTART_ORDERLY, Fault.RESTART_KILL), self._scene.month
        spells = [spell for kind in kinds for spell in self._dice.spells(kind, "router", month)]
        planned = sorted((one.interval.start, one.fault) for one in spells)
        while True:
            now = self._clock.now()
            at, fault = next((one for one in planned if one[0] > now), (None, None))
            await self._live(at, fault is Fault.RESTART_ORDERLY)
            began = self._clock.now()
            down_s = self._dice.stream("downtime").randint(3, 240)
            await self._clock.sleep_until(began + timedelta(seconds=down_s))
            self.outages.append(Interval(began, self._clock.now()))

    async def _live(self, until: datetime | None, orderly: bool) -> None:
        self._struck.clear()
        self.is_ended, scene = False, self._scene
        scene.up.is_dead = scene.down.is_dead = False
        async with AsyncExitStack() as stack:
            true_store = SqliteStore(scene.folder / "store.sqlite3", InlineExecutor(), self._clock)
            self.store = await stack.enter_async_context(true_store)
            store = UnreliableStore(
                true_store, self._clock, scene.dice, scene.month, self.killed, lambda _: None
            )
            before = list(logging.getLogger("drrouter").handlers)
            ven = OpenAdr3Provider(scene.settings, self._clock)
            provider = _Killable(ven, self._dice, self)
            router = await build_router(scene.home, self._clock, store, _Mute(), [provider])
            async with Supervisor(self._clock) as supervisor:
                for name, work in router.tasks():
                    supervisor.start(name, work)
                self.router = router
                try:
                    await (news_or(self._clock, until, self._struck) if until else self._struck.wait())
                finally:
                    self.router, self.is_ended = None, True
                    if not (orderly and not self._struck.is_set()):
                        scene.up.is_dead = scene.down.is_dead = True
                        scene.up.cut()
                        scene.down.cut()
            if orderly and not self._struck.is_set():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(1):
                        await router.scribe.drain()
            scene.up.is_dead = scene.down.is_dead = True
            logger = logging.getLogger("drrouter")
            for handler in [one for one in logger.handlers if one not in before]:
                logger.removeHandler(handler)
