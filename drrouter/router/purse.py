"""Keeps to how often a device may be called: some clouds block a home for hours that asks too much.

Interpretation: the shortest pause between two calls binds orders too, for a call inside it would be refused.
Of a day's calls a share is kept for orders, limits and safety; what only saves money waits for the next day.
A call that lies ahead, because the machine's clock was set back, counts by its distance as any other does.
"""

from collections import deque
from datetime import datetime, timedelta

from drrouter.ports import CallBudget

KEPT_FOR_ORDERS = 0.25
"""Share of a day's calls that nothing but orders and safety may spend, one call at least."""

_DAY = timedelta(days=1)


class Purse:
    """What is left of one device's calls."""

    def __init__(self, budget: CallBudget) -> None:
        """Nothing has been spent."""
        self._budget = budget
        self._spent: deque[datetime] = deque(maxlen=budget.per_day or 1)

    def may_spend(self, now: datetime, *, urgent: bool) -> bool:
        """Whether the device may be called now."""
        if self._spent and abs(now - self._spent[-1]) < self._budget.least_pause:
            return False
        most = self._budget.per_day
        if most is None:
            return True
        today = sum(1 for spent in self._spent if abs(now - spent) < _DAY)
        kept = 0 if urgent else max(1, round(KEPT_FOR_ORDERS * most))
        return today < most - kept

    def spend(self, now: datetime) -> None:
        """The device is called."""
        self._spent.append(now)
