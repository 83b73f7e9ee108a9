"""What the home says to a provider goes into its outbox: once, in order, so much at a time (B6)."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from drrouter.domain.event import Event
from drrouter.domain.ids import EventId
from drrouter.domain.report import OPAQUE, ReportAsk
from drrouter.domain.signal import EventReceived, MessageKind, OutboxItem
from drrouter.router.resources.forward import MOST_WAITING, RETRY, Forwarder
from tests.builders import price
from tests.data_home import BYTES, JSON, MAKER, OWNER, THE_CAR, XML, DataHome, data_home
from tests.fakes import MemoryStore


class Office:
    """A forwarder to the car's maker, and the events that are known."""

    def __init__(self, home: DataHome, store: MemoryStore) -> None:
        self.home, self.store, self.events, self.woken = home, store, list[Event](), 0
        parts = home.resources, lambda: self.events, store, home.scribe, home.clock, self._wake
        self.forwarder = Forwarder(MAKER, *parts)

    def _wake(self) -> None:
        self.woken += 1

    def hear(self, event: Event) -> None:
        self.home.resources.hear(EventReceived(event))
        self.events.append(event)

    async def put(self, path: str, data: bytes = b"{}", kind: str = JSON) -> None:
        await self.home.resources.put(THE_CAR, f"providers/maker/up/car/{path}", kind, data)
        await self.home.clock.settle()

    @property
    def items(self) -> list[OutboxItem]:
        return list(self.store.items.values())

    @property
    def paths(self) -> list[str]:
        return [str(item.payloads["X_DATA_PATH"]) for item in self.items]


@asynccontextmanager
async def office(store: MemoryStore) -> AsyncIterator[Office]:
    async with data_home(store) as home:
        made = Office(home, store)
        task = asyncio.create_task(made.forwarder.run())
        try:
            await home.clock.settle()
            yield made
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def an_event(name: str = "e1", *asks: str, later: int = 0) -> Event:
    event = price(name, 0.2, "12:00", "13:00", provider=MAKER)
    modified = event.modified_at + timedelta(seconds=later)
    return replace(event, modified_at=modified, asks=tuple(ReportAsk(kind) for kind in asks))


async def test_a_leaf_goes_once_with_all_that_is_known_of_it() -> None:
    async with office(MemoryStore()) as made:
        made.hear(an_event())
        await made.put("trip/1", b"<trip/>", XML)
        (item,) = made.items
        assert (item.kind, item.provider, item.event_id, item.member) == (
            MessageKind.DATA,
            MAKER,
            EventId("e1"),
            "car",
        )
        sequence = item.payloads.pop("X_DATA_SEQUENCE")
        assert str(sequence).isdigit()
        assert item.payloads == {
            "X_DATA": "<trip/>",
            "X_DATA_ENCODING": "text",
            "X_DATA_MEDIA_TYPE": XML,
            "X_DATA_PATH": "car/trip/1",
        }
        assert made.woken == 1


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"\x00\xff", BYTES), (b"\xff", XML), (b"a\x00b", "text/plain"), ("a\u202e".encode(), JSON)],
)
async def test_what_is_no_plain_text_goes_as_base64(data: bytes, kind: str) -> None:
    async with office(MemoryStore()) as made:
        made.hear(an_event())
        await made.put("x", data, kind)
        payloads = made.items[0].payloads
        assert payloads["X_DATA_ENCODING"] == "base64"
        assert b64decode(str(payloads["X_DATA"])) == data


async def test_a_note_of_the_people_is_of_no_device() -> None:
    async with office(MemoryStore()) as made:
        made.hear(an_event())
        await made.home.resources.put(OWNER, "providers/maker/up/home/note", JSON, b"1")
        await made.home.clock.settle()
        assert made.items[0].member is None


async def test_other_places_of_the_tree_go_nowhere() -> None:
    async with office(MemoryStore()) as made:
        made.hear(an_event())
        await made.home.resources.put(THE_CAR, "vehicle/car/profile", JSON, b"1")
        await made.home.resources.put(OWNER, "providers/grid/up/home/note", JSON, b"1")
        await made.home.clock.settle()
        assert made.items == []


async def test_it_waits_for_an_event_and_takes_one_that_asks_for_data_else_the_newest() -> None:
    async with office(MemoryStore()) as made:
        await made.put("a")
        made.events.append(price("other", 0.2, "12:00", "13:00"))
        await made.put("b")
        assert made.items == []
        made.hear(an_event("old"))
        await made.home.clock.settle()
        made.hear(an_event("new", later=5))
        await made.put("c")
        made.hear(an_event("asks", OPAQUE, later=-5))
        await made.put("d")
        assert [(item.event_id, item.payloads["X_DATA_PATH"]) for item in made.items] == [
            ("old", "car/a"),
            ("old", "car/b"),
            ("new", "car/c"),
            ("asks", "car/d"),
        ]


async def test_a_full_outbox_is_not_filled_further_and_the_newest_version_goes() -> None:
    async with office(MemoryStore()) as made:
        made.hear(an_event())
        for number in range(MOST_WAITING):
            await made.put(f"n{number}")
        await made.put("last", b"1")
        await made.put("last", b"2")
        assert len(made.items) == MOST_WAITING
        await made.store.delivered(list(made.store.items))
        await made.home.clock.advance(RETRY)
        assert [(item.payloads["X_DATA_PATH"], item.payloads["X_DATA"]) for item in made.items] == [
            ("car/last", "2")
        ]


async def test_a_restart_sends_nothing_again_and_forgets_nothing() -> None:
    store = MemoryStore()
    async with office(store) as made:
        made.hear(an_event())
        await made.put("a")
        made.events.clear()
        await made.put("b")
        assert made.paths == ["car/a"]
    async with office(store) as made:
        made.hear(an_event())
        await made.home.clock.settle()
        assert made.paths == ["car/a", "car/b"]
