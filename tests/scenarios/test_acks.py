"""What became of an event is followed to its end and told once to its provider: B1, B7, A1."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from drrouter.domain.ack import Ack, AckState
from drrouter.domain.device import Presence
from drrouter.domain.event import PayloadType
from drrouter.domain.ids import DeviceId, EventId
from drrouter.domain.signal import EventCancelled, EventReceived, LinkChanged, MessageKind
from drrouter.domain.wish import OverrideMode
from drrouter.ports import Collection, Put
from drrouter.router.viewed import EventView
from tests.builders import (
    CAR,
    FREEZER,
    HOUR,
    HVAC,
    MINUTE,
    NOON,
    OTHER_SP,
    SP,
    at,
    capacity,
    car,
    event,
    freezer,
    hvac,
    payload,
    price,
    shed,
    washer,
)
from tests.fakes import MemoryStore
from tests.homes import Home, running

SECOND = timedelta(seconds=1)
S, K = AckState, MessageKind


def a_home(**kept: object) -> Home:
    groups = ("flexible",)
    return Home(freezer(), washer(), car(groups=groups), hvac(groups=groups), tick=15 * SECOND, **kept)  # type: ignore[arg-type]


@pytest.fixture
async def home() -> AsyncIterator[Home]:
    made = a_home()
    async with running(made):
        made.provider.says(LinkChanged(SP, True, "The link is up.", NOON))
        await made.clock.advance(10 * SECOND)
        yield made


async def receive(home: Home, *events: object) -> None:
    for one in events:
        home.provider.says(EventReceived(one))  # type: ignore[arg-type]
    await home.clock.settle()


def view(home: Home, name: str = "e") -> EventView:
    (found,) = [one for one in home.front.events() if one.event.id == name]
    return found


def ack(home: Home, member: DeviceId | None = None, name: str = "e") -> Ack:
    (found,) = [one for one in view(home, name).acks if one.member == member]
    return found


def states(one: Ack) -> list[AckState]:
    return [step.state for step in one.steps]


def told(home: Home, *but: MessageKind) -> list[tuple[MessageKind, DeviceId | None]]:
    return [(item.kind, item.member) for item in home.provider.received if item.kind not in but]


async def test_an_order_is_received_understood_planned_started_and_done_each_at_its_instant(
    home: Home,
) -> None:
    """32: B7, the acknowledgement at once, the effect when there is one."""
    await receive(home, capacity("e", 4000, "12:30", "13:00"))
    assert ack(home).state is S.PLANNED
    assert told(home) == [(K.RECEIPT, None)]
    await home.clock.advance(2 * HOUR)
    assert [(step.state, step.at) for step in ack(home).steps] == [
        (S.RECEIVED, NOON + 10 * SECOND),
        (S.UNDERSTOOD, NOON + 10 * SECOND),
        (S.PLANNED, NOON + 10 * SECOND),
        (S.STARTED, at("12:30")),
        (S.DONE, at("13:00")),
    ]
    assert told(home) == [(K.RECEIPT, None), (K.STARTED, None), (K.DONE, None)]
    started = home.provider.received[1]
    assert started.payloads == {"OPERATING_STATE": "RUNNING_CURTAILED"}
    assert "E of grid is over and was obeyed." in home.store.sentences()


@pytest.mark.parametrize(("over", "outcomes"), [(True, [K.IMPOSSIBLE]), (False, [])])
async def test_what_is_over_has_its_outcome_before_a_new_version_takes_its_place(
    home: Home, over: bool, outcomes: list[MessageKind]
) -> None:
    """Nobody need look between an order's end and its next version, where another order overrules it."""
    old = shed("e", "12:05", "12:10", priority=3)
    await receive(home, shed("other", "12:01", "13:00", priority=1), old)
    await home.clock.advance(at("12:10:01" if over else "12:09:59") - home.clock.now())
    said = len(home.provider.received)
    later = shed("e", "12:30", "12:40", priority=3)
    await receive(home, replace(later, modified_at=old.modified_at + MINUTE))
    told = [(item.kind, item.event_version) for item in home.provider.received[said:]]
    assert [kind for kind, _ in told] == [*outcomes, K.RECEIPT]
    assert [version for kind, version in told if kind is K.IMPOSSIBLE] == [old.version for _ in outcomes]


