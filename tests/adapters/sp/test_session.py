"""Exchanges with a VTN that lies, stalls or rambles; numbers in docstrings are the obligations of a VEN."""

import asyncio
import gzip
import json
from typing import Any

import pytest
from aiohttp import web

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.sp.openadr3.paging import read_all
from drrouter.adapters.sp.openadr3.session import VtnSession, problem_words
from drrouter.errors import ProviderRefusedError, ProviderUnreachableError, ProviderUntrustedError
from tests.adapters.sp.peers import (
    TroubleVtn,
    raw_server,
    saying,
    settings_for,
)


async def get(url: str, clock: SimulatedClock, path: str = "/events", **members: Any) -> object:
    session = VtnSession(settings_for(url, **members), clock)
    try:
        return (await session.get(path)).body
    finally:
        await session.close()


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe\x00",
        "<html>sorry</html>",
        '{"a": 1',
        "[NaN]",
        "[Infinity]",
        '{"a": 1, "a": 2}',
        "[" * 100_000,
        '{"a":' * 5_000 + "1" + "}" * 5_000,
        "[" + "9" * 5_000 + "]",
    ],
    ids=["bytes", "html", "truncated", "nan", "infinity", "twice", "deep", "nested", "huge number"],
)
async def test_an_answer_that_is_not_strict_json_is_a_broken_link(
    vtn: TroubleVtn, clock: SimulatedClock, body: bytes | str
) -> None:
    """7."""
    vtn.bend["GET /events"] = saying(body)
    with pytest.raises(ProviderUnreachableError):
        await get(vtn.url, clock)


