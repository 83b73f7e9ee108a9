"""A load profile as the meter of a home counts it: import and export apart, in quarters of an hour.

profile   |---- 1 kWh in an hour ----|-0.5 kWh|
quarters  |0.25 |0.25 |0.25 |0.25    |0, 0.5 out|
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from drrouter.domain.interval import SLOT, Interval, floor_to, slots
from drrouter.tariff.calendar import day_span, holds
from drrouter.tariff.parts import When

Profile = Iterable[tuple[Interval, float]]
"""Energy in Wh over intervals, each spread evenly over its interval; below zero it is fed in."""


@dataclass(frozen=True, slots=True)
class Quarter:
    """What the meter counted in a quarter of an hour, in kWh; both where the direction changed in it."""

    interval: Interval
    import_kwh: float
    export_kwh: float


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean import over one period of averaging.

    Attributes:
        interval: the period, as far as it was metered.
        kw: energy over the whole period's length.
        kwh: what was imported in it.
    """

    interval: Interval
    kw: float
    kwh: float


def metered(profile: Profile) -> tuple[Quarter, ...]:
    """The profile in quarters of UTC, in order; what was not measured is no quarter."""
    taken: dict[datetime, float] = {}
    given: dict[datetime, float] = {}
    for interval, energy_wh in profile:
        counter = taken if energy_wh >= 0 else given
        for part in slots(interval.start, interval.end):
            quarter = floor_to(part.start, SLOT)
            share = part.duration / interval.duration
            taken.setdefault(quarter, 0.0)
            counter[quarter] = counter.get(quarter, 0.0) + abs(energy_wh) / 1000 * share
    return tuple(
        Quarter(Interval(start, start + SLOT), kwh, given.get(start, 0.0))
        for start, kwh in sorted(taken.items())
    )


def by_day(quarters: Iterable[Quarter], zone: ZoneInfo) -> Iterator[tuple[date, Sequence[Quarter]]]:
    """The quarters of each local day, in order."""
    for day, group in groupby(quarters, lambda quarter: quarter.interval.start.astimezone(zone).date()):
        yield day, tuple(group)


def means(
    quarters: Iterable[Quarter],
    averaging: timedelta,
    zone: ZoneInfo,
    when: Sequence[When] = (),
    holidays: frozenset[date] = frozenset(),
) -> tuple[Mean, ...]:
    """The mean import of each period, counted from local midnight.

    Args:
        quarters: in order.
        averaging: the length of a period.
        zone: of the calendar.
        when: only periods that begin in one of these; empty: all.
        holidays: of that calendar.
    """
    made: list[Mean] = []
    for day, group in by_day(quarters, zone):
        for start, members in _periods(group, averaging, day_span(day, zone).start):
            if when and not any(holds(part, start.astimezone(zone), holidays) for part in when):
                continue
            made.append(_mean(Interval(start, start + averaging), members))
    return tuple(made)


def _periods(
    quarters: Iterable[Quarter], averaging: timedelta, midnight: datetime
) -> Iterator[tuple[datetime, Sequence[Quarter]]]:
    """The periods of a day by their starts, with their quarters."""
    for number, members in groupby(quarters, lambda one: (one.interval.start - midnight) // averaging):
        yield midnight + number * averaging, tuple(members)


def _mean(interval: Interval, members: Sequence[Quarter]) -> Mean:
    kwh = sum(quarter.import_kwh for quarter in members)
    return Mean(interval, kwh / interval.hours, kwh)
