"""Who sees and writes what: roles, targets, and one home's things hidden from the other."""

from typing import Any

import pytest

from drrouter.adapters.vtn import ClientCredential, Role
from tests.adapters.vtn.world import BL, HOME, Client, Webhook, running

BL_ONLY: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/programs", {"programName": "x"}),
    ("PUT", "/programs/{program}", {"programName": "x"}),
    ("DELETE", "/programs/{program}", {}),
    ("POST", "/events", {"programID": "x"}),
    ("PUT", "/events/{event}", {"programID": "x"}),
    ("DELETE", "/events/{event}", {}),
]
VEN_ONLY: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/reports", {"eventID": "x", "clientName": "c", "resources": []}),
    ("PUT", "/reports/{report}", {"eventID": "x", "clientName": "c", "resources": []}),
    ("DELETE", "/reports/{report}", {}),
]


async def _grant(bl: Client, ven: dict[str, Any], *targets: str) -> None:
    body = {"objectType": "BL_VEN_REQUEST", "clientID": ven["clientID"], "venName": ven["venName"]}
    answer = await bl.ask("PUT", f"/vens/{ven['id']}", {**body, "targets": list(targets)})
    assert answer.status == 200, answer.body


@pytest.mark.parametrize(("method", "path", "body"), BL_ONLY)
async def test_a_ven_does_not_write_what_is_the_providers(
    home: Client, bl: Client, method: str, path: str, body: dict[str, Any]
) -> None:
    program = await bl.program()
    event = await bl.event(program)
    answer = await home.ask(method, path.format(program=program["id"], event=event["id"]), body)
    assert (answer.status, answer.body["title"]) == (403, "Forbidden")


@pytest.mark.parametrize(("method", "path", "body"), VEN_ONLY)
async def test_business_logic_reads_reports_and_does_not_write_them(
    home: Client, bl: Client, method: str, path: str, body: dict[str, Any]
) -> None:
    event = await bl.event(await bl.program())
    report = await home.make("/reports", eventID=event["id"], clientName="c", resources=[])
    assert await bl.all("/reports") == [report]
    assert (await bl.ask(method, path.format(report=report["id"]), body)).status == 403


async def test_a_ven_sees_what_has_no_targets_and_what_it_was_granted(home: Client, bl: Client) -> None:
    program = await bl.program()
    public, mine, theirs = [
        await bl.event(program, targets=targets) for targets in (None, ["north", "secret"], ["south"])
    ]
    ven = await home.enrol("home-1")
    assert await home.all("/events") == [public]
    await _grant(bl, ven, "north", "west")
    shown = {**mine, "targets": ["north"]}
    assert await home.all("/events") == [public, shown]
    assert await home.all("/events?targets=north") == [shown]
    assert await home.all("/events?targets=secret") == []
    assert await home.all("/events?targets=west") == []
    assert (await home.ask("GET", f"/events/{mine['id']}")).body == shown
    assert (await home.ask("GET", f"/events/{theirs['id']}")).status == 404
    assert await bl.all("/events") == [public, mine, theirs]


async def test_a_lost_grant_hides_the_events_again(home: Client, bl: Client) -> None:
    event = await bl.event(await bl.program(), targets=["north"])
    ven = await home.enrol("home-1")
    await _grant(bl, ven, "north")
    assert len(await home.all("/events")) == 1
    await _grant(bl, ven)
    assert await home.all("/events") == []
    assert (await home.ask("GET", f"/events/{event['id']}")).status == 404


async def test_targets_of_a_resource_grant_its_ven(home: Client, bl: Client) -> None:
    program = await bl.program(targets=["chargers"])
    ven = await home.enrol("home-1")
    assert await home.all("/programs") == []
    body = {"objectType": "BL_RESOURCE_REQUEST", "resourceName": "ev", "venID": ven["id"]}
    await bl.make("/resources", **body, targets=["chargers"])
    assert await home.all("/programs") == [program]


async def test_a_ven_keeps_its_targets_when_it_writes_itself(home: Client, bl: Client) -> None:
    ven = await home.enrol("home-1")
    await _grant(bl, ven, "north")
    resource = await home.make("/resources", objectType="VEN_RESOURCE_REQUEST", resourceName="ev")
    moved = {"objectType": "BL_RESOURCE_REQUEST", "resourceName": "ev", "venID": ven["id"], "targets": ["x"]}
    await bl.ask("PUT", f"/resources/{resource['id']}", moved)
    renamed = await home.ask(
        "PUT", f"/vens/{ven['id']}", {"objectType": "VEN_VEN_REQUEST", "venName": "home-9"}
    )
    assert (renamed.body["venName"], renamed.body["targets"]) == ("home-9", ["north"])
    body = {"objectType": "VEN_RESOURCE_REQUEST", "resourceName": "ev-2"}
    kept = await home.ask("PUT", f"/resources/{resource['id']}", body)
    assert (kept.body["resourceName"], kept.body["targets"]) == ("ev-2", ["x"])


