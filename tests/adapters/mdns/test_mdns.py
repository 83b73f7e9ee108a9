"""Services announced by real mDNS on loopback: heard, changed, gone, and hostile."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from uuid import uuid4

import pytest
from zeroconf import ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from drrouter.adapters import mdns
from drrouter.adapters.mdns import Announced, Browser
from drrouter.errors import DeviceError

LOOPBACK = ("127.0.0.1",)


@pytest.fixture
def kind() -> str:
    """A kind of service that no other test on this machine knows."""
    return f"_t{uuid4().hex[:10]}._tcp"


@pytest.fixture
async def voice() -> AsyncIterator[AsyncZeroconf]:
    zeroconf = AsyncZeroconf(interfaces=list(LOOPBACK))
    yield zeroconf
    await zeroconf.async_close()


def _service(kind: str, name: str, port: int = 80, **facts: str) -> ServiceInfo:
    return ServiceInfo(
        f"{kind}.local.", f"{name}.{kind}.local.", port, properties=facts, parsed_addresses=["127.0.0.1"]
    )


async def _announce(voice: AsyncZeroconf, service: ServiceInfo) -> None:
    """Say that it is there, without asking first whether somebody else has the name."""
    await (await voice.async_register_service(service, cooperating_responders=True))


async def _seen(browser: Browser, fits: Callable[[tuple[Announced, ...]], bool]) -> tuple[Announced, ...]:
    while not fits(now := await browser.announced()):
        await browser.changed()
    return now


async def test_a_service_is_heard_with_its_address_and_facts(kind: str, voice: AsyncZeroconf) -> None:
    async with Browser((kind,), LOOPBACK) as browser:
        assert await browser.announced() == ()
        await _announce(voice, _service(kind, "plug", 8080, Gen="2", app="Plus1PM"))
        (one,) = await _seen(browser, bool)
    assert one == Announced(kind, "plug", "127.0.0.1", 8080, {"gen": "2", "app": "Plus1PM"})


async def test_a_service_that_takes_its_leave_is_forgotten_and_may_return(
    kind: str, voice: AsyncZeroconf
) -> None:
    service = _service(kind, "plug")
    async with Browser((kind,), LOOPBACK) as browser:
        await _announce(voice, service)
        await _seen(browser, bool)
        await (await voice.async_unregister_service(service))
        assert await _seen(browser, lambda now: not now) == ()
        await _announce(voice, _service(kind, "plug", 81))
        (one,) = await _seen(browser, bool)
    assert one.port == 81


async def test_names_and_facts_are_cleaned(kind: str, voice: AsyncZeroconf) -> None:
    async with Browser((kind,), LOOPBACK) as browser:
        await _announce(voice, _service(kind, "\u202eplug", 80, alias="a\x1b[2Jb\u202e"))
        (one,) = await _seen(browser, bool)
    assert one.name == "plug"
    assert one.facts == {"alias": "a[2Jb"}


async def test_a_flood_of_services_is_cut_off(
    kind: str, voice: AsyncZeroconf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mdns, "MOST_KNOWN", 2)
    for number in range(4):
        await _announce(voice, _service(kind, f"plug {number}"))
    async with Browser((kind,), LOOPBACK) as browser:
        assert len(await _seen(browser, lambda now: len(now) == 2)) == 2


async def test_a_browser_that_nobody_serves_listens_when_it_is_asked(kind: str, voice: AsyncZeroconf) -> None:
    await _announce(voice, _service(kind, "plug"))
    browser = Browser((kind,), LOOPBACK)
    assert [one.name for one in await browser.announced()] == ["plug"]


async def test_a_served_browser_listens_until_it_is_cancelled(kind: str, voice: AsyncZeroconf) -> None:
    browser = Browser((kind,), LOOPBACK)
    serving = asyncio.create_task(browser.serve())
    await _announce(voice, _service(kind, "plug"))
    assert await _seen(browser, bool)
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving


async def test_an_interface_that_is_not_ours_is_refused_with_a_sentence(kind: str) -> None:
    with pytest.raises(DeviceError, match="mDNS cannot be listened to"):
        async with Browser((kind,), ("192.0.2.77",)):
            pass


async def test_a_missing_library_is_named(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zeroconf", None)
    with pytest.raises(DeviceError, match="package zeroconf"):
        await Browser((kind,)).announced()


def test_the_library_is_not_loaded_before_it_is_needed() -> None:
    program = "import sys, drrouter.adapters.mdns; sys.exit('zeroconf' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
