"""What if something else were asked of a device? A whole plan answers, and nothing is kept of it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from drrouter.domain.plan import Plan, SolveRung
from drrouter.domain.wish import CycleWish
from drrouter.errors import MessageError, OptionError, PlannerError, WishImpossibleError
from drrouter.planner import Problem, plan
from drrouter.router.facade import WishRequest
from drrouter.router.front import Front
from drrouter.router.what_if import MOST_WAITING
from tests.builders import CAR, HVAC, MINUTE, WASHER, at
from tests.homes import Home, running


class Second:
    """A second solver, in this process."""

    def __init__(self) -> None:
        self.asked: list[Problem] = []
        self.fails = False

    async def solve(self, problem: Problem, budget: timedelta) -> Plan:
        self.asked.append(problem)
        if self.fails:
            raise PlannerError("The planner gave no plan within 2 s")
        return plan(problem)


@pytest.fixture
async def home() -> AsyncIterator[Home]:
    async with running(Home()) as made:
        await made.front.wish(WASHER, WishRequest(at("20:00"), earliest=at("15:00")))
        await made.clock.advance(MINUTE)
        yield made


@pytest.fixture
def second() -> Second:
    return Second()


@pytest.fixture
def front(home: Home, second: Second) -> Front:
    return Front(home.router, home.store, second=second)


async def test_a_plan_answers_and_nothing_is_kept(home: Home, front: Front, second: Second) -> None:
    before, wishes = home.front.plan(), dict(home.router.book.wishes)
    view = await front.what_if(WASHER, WishRequest(at("22:00")))
    assert isinstance(view.wish, CycleWish)
    assert view.cycle is not None
    assert view.cycle.end <= at("22:00")
    assert (view.solve_rung, view.misses) == (SolveRung.OPTIMAL, ())
    assert view.cost is not None
    assert view.explanation is not None
    assert view.explanation.device_id == WASHER
    assert (home.front.plan(), home.router.book.wishes) == (before, wishes)
    assert [one.wishes for one in second.asked[0].devices if one.id == WASHER] == [(view.wish,)]


async def test_questions_beyond_a_few_are_told_to_come_again_instead_of_being_queued(
    front: Front, second: Second, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(problem: Problem, budget: timedelta) -> Plan:
        begun.set()
        await go_on.wait()
        return plan(problem)

    monkeypatch.setattr(second, "solve", slow)
    asked = [
        asyncio.create_task(front.what_if(WASHER, WishRequest(at("22:00")))) for _ in range(MOST_WAITING)
    ]
    await begun.wait()
    with pytest.raises(PlannerError, match="in a moment"):
        await front.what_if(WASHER, WishRequest(at("22:00")))
    go_on.set()
    assert len(await asyncio.gather(*asked)) == MOST_WAITING
    assert (await front.what_if(WASHER, WishRequest(at("22:00")))).cycle is not None


async def test_a_solver_that_gives_no_plan_in_time_leaves_one_by_hand(front: Front, second: Second) -> None:
    second.fails = True
    view = await front.what_if(WASHER, WishRequest(at("22:00")))
    assert (view.solve_rung, view.cycle is not None) == (SolveRung.GREEDY, True)


async def test_without_a_second_solver_the_answer_is_made_by_hand(home: Home) -> None:
    view = await home.front.what_if(WASHER, WishRequest(at("22:00")))
    assert view.solve_rung is SolveRung.GREEDY


async def test_what_nobody_can_keep_is_refused_as_a_wish_would_be(front: Front) -> None:
    with pytest.raises(WishImpossibleError, match="cannot be done by"):
        await front.what_if(WASHER, WishRequest(at("12:10")))
    with pytest.raises(MessageError, match="runs as it likes"):
        await front.what_if(HVAC, WishRequest(at("22:00")))


async def test_a_machine_that_runs_is_moved_by_no_plan(home: Home, front: Front) -> None:
    await home.front.wish(WASHER, WishRequest(at("13:45")))
    await home.clock.advance(5 * MINUTE)
    with pytest.raises(OptionError, match="is running"):
        await front.what_if(WASHER, WishRequest(at("23:30")))


async def test_a_car_that_is_not_here_cannot_be_planned(home: Home, front: Front) -> None:
    seat = home.router.registry.seat(CAR)
    seat.state = replace(seat.state, plugged=False)
    with pytest.raises(OptionError, match="not here"):
        await front.what_if(CAR, WishRequest(at("22:00"), level=1000.0))
