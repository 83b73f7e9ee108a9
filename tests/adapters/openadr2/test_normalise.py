"""What signals mean, read out of openleadr's own messages; numbers are the obligations of a VEN."""

from datetime import timedelta
from typing import Any

import pytest
from openleadr import messaging, objects

from drrouter.adapters.sp.openadr2.codec import open_codec
from drrouter.adapters.sp.openadr2.normalise import Draws, normalise, number_in, version_of
from drrouter.adapters.sp.openadr2.reading import WireEvent, events_in
from drrouter.domain.event import Event, PayloadType
from drrouter.domain.ids import ProviderId
from drrouter.errors import ProviderUnreachableError
from tests.adapters.openadr2.peers import HOUR, MINUTE, NOW, event_of, settings_for, signal_of

CODEC = open_codec(settings_for("https://vtn.example"))


def written(event: Any, *changes: tuple[str, str]) -> bytes:
    """openleadr's message with the event, and some of its words changed."""
    members = {"vtn_id": "VTN", "request_id": "r", "events": [event]}
    text: str = messaging.create_message("oadrDistributeEvent", **members)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text.encode()


def wire(event: Any, *changes: tuple[str, str]) -> WireEvent:
    (found,) = events_in(CODEC.read(written(event, *changes)))
    return found


def read(event: Any, *changes: tuple[str, str], draws: Draws | None = None) -> Event:
    return normalise(wire(event, *changes), ProviderId("grid"), NOW, draws or Draws())


def money(scale: str = "none", name: str = "currencyPerKWh", unit: str = "EUR") -> objects.Measurement:
    return objects.Measurement(name=name, description=name, unit=unit, scale=scale, ns="oadr")


def price(*values: float, **members: Any) -> objects.EventSignal:
    return signal_of(*values, name="ELECTRICITY_PRICE", type="price", **{"measurement": money(), **members})


def test_the_intervals_of_simple_follow_one_another() -> None:
    """40."""
    event = read(event_of("event-1", signal_of(1.0, 3.0, 0.0, step=30 * MINUTE)))
    starts = [(payload.interval.start - NOW, payload.value) for payload in event.payloads]
    assert starts == [(timedelta(0), 1.0), (30 * MINUTE, 3.0), (HOUR, 0.0)]
    assert {payload.type for payload in event.payloads} == {PayloadType.SIMPLE}
    assert event.ignored == ()


def test_a_level_beyond_three_is_refused_with_a_word() -> None:
    """40."""
    event = read(event_of("event-1"), ("<ei:value>2.0</ei:value>", "<ei:value>4</ei:value>"))
    assert event.payloads == ()
    assert "not a level" in event.ignored[0]


def test_intervals_go_by_their_uids() -> None:
    """40."""
    swapped = (("<text>0</text>", "<text>x</text>"), ("<text>1</text>", "<text>0</text>"))
    event = read(event_of("event-1", signal_of(1.0, 2.0)), *swapped, ("<text>x</text>", "<text>1</text>"))
    assert [payload.value for payload in event.payloads] == [2.0, 1.0]
    odd = read(event_of("event-1", signal_of(1.0, 2.0)), ("<text>1</text>", "<text>7</text>"))
    assert [payload.value for payload in odd.payloads] == [1.0, 2.0]
    assert "not numbered" in odd.ignored[0]


def test_intervals_that_do_not_add_up_are_said_and_cut() -> None:
    """40."""
    longer = ("<duration>PT2H</duration>", "<duration>PT90M</duration>")
    event = read(event_of("event-1", signal_of(1.0, 2.0)), longer)
    assert event.payloads[-1].interval.end == NOW + 90 * MINUTE
    assert "do not add up" in event.ignored[0]


def test_an_interval_may_say_when_it_begins() -> None:
    """40."""
    signal = signal_of(1.0)
    signal.intervals[0].dtstart = NOW + 15 * MINUTE
    signal.intervals[0].duration = 45 * MINUTE
    event = read(event_of("event-1", signal), ("<duration>PT45M</duration>", "<duration>PT1H</duration>"))
    assert event.payloads[0].interval.start == NOW + 15 * MINUTE


