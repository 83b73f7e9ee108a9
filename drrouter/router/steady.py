"""Tells whether looking again would find anything new, so that an idle home costs nearly nothing.

Orders, starts and overrides have their instants, and whatever else a look goes by is compared with what the
last one saw. What changes by time alone and has no instant of its own (a rest that ends, the next phase of a
cycle) waits for the next full look, ``PATIENCE`` after the last one at the latest.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from drrouter.domain.device import DeviceState
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
    """What steering goes by of each device."""
    return tuple((seat.handle is not None, *_facts(seat.state)) for seat in seats)


def is_news(before: DeviceState, after: DeviceState) -> bool:
    """Whether a device changed in anything that steering goes by."""
    return before is not after and _facts(before) != _facts(after)


def _facts(state: DeviceState) -> Facts:
    """All of a state but the meter's count and the time of reading."""
    return (
        state.presence,
        state.on,
        state.power_w,
        state.setpoint_w,
        state.mode,
        state.armed,
        state.level,
        state.plugged,
        state.running,
        state.changed_at,
    )
