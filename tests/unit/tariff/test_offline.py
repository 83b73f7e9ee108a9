"""Offline profiles: which day is of which type, when windows hold, and what is no profile."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from drrouter.config import check_document
from drrouter.domain.ids import ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Scope
from drrouter.domain.offline import OfflineOrders, Peak
from drrouter.domain.rates import constant
from drrouter.errors import DocumentError
from drrouter.resources import data_dir
from drrouter.tariff import OfflineDocument, expand_offline, read_offline
from drrouter.tariff.offline_expand import day_type_of
from drrouter.tariff.schema import schema_text
from tests.builders import SP, limit, span

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
FOLDER = Path(str(data_dir("tariffs"))) / "offline"
SHIPPED = sorted(FOLDER.glob("*.toml"))

HEAD = """# SPDX-License-Identifier: CC0-1.0
schema = "drrouter.offline/1"
id = "acme.offline"
version = 3
name = "Evenings"
provider = "Acme"
time_zone = "Europe/Amsterdam"
valid = { from = 2026-01-01, until = 2026-12-31 }
timeouts = { link_timeout_s = 900 }
"""
WORKDAYS = """
[[day_type]]
id = "free"
days = ["weekend", "holiday"]

[[day_type]]
id = "work"
days = ["weekday"]
"""
EVENING = '\n[[peak]]\nid = "evening"\nday_types = ["work"]\nhours = ["17:00-20:00"]\n'


def profile(parts: str = WORKDAYS + EVENING, head: str = HEAD) -> OfflineDocument:
    return read_offline((head + parts).encode(), "acme/offline.toml")


def local_day(day: str, days: int = 1) -> Interval:
    """A day of Amsterdam."""
    start = datetime.fromisoformat(day).replace(tzinfo=AMSTERDAM)
    return Interval(start.astimezone(UTC), (start + timedelta(days=days)).astimezone(UTC))


def orders(document: OfflineDocument, day: str, days: int = 1) -> OfflineOrders:
    return expand_offline(document, local_day(day, days), SP)


def local(interval: Interval) -> str:
    start, end = (edge.astimezone(AMSTERDAM) for edge in (interval.start, interval.end))
    return f"{start:%d %H:%M}-{end:%d %H:%M}"


def peaks(document: OfflineDocument, day: str, days: int = 1) -> list[str]:
    return [local(peak.interval) for peak in orders(document, day, days).peaks]


# What a profile says


def test_a_peak_holds_on_its_days_alone() -> None:
    assert peaks(profile(), "2026-06-05", 4) == ["05 17:00-05 20:00", "08 17:00-08 20:00"]


def test_a_peak_names_its_window_and_whose_it_is() -> None:
    (peak,) = orders(profile(), "2026-06-05").peaks
    assert (peak.name, peak.provider) == ("evening", SP)


def test_a_holiday_is_no_working_day() -> None:
    holiday = profile(head=HEAD + "holidays = [2026-06-05]\n")
    assert peaks(holiday, "2026-06-05") == []


def test_the_first_day_type_that_fits_counts() -> None:
    special = '\n[[day_type]]\nid = "special"\ndates = [2026-06-05]\n'
    document = profile(special + WORKDAYS + EVENING)
    assert [day_type_of(document, date(2026, 6, day)) for day in (4, 5, 6)] == ["work", "special", "free"]
    assert peaks(document, "2026-06-05") == []


def test_a_day_type_may_be_narrowed_to_months_or_be_a_season() -> None:
    winter = '\n[[day_type]]\nid = "winter_work"\ndays = ["weekday"]\nmonths = [12, 1]\n'
    season = '\n[[day_type]]\nid = "may"\nmonths = [5]\n'
    document = profile(winter + season + WORKDAYS + EVENING)
    days = [date(2026, 1, 5), date(2026, 1, 4), date(2026, 5, 3), date(2026, 6, 5)]
    assert [day_type_of(document, day) for day in days] == ["winter_work", "free", "may", "work"]


def test_a_day_of_no_type_has_no_window_of_any_type() -> None:
    monday = '\n[[day_type]]\nid = "work"\ndays = ["mon"]\n'
    document = profile(monday + EVENING)
    assert day_type_of(document, date(2026, 6, 5)) is None
    assert peaks(document, "2026-06-05", 4) == ["08 17:00-08 20:00"]


def test_hours_over_midnight_belong_to_the_day_they_begin_on() -> None:
    night = '\n[[peak]]\nid = "night"\nday_types = ["free"]\nhours = ["22:00-02:00"]\n'
    assert peaks(profile(WORKDAYS + night), "2026-06-05", 4) == ["06 22:00-07 02:00", "07 22:00-08 02:00"]


def test_a_limit_binds_the_site_and_says_where_it_comes_from() -> None:
    document = profile('\n[[limit]]\nid = "always"\nmax_w = 4000\n')
    (made,) = orders(document, "2026-06-05").limits
    assert (made.interval, made.max_w, made.scope) == (local_day("2026-06-05"), 4000, Scope.SITE)
    assert (made.provider, made.event_id, made.program) == (SP, None, "Evenings (offline profile)")


def test_a_limit_is_shown_with_its_programme() -> None:
    document = profile(
        '\n[[limit]]\nid = "always"\nmax_w = 4000\n', HEAD.replace("valid =", 'program = "feeder"\nvalid =')
    )
    assert orders(document, "2026-06-05").limits[0].program == "feeder (offline profile)"


def test_of_two_price_levels_the_first_counts_and_gaps_stay_gaps() -> None:
    levels = """
    [[price]]
    price_per_kwh = 0.4
    hours = ["17:00-20:00"]
    [[price]]
    price_per_kwh = 0.1
    hours = ["16:00-21:00", "23:00-24:00"]
    """
    document = profile(levels, HEAD + 'currency = "EUR"\n')
    steps = [(local(step), price) for step, price in orders(document, "2026-06-05").prices.steps]
    assert steps == [
        ("05 16:00-05 17:00", 0.1),
        ("05 17:00-05 20:00", 0.4),
        ("05 20:00-05 21:00", 0.1),
        ("05 23:00-06 00:00", 0.1),
    ]


def test_two_profiles_together_keep_every_window_and_the_price_of_the_first() -> None:
    one = OfflineOrders((Peak(span("17:00", "18:00"), SP, "a"),), (), constant(1.0, span("17:00", "18:00")))
    two = OfflineOrders((), (limit(4000),), constant(2.0, span("17:30", "19:00")))
    both = one.plus(two)
    assert (both.peaks, both.limits) == (one.peaks, two.limits)
    assert both.prices.steps == ((span("17:00", "18:00"), 1.0), (span("18:00", "19:00"), 2.0))


# When it speaks


def test_nothing_holds_outside_its_validity() -> None:
    document = profile('\n[[limit]]\nid = "always"\nmax_w = 4000\n')
    (made,) = orders(document, "2026-12-30", 5).limits
    assert made.interval == local_day("2026-12-30", 2)
    assert orders(document, "2027-02-01") == OfflineOrders()


def test_a_span_that_begins_within_a_quarter_cuts_the_window() -> None:
    begin = datetime(2026, 6, 5, 15, 7, 30, tzinfo=UTC)
    (peak,) = expand_offline(profile(), Interval(begin, begin + timedelta(hours=12)), SP).peaks
    assert peak.interval == Interval(begin, datetime(2026, 6, 5, 18, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("day", "hours", "minutes"),
    [
        ("2026-03-29", "01:30-04:00", 90),
        ("2026-03-29", "02:00-03:00", 0),
        ("2026-10-25", "01:30-04:00", 210),
        ("2026-10-25", "02:15-02:45", 60),
        ("2026-10-25", "00:00-24:00", 25 * 60),
        ("2026-03-29", "00:00-24:00", 23 * 60),
    ],
)
def test_windows_follow_the_clock_on_the_wall_when_it_changes(day: str, hours: str, minutes: int) -> None:
    document = profile(f'\n[[peak]]\nid = "night"\nhours = ["{hours}"]\n')
    held = sum((peak.interval.duration for peak in orders(document, day).peaks), timedelta(0))
    assert held == timedelta(minutes=minutes)


# What ships


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_every_shipped_profile_orders_something_on_the_days_when_clocks_change(file: Path) -> None:
    document = read_offline(file.read_bytes(), file.name)
    assert document.id == f"offline.{file.stem}"
    for day in ("2026-03-29", "2026-10-25", "2026-07-01"):
        made = expand_offline(document, local_day(day), ProviderId("acme"))
        assert made.limits
        for held in (*(part.interval for part in made.limits), *(part.interval for part in made.peaks)):
            assert held.overlap(local_day(day)) == held


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_every_shipped_profile_passes_the_check(file: Path) -> None:
    checked = check_document(file)
    assert checked.kind == "offline profile"
    assert checked.sentence.startswith(f"Offline profile offline.{file.stem}, version 1, of Example")


def test_the_schema_for_editors_is_fresh() -> None:
    written = (FOLDER.parent / "offline_schema.json").read_text(encoding="utf-8")
    assert written == schema_text("offline"), (
        "run: python -m drrouter.tariff.schema offline > tariffs/offline_schema.json"
    )


# What is no profile


@pytest.mark.parametrize(
    ("head", "parts", "said"),
    [
        (HEAD, "", "orders nothing. Add a [[peak]], a [[limit]] or a [[price]]."),
        (HEAD, EVENING, "names the day type 'work', which is not in it. Add a [[day_type]]."),
        (
            HEAD,
            WORKDAYS + EVENING + EVENING.replace("17", "18"),
            "has two peak 'evening'. Give each an id of its own.",
        ),
        (HEAD, WORKDAYS + WORKDAYS + EVENING, "has two day_type 'free'. Give each an id of its own."),
        (HEAD, "\n[[price]]\nprice_per_kwh = 0.1\n", "names prices without a currency. Add currency."),
        (HEAD, '\n[[day_type]]\nid = "none"\n', "fits no day. Name days, months or dates."),
        (
            HEAD.replace("until = 2026-12-31", "until = 2025-12-31"),
            WORKDAYS + EVENING,
            "valid: ends before it begins. Exchange from and until.",
        ),
        (
            HEAD,
            WORKDAYS + EVENING.replace('hours = ["17:00-20:00"]', ""),
            "hours: is missing. Add it: Local times in quarters",
        ),
        (
            HEAD,
            WORKDAYS + EVENING.replace("17:00-", "17:03-"),
            "hours#1: '17:03-20:00' does not have the right form",
        ),
        (HEAD.replace("900", "nan"), WORKDAYS + EVENING, "timeouts.link_timeout_s"),
        (HEAD.replace("900", "-1"), WORKDAYS + EVENING, "timeouts.link_timeout_s"),
        (HEAD.replace("Amsterdam", "Atlantis"), WORKDAYS + EVENING, "is no time zone"),
        (
            HEAD.replace("link_timeout_s", "link_timout_s"),
            WORKDAYS + EVENING,
            "Did you mean 'link_timeout_s'?",
        ),
        (HEAD.replace("# SPDX", "# SPD"), WORKDAYS + EVENING, "SPDX-License-Identifier: is missing"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(head: str, parts: str, said: str) -> None:
    with pytest.raises(DocumentError) as caught:
        profile(parts, head)
    assert said in caught.value.sentence
    assert caught.value.sentence.startswith("acme/offline.toml: ")
