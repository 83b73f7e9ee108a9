"""A client that listens is told at once what people order, what devices draw and what was written down."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from drrouter.domain.wish import OverrideMode
from drrouter.router.facade import Topic
from drrouter.router.front import Front
from drrouter.router.viewed import DeviceView
from tests.builders import HVAC, at
from tests.homes import Home, running

OFF = OverrideMode.OFF


@pytest.fixture
async def home() -> AsyncIterator[Home]:
    async with running(Home()) as made:
        yield made


@pytest.fixture
async def front(home: Home) -> Front:
    return home.front


async def test_changes_are_told_as_they_come(home: Home, front: Front) -> None:
    changes = front.changes()
    first = asyncio.ensure_future(anext(changes))
    await home.clock.settle()
    await front.override(HVAC, OFF, at("18:00"))
    topics = {(await first).topic}
    while not topics >= {Topic.DEVICE, Topic.JOURNAL}:
        topics.add((await anext(changes)).topic)


async def test_what_a_person_orders_is_told_of_the_device_at_once(home: Home, front: Front) -> None:
    changes = front.changes()
    first = asyncio.ensure_future(anext(changes))
    await home.clock.settle()
    await front.override(HVAC, OFF, at("18:00"))
    change = await first
    while not (isinstance(change.payload, DeviceView) and change.payload.override):
        change = await anext(changes)
    assert change.payload.profile.id == HVAC


async def test_what_a_device_draws_is_told_as_it_is_read(home: Home, front: Front) -> None:
    changes = front.changes()
    first = asyncio.ensure_future(anext(changes))
    await home.clock.advance(timedelta(seconds=10))
    change = await first
    while not (isinstance(change.payload, DeviceView) and change.payload.state.power_w):
        change = await anext(changes)
    assert change.payload.state.power_w > 0
