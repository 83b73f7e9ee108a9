"""A provider's orders on the true router: they act at once, whatever hangs, and each member answers."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from drrouter.domain.event import PayloadType
from drrouter.domain.ids import EventId
from drrouter.domain.plan import SolveRung
from drrouter.domain.signal import EventCancelled, EventReceived, EventsComplete, LinkChanged
from drrouter.domain.wish import OverrideMode
from drrouter.router.facade import WishRequest
from drrouter.router.scribe import RETRY
from tests.builders import (
    CAR,
    FREEZER,
    HOUR,
    HVAC,
    MINUTE,
    NOON,
    SP,
    WASHER,
    at,
    capacity,
    car,
    event,
    freezer,
    hvac,
    payload,
    shed,
    washer,
)
from tests.fakes import HangingSolver
from tests.homes import Home, assert_healthy, running, spin_until

SECOND = timedelta(seconds=1)
ON, OFF = OverrideMode.ON, OverrideMode.OFF


@pytest.fixture
async def home() -> AsyncIterator[Home]:
    groups = ("flexible",)
    made = Home(freezer(), washer(), car(groups=groups), hvac(groups=groups))
    async with running(made):
        made.provider.says(LinkChanged(SP, True, "The link is up.", NOON))
        await made.clock.settle()
        yield made


async def receive(home: Home, *events: object) -> None:
    """Let events in, and let happen what happens at once."""
    for one in events:
        home.provider.says(EventReceived(one))  # type: ignore[arg-type]
    await home.clock.settle()


async def cool_down(home: Home) -> None:
    """Until the freezer's temperature is known."""
    while home.router.registry.state(FREEZER).level is None:
        await home.clock.advance(MINUTE)


# Sheds


async def test_a_shed_reaches_the_devices_at_once_and_ends_by_itself(home: Home) -> None:
    await cool_down(home)
    start = home.clock.now()
    one = payload(PayloadType.SIMPLE, 1.0, "00:00", "48:00")
    span = replace(one.interval, start=start, end=start + HOUR)
    await receive(home, event("shed", replace(one, interval=span)))
    assert home.clock.now() == start
    assert home.is_on(FREEZER, CAR, HVAC) == [False, False, False]
    await home.clock.advance(59 * MINUTE)
    assert home.is_on(CAR, HVAC) == [False, False]
    await home.clock.advance(MINUTE)
    assert home.is_on(CAR) == [True]


async def test_a_shed_that_is_announced_waits_for_its_start(home: Home) -> None:
    await receive(home, shed("soon", "12:00:03", "12:30"))
    assert home.is_on(CAR) == [True]
    await home.clock.advance(2 * SECOND)
    assert home.is_on(CAR) == [True]
    await home.clock.advance(SECOND)
    assert home.is_on(CAR) == [False]


async def test_a_group_order_stops_its_members_and_is_acknowledged_once_by_each(home: Home) -> None:
    await receive(home, shed("group", "12:00", "13:00", targets=("flexible",)))
    assert home.is_on(FREEZER, CAR, HVAC) == [True, False, False]
    assert home.provider.heard == [
        f"{kind} group {name}" for kind in ("receipt", "started") for name in (CAR, HVAC)
    ]


async def test_a_shed_reaches_the_devices_while_the_solver_hangs() -> None:
    solver = HangingSolver()
    async with running(Home(solver=solver), until=lambda home: home.is_on(WASHER) == [False]) as home:
        assert len(solver.problems) == 1
        home.provider.says(EventReceived(shed("shed", "12:00", "13:00")))
        await spin_until(lambda: home.is_on(CAR, HVAC) == [False, False])
        await spin_until(lambda: "receipt shed site" in home.provider.heard)
        assert len(solver.problems) == 1
        assert home.clock.now() == NOON


async def test_a_solver_that_fails_leaves_the_greedy_plan_in_force() -> None:
    solver = HangingSolver()
    solver.let_go.set()
    async with running(Home(solver=solver)) as home:
        plan = home.front.plan()
        assert plan is not None
        assert plan.solve_rung is SolveRung.GREEDY


async def test_a_shed_reaches_the_devices_while_the_disk_hangs_and_is_acknowledged_after(home: Home) -> None:
    home.store.hang()
    await receive(home, shed("shed", "12:00", "13:00"))
    assert home.is_on(CAR, HVAC) == [False, False]
    await home.clock.advance(10 * MINUTE)
    assert home.provider.heard == []
    home.store.mend()
    await home.clock.settle()
    assert "receipt shed site" in home.provider.heard


async def test_a_full_disk_stops_no_order_and_is_shown(home: Home) -> None:
    home.store.fail()
    await receive(home, shed("shed", "12:00", "13:00"))
    await home.clock.advance(HOUR)
    assert home.is_on(CAR, HVAC) == [True, True]
    status = home.front.status()
    assert status.degraded
    assert "changes wait for the disk" in status.sentence
    home.store.mend()
    await home.clock.advance(RETRY)
    assert "receipt shed site" in home.provider.heard
    assert not home.front.status().degraded


async def test_a_device_that_is_silent_delays_no_other(home: Home) -> None:
    home.plug(CAR).unreachable = True
    await receive(home, shed("shed", "12:00", "13:00"))
    assert home.is_on(HVAC) == [False]
    await home.clock.advance(MINUTE)
    home.plug(CAR).unreachable = False
    await home.clock.advance(15 * SECOND)
    assert home.is_on(CAR) == [False]


