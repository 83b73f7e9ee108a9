"""A VTN in the home that announces itself by mDNS; numbers in docstrings are the obligations of a VEN."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from zeroconf import ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.mdns import Announced
from drrouter.adapters.sp.openadr3 import OpenAdr3Provider, provider_for
from drrouter.adapters.sp.openadr3.local import KIND, LocalProvider, address_of
from drrouter.domain.ids import EventId, ProgramId
from drrouter.domain.signal import MessageKind, OutboxItem, Signal
from drrouter.errors import ProviderUnreachableError
from tests.adapters.sp.peers import MINUTE, NOW, TroubleVtn, events, links, settings_for, shed, trouble

LOOPBACK = ("127.0.0.1",)
LONG = {"start": "2026-03-01T12:05:00Z", "duration": "P300D"}
ANY = "https://_openadr3._tcp.local"


@pytest.fixture
def program() -> str:
    """A program that no other VTN on this machine carries."""
    return f"program-{uuid4().hex[:10]}"


@pytest.fixture
async def voice() -> AsyncIterator[AsyncZeroconf]:
    zeroconf = AsyncZeroconf(interfaces=list(LOOPBACK))
    yield zeroconf
    await zeroconf.async_close()


async def announce(voice: AsyncZeroconf, vtn: TroubleVtn, program: str, **facts: str) -> ServiceInfo:
    port = int(vtn.url.rpartition(":")[2])
    name = f"{uuid4().hex[:8]}.{KIND}.local."
    said = {"version": "3.1.0", "program_names": f"other,{program}", "requires_auth": "False"} | facts
    service = ServiceInfo(f"{KIND}.local.", name, port, properties=said, parsed_addresses=["127.0.0.1"])
    await (await voice.async_register_service(service, cooperating_responders=True))
    return service


async def until(clock: SimulatedClock, holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.wait([asyncio.ensure_future(asyncio.to_thread(lambda: None))])
            await clock.advance(MINUTE / 60)


async def test_a_vtn_of_the_home_is_found_and_followed_when_it_moves(
    vtn: TroubleVtn, clock: SimulatedClock, voice: AsyncZeroconf, program: str
) -> None:
    """5: by the programs that it carries."""
    provider = LocalProvider(settings_for(ANY, programs=(program,), timeout_s=1.0), clock, LOOPBACK)
    heard: list[Signal] = []

    async def listen() -> None:
        async for signal in provider.signals():
            heard.append(signal)

    task = asyncio.create_task(listen())
    await until(clock, lambda: links(heard) == [False])
    with pytest.raises(ProviderUnreachableError, match="announces itself"):
        await provider.send(receipt())
    row = vtn.add("programs", programName=program)
    event = shed(vtn, programID=row["id"], intervalPeriod=LONG)
    service = await announce(voice, vtn, program)
    await until(clock, lambda: bool(events(heard)))
    assert [one.id for one in events(heard)] == [event["id"]]
    await provider.send(receipt())
    assert vtn.count("POST /reports") == 1
    async with trouble() as other:
        row = other.add("programs", programName=program)
        later = shed(other, id="later", programID=row["id"], intervalPeriod=LONG)
        await (await voice.async_unregister_service(service))
        await announce(voice, other, program)
        for name in ("events", "programs"):
            vtn.bend[f"GET /{name}"] = out_of_order
        await until(clock, lambda: len(events(heard)) == 2)
        assert events(heard)[1].id == later["id"]
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert provider.id == "grid"


async def out_of_order(_: Any) -> Any:
    raise ConnectionError


def receipt() -> OutboxItem:
    kind = MessageKind.RECEIPT
    return OutboxItem("i", settings_for(ANY).id, kind, EventId("events-2"), "v", ProgramId("p"), NOW)


@pytest.mark.parametrize(
    ("facts", "fits"),
    [
        ({}, True),
        ({"program_names": "peaks, prices"}, True),
        ({"program_names": "others"}, False),
        ({"requires_auth": "True"}, False),
    ],
)
def test_who_carries_other_programs_or_lets_us_not_in_is_passed_over(
    facts: dict[str, str], fits: bool, clock: SimulatedClock
) -> None:
    """5: program_names and requires_auth."""
    provider = LocalProvider(settings_for(ANY, programs=("prices",)), clock)
    assert provider._may_be_ours(Announced(KIND, "hub", "192.168.1.7", 80, facts)) is fits


@pytest.mark.parametrize(
    ("host", "facts", "url"),
    [
        (
            "192.168.1.7",
            {"local_url": "https://hub.local:8443/openadr3/3.1.0"},
            "https://hub.local:8443/openadr3/3.1.0",
        ),
        ("192.168.1.7", {"local_url": "http://hub.local:8080"}, ""),
        ("192.168.1.7", {"local_url": "https://evil.example"}, ""),
        ("192.168.1.7", {"local_url": "https://["}, ""),
        ("192.168.1.7", {"base_path": "3.1.0"}, ""),
        ("127.0.0.1", {"base_path": "/3.1.0/"}, "http://127.0.0.1:80/3.1.0"),
        ("127.0.0.1", {}, "http://127.0.0.1:80"),
    ],
)
def test_the_link_is_https_to_a_local_name_or_stays_on_this_machine(
    host: str, facts: dict[str, str], url: str
) -> None:
    """4, 5: local_url and base_path."""
    assert address_of(Announced(KIND, "hub", host, 80, facts)) == url


def test_a_url_says_whether_to_look(clock: SimulatedClock) -> None:
    """5."""
    assert isinstance(provider_for(settings_for(ANY), clock), LocalProvider)
    assert isinstance(provider_for(settings_for("https://vtn.example"), clock), OpenAdr3Provider)