def test_the_current_value_says_nothing_about_the_plan() -> None:
    """40."""
    assert read(event_of("event-1", signal_of(2.0, current_value=0.0))).payloads[0].value == 2.0


@pytest.mark.parametrize(("scale", "value"), [("none", 0.25), ("m", 0.00025), ("c", 0.0025)])
def test_prices_have_a_currency_and_a_scale(scale: str, value: float) -> None:
    """40."""
    event = read(event_of("event-1", price(0.25, measurement=money(scale))))
    assert event.currency == "EUR"
    assert event.payloads[0].type is PayloadType.PRICE
    assert event.payloads[0].value == pytest.approx(value)


def test_nothing_is_guessed_about_prices() -> None:
    """40."""
    bare = read(event_of("event-1", price(0.25, measurement=None)))
    assert bare.payloads == ()
    assert "no units" in bare.ignored[0]
    power = read(event_of("event-1", price(0.25, measurement=money(name="currencyPerKW"))))
    assert power.payloads == ()
    odd = read(event_of("event-1", price(0.25, measurement=money("T"))))
    assert "scale" in odd.ignored[0]
    other = price(0.25, measurement=money(unit="USD"))
    mixed = read(event_of("event-1", price(0.25), other))
    assert (len(mixed.payloads), mixed.currency) == (1, "EUR")
    assert "USD" in mixed.ignored[0]


def real(name: str, description: str, unit: str, **members: Any) -> dict[str, objects.Measurement]:
    """Something measured in thousands."""
    item = objects.Measurement(
        name=name, description=description, unit=unit, scale="k", ns="power", **members
    )
    return {"measurement": item}


AC = objects.PowerAttributes(hertz=50, voltage=230, ac=True)
POWER = real("powerReal", "RealPower", "W", power_attributes=AC)
ENERGY = real("energyReal", "RealEnergy", "Wh")
SHARE, LEVEL, OFFSET = "x-loadControlCapacity", "x-loadControlLevelOffset", "x-loadControlPercentOffset"


@pytest.mark.parametrize(
    ("name", "type", "said", "item", "means", "value"),
    [
        ("LOAD_DISPATCH", "setpoint", 1.5, POWER, PayloadType.DISPATCH_SETPOINT, 1500.0),
        ("LOAD_DISPATCH", "delta", -0.5, POWER, PayloadType.DISPATCH_SETPOINT_RELATIVE, -500.0),
        ("LOAD_CONTROL", SHARE, 0.4, {}, PayloadType.OLS, 0.4),
        ("LOAD_CONTROL", LEVEL, 2.0, {}, PayloadType.CONTROL_LEVEL_OFFSET, 2.0),
        (
            "LOAD_CONTROL",
            "x-loadControlPercentOffset",
            0.2,
            {},
            PayloadType.CONTROL_LEVEL_OFFSET_PERCENT,
            0.2,
        ),
        ("CHARGE_STATE", "setpoint", 12.0, ENERGY, PayloadType.CHARGE_STATE_SETPOINT, 12_000.0),
    ],
)
def test_orders_of_power_mean_what_openadr_3_means_by_them(
    name: str, type: str, said: float, item: dict[str, Any], means: PayloadType, value: float
) -> None:
    """40."""
    event = read(event_of("event-1", signal_of(said, name=name, type=type, **item)))
    (payload,) = event.payloads
    assert (payload.type, payload.value) == (means, value)
    assert event.ignored == ()


def test_an_order_of_power_without_a_unit_is_refused() -> None:
    """40."""
    event = read(event_of("event-1", signal_of(1.5, name="LOAD_DISPATCH", type="setpoint")))
    assert event.payloads == ()
    assert "no units" in event.ignored[0]


@pytest.mark.parametrize("type", ["priceRelative", "priceMultiplier"])
def test_what_is_not_used_is_named(type: str) -> None:
    """40."""
    signal = signal_of(0.25, name="ELECTRICITY_PRICE", type=type)
    event = read(event_of("event-1", signal, signal_of(1.0)))
    assert event.ignored == (f"signal ELECTRICITY_PRICE {type} is not used",)
    assert len(event.payloads) == 1


