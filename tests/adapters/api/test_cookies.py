"""Cookies are closed to scripts and other sites, and no page but the panel changes anything by them (S3)."""

from datetime import timedelta

import pytest
from yarl import URL

from drrouter.adapters.api.roles import Role
from drrouter.adapters.api.sessions import IDLE, LONGEST, MOST_OF_ONE, MOST_SESSIONS, Sessions
from drrouter.errors import StoreError
from drrouter.ports import Collection, Put
from tests.adapters.api.conftest import Browse, Serve, Served

OVERRIDE = "/devices/washer/override"
ON = {"mode": "on", "minutes": 5}


async def test_the_cookie_is_for_the_api_alone_and_closed_to_scripts_and_other_sites(
    served: Served, browse: Browse
) -> None:
    page = await browse(served)
    await page.claim(served)
    cookie = page.cookie
    assert cookie.key == f"drrouter-{URL(page.url).port}"
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Strict"
    assert cookie["path"] == "/api/v1", "the browser's default for where it came from"
    assert not cookie["secure"]
    assert int(cookie["max-age"]) == LONGEST.total_seconds()


async def test_behind_a_proxy_with_tls_the_cookie_is_for_tls_alone(served: Served, browse: Browse) -> None:
    page = await browse(served)
    body = {"code": served.entrance.claim.code, "name": "Anna", "password": "horse battery"}
    headers = {"X-Forwarded-Proto": "https"}
    await page.ask("POST", "/claim", headers=headers, json=body)
    assert page.cookie["secure"] is True


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": ""}, 200),
        ({"Origin": ""}, 200),
        ({"Origin": "", "Sec-Fetch-Site": ""}, 403),
        ({"Origin": "", "Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "", "Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"X-CSRF": ""}, 403),
        ({"X-CSRF": "0" * 64}, 403),
        ({"X-CSRF": "ß"}, 403),
        ({"Host": "evil.example", "Origin": "http://evil.example"}, 403),
    ],
)
async def test_a_change_by_cookie_needs_our_own_page_and_the_sessions_mark(
    served: Served, browse: Browse, headers: dict[str, str], status: int
) -> None:
    page = await browse(served)
    await page.claim(served)
    assert (await page.ask("POST", OVERRIDE, headers=headers, json=ON))[0] == status
    assert bool(served.router.overrides) == (status == 200)


async def test_signing_out_needs_the_mark_too(served: Served, browse: Browse) -> None:
    page = await browse(served)
    await page.claim(served)
    assert (await page.ask("DELETE", "/session", headers={"X-CSRF": "x"}))[0] == 403
    assert (await page.ask("GET", "/status"))[0] == 200


async def test_a_foreign_page_signs_nobody_in(served: Served, browse: Browse) -> None:
    await (await browse(served)).claim(served)
    page = await browse(served)
    body = {"name": "Anna", "password": "horse battery"}
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert (await page.ask("POST", "/session", headers=headers, json=body))[0] == 403


async def test_under_a_name_that_others_can_point_here_no_browser_is_served(
    served: Served, browse: Browse
) -> None:
    page = await browse(served)
    await page.claim(served)
    for path in ("/status", "/session"):
        status, problem = await page.ask("GET", path, headers={"Host": "evil.example"})
        assert status == 421
        assert "api.names" in problem["detail"]
    assert (await page.ask("GET", "/status", headers={"Host": "LOCALHOST:1"}))[0] == 200
    assert await served.raw("GET", "/", host="evil.example") == 421
    assert await served.raw("GET", "/", host="[::1") in (400, 421)
    assert await served.raw("GET", "/", host="[::1]:80") == 200
    assert (await served.ask("GET", "/status", headers={"Host": "evil.example"}))[0] == 200, (
        "a token is enough"
    )


async def test_the_names_of_the_home_file_are_the_routers_own(serve: Serve) -> None:
    served = await serve(own_names=("Router.Home",))
    assert await served.raw("GET", "/", host="router.home:8088") == 200


