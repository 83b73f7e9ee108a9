"""Nobody gets past the gate of the local API: walks, roles, hostile bodies, wrong tokens (S1, S2, S6)."""

import asyncio
import itertools
import json
import re
from typing import Any

import pytest
from aiohttp import web
from yarl import URL

from drrouter.adapters.api import ROUTES, LocalApi, Role
from drrouter.adapters.api.route import Call, Route, Scope, route
from drrouter.adapters.api.throttle import FREE, Throttle
from drrouter.errors import InputError
from drrouter.ports import Collection
from tests.adapters.api.conftest import Serve, Served

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


async def _raw(served: Served, method: str, target: str, headers: str = "") -> int:
    """Send exactly this request line; the status of the answer."""
    url = URL(served.api.url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(f"{method} {target} HTTP/1.1\r\nHost: x\r\n{headers}Connection: close\r\n\r\n".encode())
    line = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return int(line.split()[1])


async def test_without_a_token_every_route_in_every_disguise_is_closed(served: Served) -> None:
    methods = ("GET", "POST", "DELETE", "PUT", "HEAD", "OPTIONS")
    targets = {disguise for row in ROUTES for disguise in _disguises(_concrete(row))} | {
        "/",
        "/favicon.ico",
    }
    for method, target in itertools.product(methods, sorted(targets)):
        assert await _raw(served, method, target) in (401, 404), (method, target)


@pytest.mark.parametrize(
    "header",
    ["Bearer wrong", "Bearer", "Basic b3duZXI6b3duZXI=", "bearer \xff", "Bearer " + "x" * 4000, "drr_x"],
)
async def test_a_wrong_authorization_is_unauthorized(served: Served, header: str) -> None:
    assert await _raw(served, "GET", f"{PREFIX}/status", f"Authorization: {header}\r\n") == 401


async def test_a_disguised_path_with_a_token_is_another_path_and_not_found(served: Served) -> None:
    bearer = f"Authorization: Bearer {served.secrets[Role.GUEST]}\r\n"
    for disguise in _disguises("/tokens")[1:]:
        assert await _raw(served, "GET", disguise, bearer) in (403, 404), disguise


ALLOWED = {
    Role.OWNER: {row.name for row in ROUTES},
    Role.RESIDENT: {row.name for row in ROUTES} - {"tokens", "issue_token", "revoke_token"},
    Role.GUEST: {
        *("status", "plan", "why", "devices", "device", "events", "timeline"),
        *("journal", "ledger", "stream", "openapi"),
    },
    Role.APPLIANCE: {"device", "options", "accept"},
}


@pytest.mark.parametrize("role", Role)
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

    api = LocalApi(served.router, served.tokens, served.clock)
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


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'{"mode": "on", "mode": "off", "minutes": 5}', "mode: the key stands twice"),
        (b'{"mode": "on", "minutes": NaN}', "NaN is not a number"),
        (b'{"mode": "on", "minutes": 1e999}', "1e999 is not a number"),
        (b'{"mode": "on", "minutes": 5.5}', "minutes: input should be a valid integer"),
        (b'{"mode": "on", "minutes": "5"}', "minutes: input should be a valid integer"),
        (b'{"mode": "on", "minutes": 0}', "minutes: input should be greater than or equal to 1"),
        (b'{"mode": "on"}', "give either until or minutes"),
        (b'{"mode": "on", "minutes": 5, "until": "2026-06-01T13:00:00Z"}', "give either until or minutes"),
        (b'{"mode": "on", "until": "2026-06-01T13:00:00"}', "until: input should have timezone info"),
        (b'{"mode": "on", "until": 1780000000}', "until"),
        (b'{"mode": "on", "until": "9999-12-31T23:59:59-12:00"}', "the year should be between 2000 and 2199"),
        (b'{"mode": "sideways", "minutes": 5}', "mode: input should be 'on' or 'off'"),
        (b'{"mode": "on", "minutes": 5, "extra": 1}', "extra: extra inputs are not permitted"),
        (b"[" * 50_000, "nested too deeply"),
        (b"[]", "input should be an object"),
        (b"", "not JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b"null", "input should be an object"),
    ],
)
async def test_a_hostile_body_is_a_sentence(served: Served, body: bytes, sentence: str) -> None:
    headers = {"Content-Type": "application/json"}
    status, problem = await served.ask("POST", "/devices/washer/override", headers=headers, data=body)
    assert status == 400
    assert set(problem) == {"type", "title", "status", "detail"}
    assert sentence in problem["detail"]
    assert served.router.overrides == {}


async def test_a_body_that_is_too_large_or_of_another_type_is_refused(served: Served) -> None:
    path, json_type = "/devices/washer/override", {"Content-Type": "application/json"}
    assert (await served.ask("POST", path, headers=json_type, data=b" " * 70_000))[0] == 413
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await served.ask("POST", path, headers=form, data=b"mode=on&minutes=5"))[0] == 415
    text = {"Content-Type": "text/plain"}
    assert (await served.ask("POST", path, headers=text, data=b'{"mode":"on","minutes":5}'))[0] == 415


@pytest.mark.parametrize(
    "query", ["?most=0", "?most=x", "?most=1&most=2", "?other=1", "?device=", "?device=%00", "?most=1001"]
)
async def test_a_query_that_nobody_asked_for_is_refused(served: Served, query: str) -> None:
    status, problem = await served.ask("GET", "/journal" + query)
    assert status == 400
    assert problem["detail"].startswith("the query: ")
    assert (await served.ask("GET", "/status?debug=1"))[0] == 400


