"""Documents from files and addresses: over verified TLS alone, whole or not at all, within caps."""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme
from aiohttp import web

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.executor import InlineExecutor
from drrouter.adapters.sp.documents import Download, FileSource
from drrouter.domain.document import MAX_BYTES
from drrouter.domain.ids import ProviderId
from drrouter.errors import DocumentError, ProviderUnreachableError, ProviderUntrustedError
from tests.adapters.sp.peers import NOW, raw_server, serving

SP = ProviderId("grid")
TEXT = b'schema = "drrouter.offline/1"\n'


def download(url: str, ca_file: Path | None = None, timeout_s: float = 5.0) -> Download:
    return Download(SP, url, ca_file, SimulatedClock(NOW), timeout_s)


@asynccontextmanager
async def server(answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    async with serving(answer) as port:
        yield f"http://127.0.0.1:{port}/offline.toml?key=secret"


async def test_a_file_is_read_as_it_is_now(tmp_path: Path) -> None:
    source = FileSource(tmp_path / "offline.toml", InlineExecutor())
    assert source.where == str(tmp_path / "offline.toml")
    with pytest.raises(DocumentError, match="cannot be read"):
        await source.read()
    (tmp_path / "offline.toml").write_bytes(TEXT)
    assert await source.read() == TEXT
    (tmp_path / "offline.toml").write_bytes(b"x" * (2 * MAX_BYTES))
    assert len(await source.read()) == MAX_BYTES + 1


async def test_an_address_is_read_without_credentials_and_named_without_its_query() -> None:
    seen: list[web.Request] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        seen.append(request)
        return web.Response(body=TEXT)

    async with server(answer) as url:
        source = download(url)
        assert await source.read() == TEXT
        assert source.where == url.partition("?")[0]
    assert seen[0].query["key"] == "secret"
    assert "Authorization" not in seen[0].headers


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (web.Response(status=404), "was answered 404."),
        (web.Response(status=500, body=TEXT), "was answered 500."),
        (web.Response(status=302, headers={"Location": "https://evil.example/"}), "is not followed"),
        (web.Response(body=TEXT, headers={"Content-Encoding": "gzip"}), "is compressed"),
    ],
    ids=["missing", "broken", "elsewhere", "compressed"],
)
async def test_anything_but_a_plain_answer_is_refused(answer: web.Response, said: str) -> None:
    async def handler(_: web.Request) -> web.StreamResponse:
        return answer

    async with server(handler) as url:
        with pytest.raises(ProviderUnreachableError, match=said) as caught:
            await download(url).read()
    assert "secret" not in caught.value.sentence


async def test_an_endless_answer_is_cut_at_the_cap() -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(100):
            await response.write(b"#" * 65_536)
        return response

    async with server(endless) as url:
        assert len(await download(url).read()) == MAX_BYTES + 1


async def test_a_slow_answer_ends_at_the_time_limit() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nschema"
    async with raw_server(head, close=False) as url:
        with pytest.raises(ProviderUnreachableError, match="was not read within"):
            await download(url, timeout_s=0.2).read()


@pytest.mark.parametrize(
    "answer", [b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf", b""]
)
async def test_a_broken_answer_is_no_document(answer: bytes) -> None:
    async with raw_server(answer) as url:
        with pytest.raises(ProviderUnreachableError, match="cannot be read"):
            await download(url).read()


async def test_nobody_there_is_said() -> None:
    with pytest.raises(ProviderUnreachableError, match=r"http://127\.0\.0\.1:9/offline\.toml cannot be read"):
        await download("http://127.0.0.1:9/offline.toml").read()


async def test_plain_http_to_another_machine_is_never_used() -> None:
    with pytest.raises(
        ProviderUntrustedError, match=r"its offline\.url 'http://acme\.example/o' is not an https"
    ):
        await download("http://acme.example/o").read()


async def test_the_providers_authority_and_no_other_vouches_for_it(tmp_path: Path) -> None:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=TEXT)

    authority, ca_file = trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    async with serving(answer, context) as port:
        url = f"https://localhost:{port}/offline.toml"
        assert await download(url, ca_file).read() == TEXT
        with pytest.raises(ProviderUntrustedError, match="set ca_file"):
            await download(url, None).read()
