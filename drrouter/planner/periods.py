"""Cuts a span of a tariff into the periods over which the meter takes the mean, and lays them over slots.

    span     |----------------------------------- ...
    periods  |-------|-------|-------|-------|--- ...
    slots          now |-----|---|---|---------------|

Where slots divide a period, its mean is exact.

Interpretation: a slot longer than a period draws evenly, so all its periods have its mean. Of a period that
ends behind the horizon, the mean is taken over the part that is known.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from drrouter.domain.interval import Interval


@dataclass(frozen=True, slots=True)
class Period:
    """One period of averaging.

    Attributes:
        parts: the slots that it touches, each with its share of the period.
        before_kw: what was imported in it before the plan, spread over the period.
        hours: its length, as far as it is known.
    """

    parts: tuple[tuple[int, float], ...]
    before_kw: float
    hours: float

    def mean_kw(self, import_kw: Sequence[float]) -> float:
        """Its mean import, for this import in each slot."""
        return self.before_kw + sum(share * import_kw[index] for index, share in self.parts)


def periods(
    slots: tuple[Interval, ...],
    span: Interval,
    averaging: timedelta,
    windows: tuple[Interval, ...] = (),
    running_kwh: float = 0.0,
) -> tuple[Period, ...]:
    """The periods of a span that the plan touches; those with the same parts are one, with their hours.

    Args:
        slots: of the plan.
        span: periods are counted from its start.
        averaging: the length of a period.
        windows: only periods that begin in one of them; empty means all.
        running_kwh: what was imported in the period that is in progress when the plan begins.
    """
    found: dict[tuple[tuple[tuple[int, float], ...], float], float] = {}
    starts = [slot.start for slot in slots]
    for period in _cut(slots, span, averaging):
        if windows and not any(window.holds(period.start) for window in windows):
            continue
        before = running_kwh / period.hours if period.start < slots[0].start else 0.0
        key = _parts(slots, starts, period), before
        found[key] = found.get(key, 0.0) + period.hours
    return tuple(Period(parts, before, hours) for (parts, before), hours in found.items())


def _cut(slots: tuple[Interval, ...], span: Interval, averaging: timedelta) -> Iterator[Interval]:
    end = min(span.end, slots[-1].end)
    passed = max(0, (slots[0].start - span.start) // averaging)
    begin = span.start + passed * averaging
    while begin < end:
        known = Interval(begin, min(begin + averaging, end))
        if known.end > slots[0].start:
            yield known
        begin += averaging


def _parts(
    slots: tuple[Interval, ...], starts: list[datetime], period: Interval
) -> tuple[tuple[int, float], ...]:
    first = max(0, bisect_right(starts, period.start) - 1)
    behind = bisect_right(starts, period.end)
    return tuple(
        (index, slots[index].overlap_hours(period) / period.hours)
        for index in range(first, behind)
        if slots[index].start < period.end
    )
