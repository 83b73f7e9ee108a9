"""Laws of the timeline: the order in which events come changes nothing, and the strongest holds."""

import random

from hypothesis import given
from hypothesis import strategies as st

from drrouter.domain.event import Event, Payload, PayloadType
from drrouter.domain.ids import DeviceId
from drrouter.domain.timeline import Order, TariffRates, Timeline, resolve
from tests.builders import CAR, DAY, FREEZER, MINUTE
from tests.properties.strategies import MINUTES, events

DIRECTORY: dict[str, tuple[DeviceId, ...]] = {"freezer": (FREEZER,), "big": (CAR, FREEZER), "home": ()}
MEANT: dict[tuple[str, ...], tuple[DeviceId, ...] | None] = {
    (): (),
    ("freezer",): (FREEZER,),
    ("big",): (CAR, FREEZER),
    ("home",): (),
    ("neighbour",): None,
}


def resolved(given_events: list[Event]) -> Timeline:
    return resolve(given_events, TariffRates(), DIRECTORY)


@given(some=events(), seed=st.integers())
def test_the_timeline_does_not_mind_in_which_order_events_come(some: list[Event], seed: int) -> None:
    shuffled = list(some)
    random.Random(seed).shuffle(shuffled)
    assert resolved(shuffled) == resolved(some)


@given(some=events(), minutes=MINUTES)
def test_at_each_instant_the_strongest_payload_is_in_force_and_nothing_where_there_is_none(
    some: list[Event], minutes: int
) -> None:
    instant, timeline = DAY + minutes * MINUTE, resolved(some)
    for kind in PayloadType:
        orders = [order for order in timeline.in_force.get(kind, ()) if order.interval.holds(instant)]
        rivals = _rivals(some, kind, minutes)
        assert {(order.provider, order.members) for order in orders} == set(rivals)
        assert len(orders) == len(rivals)
        for order in orders:
            _assert_strongest(order, rivals[order.provider, order.members], kind)


@given(some=events())
def test_replaying_an_event_changes_nothing(some: list[Event]) -> None:
    assert resolved(some + some) == resolved(some)


@given(some=events())
def test_stretches_of_one_provider_for_the_same_devices_never_overlap(some: list[Event]) -> None:
    for orders in resolved(some).in_force.values():
        ends: dict[object, object] = {}
        for order in orders:
            group = (order.provider, order.members)
            assert group not in ends or ends[group] <= order.interval.start  # type: ignore[operator]
            ends[group] = order.interval.end


Rivals = dict[tuple[str, tuple[DeviceId, ...]], list[tuple[Event, Payload]]]


def _rivals(some: list[Event], kind: PayloadType, minutes: int) -> Rivals:
    """The payloads that hold then, by provider and by the devices meant."""
    found: Rivals = {}
    for event in some:
        members = MEANT[event.targets]
        for payload in event.of(kind):
            if members is not None and payload.interval.holds(DAY + minutes * MINUTE):
                found.setdefault((event.provider, members), []).append((event, payload))
    return found


def _assert_strongest(order: Order, rivals: list[tuple[Event, Payload]], kind: PayloadType) -> None:
    """Lower priority number; then the tighter limit or the higher level; then the newest."""
    priorities = [_priority(event) for event, _ in rivals]
    (winner,) = {event.id: event for event, _ in rivals if event.id == order.event_id}.values()
    assert _priority(winner) == min(priorities)
    equals = [(event, payload) for event, payload in rivals if _priority(event) == min(priorities)]
    values = [payload.value for _, payload in equals]
    if kind is PayloadType.IMPORT_CAPACITY_LIMIT:
        assert order.value == min(values)
    elif kind is PayloadType.SIMPLE:
        assert order.value == max(values)
    else:
        assert winner.modified_at == max(event.modified_at for event, _ in equals)


def _priority(event: Event) -> float:
    return float("inf") if event.priority is None else event.priority
