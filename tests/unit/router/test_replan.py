"""The replanner: one plan for several reasons, checked, and never none."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.plan import Plan, SolveRung
from drrouter.errors import PlannerError
from drrouter.planner import DeviceInput, Problem, greedy, grid_slots, plan
from drrouter.router.replan import Replanner
from tests.builders import HOUR, NOON, hvac


class Solver:
    """Answers as it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.spoil = False
        self.error: PlannerError | None = None
        self.left = 0

    async def solve(self, problem: Problem, budget: timedelta) -> Plan:
        self.asked.append(f"mend: {problem.trigger}" if problem.effort.repair else problem.trigger)
        if not problem.effort.repair:
            try:
                await self.may_answer.wait()
            except asyncio.CancelledError:
                self.left += 1
                raise
        if self.error:
            raise self.error
        made = plan(problem)
        return replace(made, power_w={}, grid_w=made.grid_w[1:]) if self.spoil else made


class Room:
    """A replanner, its solver, and what was adopted."""

    def __init__(self) -> None:
        self.clock, self.solver = SimulatedClock(NOON), Solver()
        self.adopted: list[tuple[str, SolveRung]] = []
        self.mended: list[bool] = []
        self.plan: Plan | None = None
        budget = timedelta(seconds=10)
        self.replanner = Replanner(
            self.solver, self.clock, budget, self.describe, self.adopt, lambda: bool(self.adopted)
        )

    def describe(self, trigger: str) -> Problem:
        slots = grid_slots(NOON, HOUR)
        flat = (0.3,) * len(slots)
        one = hvac()
        assert one.flexibility
        device = DeviceInput(one.id, one.name, one.flexibility)
        return Problem(NOON, slots, flat, flat, flat, (device,), trigger=trigger, previous=self.plan)

    def adopt(self, problem: Problem, made: Plan) -> None:
        self.plan = made
        self.adopted.append((problem.trigger, made.solve_rung))
        self.mended.append(made.repaired)

    def ask(self, *triggers: str, urgent: bool = False) -> None:
        for trigger in triggers:
            self.replanner.request(trigger, urgent=urgent)


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    made = Room()
    task = asyncio.create_task(made.replanner.run())
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_the_first_plan_is_there_at_once_and_a_better_one_follows(room: Room) -> None:
    room.ask("start")
    await room.clock.settle()
    assert room.adopted == [("start", SolveRung.GREEDY), ("start", SolveRung.OPTIMAL)]


async def test_reasons_that_come_together_make_one_plan(room: Room) -> None:
    room.ask("start", "event a", "event b", "event a")
    await room.clock.settle()
    assert room.solver.asked == ["start; event a; event b"]


async def test_a_reason_that_comes_while_the_solver_works_makes_another_plan(room: Room) -> None:
    room.solver.may_answer.clear()
    room.ask("start")
    for _ in range(10):
        await asyncio.sleep(0)
    room.ask("event")
    room.solver.may_answer.set()
    await room.clock.settle()
    assert room.solver.asked == ["start", "event"]
    assert room.adopted[-1] == ("event", SolveRung.OPTIMAL)


async def test_without_a_reason_there_is_no_new_plan(room: Room) -> None:
    room.ask("start")
    await room.clock.advance(HOUR)
    assert room.solver.asked == ["start"]


