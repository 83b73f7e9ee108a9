"""The true router on a true uplink, OpenADR over HTTP, that is cut between two polls (A9)."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web

from drrouter.adapters.sp.openadr3 import OpenAdr3Provider
from drrouter.domain.journal import JournalKind
from tests.adapters.sp.peers import TroubleVtn, settings_for, trouble
from tests.builders import CAR, MINUTE, at
from tests.homes import Home, running
from tests.profiles import MemorySource, profile_text

PATHS = ("GET /programs", "GET /events")


@pytest.fixture
async def vtn() -> AsyncIterator[TroubleVtn]:
    async with trouble() as made:
        yield made


async def _broken(_: web.Request) -> web.StreamResponse:
    return web.Response(status=503)


@pytest.mark.parametrize("seconds", [1, 29, 59])
async def test_wherever_between_two_polls_the_link_is_cut_the_time_out_is_met(
    vtn: TroubleVtn, seconds: int
) -> None:
    home = Home(offline=MemorySource(profile_text(link_s=300)), start=at("15:00"), tick=MINUTE)
    home.provider = OpenAdr3Provider(settings_for(vtn.url, poll_s=60.0), home.clock)  # type: ignore[assignment]
    home.plug(CAR).appliance.plugged_in = True
    async with running(home):
        await home.clock.advance(10 * MINUTE + timedelta(seconds=seconds))
        cut = home.clock.now()
        vtn.bend |= dict.fromkeys(PATHS, _broken)
        await home.clock.advance_to(cut + 4 * MINUTE - timedelta(seconds=1))
        assert home.is_on(CAR) == [True]
        await home.clock.advance_to(cut + 5 * MINUTE + timedelta(seconds=1))
        assert home.is_on(CAR) == [False]
        told = [entry for entry in home.store.entries if entry.kind is JournalKind.OFFLINE]
        entered = [entry.at for entry in told if "is in force:" in entry.sentence]
        assert len(entered) == 1
        assert cut + 4 * MINUTE <= entered[0] <= cut + 5 * MINUTE
        vtn.bend.clear()
        await home.clock.advance(5 * MINUTE)
        assert home.is_on(CAR) == [True]
        up = [entry.at for entry in home.store.entries if "is up again" in entry.sentence]
        left = [entry.at for entry in home.store.entries if entry.kind is JournalKind.OFFLINE][-1:]
        assert left == up[-1:]
