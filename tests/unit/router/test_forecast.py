"""Forecasters: what each expects of a history that a test writes, and how wide its band is."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from drrouter.domain.interval import SLOT, Interval, slots
from drrouter.router.forecast import (
    Banded,
    BaseLoad,
    ByWeekday,
    ClearSky,
    Expectation,
    Forecaster,
    History,
    Persistence,
    Place,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2023, 6, 14, 10, 0, tzinfo=UTC)
"""A Wednesday, noon in Amsterdam."""

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DELFT = Place(52.0, 4.36)


def history(power: Callable[[datetime], float | None], days: float = 21, end: datetime = NOW) -> History:
    count = round(days * DAY / SLOT)
    first = end - count * SLOT
    return History(first, SLOT, tuple(power(first + n * SLOT) for n in range(count)))


def ahead(hours: float = 24) -> tuple[Interval, ...]:
    return slots(NOW, NOW + hours * HOUR, SLOT)


class TestHistory:
    def test_it_ends_after_its_last_step_and_knows_what_was_known_before(self) -> None:
        known = history(lambda _: 100.0, days=1)
        assert known.end == NOW
        assert known.until(NOW - timedelta(minutes=20)).end == NOW - timedelta(minutes=30)
        assert known.until(NOW - 2 * DAY).values == ()

    def test_means_leave_out_what_was_not_measured(self) -> None:
        known = History(NOW, SLOT, (100.0, None, 300.0))
        assert known.mean(Interval(NOW, NOW + 3 * SLOT)) == 200.0
        assert known.mean(Interval(NOW + SLOT, NOW + 2 * SLOT)) is None
        assert known.mean(Interval(NOW - HOUR, NOW)) is None
        assert known.mean(Interval(NOW + timedelta(minutes=5), NOW + timedelta(minutes=10))) == 100.0

    def test_steps_have_a_length(self) -> None:
        with pytest.raises(ValueError, match="positive length"):
            History(NOW, timedelta(0), ())


class TestByWeekday:
    def test_a_day_that_repeats_is_expected_again(self) -> None:
        known = history(lambda instant: 100.0 + instant.hour)
        expected = ByWeekday(AMSTERDAM).expect(known, ahead())
        assert expected == pytest.approx([100.0 + slot.start.hour for slot in ahead()])

    def test_the_own_weekday_counts_most(self) -> None:
        known = history(lambda instant: 700.0 if instant.weekday() == NOW.weekday() else 100.0)
        wednesday, thursday = ByWeekday(AMSTERDAM).expect(known, (ahead()[0], ahead()[-1])) or (0, 0)
        assert wednesday > 200.0
        assert wednesday > thursday > 100.0

    def test_working_days_say_little_of_weekends(self) -> None:
        known = history(lambda instant: 900.0 if instant.weekday() >= 5 else 100.0)
        (saturday,) = ByWeekday(AMSTERDAM).expect(
            known, (Interval(NOW + 3 * DAY, NOW + 3 * DAY + SLOT),)
        ) or (0,)
        assert saturday > 500.0

    def test_the_local_time_counts_across_a_change_of_clocks(self) -> None:
        monday = datetime(2023, 10, 30, 7, 0, tzinfo=UTC)
        known = history(lambda i: float(i.astimezone(AMSTERDAM).hour), days=5, end=monday - 6 * HOUR)
        assert ByWeekday(AMSTERDAM).expect(known, (Interval(monday, monday + SLOT),)) == (8.0,)

    def test_without_an_earlier_day_nothing_is_expected(self) -> None:
        assert ByWeekday(AMSTERDAM).expect(history(lambda _: 1.0, days=0.5), ahead()) is None


class TestPersistence:
    def test_what_is_unusual_fades_into_what_is_usual(self) -> None:
        known = history(lambda instant: 800.0 if instant >= NOW - HOUR else 200.0)
        usual = BaseLoad((200.0,) * 24, AMSTERDAM)
        expected = Persistence(usual).expect(known, ahead(6))
        assert expected is not None
        assert 700 < expected[0] < 800
        assert expected[4] == pytest.approx(200 + 600 * 0.5 ** (1.125), abs=1.0)
        assert expected[-1] == pytest.approx(200.0, abs=12.0)

    def test_it_is_never_negative(self) -> None:
        falling = Persistence(ByWeekday(AMSTERDAM))
        known = history(
            lambda instant: 0.0 if instant >= NOW - HOUR else 10.0 + 900 * (instant.hour in (8, 9))
        )
        assert min(falling.expect(known, ahead()) or ()) >= 0.0

    def test_without_a_last_reading_the_usual_stands_alone(self) -> None:
        usual = BaseLoad((200.0,) * 24, AMSTERDAM)
        silent = history(lambda instant: None if instant >= NOW - HOUR else 900.0)
        assert Persistence(usual).expect(silent, ahead(1)) == pytest.approx((200.0,) * 4)

    def test_without_what_is_usual_nothing_is_expected(self) -> None:
        assert Persistence(ByWeekday(AMSTERDAM)).expect(history(lambda _: 1.0, days=0.5), ahead()) is None


class TestClearSky:
    def test_the_sun_stands_where_almanacs_say(self) -> None:
        solstice_noon = datetime(2023, 6, 21, 11, 44, tzinfo=UTC)
        assert DELFT.elevation(solstice_noon) == pytest.approx(90 - 52.0 + 23.44, abs=0.3)
        assert DELFT.elevation(datetime(2023, 12, 21, 11, 41, tzinfo=UTC)) == pytest.approx(14.56, abs=0.3)
        assert abs(DELFT.elevation(datetime(2023, 6, 21, 3, 20, tzinfo=UTC))) < 1.5
        assert DELFT.clear(datetime(2023, 6, 21, 0, 0, tzinfo=UTC)) == 0.0

    @pytest.mark.parametrize("place", [DELFT, None])
    def test_clear_days_are_expected_again(self, place: Place | None) -> None:
        known = history(lambda instant: 4000 * DELFT.clear(instant + SLOT / 2))
        expected = ClearSky(place).expect(known, ahead())
        came = [4000 * DELFT.clear(slot.start + SLOT / 2) for slot in ahead()]
        assert expected == pytest.approx(came, abs=80.0)

    def test_clouds_of_now_stay_for_a_while(self) -> None:
        def power(instant: datetime) -> float:
            clouds = 0.2 if instant >= NOW - 3 * HOUR else 1.0
            return clouds * 4000 * DELFT.clear(instant + SLOT / 2)

        expected = ClearSky(DELFT).expect(history(power), ahead()) or ()
        clear = [4000 * DELFT.clear(slot.start + SLOT / 2) for slot in ahead()]
        assert expected[0] < 0.45 * clear[0]
        assert expected[-1] > 0.8 * clear[-1]

    def test_nights_give_nothing_and_a_dark_now_says_nothing(self) -> None:
        midnight = NOW - 11 * HOUR
        known = history(lambda instant: 4000 * DELFT.clear(instant + SLOT / 2), end=midnight)
        night = slots(midnight, midnight + 2 * HOUR, SLOT)
        assert ClearSky(DELFT).expect(known, night) == (0.0,) * 8
        noon = slots(midnight + 11 * HOUR, midnight + 12 * HOUR, SLOT)
        assert min(ClearSky(DELFT).expect(known, noon) or (0.0,)) > 2000.0

    def test_a_part_of_a_day_tells_nothing(self) -> None:
        assert ClearSky(DELFT).expect(history(lambda _: 1.0, days=0.5), ahead()) is None

    def test_a_roof_that_never_was_measured_is_expected_to_give_nothing(self) -> None:
        assert ClearSky(DELFT).expect(history(lambda _: None), ahead(1)) == (0.0,) * 4


class TestBands:
    def test_a_day_that_repeats_has_no_width_and_an_erratic_one_has(self) -> None:
        even = Banded(ByWeekday(AMSTERDAM)).forecast(history(lambda i: 100.0 + i.hour), ahead())
        assert even is not None
        assert all(high - low < 1e-6 for low, high in even.band_w)
        wild = history(lambda i: 100.0 + 400.0 * ((i.toordinal() * 7919) % 5) / 4)
        erratic = Banded(ByWeekday(AMSTERDAM)).forecast(wild, ahead())
        assert erratic is not None
        for mean, (low, high) in zip(erratic.mean_w, erratic.band_w, strict=True):
            assert 0 <= low <= mean <= high
        assert max(high - low for low, high in erratic.band_w) > 200.0

    def test_most_of_what_comes_lies_in_it(self) -> None:
        def power(instant: datetime) -> float:
            noise = (instant.toordinal() * 7919 + instant.hour * 104729 + instant.minute * 31) % 101
            return 200.0 + 3.0 * noise

        forecast = Banded(ByWeekday(AMSTERDAM)).forecast(history(power), ahead())
        assert forecast is not None
        inside = [
            low <= power(slot.start) <= high
            for slot, (low, high) in zip(ahead(), forecast.band_w, strict=True)
        ]
        assert 0.65 < sum(inside) / len(inside) < 0.95

    def test_without_errors_it_has_no_width_and_without_an_expectation_there_is_none(self) -> None:
        flat: Forecaster = Banded(BaseLoad((200.0,) * 24, AMSTERDAM))
        nothing = History(NOW, SLOT, ())
        forecast = flat.forecast(nothing, ahead(1))
        assert forecast is not None
        assert forecast.band_w == ((200.0, 200.0),) * 4
        assert Banded(ByWeekday(AMSTERDAM)).forecast(nothing, ahead(1)) is None

    @pytest.mark.parametrize(
        "inner", [BaseLoad((200.0,) * 24, AMSTERDAM), Persistence(ByWeekday(AMSTERDAM)), ClearSky()]
    )
    def test_equal_histories_give_equal_forecasts(self, inner: Expectation) -> None:
        known = history(lambda i: 300.0 + i.hour, days=10)
        assert Banded(inner).forecast(known, ahead(3)) == Banded(inner).forecast(known, ahead(3))