async def test_a_group_order_has_an_outcome_for_each_member(home: Home) -> None:
    """32: B1, once per member."""
    await receive(home, replace(shed("e", "12:30", "13:00"), targets=("flexible",)))
    await home.front.override(CAR, OverrideMode.ON, at("14:00"))
    await home.clock.advance(2 * HOUR)
    assert states(ack(home, CAR))[2:] == [S.PLANNED, S.OPTED_OUT]
    assert states(ack(home, HVAC))[2:] == [S.PLANNED, S.STARTED, S.DONE]
    kinds = {kind: [member for one, member in told(home) if one is kind] for kind in K}
    assert (kinds[K.RECEIPT], kinds[K.STARTED]) == ([CAR, HVAC], [HVAC])
    assert (kinds[K.DONE], kinds[K.OPTED_OUT]) == ([HVAC], [CAR])
    assert "E of grid is over and was obeyed by hvac." in home.store.sentences()


async def test_an_order_for_the_site_is_done_without_those_that_opted_out(home: Home) -> None:
    await home.front.override(CAR, OverrideMode.ON, at("14:00"))
    await receive(home, shed("e", "12:10", "13:00"))
    await home.clock.advance(2 * HOUR)
    assert (ack(home).state, ack(home).reason) == (S.DONE, "not by freezer, car")
    assert (ack(home, CAR).state, ack(home, FREEZER).state) == (S.OPTED_OUT, S.IMPOSSIBLE)
    (done,) = [item for item in home.provider.received if item.kind is K.DONE]
    assert done.payloads == {"reason": "not by freezer, car"}


async def test_a_limit_that_cannot_be_kept_is_impossible_and_never_done(home: Home) -> None:
    await receive(home, capacity("e", 100, "12:10", "13:00"))
    await home.clock.advance(2 * HOUR)
    assert states(ack(home))[-1] is S.IMPOSSIBLE
    assert "W too much" in ack(home).reason
    assert told(home) == [(K.RECEIPT, None), (K.IMPOSSIBLE, None)]


async def test_prices_are_planned_and_nothing_else_is_told_of_them(home: Home) -> None:
    await receive(home, price("e", 0.2, "12:00", "13:00"))
    await home.clock.advance(2 * HOUR)
    assert states(ack(home)) == [S.RECEIVED, S.UNDERSTOOD, S.PLANNED]
    assert told(home) == [(K.RECEIPT, None)]


async def test_an_order_that_another_one_overrules_never_starts(home: Home) -> None:
    weak = replace(capacity("weak", 4000, "12:30", "13:00"), priority=5)
    await receive(home, weak, replace(capacity("e", 3000, "12:30", "13:00"), priority=1))
    await home.clock.advance(2 * HOUR)
    assert ack(home).state is S.DONE
    lost = ack(home, name="weak")
    assert (lost.state, lost.reason) == (S.IMPOSSIBLE, "it never came into force here")


async def test_a_device_that_cannot_be_reached_has_done_nothing(home: Home) -> None:
    await receive(home, replace(shed("e", "12:30", "13:00"), targets=("flexible",)))
    home.plug(CAR).unreachable = True
    await home.clock.advance(2 * HOUR)
    assert home.router.registry.state(CAR).presence is Presence.GONE
    assert (ack(home, CAR).state, ack(home, HVAC).state) == (S.IMPOSSIBLE, S.DONE)
    assert "cannot be reached" in ack(home, CAR).reason


async def test_what_is_taken_back_has_no_outcome_and_is_forgotten(home: Home) -> None:
    await receive(home, capacity("e", 4000, "12:10", "13:00"))
    await home.clock.advance(30 * MINUTE)
    home.provider.says(EventCancelled(SP, EventId("e"), home.clock.now()))
    await home.clock.advance(2 * HOUR)
    assert told(home) == [(K.RECEIPT, None), (K.STARTED, None)]
    assert home.router.book.acks == {}


