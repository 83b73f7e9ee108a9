"""The provider of a simulation, whose link, answers and events go wrong in their spells."""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from drrouter.domain.event import PayloadType
from drrouter.domain.ids import EventId
from drrouter.domain.signal import (
    EventCancelled,
    EventReceived,
    EventsComplete,
    LinkChanged,
    MessageKind,
    Signal,
)
from drrouter.errors import ProviderUnreachableError
from drrouter.router.outbox import message
from drrouter.sim.simulate.agenda import Publish, TakeBack
from drrouter.sim.simulate.faults import Dice, Fault
from drrouter.sim.simulate.uplink import KEPT, POLL, MemoryProvider
from drrouter.sim.simulate.virtual_time import VirtualClock
from tests.builders import DAY, MINUTE, SP, at, capacity, payload
from tests.unit.sim.virtual import SPAN, in_virtual_time, never


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
