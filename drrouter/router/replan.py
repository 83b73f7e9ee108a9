"""Asks for a new plan whenever there is a reason, and always comes back with one.

The solver works in a child process with a deadline. Where it has no answer in time, or an answer that
``verify`` refuses, a plan by hand answers at once; where there is no plan at all, it answers first.

What cannot wait (an order, an override) gets a safe plan before the full one:

    order --+--> guard and devices, at once
            +--> repair of the plan in force, in the child --> adopted
                                                      full solve, in the child --> adopted

The repair is less work than a solve, and far less where that is hard, but on a small board it is still a good
part of a second, and a solver may crash: it runs in the child, too, and the event loop goes on. What the
child works on when the order comes is of no use any more, so it is left, and the child with it. Where no
child answers in time, the plan is mended by hand in this process. In a storm of orders only safe plans are
made, until it rests.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta

from drrouter.domain.plan import Plan
from drrouter.domain.said import listed, said
from drrouter.errors import PlannerError
from drrouter.planner import Problem, greedy, verify
from drrouter.planner.port import Solver
from drrouter.planner.repair import held
from drrouter.ports import Clock

log = logging.getLogger(__name__)

SAFE_BUDGET = timedelta(seconds=2)
"""Real time that the repair of a plan may take, a fresh child's start included."""


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
        self._due, self._hurry = asyncio.Event(), asyncio.Event()
        self._failing = False

    def request(self, trigger: str, *, urgent: bool = False) -> None:
        """Ask for a new plan; several reasons that come together make one plan, an urgent one a safe plan."""
        self._triggers[trigger] = None
        if urgent:
            self._hurry.set()
        self._due.set()

    def sentences(self) -> tuple[str, ...]:
        """What the owner should know of the solver."""
        return (said("status.no_solver"),) if self._failing else ()

    async def run(self) -> None:
        """Plan for ever; a plan that an earlier run still owed is made first."""
        owed, self._owed = self._owed, {}
        for trigger in owed:
            self.request(trigger)
        while True:
            await self._due.wait()
            self._due.clear()
            await self._answer()

    async def _answer(self) -> None:
        """One round: a plan for all reasons so far, a safe one first where it cannot wait."""
        urgent = self._hurry.is_set()
        self._hurry.clear()
        self._owed, self._triggers = {**self._owed, **self._triggers}, {}
        problem = self._describe(listed(self._owed))
        if not self._has_plan():
            self._adopt(problem, greedy(problem))
        elif urgent:
            self._adopt(problem, await self._mended(problem))
        plan = await self._unless_overtaken(self._plan(problem, self._budget))
        if plan is not None:
            self._adopt(problem, plan)
            self._owed = {}

    async def _mended(self, problem: Problem) -> Plan:
        """The plan in force as far as it may stay, soon."""
        mending = replace(problem, effort=replace(problem.effort, repair=True))
        return await self._plan(mending, min(SAFE_BUDGET, self._budget))

    async def _unless_overtaken(self, planning: Coroutine[None, None, Plan]) -> Plan | None:
        """The plan; None where something urgent comes first, for then it is one of yesterday's world."""
        if self._hurry.is_set():
            planning.close()
            return None
        solving = asyncio.ensure_future(planning)
        hurried = asyncio.ensure_future(self._hurry.wait())
        try:
            await asyncio.wait({solving, hurried}, return_when=asyncio.FIRST_COMPLETED)
            return None if hurried.done() else solving.result()
        finally:
            solving.cancel()
            hurried.cancel()
            await asyncio.wait({solving, hurried})

    async def _plan(self, problem: Problem, budget: timedelta) -> Plan:
        """The solver's plan where it can be carried out, else one by hand.

        That there is no plan from the solver is said once, and once that there is one again.
        """
        try:
            with self._clock.working():
                plan = await self._solver.solve(problem, budget)
        except PlannerError as error:
            level = logging.DEBUG if self._failing else logging.WARNING
            log.log(level, "no plan from the solver, taking the greedy one: %s", error.sentence)
            self._failing = True
            return _by_hand(problem)
        if self._failing:
            log.warning("the solver makes plans again")
        self._failing = False
        faults = verify(plan, problem)
        if not faults:
            return plan
        log.error("the plan cannot be carried out, taking the greedy one: %s", "; ".join(faults))
        return _by_hand(problem)


def _by_hand(problem: Problem) -> Plan:
    """The greedy plan; where the plan in force shall stay, that one, mended."""
    stays = problem.effort.repair or problem.margin is not None
    return held(problem) if stays else greedy(problem)