async def test_a_new_version_has_steps_and_messages_of_its_own(home: Home) -> None:
    await receive(home, capacity("e", 4000, "12:10", "13:00"))
    await home.clock.advance(30 * MINUTE)
    newer = replace(capacity("e", 3900, "12:10", "13:30"), modified_at=home.clock.now())
    await receive(home, newer)
    await home.clock.advance(2 * HOUR)
    assert states(ack(home)) == [S.RECEIVED, S.UNDERSTOOD, S.STARTED, S.PLANNED, S.DONE]
    assert [kind for kind, _ in told(home)] == [K.RECEIPT, K.STARTED, K.RECEIPT, K.STARTED, K.DONE]


async def test_an_event_that_its_provider_forgets_while_we_are_away_has_its_outcome_all_the_same() -> None:
    first = a_home()
    async with running(first):
        await first.clock.advance(10 * SECOND)
        await receive(first, capacity("e", 4000, "12:00", "13:00"))
    first.store.documents.pop((Collection.EVENTS, "grid/e"))
    second = a_home(store=first.store, start=at("13:10"))
    async with running(second):
        await second.clock.advance(MINUTE)
        assert told(second) == [(K.DONE, None)]
        assert second.router.book.acks == {}


async def test_a_restart_neither_loses_nor_repeats_a_step() -> None:
    """A1: over a stop at any time, here before the start and in the middle of the order."""
    first = a_home()
    async with running(first):
        await first.clock.advance(10 * SECOND)
        await receive(first, capacity("e", 4000, "12:30", "13:00"))
        assert ack(first).state is S.PLANNED
    second = a_home(store=first.store, start=at("12:45"))
    async with running(second):
        await second.clock.advance(MINUTE)
        assert states(ack(second))[2:] == [S.PLANNED, S.STARTED]
    third = a_home(store=first.store, start=at("13:10"))
    async with running(third):
        await third.clock.advance(MINUTE)
        assert states(ack(third))[2:] == [S.PLANNED, S.STARTED, S.DONE]
        both = [*first.provider.received, *second.provider.received, *third.provider.received]
        assert [item.kind for item in both] == [K.RECEIPT, K.STARTED, K.DONE]


async def test_nobody_hears_of_the_events_of_another(home: Home) -> None:
    await receive(home, replace(capacity("e", 4000, "12:10", "13:00"), provider=OTHER_SP))
    await home.clock.advance(2 * HOUR)
    assert ack(home).state is S.DONE
    assert home.provider.received == []


async def test_what_could_not_be_kept_for_a_provider_is_shown_and_written_down(home: Home) -> None:
    """31, 32: measurements that waited too long are missed by somebody, so the owner knows."""
    bounds = home.router.senders[SP].bounds
    bounds.let_go = 3
    status = home.front.status()
    assert status.degraded
    assert "3 messages to grid could not be kept" in status.sentence
    bounds.emptied()
    await home.clock.settle()
    assert "grid has received all that still waited" in home.store.sentences()[-1]
    assert not home.front.status().degraded


async def test_what_an_older_program_took_in_is_followed_to_its_end_and_not_received_again() -> None:
    store = MemoryStore()
    event = shed("e", "11:50", "13:00", targets=("flexible",))
    over = shed("over", "10:00", "11:00")
    for one in (event, over):
        await store.commit(Put(Collection.EVENTS, f"{SP}/{one.id}", one))
    async with running(a_home(store=store)) as home:
        await home.clock.advance(2 * HOUR)
        assert told(home) == [(K.STARTED, CAR), (K.STARTED, HVAC), (K.DONE, CAR), (K.DONE, HVAC)]


async def test_a_set_point_that_names_no_device_is_never_said_to_be_carried_out(home: Home) -> None:
    await receive(home, event("e", payload(PayloadType.DISPATCH_SETPOINT, 3000.0, "12:00", "13:00")))
    await home.clock.advance(2 * HOUR)
    assert told(home) == [(K.RECEIPT, None), (K.IMPOSSIBLE, None)]
