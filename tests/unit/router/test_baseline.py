"""The baseline: the mean of like days that no order touched; numbers are the obligations of a VEN."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.router.baseline import KEY, MOST_DEVICES, Baselines

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DEVICE = DeviceId("freezer")
HOUR, DAY, QUARTER = timedelta(hours=1), timedelta(days=1), timedelta(minutes=15)
MONDAY = datetime(2026, 6, 1, tzinfo=UTC)


def local(day: int, hour: int, month: int = 6) -> datetime:
    """An hour of June 2026 by the clock on the wall; the 1st is a Monday."""
    return datetime(2026, month, day, hour, tzinfo=AMSTERDAM).astimezone(UTC)


def evening(day: int, month: int = 6) -> Interval:
    return Interval(local(day, 18, month), local(day, 19, month))


def quarters(start: datetime, end: datetime) -> Iterator[datetime]:
    while start < end:
        yield start
        start += QUARTER


def learned(days: int, *held: int) -> Baselines:
    """As many days of June, each with as many W as its number says; on some an order held in the evening."""
    found = Baselines(AMSTERDAM)
    for at in quarters(local(1, 0), local(1, 0) + days * DAY):
        day = at.astimezone(AMSTERDAM)
        if not (day.day in held and day.hour == 18):
            found.saw(DEVICE, at, float(day.day))
    found.saw(DEVICE, local(1, 0) + days * DAY, 0.0)
    return found


def test_a_working_day_is_compared_with_the_ten_working_days_before_it() -> None:
    """30: BASELINE."""
    tuesday_16 = learned(15).mean_w(DEVICE, evening(16))
    assert tuesday_16 == pytest.approx(sum((2, 3, 4, 5, 8, 9, 10, 11, 12, 15)) / 10)


def test_a_day_of_the_weekend_is_compared_with_days_of_weekends() -> None:
    """30: BASELINE."""
    assert learned(20).mean_w(DEVICE, evening(21)) == pytest.approx((20 + 14 + 13 + 7) / 4)


def test_a_day_with_an_order_at_that_hour_does_not_count() -> None:
    """30: BASELINE."""
    found = learned(5, 2, 4)
    assert found.mean_w(DEVICE, evening(8)) == pytest.approx((1 + 3 + 5) / 3)
    assert found.mean_w(DEVICE, Interval(local(8, 9), local(8, 10))) == pytest.approx(3.0)


@pytest.mark.parametrize(
    "interval",
    [evening(3), Interval(local(8, 0), local(9, 1)), Interval(local(8, 9), local(8, 10)), evening(7)],
)
def test_of_too_few_days_or_too_long_a_time_nothing_is_guessed(interval: Interval) -> None:
    """30: BASELINE."""
    assert learned(2).mean_w(DEVICE, interval) is None
    assert learned(9).mean_w(DeviceId("stranger"), evening(9)) is None


def test_less_than_a_quarter_of_an_hour_has_a_baseline_too() -> None:
    """30: BASELINE."""
    moment = Interval(local(8, 18) + timedelta(minutes=10), local(8, 18) + timedelta(minutes=20))
    assert learned(7).mean_w(DEVICE, moment) == pytest.approx((1 + 2 + 3 + 4 + 5) / 5)


def test_life_goes_by_the_clock_on_the_wall_when_it_changes() -> None:
    """30: BASELINE; summer time ends on Sunday, 25 October."""
    found = Baselines(AMSTERDAM)
    for at in quarters(local(19, 0, 10), local(28, 0, 10)):
        found.saw(DEVICE, at, 1000.0 if at.astimezone(AMSTERDAM).hour == 18 else 0.0)
    assert found.mean_w(DEVICE, evening(27, 10)) == pytest.approx(1000.0)


def test_what_was_learned_survives_a_restart_and_odd_memories_do_not_matter() -> None:
    """30: BASELINE."""
    before = learned(7)
    after = Baselines(AMSTERDAM, {**before.keep([DEVICE]), "odd": 7})
    assert after.mean_w(DEVICE, evening(8)) == before.mean_w(DEVICE, evening(8)) == pytest.approx(3.0)
    assert before.keep([]) == {}
    assert Baselines(AMSTERDAM, "nonsense").keep([DEVICE]) == {}
    assert KEY == "baselines"


def test_memory_is_bounded() -> None:
    found = Baselines(AMSTERDAM)
    names = [DeviceId(f"device_{number}") for number in range(MOST_DEVICES + 5)]
    for name in names:
        found.saw(name, MONDAY, 1.0)
    assert len(found.keep(names)) == MOST_DEVICES