@pytest.mark.parametrize("value", ["INF", "NaN"])
def test_values_that_are_no_numbers_are_refused(value: str) -> None:
    """40."""
    event = read(event_of("event-1", price(0.25)), ("<ei:value>0.25", f"<ei:value>{value}"))
    assert event.payloads == ()
    assert "not finite" in event.ignored[0]


def test_a_start_within_a_tolerance_is_drawn_once_and_later_only() -> None:
    """40."""
    row = event_of("event-1", tolerance=10 * MINUTE)
    starts = {read(row, draws=Draws(seed)).payloads[0].interval.start for seed in "abcdefgh"}
    assert len(starts) > 4
    assert all(NOW <= start <= NOW + 10 * MINUTE for start in starts)
    assert read(row, draws=Draws("a")) == read(row, draws=Draws("a"))
    shifted = read(row, draws=Draws("a")).payloads[0].interval
    assert shifted.duration == HOUR


def test_prices_are_not_moved_unless_the_owner_says_so() -> None:
    """40."""
    row = event_of("event-1", price(0.25), tolerance=10 * MINUTE)
    assert read(row, draws=Draws("a")).payloads[0].interval.start == NOW
    assert read(row, draws=Draws("a", prices=True)).payloads[0].interval.start > NOW


def test_an_event_without_an_end_is_read_ahead() -> None:
    """40."""
    changes = (("<duration>PT1H</duration>", "<duration>PT0S</duration>"),) * 1
    durations = ("<xcal:duration>PT1H</xcal:duration>", "<xcal:duration>PT0S</xcal:duration>")
    event = read(event_of("event-1"), *changes, durations)
    assert event.known_until == NOW + timedelta(days=8)
    assert event.payloads[0].interval.end == event.known_until


@pytest.mark.parametrize(("said", "means"), [(0, None), (1, 1), (5, 5)])
def test_priority_one_is_the_highest_and_zero_is_none(said: int, means: int | None) -> None:
    """38."""
    assert read(event_of("event-1", priority=said)).priority == means


def test_groups_and_resources_are_targets_and_vens_are_the_home() -> None:
    """38."""
    targets = [{"ven_id": "ven-1"}, {"resource_id": "car"}, {"group_id": "heating"}]
    assert set(read(event_of("event-1", targets=targets)).targets) == {"car", "heating"}
    assert read(event_of("event-1")).targets == ()


def test_a_version_carries_its_modification_number() -> None:
    """38."""
    versions = [wire(event_of("event-1", modification_number=number)) for number in (0, 1, 7)]
    dates = [version_of(one) for one in versions]
    assert dates == sorted(set(dates))
    assert [number_in(date.isoformat()) for date in dates] == [0, 1, 7]


@pytest.mark.parametrize("said", ["true", "yes, please", "1"])
def test_whatever_is_not_false_is_a_test(said: str) -> None:
    """40."""
    row = event_of("event-1", test_event=False)
    old = "<ei:testEvent>false</ei:testEvent>"
    assert not wire(row).is_test
    assert wire(row, (old, f"<ei:testEvent>{said}</ei:testEvent>")).is_test
    assert not wire(row, (old, "")).is_test


def test_words_of_ours_cannot_break_a_message() -> None:
    """7."""
    text = CODEC.write("oadrPoll", {"ven_id": '<a> & "b"'})
    assert CODEC.read(text.encode()).text("venID") == '<a> & "b"'


@pytest.mark.parametrize("raw", [b"<a/>", b"{}", b"\xff", b"<?xml version='1.0' encoding='utf-16'?><a/>"])
def test_what_is_no_message_is_refused(raw: bytes) -> None:
    """7."""
    with pytest.raises(ProviderUnreachableError, match="does not answer with OpenADR"):
        CODEC.read(raw)


def test_an_empty_answer_is_one() -> None:
    """7."""
    assert CODEC.read(b" ").kind == ""
