"""Devices that run in one of their modes (OMBC), by resource managers of s2-python."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from s2python.common import InstructionStatus
from s2python.message import S2MessageWithID

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.instruction import OutcomeKind
from drrouter.domain.measurement import Quantity
from tests.adapters.devices.reading import read
from tests.adapters.s2.conftest import START, Join, Open, device_of, settings, tell, until
from tests.adapters.s2.described import (
    L1,
    battery,
    frbc,
    ids,
    message,
    modes,
    ombc,
    sg_ready,
    status,
)
from tests.adapters.s2.foreign import update_of


async def test_a_heat_pump_is_told_its_mode_by_the_number_that_the_object_model_has(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    cem = await listen()
    description = sg_ready()
    manager = await join(cem, selected="ombc", ombc=ombc(description, 1))
    device = device_of(cem)
    known = await until(device, lambda known: Quantity.MODE in known)
    assert known == {Quantity.MODE: 1}
    outcome = await tell(device, clock, 2400, mode=3)
    assert outcome.kind is OutcomeKind.DONE, outcome
    [told] = manager.kinds["ombc"].given
    assert str(told.operation_mode_id) == ids(description)[3]
    assert (await read(device))[Quantity.MODE].value == 3
    again = await tell(device, clock, 2400, mode=3, name="again")
    assert (again.kind, len(manager.kinds["ombc"].given)) == (OutcomeKind.DONE, 1)
    assert (await tell(device, clock, 0, mode=7)).kind is OutcomeKind.IMPOSSIBLE


async def test_the_home_file_says_which_mode_is_which(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    cem = await listen(settings(part={"modes": ["block", "run"]}))
    description = modes(("run", 500, 500), ("boost", 900, 900), ("block", 0, 0), ("emergency", 5, 5))
    manager = await join(cem, selected="ombc", ombc=ombc(description, 0))
    device = device_of(cem)
    assert (await until(device, lambda known: Quantity.MODE in known))[Quantity.MODE] == 1
    assert (await tell(device, clock, 0, mode=0)).kind is OutcomeKind.DONE
    assert str(manager.kinds["ombc"].given[0].operation_mode_id) == ids(description)[2]


async def test_a_mode_that_the_home_file_names_and_nobody_knows_gives_the_control_type_up(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    cem = await listen(settings(part={"modes": ["block", "rest"]}))
    kind = ombc(modes(("run", 500, 500), ("block", 0, 0)))
    kind.tells = []
    manager = await join(cem, selected="ombc", ombc=kind)
    assert await manager.tell(message(modes(("run", 500, 500), ("block", 0, 0)))) == "INVALID_CONTENT"
    outcome = await tell(device_of(cem), clock, 0)
    assert outcome.kind is OutcomeKind.IMPOSSIBLE


async def test_two_modes_are_a_switch(listen: Open, join: Join, clock: SimulatedClock) -> None:
    cem = await listen()
    description = modes(("on", 2100, 2100), ("off", 2, 2))
    manager = await join(cem, selected="ombc", ombc=ombc(description, 0))
    device = device_of(cem)
    assert await until(device, lambda known: Quantity.SWITCH in known) == {Quantity.SWITCH: 1}
    await tell(device, clock, 0)
    assert (await until(device, lambda known: known[Quantity.SWITCH] == 0)) == {Quantity.SWITCH: 0}
    await tell(device, clock, 700)
    given = [str(told.operation_mode_id) for told in manager.kinds["ombc"].given]
    assert given == [ids(description)[1], ids(description)[0]]


@pytest.mark.parametrize(
    ("power_w", "label", "factor"),
    [(0, "off", 0.0), (300, "off", 0.0), (970, "on", 0.0), (2000, "on", 0.5), (9000, "on", 1.0)],
)
async def test_a_mode_with_a_range_is_told_its_power(
    listen: Open, join: Join, clock: SimulatedClock, power_w: float, label: str, factor: float
) -> None:
    cem = await listen()
    description = modes(("off", 0, 0), ("on", 1000, 3000), ("emergency", 9000, 9000))
    manager = await join(cem, selected="ombc", ombc=ombc(description, 1, 0.25))
    device = device_of(cem)
    known = await until(device, lambda known: Quantity.SETPOINT_W in known)
    assert known == {Quantity.SWITCH: 1, Quantity.SETPOINT_W: 1500}
    assert (await tell(device, clock, power_w)).kind is OutcomeKind.DONE
    [told] = manager.kinds["ombc"].given
    names = {one["id"]: one["diagnostic_label"] for one in description["operation_modes"]}
    assert (names[str(told.operation_mode_id)], told.operation_mode_factor) == (label, factor)


async def test_a_change_that_is_not_described_or_still_blocked_is_refused_here(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    cem = await listen()
    description = modes(("on", 2000, 2000), ("off", 0, 0), without=("off", "on"))
    manager = await join(cem, selected="ombc", ombc=ombc(description, 0))
    device = device_of(cem)
    await until(device, lambda known: Quantity.SWITCH in known)
    timer = {
        "message_type": "OMBC.TimerStatus",
        "timer_id": description["timers"][0]["id"],
        "finished_at": (START + timedelta(minutes=5)).isoformat(),
    }
    assert await manager.tell(message(timer)) == "OK"
    assert await manager.tell(message(timer | {"timer_id": str(uuid.uuid4())})) == "INVALID_CONTENT"
    blocked = await tell(device, clock, 0)
    assert (blocked.kind, blocked.sentence) == (
        OutcomeKind.REFUSED,
        "device (S2): it may change its mode in 300 s at the earliest",
    )
    await clock.advance(timedelta(minutes=5))
    assert (await tell(device, clock, 0)).kind is OutcomeKind.DONE
    back = await tell(device, clock, 2000)
    assert (back.kind, back.sentence) == (
        OutcomeKind.REFUSED,
        "device (S2): it cannot change from off to on at once",
    )
    assert len(manager.kinds["ombc"].given) == 1


async def test_what_was_accepted_counts_until_the_status_has_had_time_to_show_it(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    cem = await listen()
    kind = ombc(modes(("on", 2000, 2000), ("off", 0, 0)), 0)
    kind.follows = lambda told: []
    manager = await join(cem, selected="ombc", ombc=kind)
    device = device_of(cem)
    await until(device, lambda known: Quantity.SWITCH in known)
    await tell(device, clock, 0)
    assert (await read(device))[Quantity.SWITCH].value == 0
    await clock.advance(timedelta(minutes=1))
    assert (await read(device))[Quantity.SWITCH].value == 1
    await tell(device, clock, 0, name="again")
    assert (await read(device))[Quantity.SWITCH].value == 0
    failed = update_of(kind.given[-1].id, InstructionStatus.ABORTED)
    assert await manager.tell(failed) == "OK"
    assert (await read(device))[Quantity.SWITCH].value == 1


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda known: status(str(uuid.uuid4())), "INVALID_CONTENT"),
        (lambda known: status(known[0], 1.5), "INVALID_CONTENT"),
        (lambda known: status(known[2]), "OK"),
    ],
)
async def test_a_status_names_a_mode_that_there_is(
    listen: Open, join: Join, make: Callable[[list[str]], S2MessageWithID], said: str
) -> None:
    cem = await listen()
    description = modes(("on", 2000, 2000), ("off", 0, 0), ("emergency", 1, 1))
    manager = await join(cem, selected="ombc", ombc=ombc(description, 0))
    assert await manager.tell(make(ids(description))) == said


async def test_in_an_emergency_a_mode_by_number_is_not_told(listen: Open, join: Join) -> None:
    cem = await listen(settings(part={"modes": ["off", "on"]}))
    description = modes(("on", 2000, 2000), ("off", 0, 0), ("emergency", 1, 1))
    manager = await join(cem, selected="ombc", ombc=ombc(description, 0))
    device = device_of(cem)
    await until(device, lambda known: known.get(Quantity.MODE) == 1)
    await manager.tell(status(ids(description)[2]))
    power = {
        "message_type": "PowerMeasurement",
        "measurement_timestamp": START.isoformat(),
        "values": [{"commodity_quantity": L1, "value": 1}],
    }
    await manager.tell(message(power))
    assert Quantity.MODE not in await read(device)


async def test_a_power_that_no_home_has_is_no_mode(listen: Open, join: Join) -> None:
    cem = await listen()
    kind = ombc(modes(("on", 1, 1)))
    kind.tells = []
    manager = await join(cem, selected="ombc", ombc=kind)
    assert await manager.tell(message(modes(("on", -1e308, 1e308)))) == "INVALID_CONTENT"


async def test_emergencies_alone_are_no_modes(listen: Open, join: Join) -> None:
    cem = await listen()
    kind = ombc(modes(("on", 1, 1)))
    kind.tells = []
    manager = await join(cem, selected="ombc", ombc=kind)
    assert await manager.tell(message(modes(("emergency", 1, 1)))) == "INVALID_CONTENT"


async def test_a_description_that_is_taken_back_steers_no_more(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    cem = await listen()
    description = modes(("on", 2000, 2000), ("off", 0, 0))
    manager = await join(cem, selected="ombc", ombc=ombc(description, 0))
    await until(device_of(cem), lambda known: Quantity.SWITCH in known)
    about = {"object_type": "OMBC.SystemDescription", "object_id": description["message_id"]}
    assert await manager.tell(message({"message_type": "RevokeObject", **about})) == "OK"
    outcome = await tell(device_of(cem), clock, 0)
    assert (outcome.kind, "it has not said yet" in outcome.sentence) == (OutcomeKind.IMPOSSIBLE, True)


async def test_the_best_control_type_of_several_is_selected(listen: Open, join: Join) -> None:
    """42: of what is offered, the first that the home file has."""
    cem = await listen(settings(part={"control": ["ddbc", "ombc", "frbc"]}))
    kinds = {"frbc": frbc(battery()), "ombc": ombc(sg_ready(), 1)}
    manager = await join(cem, selected="ombc", **kinds)
    assert not manager.kinds["frbc"].selected.is_set()