async def test_a_shed_that_is_cancelled_gives_the_power_back_at_once(home: Home) -> None:
    await receive(home, shed("shed", "12:00", "13:00"))
    home.provider.says(EventCancelled(SP, EventId("shed"), NOON))
    await home.clock.settle()
    assert home.is_on(CAR, HVAC) == [True, True]


async def test_a_shed_that_the_provider_lists_no_more_gives_the_power_back(home: Home) -> None:
    await receive(home, shed("shed", "12:00", "13:00"))
    home.provider.says(EventsComplete(SP, frozenset(), NOON))
    await home.clock.settle()
    assert home.is_on(CAR, HVAC) == [True, True]


async def test_replaying_a_shed_changes_nothing(home: Home) -> None:
    order = shed("shed", "12:00", "13:00", targets=("car",))
    await receive(home, order, order)
    heard, told = list(home.provider.heard), list(home.plug(CAR).switched)
    await receive(home, order)
    assert (home.provider.heard, home.plug(CAR).switched) == (heard, told)


# Owner and safety


async def test_the_owner_beats_the_order_and_the_provider_hears_of_it(home: Home) -> None:
    await receive(home, shed("shed", "12:00", "18:00", targets=("hvac",)))
    await home.front.override(HVAC, ON, at("13:00"))
    await home.clock.settle()
    assert home.clock.now() == NOON
    assert home.is_on(HVAC) == [True]
    assert home.provider.heard == ["receipt shed hvac", "started shed hvac", "opted_out shed hvac"]
    await home.clock.advance_to(at("13:00"))
    assert home.is_on(HVAC) == [False]


async def test_a_running_cycle_is_not_cut_and_the_provider_hears_of_it(home: Home) -> None:
    home.plug(WASHER).appliance.armed = True
    await home.front.wish(WASHER, WishRequest(at("14:00")))
    await home.clock.advance(MINUTE)
    assert home.plug(WASHER).power_w == 2000.0
    await receive(home, shed("shed", "12:00", "13:00", targets=("washer",)))
    await home.clock.advance(80 * MINUTE)
    assert home.plug(WASHER).power_w == 200.0
    assert home.provider.heard == ["receipt shed washer", "impossible shed washer"]


async def test_a_machine_that_was_started_by_hand_is_not_cut_either(home: Home) -> None:
    await home.front.override(WASHER, ON, at("12:01"))
    home.plug(WASHER).appliance.armed = True
    await home.clock.advance(10 * MINUTE)
    assert home.plug(WASHER).power_w == 2000.0
    assert home.router.registry.state(WASHER).running is not None


async def test_an_air_conditioner_gets_a_spell_after_its_longest_time_off(home: Home) -> None:
    await receive(home, shed("shed", "12:00", "18:00", targets=("hvac",)))
    await home.clock.advance(HOUR + 10 * SECOND)
    assert home.is_on(HVAC) == [True]
    await home.clock.advance(16 * MINUTE)
    assert home.is_on(HVAC) == [False]
    assert home.provider.heard == ["receipt shed hvac", "started shed hvac", "impossible shed hvac"]


async def test_a_freezer_near_its_bound_is_let_cool_although_it_is_shed() -> None:
    async with running(Home(freezer(), hvac(), tick=30 * SECOND)) as home:
        await cool_down(home)
        alert = payload(PayloadType.ALERT_GRID_EMERGENCY, 1.0, "12:00", "24:00")
        await receive(home, event("alert", alert))
        await home.clock.advance(8 * HOUR)
        assert -16.8 < home.plug(FREEZER).appliance.warmest < -16.0
        assert "impossible alert freezer" in home.provider.heard


# Limits


async def test_a_limit_is_kept_by_the_controllable_load(home: Home) -> None:
    home.plug(CAR).appliance.plugged_in = True
    await home.clock.advance(5 * MINUTE)
    assert home.load_w() > 3000.0
    await receive(home, capacity("limit", 2000.0, "12:05", "14:00"))
    for _ in range(24):
        await home.clock.advance(5 * MINUTE)
        if home.clock.now() < at("14:00"):
            assert 300.0 + home.load_w() <= 2000.0
    await home.clock.advance(10 * MINUTE)
    assert home.load_w() > 3000.0
    assert home.provider.heard == ["receipt limit site", "started limit site", "done limit site"]


async def test_what_a_limit_cannot_get_is_reported_in_watts(home: Home) -> None:
    home.plug(WASHER).appliance.armed = True
    await home.front.wish(WASHER, WishRequest(at("14:00")))
    await home.clock.advance(MINUTE)
    await receive(home, capacity("limit", 1000.0, "12:00", "13:00"))
    (told,) = [item for item in home.provider.received if item.kind == "impossible"]
    assert told.payloads["excess_w"] >= 1300.0  # type: ignore[operator]
    assert home.is_on(WASHER, HVAC) == [True, False]


async def test_a_group_limit_leaves_everybody_else_alone(home: Home) -> None:
    home.plug(WASHER).appliance.armed = True
    await home.front.wish(WASHER, WishRequest(at("14:00")))
    await receive(home, capacity("limit", 1500.0, "12:00", "13:00", targets=("flexible",)))
    await home.clock.advance(MINUTE)
    assert home.is_on(FREEZER, WASHER, HVAC, CAR) == [True, True, True, False]


async def test_the_router_stays_healthy_through_all_of_it(home: Home) -> None:
    await receive(home, shed("shed", "12:00", "13:00"), capacity("limit", 0.0, "12:30", "13:30"))
    await home.clock.advance(2 * HOUR)
    assert_healthy(home)
