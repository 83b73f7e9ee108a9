"""What clients are shown of the whole: the state in one sentence, prices, limits, alerts and links."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from drrouter.domain.event import PayloadType
from drrouter.domain.interval import Interval
from drrouter.domain.plan import DataRung, SolveRung
from drrouter.domain.rates import constant
from drrouter.domain.signal import EventReceived, LinkChanged
from drrouter.domain.timeline import TariffRates
from drrouter.router import views
from drrouter.router.facade import WishRequest
from drrouter.supervise import TaskHealth, TaskState
from tests.builders import (
    CAR,
    HVAC,
    MINUTE,
    NOON,
    SP,
    WASHER,
    at,
    capacity,
    event,
    payload,
)
from tests.homes import Home, running

UP = LinkChanged(SP, True, "The link to the grid is up.", NOON)


def tariff(span: Interval) -> TariffRates:
    return TariffRates("SEK", constant(0.30, span), co2_g_per_kwh=constant(40.0, span))


@pytest.fixture
async def home() -> AsyncIterator[Home]:
    async with running(Home(tariff=tariff)) as made:
        made.provider.says(UP)
        await made.clock.settle()
        yield made


async def test_a_home_that_does_well_says_so(home: Home) -> None:
    status = home.front.status()
    assert (status.degraded, status.sentence) == (False, "All is well; nothing waits to start.")
    assert (status.site, status.time_zone) == ("Test home", "Europe/Amsterdam")
    assert (status.now, status.started_at) == (NOON, NOON)
    assert (status.data_rung, status.solve_rung) == (DataRung.LIVE, SolveRung.GREEDY)
    assert (status.currency, status.price_per_kwh, status.co2_g_per_kwh) == ("SEK", 0.30, 40.0)
    assert (status.limit_w, status.alerts) == (None, ())
    assert status.version


async def test_what_starts_next_is_said_in_local_time(home: Home) -> None:
    await home.front.wish(WASHER, WishRequest(at("18:00"), earliest=at("16:30")))
    await home.clock.settle()
    assert home.front.status().sentence == "All is well; next, Washer starts at Mon 01 Jun 18:30."


async def test_a_link_that_is_down_is_what_the_home_lacks(home: Home) -> None:
    home.provider.says(LinkChanged(SP, False, "The grid does not answer.", NOON))
    await home.clock.settle()
    status = home.front.status()
    assert status.degraded
    assert "The grid does not answer." in status.sentence
    assert [(link.provider, link.up, link.since) for link in status.links] == [(SP, False, NOON)]
    assert status.data_rung is DataRung.LAST_PUBLISHED


async def test_what_the_home_file_lets_pass_is_said_as_long_as_it_does(home: Home) -> None:
    """4: a provider that is not verified."""
    home.router.settings = replace(home.router.settings, lasting=("Provider lab is not verified.",))
    status = home.front.status()
    assert (status.degraded, status.sentence) == (True, "Provider lab is not verified.")


async def test_devices_that_do_not_answer_are_named_and_not_counted(home: Home) -> None:
    assert home.front.status().power_w == pytest.approx(1000.0)
    home.plug(CAR).unreachable = home.plug(HVAC).unreachable = True
    await home.clock.advance(MINUTE)
    status = home.front.status()
    assert status.sentence == "Car, Hvac cannot be reached."
    assert status.power_w == 0.0


async def test_the_tightest_limit_of_the_site_is_shown_and_no_other(home: Home) -> None:
    for one in (
        capacity("loose", 5000.0, "12:00", "13:00", priority=0),
        capacity("group", 100.0, "12:00", "13:00", targets=("car",)),
    ):
        home.provider.says(EventReceived(one))
    await home.clock.settle()
    assert home.front.status().limit_w == 5000.0


async def test_an_alert_is_shown_in_the_words_of_the_provider_or_in_ours(home: Home) -> None:
    said = payload(PayloadType.ALERT_GRID_EMERGENCY, 1.0, "12:00", "13:00", "Save power, please")
    home.provider.says(EventReceived(event("one", said)))
    home.provider.says(EventReceived(event("two", replace(said, text=""), targets=("car",))))
    await home.clock.settle()
    assert set(home.front.status().alerts) == {"Save power, please", "Grid emergency."}
    await home.clock.advance(timedelta(hours=1))
    assert home.front.status().alerts == ()


async def test_alerts_that_stop_nothing_are_shown_too(home: Home) -> None:
    """27."""
    fire = payload(PayloadType.ALERT_FIRE, 1.0, "12:00", "13:00", "Fire in the hills")
    wind = payload(PayloadType.ALERT_POSSIBLE_OUTAGE, 1.0, "12:00", "13:00")
    home.provider.says(EventReceived(event("one", fire, wind)))
    await home.clock.settle()
    cut = "Grid announced a power cut from Mon 01 Jun 14:00 to Mon 01 Jun 15:00."
    assert set(home.front.status().alerts) == {"Fire in the hills", "Possible outage.", cut}


async def test_before_the_first_plan_and_the_first_reading_nothing_is_made_up() -> None:
    home = Home()
    await home.open()
    status = home.front.status()
    assert status.sentence == "The first plan is being made."
    assert (status.power_w, status.solve_rung, status.plan_made_at, status.price_per_kwh) == (None,) * 4
    (first, *_) = home.front.devices()
    assert (first.band, first.wished_w, first.because) == (None, None, "")
    assert home.front.plan() is None


def test_a_link_is_shown_as_it_was_told() -> None:
    shown = views.link_view(UP)
    assert (shown.provider, shown.up, shown.since, shown.sentence) == (SP, True, NOON, UP.sentence)


async def test_a_part_that_failed_is_named_until_it_has_shown_that_it_works(home: Home) -> None:
    failed = TaskHealth(TaskState.RESTARTING, NOON, 1, "KeyError: 'x'")
    home.router.health = lambda: {"uplink grid": failed, "scribe": TaskHealth(TaskState.RUNNING, NOON)}
    status = home.router.status()
    assert status.degraded
    assert (
        "A part of the router, uplink grid, failed and was started again (KeyError: 'x')." in status.sentence
    )
    assert "scribe" not in status.sentence
    home.router.health = lambda: {"uplink grid": TaskHealth(TaskState.RUNNING, NOON)}
    assert "uplink" not in home.router.status().sentence
