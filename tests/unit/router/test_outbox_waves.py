"""The outbox in waves: a group acknowledges side by side, and all else keeps its order."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.event import Event
from drrouter.domain.ids import DeviceId, ProviderId
from drrouter.domain.signal import MessageKind, OutboxItem
from drrouter.errors import ProviderError, ProviderRefusedError, ProviderUnreachableError, StoreError
from drrouter.ports import Enqueue
from drrouter.router.outbox import AT_ONCE, BATCH, LAST_RETRY, OutboxSender, message
from tests.builders import NOON, shed
from tests.fakes import FakeProvider, MemoryStore

EVENT = shed("e", "12:00", "13:00")


class SlowProvider(FakeProvider):
    """Answers in the next turn of the loop; ``most`` is how many were under way at once."""

    def __init__(self) -> None:
        super().__init__()
        self.under_way = self.most = 0

    async def send(self, item: OutboxItem) -> None:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        loop = asyncio.get_running_loop()
        turned = loop.create_future()
        loop.call_soon(turned.set_result, None)
        await turned
        await super().send(item)
        self.under_way -= 1


class Post:
    """A sender between a store and a provider."""

    def __init__(self) -> None:
        self.clock, self.store, self.provider = SimulatedClock(NOON), MemoryStore(), SlowProvider()
        self.sender = OutboxSender(self.provider, self.store, self.clock)


@asynccontextmanager
async def running(post: Post) -> AsyncIterator[None]:
    task = asyncio.create_task(post.sender.run())
    await post.clock.settle()
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def unheard(member: str) -> Callable[[OutboxItem], ProviderError | None]:
    return lambda item: ProviderUnreachableError("no answer") if item.member == member else None


async def group(post: Post, event: Event, members: int, kind: MessageKind = MessageKind.RECEIPT) -> None:
    """Commit what each member of a group says of an event, as one change."""
    said = [message(event, kind, post.clock, DeviceId(f"relay_{number}")) for number in range(members)]
    await post.store.commit(*map(Enqueue, said))


async def test_the_members_of_a_group_acknowledge_side_by_side_and_what_follows_waits_for_all() -> None:
    post = Post()
    await group(post, EVENT, AT_ONCE + 2)
    await group(post, EVENT, 1, MessageKind.STARTED)
    async with running(post):
        assert post.provider.most == AT_ONCE
        assert [item.kind for item in post.provider.received] == ["receipt"] * (AT_ONCE + 2) + ["started"]
        assert post.store.items == {}


@pytest.mark.parametrize("kind", [MessageKind.RECEIPT, MessageKind.REPORT])
async def test_messages_on_two_events_and_reports_on_one_never_overtake_one_another(
    kind: MessageKind,
) -> None:
    post = Post()
    for number in range(2):
        event = EVENT if kind is MessageKind.REPORT else shed(f"e{number}", "12:00", "13:00")
        await post.store.commit(Enqueue(message(event, kind, post.clock, DeviceId(f"relay_{number}"))))
    async with running(post):
        assert (post.provider.most, len(post.provider.received)) == (1, 2)


async def test_one_member_that_is_not_heard_keeps_no_other_of_its_group_back_but_all_that_follows() -> None:
    post = Post()
    post.provider.error = unheard("relay_1")
    await group(post, EVENT, 3)
    await group(post, shed("later", "12:00", "13:00"), 1)
    async with running(post):
        assert post.provider.heard == ["receipt e relay_0", "receipt e relay_2"]
        post.provider.error = lambda _: None
        await post.clock.advance(LAST_RETRY)
        assert post.provider.heard[2:] == ["receipt e relay_1", "receipt later relay_0"]


async def test_what_the_provider_has_is_not_sent_again_because_the_store_could_not_note_it() -> None:
    post = Post()

    def full(_: OutboxItem) -> None:
        post.store.error = StoreError("The disk is full.")

    post.provider.error = full
    await group(post, EVENT, 2)
    with pytest.raises(StoreError):
        await post.sender.run()
    assert len(post.provider.received) == 2
    post.store.error, post.provider.error = None, lambda _: None
    async with running(post):
        assert len(post.provider.received) == 2
        assert post.store.items == {}
        assert post.sender.has_receipt(EVENT)


async def test_data_on_one_event_goes_in_order_since_one_may_take_the_place_of_the_other() -> None:
    post = Post()
    for number in range(3):
        item = message(EVENT, MessageKind.DATA, post.clock, DeviceId("car"))
        await post.store.commit(Enqueue(replace(item, id=f"data/{number}")))
    async with running(post):
        assert (post.provider.most, len(post.provider.received)) == (1, 3)


async def test_where_one_fails_in_a_way_that_nobody_foresaw_none_of_its_wave_is_sent_twice() -> None:
    post = Post()

    def stumble(item: OutboxItem) -> None:
        if item.member == "relay_0":
            raise RuntimeError("nobody foresaw this")

    post.provider.error = stumble
    await group(post, EVENT, 3)
    with pytest.raises(RuntimeError):
        await post.sender.run()
    post.provider.error = lambda _: None
    async with running(post):
        assert sorted(post.provider.heard) == [f"receipt e relay_{number}" for number in range(3)]


async def test_what_was_refused_and_let_go_for_want_of_room_is_forgotten() -> None:
    post, asked = Post(), list[int]()
    post.provider.error = lambda _: ProviderRefusedError("no")
    outbox = post.store.outbox

    async def noted(provider: ProviderId, most: int = 100) -> Sequence[OutboxItem]:
        asked.append(most)
        return await outbox(provider, most)

    post.store.outbox = noted  # type: ignore[method-assign]
    await group(post, EVENT, 3)
    async with running(post):
        await post.clock.advance(LAST_RETRY)
        assert BATCH + 3 in asked
        await post.store.delivered(list(post.store.items))
        await post.clock.advance(LAST_RETRY)
        asked.clear()
        post.sender.wake()
        await post.clock.settle()
        assert asked == [BATCH, 1]
