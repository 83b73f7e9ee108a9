"""The store and the solver of the simulated router: the true parts, which fail at their fault points."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from drrouter.domain.ids import DeviceId, ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.journal import JournalEntry
from drrouter.domain.plan import Plan
from drrouter.domain.signal import OutboxItem
from drrouter.errors import PlannerError, StoreError
from drrouter.planner import Planner, Problem
from drrouter.ports import Change, Clock, Collection, OutboxSize, Store
from drrouter.sim.simulate.faults import Dice, Fault, spell_at

Killed = Callable[[Fault], Awaitable[None]]
"""Kills the router and never returns."""

Committed = Callable[[tuple[Change, ...]], None]
"""Told what is on the disk."""


class UnreliableStore:
    """Implements ``ports.Store`` on a true one; for a while its disk takes nothing."""

    def __init__(
        self, store: Store, clock: Clock, dice: Dice, span: Interval, killed: Killed, committed: Committed
    ) -> None:
        """Stand in front of the store."""
        self._store, self._clock, self._dice = store, clock, dice
        self._killed, self._committed = killed, committed
        self._spells = dice.spells(Fault.STORE_FAILS, "disk", span)

    async def commit(self, *changes: Change) -> None:
        """Commit, unless the disk fails or the router is killed at this very point."""
        self._refuse()
        if self._dice.strikes(Fault.KILL_BEFORE_COMMIT):
            await self._killed(Fault.KILL_BEFORE_COMMIT)
        await self._store.commit(*changes)
        self._committed(changes)
        if self._dice.strikes(Fault.KILL_AFTER_COMMIT):
            await self._killed(Fault.KILL_AFTER_COMMIT)

    async def load(self, collection: Collection, first: str = "", last: str = "") -> dict[str, Any]:
        """Every value of the collection, or those of some keys."""
        return await self._store.load(collection, first, last)

    async def outbox(self, provider: ProviderId, most: int = 100) -> Sequence[OutboxItem]:
        """The oldest undelivered messages."""
        return await self._store.outbox(provider, most)

    async def outbox_size(self, provider: ProviderId) -> OutboxSize:
        """How much waits."""
        return await self._store.outbox_size(provider)

    async def delivered(self, item_ids: Sequence[str]) -> None:
        """Take these out of the outbox."""
        self._refuse()
        await self._store.delivered(item_ids)

    async def journal(self, most: int = 100, device_id: DeviceId | None = None) -> Sequence[JournalEntry]:
        """The newest entries."""
        return await self._store.journal(most, device_id)

    def _refuse(self) -> None:
        spell = spell_at(self._spells, self._clock.now())
        if spell is not None and spell.fault in self._dice.enabled:
            self._dice.struck[spell.fault] += 1
            raise StoreError("The disk with the store is full. Make room; drrouter tries again by itself.")


class InlineSolver:
    """Implements ``planner.port.Solver`` in this process.

    Effort bounds it, so that equal problems give equal plans. The budget is real time and would make a run
    depend on the machine; only a solver that hangs uses it up, in simulated time.
    """

    def __init__(self, clock: Clock, dice: Dice) -> None:
        """Count what is solved."""
        self._clock, self._dice = clock, dice
        self._planner = Planner()
        self._last: Plan | None = None
        self.solved = 0

    async def solve(self, problem: Problem, budget: timedelta) -> Plan:
        """The planner's answer, unless its process dies, hangs, or is a question behind.

        Raises:
            PlannerError: it did.
        """
        if self._dice.strikes(Fault.SOLVER_DIES):
            raise PlannerError("The solver's process ended without a plan.")
        if self._dice.strikes(Fault.SOLVER_HANGS):
            await self._clock.sleep_until(self._clock.now() + budget)
            raise PlannerError("The solver has no plan within its budget.")
        if self._last is not None and self._dice.strikes(Fault.SOLVER_STALE):
            return self._last
        self.solved += 1
        self._last = self._planner.plan(problem)
        return self._last