async def test_ten_megabytes_are_not_read(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """7: the cap is in force before anything is parsed."""
    vtn.bend["GET /events"] = saying(b'["' + b"x" * 10_000_000 + b'"]')
    with pytest.raises(ProviderUnreachableError, match="longer than 4194304 bytes"):
        await get(vtn.url, clock)


async def test_an_endless_answer_is_cut(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """7."""

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" " * 65536)

    vtn.bend["GET /events"] = endless
    with pytest.raises(ProviderUnreachableError, match="longer than"):
        await get(vtn.url, clock)


async def test_a_compressed_bomb_is_not_unpacked(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """7."""
    bomb = gzip.compress(b"[" + b" " * 50_000_000 + b"]")
    vtn.bend["GET /events"] = saying(bomb, headers={"Content-Encoding": "gzip"})
    with pytest.raises(ProviderUnreachableError, match="compressed"):
        await get(vtn.url, clock)


@pytest.mark.parametrize("status", [500, 502, 503, 429, 302, 418])
async def test_a_server_in_trouble_is_a_broken_link(
    vtn: TroubleVtn, clock: SimulatedClock, status: int
) -> None:
    """7: with a problem body, whose words are passed on."""
    vtn.bend["GET /events"] = saying('{"title": "Oh", "detail": "dear"}', status)
    with pytest.raises(ProviderUnreachableError) as caught:
        await get(vtn.url, clock)
    assert status == 302 or "(Oh: dear)" in caught.value.sentence


@pytest.mark.parametrize("status", [400, 401, 403, 422])
async def test_a_refusal_is_told_from_a_broken_link(
    vtn: TroubleVtn, clock: SimulatedClock, status: int
) -> None:
    """7: whatever the body is."""
    vtn.bend["GET /events"] = saying("go\u202e away\n\x1b[31m", status)
    with pytest.raises(ProviderRefusedError, match=str(status)) as caught:
        await get(vtn.url, clock)
    assert caught.value.sentence.isprintable()


async def test_empty_bodies_and_missing_objects_are_answers(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """7: 409 with body [] was seen in the field, too."""
    vtn.bend["GET /events"] = saying("")
    assert await get(vtn.url, clock) is None
    assert isinstance(await get(vtn.url, clock, "/nothing"), dict)
    vtn.bend["GET /events"] = saying("[]", 409)
    assert await get(vtn.url, clock) == []


async def test_a_wrong_content_type_does_not_matter(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """7."""

    async def plain(_: web.Request) -> web.StreamResponse:
        return web.Response(text="[]", content_type="text/html")

    vtn.bend["GET /events"] = plain
    assert await get(vtn.url, clock) == []


async def test_silence_ends_in_real_time(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """7: though the domain clock stands."""

    async def silent(_: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    vtn.bend["GET /events"] = silent
    with pytest.raises(ProviderUnreachableError, match=r"did not answer within 0\.1 s"):
        await get(vtn.url, clock, timeout_s=0.1)


@pytest.mark.parametrize(
    ("answer", "close"),
    [
        (b"", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[1, 2", True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", True),
        (b"SSH-2.0-OpenSSH\r\n", True),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[", False),
    ],
    ids=["nothing", "truncated", "bad chunk", "no http", "long header", "stalled"],
)
async def test_broken_http_is_a_broken_link(clock: SimulatedClock, answer: bytes, close: bool) -> None:
    """7."""
    async with raw_server(answer, close=close) as url:
        with pytest.raises(ProviderUnreachableError):
            await get(url, clock, timeout_s=0.2)


async def test_nobody_there_is_a_broken_link(clock: SimulatedClock) -> None:
    """7."""
    async with raw_server(b"") as url:
        pass
    with pytest.raises(ProviderUnreachableError, match="cannot be reached"):
        await get(url, clock)


async def test_redirects_stay_on_the_same_origin(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    vtn.bend["GET /old"] = saying("", 307, headers={"Location": "/events"})
    assert await get(vtn.url, clock, "/old") == []


@pytest.mark.parametrize("target", ["http://127.0.0.9:1/events", "//evil.example/x", "/old", "http://[", ""])
async def test_redirects_to_other_hosts_and_in_circles_are_not_followed(
    vtn: TroubleVtn, clock: SimulatedClock, target: str
) -> None:
    vtn.bend["GET /old"] = saying("", 302, headers={"Location": target})
    with pytest.raises(ProviderUnreachableError, match="redirects"):
        await get(vtn.url, clock, "/old")


async def test_a_redirected_write_is_not_repeated_elsewhere(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    vtn.bend["POST /reports"] = saying("", 307, headers={"Location": "/events"})
    session = VtnSession(settings_for(vtn.url), clock)
    with pytest.raises(ProviderUnreachableError):
        await session.request("POST", "/reports", body={"a": 1})
    await session.close()
    assert vtn.asked == ["POST /reports"]


@pytest.mark.parametrize(
    "url", ["http://vtn.example/x", "http://192.168.1.4", "ftp://127.0.0.1", "vtn.example", "", "http://["]
)
async def test_plain_http_leaves_this_machine_never(clock: SimulatedClock, url: str) -> None:
    """4."""
    with pytest.raises(ProviderUntrustedError, match="is not an https address"):
        await get(url, clock)


async def test_lists_are_read_to_a_short_page(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """6."""
    for _ in range(120):
        vtn.add("events")
    session = VtnSession(settings_for(vtn.url), clock)
    assert len(await read_all(session, "/events")) == 120
    await session.close()
    assert vtn.count("GET /events") == 3


async def test_a_server_that_ignores_skip_is_not_asked_for_ever(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """6: each object is taken once."""
    rows = [{"id": f"e{number}"} for number in range(50)]
    vtn.bend["GET /events"] = saying(json.dumps(rows))
    session = VtnSession(settings_for(vtn.url), clock)
    assert len(await read_all(session, "/events")) == 50
    await session.close()
    assert vtn.count("GET /events") == 2


@pytest.mark.parametrize("body", ['{"a": 1}', '"do some magic!"', "7"])
async def test_a_list_that_is_no_list_is_a_broken_link(
    vtn: TroubleVtn, clock: SimulatedClock, body: str
) -> None:
    """6."""
    vtn.bend["GET /events"] = saying(body)
    session = VtnSession(settings_for(vtn.url), clock)
    with pytest.raises(ProviderUnreachableError, match="not a list"):
        await read_all(session, "/events")
    await session.close()


async def test_an_endless_list_is_cut(
    vtn: TroubleVtn, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """6."""
    monkeypatch.setattr("drrouter.adapters.sp.openadr3.paging.MOST_OBJECTS", 200)

    async def endless(request: web.Request) -> web.StreamResponse:
        skip = int(request.query["skip"])
        return web.json_response([{"id": f"e{skip + number}"} for number in range(50)])

    vtn.bend["GET /events"] = endless
    session = VtnSession(settings_for(vtn.url), clock)
    with pytest.raises(ProviderUnreachableError, match="holds more than"):
        await read_all(session, "/events")
    await session.close()


def test_problem_bodies_of_any_shape_give_words() -> None:
    assert problem_words({"error": "invalid_client"}) == " (invalid_client)"
    assert problem_words(["x"]) == problem_words({}) == problem_words("") == ""


async def test_a_list_that_does_not_exist_is_a_broken_link(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """7: most likely the url is wrong."""
    session = VtnSession(settings_for(vtn.url), clock)
    with pytest.raises(ProviderUnreachableError, match="check the url"):
        await read_all(session, "/nothing")
    await session.close()
