"""What the payload types of OpenADR ask for in the timeline; numbers are the obligations of a VEN."""

import pytest

from drrouter.domain.event import Event, Payload, PayloadType
from drrouter.domain.ids import DeviceId
from drrouter.domain.limit import Scope
from drrouter.domain.payload_classes import IDLE, MESSAGES, SETPOINTS, SHEDS, STOPS, shed_level
from drrouter.domain.timeline import TariffRates, Timeline, resolve
from tests.builders import CAR, FREEZER, OTHER_SP, at, event, payload

DIRECTORY: dict[str, tuple[DeviceId, ...]] = {"car": (CAR,), "freezer": (FREEZER,)}


def resolved(*events: Event) -> Timeline:
    return resolve(events, TariffRates(), DIRECTORY)


def has(name: str, value: float, start: str, end: str) -> Payload:
    return payload(PayloadType(name), value, start, end)


def limits(timeline: Timeline) -> list[tuple[str, str, float]]:
    return [
        (f"{one.interval.start:%H:%M}", f"{one.interval.end:%H:%M}", one.max_w) for one in timeline.limits
    ]


@pytest.mark.parametrize(
    ("kind", "value", "level"),
    [
        ("SIMPLE", 2, 2),
        ("CONTROL_LEVEL_OFFSET", 0, 0),
        ("CONTROL_LEVEL_OFFSET", 1, 1),
        ("CONTROL_LEVEL_OFFSET", 5, 2),
        ("CONTROL_LEVEL_OFFSET", 10, 3),
        ("CONTROL_LEVEL_OFFSET", -10, 0),
        ("CONTROL_LEVEL_OFFSET_PERCENT", 0.2, 1),
        ("CONTROL_LEVEL_OFFSET_PERCENT", 1.0, 3),
        ("CONTROL_LEVEL_OFFSET_PERCENT", -0.5, 0),
        ("OLS", 1.0, 0),
        ("OLS", 0.7, 1),
        ("OLS", 0.3, 2),
        ("OLS", 0.0, 3),
    ],
)
def test_every_way_to_ask_for_less_becomes_a_level(kind: str, value: float, level: float) -> None:
    """25."""
    assert shed_level(PayloadType(kind), value) == level
    sheds = resolved(event("e", has(kind, value, "12:00", "13:00"))).sheds
    assert [shed.value for shed in sheds] == ([level] if level else [])


def test_the_stricter_of_two_equal_load_shapes_holds() -> None:
    """18, 25."""
    timeline = resolved(
        event("a", has("OLS", 0.9, "12:00", "13:00")), event("b", has("OLS", 0.1, "12:00", "13:00"))
    )
    assert [(shed.event_id, shed.value) for shed in timeline.sheds] == [("b", 3.0)]


def test_a_limit_of_export_stands_beside_those_of_import() -> None:
    """24."""
    timeline = resolved(event("e", has("EXPORT_CAPACITY_LIMIT", 3000, "12:00", "13:00")))
    assert timeline.limits == ()
    (limit,) = timeline.export_limits
    assert (limit.max_w, limit.scope, limit.event_id) == (3000, Scope.SITE, "e")
    assert timeline.export_limits_at(at("12:30")) == (limit,)
    assert timeline.export_limits_at(at("13:00")) == ()
    assert timeline.edges_after(at("12:30")) == (at("13:00"),)


def test_a_subscription_binds_and_a_reservation_widens_it_while_it_lasts() -> None:
    """24."""
    subscribed = event("sub", has("IMPORT_CAPACITY_SUBSCRIPTION", 3000, "10:00", "16:00"))
    reserved = event("res", has("IMPORT_CAPACITY_RESERVATION", 2000, "12:00", "13:00"))
    elsewhere = event("other", has("IMPORT_CAPACITY_RESERVATION", 9000, "10:00", "16:00"), provider=OTHER_SP)
    assert limits(resolved(subscribed, reserved, elsewhere)) == [
        ("10:00", "12:00", 3000),
        ("12:00", "13:00", 5000),
        ("13:00", "16:00", 3000),
    ]
    assert limits(resolved(reserved)) == []


@pytest.mark.parametrize("kind", sorted(STOPS))
def test_an_emergency_and_a_black_start_stop_what_can_be_stopped(kind: PayloadType) -> None:
    """27."""
    timeline = resolved(event("e", payload(kind, 1, "12:00", "13:00")))
    assert [alert.kind for alert in timeline.alerts] == [kind]
    assert timeline.messages == ()


@pytest.mark.parametrize("kind", sorted(MESSAGES))
def test_any_other_alert_is_a_message(kind: PayloadType) -> None:
    """27."""
    timeline = resolved(event("e", payload(kind, 1, "12:00", "13:00", "Words.")))
    assert timeline.alerts == ()
    assert [message.text for message in timeline.messages] == ["Words."]
    assert timeline.edges_after(at("12:30")) == (at("13:00"),)


def test_a_flex_alert_sheds_a_little_and_holds_back_what_can_be_shifted() -> None:
    """27."""
    flex = payload(PayloadType.ALERT_FLEX_ALERT, 1, "12:00", "13:00")
    timeline = resolved(event("e", flex))
    assert [shed.value for shed in timeline.sheds] == [1.0]
    assert [(peak.interval, peak.origin) for peak in timeline.peaks] == [(flex.interval, "flex alert")]
    assert resolved(event("e", flex, targets=("car",))).peaks == ()


@pytest.mark.parametrize("kind", sorted(SETPOINTS))
def test_a_set_point_names_its_devices(kind: PayloadType) -> None:
    """26."""
    timeline = resolved(event("e", payload(kind, 50, "12:00", "13:00"), targets=("car",)))
    assert [(order.kind, order.members) for order in timeline.setpoints] == [(kind, (CAR,))]
    assert timeline.edges_after(at("12:30")) == (at("13:00"),)


@pytest.mark.parametrize("kind", sorted(IDLE))
def test_what_moves_nothing_is_still_shown(kind: PayloadType) -> None:
    """24, 26, 27."""
    timeline = resolved(event("e", payload(kind, 1, "12:00", "13:00")))
    assert set(timeline.in_force) == {kind}
    assert (timeline.limits, timeline.sheds, timeline.alerts, timeline.setpoints) == ((), (), (), ())


def test_a_curve_keeps_its_points_and_two_curves_are_two_stretches() -> None:
    """27."""
    curves = [
        Payload(PayloadType.CURVE, has("CURVE", 1, start, end).interval, 1.0, curve=((0.0, y),))
        for start, end, y in (("12:00", "13:00", 1.0), ("13:00", "14:00", 2.0))
    ]
    orders = resolved(event("e", *curves)).in_force[PayloadType.CURVE]
    assert [order.curve for order in orders] == [((0.0, 1.0),), ((0.0, 2.0),)]


def test_every_way_to_shed_is_one_class() -> None:
    assert not SHEDS & (SETPOINTS | IDLE | MESSAGES | STOPS)
