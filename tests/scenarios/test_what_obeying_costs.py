"""What does it cost to obey an event? Two plans answer, one with it and one without; nothing is kept."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from drrouter.domain.event import PayloadType
from drrouter.domain.ids import EventId
from drrouter.domain.plan import Plan, SolveRung
from drrouter.domain.signal import EventReceived
from drrouter.errors import MessageError, PlannerError
from drrouter.planner import Problem, plan
from drrouter.router.facade import WishRequest
from drrouter.router.front import Front
from drrouter.router.obeying import without_effect
from tests.builders import MINUTE, SP, WASHER, at, capacity, event, payload, price, shed
from tests.homes import Home, running

DEAR, CHEAP = 0.40, 0.10


class Second:
    """A second solver, in this process, that fails from its so-manieth answer on."""

    def __init__(self) -> None:
        self.asked: list[Problem] = []
        self.fails_from = 99

    async def solve(self, problem: Problem, budget: timedelta) -> Plan:
        self.asked.append(problem)
        if len(self.asked) >= self.fails_from:
            raise PlannerError("The planner gave no plan within 2 s")
        return plan(problem)


@pytest.fixture
async def home() -> AsyncIterator[Home]:
    """Cheap in the afternoon, dear before and after; the washer is asked for by the evening."""
    async with running(Home()) as made:
        for name, value, start, end in (
            ("noon", DEAR, "12:00", "14:00"),
            ("afternoon", CHEAP, "14:00", "17:00"),
            ("evening", DEAR, "17:00", "23:00"),
        ):
            made.provider.says(EventReceived(price(name, value, start, end)))
        await made.front.wish(WASHER, WishRequest(at("21:00"), earliest=at("13:00")))
        await made.clock.advance(MINUTE)
        yield made


@pytest.fixture
def second() -> Second:
    return Second()


@pytest.fixture
def front(home: Home, second: Second) -> Front:
    return Front(home.router, home.store, second=second)


async def told(home: Home, start: str, end: str) -> EventId:
    """Let the provider ask the home to use less."""
    home.provider.says(EventReceived(shed("shed", start, end, level=3)))
    await home.clock.advance(MINUTE)
    return EventId("shed")


async def test_what_moves_a_cycle_out_of_the_cheap_hours_costs_the_difference(
    home: Home, front: Front, second: Second
) -> None:
    name = await told(home, "14:00", "17:00")
    in_force = home.front.plan()
    view = await front.event_cost(SP, name)
    assert view.cost > 0.01
    assert (view.provider, view.event_id, view.currency) == (SP, name, "EUR")
    assert view.solve_rung is SolveRung.OPTIMAL
    with_it, without = second.asked
    assert view.until == with_it.slots[-1].end
    assert with_it.import_price[0] == without.import_price[0] == DEAR  # prices stay as they are
    assert home.front.plan() is in_force
    assert (SP, name) in home.router.book.events


async def test_what_binds_nothing_costs_nothing(home: Home, front: Front) -> None:
    home.provider.says(EventReceived(capacity("wide", 100_000.0, "14:00", "17:00")))
    await home.clock.advance(MINUTE)
    view = await front.event_cost(SP, EventId("wide"))
    assert view.cost == pytest.approx(0.0, abs=0.001)
    assert view.misses == ()


async def test_what_cannot_be_made_up_for_is_told_beside_the_money(home: Home, front: Front) -> None:
    name = await told(home, "13:00", "21:00")
    view = await front.event_cost(SP, name)
    assert WASHER in [miss.device_id for miss in view.misses]


async def test_both_plans_are_made_by_hand_where_the_solver_fails_for_one(
    home: Home, front: Front, second: Second
) -> None:
    name = await told(home, "14:00", "17:00")
    second.fails_from = 2
    view = await front.event_cost(SP, name)
    assert (view.solve_rung, len(second.asked)) == (SolveRung.GREEDY, 2)
    assert (await home.front.event_cost(SP, name)).solve_rung is SolveRung.GREEDY


async def test_of_what_asks_for_nothing_or_is_unknown_no_cost_is_told(home: Home, front: Front) -> None:
    with pytest.raises(MessageError, match="no event"):
        await front.event_cost(SP, EventId("nobody-sent-it"))
    with pytest.raises(MessageError, match="asks for nothing"):
        await front.event_cost(SP, EventId("noon"))
    over = await told(home, "11:00", "11:30")
    assert (SP, over) in home.router.book.events
    with pytest.raises(MessageError, match="asks for nothing"):
        await front.event_cost(SP, over)


def test_what_an_event_tells_stays_when_its_order_is_left_out() -> None:
    both = event(
        "both",
        payload(PayloadType.PRICE, DEAR, "12:00", "14:00"),
        payload(PayloadType.SIMPLE, 0, "12:00", "13:00"),
        payload(PayloadType.SIMPLE, 2, "13:00", "14:00"),
    )
    assert [one.value for one in without_effect(both).payloads] == [DEAR, 0]
