"""Listeners are told of a device when it has changed, and of nothing that is as they know it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

from drrouter.domain.device import DeviceState, Presence
from drrouter.domain.ids import DeviceId
from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.router.broadcast import Broadcast
from drrouter.router.facade import Change, Topic
from drrouter.router.news import DeviceNews
from drrouter.router.viewed import DeviceView
from tests.builders import WASHER, at, washer

ID = DeviceId(WASHER)


class OneDevice:
    """A home of one device that the test changes, and what its listener is told."""

    def __init__(self) -> None:
        self.broadcast, self.made = Broadcast(), 0
        self.view = DeviceView(washer(), DeviceState(Presence.PRESENT, power_w=0.0))
        self.news = DeviceNews(self.broadcast, self._shown)

    def _shown(self, _: DeviceId) -> DeviceView:
        self.made += 1
        return self.view

    async def listen(self) -> AsyncIterator[Change]:
        changes = self.broadcast.listen()
        self._first = asyncio.ensure_future(anext(changes))
        await asyncio.sleep(0)
        return changes

    async def told(self, changes: AsyncIterator[Change]) -> object:
        """The payload of the next change."""
        self.news.tell([ID])
        first, self._first = self._first, asyncio.ensure_future(anext(changes))
        return (await first).payload


async def test_nothing_is_made_for_nobody() -> None:
    home = OneDevice()
    home.news.tell([ID])
    assert home.made == 0


async def test_nothing_is_made_for_those_who_listen_to_something_else() -> None:
    home = OneDevice()
    journal = home.broadcast.listen(frozenset({Topic.JOURNAL}))
    entry = asyncio.ensure_future(anext(journal))
    await asyncio.sleep(0)
    home.news.tell([ID])
    assert home.made == 0
    home.broadcast.tell(Change(Topic.DEVICE, home.view))
    note = JournalEntry(at("12:00"), JournalKind.PLAN, "A plan.")
    home.broadcast.noted(note)
    assert (await entry).payload == note


async def test_a_change_is_told_once() -> None:
    home = OneDevice()
    changes = await home.listen()
    assert await home.told(changes) == home.view
    home.news.tell([ID])
    home.view = replace(home.view, wished_w=2000.0)
    assert await home.told(changes) == home.view


async def test_being_seen_again_and_counting_on_are_no_news() -> None:
    home = OneDevice()
    changes = await home.listen()
    await home.told(changes)
    home.view = replace(home.view, state=replace(home.view.state, seen_at=at("12:00"), energy_wh=7.0))
    home.news.tell([ID])
    home.view = replace(home.view, state=replace(home.view.state, power_w=70.0))
    assert await home.told(changes) == home.view


async def test_who_comes_after_a_silence_is_told_of_everything() -> None:
    home = OneDevice()
    changes = await home.listen()
    await home.told(changes)
    home._first.cancel()
    await asyncio.gather(home._first, return_exceptions=True)
    home.news.tell([ID])
    again = await home.listen()
    assert await home.told(again) == home.view
