"""Nobody gets past the gate of the local API: walks, roles, strays, foreign pages (S1, S2)."""

import itertools
import re
from typing import Any

import pytest
from aiohttp import web
from yarl import URL

from drrouter.adapters.api import ROUTES, LocalApi, Role
from drrouter.adapters.api.route import Call, Route, Scope, route
from drrouter.adapters.api.setup_routes import SETUP_ROUTES
from drrouter.errors import InputError
from tests.adapters.api.conftest import TOKEN_ROLES, Serve, Served

PREFIX = "/api/v1"


def _concrete(row: Route) -> str:
    return re.sub(r"{\w+}", "washer", row.path)


def _disguises(path: str) -> list[str]:
    """The same path as it might slip through a gate that looks at paths."""
    return [
        PREFIX + path,
        "/" + PREFIX + path,
        PREFIX + "/%2e" + path,
        PREFIX + "/%252e%252e" + path,
        PREFIX + "/x/%2e%2e" + path,
        PREFIX + "/../v1" + path,
        PREFIX + path.replace("/", "//"),
        PREFIX + path.replace("/", "\\"),
        PREFIX + path.replace("/", "%5c"),
        PREFIX + path.replace("/", "%2f"),
        PREFIX + path + "/",
        PREFIX + path + "%00",
        PREFIX + path + ";.css",
        PREFIX.upper() + path,
    ]


async def test_without_a_token_every_route_in_every_disguise_is_closed(served: Served) -> None:
    methods = ("GET", "POST", "DELETE", "PUT", "HEAD", "OPTIONS")
    targets = {disguise for row in ROUTES for disguise in _disguises(_concrete(row))} | {"/favicon.ico"}
    open_here = {(row.method, PREFIX + row.path) for row in ROUTES if Role.VISITOR in row.roles}
    for method, target in itertools.product(methods, sorted(targets)):
        if (method, target) not in open_here:
            assert await served.raw(method, target) in (401, 404), (method, target)


def test_exactly_these_routes_are_open_to_those_who_have_not_signed_in() -> None:
    open_here = {(row.method, row.path) for row in ROUTES if Role.VISITOR in row.roles}
    assert open_here == {("GET", "/session"), ("POST", "/session"), ("POST", "/claim")}


@pytest.mark.parametrize(
    "header",
    ["Bearer wrong", "Bearer", "Basic b3duZXI6b3duZXI=", "bearer \xff", "Bearer " + "x" * 4000, "drr_x"],
)
async def test_a_wrong_authorization_is_unauthorized(served: Served, header: str) -> None:
    assert await served.raw("GET", f"{PREFIX}/status", f"Authorization: {header}\r\n") == 401


async def test_a_disguised_path_with_a_token_is_another_path_and_not_found(served: Served) -> None:
    bearer = f"Authorization: Bearer {served.secrets[Role.GUEST]}\r\n"
    for disguise in _disguises("/tokens")[1:]:
        assert await served.raw("GET", disguise, bearer) in (403, 404), disguise


ALLOWED = {
    Role.OWNER: {row.name for row in ROUTES},
    Role.RESIDENT: {row.name for row in ROUTES}
    - {"tokens", "issue_token", "revoke_token", "hand_over", "test_plug", "stop_plug_test", "permit_join"}
    - {"people", "add_person", "remove_person", "claim_code", "renew_claim", "bundle"}
    - {"leave_provider"}
    - {row.name for row in SETUP_ROUTES},
    Role.GUEST: {
        *("status", "plan", "why", "devices", "device", "events", "providers", "timeline"),
        *("journal", "ledger", "stream", "openapi"),
        *("session", "claim", "sign_in", "sign_out", "sessions", "end_session"),
        *("settings", "change_settings", "set_password"),
    },
    Role.APPLIANCE: {
        *("device", "options", "accept", "resources", "resource_changes"),
        *("resource", "put_resource", "remove_resource"),
    },
}


@pytest.mark.parametrize("role", TOKEN_ROLES)
async def test_a_role_reaches_its_routes_and_no_other(served: Served, role: Role) -> None:
    for row in ROUTES:
        url = served.api.url + PREFIX + _concrete(row)
        body: dict[str, Any] | None = {} if row.body else None
        async with served.session.request(row.method, url, headers=served.bearer(role), json=body) as answer:
            allowed = answer.status not in (401, 403)
            assert allowed == (row.name in ALLOWED[role]), (role, row.name, answer.status)


