"""Capacities, levels, set-points, curves and alerts in our own units; numbers are obligations of a VEN."""

from typing import Any

import pytest

from drrouter.domain.event import Event, PayloadType
from drrouter.domain.payload_classes import ALERTS, SHEDS
from tests.adapters.sp.wire import read, says, steps, wire


def one(kind: str, *values: Any, units: str = "", currency: str = "", **members: Any) -> Event:
    """An event of one interval with one payload."""
    descriptor = {"payloadType": kind, "units": units or None, "currency": currency or None}
    return read(wire(says(*values, kind=kind), payloadDescriptors=[descriptor], **members))


@pytest.mark.parametrize("way", ["IMPORT", "EXPORT"])
@pytest.mark.parametrize(
    "what", ["CAPACITY_LIMIT", "CAPACITY_SUBSCRIPTION", "CAPACITY_RESERVATION", "CAPACITY_AVAILABLE"]
)
def test_capacities_become_watts_and_are_never_negative(way: str, what: str) -> None:
    """24."""
    kind = f"{way}_{what}"
    assert one(kind, 4.2, units="KW").payloads[0].value == pytest.approx(4200)
    assert one(kind, 4.2).payloads == ()
    assert one(kind, -1, units="KW").ignored[0] == f"{kind} is refused: -1000 is negative"


@pytest.mark.parametrize("what", ["RESERVATION_FEE", "AVAILABLE_PRICE"])
def test_what_capacity_would_cost_is_kept_per_kilowatt_and_said_to_move_nothing(what: str) -> None:
    """24."""
    kind = f"IMPORT_CAPACITY_{what}"
    event = one(kind, 0.002, units="W", currency="EUR")
    assert (event.payloads[0].value, event.ignored) == (
        2.0,
        (f"{kind} is kept and shown, and moves no device",),
    )


@pytest.mark.parametrize(
    ("kind", "value", "found"),
    [
        ("CONTROL_LEVEL_OFFSET", 10, 10.0),
        ("CONTROL_LEVEL_OFFSET", -10, -10.0),
        ("CONTROL_LEVEL_OFFSET", 11, None),
        ("CONTROL_LEVEL_OFFSET", 2.5, None),
        ("CONTROL_LEVEL_OFFSET_PERCENT", 0.5, 0.5),
        ("CONTROL_LEVEL_OFFSET_PERCENT", 50, 0.5),
        ("CONTROL_LEVEL_OFFSET_PERCENT", 101, None),
        ("OLS", 0.4, 0.4),
        ("OLS", 1.1, None),
        ("OLS", "half", None),
    ],
)
def test_levels_are_read_within_their_range(kind: str, value: Any, found: float | None) -> None:
    """25."""
    event = one(kind, value)
    assert [payload.value for payload in event.payloads] == ([] if found is None else [found])
    assert bool(event.ignored) is (found is None)
    assert PayloadType(kind) in SHEDS


def test_an_optimum_load_shape_gives_one_value_to_each_interval() -> None:
    """25, 14: User Guide 7.3; ANSI/SCTE 267 lays its values over the intervals of the event."""
    shape = says(1.0, 0.5, 0.25, kind="OLS")
    rows = [shape, {"id": 1, "payloads": []}, {"id": 2, "payloads": []}]
    assert steps(read(wire(*rows))) == [(0, 1, 1.0), (1, 2, 0.5), (2, 3, 0.25)]


def test_a_load_shape_may_also_stand_value_by_value() -> None:
    """25."""
    assert steps(read(wire(says(1.0, kind="OLS"), says(0.5, kind="OLS")))) == [(0, 1, 1.0), (1, 2, 0.5)]


