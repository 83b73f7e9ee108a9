"""What a plug says becomes readings in our units, and what it cannot have measured is marked."""

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drrouter.adapters.devices.kasa.plausibility import readings_of
from drrouter.adapters.devices.names import cleaned, mac_from
from drrouter.domain.ids import DeviceId
from drrouter.domain.measurement import Quality, Quantity

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def judged(meter: dict[str, Any], relay: object = 1) -> dict[Quantity, tuple[float, Quality]]:
    readings = readings_of(DeviceId("plug"), {"relay_state": relay}, meter, NOW)
    return {reading.quantity: (reading.value, reading.quality) for reading in readings}


@pytest.mark.parametrize(
    ("power", "quality"),
    [
        (0, Quality.OK),
        (4000.0, Quality.OK),
        (4000.1, Quality.BAD),
        (14_000, Quality.BAD),
        (-1.0, Quality.BAD),
        (math.nan, Quality.BAD),
        (math.inf, Quality.BAD),
        (10**400, Quality.BAD),
        ("14kW", Quality.BAD),
        (None, Quality.BAD),
        (True, Quality.BAD),
    ],
    ids=lambda value: str(value)[:10],
)
def test_a_power_is_believed_only_where_a_plug_can_carry_it(power: object, quality: Quality) -> None:
    assert judged({"power": power})[Quantity.POWER_W][1] is quality


def test_a_power_through_an_open_relay_contradicts_itself() -> None:
    assert judged({"power_mw": 509_000}, relay=0)[Quantity.POWER_W] == (509.0, Quality.BAD)
    assert judged({"power_mw": 1_000}, relay=0)[Quantity.POWER_W] == (1.0, Quality.OK)


def test_a_relay_that_is_not_stated_is_left_out() -> None:
    for relay in (None, 2, "on"):
        assert Quantity.SWITCH not in judged({}, relay)


def test_energy_and_voltage_have_bounds_of_their_own() -> None:
    assert judged({"total": 1.5})[Quantity.ENERGY_WH] == (1500.0, Quality.OK)
    assert judged({"total_wh": -1})[Quantity.ENERGY_WH][1] is Quality.BAD
    assert judged({"voltage_mv": 2_310})[Quantity.VOLTAGE_V][1] is Quality.BAD


@given(st.dictionaries(st.sampled_from(["power", "power_mw", "total", "total_wh", "voltage"]), st.floats()))
def test_every_value_of_a_reading_is_a_finite_number(meter: dict[str, float]) -> None:
    assert all(math.isfinite(value) for value, _ in judged(meter).values())


@given(st.text(max_size=300))
def test_a_cleaned_name_can_be_shown_anywhere(text: str) -> None:
    name = cleaned(text)
    assert len(name) <= 64
    assert name == "" or name.isprintable()
    assert cleaned(name) == name


def test_what_is_no_text_has_no_name_and_no_address() -> None:
    assert cleaned(7) == mac_from(7) == mac_from("zz:zz:zz:zz:zz:zz") == ""
