"""Tokens: two ways to ask, none for who knows no secret, an end by the clock, and patience with guessers."""

import base64
import hashlib
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.vtn import ClientCredential, Role, hash_secret
from drrouter.adapters.vtn.secret_hash import Verifier
from drrouter.adapters.vtn.tokens import MOST_TOKENS_A_CLIENT
from drrouter.adapters.vtn.wrong_tries import FREE, LONGEST_S, MOST_REMEMBERED, WrongTries
from drrouter.errors import DocumentError
from tests.adapters.vtn.world import BL, NOW, Answer, World, running

GRANT = {"grant_type": "client_credentials"}
OPERATOR = GRANT | {"client_id": "operator", "client_secret": "operator-secret"}


async def _ask(vtn: World, form: Any, **headers: str) -> Answer:
    async with vtn.http.post(f"{vtn.url}/auth/token", data=form, headers=headers) as answer:
        return Answer(answer.status, await answer.json(), answer.headers)


def _basic(client_id: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


async def test_a_secret_in_the_form_gives_a_token_with_its_life_and_scopes(vtn: World) -> None:
    answer = await _ask(vtn, OPERATOR)
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert (answer.body["token_type"], answer.body["expires_in"]) == ("Bearer", 3600)
    assert "write_events" in answer.body["scope"].split()
    assert len(answer.body["access_token"]) >= 43


@pytest.mark.parametrize("is_encoded", [True, False])
async def test_a_secret_in_the_header_gives_a_token_encoded_or_not(is_encoded: bool) -> None:
    odd = ClientCredential("a client", "p%21+w:ü", Role.VEN)
    async with running(clients=(odd,)) as vtn:
        parts = (odd.client_id, odd.secret)
        given = _basic(*map(quote, parts)) if is_encoded else _basic(*parts)
        assert (await _ask(vtn, GRANT, Authorization=given)).status == 200


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        (OPERATOR | {"client_secret": "wrong"}, 401, "invalid_client"),
        (OPERATOR | {"client_id": "nobody"}, 401, "invalid_client"),
        (OPERATOR | {"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_id": "operator"}, 400, "unsupported_grant_type"),
        (GRANT, 400, "invalid_request"),
        (GRANT | {"client_id": "operator"}, 400, "invalid_request"),
        (OPERATOR | {"client_secret": "x" * 5000}, 400, "invalid_request"),
        (OPERATOR | {"more": "x" * 20_000}, 400, "invalid_request"),
        ("grant_type=client_credentials&client_id=a&client_id=b&client_secret=c", 400, "invalid_request"),
        (b"\xff\x00", 400, "invalid_request"),
        ("a=%ff", 400, "invalid_request"),
        ("&".join(f"a{number}=1" for number in range(40)), 400, "invalid_request"),
    ],
)
async def test_who_asks_wrongly_gets_an_error_of_the_token_endpoint(
    vtn: World, form: Any, status: int, error: str
) -> None:
    answer = await _ask(vtn, form)
    assert (answer.status, answer.body["error"]) == (status, error)


@pytest.mark.parametrize("header", ["Basic !!!", "Basic /w==", "Basic"])
async def test_a_header_that_is_no_basic_gives_no_token(vtn: World, header: str) -> None:
    assert (await _ask(vtn, GRANT, Authorization=header)).status == 400


async def test_a_basic_header_without_a_colon_leaves_the_form_to_say_who(vtn: World) -> None:
    nothing = "Basic " + base64.b64encode(b"no colon").decode()
    assert (await _ask(vtn, OPERATOR, Authorization=nothing)).status == 200


async def test_asked_scopes_are_narrowed_to_those_of_the_role(vtn: World) -> None:
    answer = await _ask(vtn, OPERATOR | {"scope": "write_events read_all write_reports"})
    assert answer.body["scope"] == "read_all write_events"


async def test_who_asks_for_scopes_of_another_role_gets_those_of_its_own(vtn: World) -> None:
    home = GRANT | {"client_id": "home", "client_secret": "home-secret", "scope": "read_all write_events"}
    answer = await _ask(vtn, home)
    assert (answer.status, "write_reports" in answer.body["scope"]) == (200, True)
    assert not {"read_all", "write_events"} & set(answer.body["scope"].split())


