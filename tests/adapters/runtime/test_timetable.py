"""The timetable: every round instant once, none twice, and never two jobs at a time."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.timetable import ClockTimetable

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
QUARTER = timedelta(minutes=15)


async def _runs(start: datetime, span: timedelta, step: timedelta, lasts: timedelta) -> list[datetime]:
    clock, runs = SimulatedClock(start), list[datetime]()

    async def job() -> None:
        runs.append(clock.now())
        await clock.sleep_until(clock.now() + lasts)

    task = asyncio.create_task(ClockTimetable(clock).every(step, job))
    await clock.advance(span)
    task.cancel()
    return runs


async def test_a_job_runs_at_every_multiple_of_its_step() -> None:
    start = datetime(2026, 3, 1, 12, 7, tzinfo=UTC)
    runs = await _runs(start, timedelta(hours=1), QUARTER, timedelta(0))
    assert [run.minute for run in runs] == [15, 30, 45, 0]


async def test_a_slow_job_skips_and_comes_back_into_step() -> None:
    start = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    runs = await _runs(start, timedelta(hours=2), QUARTER, timedelta(minutes=20))
    assert [(run.hour, run.minute) for run in runs] == [(12, 15), (12, 45), (13, 15), (13, 45)]


@pytest.mark.parametrize(("day", "quarters"), [("2027-03-28", 92), ("2027-10-31", 100), ("2027-06-01", 96)])
async def test_a_day_has_its_true_number_of_quarters(day: str, quarters: int) -> None:
    start = datetime.fromisoformat(day).replace(tzinfo=AMSTERDAM).astimezone(UTC)
    end = (datetime.fromisoformat(day) + timedelta(days=1)).replace(tzinfo=AMSTERDAM).astimezone(UTC)
    runs = await _runs(start, end - start, QUARTER, timedelta(0))
    assert len(runs) == len(set(runs)) == quarters


async def test_what_the_job_raises_ends_the_repetition() -> None:
    clock = SimulatedClock(datetime(2026, 3, 1, tzinfo=UTC), auto=True)

    async def job() -> None:
        raise LookupError("no prices")

    with pytest.raises(LookupError):
        await ClockTimetable(clock).every(QUARTER, job)


async def test_a_step_is_above_zero() -> None:
    clock = SimulatedClock(datetime(2026, 3, 1, tzinfo=UTC))
    with pytest.raises(ValueError, match="above 0"):
        await ClockTimetable(clock).every(timedelta(0), clock.settle)


@given(st.integers(1, 3600), st.integers(0, 5400), st.integers(0, 100_000))
def test_runs_are_in_step_apart_and_never_at_once(step_s: int, lasts_s: int, start_s: int) -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=start_s)
    step, lasts = timedelta(seconds=step_s), timedelta(seconds=lasts_s)
    runs = asyncio.run(_runs(start, 5 * max(step, lasts), step, lasts))
    assert len(runs) >= 2
    for run in runs:
        assert run.timestamp() % step_s == 0
    for before, after in pairwise(runs):
        assert max(lasts, timedelta(seconds=1)) <= after - before <= lasts + step
