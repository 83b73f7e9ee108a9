"""The listener for notices; numbers in docstrings are the obligations of a VEN."""

import asyncio
import gzip
import io
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import trustme
from aiohttp.compression_utils import ZLibDecompressor
from yarl import URL

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.sp.openadr3 import WebhookSettings
from drrouter.adapters.sp.openadr3.inbox import MOST_MARKS, Inbox, Notice
from drrouter.adapters.sp.openadr3.webhook import Webhook
from drrouter.domain.ids import EventId
from drrouter.errors import DocumentError
from tests.adapters.sp.peers import NOW

EVENT = {"objectType": "EVENT", "operation": "CREATE", "object": {"id": "e1"}}


@asynccontextmanager
async def hook(**members: Any) -> AsyncIterator[tuple[Webhook, list[Notice]]]:
    heard: list[Notice] = []
    webhook = Webhook(WebhookSettings(**members), SimulatedClock(NOW), heard.append)
    await webhook.start()
    try:
        yield webhook, heard
    finally:
        await webhook.close()


async def post(webhook: Webhook, body: object, token: str | None = None, **headers: str) -> int:
    data = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
    headers = {"Authorization": f"Bearer {webhook.token if token is None else token}"} | headers
    async with (
        aiohttp.ClientSession() as http,
        http.post(webhook.callback_url, data=data, headers=headers) as answer,
    ):
        return answer.status


async def echo(webhook: Webhook, query: dict[str, str]) -> tuple[int, str]:
    async with aiohttp.ClientSession() as http, http.get(webhook.callback_url, params=query) as answer:
        return answer.status, await answer.text()


async def test_the_challenge_is_echoed_as_plain_text() -> None:
    """34: <url>?echo=..., without a token, whatever the word is."""
    async with hook() as (webhook, _):
        assert await echo(webhook, {"echo": "<b>word</b>"}) == (200, "<b>word</b>")
        assert (await echo(webhook, {}))[0] == 404
        assert (await echo(webhook, {"echo": "x" * 1000}))[0] == 404


async def test_a_notice_with_the_right_token_marks_the_event() -> None:
    """34."""
    async with hook() as (webhook, heard):
        assert await post(webhook, EVENT) == 200
        assert await post(webhook, EVENT | {"operation": "DELETE"}) == 200
        assert heard == [Notice(EventId("e1")), Notice(EventId("e1"), deleted=True)]


@pytest.mark.parametrize("token", ["", "wrong", "wröng"])
async def test_a_wrong_token_is_refused(token: str) -> None:
    """34."""
    async with hook() as (webhook, heard):
        assert await post(webhook, EVENT, token) == 401
        assert heard == []


async def test_bodies_as_seen_in_the_field_are_read() -> None:
    """34: encoded twice, in snake_case, with the operations of 3.0."""
    async with hook() as (webhook, heard):
        assert await post(webhook, json.dumps(EVENT)) == 200
        snake = {"object_type": "event", "operation": "PUT", "object": {"id": 7, "program_id": "p"}}
        assert await post(webhook, json.dumps(snake)) == 200
        assert heard == [Notice(EventId("e1")), Notice(EventId("7"))]


async def test_a_packed_notice_is_never_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever finds the address could stop the router by a megabyte that is a gigabyte."""

    def unpack(*_: object, **__: object) -> None:
        raise AssertionError("it was unpacked")

    monkeypatch.setattr(ZLibDecompressor, "decompress_sync", unpack)
    async with hook() as (webhook, heard):
        packed = gzip.compress(json.dumps(EVENT).encode())
        assert await post(webhook, packed, **{"Content-Encoding": "gzip"}) == 400
        assert await post(webhook, packed, "wrong", **{"Content-Encoding": "gzip"}) == 401
        assert heard == []


async def test_notices_that_name_no_event_ask_for_a_full_poll_or_nothing() -> None:
    """21: a hostile id never becomes part of an address."""
    async with hook() as (webhook, heard):
        odd_ones: list[object] = [{"id": "../vens"}, {"id": ""}, None, []]
        for odd in odd_ones:
            assert await post(webhook, EVENT | {"object": odd}) == 200
        assert await post(webhook, {"objectType": "PROGRAM", "operation": "UPDATE", "object": {}}) == 200
        assert heard == [Notice(None)] * 5
        assert await post(webhook, {"objectType": "REPORT", "operation": "UPDATE"}) == 200
        assert len(heard) == 5


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 5000, b"[NaN]", b"7", b'"x"', b"\xff", b'{"a":1,"a":2}'])
async def test_garbage_is_refused(body: bytes) -> None:
    """7."""
    async with hook() as (webhook, heard):
        assert await post(webhook, body) == 400
        assert heard == []


async def test_a_body_is_capped() -> None:
    """7."""
    async with hook() as (webhook, heard):
        assert await post(webhook, b" " * 1_100_000) == 413
        assert heard == []


async def test_other_paths_and_methods_are_refused() -> None:
    async with hook() as (webhook, _), aiohttp.ClientSession() as http:
        async with http.get(webhook.callback_url + "/x", params={"echo": "a"}) as answer:
            assert answer.status == 404
        async with http.put(webhook.callback_url, json=EVENT) as answer:
            assert answer.status == 405


async def test_it_answers_on_the_path_of_the_public_address() -> None:
    """34: behind a proxy that speaks TLS."""
    async with hook(callback_url="https://home.example/dr/notices") as (webhook, _):
        assert webhook.callback_url == "https://home.example/dr/notices"
        assert webhook._runner is not None
        port = webhook._runner.addresses[0][1]
        webhook.callback_url = f"http://127.0.0.1:{port}/dr/notices"
        assert await post(webhook, EVENT) == 200


async def test_it_speaks_tls_where_it_has_a_certificate(tmp_path: Path) -> None:
    """4, 34."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    certificate.cert_chain_pems[0].write_to_path(str(cert))
    certificate.private_key_pem.write_to_path(str(key))
    context = ssl.create_default_context()
    authority.configure_trust(context)
    async with hook(cert_file=cert, key_file=key) as (webhook, _):
        assert webhook.callback_url.startswith("https://127.0.0.1:")
        async with (
            aiohttp.ClientSession() as http,
            http.get(webhook.callback_url, params={"echo": "a"}, ssl=context) as answer,
        ):
            assert await answer.text() == "a"


