"""An owner lets people in and out; a link lets a phone in once; settings follow people (S2, S3)."""

from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from drrouter.adapters.api import Entrance, Role
from drrouter.adapters.api import people as people_room
from drrouter.adapters.api.language import asked_for
from drrouter.adapters.api.links import MOST_LINKS, Invitation, Links
from drrouter.adapters.api.people import People
from drrouter.adapters.api.preferences import PreferenceBook, Preferences
from drrouter.errors import StoreError
from drrouter.ports import Change, Collection, Put
from tests.adapters.api.conftest import PASSWORD, Browse, Browser, Served
from tests.adapters.store.builders import Inline

OTHER = "another horse"


async def _person(served: Served, browse: Browse, name: str, role: str) -> Browser:
    """Somebody of that role, signed in by a password."""
    body = {"name": name, "role": role, "password": PASSWORD}
    assert (await served.ask("POST", "/people", json=body))[0] == 200
    page = await browse(served)
    assert await page.sign_in(name) == 200
    return page


def _secret(url: str) -> str:
    return urlsplit(url).fragment.removeprefix("link=")


async def test_an_owner_lets_people_in_and_each_may_do_what_the_role_may(
    served: Served, browse: Browse
) -> None:
    owner = await browse(served)
    await owner.claim(served)
    body = {"name": "Ben", "role": "guest", "password": PASSWORD}
    status, person = await owner.ask("POST", "/people", json=body)
    assert (status, person["name"], person["role"]) == (200, "Ben", "guest")
    ben = await browse(served)
    assert await ben.sign_in("ben") == 200
    assert (await ben.ask("GET", "/status"))[0] == 200
    assert (await ben.ask("POST", "/devices/washer/override", json={"mode": "on", "minutes": 5}))[0] == 403
    assert (await ben.ask("GET", "/people"))[0] == 403
    _, listed = await owner.ask("GET", "/people")
    assert [(one["name"], one["role"]) for one in listed] == [("Anna", "owner"), ("Ben", "guest")]
    assert "hash" not in listed[0]


async def test_what_a_person_does_is_done_in_the_persons_name(served: Served, browse: Browse) -> None:
    ben = await _person(served, browse, "Ben", "resident")
    await ben.ask("POST", "/devices/washer/override", json={"mode": "on", "minutes": 5})
    (made,) = served.router.overrides.values()
    assert made.by == "Ben"


async def test_only_an_owner_sees_and_ends_the_sessions_of_others(served: Served, browse: Browse) -> None:
    owner = await browse(served)
    await owner.claim(served)
    ben, elsewhere = await _person(served, browse, "Ben", "resident"), await browse(served)
    await elsewhere.sign_in("ben")
    _, theirs = await ben.ask("GET", "/sessions")
    assert [one["name"] for one in theirs] == ["Ben", "Ben"]
    _, everybodys = await owner.ask("GET", "/sessions")
    assert sorted(one["name"] for one in everybodys) == ["Anna", "Ben", "Ben"]
    annas = next(one["id"] for one in everybodys if one["name"] == "Anna")
    assert (await ben.ask("DELETE", f"/sessions/{annas}"))[0] == 403
    for one in theirs:
        assert (await owner.ask("DELETE", f"/sessions/{one['id']}"))[0] == 204
    assert (await ben.ask("GET", "/status"))[0] == (await elsewhere.ask("GET", "/status"))[0] == 401


async def test_a_session_that_ends_while_it_is_used_stays_ended(served: Served, browse: Browse) -> None:
    page = await browse(served)
    await page.claim(served)
    secret = page.cookie.value
    await page.ask("DELETE", "/session")
    await served.entrance.sessions.used(secret)
    assert served.entrance.sessions.find(secret) is None


async def test_somebody_who_is_sent_away_is_out_at_once_with_every_link(
    served: Served, browse: Browse
) -> None:
    await (await browse(served)).claim(served)
    ben = await _person(served, browse, "Ben", "resident")
    await ben.ask("PUT", "/settings", json={"theme": "dark"})
    _, link = await ben.ask("POST", "/links", json={})
    assert (await served.ask("DELETE", "/people/BEN"))[0] == 204
    assert (await ben.ask("GET", "/status"))[0] == 401
    assert (await ben.ask("POST", "/session", json={"link": _secret(link["url"])}))[0] == 403
    assert await ben.sign_in("Ben") == 403
    assert (await served.ask("DELETE", "/people/Ben"))[0] == 404
    kept = await served.tokens._store.load(Collection.SETTINGS)
    assert not any("ben" in key for key in kept)


