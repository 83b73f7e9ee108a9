"""Fake plugs on loopback, each with a kettle, and a clock that the test moves."""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import pytest
from kasa import Discover

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.kasa.settings import KasaSettings
from drrouter.sim.wire.kasa import Answers, FakeKlap, FakePlug, PlugIdentity, SmartAnswers, mac_of
from tests.adapters.kasa.asking import ACCOUNT
from tests.adapters.kasa.kettle import Kettle

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(START)


@pytest.fixture
def port() -> int:
    """A port that is free over TCP and UDP."""
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        tcp.bind(("", 0))
        number: int = tcp.getsockname()[1]
        udp.bind(("", number))
        return number


@pytest.fixture
def settings(port: int) -> KasaSettings:
    return KasaSettings.model_validate(
        {"broadcast": "127.255.255.255", "port": port, "discovery_s": 0.3, "poll_s": 10, "timeout_s": 0.5}
    )


@pytest.fixture
async def plug_in(clock: SimulatedClock, port: int) -> AsyncIterator[Callable[..., Awaitable[FakePlug]]]:
    """Returns a function that plugs a fake in, at 127.77.0.`number`."""
    async with AsyncExitStack() as stack:

        async def join(
            number: int = 1, alias: str = "Kettle", power_w: float = 2000.0, **more: Any
        ) -> FakePlug:
            plug = FakePlug(
                f"127.77.0.{number}", alias, Kettle(clock.now, power_w), now=clock.now, port=port, **more
            )
            return await stack.enter_async_context(plug)

        yield join


@pytest.fixture(autouse=True)
def klap_port(monkeypatch: pytest.MonkeyPatch) -> int:
    """Where the newer discovery calls: 20002 in the field, and here a port that nobody else shares."""
    with socket.socket(type=socket.SOCK_DGRAM) as udp:
        udp.bind(("", 0))
        number: int = udp.getsockname()[1]
    for name in ("DISCOVERY_PORT_2", "DISCOVERY_PORT_3"):
        monkeypatch.setattr(Discover, name, number)
    return number


@pytest.fixture
async def klap_in(klap_port: int) -> AsyncIterator[Callable[..., Awaitable[FakeKlap]]]:
    """Returns a function that plugs in a fake of newer firmware, at 127.77.1.`number`."""
    async with AsyncExitStack() as stack:

        async def join(number: int, firmware: Any, **more: Any) -> FakeKlap:
            fake = FakeKlap(
                f"127.77.1.{number}",
                firmware,
                mac=mac_of(f"127.77.1.{number}"),
                discovery_port=klap_port,
                **more,
            )
            return await stack.enter_async_context(fake)

        yield join


@pytest.fixture
def klap_kettle_in(
    klap_in: Callable[..., Awaitable[FakeKlap]], clock: SimulatedClock
) -> Callable[..., Awaitable[FakeKlap]]:
    """Plugs in a kettle of one kind of firmware."""

    async def join(kind: str = "tapo", number: int = 1, **more: Any) -> FakeKlap:
        load = Kettle(clock.now, 2000.0)
        if kind == "tapo":
            firmware: Any = SmartAnswers("Kettle", mac_of(f"127.77.1.{number}"), load, clock.now)
            return await klap_in(number, firmware, **{"account": ACCOUNT} | more)
        firmware = Answers(PlugIdentity("Kettle", mac_of(f"127.77.1.{number}"), "EP25(US)"), load, clock.now)
        version = int(kind[-1])
        inside = {
            "family": "IOT.SMARTPLUGSWITCH",
            "model": "EP25(US)",
            "version": version,
            "account": ACCOUNT,
        }
        return await klap_in(number, firmware, **inside | more)

    return join
