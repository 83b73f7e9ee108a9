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


def _at(address: str, service: ServiceInfo) -> ServiceInfo:
    """The same service at another address, and so of another host."""
    host = f"host-{address.replace('.', '-')}.local."
    return ServiceInfo(
        service.type, service.name, service.port, parsed_addresses=[address], server=host, properties={}
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


async def test_a_flood_of_forged_names_of_one_host_keeps_no_real_one_out(
    kind: str, voice: AsyncZeroconf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mdns, "MOST_KNOWN", 4)
    async with Browser((kind,), LOOPBACK) as browser:
        for number in range(12):
            await _announce(voice, _service(kind, f"forged {number:02}"))
        await _seen(browser, lambda now: len(now) == 4)
        await _announce(voice, _at("127.0.0.7", _service(kind, "real")))
        seen = await _seen(browser, lambda now: any(one.name == "real" for one in now))
        assert [one.name for one in seen] == ["forged 00", "forged 01", "forged 02", "real"]
        for number in range(12, 40):
            await _announce(voice, _service(kind, f"forged {number:02}"))
        await _announce(voice, _at("127.0.0.8", _service(kind, "late")))
        seen = await _seen(browser, lambda now: any(one.name == "late" for one in now))
        assert {"real", "late"} < {one.name for one in seen}
        assert len(seen) == 4
        assert len(browser._known) <= 20


def test_a_name_without_an_address_is_the_first_to_go(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mdns, "MOST_KNOWN", 1)
    browser = Browser((kind,), LOOPBACK)
    real = Announced(kind, "real", "127.0.0.7", 80)
    browser._known = {(kind, "real"): real, **{(kind, f"forged {number}"): None for number in range(4)}}
    browser._admit((kind, "new"))
    assert len(browser._known) == 5
    assert browser._known[kind, "real"] == real
    assert (kind, "new") in browser._known


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
