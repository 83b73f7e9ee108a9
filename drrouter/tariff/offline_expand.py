"""Turns an offline profile's local calendar into peaks, limits and prices over a span of UTC time.

Local time is looked up for each quarter of an hour, as for tariffs, so the days when the clocks change need
no rule of their own.

    local   |16:00      |17:00      |20:00      |22:00
    peak                 |==========|                        of a working day
    limit   |- 6 kW -----------------------------------      every day
"""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from drrouter.domain.ids import ProviderId
from drrouter.domain.interval import SLOT, Interval, floor_to, slots
from drrouter.domain.limit import Limit, Scope
from drrouter.domain.offline import OfflineOrders, Peak
from drrouter.domain.rates import Rates
from drrouter.tariff.calendar import days_of, names_of
from drrouter.tariff.offline_document import DayType, OfflineDocument, PriceWindow, Window


def expand_offline(document: OfflineDocument, span: Interval, provider: ProviderId) -> OfflineOrders:
    """What the profile orders over the span, as far as it is valid there.

    Args:
        document: the profile.
        span: the time asked for.
        provider: its name in the home file, by which limits and peaks are shown.
    """
    valid = document.validity.overlap(span)
    if valid is None:
        return OfflineOrders()
    calendar = _Calendar(document, valid)
    peaks = [
        Peak(stretch, provider, window.id)
        for window in document.peak
        for stretch in calendar.stretches(window)
    ]
    program = f"{document.program or document.name} (offline profile)"
    limits = [
        Limit(stretch, window.max_w, Scope.SITE, provider=provider, program=program)
        for window in document.limit
        for stretch in calendar.stretches(window)
    ]
    return OfflineOrders(tuple(peaks), tuple(limits), calendar.prices(document.price))


def day_type_of(document: OfflineDocument, day: date) -> str | None:
    """The id of the first day type that fits the day, None where none does."""
    holidays = frozenset(document.holidays)
    return next((kind.id for kind in document.day_type if _fits(kind, day, holidays)), None)


def _fits(kind: DayType, day: date, holidays: frozenset[date]) -> bool:
    """Whether a day is of this type: one of its dates, or a day of the week in one of its months."""
    if kind.dates is not None and day in kind.dates:
        return True
    if kind.days is None and kind.months is None:
        return False
    in_season = kind.months is None or day.month in kind.months
    return in_season and (kind.days is None or not names_of(day, holidays).isdisjoint(kind.days))


class _Calendar:
    """The quarters of a span with their local times, looked up once for every window."""

    def __init__(self, document: OfflineDocument, span: Interval) -> None:
        zone = ZoneInfo(document.time_zone)
        self._quarters = [
            (quarter, floor_to(quarter.start, SLOT).astimezone(zone))
            for quarter in slots(span.start, span.end)
        ]
        self._document = document
        self._types: dict[date, str | None] = {}

    def stretches(self, window: Window) -> tuple[Interval, ...]:
        """When the window holds, neighbours joined."""
        joined: list[Interval] = []
        for quarter, local in self._quarters:
            if not self._holds(window, local):
                continue
            if joined and joined[-1].end == quarter.start:
                joined[-1] = Interval(joined[-1].start, quarter.end)
            else:
                joined.append(quarter)
        return tuple(joined)

    def prices(self, levels: Sequence[PriceWindow]) -> Rates:
        """The price levels; of those that hold together, the first."""
        steps: list[tuple[Interval, float]] = []
        for quarter, local in self._quarters:
            price = next((level.price_per_kwh for level in levels if self._holds(level, local)), None)
            if price is None:
                continue
            if steps and steps[-1][0].end == quarter.start and steps[-1][1] == price:
                steps[-1] = (Interval(steps[-1][0].start, quarter.end), price)
            else:
                steps.append((quarter, price))
        return Rates(tuple(steps))

    def _holds(self, window: Window, local: datetime) -> bool:
        days = days_of(window.hours, local)
        return bool(days) and (
            window.day_types is None or any(self._type(day) in window.day_types for day in days)
        )

    def _type(self, day: date) -> str | None:
        if day not in self._types:
            self._types[day] = day_type_of(self._document, day)
        return self._types[day]