async def test_an_appliance_learns_nothing_of_another_device(served: Served) -> None:
    _, offered = await served.ask("POST", "/devices/freezer/options", json={})
    foreign = await served.ask("POST", f"/options/{offered[0]['token']}/accept", Role.APPLIANCE)
    absent = await served.ask("POST", "/options/nonsense/accept", Role.APPLIANCE)
    assert foreign == absent
    assert foreign[0] == 404
    for method, path in (("GET", "/devices/{}"), ("POST", "/devices/{}/options")):
        body: dict[str, Any] = {"json": {}} if method == "POST" else {}
        there = await served.ask(method, path.format("freezer"), Role.APPLIANCE, **body)
        nowhere = await served.ask(method, path.format("nobody"), Role.APPLIANCE, **body)
        assert there == nowhere
        assert there[0] == 404


async def test_an_appliance_asks_for_its_own_options_and_takes_one(served: Served) -> None:
    assert (await served.ask("GET", "/devices/washer", Role.APPLIANCE))[0] == 200
    _, offered = await served.ask("POST", "/devices/washer/options", Role.APPLIANCE, json={})
    assert (await served.ask("POST", f"/options/{offered[0]['token']}/accept", Role.APPLIANCE))[0] == 200


def test_a_route_that_does_not_say_who_may_use_it_cannot_be_made() -> None:
    async def handler(_call: Call) -> None:
        """Do nothing."""

    with pytest.raises(ValueError, match="does not say who may use it"):
        route("GET", "/open", frozenset())(handler)
    with pytest.raises(ValueError, match="lets an appliance reach every device"):
        route("GET", "/all", frozenset({Role.APPLIANCE}))(handler)
    assert route("GET", "/own", frozenset({Role.APPLIANCE}), scope=Scope.DEVICE)(handler).status == 204


async def test_a_route_beside_the_table_is_found_at_the_start(served: Served) -> None:
    async def stray(_request: web.Request) -> web.Response:
        return web.Response(text="secret")

    api = LocalApi(served.router, served.entrance, served.clock)
    app = api.make_app()
    app.router.add_get("/stray", stray)
    with pytest.raises(RuntimeError, match="stands beside the route table"):
        await web.AppRunner(app).setup()


async def test_a_route_beside_the_table_is_not_served_even_with_a_token(serve: Serve) -> None:
    served = await serve()

    async def stray(_request: web.Request) -> web.Response:
        return web.Response(text="secret")

    app = served.api.make_app()
    app.on_startup.clear()  # as if nobody had looked
    app.router.add_get("/stray", stray)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    async with served.session.get(f"http://127.0.0.1:{port}/stray", headers=served.bearer()) as answer:
        assert answer.status == 404
    await runner.cleanup()


async def test_the_wrong_method_is_named_to_those_who_may_know(served: Served) -> None:
    status, problem = await served.ask("PUT", "/devices/washer/override", json={})
    assert (status, problem["title"]) == (405, "Method not allowed")
    assert (await served.ask("GET", "/nothing"))[0] == 404


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"Origin": "{own}"}, True),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://["}, False),
        ({"Origin": "http://evil.example:80", "Host": "evil.example:80"}, False),
        ({"Origin": "http://localhost:1", "Host": "localhost:1"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-origin"}, True),
    ],
)
async def test_a_foreign_page_may_not_write(served: Served, headers: dict[str, str], allowed: bool) -> None:
    headers = {name: value.format(own=served.api.url) for name, value in headers.items()}
    body = {"mode": "on", "minutes": 5}
    status, _ = await served.ask("POST", "/devices/washer/override", headers=headers, json=body)
    assert status == (200 if allowed else 403)


@pytest.mark.parametrize(
    ("path", "status"), [("/status", 200), ("/nothing", 404), ("/devices/washer/wish", 405)]
)
async def test_every_answer_carries_the_safe_headers(served: Served, path: str, status: int) -> None:
    async with served.session.get(f"{served.api.url}{PREFIX}{path}", headers=served.bearer()) as answer:
        assert answer.status == status
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Server"] == "drrouter"
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_plain_text_is_served_on_loopback_alone(served: Served) -> None:
    with pytest.raises(InputError, match=r"plain HTTP on '0\.0\.0\.0' is not allowed"):
        LocalApi(served.router, served.entrance, served.clock, host="0.0.0.0")
    with pytest.raises(InputError, match="is not allowed"):
        LocalApi(served.router, served.entrance, served.clock, host="router.example")
    assert LocalApi(served.router, served.entrance, served.clock, host="::1").url == "http://[::1]:0"
    assert LocalApi(served.router, served.entrance, served.clock, host="localhost").url.startswith(
        "http://localhost"
    )


async def test_an_address_that_is_taken_is_a_sentence(served: Served) -> None:
    port = URL(served.api.url).port or 0
    with pytest.raises(InputError, match="cannot listen"):
        async with LocalApi(served.router, served.entrance, served.clock, port=port):
            pass
