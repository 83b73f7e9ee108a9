"""Hostile bodies, queries, names and connections cost the local API one sentence each (S5, S6)."""

import asyncio
import gzip
import logging
from typing import Any

import pytest
from aiohttp.compression_utils import ZLibDecompressor
from aiohttp.http_exceptions import BadHttpMessage
from yarl import URL

from drrouter.adapters.api import Role
from drrouter.adapters.http_log import TerseHttpLog
from tests.adapters.api.conftest import Serve, Served

PREFIX = "/api/v1"


@pytest.mark.parametrize("path", ["/devices/washer/override", "/session"])
async def test_a_packed_body_is_refused_and_never_unpacked(
    served: Served, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """A megabyte of it may be a gigabyte, and unpacking that for a stranger stops every device's steering."""

    def unpack(*_: object, **__: object) -> None:
        raise AssertionError("it was unpacked")

    monkeypatch.setattr(ZLibDecompressor, "decompress_sync", unpack)
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    body = gzip.compress(b'{"mode": "on", "minutes": 5}')
    status, problem = await served.ask("POST", path, headers=headers, data=body)
    assert (status, problem["type"]) == (415, "urn:drrouter:problem:packed")
    assert (await served.ask("POST", "/nothing", headers=headers, data=body))[0] == 404


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
        assert await served.raw("GET", f"{PREFIX}/status", f"X-Long: {'x' * 20_000}\r\n") == 400
    assert len(caplog.records) <= 10
    assert "Traceback" not in caplog.text


async def test_no_more_connections_than_fit_are_kept(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    served = await serve()
    monkeypatch.setattr(served.api._doorkeeper, "_most", 2)
    url = URL(served.api.url)
    kept = [await asyncio.open_connection(url.host, url.port) for _ in range(3)]
    async with asyncio.timeout(5):
        assert await kept[-1][0].read() == b""
    for _, writer in kept:
        writer.close()


async def test_one_address_cannot_take_all_connections(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    served = await serve()
    monkeypatch.setattr(served.api._doorkeeper, "_most_of_one", 2)
    url = URL(served.api.url)

    async def come(host: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(url.host, url.port, local_addr=(host, 0))

    async def ask(host: str) -> bytes:
        reader, writer = await come(host)
        writer.write(b"GET /api/v1/status HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            return await reader.readline()
        except ConnectionError:
            return b""
        finally:
            writer.close()

    async with asyncio.timeout(5):
        kept = [await come("127.0.0.7") for _ in range(2)]
        for _ in range(3):
            late, late_writer = await come("127.0.0.7")
            assert await late.read() == b""
            late_writer.close()
        assert (await ask("127.0.0.8")).startswith(b"HTTP/1.1 ")
        kept.pop()[1].close()
        while not await ask("127.0.0.7"):
            pass  # the server has yet to hear that one is gone
    kept[0][1].close()
    assert caplog.messages == ["more than 2 connections of 127.0.0.7 to the local API; the newest is closed"]


def test_bad_requests_fill_no_log_and_other_records_pass() -> None:
    terse = TerseHttpLog()

    def record(minute: int, error: Exception | None) -> logging.LogRecord:
        info = (type(error), error, None) if error else None
        made = logging.LogRecord("x", logging.ERROR, "", 0, "bad", None, info)
        made.created = 60.0 * minute
        return made

    bad = BadHttpMessage("x")
    assert [terse.filter(record(1, bad)) for _ in range(12)] == [True] * 10 + [False] * 2
    assert terse.filter(record(2, bad))
    ours = record(2, KeyError("x"))
    assert all(terse.filter(ours) for _ in range(20))
    assert ours.exc_info
    assert terse.filter(record(2, None))


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        (
            "options",
            {"earliest": "2026-06-01T14:00:00Z", "ready_by": "2026-06-01T14:00:00Z"},
            "after earliest",
        ),
        ("wish", {"ready_by": "2026-06-01T14:00:00Z", "level": 1, "programme_id": "eco"}, "not both"),
        ("wish", {"ready_by": "2026-06-01T14:00:00Z", "earliest": "2026-06-01T15:00:00Z"}, "after earliest"),
    ],
)
async def test_a_body_that_contradicts_itself_is_a_sentence(
    served: Served, path: str, body: dict[str, Any], sentence: str
) -> None:
    status, problem = await served.ask("POST", f"/devices/washer/{path}", json=body)
    assert status == 400
    assert sentence in problem["detail"]


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
