"""What a VTN answered with 200 or 201 is there after a restart; what it could not keep, it did not answer."""

import sqlite3
from pathlib import Path

import pytest

from drrouter.adapters.openadr3 import ObjectType
from drrouter.adapters.vtn import objects
from drrouter.adapters.vtn.state_file import StateFile
from drrouter.errors import StoreError
from tests.adapters.vtn.world import BL, HOME, Webhook, running


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "vtn.sqlite"


async def test_everything_is_there_again_in_its_order_after_a_restart(state: Path, hook: Webhook) -> None:
    async with running(state=state) as vtn:
        bl, home = await vtn.client(BL), await vtn.client(HOME)
        program = await bl.program()
        events = [await bl.event(program, priority=number) for number in range(3)]
        ven = await home.enrol("home-1")
        report = await home.make("/reports", eventID=events[0]["id"], clientName="c", resources=[])
        await bl.ask("DELETE", f"/events/{events[1]['id']}")
        changed = (await bl.ask("PUT", f"/events/{events[0]['id']}", {**events[0], "priority": 9})).body
        await home.subscribe(hook)
        late = {"eventID": events[1]["id"], "clientName": "late", "resources": []}
    async with running(state=state) as vtn:
        bl, home = await vtn.client(BL), await vtn.client(HOME)
        assert await bl.all("/programs") == [program]
        assert await bl.all("/events") == [changed, events[2]]
        assert await bl.all("/vens") == [ven]
        assert await bl.all("/reports") == [report]
        assert (await home.ask("POST", "/reports", late)).status == 201
        assert len(await bl.all(f"/reports?programID={program['id']}")) == 2
        await bl.event(program)
        assert (await hook.next())["operation"] == "CREATE"


async def test_an_old_token_does_not_open_a_restarted_vtn(state: Path) -> None:
    async with running(state=state) as vtn:
        token = (await vtn.client(BL)).token
    async with running(state=state) as vtn:
        assert (await vtn.stranger(token).ask("GET", "/programs")).status == 401


async def test_what_cannot_be_kept_is_not_there(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(state=state) as vtn:
        bl = await vtn.client(BL)
        program = await bl.program()
        written = StateFile.write

        def full(self: StateFile, rows: object) -> None:
            raise StoreError("The disk is full.")

        monkeypatch.setattr(StateFile, "write", full)
        answer = await bl.ask("POST", "/events", {"programID": program["id"]})
        assert (answer.status, "nothing was changed" in answer.body["detail"]) == (500, True)
        assert (await bl.ask("DELETE", f"/programs/{program['id']}")).status == 500
        monkeypatch.setattr(StateFile, "write", written)
        assert await bl.all("/events") == []
        assert await bl.all("/programs") == [program]
        await bl.event(program)


def test_a_write_that_fails_halfway_leaves_nothing(state: Path) -> None:
    file = StateFile(state)
    file.write([("EVENT", "a", {"id": "a"})])
    with pytest.raises(StoreError, match="failed"):
        file.write([("EVENT", "b", {"id": "b"}), (None, "c", {"id": "c"})])  # type: ignore[list-item]
    assert file.load() == [("EVENT", {"id": "a"})]
    file.write([("EVENT", "b", {"id": "b"}), ("EVENT", "a", None)])
    assert file.load() == [("EVENT", {"id": "b"})]
    file.close()


def test_only_its_owner_can_read_the_file(state: Path) -> None:
    StateFile(state).close()
    assert state.stat().st_mode & 0o077 == 0


def test_a_second_vtn_on_the_same_file_is_refused(state: Path) -> None:
    first = StateFile(state)
    with pytest.raises(StoreError, match="in use by another program"):
        StateFile(state)
    first.close()
    StateFile(state).close()


def test_a_damaged_file_is_refused_with_a_sentence_and_left_as_it_is(state: Path) -> None:
    state.write_bytes(b"this is no database, this is a letter to a friend. " * 100)
    before = state.read_bytes()
    with pytest.raises(StoreError, match=r"state file .*vtn\.sqlite failed"):
        StateFile(state)
    assert state.read_bytes() == before


def test_another_programs_file_is_refused(state: Path) -> None:
    other = sqlite3.connect(state)
    other.execute("CREATE TABLE mine (x)")
    other.close()
    with pytest.raises(StoreError, match="is no state file of this VTN"):
        StateFile(state)


def test_a_file_of_a_newer_version_is_refused(state: Path) -> None:
    StateFile(state).close()
    newer = sqlite3.connect(state)
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(StoreError, match="name another one"):
        StateFile(state)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        StateFile(tmp_path / "none" / "vtn.sqlite")


def test_a_row_that_is_no_json_is_a_failure_of_the_file(state: Path) -> None:
    StateFile(state).close()
    other = sqlite3.connect(state)
    with other:
        other.execute("INSERT INTO object (kind, id, body) VALUES ('EVENT', 'a', '{')")
    other.close()
    file = StateFile(state)
    with pytest.raises(StoreError, match="failed"):
        file.load()
    file.close()


async def test_of_deleted_events_only_the_newest_are_remembered(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "MOST_GONE", 2)
    async with running(state=state) as vtn:
        bl, home = await vtn.client(BL), await vtn.client(HOME)
        program = await bl.program()
        events = [await bl.event(program) for _ in range(3)]
        await bl.ask("DELETE", f"/events/{events[0]['id']}")
        await bl.ask("DELETE", f"/events/{events[1]['id']}")
        await bl.ask("DELETE", f"/events/{events[2]['id']}")
        statuses = []
        for event in events:
            body = {"eventID": event["id"], "clientName": "c", "resources": []}
            statuses.append((await home.ask("POST", "/reports", body)).status)
        assert statuses == [400, 201, 201]


async def test_a_program_with_more_events_than_are_remembered_can_be_deleted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(objects, "MOST_GONE", 2)
    async with running() as vtn:
        bl = await vtn.client(BL)
        for name, events in (("a", 1), ("b", 2), ("c", 9)):
            program = await bl.program(name)
            for _ in range(events):
                await bl.event(program)
            assert (await bl.ask("DELETE", f"/programs/{program['id']}")).status == 200
        [parts] = [part for part in vtn.app.values() if hasattr(part, "objects")]
        assert parts.objects.count(objects.GONE) <= 9
        assert parts.objects.count(ObjectType.EVENT) == 0
