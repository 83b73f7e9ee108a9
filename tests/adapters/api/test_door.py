"""A new router is claimed by its code, people sign in and out, and trying gets slow (S3)."""

import asyncio
import json
from typing import Any

import pytest

from drrouter.adapters.api import Entrance, Role
from drrouter.adapters.api.claim import ALPHABET, LIFE_S, Claim
from drrouter.adapters.api.throttle import FREE, Throttle
from drrouter.errors import StoreError
from drrouter.ports import Collection
from tests.adapters.api.conftest import PASSWORD, Browse, Serve, Served
from tests.adapters.store.builders import Inline


async def test_a_new_router_is_unclaimed_and_tells_a_stranger_nothing_else(
    served: Served, browse: Browse
) -> None:
    page = await browse(served)
    assert await page.ask("GET", "/session", headers={"Accept-Language": "nl-BE, en;q=0.5"}) == (
        200,
        {"state": "unclaimed", "language": "nl", "name": None, "role": None, "csrf": None, "site": None},
    )


async def test_whoever_knows_the_code_becomes_the_owner_and_is_signed_in(
    served: Served, browse: Browse
) -> None:
    page = await browse(served)
    code = served.entrance.claim.code or ""
    body = {"code": f" {code.lower()} ", "name": " Anna  Maria ", "password": PASSWORD}
    status, door = await page.ask("POST", "/claim", json=body)
    assert status == 200
    assert (door["state"], door["name"], door["role"]) == ("signed_in", "Anna Maria", "owner")
    assert door["site"] == served.router.status().site
    assert (await page.ask("GET", "/session"))[1] == door
    assert (await page.ask("GET", "/devices"))[0] == 200
    assert (await page.ask("GET", "/tokens"))[0] == 200


async def test_a_router_is_claimed_once(served: Served, browse: Browse) -> None:
    first, second = await browse(served), await browse(served)
    code = served.entrance.claim.code
    await first.claim(served)
    for again in (code, served.entrance.claim.renew()):
        body = {"code": again, "name": "Eve", "password": PASSWORD}
        status, problem = await second.ask("POST", "/claim", json=body)
        assert (status, problem["type"]) == (409, "urn:drrouter:problem:claimed")
    assert (await second.ask("GET", "/session"))[1]["state"] == "signed_out"


async def test_two_who_claim_at_once_are_one_owner(served: Served, browse: Browse) -> None:
    pages = [await browse(served) for _ in range(4)]
    body = {"code": served.entrance.claim.code, "password": PASSWORD}
    claims = [page.ask("POST", "/claim", json=body | {"name": f"P{n}"}) for n, page in enumerate(pages)]
    answers = await asyncio.gather(*claims)
    assert sorted(status for status, _ in answers)[0] == 200
    assert sum(status == 200 for status, _ in answers) == 1
    assert len(served.entrance.people.views()) == 1


@pytest.mark.parametrize("code", ["", "x", "\u202e" * 100, "x" * 1000, "22222-22222", "ß\x00"])
async def test_a_wrong_code_claims_nothing(served: Served, browse: Browse, code: str) -> None:
    page = await browse(served)
    body = {"code": code, "name": "Eve", "password": PASSWORD}
    status, problem = await page.ask("POST", "/claim", json=body)
    assert status in (400, 403)
    assert "22222" not in problem["detail"]
    assert not served.entrance.people.are_claimed


@pytest.mark.parametrize(
    "name",
    [
        "",
        "  ",
        "x" * 33,
        "a/b",
        "..",
        "a\\b",
        "a\u202eb",
        "a\nb",
        "a\x1b[31m",
        "\u200b",
        "x" * 64_000,
        "\ud800",
    ],
)
async def test_a_hostile_name_is_nobodys(served: Served, browse: Browse, name: str) -> None:
    page = await browse(served)
    body = json.dumps({"code": served.entrance.claim.code, "name": name, "password": PASSWORD})
    headers = {"Content-Type": "application/json"}
    status, problem = await page.ask("POST", "/claim", headers=headers, data=body)
    assert status in (400, 413)
    assert len(problem["detail"]) < 300
    assert served.entrance.claim.code, "the code is still good"


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaa", "Anna Maria Q", "x" * 257, ""])
async def test_a_password_that_is_easy_to_guess_is_refused_and_never_told_back(
    served: Served, browse: Browse, password: str
) -> None:
    page = await browse(served)
    body = {"code": served.entrance.claim.code, "name": "anna maria q", "password": password}
    status, problem = await page.ask("POST", "/claim", json=body)
    assert status == 400
    assert "password" in problem["detail"]
    assert not password or password not in problem["detail"]


