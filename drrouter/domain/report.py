"""Reports that a provider asks for with an event, and what one of them says.

    event        |-0-|-1-|-2-|-3-|-0-|-1-| ...     its grid: intervals with their ids, again where it loops
    asked        startInterval 1, numIntervals 2, frequency 2, repeat -1
    reports              ^ 0,1   ^ 2,3     ^ ...   each due at an instant, on some of the intervals

When they are due is told by ``router.report_times``, what they say by ``router.report_values``.
Source: OpenADR 3.1, User Guide 7.5, "reportDescriptors".
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from drrouter.domain.interval import Interval

AGGREGATED = "AGGREGATED_REPORT"
"""The name of the resource that stands for several."""


OPAQUE = "X_DATA"
"""Our name for reports with data that nobody here interprets, which come when there is some."""


class ReportIntervals(StrEnum):
    """Whose intervals a report has: the event's, parts of them, or the router's own."""

    SAME = "INTERVALS"
    PARTS = "SUB_INTERVALS"
    OPEN = "OPEN_INTERVALS"


@dataclass(frozen=True, slots=True)
class ReportAsk:
    """One report descriptor of an event; -1 and 1 as in the specification.

    Attributes:
        start: the interval at which the first report is made; -1 is the last.
        count: how many intervals one report is on; -1 is all of them.
        historical: on what was, up to that interval; else on what will be, from it on.
        frequency: intervals between reports; -1 is ``count``, 0 is whenever there is something to say.
        repeat: how many reports; -1 is as long as the event lasts.
    """

    payload_type: str
    reading_type: str = ""
    units: str = ""
    targets: tuple[str, ...] = ()
    aggregate: bool = False
    start: int = -1
    count: int = -1
    historical: bool = True
    frequency: int = -1
    repeat: int = 1
    intervals: ReportIntervals = ReportIntervals.SAME

    @property
    def is_forecast(self) -> bool:
        """Whether it is about what will be."""
        return (
            not self.historical or self.reading_type == "FORECAST" or self.payload_type.endswith("FORECAST")
        )


@dataclass(frozen=True, slots=True)
class Grid:
    """The intervals that reports of an event are on.

    Attributes:
        slots: with their ids, in order; empty where the event has none, and names no period either.
        repeats: whether they go on again behind the last one.
        implied: whether the event named a period and no intervals, so that the ids are the router's.
        until: when the event ends; None where that is behind the last slot, or never.
    """

    slots: tuple[tuple[int, Interval], ...] = ()
    repeats: bool = False
    implied: bool = False
    until: datetime | None = None

    @property
    def size(self) -> int | None:
        """How many intervals there are; None for no end."""
        if not self.repeats:
            return len(self.slots)
        if self.until is None or not self.slots:
            return None
        rounds, rest = divmod(self.until - self.slots[0][1].start, self._period)
        begun = sum(slot.start - self.slots[0][1].start < rest for _, slot in self.slots)
        return rounds * len(self.slots) + begun

    @property
    def _period(self) -> timedelta:
        return self.slots[-1][1].end - self.slots[0][1].start

    def slot(self, number: int) -> tuple[int, Interval] | None:
        """The interval of this number, from 0 on; None where there is none."""
        size = self.size
        if not self.slots or number < 0 or (size is not None and number >= size):
            return None
        turn, place = divmod(number, len(self.slots))
        slot_id, slot = self.slots[place]
        later = turn * self._period
        return number if self.implied else slot_id, Interval(slot.start + later, slot.end + later)

    def number_at(self, instant: datetime) -> int:
        """The last interval that has begun by then; -1 before the first."""
        if not self.slots or instant < self.slots[0][1].start:
            return -1
        turn = (instant - self.slots[0][1].start) // self._period if self.repeats else 0
        begun = sum(slot.start + turn * self._period <= instant for _, slot in self.slots)
        return turn * len(self.slots) + begun - 1


NO_GRID = Grid()

Value = float | str


@dataclass(frozen=True, slots=True)
class Reported:
    """What is said of one interval: payload types with their value."""

    id: int
    interval: Interval
    payloads: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class ReportBody:
    """One report: for each resource its intervals.

    Attributes:
        late: whether it comes later than it was due.
    """

    payload_type: str
    reading_type: str
    units: str
    resources: tuple[tuple[str, tuple[Reported, ...]], ...]
    late: bool = False
