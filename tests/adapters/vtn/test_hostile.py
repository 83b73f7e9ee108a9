"""What strangers and broken clients send is answered 4xx, and the server goes on."""

import asyncio
import gzip
import io
import json
from itertools import product
from typing import Any

import pytest

from drrouter.adapters.openadr3 import MOST_BYTES
from drrouter.adapters.vtn import call
from drrouter.adapters.vtn.routes import OPEN, ROUTES
from tests.adapters.vtn.world import Client, World

BEHIND_A_TOKEN = [route for route in ROUTES if route.scopes is not OPEN]
PATHS = sorted({route.path.replace("{id}", "x1") for route in BEHIND_A_TOKEN})
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE")
DISGUISES = (
    "{path}",
    "/{path}",
    "{path}/",
    "{path}/.",
    "{path}/%2e%2e{path}",
    "{path}/%252e%252e{path}",
    "/auth/server/..{path}",
    "/auth/server/%2e%2e/%2e%2e{path}",
    "/auth/server%2f..%2f..{path}",
    "/auth/token/%252e%252e/%252e%252e{path}",
    "/auth/server/..\\..{path}",
    "/auth/server%5c..{path}",
    "//auth/server{path}",
    "{path}?/auth/server",
    "{path}#/auth/server",
    "{path};/auth/server",
    "{path}%00",
    "{path}%20",
    "{path}%2f",
)
HEADERS = (
    b"",
    b"Authorization: Bearer\r\n",
    b"Authorization: Bearer \r\n",
    b"Authorization: Bearer nobody\r\n",
    b"Authorization: Basic b3BlcmF0b3I6b3BlcmF0b3Itc2VjcmV0\r\n",
    b"Authorization: \xff\xfe\r\n",
)


async def _raw(vtn: World, request: bytes) -> bytes:
    """Send these bytes and return the answer's first line."""
    _, _, port = vtn.url.rpartition(":")
    reader, writer = await asyncio.open_connection("127.0.0.1", int(port))
    try:
        writer.write(request)
        async with asyncio.timeout(10):
            return (await reader.read(4096)).split(b"\r\n", 1)[0]
    finally:
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize("disguise", DISGUISES)
async def test_no_route_opens_without_a_token_however_its_path_is_written(vtn: World, disguise: str) -> None:
    for method, path in product(METHODS, PATHS):
        target = disguise.format(path=path).encode()
        head = method.encode() + b" " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        status = (await _raw(vtn, head)).split(b" ")[1]
        assert status in (b"401", b"403", b"404", b"400"), (method, target, status)
        assert status != b"400" or b"\\" in target or method == "TRACE", (method, target)


@pytest.mark.parametrize("header", HEADERS)
async def test_no_route_opens_with_a_wrong_header(vtn: World, header: bytes) -> None:
    for route in BEHIND_A_TOKEN:
        target = route.path.replace("{id}", "x1").encode()
        head = route.method.encode() + b" " + target + b" HTTP/1.1\r\nHost: x\r\n" + header
        assert b" 401 " in await _raw(vtn, head + b"Connection: close\r\n\r\n"), route


async def test_a_method_that_no_route_has_is_not_found(bl: Client) -> None:
    for method, path in (
        ("PATCH", "/events"),
        ("PUT", "/events"),
        ("POST", "/events/x"),
        ("GET", "/auth/token"),
    ):
        answer = await bl.ask(method, path)
        assert (answer.status, answer.body["title"]) == (404, "Not Found")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"\x00\x01\x02 garbage", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"null", 400),
        (b'"programName"', 400),
        (b'{"programName": NaN}', 400),
        (b'{"programName": "a", "attributes": [{"type": "X", "values": [1e999]}]}', 400),
        (b'{"programName": "a", "programName": "b"}', 400),
        (b'{"programName": "a", "x": ' + b"[" * 100 + b"]" * 100 + b"}", 400),
        (b'{"x": ' + b'{"x": ' * 100_000, 400),
        (b'{"programName": "' + b"x" * 129 + b'"}', 400),
        (b'{"programName": "\\ud800"}', 400),
        (b'{"programName": ' + b"9" * 5000 + b"}", 400),
        (b" " * (MOST_BYTES + 1), 413),
        (b"x" * 10_000_000, 413),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_a_body_that_is_no_object_within_the_limits_is_a_problem(
    bl: Client, body: bytes, status: int
) -> None:
    program = await bl.program()
    for method, path in (("POST", "/programs"), ("PUT", f"/programs/{program['id']}"), ("POST", "/events")):
        content = io.BytesIO(body)
        answer = await bl.ask(method, path, data=content, headers={"Content-Type": "application/json"})
        assert answer.status == status, answer.body
        assert answer.body["status"] == status
        assert answer.body["detail"]
    assert (await bl.program("still here"))["programName"] == "still here"


async def test_a_compressed_body_is_not_unpacked(bl: Client) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    answer = await bl.ask("POST", "/programs", data=bomb, headers={"Content-Encoding": "gzip"})
    assert answer.status == 415


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "\u202egnp.exe", "\x1b[2J", "'; DROP TABLE object; --", "ö" * 128]
)
async def test_a_hostile_name_is_kept_as_text(bl: Client, name: str) -> None:
    assert (await bl.program(name))["programName"] == name
    assert (await bl.all("/programs"))[0]["programName"] == name


@pytest.mark.parametrize("object_id", ["..", "%2e%2e", "a%2fb", "x" * 5000, "%00", "%ff", "{id}", "*"])
async def test_a_hostile_id_is_not_found(bl: Client, object_id: str) -> None:
    answer = await bl.ask("GET", f"/events/{object_id}")
    assert answer.status == 404


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n",
        b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\n\r\n",
        b"POST /auth/token HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /auth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
async def test_what_is_no_request_is_answered_400_and_the_server_goes_on(
    vtn: World, request_bytes: bytes
) -> None:
    assert b" 400 " in await _raw(vtn, request_bytes)
    assert (await vtn.stranger().ask("GET", "/auth/server")).status == 200


def _half(client: Client) -> bytes:
    """The head of a request that promises a body."""
    lines = (
        "POST /programs HTTP/1.1",
        "Host: x",
        f"Authorization: Bearer {client.token}",
        "Content-Length: 100",
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


async def test_a_body_that_does_not_come_ends_the_request(
    vtn: World, bl: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call, "BODY_S", 0.05)
    assert b" 408 " in await _raw(vtn, _half(bl) + b'{"programName"')


async def test_a_client_that_leaves_in_the_middle_does_no_harm(vtn: World, bl: Client) -> None:
    _, _, port = vtn.url.rpartition(":")
    for _ in range(20):
        _, writer = await asyncio.open_connection("127.0.0.1", int(port))
        writer.write(_half(bl) + b"{")
        writer.close()
        await writer.wait_closed()
    assert await bl.all("/programs") == []


async def test_a_fault_of_ours_is_a_problem_and_not_a_trace(
    vtn: World, bl: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    [parts] = [part for part in vtn.app.values() if hasattr(part, "objects")]

    def fail(*_: Any) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr(parts.objects, "all", fail)
    answer = await bl.ask("GET", "/programs")
    assert answer.status == 500
    assert "a secret detail" not in json.dumps(answer.body)
    assert "GET /programs failed" in caplog.text
