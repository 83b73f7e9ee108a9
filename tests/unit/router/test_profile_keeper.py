"""Fetching offline profiles: at the start and daily, each refusal said once, and a good one never lost."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.errors import DocumentError, ProviderUnreachableError
from drrouter.router.profile_keeper import DAILY, RETRY, ProfileKeeper
from drrouter.router.scribe import Scribe
from drrouter.router.shelf import Rules, Shelf
from tests.builders import DAY, HOUR, NOON, SP
from tests.fakes import MemoryStore
from tests.profiles import MemorySource, profile_text


class Post:
    """A keeper at work with everything that it needs."""

    def __init__(self) -> None:
        self.clock, self.store = SimulatedClock(NOON), MemoryStore()
        self.scribe = Scribe(self.store, self.clock, lambda _: None)
        self.shelf = Shelf(Rules(), {}, [SP])
        self.source = MemorySource(profile_text(link_s=5400))
        self.changes: list[str] = []
        self.keeper = ProfileKeeper(
            SP, self.source, self.shelf, self.scribe, self.clock, self.changes.append, "home"
        )

    async def told(self) -> list[str]:
        await self.clock.settle()
        await self.scribe.drain()
        return self.store.sentences()

    @property
    def version(self) -> int | None:
        profile = self.shelf.profile(SP, self.clock.now())
        return profile.version if profile else None


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    made = Post()
    yield made
    await asyncio.gather(*(task for task in tasks if task.cancel()), return_exceptions=True)
    tasks.clear()


tasks: list[asyncio.Task[None]] = []


async def at_work(post: Post) -> None:
    tasks.append(asyncio.create_task(post.keeper.run()))
    await post.clock.settle()


async def test_a_profile_is_fetched_at_the_start_and_kept(post: Post) -> None:
    await at_work(post)
    assert await post.told() == [
        "The offline profile of grid (Evenings, version 1) is kept; valid until 2026-12-31, it comes into "
        "force 1 h 30 min after the link was lost."
    ]
    assert (post.version, post.changes) == (1, ["offline profile of grid"])
    assert len(post.store.documents) == 1


async def test_it_is_fetched_again_each_day_and_said_only_when_it_is_new(post: Post) -> None:
    await at_work(post)
    await post.clock.advance(10 * DAILY)
    assert 11 <= post.source.asked <= 15
    assert len(await post.told()) == 1
    post.source.data = profile_text(version=2)
    await post.clock.advance(DAILY)
    assert (post.version, len(await post.told())) == (2, 2)


async def test_a_refusal_is_said_once_and_changes_nothing(post: Post) -> None:
    await at_work(post)
    post.source.data = b"schema = 3"
    await post.clock.advance(5 * DAILY)
    said = (await post.told())[1:]
    assert said == [
        "The offline profile of grid is refused: https://acme.example/offline.toml: "
        "SPDX-License-Identifier: is missing. Begin the file with a line such as: "
        "# SPDX-License-Identifier: CC0-1.0. The kept one stays in use."
    ]
    assert post.version == 1
    post.source.data = profile_text(link_s=5400)
    await post.clock.advance(DAILY)
    post.source.data = b"schema = 3"
    await post.clock.advance(DAILY)
    assert len(await post.told()) == 3


async def test_what_cannot_be_fetched_is_tried_again_within_the_hour(post: Post) -> None:
    post.source.error = ProviderUnreachableError(
        "https://acme.example/offline.toml cannot be read: no route."
    )
    await at_work(post)
    await post.clock.advance(RETRY)
    assert post.source.asked == 2
    assert await post.told() == [
        "The offline profile of grid was not fetched: https://acme.example/offline.toml cannot be read: "
        "no route."
    ]
    post.source.error = None
    await post.clock.advance(RETRY)
    assert post.version == 1


async def test_a_file_that_is_not_there_yet_is_read_when_it_comes(post: Post) -> None:
    post.source.error = DocumentError("offline.toml", "", "cannot be read (No such file or directory)")
    await at_work(post)
    assert "was not fetched: offline.toml: cannot be read" in (await post.told())[0]
    post.source.error = None
    await post.clock.advance(RETRY)
    assert post.version == 1


async def test_the_return_of_the_link_brings_what_was_missed_at_once(post: Post) -> None:
    post.source.error = ProviderUnreachableError("no route.")
    await at_work(post)
    post.source.error = None
    await post.clock.advance(timedelta(seconds=10))
    post.keeper.link_returned()
    await post.clock.settle()
    assert (post.version, post.source.asked) == (1, 2)


async def test_the_return_of_the_link_asks_for_nothing_that_was_not_missed(post: Post) -> None:
    await at_work(post)
    post.keeper.link_returned()
    await post.clock.advance(HOUR)
    assert post.source.asked == 1


async def test_homes_do_not_come_all_at_once(post: Post) -> None:
    waits = set()
    for home in range(5):
        clock = SimulatedClock(DAY)
        source = MemorySource(profile_text())
        scribe = Scribe(MemoryStore(), clock, lambda _: None)
        keeper = ProfileKeeper(
            SP, source, Shelf(Rules(), {}, [SP]), scribe, clock, lambda _: None, f"home {home}"
        )
        tasks.append(asyncio.create_task(keeper.run()))
        await clock.settle()
        while source.asked < 2:
            await clock.advance(timedelta(minutes=10))
        waits.add(clock.now())
    assert len(waits) == 5
    assert all(timedelta(hours=18) <= second - DAY <= timedelta(hours=24, minutes=10) for second in waits)
