"""Opaque data over HTTP: bytes by path, under rights, followed across connections (B16, B6, S2, S6)."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drrouter.adapters.api import Role
from drrouter.domain.resource import MOST_BYTES
from tests.adapters.api.conftest import Serve, Served
from tests.data_home import GRID, OWNER, THE_WASHER

BOMB = b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><b>&b;</b>'
XML = {"Content-Type": "application/xml"}
BYTES = {"Content-Type": "application/octet-stream"}


async def fetch(served: Served, path: str, role: Role = Role.OWNER) -> tuple[aiohttp.ClientResponse, bytes]:
    url = f"{served.api.url}/api/v1{path}"
    async with served.session.get(url, headers=served.bearer(role)) as answer:
        return answer, await answer.read()


async def put(served: Served, path: str, data: bytes, **headers: str) -> tuple[int, Any]:
    return await served.ask("PUT", f"/resources/{path}", data=data, headers=XML | headers)


async def test_bytes_come_back_as_they_went_and_are_never_parsed_nor_shown_as_a_page(served: Served) -> None:
    status, view = await put(served, "home/bomb.xml", BOMB)
    assert status == 200
    assert (view["size"], view["media_type"], view["by"]) == (len(BOMB), "application/xml", "owner Anna")
    answer, data = await fetch(served, "/resources/home/bomb.xml")
    assert data == BOMB
    assert answer.headers["Content-Type"] == "application/xml"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="bomb.xml"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["ETag"] == f'"{view["sequence"]}"'
    assert (await served.ask("GET", "/resources?under=home"))[1] == {
        "sequence": view["sequence"],
        "leaves": [view],
    }
    assert (await served.ask("DELETE", "/resources/home/bomb.xml"))[0] == 204
    assert (await served.ask("GET", "/resources/home/bomb.xml"))[0] == 404


@pytest.mark.parametrize("data", [b"", bytes(range(256)), bytes(MOST_BYTES)])
async def test_any_bytes_are_kept_up_to_the_bound(served: Served, data: bytes) -> None:
    assert (await put(served, "home/data", data, **BYTES))[0] == 200
    assert (await fetch(served, "/resources/home/data"))[1] == data


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("home/../../etc/passwd", "never goes up"),
        ("home/%2e%2e/x", "never goes up"),
        ("home/a%2fb", "encoded slash"),
        ("home%2Fnote", "encoded slash"),
        ("home/a%5cb", "encoded slash"),
        ("home/a%252fb", "encoded slash"),
        ("home/a%00b", "not allowed"),
        ("home/a%0d%0ab", "not allowed"),
        ("home/a%1bb", "not allowed"),
        ("home/%E2%80%AEgpj", "not allowed"),
        ("home/%ff%fe", "not allowed"),
        ("home//a", "is empty"),
        ("home/" + "a/" * 20 + "a", "too deep"),
        ("home/" + "a" * 5000, "too long"),
        ("etc/passwd", "there is no such place"),
        ("washer", "there is no such place"),
    ],
)
async def test_a_bad_path_is_one_clear_sentence(served: Served, target: str, sentence: str) -> None:
    """Sent as it stands: a client library would tidy it up."""
    url = served.api.url.removeprefix("http://")
    reader, writer = await asyncio.open_connection(*url.split(":"))
    head = f"PUT /api/v1/resources/{target} HTTP/1.1\r\nHost: {url}\r\nConnection: close\r\n"
    bearer = f"Authorization: {served.bearer()['Authorization']}\r\n"
    writer.write(f"{head}{bearer}Content-Type: text/plain\r\nContent-Length: 1\r\n\r\nx".encode())
    answer = (await reader.read()).decode()
    writer.close()
    await writer.wait_closed()
    assert answer.startswith("HTTP/1.1 400"), answer[:200]
    detail = json.loads(answer.partition("\r\n\r\n")[2])["detail"]
    assert sentence in detail
    assert detail.isprintable()
    assert len(detail) < 400
    assert served.router.resources.leaves(OWNER).leaves == ()


async def test_too_much_packed_or_of_another_type_is_one_clear_sentence(served: Served) -> None:
    status, said = await put(served, "home/x", bytes(MOST_BYTES + 1))
    assert (status, said["detail"]) == (413, "That is too much: send at most 65536 bytes.")

    async def endless() -> Any:
        for _ in range(200):
            yield bytes(1024)

    url = f"{served.api.url}/api/v1/resources/home/x"
    async with served.session.put(url, data=endless(), headers=served.bearer() | XML) as answer:
        assert answer.status == 413
    status, said = await put(served, "home/x", b"\x1f\x8b", **{"Content-Encoding": "gzip"})
    assert status in (400, 415)
    for wrong in ("text/html", "image/svg+xml", "application/xml;charset=utf-16", "nonsense"):
        status, said = await put(served, "home/x", b"x", **{"Content-Type": wrong})
        assert status == 400
        assert "Content-Type" in said["detail"]
    for query in ("under=home/../x", "under=" + "a" * 500, "over=1", "under=a&under=b"):
        assert (await served.ask("GET", f"/resources?{query}"))[0] == 400
    for query in ("after=-1", "after=x", "after=1e3", "after=99999999999999999999", "under=//"):
        assert (await served.ask("GET", f"/resources/changes?{query}"))[0] == 400


async def test_an_appliance_has_its_own_subtree_and_a_guest_has_none(served: Served) -> None:
    await put(served, "home/note", b"1")
    assert (await put(served, "vehicle/washer/log", b"1"))[0] == 200

    async def of_the_washer(method: str, path: str, **more: Any) -> tuple[int, Any]:
        return await served.ask(method, f"/resources{path}", Role.APPLIANCE, XML if more else None, **more)

    assert [leaf["path"] for leaf in (await of_the_washer("GET", ""))[1]["leaves"]] == ["vehicle/washer/log"]
    assert (await of_the_washer("PUT", "/devices/washer/state", data=b"<on/>"))[0] == 200
    foreign = await of_the_washer("GET", "/home/note")
    absent = await of_the_washer("GET", "/home/none")
    assert foreign[0] == absent[0] == 404
    assert foreign[1]["detail"].replace("note", "none") == absent[1]["detail"]
    for path in ("/home/note", "/vehicle/car/profile", "/providers/maker/up/washer/x"):
        status, said = await of_the_washer("PUT", path, data=b"1")
        assert (status, said["type"]) == (403, "urn:drrouter:problem:leaf-forbidden")
    for path in ("", "/home/note", "/changes"):
        assert (await served.ask("GET", f"/resources{path}", Role.GUEST))[0] == 403


async def test_two_who_write_at_once_are_both_kept_in_some_order(served: Served) -> None:
    await asyncio.gather(*(put(served, "home/x", b"%d" % number) for number in range(20)))
    sequence = served.router.resources.leaves(OWNER).leaves[0].sequence
    told = await listen(served, 20, after=str(sequence - 20))
    assert [one["path"] for one in told] == ["home/x"] * 20
    assert told[-1]["sequence"] == sequence


async def listen(
    served: Served, many: int, role: Role = Role.OWNER, resume: str | None = None, **query: str
) -> list[dict[str, Any]]:
    """The next so many changes on one connection, which is cut then."""
    url, found = f"{served.api.url}/api/v1/resources/changes", list[dict[str, Any]]()
    headers = served.bearer(role) | ({} if resume is None else {"Last-Event-ID": resume})
    async with served.session.get(url, params=query, headers=headers) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/event-stream"
        kind = number = ""
        while len(found) < many:
            line = (await answer.content.readline()).decode().strip()
            if line.startswith("id: "):
                number = line[4:]
            elif line.startswith("event: "):
                kind = line[7:]
            elif line.startswith("data: ") and kind != "cursor":
                found.append(json.loads(line[6:]) | {"id": number, "event": kind})
    return found


async def test_changes_carry_their_number_as_id_and_resume_by_either_way(served: Served) -> None:
    begin = served.router.resources.leaves(OWNER).sequence
    for number in range(4):
        await put(served, f"home/n{number}", b"1")
    await served.ask("DELETE", "/resources/home/n0")
    first = await listen(served, 2, after=str(begin))
    assert [(one["id"], one["event"], one["path"]) for one in first] == [
        (str(begin + 1), "change", "home/n0"),
        (str(begin + 2), "change", "home/n1"),
    ]
    rest = await listen(served, 3, resume=first[-1]["id"], after=str(begin))
    assert [(one["path"], one["removed"]) for one in rest] == [
        ("home/n2", False),
        ("home/n3", False),
        ("home/n0", True),
    ]


async def test_a_cursor_that_is_not_known_is_told_to_list_anew(served: Served) -> None:
    begin = served.router.resources.leaves(OWNER).sequence
    for cursor in (str(begin - 1), str(begin + 1), "nonsense", ""):
        (gap,) = await listen(served, 1, resume=cursor)
        assert (gap["event"], gap["id"]) == ("gap", str(begin))
        assert "List anew" in gap["sentence"]


async def test_a_quiet_stream_of_changes_shows_that_it_lives(serve: Serve) -> None:
    served = await serve(heartbeat_s=0.01)
    url = f"{served.api.url}/api/v1/resources/changes"
    async with served.session.get(url, headers=served.bearer()) as answer:
        lines = [await answer.content.readline() for _ in range(12)]
    assert lines.count(b": still here\n") >= 2


async def test_an_appliance_follows_its_own_and_nothing_of_others(served: Served) -> None:
    begin = served.router.resources.leaves(OWNER).sequence
    await put(served, "home/note", b"1")
    await put(served, "vehicle/washer/log", b"1")
    (told,) = await listen(served, 1, Role.APPLIANCE, after=str(begin))
    assert told["path"] == "vehicle/washer/log"


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(cuts=st.lists(st.integers(0, 4000), min_size=1, max_size=8), changes=st.integers(1, 12))
async def test_no_change_is_lost_wherever_the_connection_is_cut(
    served: Served, cuts: list[int], changes: int
) -> None:
    """After so many bytes the client goes; it comes back with the id of the last whole event that it had."""
    begin = served.router.resources.leaves(OWNER).sequence
    heard: list[int] = []
    last, written = str(begin), 0
    for cut in [*cuts, 10**9]:
        while written < changes and (cut == 10**9 or written <= len(heard)):
            await served.router.resources.put(OWNER, f"home/n{written % 3}", "text/plain", b"x")
            written += 1
        last = await _until_cut(served, cut, last, heard, begin + changes)
    assert heard == list(range(begin + 1, begin + changes + 1))


async def _until_cut(served: Served, cut: int, last: str, heard: list[int], until: int) -> str:
    """Read at most so many bytes, or until everything is heard; the id to come back with."""
    url = f"{served.api.url}/api/v1/resources/changes"
    async with served.session.get(url, headers=served.bearer() | {"Last-Event-ID": last}) as answer:
        buffer = b""
        newest = served.router.resources.leaves(OWNER).sequence
        while cut > 0 and int(last) < min(newest, until):
            piece = await answer.content.read(min(cut, 100))
            cut -= len(piece)
            buffer += piece
            while b"\n\n" in buffer:
                block, _, buffer = buffer.partition(b"\n\n")
                if block.startswith(b"id: "):
                    last = block.split(b"\n")[0][4:].decode()
                    if b"event: change" in block:
                        heard.append(int(last))
    return last


async def test_what_a_provider_sent_is_for_people_alone(served: Served) -> None:
    from drrouter.domain.signal import EventReceived, Opaque
    from tests.builders import price

    event = price("42", 0.2, "12:00", "13:00", provider=GRID)
    served.router.resources.hear(EventReceived(event, (Opaque("CTA2045_X", "application/json", b"{}"),)))
    path = "/resources/providers/grid/events/42/CTA2045_X"
    assert (await fetch(served, path, Role.RESIDENT))[1] == b"{}"
    assert (await served.ask("GET", path, Role.APPLIANCE))[0] == 404
    assert (await served.ask("PUT", path, data=b"1", headers=XML))[0] == 403
    assert served.router.resources.leaves(THE_WASHER).leaves == ()
