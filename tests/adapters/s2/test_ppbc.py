"""Machines that offer cycles (PPBC), by resource managers of s2-python."""

import asyncio
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from s2python.common import InstructionStatus
from s2python.message import S2MessageWithID
from s2python.ppbc import (
    PPBCEndInterruptionInstruction,
    PPBCScheduleInstruction,
    PPBCStartInterruptionInstruction,
)

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.s2.integration import S2Integration
from drrouter.domain.flexibility import Programme
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import OutcomeKind
from drrouter.domain.measurement import Quantity
from drrouter.objectmodel.catalogue import load_catalogue
from drrouter.objectmodel.flexibility import Profile
from drrouter.objectmodel.foreign import s2_ppbc
from drrouter.ports import Asking, Found, Quote
from drrouter.router.machines import Machines
from tests.adapters.devices.reading import read
from tests.adapters.s2.conftest import START, TOKEN, Dial, Join, Open, device_of, settings, tell, until
from tests.adapters.s2.described import Json, message
from tests.adapters.s2.foreign import Kind, Manager, bare, update_of
from tests.builders import WASHER
from tests.homes import Home, running

WINDOW = (START, START + timedelta(hours=12))
IDLE, READY, RUNNING = (
    {Quantity.SWITCH: 0, Quantity.ARMED: 0},
    {Quantity.SWITCH: 0, Quantity.ARMED: 1},
    {Quantity.SWITCH: 1, Quantity.ARMED: 0},
)


class Washer(Kind):
    """It takes schedules and interruptions."""

    def register_handlers(self, connection: Any) -> None:
        for kind in (
            PPBCScheduleInstruction,
            PPBCStartInterruptionInstruction,
            PPBCEndInterruptionInstruction,
        ):
            connection.register_handler(kind, self.handle_instruction)


def profile() -> Profile:
    [form] = [one for one in CATALOGUE["generic.washer"].flexibility if isinstance(one, Profile)]
    return form


CATALOGUE = load_catalogue()


def programs(interruptible: bool = False, window: Any = WINDOW) -> Json:
    """All programs of a washing machine, of which one may be chosen."""
    description = s2_ppbc.offered("washer", profile(), window) | {"id": str(uuid.uuid4())}
    for one in description["power_sequences_containers"][0]["power_sequences"]:
        one["is_interruptible"] = interruptible
    return description | {"message_id": str(uuid.uuid4())}


def phases() -> Json:
    """One program, phase by phase."""
    return s2_ppbc.chosen("washer", profile().programs[0], WINDOW)


def washer(*tells: Json, follows: bool = True) -> Washer:
    kind = Washer("PPBC", PPBCScheduleInstruction, *map(message, tells))
    if follows:
        kind.follows = lambda told: [stands_after(told)]
    return kind


def stands_after(told: Any) -> S2MessageWithID:
    """The status that follows on an instruction."""
    paused = told.message_type == "PPBC.StartInterruptionInstruction"
    return standing(told, "INTERRUPTED" if paused else "EXECUTING")


def standing(told: Any, status: str) -> S2MessageWithID:
    """The status of what an instruction was about."""
    about = {
        "power_profile_id": str(bare(told.power_profile_id)),
        "sequence_container_id": str(bare(told.sequence_container_id)),
        "selected_sequence_id": str(bare(told.power_sequence_id)),
        "status": status,
    }
    return message({"message_type": "PPBC.PowerProfileStatus", "sequence_container_status": [about]})


