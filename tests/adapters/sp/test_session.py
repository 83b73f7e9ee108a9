"""Exchanges with a VTN that lies, stalls or rambles; numbers in docstrings are the obligations of a VEN."""

import asyncio
import base64
import gzip
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.sp.openadr3.paging import read_all
from drrouter.adapters.sp.openadr3.session import VtnSession, problem_words
from drrouter.errors import ProviderRefusedError, ProviderUnreachableError, ProviderUntrustedError
from tests.adapters.sp.peers import NOW, Handler, TroubleVtn, raw_server, settings_for, trouble


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(NOW)


@pytest.fixture
async def vtn() -> AsyncIterator[TroubleVtn]:
    async with trouble() as made:
        yield made


def saying(body: bytes | str, status: int = 200, headers: dict[str, str] | None = None) -> Handler:
    async def handler(_: web.Request) -> web.StreamResponse:
        raw = body.encode() if isinstance(body, str) else body
        return web.Response(body=raw, status=status, headers=headers, content_type="application/json")

    return handler


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


class Tokens:
    """A token endpoint; counts, and says who asked how."""

    def __init__(self, vtn: TroubleVtn, path: str = "/auth/token", **answer: Any) -> None:
        self.given, self.ways = 0, list[str]()
        self.answer: dict[str, Any] = answer
        self.refuses: set[str] = set()
        vtn.bend[f"POST {path}"] = self.handle
        self.guarded = vtn.bend["GET /events"] = self.guard
        self.valid: set[str] = set()
        self.refusal = 401

    async def handle(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        basic = base64.b64encode(b"me:s3cr%2Ft").decode()
        way = (
            "basic"
            if request.headers.get("Authorization") == f"Basic {basic}"
            else "post"
            if form.get("client_secret") == "s3cr/t" and form.get("client_id") == "me"
            else "?"
        )
        self.ways.append(way)
        if way == "?" or way in self.refuses or form["grant_type"] != "client_credentials":
            return web.json_response({"error": "invalid_client"}, status=401)
        self.given += 1
        self.valid.add(f"t{self.given}")
        return web.json_response({"access_token": f"t{self.given}", "token_type": "Bearer", **self.answer})

    async def guard(self, request: web.Request) -> web.StreamResponse:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return web.json_response([], status=200 if token in self.valid else self.refusal)


def session_for(vtn: TroubleVtn, clock: SimulatedClock, **members: Any) -> VtnSession:
    return VtnSession(settings_for(vtn.url, client_id="me", client_secret="s3cr/t", **members), clock)


async def test_a_token_is_asked_for_once_and_used(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """3: works without expires_in; /auth/token where there is no /auth/server."""
    tokens, session = Tokens(vtn), session_for(vtn, clock)
    for _ in range(3):
        assert (await session.get("/events")).ok
    await clock.advance(timedelta(days=2))
    assert (await session.get("/events")).ok
    await session.close()
    assert (tokens.given, tokens.ways) == (1, ["post"])


async def test_the_token_endpoint_is_found_through_the_server(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """3: GET /auth/server."""
    tokens, session = Tokens(vtn, "/oauth/give"), session_for(vtn, clock)
    vtn.bend["GET /auth/server"] = saying(json.dumps({"tokenURL": f"{vtn.url}/oauth/give"}))
    assert (await session.get("/events")).ok
    await session.close()
    assert tokens.given == 1


async def test_a_configured_token_endpoint_wins(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """3: from the home file; nobody else is asked."""
    Tokens(vtn, "/elsewhere")
    session = session_for(vtn, clock, token_url=f"{vtn.url}/elsewhere")
    assert (await session.get("/events")).ok
    await session.close()
    assert "GET /auth/server" not in vtn.asked


@pytest.mark.parametrize("target", ["http://evil.example/token", "http://[", "ftp://vtn.example"])
async def test_the_secret_is_not_sent_where_it_could_be_read(
    vtn: TroubleVtn, clock: SimulatedClock, target: str
) -> None:
    """3, 4: a token endpoint in plain http elsewhere is refused."""
    session = session_for(vtn, clock)
    vtn.bend["GET /auth/server"] = saying(json.dumps({"tokenURL": target}))
    with pytest.raises(ProviderUntrustedError, match="token endpoint"):
        await session.get("/events")
    await session.close()


async def test_basic_is_tried_where_the_form_is_refused_and_kept(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """3: client_secret_post, then client_secret_basic."""
    tokens, session = Tokens(vtn, expires_in=100), session_for(vtn, clock)
    tokens.refuses = {"post"}
    assert (await session.get("/events")).ok
    await clock.advance(timedelta(seconds=99))
    assert (await session.get("/events")).ok
    await session.close()
    assert tokens.ways == ["post", "basic", "basic"]


@pytest.mark.parametrize(
    ("expires_in", "given"), [(100, 2), ("100", 2), (1e12, 1), (0, 1), (True, 1), ("soon", 1), (None, 1)]
)
async def test_a_token_is_renewed_before_it_expires(
    vtn: TroubleVtn, clock: SimulatedClock, expires_in: Any, given: int
) -> None:
    """3: odd lifetimes count as none."""
    tokens, session = Tokens(vtn, expires_in=expires_in), session_for(vtn, clock)
    await session.get("/events")
    await clock.advance(timedelta(seconds=91))
    await session.get("/events")
    await session.close()
    assert tokens.given == given


@pytest.mark.parametrize("refusal", [401, 403])
async def test_a_refused_token_is_renewed_once(vtn: TroubleVtn, clock: SimulatedClock, refusal: int) -> None:
    """3."""
    tokens, session = Tokens(vtn), session_for(vtn, clock)
    tokens.refusal = refusal
    await session.get("/events")
    tokens.valid.clear()
    assert (await session.get("/events")).ok
    await session.close()
    assert tokens.given == 2


async def test_a_storm_of_refusals_does_not_become_a_storm_of_questions(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """3: asked anew once, then ever more rarely."""
    tokens, session = Tokens(vtn), session_for(vtn, clock)
    vtn.bend["GET /events"] = saying("", 401)
    for _ in range(600):
        with pytest.raises(ProviderRefusedError):
            await session.get("/events")
        await clock.advance(timedelta(seconds=1))
    await session.close()
    assert 3 <= tokens.given <= 15


async def test_refused_credentials_say_so_and_are_tried_again_later(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """1, 3: and never show the secret."""
    tokens, session = Tokens(vtn), session_for(vtn, clock)
    tokens.refuses = {"post", "basic"}
    with pytest.raises(ProviderRefusedError, match="Check client_id and client_secret") as caught:
        await session.get("/events")
    with pytest.raises(ProviderRefusedError, match="tried again at"):
        await session.get("/events")
    tokens.refuses = set()
    await clock.advance(timedelta(minutes=1))
    assert (await session.get("/events")).ok
    await session.close()
    assert "s3cr" not in caught.value.sentence
    assert "s3cr" not in repr(settings_for(vtn.url, client_secret="s3cr/t"))


@pytest.mark.parametrize(
    ("body", "status"),
    [("{}", 200), ('{"access_token": "a\\nb"}', 200), ('{"access_token": 7}', 200), ("[]", 200), ("", 501)],
)
async def test_a_useless_token_is_a_broken_link(
    vtn: TroubleVtn, clock: SimulatedClock, body: str, status: int
) -> None:
    """3."""
    vtn.bend["POST /auth/token"] = saying(body, status)
    session = session_for(vtn, clock)
    with pytest.raises(ProviderUnreachableError):
        await session.get("/events")
    await session.close()


async def test_many_requests_share_one_token(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """3: at the start and after a refusal."""
    tokens, session = Tokens(vtn), session_for(vtn, clock)
    await asyncio.gather(*(session.get("/events") for _ in range(5)))
    tokens.valid.clear()
    answers = await asyncio.gather(*(session.get("/events") for _ in range(5)))
    await session.close()
    assert all(answer.ok for answer in answers)
    assert tokens.given == 2


async def test_a_list_that_does_not_exist_is_a_broken_link(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """7: most likely the url is wrong."""
    session = VtnSession(settings_for(vtn.url), clock)
    with pytest.raises(ProviderUnreachableError, match="check the url"):
        await read_all(session, "/nothing")
    await session.close()


async def test_without_credentials_no_token_is_sent(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """2: a public price server."""
    assert await get(vtn.url, clock) == []
    assert "Authorization" not in vtn.headers[0]
    assert vtn.asked == ["GET /events"]
