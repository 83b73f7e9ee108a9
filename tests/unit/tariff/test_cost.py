"""What a load profile costs under given rates."""

import pytest

from drrouter.domain.rates import Rates
from drrouter.tariff import Cost, cost_of
from tests.builders import rates, span

DAY = rates(("08:00", "12:00", 0.20), ("12:00", "14:00", -0.10), ("15:00", "20:00", 0.40))


def test_energy_is_priced_by_the_time_of_its_use() -> None:
    assert cost_of([(span("08:00", "09:00"), 1500)], DAY) == Cost(0.30, 1500, 0)
    assert cost_of([(span("08:00", "09:00"), 1000), (span("15:00", "15:15"), 500)], DAY).money == 0.40


def test_using_energy_below_zero_earns_money() -> None:
    assert cost_of([(span("12:00", "13:00"), 2000)], DAY).money == -0.20


def test_an_interval_over_a_change_is_priced_by_its_parts() -> None:
    assert cost_of([(span("11:00", "13:00"), 2000)], DAY).money == pytest.approx(0.20 - 0.10)


def test_energy_without_a_price_is_named_and_not_guessed() -> None:
    cost = cost_of([(span("13:00", "15:00"), 2000), (span("22:00", "23:00"), 100)], DAY)
    assert cost.money == pytest.approx(-0.10)
    assert cost.energy_wh == 2100
    assert cost.unpriced_wh == pytest.approx(1100)


def test_nothing_costs_nothing() -> None:
    assert cost_of([], DAY) == Cost()
    assert cost_of([(span("08:00", "09:00"), 100)], Rates()) == Cost(0, 100, 100)
