"""Asks for a new plan whenever there is a reason, and always comes back with one.

The solver works in a child process with a deadline. Where it has no answer in time, or an answer that
``verify`` refuses, the greedy rung answers at once; where there is no plan at all, it answers first.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta

from drrouter.domain.plan import Plan
from drrouter.errors import PlannerError
from drrouter.planner import Problem, greedy, verify
from drrouter.planner.port import Solver
from drrouter.ports import Clock

log = logging.getLogger(__name__)


class Replanner:
    """Collects triggers and turns them into plans; run it as one supervised task."""

    def __init__(
        self,
        solver: Solver,
        clock: Clock,
        budget: timedelta,
        describe: Callable[[str], Problem],
        adopt: Callable[[Problem, Plan], None],
        has_plan: Callable[[], bool],
    ) -> None:
        """Wire it up.

        Args:
            solver: the child process.
            clock: held while solving, so that simulated time stands still.
            budget: real time that a solve may take.
            describe: the problem as it is now, given the trigger.
            adopt: takes every new plan.
            has_plan: whether any plan is in force.
        """
        self._solver, self._clock, self._budget = solver, clock, budget
        self._describe, self._adopt, self._has_plan = describe, adopt, has_plan
        self._triggers: dict[str, None] = {}
        self._owed: dict[str, None] = {}
        self._due = asyncio.Event()
        self._failing = False

    def request(self, trigger: str) -> None:
        """Ask for a new plan; several reasons that come together make one plan."""
        self._triggers[trigger] = None
        self._due.set()

    def sentences(self) -> tuple[str, ...]:
        """What the owner should know of the solver."""
        return ("The solver makes no plans at present; simpler ones are used.",) if self._failing else ()

    async def run(self) -> None:
        """Plan for ever; a plan that an earlier run still owed is made first."""
        for trigger in self._owed:
            self.request(trigger)
        while True:
            await self._due.wait()
            self._due.clear()
            self._owed, self._triggers = self._triggers, {}
            problem = self._describe("; ".join(self._owed))
            if not self._has_plan():
                self._adopt(problem, greedy(problem))
            self._adopt(problem, await self._plan(problem))
            self._owed = {}

    async def _plan(self, problem: Problem) -> Plan:
        """The solver's plan where it can be carried out, else the greedy one.

        That there is no plan from the solver is said once, and once that there is one again.
        """
        try:
            with self._clock.working():
                plan = await self._solver.solve(problem, self._budget)
        except PlannerError as error:
            level = logging.DEBUG if self._failing else logging.WARNING
            log.log(level, "no plan from the solver, taking the greedy one: %s", error.sentence)
            self._failing = True
            return greedy(problem)
        if self._failing:
            log.warning("the solver makes plans again")
        self._failing = False
        faults = verify(plan, problem)
        if not faults:
            return plan
        log.error("the plan cannot be carried out, taking the greedy one: %s", "; ".join(faults))
        return greedy(problem)
