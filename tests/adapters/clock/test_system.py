"""The machine's clock: sleeps survive a clock that is set while they last."""

import logging
from datetime import UTC, datetime, timedelta

import pytest

from drrouter.adapters.clock import SystemClock

START = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Machine(SystemClock):
    """The same clock on a machine whose two counts the test moves."""

    def __init__(self, jumps: dict[int, timedelta] | None = None) -> None:
        self.wall, self.steady = START, START
        self.jumps, self.pauses = jumps or {}, list[float]()
        super().__init__()

    def _wall(self) -> datetime:
        return self.wall

    def _steady(self) -> datetime:
        return self.steady

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        passed = timedelta(seconds=seconds)
        self.steady += passed
        self.wall += passed + self.jumps.get(len(self.pauses), timedelta(0))


async def test_a_long_sleep_is_made_of_pieces_and_ends_on_time() -> None:
    machine = Machine()
    await machine.sleep_until(START + timedelta(seconds=70))
    assert machine.pauses == [30, 30, 10]
    assert machine.now() == START + timedelta(seconds=70)


async def test_a_jump_forwards_ends_the_sleep_with_the_next_piece(caplog: pytest.LogCaptureFixture) -> None:
    machine = Machine({2: 2 * HOUR})
    with caplog.at_level(logging.WARNING):
        await machine.sleep_until(START + HOUR)
    assert len(machine.pauses) == 2
    assert [record.message for record in caplog.records] == [
        "the machine's clock was set by 2:00:00, to 2026-03-01 02:01:00+00:00"
    ]


async def test_after_a_jump_backwards_the_sleep_lasts_until_the_clock_shows_its_instant() -> None:
    machine = Machine({1: -HOUR})
    await machine.sleep_until(START + timedelta(seconds=60))
    assert machine.now() == START + timedelta(seconds=60)
    assert machine.steady == START + HOUR + timedelta(seconds=60)


async def test_a_drift_is_no_jump(caplog: pytest.LogCaptureFixture) -> None:
    machine = Machine(dict.fromkeys(range(100), timedelta(seconds=0.01)))
    await machine.sleep_until(START + timedelta(minutes=40))
    assert caplog.records == []


async def test_an_instant_that_has_passed_is_no_wait() -> None:
    machine = Machine()
    await machine.sleep_until(START - HOUR)
    assert machine.pauses == []


async def test_the_real_clock_shows_utc_and_works_on() -> None:
    clock = SystemClock()
    before = clock.now()
    with clock.working():
        await clock.sleep_until(before + timedelta(milliseconds=2))
    assert clock.now() >= before + timedelta(milliseconds=2)
    assert before.tzinfo is UTC
