"""Opening: damaged files are set aside, newer ones refused, older ones copied and brought up to date."""

import logging
import sqlite3
from pathlib import Path

import pytest

from drrouter.adapters.store.database import set_aside
from drrouter.adapters.store.migrate import schemas
from drrouter.domain.journal import JournalKind
from drrouter.errors import StoreError
from drrouter.ports import Collection, Put
from tests.adapters.store.builders import store_at

V1 = schemas()[0]
V2 = "CREATE TABLE more (x);"
BROKEN = "CREATE TABLE more (x); CREATE TABLE more (x);"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


async def test_the_file_is_for_its_owner_alone(path: Path) -> None:
    async with store_at(path):
        assert _mode(path) == 0o600


async def test_every_commit_is_synced_to_disk(path: Path) -> None:
    async with store_at(path) as store:
        assert store._connection
        assert store._connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert store._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize("damage", [b"", b"this is no database " * 400], ids=["header", "everything"])
async def test_a_damaged_file_is_set_aside_and_the_next_start_tells_of_it(
    path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    await _fill(path)
    content = _content(path)
    _overwrite(path, damage or b"\0" * 100 + content[100:])
    with pytest.raises(StoreError, match=r"damaged .* set aside as store\.db\.damaged-"):
        async with store_at(path):
            pass
    (aside,) = set_aside(path)
    assert _content(aside) != b""
    with caplog.at_level(logging.WARNING):
        async with store_at(path) as store:
            (entry,) = await store.journal()
            assert entry.kind is JournalKind.ALARM
            assert aside.name in entry.sentence
            assert await store.load(Collection.SETTINGS) == {}
    assert aside.name in caplog.text


async def test_a_page_that_was_overwritten_is_noticed_at_the_start(path: Path) -> None:
    await _fill(path)
    content = bytearray(_content(path))
    content[2 * 4096 : 4 * 4096] = b"\xff" * (2 * 4096)
    _overwrite(path, content)
    with pytest.raises(StoreError, match="set aside"):
        async with store_at(path):
            pass


async def test_damage_that_comes_while_open_is_a_store_error(path: Path) -> None:
    await _fill(path)
    async with store_at(path) as store:
        assert store._connection
        store._connection.execute("PRAGMA cache_size = 0")
        content = _content(path)
        _overwrite(path, content[:4096] + b"\xff" * (len(content) - 4096))
        with pytest.raises(StoreError, match="damaged"):
            await store.load(Collection.SETTINGS)


async def test_a_file_of_a_newer_program_is_refused_and_left_alone(path: Path) -> None:
    async with store_at(path, (V1, V2)):
        pass
    with pytest.raises(StoreError, match=r"newer drrouter \(schema 2, this one knows 1\)"):
        async with store_at(path):
            pass
    async with store_at(path, (V1, V2)):
        pass


async def test_an_older_file_is_copied_and_brought_up_to_date(path: Path) -> None:
    await _fill(path)
    async with store_at(path, (V1, V2)) as store:
        assert len(await store.load(Collection.SETTINGS)) == 500
    async with store_at(path.with_name("store.db.v1.bak")) as copy:
        assert len(await copy.load(Collection.SETTINGS)) == 500
    assert _version(path) == 2


async def test_a_step_that_fails_leaves_the_file_as_it_was(path: Path) -> None:
    await _fill(path)
    with pytest.raises(StoreError, match="already exists"):
        async with store_at(path, (V1, BROKEN)):
            pass
    assert _version(path) == 1
    async with store_at(path, (V1, V2)) as store:
        assert len(await store.load(Collection.SETTINGS)) == 500


async def test_only_seven_copies_are_kept(path: Path) -> None:
    steps = [V1]
    await _fill(path)
    for number in range(10):
        steps.append(f"CREATE TABLE t{number} (x);")
        async with store_at(path, tuple(steps)):
            pass
    copies = {copy.name for copy in path.parent.glob("*.bak")}
    assert len(copies) == 7
    assert "store.db.v1.bak" not in copies


async def test_a_folder_in_the_place_of_the_file_is_a_sentence(path: Path) -> None:
    _overwrite(path / "a file inside", b"x")
    with pytest.raises(StoreError, match="cannot be opened"):
        async with store_at(path):
            pass


async def test_a_file_in_the_place_of_the_folder_is_a_sentence(path: Path) -> None:
    _overwrite(path, b"x")
    with pytest.raises(StoreError, match="cannot be opened"):
        async with store_at(path / "store.db"):
            pass


async def _fill(path: Path) -> None:
    async with store_at(path) as store:
        await store.commit(*(Put(Collection.SETTINGS, f"device {number}", 1.0) for number in range(500)))


def _version(path: Path) -> int:
    connection = sqlite3.connect(path)
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    return version


def _content(path: Path) -> bytes:
    return path.read_bytes()


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def _overwrite(path: Path, content: bytes | bytearray) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)


async def test_a_second_router_is_refused_until_the_first_has_ended(path: Path) -> None:
    async with store_at(path):
        with pytest.raises(StoreError, match="Another router uses the store"):
            async with store_at(path):
                pass
    async with store_at(path) as store:
        assert await store.load(Collection.SETTINGS) == {}


async def test_a_store_that_could_not_be_opened_is_free_for_the_next(path: Path) -> None:
    with pytest.raises(StoreError, match="damaged"):
        async with store_at(_damaged(path)):
            pass
    async with store_at(path):
        pass


async def test_a_folder_that_cannot_be_made_is_said_with_a_remedy() -> None:
    with pytest.raises(StoreError, match="Check the folder and its rights"):
        async with store_at(Path(__file__) / "store.db"):
            pass


def _damaged(path: Path) -> Path:
    path.write_bytes(b"this is no database " * 400)
    return path
