"""Many events in one breath: all take effect at once, the home is judged a few times, no receipt waits."""

from drrouter.domain.interval import Interval
from drrouter.domain.signal import EventReceived, EventsComplete, LinkChanged
from drrouter.domain.timeline import TariffRates
from drrouter.errors import ProviderUnreachableError
from tests.builders import CAR, HVAC, NOON, SP, event, shed
from tests.homes import Home, flat, running

MANY = 500


async def test_of_many_events_in_one_breath_each_takes_effect_and_the_timeline_is_made_a_few_times() -> None:
    made = list[Interval]()

    def tariff(span: Interval) -> TariffRates:
        made.append(span)
        return flat(span)

    home = Home(tariff=tariff)
    async with running(home):
        made.clear()
        home.provider.says(*(EventReceived(event(f"e{number}")) for number in range(MANY)))
        home.provider.says(EventReceived(shed("shed", "12:00", "13:00")))
        await home.clock.settle()
        assert home.is_on(CAR, HVAC) == [False, False]
        assert len(made) < 10


async def test_an_order_that_comes_in_one_breath_with_the_link_acts_before_any_time_passes() -> None:
    home = Home()
    async with running(home):
        home.provider.says(LinkChanged(SP, True, "up", NOON), EventReceived(shed("shed", "12:00", "13:00")))
        await home.clock.settle()
        assert home.is_on(CAR, HVAC) == [False, False]
        home.provider.says(EventsComplete(SP, frozenset(), NOON), LinkChanged(SP, False, "down", NOON))
        await home.clock.settle()
        assert home.is_on(CAR, HVAC) == [True, True]


async def test_a_long_outbox_is_delivered_without_a_pause_once_the_link_is_back() -> None:
    home = Home()
    home.provider.error = lambda _: ProviderUnreachableError("down")
    async with running(home):
        home.provider.says(*(EventReceived(event(f"e{number}")) for number in range(MANY)))
        await home.clock.settle()
        assert home.provider.heard == []
        home.provider.error = lambda _: None
        home.provider.says(EventReceived(event("last")))
        await home.clock.settle()
        assert len(home.provider.heard) == MANY + 1