@pytest.mark.parametrize("path", ["/vens", "/resources"])
@pytest.mark.parametrize(
    "extra", [{"targets": ["north"]}, {"targets": []}, {"objectType": "BL_VEN_REQUEST", "clientID": "other"}]
)
async def test_a_ven_writes_neither_targets_nor_as_business_logic(
    home: Client, path: str, extra: dict[str, Any]
) -> None:
    kind = "VEN" if path == "/vens" else "RESOURCE"
    body = {"objectType": f"VEN_{kind}_REQUEST", f"{kind.lower()}Name": "x", **extra}
    assert (await home.ask("POST", path, body)).status == 403


async def test_one_home_does_not_see_or_touch_the_others_things(
    home: Client, other: Client, bl: Client, hook: Webhook
) -> None:
    event = await bl.event(await bl.program())
    ven = await home.enrol("home-1")
    await other.enrol("home-2")
    resource = await home.make("/resources", objectType="VEN_RESOURCE_REQUEST", resourceName="ev")
    report = await home.make("/reports", eventID=event["id"], clientName="home-1", resources=[])
    subscription = await home.subscribe(hook)
    bodies: dict[str, dict[str, Any]] = {
        f"/vens/{ven['id']}": {"objectType": "VEN_VEN_REQUEST", "venName": "mine now"},
        f"/resources/{resource['id']}": {"objectType": "VEN_RESOURCE_REQUEST", "resourceName": "mine now"},
        f"/reports/{report['id']}": {"eventID": event["id"], "clientName": "x", "resources": []},
        f"/subscriptions/{subscription['id']}": subscription,
    }
    for path, body in bodies.items():
        absent = await other.ask("GET", path.rsplit("/", 1)[0] + "/none")
        for method in ("GET", "PUT", "DELETE"):
            answer = await other.ask(method, path, body if method == "PUT" else None)
            assert (answer.status, answer.body) == (404, absent.body)
        assert await other.all(path.rsplit("/", 1)[0]) == [
            found for found in await other.all(path.rsplit("/", 1)[0]) if found["clientID"] == "other"
        ]
        assert (await home.ask("GET", path)).status == 200
    named = {"objectType": "VEN_RESOURCE_REQUEST", "resourceName": "x", "venID": ven["id"]}
    assert (await other.ask("POST", "/resources", named)).status == 403


async def test_business_logic_reads_subscriptions_without_their_tokens_and_leaves_them(
    home: Client, bl: Client, hook: Webhook
) -> None:
    subscription = await home.subscribe(hook)
    assert subscription["objectOperations"][0]["bearerToken"] == hook.token
    [seen] = await bl.all("/subscriptions")
    assert "bearerToken" not in seen["objectOperations"][0]
    path = f"/subscriptions/{subscription['id']}"
    assert hook.token not in str((await bl.ask("GET", path)).body)
    assert (await bl.ask("DELETE", path)).status == 403
    assert (await bl.ask("PUT", path, seen)).status == 403


async def test_a_client_enrols_under_its_own_name_and_always_has_the_targets_of_its_file() -> None:
    named = ClientCredential("home", "s", Role.VEN, ven_name="home-17", targets=("north",))
    async with running(clients=(BL, named)) as vtn:
        bl, home = await vtn.client(BL), await vtn.client(named)
        wrong = {"objectType": "VEN_VEN_REQUEST", "venName": "home-18"}
        assert (await home.ask("POST", "/vens", wrong)).status == 403
        event = await bl.event(await bl.program(), targets=["north"])
        assert await home.all("/events") == []
        ven = await home.enrol("home-17")
        assert ven["targets"] == ["north"]
        assert await home.all("/events") == [event]
        await _grant(bl, ven, "west")
        assert (await home.all("/vens"))[0]["targets"] == ["north", "west"]
        await home.ask("DELETE", f"/vens/{ven['id']}")
        assert (await home.enrol("home-17"))["targets"] == ["north"]


async def test_a_strict_vtn_shows_targets_only_to_who_names_them() -> None:
    given = ClientCredential("home", "s", Role.VEN, targets=("north",))
    async with running(clients=(BL, given), targets_must_be_asked=True) as vtn:
        bl, home = await vtn.client(BL), await vtn.client(given)
        await home.enrol("home-1")
        program = await bl.program()
        public, mine = await bl.event(program), await bl.event(program, targets=["north"])
        hidden = await bl.event(program, targets=["south"])
        assert await home.all("/events") == [public]
        assert await home.all("/events?targets=north") == [mine]
        assert await home.all("/events?targets=south") == []
        assert (await home.ask("GET", f"/events/{mine['id']}")).status == 200
        assert (await home.ask("GET", f"/events/{public['id']}")).status == 200
        assert (await home.ask("GET", f"/events/{hidden['id']}")).status == 404


async def test_a_narrowed_token_opens_less() -> None:
    async with running() as vtn:
        reader = await vtn.client(HOME, scope="read_targets write_events")
        assert await reader.all("/events") == []
        for path in ("/vens", "/reports"):
            assert (await reader.ask("GET", path)).status == 403
        assert (await reader.ask("POST", "/events", {"programID": "x"})).status == 403