async def test_a_token_ends_by_the_clock() -> None:
    clock = SimulatedClock(NOW)
    async with running(clock, token_life=timedelta(minutes=10)) as vtn:
        bl = await vtn.client(BL)
        await clock.advance(timedelta(minutes=9, seconds=59))
        assert (await bl.ask("GET", "/programs")).status == 200
        await clock.advance(timedelta(seconds=1))
        for _ in range(2):
            answer = await bl.ask("GET", "/programs")
            assert (answer.status, answer.headers["WWW-Authenticate"][:6]) == (401, "Bearer")
        assert (await vtn.client(BL)).token != bl.token


async def test_a_client_that_asks_for_ever_more_tokens_loses_the_oldest(vtn: World) -> None:
    first = await vtn.client(BL)
    for _ in range(MOST_TOKENS_A_CLIENT - 1):
        newest = await vtn.client(BL)
    assert (await first.ask("GET", "/programs")).status == 200
    await vtn.client(BL)
    assert (await first.ask("GET", "/programs")).status == 401
    assert (await newest.ask("GET", "/programs")).status == 200


async def test_a_hashed_secret_is_as_good_as_one_in_clear() -> None:
    hashed = ClientCredential("operator", hash_secret("operator-secret"), Role.BL)
    async with running(clients=(hashed,)) as vtn:
        assert (await _ask(vtn, OPERATOR)).status == 200
        assert (await _ask(vtn, OPERATOR | {"client_secret": hashed.secret})).status == 401


async def test_who_tries_wrong_secrets_must_wait_and_nobody_else_must(vtn: World) -> None:
    wrong = OPERATOR | {"client_secret": "wrong"}
    for _ in range(FREE):
        assert (await _ask(vtn, wrong)).status == 401
    assert (await _ask(vtn, wrong)).status == 401
    answer = await _ask(vtn, OPERATOR)
    assert (answer.status, int(answer.headers["Retry-After"])) == (429, 1)
    assert (await _ask(vtn, GRANT | {"client_id": "home", "client_secret": "home-secret"})).status == 200


def test_each_further_wrong_try_waits_twice_as_long_until_a_right_one() -> None:
    now = [0.0]
    tries = WrongTries(lambda: now[0])
    waits = []
    for _ in range(FREE + 40):
        tries.wrong("a")
        waits.append(tries.wait_s("a"))
    assert waits[: FREE + 4] == [0.0] * FREE + [1.0, 2.0, 4.0, 8.0]
    assert waits[-1] == LONGEST_S
    now[0] = LONGEST_S
    assert tries.wait_s("a") == 0
    tries.right("a")
    tries.wrong("a")
    assert tries.wait_s("a") == tries.wait_s("b") == 0


def test_many_guessers_are_not_remembered_for_ever() -> None:
    tries = WrongTries(lambda: 0.0)
    for _ in range(FREE + 1):
        tries.wrong("first")
    assert tries.wait_s("first") > 0
    for number in range(MOST_REMEMBERED):
        tries.wrong(number)
    assert tries.wait_s("first") == 0


@pytest.mark.parametrize(
    "kept",
    ["scrypt$1", "scrypt$x$8$1$AA==$AA==", "scrypt$16384$8$1$!$AA==", "scrypt$999999999$8$1$AA==$AA=="],
)
async def test_what_only_looks_hashed_is_refused_at_the_start(kept: str) -> None:
    with pytest.raises(ValueError, match="hashed secret"):
        Verifier(kept)
    with pytest.raises(DocumentError, match="operator: its secret"):
        async with running(clients=(ClientCredential("operator", kept, Role.BL),)):
            pass


async def test_a_client_that_is_there_twice_is_refused_at_the_start() -> None:
    with pytest.raises(DocumentError, match="operator: is there twice"):
        async with running(clients=(BL, BL)):
            pass


def test_secrets_show_neither_in_credentials_nor_in_what_is_kept() -> None:
    assert "operator-secret" not in repr(BL)
    assert "operator-secret" not in hash_secret("operator-secret")
    assert hash_secret("a") != hash_secret("a")


async def test_no_token_is_kept_in_clear(vtn: World) -> None:
    bl = await vtn.client(BL)
    [parts] = [part for part in vtn.app.values() if hasattr(part, "tokens")]
    kept = repr(vars(parts.tokens))
    assert bl.token not in kept
    assert repr(hashlib.sha256(bl.token.encode()).digest()) in kept
