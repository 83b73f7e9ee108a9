"""A number that sets a power is set in whole steps, to no more than was asked and no less than it can."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drrouter.adapters.devices.dial import dial
from drrouter.errors import DeviceError


@given(st.floats(-10_000, 50_000))
def test_it_is_set_to_no_more_than_was_asked_and_within_its_limits(power_w: float) -> None:
    knob = dial("kW", -5, 11, 0.1)
    assert knob is not None
    if power_w < -5100:
        with pytest.raises(DeviceError, match="below -5000 W"):
            knob.nearest_w(power_w)
        return
    told_w = knob.nearest_w(power_w)
    assert -5000 <= told_w <= 11_000 + 1e-6
    assert abs(told_w) <= max(abs(power_w), 0.0) + 1e-2
    assert power_w > 11_000 or abs(told_w - power_w) <= 100 + 1e-2
    assert knob.is_same(knob.in_units(told_w) * 1000, told_w)


def test_a_charger_that_cannot_stop_cannot_be_set_to_nothing() -> None:
    charger = dial("W", 1400, 11_000, 100)
    assert charger is not None
    with pytest.raises(DeviceError, match="below 1400 W"):
        charger.nearest_w(0.0)


@pytest.mark.parametrize(
    ("unit", "low", "high", "step"),
    [
        ("A", 6, 16, 1),
        ("W", 5, 5, 1),
        ("W", math.nan, 5, 1),
        ("W", 0, 10, 0),
        ("W", 0, 10, math.nan),
        ("W", 0, 1, 2),
    ],
)
def test_what_sets_no_power_or_has_no_limits_is_no_dial(
    unit: str, low: float, high: float, step: float
) -> None:
    assert dial(unit, low, high, step) is None
