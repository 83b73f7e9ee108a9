"""Virtual time: a year of waiting passes at once, in order, and never stands still unnoticed."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from drrouter.sim.simulate.virtual_time import StandstillError, VirtualClock, run

START = datetime(2026, 1, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def test_a_year_of_quarters_passes_to_the_microsecond() -> None:
    async def year() -> datetime:
        clock, at = VirtualClock(START), START
        for _ in range(365 * 96):
            at += QUARTER
            await clock.sleep_until(at)
            assert clock.now() == at
        return clock.now()

    assert run(year()) == START + timedelta(days=365)


def test_sleepers_wake_in_the_order_of_their_instants() -> None:
    woken: list[int] = []

    async def sleep(clock: VirtualClock, minutes: int) -> None:
        await clock.sleep_until(START + minutes * timedelta(minutes=1))
        woken.append(minutes)

    async def main() -> None:
        clock = VirtualClock(START)
        await asyncio.gather(*(sleep(clock, minutes) for minutes in (30, 10, 20)))

    run(main())
    assert woken == [10, 20, 30]


def test_an_instant_that_has_passed_is_not_waited_for() -> None:
    async def main() -> datetime:
        clock = VirtualClock(START)
        with clock.working():
            await clock.sleep_until(START - QUARTER)
        return clock.now()

    assert run(main()) == START


def test_time_outs_of_the_language_are_virtual_too() -> None:
    async def main() -> datetime:
        clock = VirtualClock(START)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3600):
                await asyncio.get_running_loop().create_future()
        return clock.now()

    assert run(main()) == START + timedelta(hours=1)


def test_a_sleeper_who_gives_up_is_forgotten() -> None:
    async def main() -> datetime:
        clock = VirtualClock(START)
        sleeper = asyncio.ensure_future(clock.sleep_until(START + 9 * QUARTER))
        await asyncio.sleep(0)
        sleeper.cancel()
        await clock.sleep_until(START + QUARTER)
        return clock.now()

    assert run(main()) == START + QUARTER


def test_a_program_in_which_everybody_waits_for_ever_is_ended() -> None:
    async def main() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(StandstillError, match="stands still"):
        run(main())
