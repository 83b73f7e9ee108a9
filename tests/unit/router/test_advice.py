"""What would save the home most, computed from what was measured."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from drrouter.domain.history import QUARTERS, BaselineMethod, DayRecord, SeriesDay
from drrouter.domain.interval import SLOT, Interval
from drrouter.domain.plan import Explanation, Reason
from drrouter.domain.tariff_terms import PeakTerm
from drrouter.router.facade import WishRequest
from drrouter.router.front import Front
from drrouter.router.history.advice import AdviceView, Facts, PeakCount, advise
from drrouter.router.history.advisor import peak_count
from drrouter.router.history.costing import cost_day
from drrouter.router.history.spans import local_day
from drrouter.tariff.metering import Quarter
from tests.builders import CAR, DAY, FREEZER, METER, WASHER, at, freezer, hvac, washer
from tests.homes import Home, running

UTC_ZONE = ZoneInfo("UTC")
NOW = DAY + timedelta(days=40)


def row(**by_quarter: float) -> tuple[float, ...]:
    """Wh by quarter: ``q36=250`` is a quarter from 09:00 on."""
    return tuple(by_quarter.get(f"q{number}", 0.0) for number in range(QUARTERS))


def day(base_w: float = 200.0, series: dict[str, SeriesDay] | None = None) -> DayRecord:
    """A day of a home with a meter, dear until noon."""
    series = series or {}
    flows = [
        base_w / 4 + sum(one.taken_wh[at] for one in series.values() if one.taken_wh)
        for at in range(QUARTERS)
    ]
    known = (900,) * QUARTERS
    whole = {name: replace(one, measured_s=known) for name, one in series.items()}
    return DayRecord(
        "EUR",
        (0.40,) * 48 + (0.20,) * 48,
        (0.10,) * QUARTERS,
        (300.0,) * QUARTERS,
        {METER: SeriesDay(tuple(flows), (), known), **whole},
    )


def facts(record: DayRecord, days: int = 10, **more: Any) -> Facts:
    dates = [date(2026, 6, 1) + timedelta(days=number) for number in range(days)]
    records = {one.isoformat(): record for one in dates}
    costs = [cost_day(local_day(one, UTC_ZONE), NOW, records, METER) for one in dates]
    names: dict[str, str] = {WASHER: "Washer", CAR: "Car", FREEZER: "Freezer"}
    return Facts(UTC_ZONE, "EUR", costs, records, names, **more)


def codes(view: AdviceView) -> list[str]:
    return [tip.reason.code for tip in view.tips]


def washed(at_quarter: int, moved: bool = False) -> SeriesDay:
    """Half an hour of 2 kW."""
    backs = ((at_quarter, 8, 500.0), (at_quarter + 1, 8, 500.0)) if moved else ()
    taken = row(**{f"q{at_quarter}": 500.0, f"q{at_quarter + 1}": 500.0})
    return SeriesDay(taken, baseline=BaselineMethod.AS_ASKED, moved=backs)


def test_before_a_week_was_measured_there_is_no_advice() -> None:
    view = advise(facts(day(500.0), days=6))
    assert (view.tips, view.days) == ((), 6)
    assert view.sentence == "Watch for a week first: 6 of 7 days are measured."


def test_what_is_always_on_is_told_with_what_it_costs() -> None:
    [tip] = advise(facts(day(200.0))).tips
    assert tip.reason == Reason(
        "advice.always_on", {"watts": 200, "kwh": 144.0, "cost": 43.2, "saving": 10.8}
    )
    assert tip.saving_per_month == 10.8
    assert "200 W are drawn even in the quietest hour of the night" in tip.text


@pytest.mark.parametrize("watts", [0.0, 30.0])
def test_where_little_is_always_on_nothing_is_said_of_it(watts: float) -> None:
    view = advise(facts(day(watts)))
    assert view.tips == ()
    assert view.sentence == "Nothing that was measured could be had for noticeably less."


def test_a_machine_started_by_hand_at_dear_hours_is_compared_with_the_cheapest_start() -> None:
    home = facts(day(0.0, {WASHER: washed(36)}), machines=frozenset({WASHER}))
    [tip] = advise(home).tips
    assert (tip.reason.code, tip.device_id) == ("advice.by_hand", WASHER)
    assert tip.reason.values == {"name": "Washer", "runs": 10, "days": 10, "paid": 12.0, "saving": 6.0}


def test_a_machine_that_the_router_started_or_that_was_cheap_is_not_told_of() -> None:
    moved = facts(day(0.0, {WASHER: washed(36, moved=True)}), machines=frozenset({WASHER}))
    cheap = facts(day(0.0, {WASHER: washed(60)}), machines=frozenset({WASHER}))
    assert (advise(moved).tips, advise(cheap).tips) == ((), ())


def test_a_watched_machine_or_load_could_be_handed_over() -> None:
    cold = SeriesDay(row(q36=1000.0, q60=1000.0))
    home = facts(
        day(0.0, {WASHER: washed(36), FREEZER: cold}),
        machines=frozenset({WASHER}),
        watched=frozenset({WASHER, FREEZER}),
    )
    assert [(tip.reason.code, tip.saving_per_month) for tip in advise(home).tips] == [
        ("advice.hand_over", 6.0),
        ("advice.hand_over_load", 6.0),
    ]


def test_what_the_plan_would_change_is_told_by_how_often_the_device_is_used() -> None:
    why = Reason("cycle.allow_until", {"until": "2026-06-01T09:00:00+00:00", "saving": 0.12})
    one = Explanation(
        WASHER, "", saving_if_changed=0.12, would_change="allow until 09:00", would_change_reason=why
    )
    other = Explanation(CAR, "", saving_if_changed=0.0, would_change="")
    home = facts(day(0.0, {WASHER: washed(60)}), explanations=(one, other))
    [tip] = advise(home).tips
    assert (tip.reason.code, tip.reason.parts, tip.saving_per_month) == ("advice.later", (why,), 3.6)


def test_the_highest_day_of_the_month_counts_where_the_tariff_has_a_price_for_it() -> None:
    [tip] = advise(facts(day(0.0), peak=PeakCount(6.0, 4.0, 4.0))).tips
    assert (tip.reason.code, tip.saving_per_month) == ("advice.peak", 8.0)


def test_only_the_three_best_are_told_and_the_best_first() -> None:
    home = facts(
        day(300.0, {WASHER: washed(36), CAR: washed(36), FREEZER: SeriesDay(row(q36=900.0))}),
        machines=frozenset({WASHER, CAR}),
        watched=frozenset({CAR, FREEZER}),
        peak=PeakCount(6.0, 4.0, 4.0),
    )
    tips = advise(home).tips
    assert [tip.saving_per_month for tip in tips] == [16.2, 8.0, 6.0]


def test_unknown_prices_give_no_advice_on_money() -> None:
    record = replace(day(500.0, {WASHER: washed(36)}), import_price=())
    assert advise(facts(record, machines=frozenset({WASHER}), watched=frozenset({FREEZER}))).tips == ()


def counted(*kwh_by_day: float) -> tuple[Quarter, ...]:
    starts = [at("10:00") + timedelta(days=number) for number in range(len(kwh_by_day))]
    return tuple(
        Quarter(Interval(start, start + SLOT), kwh, 0.0)
        for start, kwh in zip(starts, kwh_by_day, strict=True)
    )


def term(**parts: Any) -> PeakTerm:
    return PeakTerm("peak", (), **({"price_per_kw": 4.0} | parts))


def test_the_two_highest_days_are_found_by_the_mean_that_is_billed() -> None:
    now: datetime = at("12:00") + timedelta(days=3)
    assert peak_count(term(), counted(1.0, 1.5, 0.5), now, UTC_ZONE) == PeakCount(6.0, 4.0, 4.0)
    assert peak_count(term(minimum_kw=5.0), counted(1.0, 1.5), now, UTC_ZONE) == PeakCount(6.0, 5.0, 4.0)
    hourly = term(averaging=timedelta(hours=1))
    assert peak_count(hourly, counted(1.0, 1.5), now, UTC_ZONE) == PeakCount(1.5, 1.0, 4.0)


@pytest.mark.parametrize("parts", [{"price_per_kw": 0.0}, {"highest": 3}])
def test_other_prices_of_peaks_name_no_single_day(parts: dict[str, Any]) -> None:
    assert peak_count(term(**parts), counted(1.0, 1.5), at("12:00"), UTC_ZONE) is None
    assert peak_count(term(), counted(1.0), at("12:00"), UTC_ZONE) is None


async def test_a_router_that_has_just_begun_gives_no_advice_and_an_empty_history() -> None:
    async with running(Home(freezer(), washer(), hvac())) as home:
        front: Front = home.front
        await front.wish(WASHER, WishRequest(home.clock.now() + timedelta(hours=9)))
        assert (await front.advice()).sentence.startswith("Watch for a week first: 0 of 7")
