"""How much the home draws that no device of ours explains: the base load by hour of the local day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from drrouter.domain.interval import Interval
from drrouter.router.forecast.history import History


@dataclass(frozen=True, slots=True)
class BaseLoad:
    """A mean power, in W, for each hour of the local day.

    Raises:
        ValueError: there are not 24 hours.
    """

    hourly_w: tuple[float, ...]
    zone: ZoneInfo

    def __post_init__(self) -> None:
        """Refuse a day that has not 24 hours."""
        if len(self.hourly_w) != 24:
            raise ValueError(f"a base load needs 24 hourly values, not {len(self.hourly_w)}")

    def at(self, instant: datetime) -> float:
        """The power expected at the instant, in W."""
        return self.hourly_w[instant.astimezone(self.zone).hour]

    def mean(self, interval: Interval) -> float:
        """The mean power expected over the interval, in W."""
        quarters = max(1, int(interval.duration / timedelta(minutes=15)))
        step = interval.duration / quarters
        return sum(self.at(interval.start + (index + 0.5) * step) for index in range(quarters)) / quarters

    def expect(self, history: History, slots: Sequence[Interval]) -> tuple[float, ...]:
        """The mean power of each slot, in W, whatever was measured."""
        del history
        return tuple(self.mean(slot) for slot in slots)
