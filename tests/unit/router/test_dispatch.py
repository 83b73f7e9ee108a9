"""Dispatch: sends what is missing, heals what was lost, and lets no device delay another."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.device import Presence
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import FailSafe, Instruction, Outcome, OutcomeKind
from drrouter.router import dispatch
from drrouter.router.dispatch import LAST_RETRY, LIFE, Dispatcher
from drrouter.router.levers import Setpoint
from drrouter.router.registry import Registry
from tests.builders import HVAC, NOON, WASHER, hvac, washer
from tests.fakes import FakePlug

SECOND = timedelta(seconds=1)


class Bench:
    """A dispatcher with two plugs that are on, and what it reported."""

    def __init__(self) -> None:
        self.clock = SimulatedClock(NOON)
        self.registry = Registry([hvac(), washer()])
        self.plugs = {name: FakePlug(name, self.clock) for name in (HVAC, WASHER)}
        self.reported: list[tuple[Instruction, Outcome]] = []
        self.dispatcher = Dispatcher(self.registry, self.clock, lambda *told: self.reported.append(told))
        for name, plug in self.plugs.items():
            self.registry.seat(name).handle = plug
            self.read(name)

    def read(self, *names: DeviceId) -> None:
        """Let an answer of each in."""
        for name in names or tuple(self.plugs):
            self.registry.take_in(name, self.plugs[name].answer())

    async def steer(self, **watts: float) -> None:
        """Wish these powers, and let happen what happens at once."""
        self.dispatcher.steer({DeviceId(name): Setpoint(w, "because") for name, w in watts.items()})
        await self.clock.settle()

    async def pass_by(self, span: timedelta, **watts: float) -> None:
        """Look again every second, as the router does every few."""
        for _ in range(span // SECOND):
            await self.clock.advance(SECOND)
            await self.steer(**watts)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    made = Bench()
    task = asyncio.create_task(made.dispatcher.run())
    await made.clock.settle()
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_wish_that_differs_from_what_is_observed_is_sent_with_its_reason(bench: Bench) -> None:
    await bench.steer(hvac=0.0)
    (sent,) = bench.plugs[HVAC].received
    assert (sent.device_id, sent.power_w, sent.reason) == (HVAC, 0.0, "because")
    assert (sent.expires_at, sent.fail_safe) == (NOON + LIFE, FailSafe.RESTORE_POWER)
    assert bench.registry.state(HVAC).on is False
    assert bench.reported == [(sent, Outcome(OutcomeKind.DONE))]


async def test_nothing_is_sent_where_nothing_differs(bench: Bench) -> None:
    await bench.pass_by(5 * SECOND, hvac=1000.0, washer=2000.0)
    await bench.steer(hvac=900.0)
    assert [plug.received for plug in bench.plugs.values()] == [[], []]


async def test_a_wish_is_sent_once(bench: Bench) -> None:
    await bench.pass_by(20 * SECOND, hvac=0.0)
    assert bench.plugs[HVAC].switched == [False]


async def test_a_command_that_was_lost_is_sent_again_when_the_device_shows_it(bench: Bench) -> None:
    bench.plugs[HVAC].lies = True
    await bench.steer(hvac=0.0)
    bench.plugs[HVAC].lies = False
    await bench.pass_by(5 * SECOND, hvac=0.0)
    assert bench.plugs[HVAC].switched == [False]
    bench.read(HVAC)
    await bench.steer(hvac=0.0)
    assert bench.plugs[HVAC].switched == [False, False]
    assert bench.plugs[HVAC].on is False


async def test_a_device_switched_by_hand_is_switched_back(bench: Bench) -> None:
    await bench.steer(hvac=0.0)
    bench.plugs[HVAC].on = True
    bench.read(HVAC)
    await bench.steer(hvac=0.0)
    assert bench.plugs[HVAC].on is False


async def test_each_instruction_has_its_own_id(bench: Bench) -> None:
    for watts in (0.0, 1000.0, 0.0):
        await bench.steer(hvac=watts)
    ids = [instruction.id for instruction in bench.plugs[HVAC].received]
    assert len(set(ids)) == 3


# Devices that do not do what they should


@pytest.mark.parametrize("mood", [OutcomeKind.REFUSED, OutcomeKind.IMPOSSIBLE, OutcomeKind.SILENT])
async def test_a_device_that_will_not_is_asked_ever_more_rarely(bench: Bench, mood: OutcomeKind) -> None:
    bench.plugs[HVAC].mood = mood
    await bench.pass_by(35 * SECOND, hvac=0.0)
    waits = [instruction.expires_at - LIFE - NOON for instruction in bench.plugs[HVAC].received]
    assert [wait // SECOND for wait in waits] == [1, 6, 16]
    assert {outcome.kind for _, outcome in bench.reported} == {mood}
    await bench.pass_by(timedelta(minutes=20), hvac=0.0)
    last, before = [instruction.expires_at for instruction in bench.plugs[HVAC].received][:-3:-1]
    assert last - before == LAST_RETRY


async def test_a_device_that_will_again_is_obeyed_to_and_forgiven(bench: Bench) -> None:
    bench.plugs[HVAC].mood = OutcomeKind.REFUSED
    await bench.steer(hvac=0.0)
    bench.plugs[HVAC].mood = None
    await bench.pass_by(5 * SECOND, hvac=0.0)
    assert bench.plugs[HVAC].on is False
    await bench.steer(hvac=1000.0)
    assert bench.plugs[HVAC].on is True


async def test_a_new_wish_does_not_wait_for_the_next_try_of_the_old_one(bench: Bench) -> None:
    bench.plugs[HVAC].on = False
    bench.read(HVAC)
    bench.plugs[HVAC].mood = OutcomeKind.REFUSED
    await bench.steer(hvac=1000.0)
    await bench.steer(hvac=0.0)
    await bench.steer(hvac=1000.0)
    assert bench.plugs[HVAC].switched == [True, True]


async def test_a_silent_device_delays_no_other(bench: Bench) -> None:
    bench.plugs[HVAC].patience.clear()
    await _steer_while_hanging(bench, lambda: bench.plugs[WASHER].on is False, hvac=0.0, washer=0.0)
    assert bench.clock.now() == NOON
    bench.plugs[HVAC].patience.set()
    await bench.clock.settle()
    assert bench.plugs[HVAC].on is False


async def test_a_wish_that_changed_while_the_device_kept_us_waiting_is_sent_at_once(bench: Bench) -> None:
    plug = bench.plugs[HVAC]
    plug.on = False
    bench.read(HVAC)
    plug.patience.clear()
    plug.mood = OutcomeKind.SILENT
    await _steer_while_hanging(bench, lambda: plug.switched == [True], hvac=1000.0)
    plug.on = True  # it did hear us; its answer was lost
    bench.read(HVAC)
    await _steer_while_hanging(bench, lambda: True, hvac=0.0)
    plug.mood = None
    plug.patience.set()
    await bench.clock.settle()
    assert plug.switched == [True, False]
    assert bench.clock.now() == NOON


async def test_a_wish_that_changed_back_meanwhile_is_not_sent(bench: Bench) -> None:
    plug = bench.plugs[HVAC]
    plug.patience.clear()
    plug.mood = OutcomeKind.SILENT
    await _steer_while_hanging(bench, lambda: plug.switched == [False], hvac=0.0)
    await _steer_while_hanging(bench, lambda: True, hvac=1000.0)
    plug.patience.set()
    await bench.clock.settle()
    assert plug.switched == [False]


async def test_a_device_that_was_silent_and_answers_again_is_told_at_once(bench: Bench) -> None:
    plug = bench.plugs[HVAC]
    plug.unreachable = True
    await bench.pass_by(timedelta(minutes=5), hvac=0.0)
    tried = len(plug.received)
    plug.unreachable = False
    bench.read(HVAC)
    await bench.steer(hvac=0.0)
    assert len(plug.received) == tried + 1
    assert plug.on is False


async def test_a_device_that_refuses_is_not_pestered_because_it_answers(bench: Bench) -> None:
    bench.plugs[HVAC].mood = OutcomeKind.REFUSED
    await bench.steer(hvac=0.0)
    for _ in range(4):
        await bench.clock.advance(SECOND)
        bench.read(HVAC)
        await bench.steer(hvac=0.0)
    assert bench.plugs[HVAC].switched == [False]


# Before anything is known


async def test_a_device_that_was_never_read_is_not_commanded() -> None:
    bench = Bench()
    bench.registry = Registry([hvac()])
    bench.registry.seat(HVAC).handle = bench.plugs[HVAC]
    dispatcher = Dispatcher(bench.registry, bench.clock, lambda *_: None)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(dispatcher.run())
        await bench.clock.settle()
        dispatcher.steer({HVAC: Setpoint(0.0, "shed")})
        await bench.clock.settle()
        assert bench.plugs[HVAC].received == []
        assert bench.registry.state(HVAC).presence is Presence.EXPECTED
        bench.registry.take_in(HVAC, bench.plugs[HVAC].answer())
        dispatcher.steer({HVAC: Setpoint(0.0, "shed")})
        await bench.clock.settle()
        assert bench.plugs[HVAC].switched == [False]
        task.cancel()


async def test_a_device_that_was_not_found_yet_is_not_commanded(bench: Bench) -> None:
    bench.registry.seat(HVAC).handle = None
    await bench.steer(hvac=0.0)
    assert bench.reported == []


async def test_wishes_from_before_the_start_are_sent_with_the_next_look() -> None:
    bench = Bench()
    await bench.steer(hvac=0.0)
    assert bench.plugs[HVAC].received == []
    task = asyncio.create_task(bench.dispatcher.run())
    await bench.clock.settle()
    await bench.steer(hvac=0.0)
    assert bench.plugs[HVAC].on is False
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_dispatcher_that_was_restarted_goes_on_where_a_command_was_cut_off(bench: Bench) -> None:
    bench.plugs[HVAC].patience.clear()
    await _steer_while_hanging(bench, lambda: bench.plugs[HVAC].switched == [False], hvac=0.0)
    (running,) = [task for task in asyncio.all_tasks() if "Dispatcher.run" in repr(task.get_coro())]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    bench.plugs[HVAC].patience.set()
    again = asyncio.create_task(bench.dispatcher.run())
    await bench.clock.settle()
    await bench.steer(hvac=0.0)
    assert bench.plugs[HVAC].on is False
    again.cancel()
    await asyncio.gather(again, return_exceptions=True)


async def _steer_while_hanging(bench: Bench, until: Callable[[], bool], **watts: float) -> None:
    """Wish powers while a device keeps us waiting: the clock stands, so only the loop goes round."""
    bench.dispatcher.steer({DeviceId(name): Setpoint(w, "because") for name, w in watts.items()})
    for _ in range(20):
        await asyncio.sleep(0)
    assert until()


class BrokenPlug(FakePlug):
    """A plug whose integration lets an exception out that nobody translated."""

    def __init__(self, name: str, clock: SimulatedClock, error: Exception | None = None) -> None:
        super().__init__(name, clock)
        self._error = error or TypeError("a value of a kind that the library does not expect")

    async def apply(self, instruction: Instruction) -> Outcome:
        self.received.append(instruction)
        raise self._error


async def test_an_integration_that_fails_costs_its_own_device_alone(bench: Bench) -> None:
    bench.registry.seat(WASHER).handle = BrokenPlug(WASHER, bench.clock)
    await bench.pass_by(timedelta(seconds=20), washer=0.0)
    assert [outcome.kind for _, outcome in bench.reported] == [OutcomeKind.IMPOSSIBLE] * 3
    assert "its integration failed (TypeError)" in bench.reported[0][1].sentence
    await bench.steer(hvac=0.0, washer=0.0)
    assert not bench.plugs[HVAC].on


async def test_an_integration_that_never_answers_is_given_up_and_its_device_told_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "ANSWERS_WITHIN", timedelta(0))
    bench.plugs[HVAC].patience.clear()
    await bench.steer(hvac=0.0)
    ((_, outcome),) = bench.reported
    assert outcome == Outcome(OutcomeKind.SILENT, "hvac: no answer came within 0 seconds")
    assert bench.clock.now() == NOON
    bench.plugs[HVAC].patience.set()
    await bench.pass_by(6 * SECOND, hvac=0.0)
    assert bench.plugs[HVAC].switched == [False, False]
    assert bench.plugs[HVAC].on is False


async def test_a_wait_of_the_integrations_own_that_it_lets_out_is_a_failure_of_it(bench: Bench) -> None:
    bench.registry.seat(WASHER).handle = BrokenPlug(WASHER, bench.clock, error=TimeoutError())
    await bench.steer(washer=0.0)
    assert [outcome.kind for _, outcome in bench.reported] == [OutcomeKind.IMPOSSIBLE]
    assert "its integration failed (TimeoutError)" in bench.reported[0][1].sentence


async def test_a_clock_that_is_set_back_does_not_put_the_next_try_off(bench: Bench) -> None:
    bench.plugs[HVAC].mood = OutcomeKind.REFUSED
    await bench.steer(hvac=0.0)
    tried = len(bench.plugs[HVAC].received)
    bench.dispatcher._clock = SimulatedClock(NOON - timedelta(days=1))
    await bench.steer(hvac=0.0)
    assert len(bench.plugs[HVAC].received) == tried + 1
