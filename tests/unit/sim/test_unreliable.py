"""The store and the solver of a simulation, which do wrong in their spells."""

from dataclasses import replace
from datetime import timedelta

import pytest

from drrouter.domain.interval import Interval
from drrouter.errors import PlannerError, StoreError
from drrouter.planner import Problem
from drrouter.ports import Collection, Put, Remove
from drrouter.sim.simulate.disk import Disk
from drrouter.sim.simulate.faults import Dice, Fault
from drrouter.sim.simulate.unreliable import InlineSolver, UnreliableStore
from drrouter.sim.simulate.virtual_time import VirtualClock
from tests.builders import DAY, HOUR, MINUTE, SP, capacity
from tests.fakes import MemoryStore
from tests.unit.sim.virtual import SPAN, in_virtual_time

LIMIT = capacity("limit", 1000.0, "01:00", "02:00")


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