async def test_where_the_solver_has_no_answer_the_greedy_plan_is_taken(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    room.solver.error = PlannerError("no plan came in time")
    room.ask("start")
    await room.clock.settle()
    assert room.adopted == [("start", SolveRung.GREEDY)] * 2
    assert "no plan from the solver, taking the greedy one: no plan came in time" in caplog.messages


async def test_a_solver_that_fails_is_told_of_once_and_once_when_it_works_again(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    room.solver.error = PlannerError("no plan came in time")
    for number in range(3):
        room.ask(f"reason {number}")
        await room.clock.settle()
    assert room.replanner.sentences() == ("The solver makes no plans at present; simpler ones are used.",)
    room.solver.error = None
    for number in range(2):
        room.ask(f"reason {number}")
        await room.clock.settle()
    assert room.replanner.sentences() == ()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == [
        "no plan from the solver, taking the greedy one: no plan came in time",
        "the solver makes plans again",
    ]


async def test_a_plan_that_a_failed_run_owes_is_made_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room()
    adopt, fails = room.replanner._adopt, iter([True])

    def adopting(problem: Problem, made: Plan) -> None:
        if next(fails, False):
            raise KeyError("a mistake of ours")
        adopt(problem, made)

    monkeypatch.setattr(room.replanner, "_adopt", adopting)
    room.ask("event")
    with pytest.raises(KeyError):
        await room.replanner.run()
    room.ask("another")
    task = asyncio.create_task(room.replanner.run())
    await room.clock.settle()
    assert room.adopted[-1] == ("another; event", SolveRung.OPTIMAL)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_plan_that_cannot_be_carried_out_is_refused(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    room.solver.spoil = True
    room.ask("start")
    await room.clock.settle()
    assert room.adopted[-1] == ("start", SolveRung.GREEDY)
    assert [record.levelno for record in caplog.records if "cannot be carried out" in record.message] == [
        logging.ERROR
    ]


async def test_an_order_gets_a_mended_plan_first_and_a_full_one_behind_it(room: Room) -> None:
    room.ask("start")
    await room.clock.settle()
    room.ask("order", urgent=True)
    await room.clock.settle()
    assert room.solver.asked == ["start", "mend: order", "order"]
    assert [trigger for trigger, _ in room.adopted] == ["start", "start", "order", "order"]
    assert room.mended == [False, False, True, False]


async def test_what_can_wait_gets_no_plan_in_between(room: Room) -> None:
    room.ask("start")
    await room.clock.settle()
    room.ask("a wish")
    await room.clock.settle()
    assert room.mended == [False, False, False]


async def test_an_order_overtakes_a_solve_that_does_not_know_of_it(room: Room) -> None:
    room.ask("start")
    await room.clock.settle()
    room.solver.may_answer.clear()
    room.ask("a wish")
    for _ in range(10):
        await asyncio.sleep(0)
    room.ask("order", urgent=True)
    for _ in range(30):
        await asyncio.sleep(0)
    assert room.solver.left == 1
    assert room.adopted[-1][0] == "a wish; order"
    assert room.mended[-1]
    room.solver.may_answer.set()
    await room.clock.settle()
    assert room.solver.asked == ["start", "a wish", "mend: a wish; order", "a wish; order"]
    assert (room.adopted[-1], room.mended[-1]) == (("a wish; order", SolveRung.OPTIMAL), False)


async def test_in_a_storm_of_orders_no_solve_is_begun_that_the_next_order_would_leave(room: Room) -> None:
    room.ask("start")
    await room.clock.settle()
    adopt = room.replanner._adopt
    coming = iter(["second", "third"])

    def adopting(problem: Problem, made: Plan) -> None:
        adopt(problem, made)
        for trigger in coming:
            room.ask(trigger, urgent=True)
            break

    room.replanner._adopt = adopting  # orders come while a plan is adopted
    room.ask("first", urgent=True)
    await room.clock.settle()
    assert room.solver.asked == [
        "start",
        "mend: first",
        "mend: first; second",
        "mend: first; second; third",
        "first; second; third",
    ]


async def test_where_no_child_answers_an_order_the_plan_is_mended_by_hand(room: Room) -> None:
    room.ask("start")
    await room.clock.settle()
    room.solver.error = PlannerError("the child hangs")
    room.ask("order", urgent=True)
    await room.clock.settle()
    assert room.adopted[2:] == [("order", SolveRung.GREEDY)] * 2
    assert room.mended[2:] == [True, False]


def test_the_greedy_plan_of_this_room_can_be_carried_out() -> None:
    assert greedy(Room().describe("x")).solve_rung is SolveRung.GREEDY
