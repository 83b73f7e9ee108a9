"""The tree on its disk: nothing is told before it is kept, and nothing is told twice or lost (B16)."""

import asyncio
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.event import Event
from drrouter.domain.ids import EventId
from drrouter.domain.resource import MOST_LEAVES, LeafChange, Who
from drrouter.domain.signal import EventCancelled, EventReceived, EventsComplete, Opaque
from drrouter.errors import LeafForbiddenError, LeafUnknownError, StoreError
from drrouter.ports import Collection
from drrouter.router.resources import keeper
from drrouter.router.resources.facade import Cursor, Gap, Told
from tests.builders import NOON, OTHER_SP, price
from tests.data_home import (
    BYTES,
    GRID,
    JSON,
    OWNER,
    RESIDENT,
    THE_CAR,
    THE_GRID,
    THE_MAKER,
    THE_WASHER,
    XML,
    DataHome,
    data_home,
    resources_at_once,
)
from tests.fakes import MemoryStore

X, Y = Opaque("CTA2045_X", JSON, b"{}"), Opaque("Y", XML, b"<y/>")


def the_event(name: str = "42") -> Event:
    return price(name, 0.2, "12:00", "13:00")


async def follow(
    home: DataHome, after: int | None, many: int, who: Who = OWNER, under: str = ""
) -> list[Told]:
    """The next so many things that a follower is told."""
    changes = home.resources.changes(who, under, after)
    told = [await anext(changes) for _ in range(many)]
    await changes.aclose()
    return told


async def test_what_is_written_is_read_back_after_a_restart() -> None:
    store = MemoryStore()
    async with data_home(store) as home:
        view = await home.resources.put(THE_CAR, "vehicle/car/profile", BYTES, b"\x00\xff")
        assert (view.by, view.at, view.size) == ("appliance car", NOON, 2)
    async with data_home(store) as home:
        leaf = home.resources.read(OWNER, "vehicle/car/profile")
        assert (leaf.data, leaf.media_type, leaf.sequence) == (b"\x00\xff", BYTES, view.sequence)
        assert home.resources.leaves(OWNER).leaves == (view,)
        again = await home.resources.put(RESIDENT, "home/note", JSON, b"1")
        assert again.sequence == view.sequence + 1


async def test_a_list_holds_what_may_be_read_below_a_path() -> None:
    async with data_home(MemoryStore()) as home:
        await home.resources.put(THE_CAR, "vehicle/car/profile", JSON, b"1")
        await home.resources.put(THE_CAR, "providers/maker/up/car/trip", JSON, b"2")
        await home.resources.put(RESIDENT, "home/note", JSON, b"3")

        def seen(who: Who, under: str = "") -> list[str]:
            return [leaf.path for leaf in home.resources.leaves(who, under).leaves]

        assert seen(OWNER) == ["home/note", "providers/maker/up/car/trip", "vehicle/car/profile"]
        assert seen(OWNER, "vehicle") == ["vehicle/car/profile"]
        assert seen(THE_CAR) == ["providers/maker/up/car/trip", "vehicle/car/profile"]
        assert seen(THE_MAKER) == ["providers/maker/up/car/trip"]
        assert seen(THE_GRID) == seen(THE_WASHER) == []


async def test_what_is_not_for_somebody_is_to_them_as_if_it_were_not_there() -> None:
    async with data_home(MemoryStore()) as home:
        await home.resources.put(THE_CAR, "vehicle/car/profile", JSON, b"1")
        sentences = set()
        for path in ("vehicle/car/profile", "vehicle/car/nothing"):
            with pytest.raises(LeafUnknownError) as caught:
                home.resources.read(THE_WASHER, path)
            sentences.add(caught.value.sentence.replace("profile", "nothing"))
            with pytest.raises(LeafUnknownError):
                await home.resources.remove(THE_WASHER, path)
        assert len(sentences) == 1
        with pytest.raises(LeafForbiddenError, match="may not write"):
            await home.resources.put(THE_WASHER, "vehicle/car/profile", JSON, b"2")
        home.resources.hear(EventReceived(the_event(), (X,)))
        await home.resources.put(OWNER, "home/behind", JSON, b"1")
        with pytest.raises(LeafForbiddenError, match="may not remove"):
            await home.resources.remove(RESIDENT, "providers/grid/events/42/CTA2045_X")


