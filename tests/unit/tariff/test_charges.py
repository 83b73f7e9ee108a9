"""What a bill says of peaks, tiers, capacities and fees, worked out by hand; and charges without sense."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from drrouter.domain.interval import Interval
from drrouter.domain.rates import constant
from drrouter.domain.remedy import sentences
from drrouter.errors import DocumentError
from drrouter.tariff import Bill, Published, TariffDocument, expand, monthly_bills, read_tariff
from tests.unit.tariff.test_expand import ENERGY, HEAD, local_day, tariff

Profile = list[tuple[Interval, float]]


def flat(day: str, days: int, kw: float) -> Profile:
    """The same power over local days, quarter by quarter."""
    span = local_day(day, days)
    starts = [span.start + timedelta(minutes=15 * n) for n in range(int(span.hours * 4))]
    return [(Interval(start, start + timedelta(minutes=15)), kw * 250) for start in starts]


def with_peaks(profile: Profile, *peaks: tuple[str, float]) -> Profile:
    """The profile with another power in the quarters that begin at these instants of UTC."""
    changed = {datetime.fromisoformat(at).replace(tzinfo=UTC): kw * 250 for at, kw in peaks}
    return [(interval, changed.get(interval.start, wh)) for interval, wh in profile]


def lines_of(bill: Bill) -> dict[str, float]:
    return {f"{line.id} {line.unit}": round(line.net, 6) for line in bill.lines}


def the_bill(document: TariffDocument, profile: Profile) -> Bill:
    (bill,) = monthly_bills(document, profile)
    return bill


def test_a_month_of_one_price_is_energy_times_price() -> None:
    bill = the_bill(tariff(), flat("2026-06-01", 30, 1.0))
    assert (round(bill.import_kwh, 9), bill.export_kwh, bill.currency) == (720, 0, "EUR")
    assert bill.money == pytest.approx(144)


def test_the_months_when_clocks_change_have_an_hour_less_and_one_more() -> None:
    march, october = (the_bill(tariff(), flat(day, 31, 1.0)) for day in ("2026-03-01", "2026-10-01"))
    assert (round(march.import_kwh, 9), round(october.import_kwh, 9)) == (743, 745)


def test_vat_comes_on_top_and_stands_apart() -> None:
    more = '[[standing]]\nid = "meter"\nprice = 3.0\nper = "month"\nvat_percent = 6\n'
    bill = the_bill(tariff(more=more, head=HEAD + "vat_percent = 21\n"), flat("2026-06-01", 30, 1.0))
    assert [(round(line.net, 6), round(line.vat, 6)) for line in bill.lines] == [(144, 30.24), (3, 0.18)]


def test_what_is_fed_in_is_paid_for_without_vat() -> None:
    more = '[[component]]\nid = "sun"\nkind = "feed_in"\nprice_per_kwh = 0.08\n'
    profile = with_peaks(flat("2026-06-01", 1, 0.0), ("2026-06-01T10:00", -4.0))
    bill = the_bill(tariff(more=more, head=HEAD + "vat_percent = 21\n"), profile)
    assert bill.export_kwh == pytest.approx(1)
    assert bill.money == pytest.approx(-0.08)


def test_the_flemish_peak_is_the_mean_of_the_last_months_each_at_least_two_and_a_half() -> None:
    more = '[[peak]]\nid = "cap"\nprice_per_kw = 3.0\nmean_of_months = 12\nminimum_kw = 2.5\n'
    profile = with_peaks(flat("2026-01-01", 90, 0.5), ("2026-01-10T12:15", 6.5), ("2026-03-02T06:00", 1.9))
    bills = monthly_bills(tariff(more=more), profile)
    assert [lines_of(bill)["cap kW"] for bill in bills] == [19.5, 13.5, 11.5]


def test_the_norwegian_ladder_takes_the_three_highest_hours_of_three_days() -> None:
    more = """
