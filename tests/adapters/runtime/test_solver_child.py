"""The planner's child: whatever a solver does, the parent has an answer or an error in time, and goes on."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.solver_child import SolverChild
from drrouter.domain.plan import SolveRung
from drrouter.errors import PlannerError
from tests.adapters.runtime.planner_targets import NOW, answer, problem

LONG = timedelta(seconds=30)
SHORT = timedelta(seconds=0.2)


@pytest.fixture
async def solver() -> AsyncIterator[SolverChild]:
    async with SolverChild(SimulatedClock(NOW), target=answer) as solver:
        yield solver


async def pid_of(solver: SolverChild) -> int:
    return int((await solver.solve(problem("ok"), LONG)).trigger.removeprefix("ok:"))


def alive(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


async def test_one_child_answers_one_problem_after_the_other(solver: SolverChild) -> None:
    pid = await pid_of(solver)
    assert pid != os.getpid()
    assert await pid_of(solver) == pid


async def test_without_a_target_the_child_runs_the_planner() -> None:
    async with SolverChild(SimulatedClock(NOW)) as solver:
        plan = await solver.solve(problem("", count=8), LONG)
    assert plan.solve_rung is SolveRung.OPTIMAL
    assert len(plan.grid_w) == 8


async def test_a_large_problem_and_its_plan_cross_whole(solver: SolverChild) -> None:
    asked = problem("large", count=50_000)
    plan = await solver.solve(asked, LONG)
    assert plan.slots == asked.slots


async def test_problems_that_come_together_are_answered_in_turn(solver: SolverChild) -> None:
    plans = await asyncio.gather(*(solver.solve(problem(f"{n}"), LONG) for n in range(5)))
    assert [plan.trigger.split(":")[0] for plan in plans] == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("how", ["hang", "stop"])
async def test_a_child_that_hangs_is_killed_at_the_deadline_and_replaced(
    solver: SolverChild, how: str
) -> None:
    pid = await pid_of(solver)
    with pytest.raises(PlannerError, match=r"no plan within 0\.2 s"):
        await solver.solve(problem(how), SHORT)
    assert await pid_of(solver) != pid
    assert not alive(pid)


@pytest.mark.parametrize(("how", "fate"), [("crash", "SIGSEGV"), ("exit", "exit code 3")])
async def test_a_child_that_dies_is_named_and_replaced(solver: SolverChild, how: str, fate: str) -> None:
    pid = await pid_of(solver)
    with pytest.raises(PlannerError, match=fate):
        await solver.solve(problem(how), LONG)
    assert await pid_of(solver) != pid


async def test_a_child_that_died_while_idle_is_noticed_and_replaced(solver: SolverChild) -> None:
    os.kill(await pid_of(solver), signal.SIGKILL)
    with pytest.raises(PlannerError, match="died"):
        await solver.solve(problem("ok"), LONG)
    await pid_of(solver)


async def test_a_child_that_died_while_idle_is_replaced_though_nobody_asks(
    solver: SolverChild, caplog: pytest.LogCaptureFixture
) -> None:
    pid = await pid_of(solver)
    os.kill(pid, signal.SIGKILL)
    async with asyncio.timeout(30):
        while True:
            if "the planner's process is back" in caplog.messages:
                break
            await asyncio.sleep(0)
    assert await pid_of(solver) != pid
    assert caplog.messages.count("the planner's process died while it was idle; another one is started") == 1


async def test_a_planner_that_raises_says_why_and_its_child_lives_on(solver: SolverChild) -> None:
    pid = await pid_of(solver)
    with pytest.raises(PlannerError, match="ArithmeticError: the matrix is singular"):
        await solver.solve(problem("raise"), LONG)
    assert await pid_of(solver) == pid


async def test_what_is_no_plan_is_not_taken_for_one(solver: SolverChild) -> None:
    with pytest.raises(PlannerError, match="made no plan: a plan"):
        await solver.solve(problem("lie"), LONG)


async def test_a_cancelled_solve_kills_the_child_and_the_next_gets_a_fresh_one(solver: SolverChild) -> None:
    pid = await pid_of(solver)
    solving = asyncio.create_task(solver.solve(problem("hang"), LONG))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    solving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await solving
    assert await pid_of(solver) != pid


async def test_one_who_waits_for_a_turn_keeps_its_own_deadline(solver: SolverChild) -> None:
    hanging = asyncio.create_task(solver.solve(problem("hang"), 3 * SHORT))
    await asyncio.sleep(0)
    with pytest.raises(PlannerError):
        await solver.solve(problem("ok"), SHORT)
    assert not hanging.done()
    with pytest.raises(PlannerError):
        await hanging


async def test_the_event_loop_goes_on_while_a_child_hangs(solver: SolverChild) -> None:
    await pid_of(solver)
    turns = 0
    hanging = asyncio.create_task(solver.solve(problem("hang"), SHORT))
    while not hanging.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 100
    assert isinstance(hanging.exception(), PlannerError)


async def test_simulated_time_stands_while_the_child_works() -> None:
    clock = SimulatedClock(NOW, auto=True)
    async with SolverChild(clock, target=answer) as solver:
        sleeper = asyncio.create_task(clock.sleep_until(NOW + timedelta(hours=1)))
        with pytest.raises(PlannerError):
            await solver.solve(problem("hang"), SHORT)
        assert clock.now() == NOW
        await sleeper


async def test_an_idle_child_is_ended_and_the_next_problem_gets_a_fresh_one(
    caplog: pytest.LogCaptureFixture,
) -> None:
    said = asyncio.Event()
    handler = logging.Handler()
    handler.emit = lambda record: said.set()  # type: ignore[method-assign] # the shortest handler
    logger = logging.getLogger("drrouter.adapters.solver_child")
    logger.addHandler(handler)
    with caplog.at_level(logging.INFO):
        async with SolverChild(SimulatedClock(NOW), target=answer, idle=timedelta(milliseconds=1)) as solver:
            pid = await pid_of(solver)
            await said.wait()
            assert await pid_of(solver) != pid
    logger.removeHandler(handler)
    assert caplog.messages[0] == "the planner's process was idle for 0:00:00.001000 and is ended"


async def test_leaving_ends_the_child() -> None:
    async with SolverChild(SimulatedClock(NOW), target=answer) as solver:
        pid = await pid_of(solver)
    assert not alive(pid)
    with pytest.raises(PlannerError, match="shut down"):
        await solver.solve(problem("ok"), LONG)


async def test_a_process_that_cannot_be_started_is_an_error_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_more(*_: object) -> None:
        raise OSError("too many open files")

    monkeypatch.setattr("socket.socketpair", no_more)
    async with SolverChild(SimulatedClock(NOW), target=answer) as solver:
        with pytest.raises(PlannerError, match="cannot be started: too many open files"):
            await solver.solve(problem("ok"), LONG)
        monkeypatch.undo()
        await pid_of(solver)


HANGING_PARENT = """
import asyncio
from datetime import timedelta
from drrouter.adapters.clock import SystemClock
from drrouter.adapters.solver_child import SolverChild
from tests.adapters.runtime.planner_targets import answer, problem

async def main():
    async with SolverChild(SystemClock(), target=answer) as solver:
        plan = await solver.solve(problem("ok"), timedelta(seconds=30))
        print(plan.trigger.removeprefix("ok:"), flush=True)
        await solver.solve(problem("hang"), timedelta(hours=1))

asyncio.run(main())
"""


async def test_a_hanging_child_does_not_outlive_a_parent_that_was_killed() -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HANGING_PARENT, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    child = os.pidfd_open(int(await parent.stdout.readline()))
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(child, ended.set)
    parent.kill()
    await parent.wait()
    await ended.wait()
    asyncio.get_running_loop().remove_reader(child)
    os.close(child)