async def test_what_is_taken_away_is_gone_and_told() -> None:
    async with data_home(MemoryStore()) as home:
        put = await home.resources.put(OWNER, "home/note", JSON, b"1")
        await home.resources.remove(RESIDENT, "home/note")
        with pytest.raises(LeafUnknownError):
            await home.resources.remove(RESIDENT, "home/note")
        first, gone = await follow(home, put.sequence, 2)
        assert first == Cursor(put.sequence)
        assert gone == LeafChange(put.sequence + 1, put.path, True, JSON, 1, "resident Anna", NOON)


async def test_a_follower_is_told_only_what_it_may_read() -> None:
    async with data_home(MemoryStore()) as home:
        begin = home.resources.leaves(OWNER).sequence
        await home.resources.put(RESIDENT, "home/note", JSON, b"1")
        own = await home.resources.put(THE_CAR, "vehicle/car/profile", JSON, b"1")
        told = await follow(home, begin, 2, THE_CAR)
        assert [one.sequence for one in told] == [begin, own.sequence]
        other = await follow(home, begin, 2, OWNER, "vehicle")
        assert [one.sequence for one in other] == [begin, own.sequence]


async def test_who_was_away_too_long_is_told_of_the_gap_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async with data_home(MemoryStore()) as home:
        begin = home.resources.leaves(OWNER).sequence
        changes = home.resources.changes(OWNER, "", begin - 7)
        gap = await anext(changes)
        assert isinstance(gap, Gap)
        assert gap.sequence == begin
        assert "List anew" in gap.sentence
        put = await home.resources.put(OWNER, "home/note", JSON, b"1")
        assert (await anext(changes)).sequence == put.sequence
        await changes.aclose()
        future = await follow(home, put.sequence + 1, 1)
        assert isinstance(future[0], Gap)


async def test_a_store_that_begins_anew_repeats_no_number() -> None:
    clock = SimulatedClock(NOON)
    async with data_home(MemoryStore(), clock) as home:
        put = await home.resources.put(OWNER, "home/note", JSON, b"1")
    await clock.advance_to(NOON.replace(hour=13))
    async with data_home(MemoryStore(), clock) as home:
        assert isinstance((await follow(home, put.sequence, 1))[0], Gap)


async def test_what_the_disk_does_not_take_is_neither_shown_nor_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "PATIENCE_S", 0.01)
    store = MemoryStore()
    async with data_home(store) as home:
        begin = home.resources.leaves(OWNER)
        store.hang()
        with pytest.raises(StoreError, match="does not take it now"):
            await home.resources.put(OWNER, "home/note", JSON, b"1")
        assert home.resources.leaves(OWNER) == begin
        following = home.resources.changes(OWNER, "", begin.sequence)
        await anext(following)
        told = asyncio.ensure_future(anext(following))
        store.mend()
        assert (await told).sequence == begin.sequence + 1
        assert home.resources.read(OWNER, "home/note").data == b"1"
        await following.aclose()


async def test_clients_are_sent_away_while_the_disk_is_far_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "PATIENCE_S", 0.0)
    monkeypatch.setattr(keeper, "MOST_BEHIND", 2)
    store = MemoryStore()
    store.hang()
    async with data_home(store) as home:
        for _ in range(3):
            with pytest.raises(StoreError, match="not take it now"):
                await home.resources.put(OWNER, "home/note", JSON, b"1")
        with pytest.raises(StoreError, match="waits for it already"):
            await home.resources.put(OWNER, "home/note", JSON, b"1")
        store.mend()


async def test_the_oldest_is_let_go_with_one_word_in_the_journal() -> None:
    store = MemoryStore()
    async with data_home(store) as home:
        for number in range(MOST_LEAVES + 3):
            await home.resources.put(THE_CAR, f"vehicle/car/n{number}", JSON, b"1")
        assert len(home.resources.leaves(OWNER).leaves) == MOST_LEAVES
        expected = "There is no more room at vehicle/car: the oldest is let go, vehicle/car/n0 first."
        assert store.sentences() == [expected]
        assert (Collection.RESOURCES, "vehicle/car/n0") not in store.documents
        await home.clock.advance_to(NOON.replace(hour=14))
        await home.resources.put(THE_CAR, "vehicle/car/more", JSON, b"1")
        assert len(store.sentences()) == 2


async def test_the_log_on_the_disk_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryStore()
    async with data_home(store) as home:
        for number in range(2010):
            await home.resources.put(OWNER, "home/note", JSON, b"%d" % number)
        kept = [key for kind, key in store.documents if kind is Collection.RESOURCE_CHANGES]
        assert len(kept) == 2000
    async with data_home(store) as home:
        newest = home.resources.leaves(OWNER).sequence
        assert isinstance((await follow(home, newest - 2000, 1))[0], Cursor)
        assert isinstance((await follow(home, newest - 2001, 1))[0], Gap)