[[peak]]
id = "cap"
steps = [{ above_kw = 0, price = 100 }, { above_kw = 2, price = 200 }, { above_kw = 5, price = 400 }]
averaging_min = 60
highest = 3
one_a_day = true
"""
    quarters = [
        f"2026-06-0{day}T{hour}:{minute}"
        for day in (3, 4, 5)
        for hour in (10, 11)
        for minute in ("00", "15", "30", "45")
    ]
    profile = with_peaks(flat("2026-06-01", 30, 1.0), *((quarter, 5.0) for quarter in quarters))
    assert lines_of(the_bill(tariff(more=more), profile))["cap kW"] == 200
    profile = with_peaks(profile, *((quarter, 5.1) for quarter in quarters))
    assert lines_of(the_bill(tariff(more=more), profile))["cap kW"] == 400
    profile = with_peaks(profile, *((quarter, 1.0) for quarter in quarters[8:]))
    assert lines_of(the_bill(tariff(more=more), profile))["cap kW"] == 200


def test_a_home_that_used_nothing_still_pays_the_first_step() -> None:
    more = '[[peak]]\nid = "cap"\nsteps = [{ above_kw = 0, price = 100 }]\n'
    assert the_bill(tariff(more=more), flat("2026-06-01", 30, 0.0)).money == 100


def test_a_demand_window_looks_at_its_hours_alone() -> None:
    more = (
        '[[peak]]\nid = "dem"\nprice_per_kw = 10\nwhen = [{ days = ["weekday"], hours = ["16:00-20:00"] }]\n'
    )
    profile = with_peaks(
        flat("2026-06-01", 30, 1.0),
        ("2026-06-03T13:45", 9.0),
        ("2026-06-03T14:00", 3.0),
        ("2026-06-06T15:00", 8.0),
    )
    assert lines_of(the_bill(tariff(more=more), profile))["dem kW"] == 30


def test_a_tier_begins_again_each_day_month_or_year() -> None:
    blocks = "blocks = [{ above_kwh = 0, price_per_kwh = 0.1 }, { above_kwh = 30, price_per_kwh = 0.2 }]"

    def tiers(per: str) -> Iterator[float]:
        document = tariff(more=f'[[tier]]\nid = "t"\nper = "{per}"\n{blocks}\n')
        for bill in monthly_bills(document, flat("2026-06-01", 61, 1.0)):
            yield lines_of(bill)["t kWh"]

    assert list(tiers("day")) == pytest.approx([30 * 2.4, 31 * 2.4])
    assert list(tiers("month")) == pytest.approx([3 + 690 * 0.2, 3 + 714 * 0.2])
    assert list(tiers("year")) == pytest.approx([3 + 690 * 0.2, 744 * 0.2])


def test_a_contracted_capacity_costs_a_twelfth_of_the_year_and_what_exceeds_it() -> None:
    more = '[[capacity]]\nid = "c"\ncontracted_kw = 2\nprice_per_kw_year = 60\nexcess_price_per_kwh = 0.5\n'
    hour = ("10:00", "10:15", "10:30", "10:45")
    profile = with_peaks(flat("2026-06-01", 30, 1.0), *((f"2026-06-03T{quarter}", 5.0) for quarter in hour))
    bill = the_bill(tariff(more=more), profile)
    assert [line.net for line in bill.lines[1:]] == [pytest.approx(10), pytest.approx(1.5)]


def test_part_of_a_month_pays_part_of_its_fees() -> None:
    more = (
        '[[standing]]\nid = "m"\nprice = 30\nper = "month"\n[[standing]]\nid = "d"\nprice = 1\nper = "day"\n'
    )
    bill = the_bill(tariff(more=more), flat("2026-06-11", 15, 0.0))
    assert lines_of(bill) == {"energy kWh": 0, "m months": 15, "d days": 15}


def test_a_fee_of_some_months_is_not_charged_in_others() -> None:
    more = '[[standing]]\nid = "credit"\nprice = -36\nper = "month"\nmonths = [4, 10]\n'
    bills = monthly_bills(tariff(more=more), flat("2026-04-01", 61, 0.0))
    assert [bill.money for bill in bills] == [-36, 0]


def test_a_providers_price_gets_the_vat_and_its_gaps_the_tariffs_own_price() -> None:
    energy = ENERGY + 'base = "provider"\n'
    document = read_tariff((HEAD + "vat_percent = 10\n" + energy).encode(), "t.toml")
    day = local_day("2026-06-01")
    known = Interval(day.start, day.start + timedelta(hours=12))
    (bill,) = monthly_bills(document, flat("2026-06-01", 1, 1.0), Published(constant(-0.05, known)))
    assert bill.money == pytest.approx(12 * (0.20 - 0.05) * 1.1)
    assert bill.unpublished_kwh == pytest.approx(12)


def test_zones_may_name_single_days() -> None:
    document = tariff('zones = [{ price_per_kwh = 0.9, dates = [2026-06-10], hours = ["22:00-06:00"] }]')
    rates = expand(document, local_day("2026-06-10", 2)).import_energy
    assert sum(step.hours for step, price in rates.steps if price == 0.9) == 8
    assert rates.at(datetime(2026, 6, 11, 3, tzinfo=UTC)) == 0.9
    assert rates.at(datetime(2026, 6, 11, 21, tzinfo=UTC)) == 0.2


def test_the_source_says_where_figures_come_from() -> None:
    source = '[source]\npublisher = "Acme"\npublished = 2026-01-01\nexact = false\n'
    told = tariff(more=source).source
    assert told is not None
    assert (told.publisher, told.published, told.exact, told.left_out) == (
        "Acme",
        date(2026, 1, 1),
        False,
        "",
    )


BROKEN = {
    "a peak without a price": ('[[peak]]\nid = "p"', "has no price. Add price_per_kw or steps."),
    "steps that fall": (
        '[[peak]]\nid = "p"\nsteps = [{ above_kw = 2, price = 1 }, { above_kw = 1, price = 2 }]',
        "has steps that do not rise in kW and in price. Put them in order.",
    ),
    "several values of one day": (
        '[[peak]]\nid = "p"\nprice_per_kw = 1\nhighest = 3',
        "averages several values of one day. Add one_a_day = true.",
    ),
    "a window of always": ('[[peak]]\nid = "p"\nprice_per_kw = 1\nwhen = [{}]', "has a when without days"),
    "a capacity of always": (
        '[[capacity]]\nid = "p"\ncontracted_kw = 1\nwhen = [{}]',
        "has a when without days",
    ),
    "no first kWh": (
        '[[tier]]\nid = "t"\nblocks = [{ above_kwh = 5, price_per_kwh = 1 }]',
        "says nothing of the first kWh. Let the first block be above_kwh = 0.",
    ),
    "blocks that fall": (
        '[[tier]]\nid = "t"\nblocks = [{ above_kwh = 0, price_per_kwh = 1 }, '
        "{ above_kwh = 0, price_per_kwh = 2 }]",
        "has blocks that do not rise. Put them in order.",
    ),
    "a year of months": (
        '[[tier]]\nid = "t"\nper = "year"\nmonths = [1]\nblocks = [{ above_kwh = 0, price_per_kwh = 1 }]',
        "counts by the year and names months. Take one of the two out.",
    ),
    "one id for two charges": (
        '[[standing]]\nid = "s"\nprice = 1\nper = "day"\n[[peak]]\nid = "s"\nprice_per_kw = 1',
        "has two charges 's'. Give each an id of its own.",
    ),
    "energy beside a provider's": (
        '[[component]]\nid = "e2"\nkind = "energy"\nbase = "provider"\nprice_per_kwh = 1',
        "has a provider's energy price beside another. Write fees of your own as tax.",
    ),
    "an endless fee": ('[[standing]]\nid = "s"\nprice = inf\nper = "day"', "should be a finite number"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_charge_that_makes_no_sense_gets_a_sentence(name: str) -> None:
    more, words = BROKEN[name]
    with pytest.raises(DocumentError) as refused:
        tariff(more=more)
    assert any(words in sentence for sentence in sentences(refused.value)), sentences(refused.value)
