"""A whole router whose home file names a provider of OpenADR 2.0b."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.sp.openadr2 import OpenAdr2Provider
from drrouter.app import Options, running, tell_usage
from drrouter.config import HomeConfig, load_home
from drrouter.domain.ids import DeviceId
from drrouter.router.core import Router
from drrouter.router.follow import Meter
from tests.adapters.openadr2.peers import NOW, Vtn, listening, settings_for
from tests.unit.config.homes import OLDER_PROVIDER, SITE

LATER = datetime(2190, 1, 1, tzinfo=UTC)


async def test_the_router_registers_keeps_an_event_and_opts_in(vtn: Vtn, tmp_path: Path) -> None:
    """36, 37, 38."""
    vtn.event("event-1", start=LATER)
    url = OLDER_PROVIDER.replace("https://vtn.example/OpenADR2/Simple/2.0b", vtn.url)
    home = tmp_path / "home.toml"
    home.write_text(SITE + url + "[api]\nport = 0\n")
    async with running(load_home(home), Options()) as app:
        await asyncio.wait_for(vtn.heard_of("oadrCreatedEvent"), 20)
        assert vtn.answers() == [("event-1", 0, "optIn", 200)]
        (link,) = app.router.intake.links.values()
        assert link.up


async def test_a_meter_of_the_home_is_told_of(vtn: Vtn, clock: SimulatedClock) -> None:
    """41."""
    vtn.wanted = (timedelta(seconds=10), timedelta(seconds=10))
    shown: list[Meter | None] = [None, Meter(420.0, NOW)]
    outlook = SimpleNamespace(meter=lambda now: shown.pop(0) if len(shown) > 1 else shown[0])
    router = cast("Router", SimpleNamespace(steering=SimpleNamespace(outlook=outlook)))
    home = cast("HomeConfig", SimpleNamespace(site_meter=DeviceId("meter")))
    async with listening(settings_for(vtn.url), clock) as (provider, _):
        tell_usage([provider], router, cast("HomeConfig", SimpleNamespace(site_meter=None)), clock)
    assert "oadrRegisterReport" not in vtn.kinds()
    fresh = OpenAdr2Provider(settings_for(vtn.url), clock)
    tell_usage([fresh], router, home, clock)
    async with listening(settings_for(vtn.url), clock, made=fresh):
        await clock.advance(timedelta(seconds=30))
    assert {value for _, value in vtn.samples} == {420.0}
