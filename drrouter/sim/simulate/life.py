"""The life of the simulated router: built from its store, run, ended in order or killed, and built again."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from drrouter.adapters.devices.settings import IntegrationSettings
from drrouter.adapters.executor import InlineExecutor
from drrouter.adapters.store import SqliteStore
from drrouter.app import build_router, search_task
from drrouter.config import HomeConfig
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.ports import Clock
from drrouter.router.core import Router, Task
from drrouter.router.front import Front
from drrouter.router.waiting import news_or
from drrouter.sim.simulate.disk import Disk
from drrouter.sim.simulate.faults import Dice, Fault
from drrouter.sim.simulate.plugs import MemoryIntegration, MemoryPlug
from drrouter.sim.simulate.unreliable import InlineSolver, UnreliableStore
from drrouter.sim.simulate.uplink import MemoryProvider
from drrouter.supervise import Supervisor

SEARCH = IntegrationSettings(every_s=3600, gone_after_s=3 * 3600)
"""How often the router looks for devices; in memory all are found at once."""

KILLED_FOR_S = (3, 240)
"""How long a router that was killed at a fault point stays down."""


_LOG = logging.getLogger("drrouter")
"""A router counts errors with a handler of this logger; in a process of its own that handler ends with it."""


@dataclass(frozen=True, slots=True)
class Outage:
    """A time without a router."""

    fault: Fault
    interval: Interval


class Life:
    """Runs the router until told to stop, through every restart.

    Attributes:
        router, front: of the router that runs, None while none does.
        up_since: when it was built.
        outages: each restart so far.
        solver: counts the plans.
    """

    def __init__(
        self, home: HomeConfig, folder: Path, clock: Clock, dice: Dice, disk: Disk, span: Interval
    ) -> None:
        """Keep the store in the folder; the parts beside the router join by ``join``."""
        self._home, self._path, self._clock, self._dice = home, folder / "store.sqlite3", clock, dice
        self._disk, self._span = disk, span
        self._providers: Sequence[MemoryProvider] = ()
        self._plugs: dict[DeviceId, MemoryPlug] = {}
        self._struck = asyncio.Event()
        self._fault: Fault | None = None
        self.solver = InlineSolver(clock, dice)
        self.router: Router | None = None
        self.front: Front | None = None
        self.up_since: datetime | None = None
        self.outages: list[Outage] = []

    def join(self, providers: Sequence[MemoryProvider], plugs: dict[DeviceId, MemoryPlug]) -> None:
        """What every new router meets again."""
        self._providers, self._plugs = providers, plugs

    async def killed(self, fault: Fault) -> None:
        """Kill the router at this point; whoever awaits this never goes on."""
        self._fault = fault
        self._struck.set()
        await asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        """Live until cancelled."""
        planned = sorted(
            (
                spell
                for fault in (Fault.RESTART_ORDERLY, Fault.RESTART_KILL)
                for spell in self._dice.spells(fault, "router", self._span)
            ),
            key=lambda spell: spell.interval.start,
        )
        while True:
            now = self._clock.now()
            due = next((spell for spell in planned if spell.interval.start > now), None)
            fault = await self._live(due.interval.start if due else None, due.fault if due else None)
            began = self._clock.now()
            down = due.interval.duration if due and fault is due.fault else self._downtime()
            self._dice.struck[fault] += fault in (Fault.RESTART_ORDERLY, Fault.RESTART_KILL)
            self.outages.append(Outage(fault, Interval(began, began + down)))
            await self._clock.sleep_until(began + down)

    async def _live(self, until: datetime | None, planned: Fault | None) -> Fault:
        """One life; returns what ended it."""
        self._struck.clear()
        self._fault = None
        async with AsyncExitStack() as stack:
            true_store = SqliteStore(self._path, InlineExecutor(), self._clock)
            await stack.enter_async_context(true_store)
            store = UnreliableStore(
                true_store, self._clock, self._dice, self._span, self.killed, self._disk.committed
            )
            stack.callback(_restore_handlers, list(_LOG.handlers))
            router = await build_router(self._home, self._clock, store, self.solver, self._providers)
            async with Supervisor(self._clock) as supervisor:
                for name, work in (*router.tasks(), *self._searches(router)):
                    supervisor.start(name, work)
                self.router, self.front, self.up_since = router, Front(router, store), self._clock.now()
                try:
                    await self._until_struck(until)
                finally:
                    self.router = self.front = self.up_since = None
            if self._ended_by(planned) is Fault.RESTART_ORDERLY:
                await self._drain(router)
        return self._ended_by(planned)

    def _ended_by(self, planned: Fault | None) -> Fault:
        """The fault point that killed it, else what was planned."""
        return self._fault or planned or Fault.RESTART_KILL

    async def _until_struck(self, until: datetime | None) -> None:
        """Until the planned end, or a kill."""
        if until is None:
            await self._struck.wait()
        else:
            await news_or(self._clock, until, self._struck)

    async def _drain(self, router: Router) -> None:
        """Commit what waits, as an orderly end does; a kill may come between."""
        draining = asyncio.ensure_future(router.scribe.drain())
        struck = asyncio.ensure_future(self._struck.wait())
        await asyncio.wait((draining, struck), return_when=asyncio.FIRST_COMPLETED)
        for task in (draining, struck):
            task.cancel()
        await asyncio.gather(draining, struck, return_exceptions=True)

    def _searches(self, router: Router) -> list[Task]:
        """One search for each transport that the home file uses."""
        domains = sorted({device.integration for device in self._home.devices})
        integrations = [MemoryIntegration(self._home, domain, self._plugs) for domain in domains]
        return [search_task(self._home, router, self._clock, one, SEARCH) for one in integrations]

    def _downtime(self) -> timedelta:
        return timedelta(seconds=self._dice.stream("kill/downtime").randint(*KILLED_FOR_S))


def _restore_handlers(before: list[logging.Handler]) -> None:
    """Take out the handlers that a router left behind."""
    for handler in [one for one in _LOG.handlers if one not in before]:
        _LOG.removeHandler(handler)