async def test_what_came_with_an_event_stands_below_its_provider_until_the_event_goes() -> None:
    resources = resources_at_once(SimulatedClock(NOON))

    def there() -> list[str]:
        return [leaf.path.removeprefix("providers/grid/events/") for leaf in resources.leaves(OWNER).leaves]

    resources.hear(EventReceived(the_event(), (X, Y)))
    assert there() == ["42/CTA2045_X", "42/Y"]
    leaf = resources.read(THE_GRID, "providers/grid/events/42/Y")
    assert (leaf.data, leaf.media_type, leaf.by) == (b"<y/>", XML, "grid")
    newest = resources.leaves(OWNER).sequence
    resources.hear(EventReceived(the_event(), (X, Y)))
    assert resources.leaves(OWNER).sequence == newest, "the same again is no change"
    resources.hear(EventReceived(the_event(), (X,)))
    assert there() == ["42/CTA2045_X"]
    resources.hear(EventReceived(the_event("a/b"), (Y,)))
    resources.hear(EventCancelled(OTHER_SP, EventId("42"), NOON))
    resources.hear(EventsComplete(OTHER_SP, frozenset(), NOON))
    assert len(there()) == 2, "another provider's events are its own"
    resources.hear(EventsComplete(GRID, frozenset({EventId("a/b"), EventId("42")}), NOON))
    assert len(there()) == 2
    resources.hear(EventCancelled(GRID, EventId("42"), NOON))
    assert there() == ["a-b~c14cddc0/Y"]
    resources.hear(EventsComplete(GRID, frozenset(), NOON))
    assert there() == []


async def test_a_leaf_that_the_store_cannot_tell_is_passed_over(caplog: pytest.LogCaptureFixture) -> None:
    store = MemoryStore()
    async with data_home(store) as home:
        await home.resources.put(OWNER, "home/whole", JSON, b"1")
        await home.resources.put(OWNER, "home/broken", JSON, b"1")
    store.documents[Collection.RESOURCES, "home/broken"] = {"data": "?"}
    store.documents[Collection.RESOURCES, "home/odd"] = ["?"]
    async with data_home(store) as home:
        assert [leaf.path for leaf in home.resources.leaves(OWNER).leaves] == ["home/whole"]
    assert "home/broken cannot be read" in caplog.text


WORK = st.lists(st.sampled_from(["put", "remove", "cut", "restart", "yield"]), max_size=60)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(WORK)
async def test_a_follower_that_is_cut_off_anywhere_misses_nothing_and_hears_nothing_twice(
    work: list[str],
) -> None:
    """The router may end anywhere, too: what it had not committed was told to nobody."""
    store, clock = MemoryStore(), SimulatedClock(NOON)
    heard: list[LeafChange] = []
    cursor: int | None = None
    steps = list(work)
    while steps or cursor is None:
        async with data_home(store, clock) as home:

            async def listen(home: DataHome = home) -> None:
                nonlocal cursor
                async for told in home.resources.changes(OWNER, "", cursor):
                    assert not isinstance(told, Gap)
                    cursor = told.sequence
                    if isinstance(told, LeafChange):
                        heard.append(told)

            writers: list[asyncio.Task[object]] = []
            listener = asyncio.create_task(listen())
            await asyncio.sleep(0)
            while steps and (step := steps.pop(0)) != "restart":
                if step == "put":
                    put = home.resources.put(OWNER, f"home/n{len(steps) % 3}", JSON, b"1")
                    writers.append(asyncio.create_task(put))
                elif step == "remove":
                    writers.append(
                        asyncio.create_task(home.resources.remove(OWNER, f"home/n{len(steps) % 3}"))
                    )
                elif step == "cut":
                    listener.cancel()
                    listener = asyncio.create_task(listen())
                await asyncio.sleep(0)
            if not steps:
                await asyncio.gather(*writers, return_exceptions=True)
                for _ in range(5):
                    await asyncio.sleep(0)
            for task in (listener, *writers):
                task.cancel()
            with suppress(asyncio.CancelledError):
                await listener
            await asyncio.gather(*writers, return_exceptions=True)
    kept = sorted(
        (value for (kind, _), value in store.documents.items() if kind is Collection.RESOURCE_CHANGES),
        key=lambda change: change.sequence,
    )
    assert heard == kept
