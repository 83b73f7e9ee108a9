"""The simulated clock: timers happen in order, and time stands while there is work."""

import asyncio
from datetime import UTC, datetime, timedelta

from drrouter.adapters.clock import SimulatedClock
from drrouter.sim.wire.listener import Listener

START = datetime(2026, 3, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def test_time_stands_until_it_is_moved() -> None:
    clock = SimulatedClock(START)
    sleeper = asyncio.create_task(clock.sleep_until(START + MINUTE))
    await clock.settle()
    assert clock.now() == START
    assert not sleeper.done()
    await clock.advance(MINUTE)
    assert clock.now() == START + MINUTE
    assert sleeper.done()


async def test_timers_happen_in_the_order_of_their_instants() -> None:
    clock, seen = SimulatedClock(START), list[tuple[int, datetime]]()

    async def note(minutes: int) -> None:
        await clock.sleep_until(START + minutes * MINUTE)
        seen.append((minutes, clock.now()))

    async with asyncio.TaskGroup() as group:
        for minutes in (30, 10, 20, 10):
            group.create_task(note(minutes))
        await clock.advance(timedelta(hours=1))
    assert seen == [(minutes, START + minutes * MINUTE) for minutes in (10, 10, 20, 30)]


async def test_a_timer_set_on_the_way_is_met_on_the_way() -> None:
    clock, ticks = SimulatedClock(START), list[datetime]()

    async def tick() -> None:
        while True:
            await clock.sleep_until(clock.now() + MINUTE)
            ticks.append(clock.now())

    task = asyncio.create_task(tick())
    await clock.advance(5 * MINUTE)
    task.cancel()
    assert ticks == [START + n * MINUTE for n in range(1, 6)]


async def test_an_instant_that_has_passed_is_no_wait() -> None:
    clock = SimulatedClock(START)
    await clock.sleep_until(START - MINUTE)
    await clock.sleep_until(START)
    assert clock.now() == START


async def test_time_does_not_move_while_somebody_works() -> None:
    clock, done = SimulatedClock(START, auto=True), asyncio.Event()

    async def work() -> datetime:
        with clock.working():
            await done.wait()
            return clock.now()

    async def sleep() -> None:
        await clock.sleep_until(START + MINUTE)

    worker, sleeper = asyncio.create_task(work()), asyncio.create_task(sleep())
    for _ in range(100):
        await asyncio.sleep(0)
    assert clock.now() == START
    done.set()
    assert await worker == START
    await sleeper
    assert clock.now() == START + MINUTE


async def test_an_automatic_clock_leaps_by_itself() -> None:
    clock = SimulatedClock(START, auto=True)
    for _ in range(1000):
        await clock.sleep_until(clock.now() + timedelta(hours=1))
    assert clock.now() == START + timedelta(hours=1000)


async def test_work_over_sockets_of_this_process_is_finished_before_time_moves() -> None:
    clock = SimulatedClock(START, auto=True)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(line)

    server = Listener(answer)
    await server.start()
    ticker = asyncio.create_task(clock.sleep_until(START + MINUTE))
    with clock.working():
        reader, writer = await asyncio.open_connection(server.host, server.port)
        for _ in range(20):
            writer.write(b"ping\n")
            assert await reader.readline() == b"ping\n"
        assert clock.now() == START
    await ticker
    writer.close()
    await server.stop()
    await clock.settle()
    assert clock.now() == START + MINUTE


async def test_a_sleeper_who_gave_up_is_forgotten() -> None:
    clock = SimulatedClock(START)
    gone = asyncio.create_task(clock.sleep_until(START + MINUTE))
    await clock.settle()
    gone.cancel()
    await clock.advance(2 * MINUTE)
    assert gone.cancelled()
    assert clock.now() == START + 2 * MINUTE


async def test_settle_counts_also_on_an_automatic_clock() -> None:
    clock = SimulatedClock(START, auto=True)
    sleeper = asyncio.create_task(clock.sleep_until(START + MINUTE))
    await clock.settle()
    assert clock.now() == START
    await sleeper
    assert clock.now() == START + MINUTE
