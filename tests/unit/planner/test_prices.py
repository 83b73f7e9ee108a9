"""Prices as they are published: of any sign, by 15, 30 and 60 minutes, with gaps, on 23- and 25-hour days."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from drrouter.domain.interval import Interval
from drrouter.domain.rates import Rates
from drrouter.planner import grid_slots, per_slot, plan, varied_slots, verify
from drrouter.planner.periods import periods
from tests.unit.planner.homes import car, freezer, machine, problem
from tests.unit.planner.tariffs import norwegian

BRUSSELS = ZoneInfo("Europe/Brussels")
DAYS = {
    "23 hours": (datetime(2023, 3, 26, tzinfo=BRUSSELS), datetime(2023, 3, 27, tzinfo=BRUSSELS)),
    "24 hours": (datetime(2023, 7, 1, tzinfo=BRUSSELS), datetime(2023, 7, 2, tzinfo=BRUSSELS)),
    "25 hours": (datetime(2023, 10, 29, tzinfo=BRUSSELS), datetime(2023, 10, 30, tzinfo=BRUSSELS)),
}


def day_of(name: str) -> Interval:
    start, end = DAYS[name]
    return Interval(start.astimezone(UTC), end.astimezone(UTC))


def published(day: Interval, minutes: int, left_out: tuple[int, ...] = ()) -> Rates:
    """A price of its own for each step of the day: its number, in thousandths."""
    step = timedelta(minutes=minutes)
    count = day.duration // step
    spans = [Interval(day.start + n * step, day.start + (n + 1) * step) for n in range(count)]
    return Rates(tuple((span, n / 1000) for n, span in enumerate(spans) if n not in left_out))


@pytest.mark.parametrize("minutes", [15, 30, 60])
@pytest.mark.parametrize("name", DAYS)
def test_every_quarter_hour_of_any_day_has_the_price_published_for_it(name: str, minutes: int) -> None:
    day = day_of(name)
    slots = grid_slots(day.start, day.duration)
    assert len(slots) == day.hours * 4 == int(name[:2]) * 4
    expected = [n * 15 // minutes / 1000 for n in range(len(slots))]
    assert per_slot(published(day, minutes), slots, 9.0) == pytest.approx(expected)


@pytest.mark.parametrize("name", DAYS)
def test_slots_longer_than_prices_have_their_mean(name: str) -> None:
    day = day_of(name)
    slots = varied_slots(day.start, day.duration)
    prices = per_slot(published(day, 15), slots, 9.0)
    for slot, price in zip(slots, prices, strict=True):
        first = (slot.start - day.start) / timedelta(minutes=15)
        assert price == pytest.approx((first + (slot.hours * 4 - 1) / 2) / 1000)
    assert all(before.end == after.start for before, after in pairwise(slots))


def test_a_gap_takes_yesterdays_price_of_the_same_time() -> None:
    day = day_of("24 hours")
    before = Interval(day.start - timedelta(days=1), day.start)
    rates = published(before, 60).overlay(published(day, 60, left_out=(3, 4)))
    prices = per_slot(rates, grid_slots(day.start, day.duration, timedelta(hours=1)), 9.0)
    assert prices[2:6] == pytest.approx((0.002, 0.003, 0.004, 0.005))


@pytest.mark.parametrize("name", DAYS)
def test_a_local_day_has_as_many_hours_of_averaging_as_it_has_hours(name: str) -> None:
    day = day_of(name)
    slots = grid_slots(day.start - timedelta(hours=2), timedelta(hours=30))
    assert len(periods(slots, day, timedelta(hours=1))) == int(name[:2])


NEGATIVE: dict[str, Any] = {"import_price": (-0.3, -0.1, 0.0, 0.1) * 4, "pv_w": (0.0, 2000.0) * 8}


@pytest.mark.parametrize(
    "export_price",
    [
        (-0.4, -0.2, -0.1, 0.0) * 4,
        (-0.3, -0.1, 0.0, 0.1) * 4,
        (0.2, 0.2, 0.2, 0.2) * 4,
        (0.0, -0.1, 0.5, -0.5) * 4,
    ],
    ids=["below import", "as import", "above import", "mixed"],
)
@pytest.mark.parametrize("terms", [{}, {"peak_terms": (norwegian(),)}], ids=["series alone", "with a ladder"])
def test_no_price_makes_the_meter_run_both_ways(
    export_price: tuple[float, ...], terms: dict[str, Any]
) -> None:
    """A loop would earn in the model what the ledger, which has one flow a slot, does not see."""
    home = problem(car(), machine(), freezer(), hours=4, export_price=export_price, **{**NEGATIVE, **terms})
    made = plan(home)
    assert verify(made, home) == ()
    assert made.bound is not None
    assert made.objective is not None
    assert made.objective - made.bound <= 0.005 * max(abs(made.bound), 1.0) + 1e-3
