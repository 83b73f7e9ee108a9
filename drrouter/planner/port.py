"""The port through which the router asks for a plan; the adapter runs the planner in a child process."""

from datetime import timedelta
from typing import Protocol

from drrouter.domain.plan import Plan
from drrouter.planner.problem import Problem


class Solver(Protocol):
    """Plans in a child process with a deadline."""

    async def solve(self, problem: Problem, budget: timedelta) -> Plan:
        """The plan, within the budget of real time.

        Raises:
            PlannerError: none came in time, or the child died; it is replaced by a fresh one.
        """
        ...
