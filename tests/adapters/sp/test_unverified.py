"""Whom the owner lets the router believe unverified, over real TLS; numbers are the obligations of a VEN."""

import asyncio
import json
import logging
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from aiohttp import web

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.executor import InlineExecutor
from drrouter.adapters.sp.documents import Download
from drrouter.adapters.sp.feeds.provider import FeedProvider
from drrouter.adapters.sp.feeds.settings import FeedSettings
from drrouter.adapters.sp.openadr3.notifier import Broker, Place
from drrouter.adapters.sp.openadr3.push import MqttPush
from drrouter.adapters.sp.openadr3.session import VtnSession
from drrouter.adapters.sp.openadr3.tls import is_at_home, safe_url
from drrouter.domain.ids import ProviderId
from drrouter.domain.signal import LinkChanged
from drrouter.errors import ProviderUntrustedError
from drrouter.sim.wire.listener import Listener
from tests.adapters.sp.peers import (
    MINUTE,
    NOW,
    TroubleVtn,
    links,
    listening,
    raw_server,
    saying,
    serving,
    settings_for,
)
from tests.adapters.sp.test_feeds import AMSTERDAM

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
WRONG = ("authority", "name", "expired")


def context_of(wrong: str, ours: trustme.CA) -> ssl.SSLContext:
    """What a server shows that is wrong in one way."""
    authority = trustme.CA() if wrong == "authority" else ours
    name = "vtn.example" if wrong == "name" else "localhost"
    ends = LONG_AGO + timedelta(days=9) if wrong == "expired" else None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, not_before=LONG_AGO, not_after=ends).configure_cert(context)
    return context


@asynccontextmanager
async def vtn_with(vtn: TroubleVtn, context: ssl.SSLContext) -> AsyncIterator[str]:
    async with serving(vtn.handle, context) as port:
        yield f"https://localhost:{port}"


@pytest.fixture
def vtn() -> TroubleVtn:
    return TroubleVtn()


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_refused_certificate_is_logged_once_and_the_link_is_down(
    vtn: TroubleVtn, authority: trustme.CA, ca_file: Path, wrong: str, caplog: pytest.LogCaptureFixture
) -> None:
    """4: S4, refused and logged."""
    clock = SimulatedClock(NOW)
    async with (
        vtn_with(vtn, context_of(wrong, authority)) as url,
        listening(settings_for(url, ca_file=ca_file), clock) as (_, heard),
    ):
        await clock.advance(5 * MINUTE)
        assert links(heard) == [False]
    told = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert ["Provider grid is not trusted" in record.getMessage() for record in told] == [True]
    assert vtn.asked == []


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_vtn_of_the_home_may_be_believed_unverified(
    vtn: TroubleVtn, authority: trustme.CA, wrong: str
) -> None:
    """4: by the owner's word."""
    async with (
        vtn_with(vtn, context_of(wrong, authority)) as url,
        listening(settings_for(url, unverified=True), SimulatedClock(NOW)) as (_, heard),
    ):
        assert links(heard) == [True]


@asynccontextmanager
async def shaking_hands(context: ssl.SSLContext) -> AsyncIterator[str]:
    """A server that says with an alert why it shakes no hands, which asyncio's own servers do not."""

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, suppress(ssl.SSLError):
                    context.wrap_socket(connection, server_side=True).close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        shaking = asyncio.create_task(asyncio.to_thread(serve))
        yield f"https://localhost:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        await shaking


