"""The outbox: in order, once, however long the link was down, and no message keeps another back."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.event import Event
from drrouter.domain.ids import EventId
from drrouter.domain.signal import MessageKind, OutboxItem
from drrouter.errors import ProviderError, ProviderRefusedError, ProviderUnreachableError
from drrouter.ports import Enqueue, OutboxSize
from drrouter.router.outbox import LAST_RETRY, LATE, REFUSED_LIFE, OutboxSender, message
from drrouter.router.outbox_bounds import MESSAGE_LIFE, REPORT_LIFE, OutboxBounds
from tests.builders import CAR, NOON, OTHER_SP, SP, shed
from tests.fakes import FakeProvider, MemoryStore

SECOND = timedelta(seconds=1)
EVENT = shed("e", "12:00", "13:00")


class Post:
    """A sender between a store and a provider."""

    def __init__(self, known: Iterable[tuple[EventId, str]] = ()) -> None:
        self.clock, self.store, self.provider = SimulatedClock(NOON), MemoryStore(), FakeProvider()
        self.said: list[str] = []
        self.sender = OutboxSender(self.provider, self.store, self.clock, known, self.said.append)

    async def enqueue(self, *names: str, kind: MessageKind = MessageKind.RECEIPT) -> None:
        """Commit a message about each event, and let happen what happens at once."""
        for name in names:
            await self.store.commit(Enqueue(self.about(shed(name, "12:00", "13:00"), kind)))
        self.sender.wake()
        await self.clock.settle()

    def about(self, event: Event, kind: MessageKind = MessageKind.RECEIPT) -> OutboxItem:
        return message(event, kind, self.clock)

    @property
    def delivered(self) -> list[str]:
        return [item.event_id for item in self.provider.received]


@asynccontextmanager
async def running(post: Post) -> AsyncIterator[Post]:
    task = asyncio.create_task(post.sender.run())
    await post.clock.settle()
    try:
        yield post
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def unreachable(_: OutboxItem) -> ProviderError:
    return ProviderUnreachableError("no answer")


def refuses(*names: str) -> Callable[[OutboxItem], ProviderError | None]:
    return lambda item: ProviderRefusedError("no such event") if item.event_id in names else None


def test_a_message_names_event_version_member_and_kind_so_that_the_same_fact_is_told_once() -> None:
    clock = SimulatedClock(NOON)
    one = message(EVENT, MessageKind.IMPOSSIBLE, clock, CAR, excess_w=3.0)
    assert one.id == f"grid/e/{EVENT.version}/car/impossible"
    assert (one.member, one.payloads, one.created_at, one.provider) == (CAR, {"excess_w": 3.0}, NOON, SP)
    assert message(EVENT, MessageKind.RECEIPT, clock).id == f"grid/e/{EVENT.version}/site/receipt"


async def test_what_waits_from_before_the_start_is_delivered_in_order() -> None:
    post = Post()
    await post.enqueue("a", "b", "c")
    async with running(post):
        assert post.delivered == ["a", "b", "c"]
        assert post.store.items == {}


async def test_news_are_delivered_at_once_and_each_message_once() -> None:
    async with running(Post()) as post:
        await post.enqueue("a")
        await post.enqueue("b")
        assert post.delivered == ["a", "b"]
        assert post.clock.now() == NOON


async def test_messages_for_another_provider_are_left_to_its_own_sender() -> None:
    async with running(Post()) as post:
        foreign = OutboxItem("x", OTHER_SP, MessageKind.RECEIPT, EventId("x"), "v", EVENT.program_id, NOON)
        await post.store.commit(Enqueue(foreign))
        await post.enqueue("a")
        assert post.delivered == ["a"]


async def test_a_provider_that_is_not_reached_is_tried_ever_more_rarely_and_nothing_is_lost() -> None:
    async with running(Post()) as post:
        tries: list[timedelta] = []

        def note_and_fail(item: OutboxItem) -> ProviderError:
            tries.append(post.clock.now() - NOON)
            return unreachable(item)

        post.provider.error = note_and_fail
        await post.enqueue("a")
        await post.clock.advance(timedelta(seconds=15))
        assert [span // SECOND for span in tries] == [0, 2, 6, 14]
        await post.clock.advance(timedelta(hours=2))
        assert tries[-1] - tries[-2] == LAST_RETRY
        post.provider.error = lambda _: None
        await post.clock.advance(LAST_RETRY)
        assert post.delivered == ["a"]


async def test_messages_keep_their_order_over_an_outage() -> None:
    async with running(Post()) as post:
        post.provider.error = unreachable
        await post.enqueue("a", "b")
        post.provider.error = lambda _: None
        await post.clock.advance(timedelta(minutes=1))
        assert post.delivered == ["a", "b"]


async def test_a_link_that_returns_is_used_at_once() -> None:
    async with running(Post()) as post:
        post.provider.error = unreachable
        await post.enqueue("a")
        await post.clock.advance(timedelta(hours=1))
        post.provider.error = lambda _: None
        post.sender.wake()
        await post.clock.settle()
        assert post.delivered == ["a"]


async def test_a_message_that_is_refused_keeps_no_other_back(caplog: pytest.LogCaptureFixture) -> None:
    async with running(Post()) as post:
        post.provider.error = refuses("bad")
        await post.enqueue("bad", "good")
        assert post.delivered == ["good"]
        await post.clock.advance(timedelta(hours=1))
        await post.enqueue("news")
        assert post.delivered == ["good", "news"]
        assert [record.message for record in caplog.records if record.levelno == logging.WARNING] == [
            "provider grid refuses the receipt of bad: no such event"
        ]


async def test_many_messages_that_are_refused_keep_no_other_back() -> None:
    async with running(Post()) as post:
        bad = [f"bad{number}" for number in range(150)]
        post.provider.error = refuses(*bad)
        await post.enqueue(*bad)
        await post.enqueue("good")
        await post.clock.advance(timedelta(minutes=10))
        assert post.delivered == ["good"]


async def test_a_message_that_was_refused_is_tried_again() -> None:
    async with running(Post()) as post:
        post.provider.error = refuses("a")
        await post.enqueue("a")
        post.provider.error = lambda _: None
        await post.clock.advance(timedelta(seconds=2))
        assert post.delivered == ["a"]


async def test_a_message_that_is_refused_for_a_day_is_let_go_and_was_never_delivered() -> None:
    async with running(Post()) as post:
        post.provider.error = refuses("e")
        await post.enqueue("e")
        await post.clock.advance(REFUSED_LIFE - LAST_RETRY)
        assert len(post.store.items) == 1
        await post.clock.advance(2 * LAST_RETRY)
        assert post.store.items == {}
        assert not post.sender.has_receipt(EVENT)


# What is acknowledged


async def test_an_event_is_acknowledged_once_its_receipt_was_delivered() -> None:
    async with running(Post()) as post:
        post.provider.error = unreachable
        await post.enqueue("e")
        assert not post.sender.has_receipt(EVENT)
        post.provider.error = lambda _: None
        await post.clock.advance(timedelta(seconds=2))
        assert post.sender.has_receipt(EVENT)
        assert not post.sender.has_receipt(shed("e", "12:00", "13:00", modified_at=NOON))


async def test_another_message_is_no_receipt() -> None:
    async with running(Post()) as post:
        await post.enqueue("e", kind=MessageKind.OPTED_OUT)
        assert not post.sender.has_receipt(EVENT)


async def test_after_a_restart_what_no_longer_waits_has_been_acknowledged() -> None:
    waits = shed("waits", "12:00", "13:00")
    post = Post(known=[(EVENT.id, EVENT.version), (waits.id, waits.version)])
    post.provider.error = unreachable
    await post.enqueue("waits")
    await post.enqueue("e", kind=MessageKind.OPTED_OUT)
    async with running(post):
        assert post.sender.has_receipt(EVENT)
        assert not post.sender.has_receipt(waits)


async def test_what_waits_when_a_run_fails_is_delivered_by_the_next() -> None:
    post = Post()
    await post.enqueue("a", "b")
    post.provider.error = lambda _: KeyError("a mistake of the adapter")  # type: ignore[assignment, return-value]
    with pytest.raises(KeyError):
        await post.sender.run()
    post.provider.error = lambda _: None
    async with running(post):
        assert post.delivered == ["a", "b"]


# What must not grow without end


async def test_reports_wait_for_two_days_and_everything_else_for_a_month(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """31: bounded by age, so that a long outage does not fill the disk; the owner is told."""
    post = Post()
    post.provider.error = unreachable
    async with running(post):
        await post.enqueue("receipt")
        await post.enqueue("old", kind=MessageKind.REPORT)
        await post.clock.advance(REPORT_LIFE - timedelta(hours=1))
        await post.enqueue("new", kind=MessageKind.REPORT)
        await post.clock.advance(timedelta(hours=2))
        waiting = await post.store.outbox(SP)
        assert [item.event_id for item in waiting] == ["receipt", "new"]
        assert "1 messages to grid have waited too long" in caplog.text
        assert post.said == [
            "Messages to grid have waited too long; the oldest are let go from now on, measurements first."
        ]
        assert post.sender.bounds.sentence.startswith("1 messages to grid could not be kept")
        post.provider.error = lambda _: None
        await post.clock.advance(LAST_RETRY)
        assert post.delivered == ["receipt", "new"]
        assert post.said[1:] == [
            "grid has received all that still waited. 1 messages to grid could not be kept until they were"
            " delivered."
        ]
        assert post.sender.bounds.sentence == ""


async def test_what_became_of_an_event_is_told_within_a_month_or_never() -> None:
    """31."""
    post = Post()
    await post.enqueue("receipt")
    await post.clock.advance(MESSAGE_LIFE + SECOND)
    async with running(post):
        assert post.delivered == []
        assert post.store.items == {}


def full(post: Post, most: OutboxSize) -> None:
    """Let the outbox take no more than this while the provider is away."""
    post.provider.error = unreachable
    post.sender.bounds = OutboxBounds(SP, post.store, post.clock, post.said.append, most)


async def test_of_too_many_messages_the_oldest_reports_go_first() -> None:
    """31: bounded by number; receipts are never lost before reports are."""
    post = Post()
    full(post, OutboxSize(10, 10**9))
    async with running(post):
        await post.enqueue(*"ab")
        await post.enqueue(*"cdefghijkl", kind=MessageKind.REPORT)
        await post.clock.advance(LAST_RETRY)
        assert [item.event_id for item in await post.store.outbox(SP)] == list("abfghijkl")
        assert ["more than can be kept" in sentence for sentence in post.said] == [True]


async def test_a_message_that_is_no_report_goes_where_no_report_is_left() -> None:
    """31."""
    post = Post()
    full(post, OutboxSize(4, 10**9))
    async with running(post):
        await post.enqueue("r", kind=MessageKind.REPORT)
        await post.enqueue(*"abcde")
        await post.clock.advance(LAST_RETRY)
        assert [item.event_id for item in await post.store.outbox(SP)] == list("cde")


async def test_few_messages_that_are_very_long_are_too_much_as_well() -> None:
    """31: bounded by size."""
    post = Post()
    full(post, OutboxSize(1000, 4000))
    async with running(post):
        await post.enqueue(*"abcdefghijklmnopqrst", kind=MessageKind.REPORT)
        await post.clock.advance(LAST_RETRY)
        left = await post.store.outbox(SP)
        assert 0 < len(left) < 20
        assert left[-1].event_id == "t"
        assert (await post.store.outbox_size(SP)).bytes <= 4000


async def test_what_is_delivered_late_says_so() -> None:
    """31: marked late, whatever it is."""
    async with running(Post()) as post:
        post.provider.error = unreachable
        await post.enqueue("old")
        await post.clock.advance(LATE)
        await post.enqueue("new")
        post.provider.error = lambda _: None
        await post.clock.advance(SECOND)
        post.sender.wake()
        await post.clock.settle()
        assert [(item.event_id, item.late) for item in post.provider.received] == [
            ("old", True),
            ("new", False),
        ]
