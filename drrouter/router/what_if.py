"""What if something else were asked of a device? A whole plan for that, which nobody carries out.

It is made by a child process of its own, so that no plan of the router waits for it; where that gives none in
time, by hand.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from drrouter.domain.ids import DeviceId
from drrouter.domain.plan import Plan
from drrouter.domain.said import said
from drrouter.domain.wish import Wish
from drrouter.errors import OptionError, PlannerError
from drrouter.planner import Problem, greedy, verify
from drrouter.planner.port import Solver
from drrouter.router.viewed import WhatIfView

log = logging.getLogger(__name__)

BUDGET = timedelta(seconds=2)
"""Real time for one answer: somebody moves a slider and looks."""

MOST_WAITING = 4
"""Further questions are not queued up: nobody waits long, and a slider that is torn about fills no memory."""

Describe = Callable[[DeviceId, Wish], Problem]


class WhatIf:
    """One question at a time; the plan in force is not touched."""

    def __init__(
        self, solver: Solver | None, describe: Describe, in_force: Callable[[], Plan | None]
    ) -> None:
        """Wire it up.

        Args:
            solver: a child process beside the one that makes the router's plans; None: by hand.
            describe: the home as it is, with this wish in place of all that is asked of the device.
            in_force: the plan in force.
        """
        self._solver, self._describe, self._in_force = solver, describe, in_force
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def ask(self, device_id: DeviceId, wish: Wish) -> WhatIfView:
        """What the plan would be.

        Raises:
            OptionError: the device would take no part in it, such as a car that is not here.
            PlannerError: too many ask at once.
        """
        async with self._in_turn():
            problem = self._describe(device_id, wish)
            if device_id not in [device.id for device in problem.devices]:
                raise OptionError(said("refused.not_planned"))
            plan = await self._solved(problem) or greedy(problem)
        return self._view(device_id, wish, plan)

    async def both(self, one: Problem, other: Problem) -> tuple[Plan, Plan]:
        """The plans for two homes that shall be compared: both by the solver, or else both by hand.

        Raises:
            PlannerError: too many ask at once.
        """
        async with self._in_turn():
            first = await self._solved(one)
            second = await self._solved(other) if first else None
        return (first, second) if first and second else (greedy(one), greedy(other))

    @asynccontextmanager
    async def _in_turn(self) -> AsyncIterator[None]:
        """Wait until nobody else asks; not behind a crowd."""
        if self._waiting >= MOST_WAITING:
            raise PlannerError(said("refused.too_many"))
        self._waiting += 1
        try:
            async with self._turn:
                yield
        finally:
            self._waiting -= 1

    async def _solved(self, problem: Problem) -> Plan | None:
        """The solver's plan; None where it gives none that can be carried out."""
        if self._solver is None:
            return None
        try:
            plan = await self._solver.solve(problem, BUDGET)
        except PlannerError as error:
            log.debug("what if: %s", error.sentence)
            return None
        return None if verify(plan, problem) else plan

    def _view(self, device_id: DeviceId, wish: Wish, plan: Plan) -> WhatIfView:
        before = self._in_force()
        told = {one.device_id: one for one in plan.explanations}
        known = {one.device_id: one for one in before.explanations} if before else {}
        return WhatIfView(
            device_id,
            wish,
            cycle=next((one for one in plan.cycles if one.device_id == device_id), None),
            explanation=told.get(device_id),
            cost=told[device_id].cost_planned if device_id in told else None,
            cost_in_force=known[device_id].cost_planned if device_id in known else None,
            misses=tuple(one for one in plan.misses if one.device_id == device_id),
            solve_rung=plan.solve_rung,
        )
