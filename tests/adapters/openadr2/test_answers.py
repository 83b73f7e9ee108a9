"""What the provider hears of its events, over real bytes; numbers are the obligations of a VEN."""

import asyncio
from datetime import timedelta

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.sp.openadr2 import OpenAdr2Provider
from drrouter.domain.event import Event
from drrouter.domain.ids import DeviceId
from drrouter.domain.signal import MessageKind
from drrouter.errors import ProviderRefusedError, ProviderUnreachableError
from drrouter.router.outbox import message
from tests.adapters.openadr2.peers import (
    MINUTE,
    NOW,
    VEN,
    Vtn,
    events,
    listening,
    saying,
    settings_for,
    signal_of,
)

POLL = timedelta(seconds=10)
CAR = DeviceId("car")


async def tell(provider: OpenAdr2Provider, event: Event, kind: MessageKind, *member: DeviceId) -> None:
    await provider.send(message(event, kind, SimulatedClock(NOW), *member))


def opts(vtn: Vtn) -> list[tuple[str, str]]:
    """Each opt that was created or cancelled, with its id."""
    return [(kind, str(said["opt_id"])) for kind, said in vtn.heard if kind.endswith("Opt")]


async def test_a_receipt_opts_in_under_the_very_id_and_number(vtn: Vtn, clock: SimulatedClock) -> None:
    """38."""
    vtn.event("event-1", modification_number=3)
    vtn.event("007")
    async with listening(settings_for(vtn.url), clock) as (provider, heard):
        first, second = events(heard)
        await tell(provider, first, MessageKind.RECEIPT)
        assert vtn.answers() == [("event-1", 3, "optIn", 200)]
        with pytest.raises(ProviderRefusedError):  # openleadr takes it for the number 7
            await tell(provider, second, MessageKind.RECEIPT)
        assert b"<ei:eventID>007</ei:eventID>" in vtn.raw[-1]


async def test_whoever_opts_out_is_opted_out_and_a_late_receipt_changes_nothing(
    vtn: Vtn, clock: SimulatedClock
) -> None:
    """38."""
    vtn.event("event-1")
    async with listening(settings_for(vtn.url), clock) as (provider, heard):
        (event,) = events(heard)
        await tell(provider, event, MessageKind.RECEIPT)
        await tell(provider, event, MessageKind.OPTED_OUT)
        await tell(provider, event, MessageKind.RECEIPT)
        await tell(provider, event, MessageKind.IMPOSSIBLE)
        assert [opt for _, _, opt, _ in vtn.answers()] == ["optIn", "optOut", "optOut"]


async def test_an_order_that_is_met_in_part_is_told_in_words(vtn: Vtn, clock: SimulatedClock) -> None:
    """38."""
    vtn.event("event-1")
    async with listening(settings_for(vtn.url), clock) as (provider, heard):
        item = message(events(heard)[0], MessageKind.IMPOSSIBLE, clock, excess_w=250.0)
        await provider.send(item)
        said = vtn.heard[-1][1]["event_responses"][0]
        assert (said["opt_type"], said["response_description"]) == ("optIn", "in part; excess_w: 250.0")


async def test_an_event_of_which_nothing_is_used_is_declined_with_its_reason(
    vtn: Vtn, clock: SimulatedClock
) -> None:
    """38."""
    event = vtn.event("event-1")
    event.event_signals[0] = signal_of(1.0, name="DEMAND_CHARGE", type="price")
    async with listening(settings_for(vtn.url), clock) as (provider, heard):
        (event,) = events(heard)
        ignored = {"ignored": "; ".join(event.ignored)}
        await provider.send(message(event, MessageKind.RECEIPT, clock, None, **ignored))
        assert vtn.answers() == [("event-1", 0, "optOut", 460)]
        said = vtn.heard[-1][1]["event_responses"][0]["response_description"]
        assert said == "signal DEMAND_CHARGE price is not used"


