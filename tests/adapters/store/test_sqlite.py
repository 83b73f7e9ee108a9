"""The store keeps what it acknowledged, all of a commit or nothing, through restarts and failures."""

import asyncio
import logging
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.store import SqliteStore, statements
from drrouter.domain.ack import received
from drrouter.domain.device import KnownLevel
from drrouter.domain.history import DayRecord
from drrouter.domain.ids import DeviceId, ProviderId
from drrouter.domain.wish import CycleWish, LevelWish, Override, OverrideMode
from drrouter.errors import StoreError, StoreValueError
from drrouter.ports import Collection, Enqueue, Forget, Note, OutboxSize, Put, Remove
from tests.adapters.store.builders import (
    NOON,
    SP,
    Threads,
    an_entry,
    an_event,
    an_item,
    store_at,
)

WASHER, CAR = DeviceId("washer"), DeviceId("car")
COLD = KnownLevel(-18.5, NOON, 1200.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new folder" / "store.db"


async def test_what_was_put_comes_back_as_its_own_type_after_a_restart(path: Path) -> None:
    level = LevelWish(CAR, 8000.0, NOON)
    override = Override(WASHER, OverrideMode.OFF, NOON)
    acks = received(an_event(), (CAR, WASHER), NOON)
    async with store_at(path) as store:
        await store.commit(
            Put(Collection.EVENTS, "grid/e1", an_event()),
            Put(Collection.WISHES, CAR, level),
            Put(Collection.OVERRIDES, WASHER, override),
            Put(Collection.LEVELS, "freezer", COLD),
            Put(Collection.ACKS, "grid/e1", acks),
            Put(Collection.SETTINGS, "x", {"a": [1, None, "ü"]}),
        )
    async with store_at(path) as store:
        assert await store.load(Collection.EVENTS) == {"grid/e1": an_event()}
        assert await store.load(Collection.WISHES) == {CAR: level}
        assert await store.load(Collection.OVERRIDES) == {WASHER: override}
        assert await store.load(Collection.LEVELS) == {"freezer": COLD}
        assert await store.load(Collection.ACKS) == {"grid/e1": acks}
        assert await store.load(Collection.SETTINGS) == {"x": {"a": [1, None, "ü"]}}


async def test_days_of_the_history_are_read_one_range_at_a_time(path: Path) -> None:
    days = {f"2026-06-{day:02}": DayRecord(str(day)) for day in range(1, 10)}
    async with store_at(path) as store:
        await store.commit(*(Put(Collection.HISTORY, key, one) for key, one in days.items()))
        await store.commit(Put(Collection.SETTINGS, "2026-06-03", 1))
        some = await store.load(Collection.HISTORY, "2026-06-03", "2026-06-04")
        assert some == {key: days[key] for key in ("2026-06-03", "2026-06-04")}
        assert await store.load(Collection.HISTORY) == days


async def test_a_second_put_replaces_and_a_remove_forgets(path: Path) -> None:
    async with store_at(path) as store:
        await store.commit(Put(Collection.SETTINGS, "a", 1.0), Put(Collection.SETTINGS, "b", 2.0))
        await store.commit(Put(Collection.SETTINGS, "a", 3.0), Remove(Collection.SETTINGS, "b"))
        await store.commit(Remove(Collection.SETTINGS, "unknown"))
        assert await store.load(Collection.SETTINGS) == {"a": 3.0}


async def test_the_outbox_is_in_order_per_provider_and_takes_each_id_once(path: Path) -> None:
    other = ProviderId("energy")
    async with store_at(path) as store:
        await store.commit(Enqueue(an_item("2")), Enqueue(an_item("1")), Enqueue(an_item("3", other)))
        await store.commit(Enqueue(replace(an_item("2"), event_version="another")))
        assert [item.id for item in await store.outbox(SP)] == ["2", "1"]
        assert (await store.outbox(SP, most=1))[0] == an_item("2")
        await store.delivered(["2", "unknown"])
        assert [item.id for item in await store.outbox(SP)] == ["1"]


async def test_the_size_of_the_outbox_is_that_of_what_waits_for_the_provider(path: Path) -> None:
    async with store_at(path) as store:
        assert await store.outbox_size(SP) == OutboxSize(0, 0)
        await store.commit(
            Enqueue(an_item("1")), Enqueue(an_item("2")), Enqueue(an_item("3", ProviderId("x")))
        )
        two = await store.outbox_size(SP)
        await store.delivered(["1"])
        one = await store.outbox_size(SP)
        assert (two.messages, one.messages) == (2, 1)
        assert two.bytes == 2 * one.bytes


async def test_a_provider_that_is_forgotten_leaves_no_message_behind_delivered_or_not(path: Path) -> None:
    other = ProviderId("energy")
    async with store_at(path) as store:
        await store.commit(Enqueue(an_item("1")), Enqueue(an_item("2")), Enqueue(an_item("3", other)))
        await store.delivered(["1"])
        await store.commit(Forget(SP))
        assert await store.outbox(SP) == []
        assert [item.id for item in await store.outbox(other)] == ["3"]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT id FROM outbox").fetchall() == [("3",)]


async def test_a_delivered_message_is_not_taken_in_again(path: Path) -> None:
    async with store_at(path) as store:
        await store.commit(Enqueue(an_item("1")))
        await store.delivered(["1"])
    async with store_at(path) as store:
        await store.commit(Enqueue(an_item("1")))
        assert await store.outbox(SP) == []


async def test_the_journal_is_newest_first_and_can_be_asked_for_one_device(path: Path) -> None:
    async with store_at(path) as store:
        await store.commit(
            Note(an_entry("one", "washer")), Note(an_entry("two")), Note(an_entry("three", "car"))
        )
        assert [entry.sentence for entry in await store.journal()] == ["three", "two", "one"]
        assert [entry.sentence for entry in await store.journal(most=1)] == ["three"]
        assert [entry.sentence for entry in await store.journal(device_id=WASHER)] == ["one"]


async def test_what_grows_by_itself_is_bounded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "MOST_JOURNAL", 10)
    monkeypatch.setattr(statements, "MOST_DELIVERED", 5)
    monkeypatch.setattr(statements, "MOST_DOCUMENTS", {Collection.LEDGER: 3})
    async with store_at(path) as store:
        for number in range(401):
            ledger = Put(Collection.LEDGER, f"{number:03d}", number)
            await store.commit(Note(an_entry(str(number))), Enqueue(an_item(str(number))), ledger)
            await store.delivered([str(number)])
        assert [entry.sentence for entry in await store.journal()][-1] == "391"
        assert set(await store.load(Collection.LEDGER)) == {"398", "399", "400"}
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM outbox").fetchone() == (6,)
    connection.close()