async def test_the_last_owner_stays(served: Served, browse: Browse) -> None:
    owner = await browse(served)
    await owner.claim(served)
    status, problem = await owner.ask("DELETE", "/people/Anna")
    assert (status, problem["type"]) == (409, "urn:drrouter:problem:last-owner")
    await owner.ask("POST", "/people", json={"name": "Ben", "role": "owner", "password": PASSWORD})
    assert (await owner.ask("DELETE", "/people/Anna"))[0] == 204
    assert (await served.ask("DELETE", "/people/Ben"))[0] == 409


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"name": "ANNA "}, 409),
        ({"name": "Owner"}, 400),
        ({"name": "resident Anna"}, 400),
        ({"name": "vacation"}, 400),
        ({"name": "Ａｎｎａ"}, 409),
        ({"role": "appliance"}, 400),
        ({"role": "visitor"}, 400),
        ({"role": "king"}, 400),
        ({"password": "Ben"}, 400),
        ({"name": "<script>alert(1)</script>"}, 400),
        ({"name": "\u202eneB"}, 400),
        ({"admin": True}, 400),
    ],
)
async def test_an_impossible_person_is_not_let_in(
    served: Served, browse: Browse, change: dict[str, Any], status: int
) -> None:
    await (await browse(served)).claim(served)
    body = {"name": "Ben", "role": "guest", "password": PASSWORD} | change
    assert (await served.ask("POST", "/people", json=body))[0] == status
    assert len(served.entrance.people.views()) == 1


async def test_there_is_room_for_so_many_people(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_room, "MOST_PEOPLE", 1)
    for status, name in ((200, "Ben"), (409, "Cleo")):
        body = {"name": name, "role": "guest", "password": PASSWORD}
        assert (await served.ask("POST", "/people", json=body))[0] == status


async def test_everybody_changes_the_own_password_by_showing_the_present_one(
    served: Served, browse: Browse
) -> None:
    ben, elsewhere = await _person(served, browse, "Ben", "guest"), await browse(served)
    await elsewhere.sign_in("Ben")
    for body in ({"password": OTHER}, {"password": OTHER, "current": "wrong and long"}):
        assert (await ben.ask("PUT", "/people/Ben/password", json=body))[0] == 403
    assert (await ben.ask("PUT", "/people/Ben/password", json={"password": "x", "current": PASSWORD}))[
        0
    ] == 400
    body = {"password": OTHER, "current": PASSWORD}
    assert (await ben.ask("PUT", "/people/ben/password", json=body))[0] == 204
    assert (await ben.ask("GET", "/status"))[0] == 200
    assert (await elsewhere.ask("GET", "/status"))[0] == 401, "signed out elsewhere"
    assert await elsewhere.sign_in("Ben") == 403
    assert await elsewhere.sign_in("Ben", OTHER) == 200


async def test_another_password_makes_the_links_of_before_worthless(served: Served, browse: Browse) -> None:
    """Who stole a session, and made a link by it, is out once the password is changed for that reason."""
    ben = await _person(served, browse, "Ben", "resident")
    _, link = await ben.ask("POST", "/links", json={"minutes": 60})
    body = {"password": OTHER, "current": PASSWORD}
    assert (await ben.ask("PUT", "/people/Ben/password", json=body))[0] == 204
    thief = await browse(served)
    assert (await thief.ask("POST", "/session", json={"link": _secret(link["url"])}))[0] == 403


@pytest.mark.parametrize("change", ["removed", "another password"])
@pytest.mark.parametrize("way", ["password", "link"])
async def test_who_signs_in_while_being_sent_away_is_not_in(
    served: Served, browse: Browse, monkeypatch: pytest.MonkeyPatch, change: str, way: str
) -> None:
    ben, page = await _person(served, browse, "Ben", "resident"), await browse(served)
    _, link = await ben.ask("POST", "/links", json={})
    entrance, commit = served.entrance, served.entrance.sessions._store.commit

    async def meanwhile(*changes: Change) -> None:
        monkeypatch.undo()
        if change == "removed":
            await entrance.send_away("Ben")
        else:
            await entrance.give_password("Ben", OTHER, None)
        await commit(*changes)

    monkeypatch.setattr(entrance.sessions, "_store", type("Slow", (), {"commit": staticmethod(meanwhile)})())
    if way == "password":
        assert await page.sign_in("Ben") == 403
    else:
        assert (await page.ask("POST", "/session", json={"link": _secret(link["url"])}))[0] == 403
    assert entrance.sessions.views() == ()
    assert (await page.ask("GET", "/status"))[0] == 401


