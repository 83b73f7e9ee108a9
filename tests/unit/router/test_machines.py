"""Machines that ask by themselves: which start they are given, at what price, and when there is none."""

from dataclasses import replace
from datetime import timedelta

import pytest

from drrouter.domain.flexibility import Phase, ProfileFlexibility, Programme
from drrouter.domain.ids import ProgrammeId
from drrouter.domain.wish import CycleWish
from drrouter.router.facade import OptionsRequest
from drrouter.router.machines import Machines
from tests.builders import ECO, FREEZER, WASHER, at, programme, washer
from tests.homes import Home, running

OWN = Programme(ProgrammeId("program_1"), "Program 1", (Phase("wash", timedelta(minutes=90), 500.0),))


async def _cheapest(home: Home) -> float:
    return min(option.cost for option in await home.front.options(WASHER, OptionsRequest()))


async def test_a_machine_that_asks_for_a_price_learns_that_of_its_cheapest_start() -> None:
    async with running(Home()) as home:
        machines = Machines(home.front, home.router.registry)
        quote = await machines.quote(WASHER, OWN, False)
        assert quote is not None
        assert quote.cost == pytest.approx(await _cheapest(home))
        assert quote.currency == "EUR"
        assert home.router.book.commitments == {}


async def test_a_machine_that_asks_for_its_schedule_is_promised_it() -> None:
    async with running(Home()) as home:
        quote = await Machines(home.front, home.router.registry).quote(WASHER, OWN, True)
        assert quote is not None
        assert any("Washer: eco is promised" in said for said in home.store.sentences())


async def test_a_machine_with_a_window_of_its_own_is_given_a_start_within_it() -> None:
    async with running(Home()) as home:
        machines = Machines(home.front, home.router.registry)
        free = await machines.quote(WASHER, OWN, False)
        assert free is not None
        begin, end = free.start + timedelta(hours=1), free.start + timedelta(hours=5)
        quote = await machines.quote(WASHER, OWN, False, (begin, end))
        assert quote is not None
        assert begin <= quote.start < end
        assert await machines.quote(WASHER, OWN, False, (begin, begin + timedelta(minutes=5))) is None


async def test_there_is_no_answer_for_a_freezer() -> None:
    async with running(Home()) as home:
        machines = Machines(home.front, home.router.registry)
        assert await machines.quote(FREEZER, OWN, True) is None


async def test_there_is_no_answer_where_the_machine_cannot_be_done_in_time() -> None:
    async with running(Home()) as home:
        machines = Machines(home.front, home.router.registry)
        home.router.book.wishes[WASHER] = CycleWish(WASHER, ECO, at("12:00"), at("12:05"))
        assert await machines.quote(WASHER, OWN, True) is None


async def test_the_programme_of_the_model_that_takes_a_time_most_like_it_is_meant() -> None:
    both = ProfileFlexibility((programme("short", (30, 900.0)), programme("long", (400, 900.0))))
    own = replace(OWN, phases=(Phase("wash", timedelta(hours=9), 500.0),))
    async with running(Home(replace(washer(), flexibility=both))) as home:
        quote = await Machines(home.front, home.router.registry).quote(WASHER, own, True)
        assert quote is not None
        assert any("Washer: long is promised" in said for said in home.store.sentences())
