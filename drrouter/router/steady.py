"""Tells whether looking again would find anything new, so that an idle home costs nearly nothing.

Orders, starts and overrides have their instants, and whatever else a look goes by is compared with what the
last one saw. What changes by time alone and has no instant of its own (a rest that ends, the next phase of a
cycle) waits for the next full look, ``PATIENCE`` after the last one at the latest.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from drrouter.router.registry import Seat

PATIENCE = timedelta(seconds=30)
"""How old a look may get while nothing happens."""

Facts = tuple[object, ...]


class Steady:
    """Remembers what the last full look went by, and how long that holds."""

    def __init__(self) -> None:
        """Nothing has been looked at."""
        self._facts: Facts | None = None
        self._until: datetime | None = None

    def looked(self, facts: Facts, until: datetime) -> None:
        """A full look went by these facts, which time alone does not change before ``until``."""
        self._facts, self._until = facts, until

    def holds(self, facts: Facts, now: datetime) -> bool:
        """Whether the last look still stands."""
        return self._until is not None and now < self._until and facts == self._facts


def facts_of(seats: Iterable[Seat]) -> Facts:
    """What steering goes by of each device: its state without meter count and time of reading."""
    return tuple(
        (
            seat.handle is not None,
            seat.state.presence,
            seat.state.on,
            seat.state.power_w,
            seat.state.level,
            seat.state.plugged,
            seat.state.running,
            seat.state.changed_at,
        )
        for seat in seats
    )
