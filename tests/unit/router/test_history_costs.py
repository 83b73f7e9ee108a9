"""What the home cost, and how its history is shown by days, weeks, months and years."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.history import QUARTERS, BaselineMethod
from drrouter.domain.interval import SLOT, Interval
from drrouter.domain.rates import Rates, constant
from drrouter.domain.timeline import TariffRates
from drrouter.router.history.almanac import Almanac
from drrouter.router.history.costing import BASE
from drrouter.router.history.sheet import HEAD, sheet_of
from drrouter.router.history.spans import Span, bars_of, days_of, local_day
from tests.builders import (
    DAY,
    FREEZER,
    METER,
    MINUTE,
    at,
    freezer,
    inverter,
    meter,
)
from tests.fakes import MemoryStore
from tests.homes import Home, running
from tests.written_home import ZONE, Written, a_washer_asked_at, timeline

# What it cost


def test_the_costs_of_the_devices_and_the_base_load_are_that_of_the_home() -> None:
    home = Written(freezer(), inverter(), meter())
    home.hold(FREEZER, "10:00", "11:00", 1000.0)
    home.hold("inverter", "10:00", "11:00", -3000.0)
    home.hold(METER, "10:00", "10:30", -1500.0)
    home.hold(METER, "10:31", "11:00", 800.0)
    parts = [home.total(name) for name in (FREEZER, "inverter", BASE)]
    whole = home.home()
    assert sum(part.cost or 0.0 for part in parts) == pytest.approx(whole.cost)
    assert sum(part.co2_g or 0.0 for part in parts) == pytest.approx(whole.co2_g)
    assert (whole.cost or 0.0) < 0.4 * 0.4


def test_what_comes_from_the_roof_costs_what_it_could_have_been_sold_for() -> None:
    home = Written(freezer(), inverter(), meter())
    home.hold(FREEZER, "10:00", "11:00", 1000.0)
    home.hold("inverter", "10:00", "11:00", -1000.0)
    home.hold(METER, "10:00", "11:00", 0.0)
    assert [home.total(name).cost for name in (FREEZER, "inverter")] == pytest.approx([0.10, -0.10])
    assert home.total(FREEZER).co2_g == 0.0


def test_where_the_meter_is_silent_the_home_is_the_sum_of_its_devices() -> None:
    home = Written(freezer(), meter())
    home.hold(FREEZER, "10:00", "11:00", 1000.0)
    assert BASE not in home.day().series
    assert [home.home().taken_wh, home.home().measured_s] == pytest.approx([1000.0, 0.0])


def test_what_has_no_price_is_told_apart_and_compared_with_nothing() -> None:
    home = Written(freezer())
    home.timeline = timeline(Rates(), Rates())
    home.hold(FREEZER, "10:00", "11:00", 1000.0)
    total = home.total(FREEZER)
    assert (total.cost, total.co2_g, total.saving) == (None, None, None)
    assert total.unpriced_wh == pytest.approx(1000.0)


def test_coverage_is_the_share_of_the_time_that_has_passed() -> None:
    home = Written(freezer())
    home.hold(FREEZER, "10:00", "11:00", 1000.0)
    day = home.day(at("12:00"))
    figures = [row.figures().coverage for row in day.series[FREEZER]]
    assert figures[11:14] == [0.0, 1.0, 0.0]
    assert sum(row.whole_s for row in day.site) == 14 * 3600


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-3000, 3000), min_size=3, max_size=3), st.floats(0, 3000), st.floats(0, 3000))
def test_whatever_flows_the_parts_add_up_and_the_same_energy_is_compared(
    net: list[float], one: float, sun: float
) -> None:
    home = Written(freezer(), inverter(), meter())
    for number, watts in enumerate(net):
        since, until = f"{11 + number}:00", f"{11 + number}:59"
        home.hold(FREEZER, since, until, one)
        home.hold("inverter", since, until, -sun)
        home.hold(METER, since, until, watts)
    whole, parts = home.home(), [home.total(name) for name in (FREEZER, "inverter", BASE)]
    assert sum(part.cost or 0.0 for part in parts) == pytest.approx(whole.cost, abs=1e-9)
    assert sum(part.co2_g or 0.0 for part in parts) == pytest.approx(whole.co2_g, abs=1e-9)


# Spans


def test_days_on_which_the_clock_is_changed_have_23_and_25_hours() -> None:
    lengths = [local_day(date(2026, month, day), ZONE).hours for month, day in ((3, 29), (6, 1), (10, 25))]
    assert lengths == [23, 24, 25]


def test_weeks_begin_on_monday_and_years_have_twelve_bars() -> None:
    week = days_of(Span.WEEK, date(2026, 6, 3))
    assert (week.first, week.last) == (date(2026, 6, 1), date(2026, 6, 7))
    assert [len(bars_of(span, days_of(span, date(2028, 2, 9)))) for span in Span] == [1, 7, 29, 12]


@pytest.fixture
async def almanac() -> Almanac:
    home = a_washer_asked_at("09:00", begun="13:00")
    store = MemoryStore()
    await store.commit(*home.diary.keep())
    clock = SimulatedClock(at("23:00") + timedelta(days=9))
    return await Almanac.open(home.registry, home.book, store, clock, ZONE)


async def test_a_day_is_shown_by_its_hours(almanac: Almanac) -> None:
    view = await almanac.span(Span.DAY, date(2026, 6, 1))
    assert (len(view.bars), view.currency, view.metered) == (24, "EUR", False)
    assert view.bars[15].home.taken_wh == pytest.approx(1000, abs=20)
    [washed] = view.devices
    assert (washed.name, washed.baseline) == ("Washer", BaselineMethod.AS_ASKED)
    assert washed.figures.saving == pytest.approx(0.2, abs=0.01)


@pytest.mark.parametrize(("span", "bars"), [(Span.WEEK, 7), (Span.MONTH, 30), (Span.YEAR, 12)])
async def test_longer_spans_add_the_days_up(almanac: Almanac, span: Span, bars: int) -> None:
    day = await almanac.span(Span.DAY, date(2026, 6, 1))
    for _ in range(2):  # reckoned, then remembered
        view = await almanac.span(span, date(2026, 6, 2))
        assert len(view.bars) == bars
        assert view.home.cost == day.home.cost
        assert view.home.saving == pytest.approx(day.home.saving)
        assert 0 < view.devices[0].figures.coverage < day.devices[0].figures.coverage


async def test_a_span_without_a_trace_is_empty(almanac: Almanac) -> None:
    view = await almanac.span(Span.MONTH, date(2031, 1, 1))
    assert (view.devices, view.home.cost, view.home.coverage) == ((), None, 0.0)
    assert (await almanac.span(Span.DAY)).home.taken_wh == 0.0


async def test_saved_today_is_reckoned_once_a_minute() -> None:
    home = a_washer_asked_at("09:00", begun="13:00")
    clock = SimulatedClock(at("14:05"))
    almanac = Almanac(home.diary, home.registry, MemoryStore(), clock, ZONE)
    assert almanac.saved_today() == pytest.approx(0.2, abs=0.01)
    home.diary.pages.clear()
    assert almanac.saved_today() == pytest.approx(0.2, abs=0.01)
    await clock.advance(MINUTE)
    assert almanac.saved_today() is None


async def test_the_table_has_a_line_for_each_bar_and_device(almanac: Almanac) -> None:
    view = await almanac.span(Span.DAY, date(2026, 6, 1))
    view = replace(view, devices=(replace(view.devices[0], name="=1+1"),))
    head, *lines = csv.reader(io.StringIO(sheet_of(view)))
    assert tuple(head) == HEAD
    assert len(lines) == 48
    assert lines[0][:3] == ["2026-06-01T00:00:00+02:00", "2026-06-01T01:00:00+02:00", "home"]
    assert lines[31][2:4] == ["washer", "'=1+1"]


async def test_a_device_that_is_gone_is_still_in_the_history(almanac: Almanac) -> None:
    almanac._registry.seats.clear()
    view = await almanac.span(Span.WEEK, date(2026, 6, 1))
    assert [one.name for one in view.devices] == ["washer"]


def test_the_hours_of_a_utc_day_are_its_quarters() -> None:
    assert timedelta(days=1) == SLOT * QUARTERS
    assert DAY.tzinfo is UTC


async def test_a_running_router_writes_its_history_and_goes_on_after_a_restart() -> None:
    def tariff(span: Interval) -> TariffRates:
        return TariffRates("EUR", constant(0.30, span))

    async with running(Home(freezer(), meter(), tariff=tariff)) as home:
        await home.clock.advance(timedelta(minutes=40))
    store, now = home.store, home.clock.now()
    async with running(Home(freezer(), meter(), store=store, start=now, tariff=tariff)) as after:
        await after.clock.advance(timedelta(minutes=20))
        after.router.keep_levels()
        await after.router.scribe.drain()
        view = await after.front.history(Span.DAY)
        assert after.front.status().saved_today == pytest.approx(0.0)
    [frozen, beside] = view.devices
    assert (frozen.device_id, beside.device_id) == (FREEZER, None)
    assert view.home.taken_wh == pytest.approx(frozen.figures.taken_wh + beside.figures.taken_wh, abs=1.0)
    assert view.home.taken_wh > 200.0