async def test_names_in_paths_are_only_looked_up(served: Served) -> None:
    for name in ("%00", "..%2f..%2fetc%2fpasswd", "<script>", "x" * 5000, "%E2%80%AE", "' OR 1=1"):
        assert (await served.ask("GET", f"/devices/{name}"))[0] == 404


async def test_the_wrong_method_is_named_to_those_who_may_know(served: Served) -> None:
    status, problem = await served.ask("PUT", "/devices/washer/override", json={})
    assert (status, problem["title"]) == (405, "Method not allowed")
    assert (await served.ask("GET", "/nothing"))[0] == 404


async def test_wrong_tokens_are_slowed_down_and_the_owner_is_never_locked_out(
    serve: Serve,
) -> None:
    now = 0.0
    served = await serve(throttle=Throttle(lambda: now))
    wrong = {"Authorization": "Bearer drr_wrong"}
    url = f"{served.api.url}{PREFIX}/status"
    for _ in range(FREE + 1):
        async with served.session.get(url, headers=wrong) as answer:
            assert answer.status == 401
    async with served.session.get(url, headers=wrong) as answer:
        assert answer.status == 429
        assert answer.headers["Retry-After"] == "2"
        assert "Too many wrong tokens" in (await answer.json(content_type=None))["detail"]
    now = 1.5
    async with served.session.get(url, headers=wrong) as answer:
        assert answer.status == 401
    async with served.session.get(url, headers=wrong) as answer:
        assert answer.status == 429
    assert (await served.ask("GET", "/status"))[0] == 200


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


async def test_a_connection_that_never_finishes_its_headers_is_closed(serve: Serve) -> None:
    served = await serve(headers_s=0.05)
    url = URL(served.api.url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(b"GET /api/v1/status HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    async with asyncio.timeout(5):
        assert await reader.read() == b""
    writer.close()
    assert (await served.ask("GET", "/status"))[0] == 200


async def test_headers_that_are_too_long_cost_one_short_line_of_log(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(30):
        assert await _raw(served, "GET", f"{PREFIX}/status", f"X-Long: {'x' * 20_000}\r\n") == 400
    assert len(caplog.records) <= 10
    assert "Traceback" not in caplog.text


async def test_plain_text_is_served_on_loopback_alone(served: Served) -> None:
    with pytest.raises(InputError, match=r"plain HTTP on '0\.0\.0\.0' is not allowed"):
        LocalApi(served.router, served.tokens, served.clock, host="0.0.0.0")
    with pytest.raises(InputError, match="is not allowed"):
        LocalApi(served.router, served.tokens, served.clock, host="router.example")
    assert LocalApi(served.router, served.tokens, served.clock, host="::1").url == "http://[::1]:0"
    assert LocalApi(served.router, served.tokens, served.clock, host="localhost").url.startswith(
        "http://localhost"
    )


async def test_an_address_that_is_taken_is_a_sentence(served: Served) -> None:
    port = URL(served.api.url).port or 0
    with pytest.raises(InputError, match="cannot listen"):
        async with LocalApi(served.router, served.tokens, served.clock, port=port):
            pass


async def test_tokens_are_kept_as_hashes_and_can_be_revoked(served: Served) -> None:
    body = {"role": "appliance", "label": "fridge", "device_id": "freezer"}
    status, issued = await served.ask("POST", "/tokens", json=body)
    assert status == 200
    assert len(issued["secret"]) > 40
    _, listed = await served.ask("GET", "/tokens")
    assert "fridge" in [view["label"] for view in listed]
    kept = await served.tokens._store.load(Collection.SETTINGS)
    assert all(secret not in json.dumps(kept) for secret in (issued["secret"], *served.secrets.values()))
    headers = {"Authorization": f"Bearer {issued['secret']}"}
    assert (await served.ask("GET", "/devices/freezer", headers=headers))[0] == 200
    assert (await served.ask("DELETE", f"/tokens/{issued['token']['id']}"))[0] == 204
    assert (await served.ask("DELETE", f"/tokens/{issued['token']['id']}"))[0] == 204
    assert (await served.ask("GET", "/devices/freezer", headers=headers))[0] == 401


@pytest.mark.parametrize(
    "body",
    [
        {"role": "appliance"},
        {"role": "guest", "device_id": "washer"},
        {"role": "king"},
        {"role": "guest", "label": "\n"},
    ],
)
async def test_a_token_of_an_impossible_kind_is_not_made(served: Served, body: dict[str, str]) -> None:
    assert (await served.ask("POST", "/tokens", json=body))[0] == 400


async def test_tokens_survive_a_restart_and_the_profile_keeps_one_owner_token(served: Served) -> None:
    book, store = served.tokens, served.tokens._store
    first = await book.owner_token()
    assert await book.owner_token(first) == first
    again = await type(book).open(store, served.clock)
    assert await again.owner_token(first) == first
    second = await again.owner_token("forgotten")
    assert again.who(first) is None
    owner = again.who(second)
    assert owner
    assert (owner.role, owner.name) == (Role.OWNER, "owner")
    guest = served.secrets[Role.GUEST]
    assert await again.owner_token(guest) != guest


async def test_a_slow_body_is_given_up(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drrouter.adapters.api.gate._BODY_S", 0.05)
    served = await serve()
    url = URL(served.api.url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    head = f"POST {PREFIX}/devices/washer/override HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n"
    bearer = f"Authorization: Bearer {served.secrets[Role.OWNER]}\r\nContent-Type: application/json\r\n\r\n{{"
    writer.write((head + bearer).encode())
    async with asyncio.timeout(5):
        assert b" 408 " in await reader.readline()
    writer.close()
