"""A miss in the making: with its cause in words and as a code, and with its price beside it."""

from drrouter.domain.ids import DeviceId
from drrouter.domain.plan import Miss, MissKind, Reason
from drrouter.planner.catalogue import say
from drrouter.planner.problem import Problem

NOTHING_KWH = 1e-4
"""Less than a tenth of a watt-hour is the arithmetic's, not a miss."""

Priced = tuple[Miss, float]
"""A miss and its price, in the plan's currency."""


def miss(
    problem: Problem, kind: MissKind, device_id: DeviceId | None, amount: float, unit: str, because: Reason
) -> Miss:
    """A miss with its cause, in words and as a code."""
    return Miss(kind, device_id, amount, unit, say(problem, because), because)
