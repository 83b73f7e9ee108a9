"""The adapters of a simulation: plugs, providers, store and solver, which do wrong in their spells."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from drrouter.domain.event import PayloadType
from drrouter.domain.flexibility import ProfileFlexibility
from drrouter.domain.ids import DeviceId, EventId
from drrouter.domain.instruction import Instruction, OutcomeKind
from drrouter.domain.interval import Interval
from drrouter.domain.measurement import Quality, Reading
from drrouter.domain.signal import (
    EventCancelled,
    EventReceived,
    EventsComplete,
    LinkChanged,
    MessageKind,
    Signal,
)
from drrouter.errors import DeviceSilentError, PlannerError, ProviderUnreachableError, StoreError
from drrouter.planner import Problem
from drrouter.ports import Collection, Put, Remove
from drrouter.router.outbox import message
from drrouter.sim.appliances import Car, CycleMachine
from drrouter.sim.simulate.agenda import Publish, TakeBack
from drrouter.sim.simulate.disk import Disk
from drrouter.sim.simulate.faults import Dice, Fault, Spell
from drrouter.sim.simulate.plugs import MemoryPlug
from drrouter.sim.simulate.unreliable import InlineSolver, UnreliableStore
from drrouter.sim.simulate.uplink import KEPT, POLL, MemoryProvider
from drrouter.sim.simulate.virtual_time import VirtualClock, run
from tests.builders import DAY, ECO, HOUR, MINUTE, SP, WASHER, at, capacity, payload, programme, washer
from tests.fakes import MemoryStore

SPAN = Interval(DAY, DAY + timedelta(days=7))
CAR = DeviceId("car")


def in_virtual_time(test: Callable[[VirtualClock], Awaitable[None]]) -> None:
    """Run a test on a virtual loop that begins with the day."""

    async def main() -> None:
        await test(VirtualClock(DAY))

    run(main())


async def never(fault: Fault) -> None:
    raise AssertionError(f"{fault} should not strike")


# Plugs


def a_car() -> Car:
    return Car(DAY, full_wh=10_000.0, charge_w=2000.0, level_wh=0.0, plugged=True, supplied=True)


class OneSpell(Dice):
    """Draws one fault of devices, from 12:00 to 12:10, or none."""

    def __init__(self, fault: Fault | None) -> None:
        super().__init__(1, Fault)
        self.fault = fault

    def device_spells(self, device: str, span: Interval) -> tuple[Spell, ...]:
        return (Spell(self.fault, Interval(at("12:00"), at("12:10"))),) if self.fault else ()


def plug_with(
    clock: VirtualClock, fault: Fault | None, appliance: Car | CycleMachine | None = None
) -> MemoryPlug:
    """A plug that misbehaves from 12:00 to 12:10, in front of a car that charges."""
    return MemoryPlug(CAR, appliance or a_car(), clock, OneSpell(fault), SPAN, MINUTE)


def tell(on: bool) -> Instruction:
    return Instruction(f"{on}", CAR, 2000.0 if on else 0.0, "a test", at("23:00"))


@pytest.mark.parametrize(
    ("fault", "outcome", "charges", "minutes"),
    [
        (None, OutcomeKind.DONE, False, 0.0),
        (Fault.DEVICE_SILENT, OutcomeKind.SILENT, True, 5 / 60),
        (Fault.DEVICE_REFUSES, OutcomeKind.REFUSED, True, 0.0),
        (Fault.DEVICE_LIES, OutcomeKind.DONE, True, 0.0),
    ],
)
def test_a_plug_obeys_unless_it_misbehaves(
    fault: Fault | None, outcome: OutcomeKind, charges: bool, minutes: float
) -> None:
    async def test(clock: VirtualClock) -> None:
        plug = plug_with(clock, fault)
        await clock.sleep_until(at("12:01"))
        assert (await plug.apply(tell(False))).kind is outcome
        assert plug.appliance.supplied is charges
        assert clock.now() == at("12:01") + minutes * MINUTE
        await clock.sleep_until(at("12:10"))
        assert (await plug.apply(tell(False))).kind is OutcomeKind.DONE
        assert not plug.appliance.supplied
        assert plug.commands == 2

    in_virtual_time(test)


def test_a_slow_plug_obeys_seconds_later() -> None:
    async def test(clock: VirtualClock) -> None:
        plug = plug_with(clock, Fault.DEVICE_SLOW)
        await clock.sleep_until(at("12:01"))
        await plug.apply(tell(False))
        assert not plug.appliance.supplied
        assert at("12:01:02") <= clock.now() <= at("12:01:20")

    in_virtual_time(test)


async def first_after(plug: MemoryPlug, clock: VirtualClock, instant: datetime) -> Sequence[Reading]:
    await clock.sleep_until(instant)
    async with aclosing(plug.readings()) as readings:  # type: ignore[type-var]
        return await anext(readings)


def test_a_plug_tells_switch_power_and_energy() -> None:
    async def test(clock: VirtualClock) -> None:
        answer = await first_after(plug_with(clock, None), clock, at("01:00"))
        assert [(one.quantity, one.value) for one in answer] == [
            ("switch", 1.0),
            ("power_w", 2000.0),
            ("energy_wh", pytest.approx(2000.0)),
        ]
        assert {one.at for one in answer} == {at("01:00")}

    in_virtual_time(test)


def test_a_frozen_plug_repeats_itself_and_an_implausible_one_is_marked() -> None:
    async def test(clock: VirtualClock) -> None:
        frozen = plug_with(clock, Fault.DEVICE_FROZEN)
        before = await first_after(frozen, clock, at("11:00"))
        during = await first_after(frozen, clock, at("12:05"))
        assert [one.value for one in during] == [one.value for one in before]
        odd = await first_after(plug_with(clock, Fault.DEVICE_IMPLAUSIBLE), clock, at("12:06"))
        assert [one.quality for one in odd] == [Quality.OK, Quality.BAD, Quality.BAD]

    in_virtual_time(test)


def test_a_silent_plug_gives_no_reading() -> None:
    async def test(clock: VirtualClock) -> None:
        with pytest.raises(DeviceSilentError, match="car does not answer"):
            await first_after(plug_with(clock, Fault.DEVICE_SILENT), clock, at("12:05"))

    in_virtual_time(test)


def a_machine() -> CycleMachine:
    flexibility = washer(WASHER, programme(ECO, (60, 2000.0))).flexibility
    assert isinstance(flexibility, ProfileFlexibility)
    return CycleMachine(DAY, flexibility.programmes, supplied=True)


def test_a_command_that_cuts_a_cycle_is_remembered() -> None:
    async def test(clock: VirtualClock) -> None:
        machine = a_machine()
        plug = plug_with(clock, None, machine)
        machine.load(ECO)
        await clock.sleep_until(at("00:30"))
        await plug.apply(tell(False))
        assert [(cut.at, cut.instruction_id) for cut in plug.cuts] == [(at("00:30"), "False")]

    in_virtual_time(test)


def test_nobody_presses_the_button_while_a_cycle_runs() -> None:
    async def test(clock: VirtualClock) -> None:
        machine = a_machine()
        plug = plug_with(clock, Fault.DEVICE_PRESSED, machine)
        await clock.sleep_until(at("11:30"))
        machine.advance(clock.now())
        machine.load(ECO)
        await first_after(plug, clock, at("12:00"))
        assert machine.supplied
        idle = plug_with(clock, Fault.DEVICE_PRESSED)
        await first_after(idle, clock, at("12:01"))
        await first_after(idle, clock, at("12:02"))
        assert [(moved.on, moved.instruction_id) for moved in idle.switchings] == [(False, None)]

    in_virtual_time(test)


# Providers


async def heard(provider: MemoryProvider, until: datetime, clock: VirtualClock) -> list[Signal]:
    """What a provider says until then."""
    signals: list[Signal] = []

    async def listen() -> None:
        async with aclosing(provider.signals()) as stream:
            async for signal in stream:
                signals.append(signal)

    listening = asyncio.ensure_future(listen())
    await clock.sleep_until(until)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    return signals


def provider_with(clock: VirtualClock, *faults: Fault) -> MemoryProvider:
    return MemoryProvider(SP, clock, Dice(1, faults), SPAN, never)


LIMIT = capacity("limit", 1000.0, "01:00", "02:00")


def test_a_provider_tells_what_is_in_force_and_then_the_complete_list() -> None:
    async def test(clock: VirtualClock) -> None:
        provider = provider_with(clock)
        provider.take(Publish(DAY, LIMIT))
        link, news, complete = await heard(provider, at("00:30"), clock)
        assert isinstance(link, LinkChanged)
        assert link.up
        assert news == EventReceived(LIMIT)
        assert complete == EventsComplete(SP, frozenset({LIMIT.id}), DAY)
        assert [one.event for one in provider.arrived] == [LIMIT]

    in_virtual_time(test)


def test_news_come_at_once_and_what_is_taken_back_is_cancelled() -> None:
    async def test(clock: VirtualClock) -> None:
        provider = provider_with(clock)
        listening = asyncio.ensure_future(heard(provider, at("00:40"), clock))
        await clock.sleep_until(at("00:10"))
        provider.take(Publish(at("00:10"), LIMIT))
        await clock.sleep_until(at("00:20"))
        provider.take(TakeBack(at("00:20"), SP, LIMIT.id))
        signals = [one for one in await listening if isinstance(one, EventReceived | EventCancelled)]
        assert signals == [EventReceived(LIMIT), EventCancelled(SP, LIMIT.id, at("00:20"))]
        assert provider.in_force == ()

    in_virtual_time(test)


def test_an_event_that_was_over_before_is_not_told_and_is_forgotten_later() -> None:
    async def test(clock: VirtualClock) -> None:
        provider = provider_with(clock)
        provider.take(Publish(DAY, LIMIT))
        await clock.sleep_until(at("03:00"))
        assert not any(isinstance(one, EventReceived) for one in await heard(provider, at("04:00"), clock))
        await heard(provider, at("02:00") + KEPT + POLL, clock)
        assert provider.in_force == ()

    in_virtual_time(test)


def test_a_late_event_arrives_minutes_later_and_a_repeated_one_again() -> None:
    async def test(clock: VirtualClock) -> None:
        late = provider_with(clock, Fault.UPLINK_LATE)
        for number in range(30):
            event = replace(LIMIT, id=EventId(f"limit-{number}"))
            late.take(Publish(DAY, event))
        await heard(late, at("00:45"), clock)
        delays = [one.at - DAY for one in late.arrived]
        assert len(delays) == 30
        assert timedelta(seconds=30) <= max(delays) <= 30 * MINUTE
        twice = provider_with(clock, Fault.UPLINK_TWICE)
        twice.take(Publish(DAY, replace(LIMIT, payloads=(payload(PayloadType.SIMPLE, 1, "00:00", "23:00"),))))
        told = [one for one in await heard(twice, at("22:00"), clock) if isinstance(one, EventReceived)]
        assert len(told) > 1
        assert len(set(told)) == 1

    in_virtual_time(test)


def test_a_lost_link_is_told_once_and_brings_everything_when_it_returns() -> None:
    async def test(clock: VirtualClock) -> None:
        provider = provider_with(clock, Fault.UPLINK_LOST)
        lost = Dice(1, [Fault.UPLINK_LOST]).spells(Fault.UPLINK_LOST, SP, SPAN)[0].interval
        listening = asyncio.ensure_future(heard(provider, lost.end + MINUTE, clock))
        await clock.sleep_until(lost.start + timedelta(seconds=1))
        event = replace(LIMIT, payloads=(payload(PayloadType.SIMPLE, 1, "00:00", "240:00"),))
        provider.take(Publish(clock.now(), event))
        item = message(LIMIT, MessageKind.RECEIPT, clock)
        with pytest.raises(ProviderUnreachableError, match="cannot be reached"):
            await provider.send(item)
        signals = await listening
        links = [one.up for one in signals if isinstance(one, LinkChanged)]
        assert links == [True, False, True]
        assert [one.at for one in provider.arrived] == [lost.end]
        await provider.send(item)
        await provider.send(item)
        assert list(provider.received) == [item.id]
        assert provider.copies == 2

    in_virtual_time(test)


def test_a_provider_whose_answer_is_lost_has_the_message_all_the_same() -> None:
    async def test(clock: VirtualClock) -> None:
        provider = provider_with(clock, Fault.UPLINK_UNHEARD)
        items = [
            message(replace(LIMIT, id=EventId(f"limit-{n}")), MessageKind.RECEIPT, clock) for n in range(60)
        ]
        unheard = 0
        for item in items:
            try:
                await provider.send(item)
            except ProviderUnreachableError:
                unheard += 1
        assert len(provider.received) == 60
        assert 0 < unheard < 60

    in_virtual_time(test)


# Store and solver


def store_with(clock: VirtualClock, *faults: Fault) -> tuple[UnreliableStore, MemoryStore, Disk, list[Fault]]:
    killed: list[Fault] = []

    async def kill(fault: Fault) -> None:
        killed.append(fault)

    true, disk = MemoryStore(), Disk(clock)
    return UnreliableStore(true, clock, Dice(1, faults), SPAN, kill, disk.committed), true, disk, killed


def test_a_disk_takes_nothing_while_it_fails() -> None:
    async def test(clock: VirtualClock) -> None:
        store, true, disk, _ = store_with(clock, Fault.STORE_FAILS)
        spell = Dice(1, [Fault.STORE_FAILS]).spells(Fault.STORE_FAILS, "disk", SPAN)[0].interval
        await store.commit(Put(Collection.EVENTS, "e", LIMIT))
        await clock.sleep_until(spell.start)
        with pytest.raises(StoreError, match="full"):
            await store.commit(Remove(Collection.EVENTS, "e"))
        with pytest.raises(StoreError, match="full"):
            await store.delivered(["x"])
        assert await store.load(Collection.EVENTS) == {"e": LIMIT}
        assert (disk.commits, len(true.commits)) == (1, 1)
        assert disk.versions == {(SP, LIMIT.id, LIMIT.version): 1}
        await clock.sleep_until(spell.end)
        await store.commit(Remove(Collection.EVENTS, "e"))
        assert await store.load(Collection.EVENTS) == {}
        assert await store.journal() == []
        assert await store.outbox(SP) == []

    in_virtual_time(test)


@pytest.mark.parametrize("fault", [Fault.KILL_BEFORE_COMMIT, Fault.KILL_AFTER_COMMIT])
def test_the_router_may_be_killed_at_a_commit(fault: Fault) -> None:
    async def test(clock: VirtualClock) -> None:
        store, true, _, killed = store_with(clock, fault)
        for number in range(6000):
            await store.commit(Put(Collection.SETTINGS, "n", number))
        assert set(killed) == {fault}
        assert len(true.commits) == 6000

    in_virtual_time(test)


def test_a_solver_plans_dies_or_uses_up_its_budget(problem: Problem) -> None:
    async def test(clock: VirtualClock) -> None:
        solver = InlineSolver(clock, Dice(1, []))
        assert await solver.solve(problem, HOUR) == await solver.solve(problem, HOUR)
        assert solver.solved == 2
        for fault, span in ((Fault.SOLVER_DIES, timedelta(0)), (Fault.SOLVER_HANGS, 10 * MINUTE)):
            before = clock.now()
            with pytest.raises(PlannerError):
                await _until_it_fails(InlineSolver(clock, Dice(1, [fault])), problem)
            assert clock.now() - before == span

    in_virtual_time(test)


def test_a_stale_solver_answers_an_older_question(problem: Problem) -> None:
    async def test(clock: VirtualClock) -> None:
        solver = InlineSolver(clock, Dice(1, [Fault.SOLVER_STALE]))
        plans = [await solver.solve(replace(problem, trigger=str(n)), HOUR) for n in range(100)]
        stale = [n for n, made in enumerate(plans) if made.trigger != str(n)]
        assert stale
        assert all(plans[n] is plans[n - 1] for n in stale)

    in_virtual_time(test)


async def _until_it_fails(solver: InlineSolver, problem: Problem) -> None:
    for _ in range(500):
        await solver.solve(problem, 10 * MINUTE)


@pytest.fixture
def problem() -> Problem:
    """A home without devices, which is planned at once."""
    slots = (Interval(DAY, DAY + HOUR),)
    return Problem(DAY, slots, (0.1,), (0.0,), (300.0,), ())
