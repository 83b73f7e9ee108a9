"""``drrouter data``: opaque data by path, for people and for programs."""

import io
import json
import sys
from pathlib import Path

import pytest

from drrouter.cli.data_verbs import VERBS
from tests.adapters.api.conftest import Served
from tests.adapters.cli.conftest import Run
from tests.data_home import OWNER, THE_CAR

JSON = "application/json"


async def test_a_file_is_put_listed_and_got_back(served: Served, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "car.json"
    file.write_bytes(b'{"kwh": 58}')
    said = await run("data", "put", "vehicle/car/profile", str(file))
    assert (said.code, said.err) == (0, "vehicle/car/profile is kept: 11 bytes of application/json.\n")
    listed = (await run("data", "list", "vehicle")).out
    assert "vehicle/car/profile" in listed
    assert "owner Anna" in listed
    assert json.loads((await run("data", "list", "--json")).out)["leaves"][0]["size"] == 11
    leaf = json.loads((await run("data", "get", "vehicle/car/profile", "--json")).out)
    assert (leaf["text"], leaf["media_type"]) == ('{"kwh": 58}', JSON)
    out = tmp_path / "back.json"
    await run("data", "get", "vehicle/car/profile", "--out", str(out))
    assert out.read_bytes() == file.read_bytes()
    nowhere = await run("data", "get", "vehicle/car/profile", "--out", str(tmp_path / "no" / "x"))
    assert (nowhere.code, "cannot be written" in nowhere.err) == (1, True)
    assert (await run("data", "remove", "vehicle/car/profile")).err == "vehicle/car/profile is gone.\n"
    said = await run("data", "get", "vehicle/car/profile")
    assert said.code == 1
    assert "There is nothing at vehicle/car/profile" in said.err


async def test_the_type_is_told_by_the_name_or_by_the_option(
    served: Served, run: Run, tmp_path: Path
) -> None:
    for name, option, kind in (
        ("a.xml", (), "application/xml"),
        ("a.bin", (), "application/octet-stream"),
        ("a.bin", ("--type", "text/plain"), "text/plain"),
    ):
        (tmp_path / name).write_bytes(b"\xffa")
        view = json.loads((await run("data", "put", "home/a", str(tmp_path / name), *option, "--json")).out)
        assert view["media_type"] == kind
    assert json.loads((await run("data", "get", "home/a", "--json")).out)["base64"] == "/2E="


async def test_bytes_go_out_as_they_are_and_to_a_terminal_without_what_acts(
    served: Served, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    hostile = "a\x1b[31mb\u202e\n".encode()
    await served.router.resources.put(OWNER, "home/a", "text/plain", hostile)
    for kind, expected in ((io.TextIOWrapper, hostile), (Terminal, "a\ufffd[31mb\ufffd\n\n".encode())):
        written = io.BytesIO()
        output = kind(written, encoding="utf-8", write_through=True)
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", output)
            await run("data", "get", "home/a")
        assert written.getvalue() == expected


async def test_standard_input_is_put(served: Served, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"from a pipe")))
    assert (await run("data", "put", "home/note", "-", "--type", "text/plain")).code == 0
    assert served.router.resources.read(OWNER, "home/note").data == b"from a pipe"


async def test_what_changes_is_told_a_line_each(served: Served, run: Run) -> None:
    resources = served.router.resources
    begin = resources.leaves(OWNER).sequence
    await resources.put(THE_CAR, "vehicle/car/profile", JSON, b"{}")
    await resources.remove(OWNER, "vehicle/car/profile")
    said = (await run("data", "watch", "--after", str(begin), "--most", "2")).out.splitlines()
    assert said == [
        f"{begin + 1}  14:00  vehicle/car/profile  2 bytes application/json  by appliance car",
        f"{begin + 2}  14:00  vehicle/car/profile  gone  by owner",
    ]
    told = await run("data", "watch", "vehicle", "--after", str(begin), "--most", "1", "--json")
    assert json.loads(told.out)["sequence"] == begin + 1


async def test_a_gap_is_told_and_watching_goes_on(
    served: Served, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from drrouter.adapters import client_data

    resources = served.router.resources
    whole = client_data.DataClient.changes

    async def changes(self: client_data.DataClient, under: str = "", after: int | None = None) -> object:
        async for told in whole(self, under, after):
            yield told
            if type(told).__name__ == "Gap":
                await resources.put(OWNER, "home/a", JSON, b"1")

    monkeypatch.setattr(client_data.DataClient, "changes", changes)
    said = await run("data", "watch", "--after", "1", "--most", "1")
    assert "List anew" in said.err
    assert "home/a" in said.out


@pytest.mark.parametrize("path", ["home/../x", "home/%2f", "home/\x1b[31m"])
async def test_a_bad_path_is_a_sentence(run: Run, path: str) -> None:
    said = await run("data", "get", path)
    assert said.code == 1
    assert said.err.strip().isprintable()


async def test_a_file_that_is_not_there_is_a_sentence(run: Run, tmp_path: Path) -> None:
    said = await run("data", "put", "home/a", str(tmp_path / "none"))
    assert (said.code, "cannot be read" in said.err) == (1, True)


@pytest.mark.parametrize("verb", VERBS)
async def test_every_verb_shows_examples(run: Run, verb: str) -> None:
    assert f"drrouter data {verb}" in " ".join((await run("data", verb, "--help")).out.split())
