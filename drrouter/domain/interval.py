"""Half-open intervals of UTC time, and the slots that a plan is made of."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

SLOT = timedelta(minutes=15)
"""The native slot of plans and prices."""


def require_utc(instant: datetime) -> datetime:
    """Return the instant itself.

    Raises:
        ValueError: the instant is naive or not in UTC.
    """
    if instant.tzinfo is not UTC:
        if instant.tzinfo is None or instant.utcoffset() != timedelta(0):
            raise ValueError(f"{instant!r} is not an aware UTC instant")
        return instant.astimezone(UTC)
    return instant


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """The instants ``start <= t < end``, both aware and UTC.

    Raises:
        ValueError: an end is naive, not UTC, or the interval is empty.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Refuse naive ends and empty intervals."""
        object.__setattr__(self, "start", require_utc(self.start))
        object.__setattr__(self, "end", require_utc(self.end))
        if self.end <= self.start:
            raise ValueError(f"interval is empty: {self.start} .. {self.end}")

    @property
    def duration(self) -> timedelta:
        """The length."""
        return self.end - self.start

    @property
    def hours(self) -> float:
        """The length in hours."""
        return (self.end - self.start).total_seconds() / 3600

    def holds(self, instant: datetime) -> bool:
        """Whether the instant lies inside."""
        return self.start <= instant < self.end

    def moved(self, by: timedelta) -> "Interval":
        """As long, and so much later."""
        return Interval(self.start + by, self.end + by)

    def overlap(self, other: "Interval") -> "Interval | None":
        """What both have in common, None when they only touch or lie apart."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Interval(start, end) if start < end else None

    def overlap_hours(self, other: "Interval") -> float:
        """The length, in hours, of what both have in common."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return (end - start).total_seconds() / 3600 if start < end else 0.0


def floor_to(instant: datetime, step: timedelta) -> datetime:
    """The last multiple of step (counted from the epoch) at or before the instant."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return instant - (instant - epoch) % step


def slots(start: datetime, end: datetime, step: timedelta = SLOT) -> tuple[Interval, ...]:
    """Cut ``start .. end`` at the multiples of step; only the first and last may be shorter.

    start        end
      |--|----|----|-|
    """
    cuts, cursor = [], start
    while cursor < end:
        following = min(floor_to(cursor, step) + step, end)
        cuts.append(Interval(cursor, following))
        cursor = following
    return tuple(cuts)