async def test_a_session_of_somebody_who_is_here_no_more_opens_nothing(
    served: Served, browse: Browse
) -> None:
    """As after a crash between forgetting the person and forgetting the sessions."""
    ben = await _person(served, browse, "Ben", "resident")
    await served.entrance.people.remove("Ben")
    assert (await ben.ask("GET", "/status"))[0] == 401
    body = {"name": "Ben", "role": "guest", "password": PASSWORD}
    await served.ask("POST", "/people", json=body)
    assert (await ben.ask("GET", "/status"))[0] == 401, "a guest of the same name is somebody else"


async def test_only_an_owner_changes_the_passwords_of_others(served: Served, browse: Browse) -> None:
    ben = await _person(served, browse, "Ben", "resident")
    for name in ("Anna", "Nobody"):
        body = {"password": OTHER, "current": PASSWORD}
        assert (await ben.ask("PUT", f"/people/{name}/password", json=body))[0] == 403
    assert (await served.ask("PUT", "/people/Ben/password", json={"password": OTHER}))[0] == 204
    assert (await ben.ask("GET", "/status"))[0] == 401
    assert (await served.ask("PUT", "/people/Nobody/password", json={"password": OTHER}))[0] == 404
    assert await ben.sign_in("Ben", OTHER) == 200


async def test_a_link_signs_a_phone_in_once_as_the_person_who_made_it(served: Served, browse: Browse) -> None:
    desk, phone, thief = await browse(served), await browse(served), await browse(served)
    await desk.claim(served)
    _, link = await desk.ask("POST", "/links", json={})
    assert link["url"].startswith(f"{served.api.url}/#link=")
    assert link["minutes"] == 10
    picture = ElementTree.fromstring(link["svg"])
    assert picture.attrib["viewBox"]
    assert "style" not in link["svg"]
    status, door = await phone.ask("POST", "/session", json={"link": _secret(link["url"])})
    assert (status, door["name"], door["role"]) == (200, "Anna", "owner")
    assert (await phone.ask("GET", "/people"))[0] == 200
    status, problem = await thief.ask("POST", "/session", json={"link": _secret(link["url"])})
    assert (status, problem["type"]) == (403, "urn:drrouter:problem:link-used")
    await served.ask("POST", "/people", json={"name": "Ben", "role": "owner", "password": PASSWORD})
    await served.ask("DELETE", "/people/Anna")
    assert (await phone.ask("GET", "/status"))[0] == 401, "the phone was hers"


async def test_nobody_lends_more_than_the_own_role(served: Served, browse: Browse) -> None:
    ben = await _person(served, browse, "Ben", "resident")
    assert (await ben.ask("POST", "/links", json={"role": "owner"}))[0] == 403
    assert (await ben.ask("POST", "/links", json={"role": "appliance"}))[0] == 400
    _, link = await ben.ask("POST", "/links", json={"role": "guest", "minutes": 1})
    phone = await browse(served)
    _, door = await phone.ask("POST", "/session", json={"link": _secret(link["url"])})
    assert (door["name"], door["role"]) == ("guest", "guest")
    assert (await phone.ask("POST", "/links", json={}))[0] == 403


async def test_a_link_leads_to_the_page_from_which_it_was_made(served: Served, browse: Browse) -> None:
    desk = await browse(served)
    await desk.claim(served)
    base = f"https://{served.host}/app/drrouter/?x=1#settings"
    _, link = await desk.ask("POST", "/links", json={"base": base})
    assert link["url"].startswith(f"https://{served.host}/app/drrouter/#link=")
    for wrong in ("http://evil.example/", "javascript://x", f"ftp://{served.host}/", "http://[", "//x"):
        assert (await desk.ask("POST", "/links", json={"base": wrong}))[0] == 400, wrong


def test_links_are_few_and_do_not_last() -> None:
    now = 0.0
    links = Links(lambda: now)
    ours = Invitation("Anna", Role.OWNER, person=True, lender="Anna")
    first = links.make(ours)
    others = [links.make(ours, minutes=1) for _ in range(MOST_LINKS)]
    assert links.take(first) is None
    assert links.take(others[0]) == ours
    now = 60.0
    assert links.take(others[1]) is None


async def test_a_session_by_a_token_owners_link_is_nobody_with_a_password(
    served: Served, browse: Browse
) -> None:
    """The way of the demo: its owner's token makes the link that the newcomer clicks."""
    _, link = await served.ask("POST", "/links", json={"minutes": 60})
    page = await browse(served)
    _, door = await page.ask("POST", "/session", json={"link": _secret(link["url"])})
    assert (door["state"], door["role"]) == ("signed_in", "owner")
    assert page.cookie["max-age"] == "", "the browser forgets it, for the next demo has another port"
    assert not served.entrance.people.are_claimed
    body = {"name": "Anna", "role": "owner", "password": PASSWORD}
    assert (await page.ask("POST", "/people", json=body))[0] == 200
    assert served.entrance.people.are_claimed


