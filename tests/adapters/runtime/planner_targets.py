"""What the planner's child runs in tests: honest plans, and every way in which a solver can fail."""

import os
import resource
import signal
import threading
from datetime import UTC, datetime, timedelta

from drrouter.domain.interval import slots
from drrouter.domain.plan import CostSplit, DataRung, Plan, SolveRung
from drrouter.planner.problem import Problem

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def problem(trigger: str = "", count: int = 4) -> Problem:
    """A question about an empty home; ``trigger`` tells the targets below what to do."""
    cut = slots(NOW, NOW + count * timedelta(minutes=15))
    nothing = (0.0,) * len(cut)
    return Problem(NOW, cut, nothing, nothing, nothing, (), trigger=trigger)


def answer(asked: Problem) -> Plan:
    """Do what the trigger says; the plan's trigger tells which process made it."""
    match asked.trigger:
        case "hang":
            threading.Event().wait()
        case "crash":
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            os.kill(os.getpid(), signal.SIGSEGV)
        case "exit":
            os._exit(3)
        case "raise":
            raise ArithmeticError("the matrix is singular")
        case "lie":
            return "a plan"  # type: ignore[return-value] # a lie
        case "stop":
            os.kill(os.getpid(), signal.SIGSTOP)
    nothing = (0.0,) * len(asked.slots)
    return Plan(
        made_at=asked.now,
        slots=asked.slots,
        currency=asked.currency,
        power_w={},
        level={},
        cycles=(),
        grid_w=nothing,
        misses=(),
        cost=CostSplit(),
        marginal_price=nothing,
        headroom_w=nothing,
        solve_rung=SolveRung.OPTIMAL,
        data_rung=DataRung.LIVE,
        trigger=f"{asked.trigger}:{os.getpid()}",
    )


def hang(_asked: Problem) -> Plan:
    """A solver that never answers."""
    threading.Event().wait()
    raise AssertionError("never")
