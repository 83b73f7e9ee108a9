"""Supervised tasks: each failure is met by a new start, said once, and nothing outlives its group."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.errors import ProviderUnreachableError
from drrouter.supervise import Supervisor, TaskHealth, TaskState

START = datetime(2026, 3, 1, tzinfo=UTC)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


class Failing:
    """Work that fails so many times before it goes on for ever; knows when it was started."""

    def __init__(self, clock: SimulatedClock, failures: int, error: Exception | None = None) -> None:
        self.clock, self.failures = clock, failures
        self.error = error or ProviderUnreachableError("The grid's server does not answer")
        self.starts = list[float]()

    async def __call__(self) -> None:
        self.starts.append((self.clock.now() - START).total_seconds())
        if len(self.starts) <= self.failures:
            raise self.error
        await asyncio.Event().wait()


async def test_a_task_that_returns_is_stopped_and_not_started_again() -> None:
    clock, runs = SimulatedClock(START), list[int]()

    async def work() -> None:
        runs.append(1)

    async with Supervisor(clock) as supervisor:
        supervisor.start("once", work)
        assert supervisor.health()["once"] == TaskHealth(TaskState.RUNNING, START)
        await clock.advance(seconds(60))
        assert supervisor.health()["once"].state is TaskState.STOPPED
    assert runs == [1]


async def test_a_failing_task_is_started_again_after_ever_longer_delays_up_to_ten_seconds() -> None:
    clock = SimulatedClock(START)
    work = Failing(clock, failures=8)
    async with Supervisor(clock) as supervisor:
        supervisor.start("ven", work)
        await clock.advance(seconds(60))
        assert supervisor.health()["ven"].state is TaskState.RUNNING
    assert work.starts == [0, 0.5, 1.5, 3.5, 7.5, 15.5, 25.5, 35.5, 45.5]


async def test_while_it_waits_it_is_restarting_and_says_why() -> None:
    clock = SimulatedClock(START)
    async with Supervisor(clock) as supervisor:
        supervisor.start("ven", Failing(clock, failures=99))
        await clock.advance(seconds(2))
        health = supervisor.health()["ven"]
        assert health.state is TaskState.RESTARTING
        assert health.error == "The grid's server does not answer"
        assert health.failures == 3
        assert health.since == START + seconds(1.5)


async def test_it_is_said_once_that_a_task_fails_and_once_that_it_is_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = SimulatedClock(START)
    with caplog.at_level(logging.INFO):
        async with Supervisor(clock) as supervisor:
            supervisor.start("ven", Failing(clock, failures=3))
            await clock.advance(seconds(60))
            assert supervisor.health()["ven"] == TaskHealth(TaskState.RUNNING, START + seconds(3.5))
    assert caplog.messages == ["ven failed: The grid's server does not answer", "ven is back"]
    assert caplog.records[0].exc_info is None


async def test_an_error_that_is_not_ours_is_logged_with_its_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = SimulatedClock(START)
    async with Supervisor(clock) as supervisor:
        supervisor.start("odd", Failing(clock, failures=1, error=KeyError("x")))
        await clock.advance(seconds(0.1))
        assert supervisor.health()["odd"].error == "KeyError: 'x'"
    assert caplog.records[0].exc_info is not None


async def test_after_it_was_back_the_delays_begin_anew() -> None:
    clock, starts = SimulatedClock(START), list[float]()

    async def work() -> None:
        starts.append((clock.now() - START).total_seconds())
        await clock.sleep_until(clock.now() + (seconds(11) if len(starts) == 3 else seconds(0)))
        raise ProviderUnreachableError("gone")

    async with Supervisor(clock) as supervisor:
        supervisor.start("flapping", work)
        await clock.advance(seconds(14))
    assert starts == [0, 0.5, 1.5, 13.0, 14.0]


async def test_the_other_tasks_do_not_notice() -> None:
    clock, ticks = SimulatedClock(START), list[datetime]()

    async def tick() -> None:
        while True:
            await clock.sleep_until(clock.now() + seconds(1))
            ticks.append(clock.now())

    async with Supervisor(clock) as supervisor:
        supervisor.start("failing", Failing(clock, failures=99))
        supervisor.start("ticking", tick)
        await clock.advance(seconds(5))
    assert len(ticks) == 5


async def test_every_change_is_told() -> None:
    clock, told = SimulatedClock(START), list[tuple[str, TaskState, int]]()

    def note(name: str, health: TaskHealth) -> None:
        told.append((name, health.state, health.failures))

    async with Supervisor(clock, note) as supervisor:
        supervisor.start("ven", Failing(clock, failures=1))
        await clock.advance(seconds(30))
    assert told == [
        ("ven", TaskState.RUNNING, 0),
        ("ven", TaskState.RESTARTING, 1),
        ("ven", TaskState.RUNNING, 1),
        ("ven", TaskState.RUNNING, 0),
        ("ven", TaskState.STOPPED, 0),
    ]


async def _tidy_up(ended: list[str]) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        ended.append("tidied up")


async def test_leaving_cancels_every_task_and_waits_for_its_end() -> None:
    ended = list[str]()
    async with Supervisor(SimulatedClock(START)) as supervisor:
        supervisor.start("work", lambda: _tidy_up(ended))
        await asyncio.sleep(0)
    assert ended == ["tidied up"]
    assert supervisor.health()["work"].state is TaskState.STOPPED


async def test_an_error_of_the_body_goes_on_alone_and_ends_the_tasks() -> None:
    ended = list[str]()

    async def body() -> None:
        async with Supervisor(SimulatedClock(START)) as supervisor:
            supervisor.start("work", lambda: _tidy_up(ended))
            await asyncio.sleep(0)
            raise ProviderUnreachableError("no home without it")

    with pytest.raises(ProviderUnreachableError):
        await body()
    assert ended == ["tidied up"]


async def test_a_cancelled_body_ends_the_tasks() -> None:
    ended, begun = list[str](), asyncio.Event()

    async def body() -> None:
        async with Supervisor(SimulatedClock(START)) as supervisor:
            supervisor.start("work", lambda: _tidy_up(ended))
            await asyncio.sleep(0)
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(body())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == ["tidied up"]


async def test_one_task_can_be_stopped_and_started_anew() -> None:
    ended = list[str]()
    work: Callable[[], Awaitable[None]] = lambda: _tidy_up(ended)  # noqa: E731 -- its type is the point
    async with Supervisor(SimulatedClock(START)) as supervisor:
        supervisor.start("work", work)
        with pytest.raises(ValueError, match="'work' runs already"):
            supervisor.start("work", work)
        await asyncio.sleep(0)
        await supervisor.stop("work")
        assert ended == ["tidied up"]
        await supervisor.stop("work")
        supervisor.start("work", work)
        assert supervisor.health()["work"].state is TaskState.RUNNING


async def test_a_clock_that_fails_ends_the_whole_group() -> None:
    class Lost(SimulatedClock):
        async def sleep_until(self, instant: datetime) -> None:
            raise ProviderUnreachableError("the clock has gone")

    async def body(clock: Lost) -> None:
        async with Supervisor(clock) as supervisor:
            supervisor.start("ven", Failing(clock, failures=1))
            await asyncio.Event().wait()

    with pytest.raises(ExceptionGroup) as caught:
        await body(Lost(START))
    assert caught.group_contains(ProviderUnreachableError, match="the clock has gone")
