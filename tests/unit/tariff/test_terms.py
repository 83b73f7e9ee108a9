"""A tariff's charges become terms of the planner's problem, with what the meter has counted so far."""

from datetime import UTC, datetime, timedelta

import pytest

from drrouter.domain.interval import Interval
from drrouter.domain.tariff_terms import Block, CapacityTerm, PeakSpan, PeakStep
from drrouter.tariff import terms_of
from drrouter.tariff.calendar import day_span, month_span, year_span
from drrouter.tariff.metering import metered
from tests.unit.tariff.test_charges import flat, with_peaks
from tests.unit.tariff.test_expand import AMSTERDAM, HEAD, tariff

NOON = datetime(2026, 6, 10, 10, tzinfo=UTC)
"""Noon in Amsterdam, the tenth of June."""


def ahead(start: datetime = NOON, hours: float = 24) -> Interval:
    return Interval(start, start + timedelta(hours=hours))


def local(day: str) -> Interval:
    return day_span(datetime.fromisoformat(day).date(), AMSTERDAM)


JUNE = month_span(NOON.date(), AMSTERDAM)


def test_a_tariff_without_charges_has_no_terms() -> None:
    terms = terms_of(tariff(), ahead())
    assert (terms.peaks, terms.tiers, terms.capacities) == ((), (), ())


def test_a_peak_of_the_month_knows_what_the_month_has_had_and_contains_vat() -> None:
    more = '[[peak]]\nid = "cap"\nprice_per_kw = 4\nminimum_kw = 2.5\nmean_of_months = 12\n'
    counted = metered(
        with_peaks(flat("2026-05-30", 13, 1.0), ("2026-05-31T10:00", 9.0), ("2026-06-02T10:00", 3.0))
    )
    (peak,) = terms_of(tariff(more=more, head=HEAD + "vat_percent = 25\n"), ahead(), counted).peaks
    assert (peak.name, peak.price_per_kw, peak.minimum_kw) == ("cap", 5.0, 2.5)
    assert peak.spans == (PeakSpan(JUNE, 3.0),)
    assert (peak.windows, peak.counted_kw, peak.running_kwh) == ((), (), 0.0)


def test_a_horizon_over_the_months_end_has_a_term_for_each_month() -> None:
    more = '[[peak]]\nid = "cap"\nprice_per_kw = 4\n'
    eve = datetime(2026, 6, 30, 12, tzinfo=UTC)
    peaks = terms_of(tariff(more=more), ahead(eve), metered(flat("2026-06-30", 1, 2.0))).peaks
    assert [peak.spans[0].so_far_kw for peak in peaks] == [pytest.approx(2.0), 0.0]
    assert peaks[0].spans[0].interval.end == peaks[1].spans[0].interval.start


def test_a_peak_of_other_months_is_left_out() -> None:
    more = '[[peak]]\nid = "winter"\nprice_per_kw = 4\nmonths = [12]\n'
    assert terms_of(tariff(more=more), ahead()).peaks == ()


NORWAY = """
[[peak]]
id = "cap"
steps = [{ above_kw = 0, price = 100 }, { above_kw = 2, price = 200 }]
averaging_min = 60
highest = 3
one_a_day = true
"""


def test_a_peak_by_days_tells_days_that_are_over_from_those_that_may_grow() -> None:
    profile = with_peaks(
        flat("2026-06-08", 3, 1.0),
        *((f"2026-06-08T06:{minute}", 3.0) for minute in ("00", "15", "30", "45")),
        ("2026-06-10T07:00", 5.0),
        ("2026-06-10T09:30", 3.0),
    )
    start = NOON - timedelta(minutes=15)
    counted = [quarter for quarter in metered(profile) if quarter.interval.start < start]
    (peak,) = terms_of(tariff(more=NORWAY), ahead(start), counted).peaks
    assert peak.counted_kw == pytest.approx((3.0, 1.0))
    assert peak.spans == (PeakSpan(local("2026-06-10"), 2.0), PeakSpan(local("2026-06-11")))
    assert peak.running_kwh == pytest.approx(1.25), "of the hour in progress"
    assert peak.steps == (PeakStep(0, 100), PeakStep(2, 200))
    assert (peak.averaging, peak.highest) == (timedelta(hours=1), 3)


def test_a_demand_window_is_named_in_utc_and_a_horizon_without_one_has_no_term() -> None:
    more = '[[peak]]\nid = "dem"\nprice_per_kw = 10\nwhen = [{ hours = ["16:00-20:00"] }]\n'
    (peak,) = terms_of(tariff(more=more), ahead()).peaks
    assert peak.windows == (
        Interval(datetime(2026, 6, 10, 14, tzinfo=UTC), datetime(2026, 6, 10, 18, tzinfo=UTC)),
    )
    assert terms_of(tariff(more=more), ahead(hours=3)).peaks == ()


def test_a_tier_knows_its_period_and_what_was_used_in_it() -> None:
    blocks = "blocks = [{ above_kwh = 0, price_per_kwh = 0.1 }, { above_kwh = 30, price_per_kwh = 0.2 }]"
    counted = [quarter for quarter in metered(flat("2026-05-31", 11, 1.0)) if quarter.interval.start < NOON]
    for per, periods in (
        ("day", [(local("2026-06-10"), 12), (local("2026-06-11"), 0)]),
        ("month", [(JUNE, 9 * 24 + 12)]),
        ("year", [(year_span(NOON.date(), AMSTERDAM), 10 * 24 + 12)]),
    ):
        document = tariff(more=f'[[tier]]\nid = "t"\nper = "{per}"\nvat_percent = 100\n{blocks}\n')
        tiers = terms_of(document, ahead(), counted).tiers
        assert [(tier.interval, round(tier.so_far_kwh, 6)) for tier in tiers] == periods
        assert tiers[0].blocks == (Block(0, 0.2), Block(30, 0.4))


def test_a_tier_of_other_months_is_left_out() -> None:
    more = '[[tier]]\nid = "t"\nmonths = [1]\nblocks = [{ above_kwh = 0, price_per_kwh = 1 }]\n'
    assert terms_of(tariff(more=more), ahead()).tiers == ()


def test_a_capacity_binds_day_by_day_and_a_fee_alone_is_no_term() -> None:
    more = '[[capacity]]\nid = "c"\ncontracted_kw = 2\nexcess_price_per_kwh = 0.5\n'
    start = NOON + timedelta(minutes=30)
    counted = [quarter for quarter in metered(flat("2026-06-10", 1, 4.0)) if quarter.interval.start < start]
    terms = terms_of(tariff(more=more), ahead(start), counted).capacities
    assert terms == (
        CapacityTerm("c", local("2026-06-10"), 2, 0.5, running_kwh=2.0),
        CapacityTerm("c", local("2026-06-11"), 2, 0.5),
    )
    fee = '[[capacity]]\nid = "c"\ncontracted_kw = 2\nprice_per_kw_year = 40\n'
    assert terms_of(tariff(more=fee), ahead()).capacities == ()


def test_a_capacity_of_some_hours_is_left_out_where_the_horizon_has_none_of_them() -> None:
    more = '[[capacity]]\nid = "c"\ncontracted_kw = 2\nexcess_price_per_kwh = 1\n'
    more += 'when = [{ hours = ["01:00-02:00"] }]\n'
    assert terms_of(tariff(more=more), ahead(hours=6)).capacities == ()
    assert len(terms_of(tariff(more=more), ahead()).capacities) == 1