async def test_a_claim_that_cannot_be_kept_leaves_the_code_good(
    served: Served, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> None:
        raise StoreError("The disk is full.")

    page = await browse(served)
    with monkeypatch.context() as broken:
        broken.setattr(served.entrance.people, "_store", _with_commit(full))
        body = {"code": served.entrance.claim.code, "name": "Anna", "password": PASSWORD}
        assert (await page.ask("POST", "/claim", json=body))[0] == 503
    await page.claim(served)


def _with_commit(commit: Any) -> Any:
    return type("Broken", (), {"commit": staticmethod(commit)})()


def test_a_code_is_readable_lives_a_day_and_is_good_once() -> None:
    now = 0.0
    claim = Claim(lambda: now)
    code = claim.code
    assert code
    assert len(code.replace("-", "")) == 10
    assert set(code.replace("-", "")) <= set(ALPHABET)
    assert not claim.take(claim.renew()[::-1] + "A")
    assert not claim.take(code), "the old one is worthless"
    now = LIFE_S
    assert claim.code is None
    assert not claim.take(code)
    fresh = claim.renew()
    assert claim.take(fresh)
    assert not claim.take(fresh)
    assert not claim.take("")


async def test_a_person_signs_in_and_out(served: Served, browse: Browse) -> None:
    await (await browse(served)).claim(served)
    page = await browse(served)
    assert (await page.ask("GET", "/session"))[1]["state"] == "signed_out"
    assert (await page.ask("GET", "/status"))[1]["type"] == "urn:drrouter:problem:signed-out"
    assert await page.sign_in("  ANNA ") == 200
    assert (await page.ask("GET", "/status"))[0] == 200
    assert (await page.ask("DELETE", "/session"))[0] == 204
    assert (await page.ask("GET", "/status"))[0] == 401
    assert list(page.session.cookie_jar) == []


async def test_a_wrong_password_and_an_unknown_name_are_told_the_same(served: Served, browse: Browse) -> None:
    await (await browse(served)).claim(served)
    page = await browse(served)
    answers = []
    for name in ("Anna", "Nobody"):
        body = {"name": name, "password": "wrong and long"}
        answers.append(await page.ask("POST", "/session", json=body))
    assert answers[0] == answers[1]
    assert answers[0][0] == 403
    assert list(page.session.cookie_jar) == []


async def test_an_unknown_name_costs_as_many_hashes_as_a_known_one(
    served: Served, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    await (await browse(served)).claim(served)
    page = await browse(served)
    passwords, checked = served.entrance.people._passwords, []
    verify = passwords._verify

    def counted(kept: str, given: str) -> bool:
        checked.append(kept[:30])
        return verify(kept, given)

    monkeypatch.setattr(passwords, "_verify", counted)
    for name in ("Anna", "Nobody"):
        await page.sign_in(name, "wrong and long")
    assert len(checked) == 2
    assert checked[0] == checked[1], "and of the same price"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "Anna"},
        {"password": PASSWORD},
        {"name": "Anna", "link": "x"},
        {"name": "Anna", "password": PASSWORD, "link": "x"},
        {"name": "Anna", "password": 5},
        {"name": "Anna", "password": "x" * 2000},
    ],
)
async def test_half_a_sign_in_is_refused(served: Served, browse: Browse, body: dict[str, Any]) -> None:
    status, problem = await (await browse(served)).ask("POST", "/session", json=body)
    assert status == 400
    assert PASSWORD not in problem["detail"]


