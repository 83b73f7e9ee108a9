"""Executors: blocking work leaves the event loop alone, and simulated time waits for it."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.executor import InlineExecutor, ThreadExecutor

START = datetime(2026, 3, 1, tzinfo=UTC)


async def test_work_runs_off_the_event_loop_and_its_result_comes_back() -> None:
    async with ThreadExecutor(SimulatedClock(START), name="store") as executor:
        assert (await executor.run(threading.current_thread)).name.startswith("store")
        assert await executor.run(divmod, 7, 3) == (2, 1)


async def test_what_the_work_raises_is_raised() -> None:
    async with ThreadExecutor(SimulatedClock(START)) as executor:
        with pytest.raises(ZeroDivisionError):
            await executor.run(divmod, 1, 0)


async def test_simulated_time_stands_while_a_thread_works() -> None:
    clock, go_on = SimulatedClock(START, auto=True), threading.Event()
    async with ThreadExecutor(clock) as executor:
        work = asyncio.create_task(executor.run(go_on.wait))
        sleeper = asyncio.create_task(clock.sleep_until(START + timedelta(hours=1)))
        for _ in range(100):
            await asyncio.sleep(0)
        assert clock.now() == START
        go_on.set()
        assert await work
        await sleeper


async def test_there_are_never_more_threads_than_allowed() -> None:
    go_on = threading.Event()
    async with ThreadExecutor(SimulatedClock(START), threads=2, name="few") as executor:
        work = [asyncio.create_task(executor.run(go_on.wait)) for _ in range(10)]
        await asyncio.sleep(0)
        assert len([thread for thread in threading.enumerate() if thread.name.startswith("few")]) == 2
        go_on.set()
        assert all(await asyncio.gather(*work))


async def test_leaving_waits_for_the_work_in_progress() -> None:
    begun, go_on, done = asyncio.Event(), threading.Event(), list[str]()
    loop = asyncio.get_running_loop()

    def work() -> None:
        loop.call_soon_threadsafe(begun.set)
        go_on.wait()
        done.append("written")

    async with ThreadExecutor(SimulatedClock(START)) as executor:
        task = asyncio.create_task(executor.run(work))
        await begun.wait()
        task.cancel()
        loop.call_soon(go_on.set)
    assert done == ["written"]


async def test_in_line_work_runs_in_the_callers_thread() -> None:
    executor = InlineExecutor()
    assert await executor.run(threading.current_thread) is threading.current_thread()
    assert await executor.run(divmod, 7, 3) == (2, 1)