async def test_a_session_ends_when_it_is_not_used_and_at_last_whatever_happens(
    served: Served, browse: Browse
) -> None:
    page = await browse(served)
    await page.claim(served)
    for _ in range(7):
        await served.clock.advance(IDLE - timedelta(days=5))
        assert (await page.ask("GET", "/status"))[0] == 200
    await served.clock.advance(LONGEST - 7 * (IDLE - timedelta(days=5)) + timedelta(seconds=1))
    assert (await page.ask("GET", "/status"))[0] == 401
    assert await page.sign_in("Anna") == 200
    await served.clock.advance(IDLE + timedelta(seconds=1))
    assert (await page.ask("GET", "/status"))[0] == 401
    assert (await page.ask("GET", "/session"))[1]["state"] == "signed_out"


async def test_the_use_of_a_session_survives_a_restart_to_the_hour(served: Served, browse: Browse) -> None:
    page = await browse(served)
    await page.claim(served)
    store, secret = served.tokens._store, page.cookie.value
    for minutes, written in ((59, 0), (60, 60), (90, 60)):
        at = served.entrance.sessions.views()[0].created_at
        await served.clock.advance_to(at + timedelta(minutes=minutes))
        await page.ask("GET", "/status")
        session = (await Sessions.open(store, served.clock)).find(secret)
        assert session
        assert session.seen_at == at + timedelta(minutes=written)


async def test_a_full_disk_signs_nobody_out(
    served: Served, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await browse(served)
    await page.claim(served)

    async def full(*_: object) -> None:
        raise StoreError("The disk is full.")

    broken = type("Broken", (), {"commit": staticmethod(full)})()
    monkeypatch.setattr(served.entrance.sessions, "_store", broken)
    await served.clock.advance(timedelta(hours=2))
    assert (await page.ask("GET", "/status"))[0] == 200
    assert (await page.ask("DELETE", "/session"))[0] == 503
    assert (await page.ask("GET", "/status"))[0] == 401, "out at once all the same"


async def test_sessions_are_listed_and_can_be_ended(served: Served, browse: Browse) -> None:
    phone, desk = await browse(served), await browse(served)
    await phone.claim(served)
    await desk.sign_in("Anna")
    _, listed = await desk.ask("GET", "/sessions")
    assert [one["current"] for one in listed].count(True) == 1
    assert {one["name"] for one in listed} == {"Anna"}
    other = next(one["id"] for one in listed if not one["current"])
    assert (await desk.ask("DELETE", f"/sessions/{other}"))[0] == 204
    assert (await desk.ask("DELETE", f"/sessions/{other}"))[0] == 204
    assert (await phone.ask("GET", "/status"))[0] == 401
    assert (await desk.ask("GET", "/status"))[0] == 200


async def test_there_are_so_many_sessions_and_the_one_not_used_for_longest_gives_way(served: Served) -> None:
    sessions = served.entrance.sessions
    secrets = []
    for _ in range(MOST_OF_ONE + 1):
        secrets.append((await sessions.begin("Anna", Role.OWNER, person=True, about="\x1b[31mß"))[1])
        await served.clock.advance(timedelta(seconds=1))
    assert sessions.find(secrets[0]) is None
    assert all(map(sessions.find, secrets[1:]))
    assert sessions.views()[0].about == "[31m"
    for number in range(MOST_SESSIONS):
        await sessions.begin(f"P{number}", Role.GUEST, person=True, about="")
    assert len(sessions.views()) == MOST_SESSIONS
    assert not any(map(sessions.find, secrets))
    kept = await served.tokens._store.load(Collection.SETTINGS)
    assert sum(key.startswith("session.") for key in kept) == MOST_SESSIONS


async def test_what_is_no_session_in_the_store_is_a_sentence(served: Served) -> None:
    store = served.tokens._store
    await store.commit(Put(Collection.SETTINGS, "session.x", {"hash": 5}))
    with pytest.raises(StoreError, match="a session in the store"):
        await Sessions.open(store, served.clock)
