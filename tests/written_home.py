"""A home whose use is written down reading by reading, without a router."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from drrouter.domain.device import DeviceProfile
from drrouter.domain.history import DayRecord
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.domain.rates import Rates, constant
from drrouter.domain.timeline import Timeline
from drrouter.domain.wish import CycleWish, RunningCycle
from drrouter.ports import Collection, Put
from drrouter.router.book import Book
from drrouter.router.history.costing import DayCosts, cost_day
from drrouter.router.history.diary import KEY, Diary
from drrouter.router.history.figures import Sum
from drrouter.router.registry import Registry
from tests.builders import (
    DAY,
    ECO,
    METER,
    MINUTE,
    WASHER,
    at,
    washer,
)

ZONE = ZoneInfo("Europe/Amsterdam")
WIDE = Interval(DAY - timedelta(days=5), DAY + timedelta(days=5))
TODAY = Interval(at("00:00") - timedelta(hours=2), at("22:00"))
DEAR_UNTIL_NOON = Rates(((Interval(WIDE.start, at("12:00")), 0.40), (Interval(at("12:00"), WIDE.end), 0.20)))


def timeline(prices: Rates = DEAR_UNTIL_NOON, co2: Rates | None = None) -> Timeline:
    """0.40 per kWh until noon, 0.20 from then on, 0.10 for export, 300 g CO2."""
    return Timeline("EUR", prices, constant(0.10, WIDE), co2 or constant(300.0, WIDE))


class Written:
    """A diary and the home that it is written about."""

    def __init__(self, *profiles: DeviceProfile, kept: Iterable[Any] = ()) -> None:
        self.registry, self.book = Registry(profiles), Book()
        changes = [change for change in kept if isinstance(change, Put)]
        pages = {put.key: put.value for put in changes if put.collection is Collection.HISTORY}
        state = next((put.value for put in changes if put.key == KEY), None)
        self.diary = Diary(self.registry, self.book, state, pages)  # type: ignore[arg-type]
        self.timeline = timeline()

    def tell(self, device: str, when: datetime, watts: float | None, **state: Any) -> None:
        """One reading of a device."""
        seat = self.registry.seat(DeviceId(device))
        seat.state = replace(seat.state, seen_at=when, power_w=watts, **state)
        self.diary.read(DeviceId(device), self.timeline)

    def hold(self, device: str, since: str, until: str, watts: float, **state: Any) -> None:
        """The same power for a while, told each minute."""
        when = at(since)
        while when <= at(until):
            self.tell(device, when, watts, **state)
            when += MINUTE

    def day(self, now: datetime = TODAY.end) -> DayCosts:
        with_meter = METER if METER in self.registry.seats else None
        return cost_day(TODAY, now, self.diary.records(), with_meter)

    def total(self, name: str) -> Sum:
        made = Sum()
        for row in self.day().series[name]:
            made.add(row)
        return made

    def home(self) -> Sum:
        made = Sum()
        for row in self.day().site:
            made.add(row)
        return made


def kept(written: Written) -> DayRecord:
    return written.diary.records()["2026-06-01"]


def a_washer_asked_at(asked: str, begun: str, earliest: str | None = None) -> Written:
    """An hour of 1 kW."""
    home = Written(washer())
    home.book.wishes[WASHER] = CycleWish(WASHER, ECO, at(earliest or asked), at("20:00"))
    home.hold(WASHER, asked, begun, 0.0)
    del home.book.wishes[WASHER]
    ends = (at(begun) + timedelta(hours=1) - DAY) // MINUTE
    home.hold(
        WASHER, begun, f"{ends // 60}:{ends % 60:02}", 1000.0, running=RunningCycle(WASHER, ECO, at(begun))
    )
    home.tell(WASHER, at(begun) + timedelta(hours=1, minutes=1), 0.0, running=None)
    return home
