"""The checker of how cycles stand to each other: each rule is broken once, and it says so."""

from dataclasses import replace
from datetime import datetime, timedelta

from drrouter.domain.ids import DeviceId
from drrouter.domain.plan import Plan
from drrouter.domain.wish import Precedence
from drrouter.planner import DeviceInput, Problem, plan, verify
from tests.unit.planner.homes import COTTON, WASHER, at, car, committed, machine, problem, running

DRYER = DeviceId("dryer")
QUARTER = timedelta(minutes=15)


def complaints(made: Plan, home: Problem) -> str:
    return "\n".join(verify(made, home))


def pair(first: datetime, second: datetime, **changes: object) -> tuple[Plan, Problem]:
    """A washer and a dryer planned at these times by a home without rules, and the home with them."""
    devices = (_at(WASHER, first), _at(DRYER, second))
    home = problem(*devices)
    return plan(home), replace(home, **changes)  # type: ignore[arg-type]


def _at(device_id: DeviceId, start: datetime) -> DeviceInput:
    return machine(device_id, earliest=start, ready_by=start + COTTON.duration)


def test_two_of_a_group_at_the_same_time() -> None:
    made, home = pair(at(20), at(21), exclusive=((WASHER, DRYER),))
    assert "washer and dryer run at the same time, at 2023-07-29 21:00" in complaints(made, home)


def test_one_after_the_other_is_fine() -> None:
    made, home = pair(
        at(20), at(21.5), exclusive=((WASHER, DRYER),), precedences=(Precedence(WASHER, DRYER),)
    )
    assert verify(made, home) == ()


def test_too_near_and_too_far() -> None:
    near, home = pair(at(20), at(21.5), precedences=(Precedence(WASHER, DRYER, QUARTER),))
    assert "dryer starts 0:05:00 after washer, and not within its gap" in complaints(near, home)
    most = Precedence(WASHER, DRYER, timedelta(0), QUARTER)
    far, home = pair(at(20), at(22), precedences=(most,))
    assert "dryer starts 0:35:00 after washer" in complaints(far, home)


def test_without_what_it_follows() -> None:
    made, home = pair(at(20), at(22), precedences=(Precedence(WASHER, DRYER),))
    alone = replace(made, cycles=made.cycles[1:])
    assert "dryer runs without washer, which it follows" in complaints(alone, home)
    itself = replace(home, precedences=(Precedence(DRYER, DRYER),))
    assert "dryer runs without dryer" in complaints(made, itself)


def test_before_an_agreed_one() -> None:
    agreed = machine(DRYER, earliest=None, commitment=committed(DRYER, COTTON, at(20)))
    home = problem(machine(ready_by=at(23)), agreed)
    made = plan(problem(machine(earliest=at(19), ready_by=at(20.5)), agreed))
    ruled = replace(home, precedences=(Precedence(WASHER, DRYER),))
    assert "washer is not ready before dryer starts as agreed" in complaints(made, ruled)
    assert verify(plan(ruled), ruled) == ()


def test_after_an_agreed_one() -> None:
    agreed = machine(commitment=committed(WASHER, COTTON, at(20)))
    home = problem(agreed, _at(DRYER, at(19)))
    ruled = replace(home, precedences=(Precedence(WASHER, DRYER),))
    assert "dryer starts -1 day" in complaints(plan(home), ruled)


def test_a_wait_that_would_follow_too_late_is_a_miss() -> None:
    busy = machine(earliest=None, running=running(WASHER, COTTON, at(15.5)))
    home = problem(busy, machine(DRYER, earliest=at(17, 30), ready_by=at(20, 31)))
    ruled = replace(home, precedences=(Precedence(WASHER, DRYER, timedelta(0), QUARTER),))
    assert verify(plan(home), home) == ()
    assert "dryer misses 1 of kind cycle, and the plan says 0" in complaints(plan(home), ruled)
    assert verify(plan(ruled), ruled) == ()


def test_strangers_and_storages_bind_nothing() -> None:
    links: tuple[Precedence, ...] = (Precedence(DeviceId("nobody"), WASHER),)
    links += (Precedence(WASHER, DeviceId("nobody")), Precedence(DeviceId("car"), WASHER, QUARTER))
    links += (Precedence(WASHER, DeviceId("car")),)
    home = problem(machine(), car(), precedences=links, exclusive=((WASHER, DeviceId("nobody")), ()))
    assert verify(plan(home), home) == ()