async def test_who_came_by_the_link_of_a_token_is_out_when_it_is_revoked(
    served: Served, browse: Browse
) -> None:
    _, issued = await served.ask("POST", "/tokens", json={"role": "owner", "label": "lent"})
    headers = {"Authorization": f"Bearer {issued['secret']}"}
    links = [(await served.ask("POST", "/links", headers=headers, json={}))[1]["url"] for _ in range(2)]
    page, late = await browse(served), await browse(served)
    assert (await page.ask("POST", "/session", json={"link": _secret(links[0])}))[0] == 200
    assert (await page.ask("GET", "/status"))[0] == 200
    assert (await served.ask("DELETE", f"/tokens/{issued['token']['id']}"))[0] == 204
    assert (await page.ask("GET", "/status"))[0] == 401
    assert (await late.ask("POST", "/session", json={"link": _secret(links[1])}))[0] == 403


async def test_the_owners_token_shows_the_claim_again_and_renews_it(served: Served, browse: Browse) -> None:
    _, shown = await served.ask("GET", "/claim")
    assert shown == {
        "code": served.entrance.claim.code,
        "url": f"{served.api.url}/#claim={served.entrance.claim.code}",
    }
    _, renewed = await served.ask("POST", "/claim/renewal")
    assert renewed["code"] != shown["code"]
    page = await browse(served)
    body = {"code": shown["code"], "name": "Anna", "password": PASSWORD}
    assert (await page.ask("POST", "/claim", json=body))[0] == 403
    await page.claim(served)
    for method, path in (("GET", "/claim"), ("POST", "/claim/renewal")):
        assert (await served.ask(method, path))[0] == 409


async def test_settings_follow_the_person_to_every_screen_and_over_a_restart(
    served: Served, browse: Browse
) -> None:
    desk, phone = await browse(served), await browse(served)
    await desk.claim(served)
    await phone.sign_in("Anna")
    ben = await _person(served, browse, "Ben", "guest")
    assert await desk.ask("GET", "/settings") == (200, {"language": "auto", "theme": "auto"})
    assert (await desk.ask("PUT", "/settings", json={"language": "fr"}))[1]["language"] == "fr"
    whole = (200, {"language": "fr", "theme": "dark"})
    assert await desk.ask("PUT", "/settings", json={"theme": "dark"}) == whole
    assert await phone.ask("GET", "/settings") == whole
    assert (await phone.ask("GET", "/session", headers={"Accept-Language": "de"}))[1]["language"] == "fr"
    assert (await ben.ask("GET", "/session", headers={"Accept-Language": "de"}))[1]["language"] == "de"
    again = await Entrance.open(served.tokens._store, served.clock, Inline())
    assert again.preferences.of("anna") == Preferences(language="fr", theme="dark")


@pytest.mark.parametrize("body", [{"language": "xx"}, {"theme": 5}, {"other": 1}, {"language": None}])
async def test_a_setting_that_there_is_not_is_refused(served: Served, body: dict[str, Any]) -> None:
    assert (await served.ask("PUT", "/settings", json=body))[0] == 400


async def test_settings_of_another_version_are_read_as_far_as_they_are_understood(served: Served) -> None:
    store = served.tokens._store
    await store.commit(
        Put(Collection.SETTINGS, "screens.anna", {"language": "xx", "theme": "dark", "new": 1}),
        Put(Collection.SETTINGS, "screens.ben", "nonsense"),
    )
    book = await PreferenceBook.open(store)
    assert book.of("Anna") == Preferences(theme="dark")
    assert book.of("Ben") == Preferences()


@pytest.mark.parametrize(
    "value",
    [
        {"hash": 5},
        {"person": {"name": "x", "role": "visitor", "created_at": "2026-06-01T12:00:00Z"}, "hash": ""},
    ],
)
async def test_a_broken_person_in_the_store_is_a_sentence(served: Served, value: Any) -> None:
    store = served.tokens._store
    await store.commit(Put(Collection.SETTINGS, "person.x", value))
    with pytest.raises(StoreError, match="a person"):
        await People.open(store, served.clock, served.entrance.people._passwords)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("it, fr-CH;q=0.5, nl;q=0.7", "nl"),
        ("de;q=0, fr;q=0.1", "fr"),
        ("es", "en"),
        ("*", "en"),
        ("DE", "de"),
        ("de;q=nonsense, nl", "nl"),
        ("x" * 100_000, "en"),
        ("\u202e,;;q=,=;de", "en"),
        (",".join(["es"] * 30 + ["de"]), "en"),
    ],
)
def test_the_language_is_the_first_of_ours_that_the_browser_asks_for(accepted: str, language: str) -> None:
    assert asked_for(accepted) == language