@pytest.mark.parametrize("unverified", [False, True])
async def test_tls_1_1_is_refused_by_whoever_is_believed_too(
    authority: trustme.CA, ca_file: Path, unverified: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """4: S4, downgrade; by a server that speaks nothing newer."""
    context = context_of("nothing", authority)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match=r"TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    trust = {"unverified": True} if unverified else {"ca_file": ca_file}
    async with (
        shaking_hands(context) as url,
        listening(settings_for(url, **trust), SimulatedClock(NOW)) as (_, heard),
    ):
        (link,) = [signal for signal in heard if isinstance(signal, LinkChanged)]
    assert "localhost does not speak TLS 1.2 or newer" in link.sentence
    assert "localhost does not speak TLS 1.2 or newer" in caplog.text


async def test_a_feed_and_an_offline_profile_may_be_believed_too(authority: trustme.CA) -> None:
    """4: whatever the provider puts somewhere."""

    async def handler(_: web.Request) -> web.StreamResponse:
        return web.json_response({"data": []})

    async with serving(handler, context_of("name", authority)) as port:
        url, clock = f"https://127.0.0.1:{port}/prices", SimulatedClock(NOW)
        feed = FeedSettings(ProviderId("grid"), "awattar", AMSTERDAM, url=url, unverified=True)
        signals = FeedProvider(feed, clock, InlineExecutor()).signals()
        first = await anext(signals)
        assert isinstance(first, LinkChanged)
        assert first.up
        await signals.aclose()
        source = Download(ProviderId("grid"), url, None, clock, unverified=True)
        assert await source.read() == b'{"data": []}'
        with pytest.raises(ProviderUntrustedError, match="set ca_file"):
            await Download(ProviderId("grid"), url, None, clock).read()


async def test_no_token_goes_to_a_stranger_who_is_not_verified(vtn: TroubleVtn) -> None:
    """4: an unverified VTN may name any token endpoint."""
    vtn.bend["GET /auth/server"] = saying(json.dumps({"tokenURL": "https://tokens.example/token"}))
    async with serving(vtn.handle) as port:
        url = f"http://127.0.0.1:{port}"
        settings = settings_for(url, client_id="home", client_secret="hush", unverified=True)
        session = VtnSession(settings, SimulatedClock(NOW))
        with pytest.raises(ProviderUntrustedError, match=r"its token endpoint leads to 'tokens\.example'"):
            await session.get("/events")
        await session.close()


async def test_a_broker_is_believed_within_the_home_and_refused_words_are_logged_once(
    authority: trustme.CA, caplog: pytest.LogCaptureFixture
) -> None:
    """4, 33."""
    met: list[object] = []

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        met.append(writer.get_extra_info("cipher"))

    def push(unverified: bool) -> MqttPush:
        settings, clock = settings_for("https://localhost:1", timeout_s=2.0, unverified=unverified), clocks
        return MqttPush(VtnSession(settings, clock), settings, clock, lambda _: None)

    clocks = SimulatedClock(NOW)
    async with Listener(talk, tls=context_of("name", authority)) as listener:
        place = Place("127.0.0.1", listener.port, True)
        assert push(unverified=False)._context(Broker((place,), "ANONYMOUS")).verify_mode is ssl.CERT_REQUIRED
        await push(unverified=True)._one_session(Broker((place,), "ANONYMOUS"), place, ["t"])
        assert len(met) == 1
    caplog.clear()
    nobody, silent = Place("127.0.0.1", 1, False), push(unverified=False)
    for _ in range(3):
        assert not await silent._one_session(Broker((nobody,), "ANONYMOUS"), nobody, ["t"])
    warned = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert ["no MQTT session with grid" in record.getMessage() for record in warned] == [True]
    elsewhere = Place("broker.example", 8883, True)
    await push(unverified=True)._one_session(Broker((elsewhere,), "ANONYMOUS"), elsewhere, ["t"])
    assert "its MQTT broker leads to 'broker.example'" in caplog.text


@pytest.mark.parametrize(
    "url", ["https://vtn.example", "https://8.8.8.8", "https://[2001:db8::1]", "https://"]
)
def test_beyond_the_home_nobody_is_believed(url: str) -> None:
    """4."""
    with pytest.raises(ProviderUntrustedError, match="beyond the home nobody is believed unverified"):
        safe_url(ProviderId("grid"), url, unverified=True)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "::1", "10.1.2.3", "192.168.7.7", "fd00::7", "localhost", "vtn.local.", "A.Internal"],
)
def test_numbers_and_names_of_homes_are_known(host: str) -> None:
    """4."""
    assert is_at_home(host)


async def test_a_server_that_speaks_no_tls_is_not_believed() -> None:
    """4."""
    async with raw_server(b"\x15\x03\x01\x00\x02\x02\x46", asked=b"localhost") as url:
        session = VtnSession(
            settings_for(url.replace("http://127.0.0.1", "https://localhost"), unverified=True),
            SimulatedClock(NOW),
        )
        with pytest.raises(ProviderUntrustedError, match=r"does not speak TLS 1\.2"):
            await session.get("/events")
        await session.close()
