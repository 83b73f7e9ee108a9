"""Whom the link trusts: the table of certificates, over real TLS; numbers are the obligations of a VEN."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from aiohttp import web

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.sp.openadr3.session import VtnSession
from drrouter.adapters.sp.openadr3.tls import client_context, safe_url
from drrouter.domain.ids import ProviderId
from drrouter.errors import ProviderUnreachableError, ProviderUntrustedError
from tests.adapters.sp.peers import NOW, raw_server, serving, settings_for

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
FAR_AHEAD = datetime(2199, 1, 1, tzinfo=UTC)


@asynccontextmanager
async def vtn_with(certificate: trustme.LeafCert) -> AsyncIterator[str]:
    async def handler(_: web.Request) -> web.StreamResponse:
        return web.json_response([])

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    async with serving(handler, context) as port:
        yield f"https://localhost:{port}"


async def ask(url: str, ca_file: Path | None) -> object:
    session = VtnSession(settings_for(url, ca_file=ca_file), SimulatedClock(NOW))
    try:
        return (await session.get("/events")).body
    finally:
        await session.close()


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


async def test_the_right_certificate_is_trusted(authority: trustme.CA, ca_file: Path) -> None:
    """4."""
    async with vtn_with(authority.issue_cert("localhost")) as url:
        assert await ask(url, ca_file) == []


async def test_another_authority_is_refused(ca_file: Path) -> None:
    """4: S4, wrong CA."""
    async with vtn_with(trustme.CA().issue_cert("localhost")) as url:
        with pytest.raises(ProviderUntrustedError) as caught:
            await ask(url, ca_file)
    assert caught.value.sentence == (
        "Provider grid is not trusted: The certificate of localhost was issued by an authority that is not "
        "trusted for this provider. If it is genuine, set ca_file to the authority's certificate."
    )


async def test_the_systems_authorities_do_not_vouch_for_a_private_one(authority: trustme.CA) -> None:
    """4: without ca_file."""
    async with vtn_with(authority.issue_cert("localhost")) as url:
        with pytest.raises(ProviderUntrustedError, match="set ca_file"):
            await ask(url, None)


async def test_another_name_is_refused(authority: trustme.CA, ca_file: Path) -> None:
    """4: S4, wrong name."""
    async with vtn_with(authority.issue_cert("vtn.example")) as url:
        with pytest.raises(ProviderUntrustedError, match="by localhost was issued for another name"):
            await ask(url, ca_file)


async def test_another_address_is_refused(authority: trustme.CA, ca_file: Path) -> None:
    """4: S4, wrong name where the provider is addressed by number."""
    async with vtn_with(authority.issue_cert("vtn.example")) as url:
        with pytest.raises(ProviderUntrustedError, match="another name"):
            await ask(url.replace("localhost", "127.0.0.1"), ca_file)


async def test_an_expired_certificate_is_refused(authority: trustme.CA, ca_file: Path) -> None:
    """4: S4, expired."""
    expired = authority.issue_cert("localhost", not_before=LONG_AGO, not_after=LONG_AGO + timedelta(days=90))
    async with vtn_with(expired) as url:
        with pytest.raises(ProviderUntrustedError, match="certificate of localhost has expired"):
            await ask(url, ca_file)


async def test_a_certificate_of_the_future_is_refused(authority: trustme.CA, ca_file: Path) -> None:
    """4: and the machine's date may be wrong, which the sentence says."""
    early = authority.issue_cert("localhost", not_before=FAR_AHEAD, not_after=FAR_AHEAD + timedelta(days=9))
    async with vtn_with(early) as url:
        with pytest.raises(ProviderUntrustedError, match="of localhost is not valid yet"):
            await ask(url, ca_file)


async def test_an_older_tls_is_refused(ca_file: Path) -> None:
    """4: S4, downgrade; the server answers our greeting with the alert ``protocol_version``."""
    async with raw_server(b"\x15\x03\x01\x00\x02\x02\x46", asked=b"localhost") as url:
        with pytest.raises(ProviderUntrustedError, match=r"localhost does not speak TLS 1\.2 or newer"):
            await ask(url.replace("http://127.0.0.1", "https://localhost"), ca_file)


async def test_a_server_without_tls_is_no_untrusted_provider(ca_file: Path) -> None:
    async def handler(_: web.Request) -> web.StreamResponse:
        return web.json_response([])

    async with serving(handler) as port:
        with pytest.raises((ProviderUntrustedError, ProviderUnreachableError)):
            await ask(f"https://localhost:{port}", ca_file)


async def test_a_new_ca_file_helps_without_a_restart(authority: trustme.CA, ca_file: Path) -> None:
    """4: the file is read again after a refusal."""
    used = ca_file.with_name("used.pem")
    trustme.CA().cert_pem.write_to_path(str(used))
    async with vtn_with(authority.issue_cert("localhost")) as url:
        session = VtnSession(settings_for(url, ca_file=used), SimulatedClock(NOW))
        with pytest.raises(ProviderUntrustedError):
            await session.get("/events")
        authority.cert_pem.write_to_path(str(used))
        assert (await session.get("/events")).ok
        await session.close()


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_an_unusable_ca_file_is_named(tmp_path: Path, content: str | None) -> None:
    """4."""
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ProviderUntrustedError, match="named as ca_file of provider grid"):
        client_context(ProviderId("grid"), path)


def test_tls_is_verified_and_no_older_than_1_2() -> None:
    """4."""
    context = client_context(ProviderId("grid"), None)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize(
    "url", ["https://vtn.example/x", "http://localhost:1", "http://127.8.8.8", "http://[::1]"]
)
def test_https_goes_anywhere_and_plain_http_stays_here(url: str) -> None:
    """4."""
    assert str(safe_url(ProviderId("grid"), url)).startswith(url)
