"""Public holidays by rule fall on the days that calendars print."""

from datetime import date

import pytest

from drrouter.errors import DocumentError
from drrouter.tariff import read_tariff
from drrouter.tariff.holidays import easter, holidays_of
from tests.unit.tariff.test_expand import ENERGY, HEAD, tariff


@pytest.mark.parametrize(
    ("year", "day"),
    [(2000, "04-23"), (2008, "03-23"), (2016, "03-27"), (2024, "03-31"), (2025, "04-20"), (2038, "04-25")],
)
def test_easter_falls_where_the_church_puts_it(year: int, day: str) -> None:
    assert easter(year) == date.fromisoformat(f"{year}-{day}")


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("12-25", ["2025-12-25", "2026-12-25"]),
        ("04-27 sun-1", ["2025-04-26", "2026-04-27"]),
        ("12-26 sat+2 sun+2", ["2025-12-26", "2026-12-28"]),
        ("easter-2", ["2025-04-18", "2026-04-03"]),
        ("easter+39", ["2025-05-29", "2026-05-14"]),
        ("easter", ["2025-04-20", "2026-04-05"]),
        ("mon3-02", ["2025-02-17", "2026-02-16"]),
        ("mon-1-05", ["2025-05-26", "2026-05-25"]),
        ("thu4-11", ["2025-11-27", "2026-11-26"]),
        ("sun-1-12", ["2025-12-28", "2026-12-27"]),
        ("mon<05-25", ["2025-05-19", "2026-05-18"]),
        ("02-29", []),
    ],
)
def test_a_rule_means_a_day_of_each_year(rule: str, days: list[str]) -> None:
    assert sorted(holidays_of((rule,), range(2025, 2027))) == [date.fromisoformat(day) for day in days]


def test_a_leap_day_is_a_holiday_where_there_is_one() -> None:
    assert holidays_of(("02-29",), range(2023, 2029)) == {date(2024, 2, 29), date(2028, 2, 29)}


@pytest.mark.parametrize(
    "rule", ["christmas", "13-01", "mon5-01", "mon0-01", "easter+x", "12-25 sun", "2-3", ""]
)
def test_what_is_no_rule_gets_a_sentence(rule: str) -> None:
    text = HEAD + f'yearly_holidays = ["{rule}"]\n' + ENERGY
    with pytest.raises(
        DocumentError, match=r"is no rule of a holiday\. Write one such as 12-25 or easter\+1"
    ):
        read_tariff(text.encode(), "acme/tariff.toml")


def test_listed_days_and_rules_count_together() -> None:
    head = HEAD + 'holidays = [2026-06-01]\nyearly_holidays = ["12-25"]\n'
    document = tariff(head=head)
    assert {date(2026, 6, 1), date(2026, 12, 25)} <= document.holidays_in(date(2026, 1, 1), date(2026, 1, 2))
