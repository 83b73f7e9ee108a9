"""Conflicts between providers: who holds, by which rule, and said once."""

from dataclasses import replace

import pytest

from drrouter.domain.event import Event, PayloadType
from drrouter.domain.ids import DeviceId, EventId, ProviderId
from drrouter.domain.mandate import Mandates, Role, mandate
from drrouter.domain.timeline import TariffRates, Timeline, resolve
from drrouter.ports import Note, Put
from drrouter.router import arbiter
from drrouter.router.arbiter import Arbiter, Conflict, conflicts_of
from tests.builders import BATTERY, CAR, FREEZER, NOON, at, capacity, event, payload, price, span
from tests.homes import AMSTERDAM

ENERGY, NETWORK, AGGREGATOR, OTHER = (ProviderId(name) for name in ("sells", "grid", "agg", "rival"))
MANDATES: Mandates = {
    ENERGY: mandate(Role.ENERGY),
    NETWORK: mandate(Role.NETWORK),
    AGGREGATOR: mandate(Role.AGGREGATOR),
    OTHER: mandate(Role.ENERGY),
}
DIRECTORY: dict[str, tuple[DeviceId, ...]] = {"battery": (BATTERY,), "car": (CAR,), "freezer": (FREEZER,)}


def resolved(*events: Event) -> Timeline:
    return resolve(events, TariffRates(), DIRECTORY, MANDATES)


def found(*events: Event) -> list[str]:
    return [one.sentence for one in conflicts(*events)]


def conflicts(*events: Event) -> tuple[Conflict, ...]:
    sheds = {FREEZER}
    return conflicts_of(resolved(*events), MANDATES, NOON, lambda device_id, _: device_id in sheds)


def order(
    kind: PayloadType,
    value: float,
    provider: ProviderId = AGGREGATOR,
    target: str = "battery",
    start: str = "12:00",
    end: str = "13:00",
) -> Event:
    targets = (target,) if target else ()
    name = f"{provider}-{kind}-{value}-{start}"
    return event(name, payload(kind, value, start, end), provider=provider, targets=targets)


def limit(watts: float, provider: ProviderId = NETWORK, start: str = "12:00", end: str = "13:00") -> Event:
    return capacity(f"{provider}-limit-{watts}-{start}", watts, start, end, provider=provider)


def test_a_network_limit_holds_before_a_set_point_that_asks_for_more() -> None:
    (conflict,) = conflicts(limit(3000.0), order(PayloadType.DISPATCH_SETPOINT, 5000.0, start="12:30"))
    assert conflict.sentence == (
        "grid's limit of 3 kW holds before agg's set-point of 5 kW: a network limit stands above a set-point."
    )
    assert conflict.interval == span("12:30", "13:00")
    assert (conflict.winner[0], conflict.loser[0]) == (NETWORK, AGGREGATOR)
    assert [conflict.concerns(name) for name in (NETWORK, AGGREGATOR, ENERGY)] == [True, True, False]


def test_a_limit_of_feed_in_holds_before_a_set_point_that_gives_more() -> None:
    most = order(PayloadType.EXPORT_CAPACITY_LIMIT, 1000.0, NETWORK, "")
    assert found(most, order(PayloadType.DISPATCH_SETPOINT, -2500.0)) == [
        "grid's feed-in limit of 1 kW holds before agg's set-point of -2.5 kW: "
        "a network limit stands above a set-point."
    ]
    assert found(most, order(PayloadType.DISPATCH_SETPOINT, -500.0)) == []


def test_an_emergency_and_a_shed_hold_before_a_set_point_of_a_device_that_they_stop() -> None:
    alert = order(PayloadType.ALERT_GRID_EMERGENCY, 1.0, NETWORK, "")
    shed = order(PayloadType.SIMPLE, 2.0, ENERGY, "freezer")
    charge = order(PayloadType.CHARGE_STATE_SETPOINT, 80.0)
    assert found(alert, charge) == [
        "grid's emergency alert holds before agg's set-point of charge 80: "
        "an emergency alert stands above a set-point."
    ]
    assert found(shed, order(PayloadType.DISPATCH_SETPOINT, 100.0, target="freezer")) == [
        "sells's load shed of level 2 holds before agg's set-point of 0.1 kW: "
        "a load shed stands above a set-point."
    ]
    on_the_car = order(PayloadType.SIMPLE, 2.0, ENERGY, "car")
    assert found(on_the_car, order(PayloadType.DISPATCH_SETPOINT, 100.0, target="car")) == []


def test_equals_are_settled_by_the_tighter_the_higher_and_the_lower() -> None:
    assert found(limit(4000.0), limit(2000.0, OTHER)) == [
        "rival's limit of 2 kW holds before grid's limit of 4 kW: the tighter limit holds."
    ]
    sheds = order(PayloadType.SIMPLE, 1.0, NETWORK, ""), order(PayloadType.SIMPLE, 3.0, ENERGY, "")
    assert found(*sheds) == [
        "sells's load shed of level 3 holds before grid's load shed of level 1: the higher level holds."
    ]
    powers = order(PayloadType.DISPATCH_SETPOINT, 2000.0), order(PayloadType.DISPATCH_SETPOINT, 1000.0, OTHER)
    rule = "a power before a change of it before a charge, then the lower"
    assert found(*powers) == [f"rival's set-point of 1 kW holds before agg's set-point of 2 kW: {rule}."]
    change = order(PayloadType.DISPATCH_SETPOINT_RELATIVE, -500.0, OTHER)
    assert found(powers[0], change) == [
        f"agg's set-point of 2 kW holds before rival's change of -0.5 kW: {rule}."
    ]


