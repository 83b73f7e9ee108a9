"""Expects of each slot what the same time of earlier days was like: those of its own weekday count most."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from drrouter.domain.interval import Interval
from drrouter.router.forecast.history import History

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class ByWeekday:
    """A weighted mean over the same local time of the last days.

    Interpretation: a day counts half as much after ``half_life``; one of the same weekday counts twice, and
    a working day says a third of what it says to working days to a weekend, and the other way round.

    Attributes:
        days: how far back it looks.
        half_life: in days.
    """

    zone: ZoneInfo
    days: int = 28
    half_life: float = 7.0

    def expect(self, history: History, slots: Sequence[Interval]) -> tuple[float, ...] | None:
        """The mean power of each slot; None where no earlier day was measured at one of them."""
        values = [self._of_slot(history, slot) for slot in slots]
        known = [value for value in values if value is not None]
        return tuple(known) if len(known) == len(values) else None

    def _of_slot(self, history: History, slot: Interval) -> float | None:
        total = weights = 0.0
        for days in range(1, self.days + 1):
            begin = self._earlier(slot.start, days)
            if begin + slot.duration > history.end:
                continue
            if begin < history.first:
                break
            value = history.mean(Interval(begin, begin + slot.duration))
            if value is not None:
                weight = self._weight(slot.start, begin, days)
                total, weights = total + weight * value, weights + weight
        return total / weights if weights else None

    def _earlier(self, instant: datetime, days: int) -> datetime:
        """The same local time so many days before, also across a change of clocks."""
        local = instant.astimezone(self.zone)
        return (local - timedelta(days=days)).astimezone(UTC)

    def _weight(self, instant: datetime, earlier: datetime, days: int) -> float:
        today, then = (time.astimezone(self.zone).weekday() for time in (instant, earlier))
        alike = 2.0 if today == then else 1.0 if (today >= _SATURDAY) == (then >= _SATURDAY) else 1 / 3
        return alike * float(0.5 ** (days / self.half_life))