async def test_a_flood_to_one_provider_pushes_out_no_message_to_another(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "MOST_DELIVERED", 5)
    other = an_item("other", ProviderId("quiet"))
    async with store_at(path) as store:
        await store.commit(Enqueue(other))
        await store.delivered(["other"])
        for number in range(401):
            await store.commit(Enqueue(an_item(str(number))))
            await store.delivered([str(number)])
        await store.commit(Enqueue(other))
        assert await store.outbox(ProviderId("quiet")) == []


async def test_undelivered_messages_are_never_trimmed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "MOST_DELIVERED", 0)
    async with store_at(path) as store:
        for number in range(201):
            await store.commit(Enqueue(an_item(str(number))))
        assert len(await store.outbox(SP, most=1000)) == 201


@pytest.mark.parametrize(
    ("collection", "value"),
    [
        (Collection.LEVELS, KnownLevel(float("nan"), NOON)),
        (Collection.LEVELS, "cold"),
        (Collection.OVERRIDES, LevelWish(CAR, 1.0, NOON)),
        (Collection.WISHES, Override(CAR, OverrideMode.ON, NOON)),
        (Collection.SETTINGS, object()),
    ],
)
async def test_a_value_that_cannot_be_kept_is_refused_with_the_whole_commit(
    path: Path, collection: Collection, value: object
) -> None:
    async with store_at(path) as store:
        with pytest.raises(StoreValueError, match="cannot keep"):
            await store.commit(Note(an_entry()), Put(collection, "k", value))
        assert await store.journal() == []
    assert not StoreValueError.retryable


