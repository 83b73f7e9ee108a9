"""Answers what a span of the history was: reads the days one by one, reckons each once, and adds them up."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from drrouter.domain.history import BaselineMethod, DayRecord
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.ports import Clock, Collection, Store
from drrouter.router.book import Book
from drrouter.router.history.costing import BASE, DayCosts, cost_day
from drrouter.router.history.diary import Diary
from drrouter.router.history.figures import Sum
from drrouter.router.history.history_views import BarView, HistoryView, UsedView, UseView
from drrouter.router.history.pages import key_of
from drrouter.router.history.spans import Days, Span, bars_of, days_of, local_day, span_of
from drrouter.router.registry import Registry

MOST_DAYS = 800
"""Days whose sums are remembered: as many as the store keeps."""

_MOST_RECORDS = 8
_BEFORE = timedelta(days=2)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DaySum:
    """A local day in sums."""

    currency: str
    home: Sum
    series: dict[str, Sum]
    methods: dict[str, BaselineMethod]


class Almanac:
    """The history by local days.

    Attributes:
        diary: the days that are still being written.
    """

    def __init__(
        self,
        diary: Diary,
        registry: Registry,
        store: Store,
        clock: Clock,
        zone: ZoneInfo,
        meter: DeviceId | None = None,
    ) -> None:
        """Make it.

        Args:
            diary: the days that are still being written.
            registry: every device.
            store: has the days before.
            clock: the time.
            zone: by whose calendar the home lives.
            meter: the device that measures the whole home.
        """
        self.diary, self._registry, self._store = diary, registry, store
        self._clock, self._zone, self._meter = clock, zone, meter
        self._sums: OrderedDict[date, DaySum] = OrderedDict()
        self._records: OrderedDict[str, DayRecord] = OrderedDict()
        self._saved: tuple[datetime, float | None] | None = None

    @classmethod
    def of(
        cls,
        registry: Registry,
        book: Book,
        store: Store,
        clock: Clock,
        zone: ZoneInfo,
        meter: DeviceId | None = None,
    ) -> "Almanac":
        """One that begins anew."""
        return cls(Diary(registry, book), registry, store, clock, zone, meter)

    @classmethod
    async def open(
        cls,
        registry: Registry,
        book: Book,
        store: Store,
        clock: Clock,
        zone: ZoneInfo,
        meter: DeviceId | None = None,
    ) -> "Almanac":
        """Make one that goes on from what was kept.

        Raises:
            StoreError: the store cannot be read.
        """
        diary = await Diary.open(registry, book, store, clock.now())
        return cls(diary, registry, store, clock, zone, meter)

    def today(self) -> date:
        """At home."""
        return self._clock.now().astimezone(self._zone).date()

    async def span(self, span: Span, day: date | None = None) -> HistoryView:
        """One span, that in which the day lies; today where none is named.

        Raises:
            StoreError: the store cannot be read.
        """
        days = days_of(span, day or self.today())
        if span is Span.DAY:
            costs = await self.costs(days.first)
            total = _total(costs)
            return self._view(span, days, (total,), self._hours(costs))
        sums, bars = [], []
        for bar in bars_of(span, days):
            parts = [await self.sum_of(one) for one in bar.all() if one <= self.today()]
            sums += parts
            bars.append(self._bar(span_of(bar, self._zone), parts))
        return self._view(span, days, tuple(sums), tuple(bars))

    async def costs(self, day: date) -> DayCosts:
        """One local day, hour by hour.

        Raises:
            StoreError: the store cannot be read.
        """
        bounds = local_day(day, self._zone)
        records = await self._read(bounds)
        return cost_day(bounds, self._clock.now(), records, self._meter)

    async def sum_of(self, day: date) -> DaySum:
        """One local day in sums; a day that is over is reckoned once.

        Raises:
            StoreError: the store cannot be read.
        """
        if (known := self._sums.get(day)) is not None:
            return known
        made = _total(await self.costs(day))
        if day < self.today():
            self._sums[day] = made
            while len(self._sums) > MOST_DAYS:
                self._sums.popitem(last=False)
        return made

    async def records(self, first: date, last: date) -> dict[str, DayRecord]:
        """The days of UTC that these local days touch.

        Raises:
            StoreError: the store cannot be read.
        """
        bounds = span_of(Days(first, last), self._zone)
        kept = await self._store.load(
            Collection.HISTORY, key_of(bounds.start.date()), key_of(bounds.end.date())
        )
        return {**kept, **self.diary.records()}

    def saved_today(self) -> float | None:
        """What was saved since midnight; reckoned once a minute, from memory alone."""
        now = self._clock.now()
        if self._saved is None or not timedelta() <= now - self._saved[0] < timedelta(minutes=1):
            bounds = local_day(self.today(), self._zone)
            home = _total(cost_day(bounds, now, self.diary.records(), self._meter)).home
            self._saved = now, home.figures().saving
        return self._saved[1]

    async def _read(self, day: Interval) -> dict[str, DayRecord]:
        """The days of UTC that a local day and the two days before it touch; each is read once in a row."""
        current = self.diary.records()
        found: dict[str, DayRecord] = {}
        first = (day.start - _BEFORE).date()
        for number in range((day.end.date() - first).days + 1):
            key = key_of(first + timedelta(days=number))
            record = current.get(key) or await self._record(key)
            if record is not None:
                found[key] = record
        return found

    async def _record(self, key: str) -> DayRecord | None:
        """A day that is not in memory; what was not kept may still come."""
        if key in self._records:
            return self._records[key]
        kept = await self._store.load(Collection.HISTORY, key, key)
        if key in kept:
            self._records[key] = kept[key]
            while len(self._records) > _MOST_RECORDS:
                self._records.popitem(last=False)
        return kept.get(key)

    def _view(
        self, span: Span, days: Days, sums: tuple[DaySum, ...], bars: tuple[BarView, ...]
    ) -> HistoryView:
        whole, bounds = _added(sums), span_of(days, self._zone)
        names = self._names()
        devices = tuple(
            UsedView(_id_of(key), names.get(key, key), whole.methods[key], row.figures())
            if key != BASE
            else UsedView(None, "", BaselineMethod.AS_IT_WAS, row.figures())
            for key, row in _in_order(whole.series, names)
        )
        return HistoryView(
            span=span,
            first=days.first,
            last=days.last,
            start=bounds.start,
            end=bounds.end,
            time_zone=self._zone.key,
            currency=whole.currency,
            metered=self._meter is not None,
            home=whole.home.figures(),
            devices=devices,
            bars=bars,
        )

    def _names(self) -> dict[str, str]:
        """Of the devices, in the order of the home file."""
        return {name: seat.profile.name for name, seat in self._registry.seats.items()}

    def _hours(self, costs: DayCosts) -> tuple[BarView, ...]:
        names = self._names()
        return tuple(
            BarView(
                hour.start,
                hour.end,
                costs.site[at].figures(),
                tuple(
                    UseView(_id_of(key), rows[at].figures()) for key, rows in _in_order(costs.series, names)
                ),
            )
            for at, hour in enumerate(costs.hours)
        )

    def _bar(self, bounds: Interval, parts: list[DaySum]) -> BarView:
        whole = _added(tuple(parts))
        names = self._names()
        uses = tuple(UseView(_id_of(key), row.figures()) for key, row in _in_order(whole.series, names))
        return BarView(bounds.start, bounds.end, whole.home.figures(), uses)


def _total(costs: DayCosts) -> DaySum:
    """A day in sums."""
    home, series = Sum(), {name: Sum() for name in costs.series}
    for row in costs.site:
        home.add(row)
    for name, rows in costs.series.items():
        for row in rows:
            series[name].add(row)
    return DaySum(costs.currency, home, series, costs.methods)


def _added(days: tuple[DaySum, ...]) -> DaySum:
    """Several days in sums; a device counts as not measured on days on which it is not known."""
    made = DaySum(days[-1].currency if days else "EUR", Sum(), {}, {})
    for day in days:
        made.home.add(day.home)
        made.methods.update(day.methods)
        for name, row in day.series.items():
            made.series.setdefault(name, Sum()).add(row)
    for row in made.series.values():
        row.whole_s = max(row.whole_s, made.home.whole_s)
    return made


def _id_of(key: str) -> DeviceId | None:
    return DeviceId(key) if key != BASE else None


def _in_order(series: Mapping[str, T], names: Mapping[str, str]) -> list[tuple[str, T]]:
    """As the home file has them, then those that are gone, then the base load."""
    places = {name: place for place, name in enumerate(names)}
    return sorted(series.items(), key=lambda one: (one[0] == BASE, places.get(one[0], len(places)), one[0]))