async def test_a_cycle_is_scheduled_when_its_time_has_come(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    cem = await listen()
    offer = programs()
    manager = await join(cem, selected="ppbc", ppbc=washer(offer))
    device = device_of(cem)
    assert await until(device, lambda known: Quantity.ARMED in known) == READY
    await clock.advance(timedelta(hours=1))
    outcome = await tell(device, clock, 2000)
    assert outcome.kind is OutcomeKind.DONE, outcome
    [told] = manager.kinds["ppbc"].given
    container = offer["power_sequences_containers"][0]
    assert str(told.power_profile_id) == offer["id"]
    assert str(told.sequence_container_id) == container["id"]
    assert str(told.power_sequence_id) == container["power_sequences"][0]["id"]
    assert told.execution_time == clock.now()
    assert await until(device, lambda known: known == RUNNING) == RUNNING
    await manager.kinds["ppbc"].handled.wait()
    again = await tell(device, clock, 2000, name="again")
    assert (again.kind, len(manager.kinds["ppbc"].given)) == (OutcomeKind.DONE, 1)
    assert await manager.tell(standing(told, "FINISHED")) == "OK"
    assert {name: one.value for name, one in (await read(device)).items()} == IDLE
    over = await tell(device, clock, 2000, name="another")
    assert (over.kind, "its cycle is over" in over.sentence) == (OutcomeKind.IMPOSSIBLE, True)
    assert await manager.tell(message(programs())) == "OK"
    assert {name: one.value for name, one in (await read(device)).items()} == READY


async def test_a_cycle_in_phases_is_scheduled_phase_by_phase(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    cem = await listen()
    offer = phases()
    manager = await join(cem, selected="ppbc", ppbc=washer(offer, follows=False))
    await until(device_of(cem), lambda known: Quantity.ARMED in known)
    assert (await tell(device_of(cem), clock, 2000)).kind is OutcomeKind.DONE
    begin = START
    containers = offer["power_sequences_containers"]
    assert len(manager.kinds["ppbc"].given) == len(containers) > 1
    for told, container in zip(manager.kinds["ppbc"].given, containers, strict=True):
        assert str(told.sequence_container_id) == container["id"]
        assert told.execution_time == begin
        [sequence] = container["power_sequences"]
        begin += timedelta(milliseconds=sum(element["duration"] for element in sequence["elements"]))


async def test_a_cycle_that_may_be_interrupted_is(listen: Open, join: Join, clock: SimulatedClock) -> None:
    cem = await listen()
    manager = await join(cem, selected="ppbc", ppbc=washer(programs(interruptible=True)))
    device = device_of(cem)
    await until(device, lambda known: Quantity.ARMED in known)
    for power_w, kind, switch in (
        (2000, PPBCScheduleInstruction, 1),
        (0, PPBCStartInterruptionInstruction, 0),
        (2000, PPBCEndInterruptionInstruction, 1),
    ):
        assert (await tell(device, clock, power_w, name=str(kind))).kind is OutcomeKind.DONE
        assert isinstance(manager.kinds["ppbc"].given[-1], kind)
        await manager.kinds["ppbc"].handled.wait()
        known = await until(device, lambda known, switch=switch: known[Quantity.SWITCH] == switch)  # type: ignore[misc]
        assert known[Quantity.ARMED] == 0


async def test_a_cycle_that_may_not_be_interrupted_goes_on(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    cem = await listen()
    manager = await join(cem, selected="ppbc", ppbc=washer(programs()))
    device = device_of(cem)
    await until(device, lambda known: Quantity.ARMED in known)
    assert (await tell(device, clock, 0)).kind is OutcomeKind.DONE
    assert manager.kinds["ppbc"].given == []
    await tell(device, clock, 2000)
    await manager.kinds["ppbc"].handled.wait()
    outcome = await tell(device, clock, 0, name="stop")
    assert (outcome.kind, outcome.sentence) == (
        OutcomeKind.REFUSED,
        "device (S2): its cycle may not be interrupted",
    )


async def test_what_was_accepted_and_does_not_begin_is_told_again(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    cem = await listen()
    manager = await join(cem, selected="ppbc", ppbc=washer(programs(), follows=False))
    device = device_of(cem)
    await until(device, lambda known: Quantity.ARMED in known)
    await tell(device, clock, 2000)
    assert (await read(device))[Quantity.SWITCH].value == 1
    await tell(device, clock, 2000, name="again")
    assert len(manager.kinds["ppbc"].given) == 1
    early = await tell(device, clock, 0)
    assert (early.kind, "can be stopped once it runs" in early.sentence) == (OutcomeKind.REFUSED, True)
    aborted = update_of(manager.kinds["ppbc"].given[0].id, InstructionStatus.ABORTED)
    assert await manager.tell(aborted) == "OK"
    assert (await read(device))[Quantity.SWITCH].value == 0
    await tell(device, clock, 2000, name="once more")
    await clock.advance(timedelta(minutes=1))
    assert (await read(device))[Quantity.SWITCH].value == 0
    assert len(manager.kinds["ppbc"].given) == 2


async def test_a_machine_that_offers_nothing_cannot_be_started(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    cem = await listen()
    offer = programs()
    manager = await join(cem, selected="ppbc", ppbc=washer(offer))
    device = device_of(cem)
    await until(device, lambda known: Quantity.ARMED in known)
    revoked = {"object_type": "PPBC.PowerProfileDefinition", "object_id": offer["id"]}
    assert await manager.tell(message({"message_type": "RevokeObject", **revoked})) == "OK"
    assert await manager.tell(message({"message_type": "RevokeObject", **revoked})) == "INVALID_CONTENT"
    assert {name: one.value for name, one in (await read(device)).items()} == IDLE
    outcome = await tell(device, clock, 2000)
    assert (outcome.kind, "it offers no cycle" in outcome.sentence) == (OutcomeKind.IMPOSSIBLE, True)


async def test_a_cycle_that_cannot_be_done_in_time_any_more_is_not_armed(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    cem = await listen()
    await join(cem, selected="ppbc", ppbc=washer(programs()))
    device = device_of(cem)
    assert await until(device, lambda known: Quantity.ARMED in known) == READY
    await clock.advance(timedelta(hours=11, minutes=50))
    assert {name: one.value for name, one in (await read(device)).items()} == IDLE


@pytest.mark.parametrize("wrong", ["profile", "container", "nothing"])
async def test_a_status_is_of_what_is_offered(listen: Open, join: Join, wrong: str) -> None:
    cem = await listen()
    offer = programs()
    manager: Manager = await join(cem, selected="ppbc", ppbc=washer(*([] if wrong == "nothing" else [offer])))
    about = {
        "power_profile_id": str(uuid.uuid4()) if wrong == "profile" else offer["id"],
        "sequence_container_id": str(uuid.uuid4())
        if wrong == "container"
        else offer["power_sequences_containers"][0]["id"],
        "status": "NOT_SCHEDULED",
    }
    said = message({"message_type": "PPBC.PowerProfileStatus", "sequence_container_status": [about]})
    assert await manager.tell(said) == "INVALID_CONTENT"


async def test_a_window_that_ends_before_it_begins_is_no_offer(listen: Open, join: Join) -> None:
    cem: S2Integration = await listen()
    manager = await join(cem, selected="ppbc", ppbc=washer())
    backwards = programs(window=(WINDOW[1], WINDOW[0]))
    assert await manager.tell(message(backwards)) == "INVALID_CONTENT"


class Router:
    """Knows a price for each duration, and remembers what it was asked."""

    def __init__(self, *costs: float | None) -> None:
        self.costs = list(costs)
        self.asked: list[tuple[str, bool, object]] = []
        self.promised = asyncio.Event()

    async def quote(
        self, device_id: DeviceId, wanted: Programme, promised: bool, window: object
    ) -> Quote | None:
        self.asked.append((wanted.id, promised, window))
        if promised:
            self.promised.set()
            return Quote(START + timedelta(hours=3), 0.1, "EUR")
        cost = self.costs.pop(0) if self.costs else None
        if not self.costs and cost is None:
            self.promised.set()
        return None if cost is None else Quote(START, cost, "EUR")


async def test_the_cheapest_of_what_is_offered_is_promised_and_started_at_its_time(
    listen: Open, join: Join, clock: SimulatedClock
) -> None:
    cem = await listen()
    router = Router(0.5, 0.2)
    assert isinstance(cem, Asking)
    cem.answer_with(router.quote)
    device = device_of(cem)
    offer = programs()
    sequences = offer["power_sequences_containers"][0]["power_sequences"]
    manager = await join(cem, selected="ppbc", ppbc=washer(offer))
    await router.promised.wait()
    assert [promised for _, promised, _ in router.asked] == [False] * len(sequences) + [True]
    assert {window for _, _, window in router.asked} == {WINDOW}
    assert router.asked[-1][0] == router.asked[1][0]
    await tell(device, clock, 2000)
    assert str(manager.kinds["ppbc"].given[0].power_sequence_id) == sequences[1]["id"]


async def test_what_is_offered_is_asked_for_once_and_when_it_is_known_whose_it_is(
    listen: Open, join: Join
) -> None:
    cem = await listen()
    router = Router(0.5)
    cem.answer_with(router.quote)
    offer = programs()
    manager = await join(cem, selected="ppbc", ppbc=washer(offer))
    assert router.asked == []
    device_of(cem)
    await router.promised.wait()
    asked = len(router.asked)
    await manager.leave()
    again = await join(cem, selected="ppbc", ppbc=washer(offer))
    assert len(router.asked) == asked
    await again.tell(message(programs()))
    assert len(router.asked) > asked


async def test_where_the_router_has_no_start_the_machine_waits(
    listen: Open, join: Join, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    cem = await listen()
    router = Router()
    cem.answer_with(router.quote)
    device_of(cem)
    manager = await join(cem, selected="ppbc", ppbc=washer(programs()))
    await router.promised.wait()
    await manager.tell(message(programs()))
    assert not any(promised for _, promised, _ in router.asked)
    assert any("has no start for it" in one.getMessage() for one in caplog.records)


async def test_the_router_promises_a_washing_machine_the_best_start_of_its_window(dial: Dial) -> None:
    async with running(Home()) as home:
        now = home.clock.now()
        cem = S2Integration(settings(), home.clock, {"rm": TOKEN})
        cem.answer_with(Machines(home.front, home.router.registry).quote)
        cem.setup(WASHER, Found("s2", "rm"))
        serving = asyncio.create_task(cem.serve())
        await cem.listening.wait()
        window = (now + timedelta(hours=2), now + timedelta(hours=9))
        manager = Manager(await dial(cem), {"ppbc": washer(programs(window=window))})
        await manager.kinds["ppbc"].selected.wait()
        while WASHER not in home.router.book.commitments:
            await manager.tell(message({"message_type": "PowerForecast", **forecast(now)}))
        assert window[0] <= home.router.book.commitments[WASHER].start < window[1]
        await manager.leave()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


def forecast(now: datetime) -> Json:
    value = {"value_expected": 0, "commodity_quantity": "ELECTRIC.POWER.L1"}
    return {"start_time": now.isoformat(), "elements": [{"duration": 1000, "power_values": [value]}]}