async def test_trying_passwords_gets_slow_by_address_and_the_right_one_waits_too(
    serve: Serve, browse: Browse
) -> None:
    now = 0.0
    served = await serve(tries=Throttle(lambda: now))
    await (await browse(served)).claim(served)
    page = await browse(served)
    for number in range(FREE + 1):
        assert await page.sign_in(f"Nobody{number}", "wrong and long") == 403
    status, problem = await page.ask("POST", "/session", json={"name": "Anna", "password": PASSWORD})
    assert (status, problem["type"]) == (429, "urn:drrouter:problem:too-many-tries")
    body = {"code": "x", "name": "Eve", "password": PASSWORD}
    assert (await page.ask("POST", "/session", json={"link": "x"}))[0] == 429
    assert (await page.ask("POST", "/claim", json=body))[0] == 409
    now = 2.0
    assert await page.sign_in("Anna") == 200


async def test_a_program_with_an_old_token_keeps_nobody_from_signing_in(
    served: Served, browse: Browse
) -> None:
    page = await browse(served)
    await page.claim(served)
    for _ in range(FREE + 2):
        old = {"Authorization": "Bearer drr_old"}
        await served.ask("GET", "/status", headers=old)
    assert (await served.ask("GET", "/status", headers=old))[0] == 429
    assert await page.sign_in("Anna") == 200


async def test_trying_the_passwords_of_one_person_gets_slow_from_any_address(
    served: Served, browse: Browse
) -> None:
    await (await browse(served)).claim(served)
    page = await browse(served)
    for _ in range(FREE + 1):
        served.entrance.tries.right("127.0.0.1")  # as if another address tried
        assert await page.sign_in("Anna", "wrong and long") == 403
    served.entrance.tries.right("127.0.0.1")
    assert await page.sign_in("ANNA") == 429
    served.entrance.names.right("anna")
    assert await page.sign_in("Anna") == 200


async def test_another_spelling_of_the_same_name_gives_no_further_tries(
    served: Served, browse: Browse
) -> None:
    await (await browse(served)).claim(served)
    page = await browse(served)
    spellings = ("Anna", " anna", "anna  ", "ＡＮＮＡ", "ａnna", "\u00a0Anna", "anna" + 90 * " ")
    for spelling in spellings[: FREE + 1]:
        served.entrance.tries.right("127.0.0.1")  # as if another address tried
        assert await page.sign_in(spelling, "wrong and long") == 403
    served.entrance.tries.right("127.0.0.1")
    assert await page.sign_in(spellings[-1], "wrong and long") == 429


async def test_many_tries_at_once_are_not_looked_at_together(serve: Serve, browse: Browse) -> None:
    served = await serve(tries=Throttle(lambda: 0.0))
    await (await browse(served)).claim(served)
    page = await browse(served)
    answers = await asyncio.gather(*(page.sign_in("Anna", "wrong and long") for _ in range(20)))
    assert answers.count(403) == FREE + 1
    assert answers.count(429) == 20 - FREE - 1


async def test_more_sign_ins_at_once_than_fit_are_told_to_come_again(served: Served) -> None:
    passwords = served.entrance.people._passwords
    passwords._waiting = 16
    status, problem = await served.ask("POST", "/session", json={"name": "Anna", "password": PASSWORD})
    assert (status, problem["title"]) == (503, "Busy")


async def test_people_and_their_sessions_survive_a_restart_and_no_secret_is_kept(
    served: Served, browse: Browse
) -> None:
    page = await browse(served)
    await page.claim(served)
    store = served.tokens._store
    kept = json.dumps(await store.load(Collection.SETTINGS))
    assert PASSWORD not in kept
    assert page.cookie.value not in kept
    assert "$argon2id$" in kept
    again = await Entrance.open(store, served.clock, Inline())
    assert again.people.are_claimed
    assert await again.people.check("anna", PASSWORD)
    session = again.sessions.find(page.cookie.value)
    assert session
    assert session.who.role is Role.OWNER


async def test_a_token_has_no_cookie_and_needs_no_mark(served: Served) -> None:
    status, door = await served.ask("GET", "/session", Role.GUEST)
    assert status == 200
    assert (door["state"], door["role"], door["csrf"]) == ("signed_in", "guest", None)
    assert (await served.ask("DELETE", "/session", Role.GUEST))[0] == 204
    assert (await served.ask("GET", "/session", Role.APPLIANCE))[0] == 403


def test_whoever_is_tried_on_never_waits_long() -> None:
    names = Throttle(lambda: 0.0, longest_s=30.0)
    for _ in range(100):
        names.wrong("anna")
    assert names.wait_s("anna") == 30.0
