"""The fake's car lives in whatever time it is told, also in one that never stands still."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from drrouter.sim.wire.ocpp import BatteryCar

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_car_charges_in_a_time_that_runs_on_with_every_look() -> None:
    minutes = count()
    car = BatteryCar(lambda: START + next(minutes) * timedelta(minutes=1), level_wh=20_000.0)
    car.allow(6000.0)
    assert [car.power_w() for _ in range(30)] == [6000.0] * 30
    assert car.energy_wh() == pytest.approx(6000.0 * 31 / 60)
    assert car.level_percent() == pytest.approx(100.0 * (20_000.0 + 6000.0 * 32 / 60) / 40_000.0)


def test_a_full_car_takes_no_more() -> None:
    hours = count()
    car = BatteryCar(lambda: START + next(hours) * timedelta(hours=1), level_wh=39_000.0)
    car.allow(11_000.0)
    car.energy_wh()
    assert (car.power_w(), car.level_percent()) == (0.0, 100.0)