async def test_an_event_of_which_the_router_obeys_nothing_is_declined(
    vtn: Vtn, clock: SimulatedClock
) -> None:
    """38."""
    vtn.event("event-1")
    async with listening(settings_for(vtn.url), clock) as (provider, heard):
        (event,) = events(heard)
        beyond = {"ignored": "SIMPLE is beyond what you may send to this home", "obeyed": "nothing"}
        await provider.send(message(event, MessageKind.RECEIPT, clock, None, **beyond))
        assert vtn.answers() == [("event-1", 0, "optOut", 200)]


async def test_an_event_that_wants_no_answer_gets_none(vtn: Vtn, clock: SimulatedClock) -> None:
    """38."""
    vtn.event("event-1", wants="never")
    async with listening(settings_for(vtn.url), clock) as (provider, heard):
        await tell(provider, events(heard)[0], MessageKind.RECEIPT)
        assert vtn.answers() == []


async def test_each_version_has_its_own_answer_and_an_old_one_is_let_go(
    vtn: Vtn, clock: SimulatedClock
) -> None:
    """38."""
    row = vtn.event("event-1")
    async with listening(settings_for(vtn.url), clock) as (provider, heard):
        vtn.changed(row)
        await clock.advance(POLL)
        first, second = events(heard)
        await tell(provider, first, MessageKind.RECEIPT)
        assert vtn.answers() == []
        await tell(provider, second, MessageKind.RECEIPT)
        assert vtn.answers() == [("event-1", 1, "optIn", 200)]


async def test_an_answer_for_an_event_that_is_gone_is_let_go(vtn: Vtn, clock: SimulatedClock) -> None:
    """38."""
    vtn.event("event-1")
    async with listening(settings_for(vtn.url), clock) as (provider, heard):
        vtn.server.events[VEN].clear()
        await clock.advance(16 * MINUTE)
        await tell(provider, events(heard)[0], MessageKind.RECEIPT)
        assert vtn.answers() == []


async def test_a_refused_or_undelivered_answer_is_told_to_the_outbox(vtn: Vtn, clock: SimulatedClock) -> None:
    """38."""
    vtn.event("event-1")
    async with listening(settings_for(vtn.url), clock) as (provider, heard):
        (event,) = events(heard)
        vtn.server.events[VEN].clear()  # openleadr answers 452: it knows no such event
        with pytest.raises(ProviderRefusedError, match="452"):
            await tell(provider, event, MessageKind.RECEIPT)
        vtn.bend["EiEvent"] = saying("", status=500)
        with pytest.raises(ProviderUnreachableError):
            await tell(provider, event, MessageKind.RECEIPT)


async def test_nothing_is_sent_before_the_router_is_registered(vtn: Vtn, clock: SimulatedClock) -> None:
    """36."""
    vtn.event("event-1")
    async with listening(settings_for(vtn.url), clock) as (_, heard):
        (event,) = events(heard)
    provider = OpenAdr2Provider(settings_for(vtn.url), clock)
    with pytest.raises(ProviderUnreachableError, match="not connected"):
        await tell(provider, event, MessageKind.RECEIPT)


async def test_a_cancellation_whose_answer_is_lost_is_answered_next_time(
    vtn: Vtn, clock: SimulatedClock
) -> None:
    """39."""
    vtn.event("event-1")
    async with listening(settings_for(vtn.url), clock):
        vtn.server.cancel_event(VEN, "event-1")
        broken = {"left": 1}
        go_on = vtn.server.services["event_service"].created_event

        async def fail_once(payload: object) -> object:
            if broken["left"]:
                broken["left"] -= 1
                raise RuntimeError
            return await go_on(payload)

        vtn.server.services["event_service"].handlers["oadrCreatedEvent"] = fail_once
        await clock.advance(MINUTE)
        assert vtn.answers() == [("event-1", 1, "optIn", 200)] * 2