@pytest.mark.parametrize(
    "both",
    [
        (limit(3000.0), order(PayloadType.DISPATCH_SETPOINT, 2000.0)),
        (limit(3000.0), limit(3000.0, OTHER)),
        (limit(3000.0), limit(2000.0)),
        (limit(3000.0), limit(2000.0, OTHER, "13:00", "14:00")),
        (limit(3000.0), order(PayloadType.IMPORT_CAPACITY_LIMIT, 2000.0, OTHER, "car")),
        (limit(3000.0), order(PayloadType.SIMPLE, 3.0, ENERGY, "")),
        (order(PayloadType.DISPATCH_SETPOINT, 1.0), order(PayloadType.DISPATCH_SETPOINT, 1.0, OTHER)),
        (order(PayloadType.DISPATCH_SETPOINT, 1.0), order(PayloadType.DISPATCH_SETPOINT, 2.0, OTHER, "car")),
        (
            order(PayloadType.ALERT_GRID_EMERGENCY, 1.0, NETWORK, ""),
            order(PayloadType.ALERT_BLACK_START, 1.0, OTHER, ""),
        ),
        (limit(3000.0, start="10:00", end="12:00"), limit(1000.0, OTHER, "10:00", "12:00")),
    ],
)
def test_where_both_can_have_their_way_or_one_is_over_there_is_no_conflict(both: tuple[Event, Event]) -> None:
    assert found(*both) == []


def test_two_prices_of_the_same_part_and_two_answers_on_co2_are_a_conflict() -> None:
    first = price("p", 0.2, "12:00", "14:00", provider=ENERGY)
    assert found(first, price("q", 0.3, "13:00", "15:00", provider=OTHER)) == [
        "sells's price holds before rival's: "
        "the home file names it first, and the other fills what it leaves."
    ]
    assert found(first, price("q", 0.2, "13:00", "15:00", provider=OTHER)) == []
    assert found(first, price("q", 0.3, "14:00", "15:00", provider=OTHER)) == []
    assert found(first, price("q", 0.3, "13:00", "15:00", provider=NETWORK)) == []
    ghg = [order(PayloadType.GHG, value, name, "") for value, name in ((1.0, NETWORK), (2.0, ENERGY))]
    assert found(*ghg) == [
        "sells's CO2 holds before grid's: the home file names it first, and the other fills what it leaves."
    ]


def test_each_conflict_is_noted_once_even_after_a_restart() -> None:
    judge = Arbiter(MANDATES, AMSTERDAM, lambda *_: True)
    timeline = resolved(limit(4000.0), limit(2000.0, OTHER))
    note, put = judge.look(timeline, NOON)
    assert isinstance(note, Note)
    assert isinstance(put, Put)
    assert note.entry.sentence.endswith("From Mon 01 Jun 14:00 to Mon 01 Jun 15:00.")
    assert judge.look(timeline, NOON) == ()
    assert judge.look(replace(timeline), NOON) == ()
    assert len(judge.standing(NOON)) == 1
    assert judge.standing(at("13:00")) == ()
    assert Arbiter(MANDATES, AMSTERDAM, lambda *_: True, put.value).look(timeline, NOON) == ()


def test_prices_that_differ_day_after_day_are_noted_once() -> None:
    judge = Arbiter(MANDATES, AMSTERDAM, lambda *_: True)
    for day in range(3):
        rivals = (
            price(f"p{day}", 0.2, "12:00", "14:00", provider=ENERGY),
            price(f"q{day}", 0.3, "12:00", "14:00", provider=OTHER),
        )
        assert bool(judge.look(resolved(*rivals), NOON)) is (day == 0)


def test_a_flood_of_conflicts_is_told_of_by_its_first_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arbiter, "MOST_SHOWN", 2)
    many = [limit(1000.0 + n, OTHER, f"12:{n:02}", f"12:{n + 1:02}") for n in range(5)]
    assert len(found(limit(500.0), *many)) == 2
    assert conflicts(limit(500.0), *many)[0].loser == (OTHER, EventId("rival-limit-1000.0-12:00"))


def test_a_set_point_that_names_no_device_is_in_nobodys_way() -> None:
    kind = PayloadType.DISPATCH_SETPOINT
    idle = event("idle", payload(kind, 3000.0, "12:00", "13:00"), provider=AGGREGATOR)
    tight = event(
        "tight", payload(PayloadType.IMPORT_CAPACITY_LIMIT, 1.0, "12:00", "13:00"), provider=NETWORK
    )
    assert found(idle, tight) == []