@pytest.mark.parametrize(
    ("members", "complaint"),
    [
        ({"host": "0.0.0.0"}, "plain text beyond this machine"),
        ({"cert_file": Path("nowhere.pem")}, "nowhere.pem cannot be used"),
    ],
)
async def test_an_unsafe_listener_is_refused(members: dict[str, Any], complaint: str) -> None:
    """4: S8."""
    webhook = Webhook(WebhookSettings(**members), SimulatedClock(NOW), lambda _: None)
    with pytest.raises(DocumentError, match=complaint):
        await webhook.start()
    await webhook.close()


def test_a_flood_of_notices_becomes_one_full_poll() -> None:
    """21: memory stays bounded."""
    inbox = Inbox(_NoClock())
    for number in range(MOST_MARKS + 1):
        inbox.mark(Notice(EventId(f"e{number}")))
    assert inbox.marked() == (Notice(None),)


def test_notices_are_attended_in_their_order_and_hold_time_until_then() -> None:
    """21: a second notice of an event merges with the first."""
    inbox, clock = Inbox(clock := _NoClock()), clock
    for name in ("a", "b", "a"):
        inbox.mark(Notice(EventId(name), deleted=name == "b"))
    first, second = inbox.marked()
    assert (first, second) == (Notice(EventId("a")), Notice(EventId("b"), deleted=True))
    inbox.attended([first])
    assert clock.held
    inbox.attended([second])
    assert not clock.held
    inbox.mark(Notice(None))
    assert clock.held
    inbox.close()
    assert not clock.held


class _NoClock(SimulatedClock):
    """Counts who holds time, outside of any event loop."""

    def __init__(self) -> None:
        self.held = 0

    def working(self) -> Any:
        return _Hold(self)


class _Hold:
    def __init__(self, clock: _NoClock) -> None:
        self._clock = clock

    def __enter__(self) -> None:
        self._clock.held += 1

    def __exit__(self, *_: object) -> None:
        self._clock.held -= 1


async def test_a_notice_that_breaks_off_marks_nothing_and_is_no_error_of_ours(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """7: the listener goes on, and what was said is a warning, not a trace of our program."""
    async with hook() as (webhook, heard):
        url = URL(webhook.callback_url)
        _, writer = await asyncio.open_connection(url.host, url.port)
        head = f"POST {url.path} HTTP/1.1\r\nHost: home\r\nAuthorization: Bearer {webhook.token}\r\n"
        writer.write(f'{head}Content-Length: 100\r\n\r\n{{"objectType"'.encode())
        await writer.drain()
        writer.transport.abort()
        while "cannot be read" not in caplog.text:
            assert await post(webhook, EVENT) == 200
        assert set(heard) == {Notice(EventId("e1"))}
    assert {record.levelname for record in caplog.records} <= {"WARNING", "INFO", "DEBUG"}


async def test_no_log_has_the_token_of_a_request_that_is_none(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with hook() as (webhook, _):
        url = URL(webhook.callback_url)
        reader, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(f"POST / HTTP/1.1\r\nAuthorization: Bearer {webhook.token}\x01\r\n\r\n".encode())
        assert b" 400 " in await reader.readline()
        writer.close()
        assert webhook.token not in caplog.text