async def test_a_row_that_cannot_be_read_is_told_once_and_passed_over(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    wish = CycleWish(WASHER, "eco", NOON, NOON + timedelta(hours=4))  # type: ignore[arg-type] # a name in one line
    async with store_at(path) as store:
        await store.commit(Put(Collection.WISHES, "good", wish), Put(Collection.WISHES, "bad", wish))
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE documents SET json = '{}' WHERE key = 'bad'")
        connection.close()
        with caplog.at_level(logging.ERROR):
            assert await store.load(Collection.WISHES) == {"good": wish}
            assert await store.load(Collection.WISHES) == {"good": wish}
    assert len(caplog.records) == 1
    assert "wishes 'bad'" in caplog.text


async def test_rows_that_cannot_be_read_take_nobodys_place(path: Path) -> None:
    async with store_at(path) as store:
        await store.commit(*(Enqueue(an_item(f"m{number}")) for number in range(6)))
        await store.commit(*(Note(an_entry(f"entry {number}")) for number in range(6)))
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE outbox SET json = '{}' WHERE number <= 4")
            connection.execute("UPDATE journal SET json = 'no JSON' WHERE number >= 3")
        assert [item.id for item in await store.outbox(SP, 1)] == ["m4"]
        assert [item.id for item in await store.outbox(SP, 4)] == ["m4", "m5"]
        assert [entry.sentence for entry in await store.journal(1)] == ["entry 1"]


async def test_a_full_disk_acknowledges_nothing_and_the_store_goes_on_when_there_is_room(path: Path) -> None:
    async with store_at(path) as store:
        await store.commit(Note(an_entry("before")))
        _limit_pages(store, 1)
        with pytest.raises(StoreError, match="is full"):
            await store.commit(Note(an_entry("kept?")), Put(Collection.SETTINGS, "big", "x" * 500_000))
        assert [entry.sentence for entry in await store.journal()] == ["before"]
        _limit_pages(store, 1_000_000)
        await store.commit(Note(an_entry("after")))
        assert [entry.sentence for entry in await store.journal()] == ["after", "before"]


async def test_a_locked_file_acknowledges_nothing(path: Path) -> None:
    async with store_at(path) as store:
        _connection_of(store).execute("PRAGMA busy_timeout = 0")
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="Another program holds"):
            await store.commit(Note(an_entry()))
        other.close()
        await store.commit(Note(an_entry()))
        assert len(await store.journal()) == 1


async def test_a_closed_store_says_so(path: Path) -> None:
    store = store_at(path)
    async with store:
        pass
    with pytest.raises(StoreError, match="is closed"):
        await store.commit(Note(an_entry()))
    await store.commit()  # nothing to keep


async def test_commits_from_many_tasks_and_threads_do_not_mix(path: Path) -> None:
    async with SqliteStore(path, Threads(), SimulatedClock(NOON)) as store:
        async with asyncio.TaskGroup() as group:
            for number in range(50):
                group.create_task(store.commit(Put(Collection.SETTINGS, str(number), 1.0), Note(an_entry())))
                group.create_task(store.load(Collection.SETTINGS))
        assert len(await store.load(Collection.SETTINGS)) == 50
        assert len(await store.journal()) == 50


async def test_a_cancelled_commit_does_not_disturb_the_next(path: Path) -> None:
    async with SqliteStore(path, Threads(), SimulatedClock(NOON)) as store:
        task = asyncio.create_task(store.commit(Put(Collection.SETTINGS, "a", 1.0)))
        await asyncio.sleep(0)
        task.cancel()
        await store.commit(Put(Collection.SETTINGS, "b", 1.0))
        assert "b" in await store.load(Collection.SETTINGS)


def _connection_of(store: SqliteStore) -> sqlite3.Connection:
    assert store._connection
    return store._connection


def _limit_pages(store: SqliteStore, most: int) -> None:
    """SQLite then answers as it does on a full disk; it never goes below the pages already there."""
    _connection_of(store).execute(f"PRAGMA max_page_count = {most}")
