"""What the meter has counted: by quarters of an hour, through gaps and restarts."""

from datetime import timedelta

import pytest

from drrouter.router.counted import Counted
from drrouter.router.follow import Meter
from tests.builders import MINUTE, NOON


def ran(counted: Counted, *powers: tuple[float, float]) -> Counted:
    """The meter showed these powers from so many minutes after noon on."""
    for minutes, power_w in powers:
        counted.saw(Meter(power_w, NOON + minutes * MINUTE))
    return counted


def shown(counted: Counted) -> list[tuple[float, float]]:
    return [((one.interval.start - NOON) / MINUTE, round(one.import_kwh, 6)) for one in counted.quarters()]


def test_import_is_counted_by_quarters_and_export_takes_nothing_off() -> None:
    powers = [(minute, 4000.0 if minute < 20 else -2000.0) for minute in range(31)]
    assert shown(ran(Counted(), *powers)) == [(0, 1.0), (15, pytest.approx(1 / 3, abs=1e-6))]


def test_nobody_knows_what_flowed_in_a_long_silence() -> None:
    counted = ran(Counted(), (0, 6000), (5, 6000), (11, 6000))
    assert shown(counted) == [(0, 0.5)]
    counted.saw(None)
    assert shown(ran(counted, (12, 6000), (12, 6000), (13, 0))) == [(0, 0.6)]


def test_a_restart_goes_on_and_strange_things_in_the_store_are_left_out() -> None:
    kept = ran(Counted(), (0, 4000), (3, 4000)).keep(NOON)
    again = Counted({**kept, "x": 1, "12": float("nan"), "13": -1, "14": True, "9" * 20: 1, "15": "much"})
    assert shown(ran(again, (3, 4000), (6, 0))) == [(0, 0.4)]
    assert Counted("nonsense").quarters() == ()


def test_months_that_are_over_shrink_and_years_that_are_over_go() -> None:
    counted = ran(Counted(), (0, 4000), (3, 4000), (15, 0), (18, 0))
    ran(counted, *((15 + n, 4000) for n in range(4)))
    later = counted.keep(NOON + timedelta(days=60))
    assert len(later) == 1
    assert sum(later.values()) == pytest.approx(0.4)
    assert counted.keep(NOON + timedelta(days=500)) == {}
