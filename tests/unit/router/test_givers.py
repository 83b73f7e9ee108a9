"""What a battery was seen to give counts where it gives less than it should."""

from datetime import timedelta

from drrouter.domain.device import DeviceState
from drrouter.router.givers import AGAIN_AFTER, Givers
from tests.builders import BATTERY, MINUTE, NOON

SECOND = timedelta(seconds=1)


def seen(*moments: tuple[timedelta, float, float | None], givers: Givers | None = None) -> list[float | None]:
    """What counts after each moment: how late it is, what is wished and what is measured."""
    some = givers or Givers()
    return [
        some.gives_w(BATTERY, DeviceState(power_w=power_w), wished_w, NOON + after)
        for after, wished_w, power_w in moments
    ]


def test_a_battery_that_gives_what_is_wished_is_taken_at_its_word() -> None:
    assert seen((0 * MINUTE, -2000.0, -1950.0), (5 * MINUTE, -2000.0, -1900.0)) == [None, None]


def test_a_battery_that_gives_nothing_has_a_minute_and_then_counts_with_nothing() -> None:
    moments = ((0 * SECOND, -2000.0, 0.0), (59 * SECOND, -2400.0, 0.0), (60 * SECOND, -2400.0, 0.0))
    assert seen(*moments) == [None, None, 0.0]


def test_a_battery_that_gives_a_part_counts_with_that_part_and_one_that_takes_counts_as_taking() -> None:
    assert seen((0 * MINUTE, -2000.0, -800.0), (MINUTE, -2000.0, -800.0))[-1] == -800.0
    taking = ((0 * MINUTE, -2000.0, 500.0), (MINUTE, -2000.0, 500.0), (2 * MINUTE, 0.0, 500.0))
    assert seen(*taking) == [None, 500.0, 0.0]


def test_a_pause_in_giving_too_little_begins_the_minute_anew() -> None:
    moments = ((0 * SECOND, -2000.0, 0.0), (30 * SECOND, -2000.0, -2000.0), (70 * SECOND, -2000.0, 0.0))
    assert seen(*moments) == [None, None, None]


def test_a_battery_of_unknown_power_is_taken_at_its_word() -> None:
    assert seen((0 * MINUTE, -2000.0, None), (2 * MINUTE, -2000.0, None)) == [None, None]


def test_what_gave_too_little_is_not_counted_on_while_nothing_is_asked_of_it_for_a_while() -> None:
    short = ((0 * MINUTE, -2000.0, 0.0), (MINUTE, -2000.0, 0.0))
    idle = ((2 * MINUTE, 0.0, 0.0), (AGAIN_AFTER, 0.0, 0.0), (MINUTE + AGAIN_AFTER, 0.0, 0.0))
    assert seen(*short, *idle)[2:] == [0.0, 0.0, None]


def test_what_gives_more_than_before_and_all_that_is_wished_is_taken_at_its_word_again() -> None:
    short = ((0 * MINUTE, -2000.0, -800.0), (MINUTE, -2000.0, -800.0))
    assert seen(*short, (2 * MINUTE, -700.0, -700.0))[-1] == -800.0
    assert seen(*short, (2 * MINUTE, -2000.0, -1400.0))[-1] == -1400.0
    assert seen(*short, (2 * MINUTE, -2000.0, -2000.0))[-1] is None


def test_a_clock_that_was_set_back_takes_no_time_away() -> None:
    assert seen((MINUTE, -2000.0, 0.0), (0 * MINUTE, -2000.0, 0.0), (MINUTE, -2000.0, 0.0))[-1] == 0.0
