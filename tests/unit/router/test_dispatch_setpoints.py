"""Dispatch to what is set to a power or a mode: by what it tells, renewed in time, within its budget."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, Outcome, OutcomeKind
from drrouter.ports import CallBudget
from drrouter.router.dispatch import LIFE, RENEWED, Dispatcher
from drrouter.router.levers import Setpoint
from drrouter.router.registry import REMEMBERED, Registry
from tests.builders import BATTERY, HEAT_PUMP, HOUR, HVAC, MINUTE, NOON, battery, heat_pump, hvac
from tests.fakes import FakePlug, FakeSetter

SECOND = timedelta(seconds=1)


class Cloud(FakeSetter):
    """A battery behind its maker's cloud."""

    budget = CallBudget(least_pause=MINUTE, per_day=4)


class Timed(FakePlug):
    """A plug whose own timer restores it."""

    restores_itself = True


class Bench:
    """A dispatcher with a battery, a heat pump and a plug."""

    def __init__(self, *, cloud: bool = False) -> None:
        self.clock = SimulatedClock(NOON)
        self.registry = Registry([battery(), heat_pump(), hvac()])
        self.battery = (Cloud if cloud else FakeSetter)(BATTERY, self.clock)
        self.pump = FakeSetter(HEAT_PUMP, self.clock, modes_w=(0.0, 1000.0, 1500.0, 2500.0))
        self.plug: FakePlug = Timed(HVAC, self.clock)
        self.reported: list[tuple[Instruction, Outcome]] = []
        self.dispatcher = Dispatcher(self.registry, self.clock, lambda *told: self.reported.append(told))
        for one in (self.battery, self.pump, self.plug):
            self.registry.seat(one.id).handle = one
        self.read()

    def read(self) -> None:
        for one in (self.battery, self.pump, self.plug):
            self.registry.take_in(one.id, one.answer())

    async def steer(self, device_id: DeviceId, watts: float, mode: int | None = None, **more: bool) -> None:
        self.dispatcher.steer({device_id: Setpoint(watts, "because", mode, **more)})
        await self.clock.settle()

    async def pass_by(
        self, span: timedelta, device_id: DeviceId, watts: float, mode: int | None = None
    ) -> None:
        for _ in range(span // (5 * SECOND)):
            await self.clock.advance(5 * SECOND)
            self.read()
            await self.steer(device_id, watts, mode)


async def opened(bench: Bench) -> AsyncIterator[Bench]:
    task = asyncio.create_task(bench.dispatcher.run())
    await bench.clock.settle()
    yield bench
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async for made in opened(Bench()):
        yield made


@pytest.fixture
async def clouded() -> AsyncIterator[Bench]:
    async for made in opened(Bench(cloud=True)):
        yield made


async def test_a_battery_is_told_to_give_and_is_believed_until_it_is_read(bench: Bench) -> None:
    await bench.steer(BATTERY, -1500.0)
    assert bench.battery.setpoint_w == -1500.0
    state = bench.registry.state(BATTERY)
    assert (state.setpoint_w, state.on, state.changed_at) == (-1500.0, True, NOON)
    await bench.pass_by(MINUTE, BATTERY, -1500.0)
    assert len(bench.battery.received) == 1
    assert bench.dispatcher.is_settled()


async def test_a_set_point_that_hardly_differs_is_not_sent(bench: Bench) -> None:
    await bench.steer(BATTERY, 1500.0)
    await bench.steer(BATTERY, 1540.0)
    assert len(bench.battery.received) == 1
    await bench.steer(BATTERY, 1600.0)
    assert len(bench.battery.received) == 2


async def test_a_mode_is_sent_with_its_number_and_its_power(bench: Bench) -> None:
    await bench.steer(HEAT_PUMP, 1500.0, 2)
    (sent,) = bench.pump.received
    assert (sent.mode, sent.power_w) == (2, 1500.0)
    await bench.pass_by(MINUTE, HEAT_PUMP, 1500.0, 2)
    assert len(bench.pump.received) == 1
    assert bench.registry.state(HEAT_PUMP).mode == 2


async def test_it_is_remembered_when_a_device_was_in_which_mode_for_a_day(bench: Bench) -> None:
    await bench.steer(HEAT_PUMP, 1500.0, 2)
    assert bench.registry.seat(HEAT_PUMP).stays == [(NOON, 1), (NOON, 2)]
    await bench.clock.advance(REMEMBERED)
    await bench.steer(HEAT_PUMP, 0.0, 0)
    await bench.clock.advance(HOUR)
    await bench.steer(HEAT_PUMP, 1000.0, 1)
    assert [mode for _, mode in bench.registry.seat(HEAT_PUMP).stays] == [2, 0, 1]


async def test_somebody_who_turns_a_battery_by_hand_is_answered(bench: Bench) -> None:
    await bench.steer(BATTERY, 1000.0)
    bench.battery.setpoint_w = 0.0
    bench.read()
    await bench.steer(BATTERY, 1000.0)
    assert bench.battery.setpoint_w == 1000.0


async def test_a_device_that_rounds_what_it_is_told_is_asked_ever_more_rarely(bench: Bench) -> None:
    bench.battery.lies = True
    await bench.pass_by(5 * MINUTE, BATTERY, 1000.0)
    assert 3 <= len(bench.battery.received) <= 8
    assert all(outcome.kind is OutcomeKind.DONE for _, outcome in bench.reported)


async def test_a_set_point_is_renewed_before_it_expires_and_not_told_of_again(bench: Bench) -> None:
    await bench.pass_by(HOUR, BATTERY, 1000.0)
    assert HOUR // LIFE < len(bench.battery.received) <= HOUR // RENEWED + 1
    assert len(bench.reported) == 1


async def test_a_renewal_that_fails_is_told(bench: Bench) -> None:
    await bench.steer(BATTERY, 1000.0)
    bench.battery.mood = OutcomeKind.REFUSED
    await bench.pass_by(RENEWED + 10 * SECOND, BATTERY, 1000.0)
    assert [outcome.kind for _, outcome in bench.reported][-1] is OutcomeKind.REFUSED


async def test_a_plug_with_a_timer_of_its_own_is_told_again_in_time_and_another_one_is_not(
    bench: Bench,
) -> None:
    await bench.pass_by(30 * MINUTE, HVAC, 0.0)
    assert bench.plug.switched == [False] * 3
    bench.plug = FakePlug(HVAC, bench.clock, on=False)
    bench.registry.seat(HVAC).handle = bench.plug
    await bench.pass_by(30 * MINUTE, HVAC, 0.0)
    assert bench.plug.switched == []


async def test_a_device_with_a_budget_is_called_no_oftener_and_orders_come_first(clouded: Bench) -> None:
    bench = clouded
    for minutes in range(6):
        await bench.steer(BATTERY, 1000.0 + 200 * minutes)
        await bench.clock.advance(MINUTE / 2)
        await bench.steer(BATTERY, 1100.0 + 200 * minutes)
        await bench.clock.advance(MINUTE / 2)
    assert len(bench.battery.received) == 3
    await bench.steer(BATTERY, 0.0, urgent=True)
    assert bench.battery.setpoint_w == 0.0
    await bench.clock.advance(MINUTE)
    await bench.steer(BATTERY, 900.0, urgent=True)
    assert len(bench.battery.received) == 4
    await bench.clock.advance(24 * HOUR)
    await bench.steer(BATTERY, 900.0)
    assert bench.battery.setpoint_w == 900.0


async def test_a_device_that_refuses_is_not_pestered_because_its_set_point_follows_a_meter(
    bench: Bench,
) -> None:
    bench.battery.mood = OutcomeKind.REFUSED
    for step in range(20):
        await bench.steer(BATTERY, 1000.0 + 100 * step)
        await bench.clock.advance(SECOND)
    assert len(bench.battery.received) == 3
    await bench.steer(BATTERY, -1000.0)
    await bench.steer(BATTERY, -2000.0, urgent=True)
    assert len(bench.battery.received) == 5
