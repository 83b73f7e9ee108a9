"""Credentials and tokens; numbers in docstrings are the obligations of a VEN."""

import asyncio
import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.sp.openadr3.session import VtnSession
from drrouter.errors import ProviderRefusedError, ProviderUnreachableError, ProviderUntrustedError
from tests.adapters.sp.peers import (
    TroubleVtn,
    saying,
    settings_for,
)


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


async def test_without_credentials_no_token_is_sent(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """2: a public price server."""
    session = VtnSession(settings_for(vtn.url), clock)
    assert (await session.get("/events")).ok
    await session.close()
    assert "Authorization" not in vtn.headers[0]
    assert vtn.asked == ["GET /events"]