@pytest.mark.parametrize(
    ("kind", "value", "units", "found"),
    [
        ("DISPATCH_SETPOINT", 2.5, "KW", (2500.0, "")),
        ("DISPATCH_SETPOINT", -2.5, "KW", (-2500.0, "")),
        ("DISPATCH_SETPOINT_RELATIVE", -500, "W", (-500.0, "")),
        ("CHARGE_STATE_SETPOINT", 80, "PERCENT", (80.0, "PERCENT")),
        ("CHARGE_STATE_SETPOINT", 0.8, "PERCENT", (80.0, "PERCENT")),
        ("CHARGE_STATE_SETPOINT", 6.5, "KWH", (6500.0, "WH")),
        ("DISPATCH_SETPOINT", 2.5, "", None),
        ("CHARGE_STATE_SETPOINT", 80, "", None),
        ("CHARGE_STATE_SETPOINT", 130, "PERCENT", None),
        ("CHARGE_STATE_SETPOINT", -1, "KWH", None),
    ],
)
def test_set_points_need_a_unit(kind: str, value: float, units: str, found: tuple[float, str] | None) -> None:
    """26."""
    event = one(kind, value, units=units, targets=["car"])
    assert [(payload.value, payload.unit) for payload in event.payloads] == ([found] if found else [])
    assert bool(event.ignored) is (found is None)


def test_a_set_point_that_names_no_device_is_said_to_move_none() -> None:
    """26."""
    assert one("DISPATCH_SETPOINT", 2, units="KW").ignored == (
        "DISPATCH_SETPOINT names no device, so it moves none",
    )


@pytest.mark.parametrize(
    ("kind", "values", "found"),
    [
        ("CONTROL_SETPOINT", [21.5], (21.5, "")),
        ("CONTROL_SETPOINT", [True], (1.0, "true")),
        ("CONTROL_SETPOINT", ["eco"], (1.0, "eco")),
        ("CONTROL_SETPOINT", [{"x": 1, "y": 2}], (1.0, '{"x": 1, "y": 2}')),
        ("DISPATCH_INSTRUCTION", ["island", "now"], (1.0, "island / now")),
        ("CTA2045_REBOOT", [1], (1.0, "")),
        ("CTA2045_SET_OVERRIDE_STATUS", ["on"], (1.0, "on")),
    ],
)
def test_what_only_the_program_explains_is_kept_as_it_came(
    kind: str, values: list[Any], found: tuple[float, str]
) -> None:
    """26, 27."""
    event = one(kind, *values)
    assert [(payload.value, payload.text) for payload in event.payloads] == [found]
    assert event.ignored == (f"{kind} is kept and shown, and moves no device",)


@pytest.mark.parametrize(
    "values", [[{"x": 1, "y": 2}, {"x": 3, "y": 4}], [[{"x": 1, "y": 2}, {"x": 3, "y": 4}]]]
)
def test_a_curve_is_kept_with_its_points(values: list[Any]) -> None:
    """27, 14: Definition, Enumerations."""
    event = one("CURVE", *values)
    assert [payload.curve for payload in event.payloads] == [((1.0, 2.0), (3.0, 4.0))]
    assert event.ignored == ("CURVE is kept and shown, and moves no device",)


@pytest.mark.parametrize("value", [7, {"x": 1}, {"x": "1", "y": 2}, {"x": True, "y": 2}])
def test_what_is_no_point_refuses_the_curve_and_nothing_else(value: Any) -> None:
    """27."""
    row = says(value, kind="CURVE")
    row["payloads"].append({"type": "SIMPLE", "values": [1]})
    event = read(wire(row))
    assert [payload.type for payload in event.payloads] == [PayloadType.SIMPLE]
    assert "is no point" in event.ignored[0]


@pytest.mark.parametrize("kind", sorted(ALERTS))
def test_every_alert_is_read_with_its_words(kind: str) -> None:
    """27."""
    event = one(kind, "Stay calm.")
    assert [(p.type, p.value, p.text) for p in event.payloads] == [(kind, 1.0, "Stay calm.")]
    assert event.ignored == ()


def test_the_price_of_another_energy_is_kept_in_its_own_currency() -> None:
    """23."""
    event = one("PRICE_ALTERNATE", 0.1, units="KWH", currency="SEK")
    assert (event.payloads[0].value, event.currency) == (0.1, "")
    assert event.ignored == ("PRICE_ALTERNATE is kept and shown, and moves no device",)
