"""The true router while its provider is silent: the profile in force to the second, and gone with the return.

The provider's profile names the evening from 17:00 to 20:00 of Amsterdam, 15:00 to 18:00 of these tests.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from drrouter.domain.plan import DataRung
from drrouter.domain.signal import EventReceived, EventsComplete, LinkChanged
from drrouter.domain.wish import OverrideMode
from drrouter.errors import ProviderUnreachableError, WishImpossibleError
from drrouter.router.facade import OptionsRequest, WishRequest
from drrouter.router.viewed import StatusView
from tests.builders import CAR, FREEZER, HOUR, HVAC, MINUTE, SP, WASHER, at, capacity, price
from tests.homes import Home, running
from tests.profiles import EVENING, MemorySource, profile_text

SECOND = timedelta(seconds=1)
LIMIT = '[[limit]]\nid = "evening"\nmax_w = 900\nhours = ["17:00-20:00"]\n'
PRICES = price("p", 0.2, "00:00", "24:00")


@asynccontextmanager
async def a_home(data: bytes = b"", *, until: str = "24:00", **more: object) -> AsyncIterator[Home]:
    """A home at noon with a link, prices and a profile; a car is there and charges as it likes."""
    more.setdefault("tick", MINUTE)
    made = Home(offline=MemorySource(data or profile_text()), follows_prices=True, **more)  # type: ignore[arg-type]
    async with running(made):
        made.provider.says(
            LinkChanged(SP, True, "The link is up.", at("12:00")),
            EventReceived(price("p", 0.2, "00:00", until)),
        )
        made.plug(CAR).appliance.plugged_in = True
        await made.clock.advance(MINUTE)
        yield made


async def cut(home: Home, when: str) -> None:
    """Lose the link."""
    await home.clock.advance_to(at(when))
    home.provider.says(LinkChanged(SP, False, "The provider cannot be reached.", at(when)))
    await home.clock.settle()


async def mend(home: Home, when: str) -> None:
    """The link returns."""
    await home.clock.advance_to(at(when))
    home.provider.says(LinkChanged(SP, True, "The link is up again.", at(when)))
    await home.clock.settle()


def status(home: Home) -> StatusView:
    return home.front.status()


def rung(home: Home) -> DataRung | None:
    plan = home.front.plan()
    return plan.data_rung if plan else None


async def test_the_profile_is_in_force_at_its_time_out_and_gone_with_the_return_of_the_link() -> None:
    async with a_home() as home:
        assert home.is_on(CAR, HVAC) == [True, True]
        await cut(home, "15:00")
        assert home.is_on(CAR) == [True]
        await home.clock.advance_to(at("15:15") - SECOND)
        assert home.is_on(CAR) == [True]
        assert "comes into force at Mon 01 Jun 17:15" in status(home).sentence
        await home.clock.advance_to(at("15:15"))
        assert home.is_on(CAR, HVAC) == [False, True]
        assert (rung(home), status(home).data_rung) == (DataRung.OFFLINE_PROFILE, DataRung.OFFLINE_PROFILE)
        assert status(home).offline.startswith("Offline: the profile of grid is in force since")
        assert (status(home).offline_since, status(home).degraded) == (at("15:00"), True)
        (device,) = [view for view in home.front.devices() if view.profile.id == CAR]
        assert device.because == "offline profile of grid: peak window evening until Mon 01 Jun 20:00"
        await mend(home, "16:00")
        assert home.is_on(CAR) == [True]
        assert (status(home).offline, status(home).offline_since) == ("", None)
        assert (rung(home), status(home).degraded) == (DataRung.LIVE, False)
        assert home.front.ledger().offline_minutes == pytest.approx(60.0, abs=0.2)
        told = [sentence for sentence in home.store.sentences() if "offline profile of grid" in sentence]
        assert [sentence.split(":")[0] for sentence in told if sentence.startswith("The")][1:] == [
            "The offline profile of grid (Evenings) is in force",
            "The offline profile of grid is no longer in force after 45 min",
        ]


async def test_a_time_out_of_seconds_is_met_between_two_looks() -> None:
    async with a_home(profile_text(link_s=2)) as home:
        await cut(home, "15:00:30")
        await home.clock.advance_to(at("15:00:32") - timedelta(milliseconds=1))
        assert home.is_on(CAR) == [True]
        await home.clock.advance_to(at("15:00:32"))
        assert home.is_on(CAR) == [False]


async def test_the_window_begins_and_ends_to_the_second_while_in_force() -> None:
    async with a_home() as home:
        await cut(home, "12:05")
        for when, on in (("14:59:59", True), ("15:00", False), ("17:59:59", False), ("18:00", True)):
            await home.clock.advance_to(at(when))
            assert home.is_on(CAR) == [on]


async def test_prices_and_limits_that_are_known_hold_beside_the_profile() -> None:
    async with a_home(profile_text(EVENING + LIMIT)) as home:
        home.provider.says(EventReceived(capacity("tighter", 700.0, "16:00", "17:00")))
        await cut(home, "14:00")
        await home.clock.advance_to(at("15:30"))
        assert (status(home).price_per_kwh, status(home).limit_w) == (0.2, 900)
        assert home.is_on(HVAC) == [False]  # 300 W base load, and 1 kW does not fit under 900 W
        await home.clock.advance_to(at("16:30"))
        assert status(home).limit_w == 700


async def test_no_cycle_is_begun_in_a_window_nor_so_late_that_it_would_reach_into_it() -> None:
    async with a_home() as home:
        await cut(home, "12:05")
        await home.clock.advance_to(at("13:45"))
        home.plug(WASHER).appliance.armed = True
        await home.front.wish(WASHER, WishRequest(at("24:00")))
        while home.clock.now() < at("18:00"):
            await home.clock.advance(5 * MINUTE)
            assert not (at("13:45") <= home.clock.now() < at("18:00") and home.is_on(WASHER) == [True])
        await home.clock.advance_to(at("24:00"))
        assert not home.plug(WASHER).appliance.armed


async def test_a_cycle_that_runs_goes_on_through_the_window() -> None:
    async with a_home(profile_text(link_s=60)) as home:
        home.plug(WASHER).appliance.armed = True
        await home.front.wish(WASHER, WishRequest(at("16:35"), earliest=at("14:50")))
        await home.clock.advance_to(at("15:04"))
        assert home.router.registry.state(WASHER).running
        await cut(home, "15:05")
        await home.clock.advance_to(at("15:30"))
        assert home.is_on(WASHER, CAR) == [True, False]


async def test_options_keep_clear_of_the_window_while_it_is_in_force() -> None:
    async with a_home() as home:
        request = OptionsRequest(ready_by=at("22:00"))
        before = await home.front.options(WASHER, request)
        await cut(home, "13:00")
        await home.clock.advance_to(at("14:30"))
        for option in await home.front.options(WASHER, request):
            assert option.start >= at("18:00")
        with pytest.raises(WishImpossibleError, match="its cycle would reach into the peak window evening"):
            await home.front.options(WASHER, OptionsRequest(ready_by=at("17:00")))
        await mend(home, "15:30")
        (now, *_) = await home.front.options(WASHER, request)
        assert now.start == at("15:30")
        assert before


async def test_a_promise_in_the_window_is_kept_after_it() -> None:
    async with a_home() as home:
        home.plug(WASHER).appliance.armed = True
        options = await home.front.options(WASHER, OptionsRequest(earliest=at("15:30"), ready_by=at("22:00")))
        promised = next(option for option in options if option.start == at("15:30"))
        await home.front.accept(promised.token)
        await cut(home, "14:00")
        await home.clock.advance_to(at("17:59"))
        assert home.plug(WASHER).appliance.armed
        await home.clock.advance_to(at("18:01"))
        assert not home.plug(WASHER).appliance.armed


async def test_the_owner_stands_above_the_profile() -> None:
    async with a_home() as home:
        await cut(home, "12:05")
        await home.clock.advance_to(at("15:30"))
        assert home.is_on(CAR) == [False]
        await home.front.override(CAR, OverrideMode.ON, at("16:00"))
        await home.clock.settle()
        assert home.is_on(CAR) == [True]
        await home.clock.advance_to(at("16:01"))
        assert home.is_on(CAR) == [False]


async def test_a_freezer_rests_in_the_window_as_long_as_it_is_cold_enough() -> None:
    long = EVENING.replace("20:00", "23:45")
    async with a_home(profile_text(long)) as home:
        await cut(home, "12:05")
        await home.clock.advance_to(at("21:44"))
        freezer = home.plug(FREEZER).appliance
        assert freezer.warmest <= -16.0
        assert freezer.warmest > -17.0  # it was held back longer than its own thermostat would have


async def test_prices_that_run_out_bring_the_profile_into_force_with_the_link_up() -> None:
    async with a_home(profile_text(link_s=86_400, data_s=1800), until="15:00") as home:
        await home.clock.advance_to(at("15:30") - SECOND)
        assert (home.is_on(CAR), rung(home)) == ([True], DataRung.BEST_PRACTICE)
        await home.clock.advance_to(at("15:30"))
        assert (home.is_on(CAR), rung(home)) == ([False], DataRung.OFFLINE_PROFILE)
        home.provider.says(EventReceived(price("next", 0.25, "15:30", "24:00")))
        await home.clock.settle()
        assert (home.is_on(CAR), rung(home)) == ([True], DataRung.LIVE)


async def test_a_restart_changes_nothing_of_it() -> None:
    async with a_home() as home:
        await cut(home, "15:00")
        await home.clock.advance_to(at("15:10"))
    source = MemorySource()
    source.error = ProviderUnreachableError("https://acme.example/offline.toml cannot be read: no route.")
    again = Home(offline=source, follows_prices=True, store=home.store, start=at("15:12"), tick=MINUTE)
    again.plug(CAR).appliance.plugged_in = True
    async with running(again):
        again.provider.says(LinkChanged(SP, False, "The provider cannot be reached.", at("15:12")))
        await again.clock.advance_to(at("15:15") - SECOND)
        assert again.is_on(CAR) == [True]
        await again.clock.advance_to(at("15:15"))
        assert again.is_on(CAR) == [False]
        assert "The kept one stays in use." in " ".join(again.store.sentences())


async def test_a_bad_new_profile_leaves_the_good_one_in_force() -> None:
    async with a_home() as home:
        source = home.offline
        assert isinstance(source, MemorySource)
        source.data = b"\xff\xfe"
        await cut(home, "13:00")
        await home.clock.advance_to(at("39:30"))
        assert home.is_on(CAR) == [False]
        refused = [sentence for sentence in home.store.sentences() if "is refused" in sentence]
        assert len(refused) == 1
        assert refused[0].startswith(
            "The offline profile of grid is refused: https://acme.example/offline.toml:"
        )


async def test_without_a_profile_the_last_prices_hold_to_their_end_and_then_nights_are_best() -> None:
    made = Home(follows_prices=True, tick=MINUTE)
    async with running(made) as home:
        home.provider.says(
            LinkChanged(SP, True, "The link is up.", at("12:00")),
            EventReceived(price("p", 0.2, "00:00", "16:00")),
            EventsComplete(SP, frozenset({PRICES.id}), at("12:00")),
        )
        await home.clock.advance(MINUTE)
        assert rung(home) is DataRung.LIVE
        await cut(home, "14:00")
        await home.clock.advance_to(at("14:16"))
        assert rung(home) is DataRung.LAST_PUBLISHED
        assert "no offline profile of it holds" in status(home).offline
        await home.clock.advance_to(at("16:01"))
        home.plug(WASHER).appliance.armed = True
        await home.front.wish(WASHER, WishRequest(at("32:00")))
        await home.clock.advance_to(at("16:16"))
        assert rung(home) is DataRung.BEST_PRACTICE
        plan = home.front.plan()
        assert plan
        cycle = plan.cycle_of(WASHER)
        assert cycle
        assert cycle.start >= at("21:00")  # 23:00 local, where flat days end
        assert home.front.timeline().import_price.at(at("26:00")) == 0.30
        assert home.front.timeline().import_price.at(at("20:00")) == pytest.approx(0.375)


async def test_a_home_that_starts_without_any_link_says_so_and_takes_the_profile_that_it_has() -> None:
    """R6."""
    made = Home(offline=MemorySource(profile_text()), follows_prices=True, start=at("15:30"), tick=MINUTE)
    made.kasa.network.clear()
    async with running(made) as home:
        await home.clock.advance(MINUTE)
        assert "The link to grid is lost since Mon 01 Jun 17:30" in status(home).sentence
        assert rung(home) is DataRung.BEST_PRACTICE
        await home.clock.advance_to(at("15:45"))
        assert rung(home) is DataRung.OFFLINE_PROFILE


async def test_price_levels_of_the_profile_stand_in_where_no_price_was_published() -> None:
    levels = '\n[[price]]\nprice_per_kwh = 0.5\nhours = ["17:00-20:00"]\n'
    data = profile_text(EVENING + levels, more='currency = "EUR"')
    async with a_home(data, until="16:00") as home:
        await cut(home, "14:00")
        await home.clock.advance_to(at("14:30"))
        timeline = home.front.timeline()
        assert (timeline.import_price.at(at("15:30")), timeline.import_price.at(at("17:00"))) == (0.2, 0.5)
    fixed = Home(offline=MemorySource(data))
    async with running(fixed) as home:
        await home.clock.advance(HOUR)
        assert home.router.uplinks.in_force
        assert home.front.timeline().import_price.at(at("17:00")) == 0.3