async def test_a_device_opts_out_for_itself_once(vtn: Vtn, clock: SimulatedClock) -> None:
    """41."""
    vtn.event("event-1")
    async with listening(settings_for(vtn.url), clock) as (provider, heard):
        (event,) = events(heard)
        await tell(provider, event, MessageKind.OPTED_OUT, CAR)
        await tell(provider, event, MessageKind.OPTED_OUT, CAR)
        first, again = opts(vtn)
        assert first == again
        said = vtn.heard[-1][1]
        assert (said["opt_type"], said["event_id"], said["modification_number"]) == ("optOut", "event-1", 0)
        assert said["targets"] == [{"resource_id": "car"}]
        assert vtn.answers() == []


async def test_a_new_version_takes_the_opt_outs_of_the_old_one_back(vtn: Vtn, clock: SimulatedClock) -> None:
    """41."""
    row = vtn.event("event-1")
    async with listening(settings_for(vtn.url), clock) as (provider, heard):
        await tell(provider, events(heard)[0], MessageKind.OPTED_OUT, CAR)
        vtn.changed(row)
        await clock.advance(POLL)
        await tell(provider, events(heard)[1], MessageKind.OPTED_OUT, DeviceId("boiler"))
        await tell(provider, events(heard)[1], MessageKind.RECEIPT)
        (_, first), (_, second), (kind, cancelled) = opts(vtn)
        assert (kind, cancelled) == ("oadrCancelOpt", first)
        assert second != first


async def test_members_of_a_group_that_answer_side_by_side_take_an_old_opt_out_back_once(
    vtn: Vtn, clock: SimulatedClock
) -> None:
    """41."""
    row = vtn.event("event-1")
    async with listening(settings_for(vtn.url), clock) as (provider, heard):
        await tell(provider, events(heard)[0], MessageKind.OPTED_OUT, CAR)
        vtn.changed(row)
        await clock.advance(POLL)
        second, kind = events(heard)[1], MessageKind.RECEIPT
        await asyncio.gather(*(tell(provider, second, kind, DeviceId(f"relay_{n}")) for n in range(3)))
        assert [kind for kind, _ in opts(vtn)] == ["oadrCreateOpt", "oadrCancelOpt"]


async def test_an_opt_out_that_could_not_be_taken_back_is_taken_back_with_the_next_answer(
    vtn: Vtn, clock: SimulatedClock
) -> None:
    """41."""
    row = vtn.event("event-1")
    async with listening(settings_for(vtn.url), clock) as (provider, heard):
        await tell(provider, events(heard)[0], MessageKind.OPTED_OUT, CAR)
        vtn.changed(row)
        await clock.advance(POLL)
        vtn.bend["EiOpt"] = saying("", status=500)
        with pytest.raises(ProviderUnreachableError):
            await tell(provider, events(heard)[1], MessageKind.RECEIPT)
        del vtn.bend["EiOpt"]
        await tell(provider, events(heard)[1], MessageKind.RECEIPT)
        assert [kind for kind, _ in opts(vtn)][-1] == "oadrCancelOpt"


async def test_a_cancelled_event_takes_its_opt_outs_back(vtn: Vtn, clock: SimulatedClock) -> None:
    """41."""
    vtn.event("event-1")
    async with listening(settings_for(vtn.url), clock) as (provider, heard):
        await tell(provider, events(heard)[0], MessageKind.OPTED_OUT, CAR)
        vtn.server.cancel_event(VEN, "event-1")
        await clock.advance(POLL)
        assert [kind for kind, _ in opts(vtn)] == ["oadrCreateOpt", "oadrCancelOpt"]


async def test_where_there_are_no_opts_a_device_does_not_opt_the_home_out(clock: SimulatedClock) -> None:
    """41."""
    vtn = Vtn()
    vtn.opts = False
    await vtn.start()
    try:
        vtn.event("event-1")
        async with listening(settings_for(vtn.url), clock) as (provider, heard):
            await tell(provider, events(heard)[0], MessageKind.OPTED_OUT, CAR)
            assert vtn.answers() == []
    finally:
        await vtn.stop()
