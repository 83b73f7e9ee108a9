"""The demo's service provider against the true VTN: what it sends, a home's VEN understands."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest
from aiohttp import web

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.sp.openadr3 import OpenAdr3Provider, Openadr3Settings
from drrouter.adapters.vtn import ClientCredential, Role, VtnConfig, build_app
from drrouter.domain.event import Event, PayloadType
from drrouter.domain.ids import ProviderId
from drrouter.domain.signal import EventReceived, EventsComplete, Signal
from drrouter.errors import ProviderRefusedError, ProviderUnreachableError
from drrouter.sim.demo.provider import BusinessLogic
from drrouter.sim.demo.scenario import END, PROVIDER_DAY, START, Cancel, Order, PriceNotice, day_ahead, orders

CLIENTS = (
    ClientCredential("operator", "secret", Role.BL),
    ClientCredential("home", "secret", Role.VEN, targets=("hvac",)),
)


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(START)


@pytest.fixture
async def url(clock: SimulatedClock) -> AsyncIterator[str]:
    config = VtnConfig(CLIENTS, token_life=timedelta(hours=1), base_path="/openadr3/3.1.0")
    runner = web.AppRunner(build_app(config, clock))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/openadr3/3.1.0"
    await runner.cleanup()


@asynccontextmanager
async def home(url: str, clock: SimulatedClock) -> AsyncIterator[list[Signal]]:
    """What a home's VEN hears while this is entered."""
    settings = Openadr3Settings(
        ProviderId("grid"), url, "home", "secret", ven_name="home", jitter=0.0, poll_s=300.0
    )
    heard = list[Signal]()

    async def listen() -> None:
        async for signal in OpenAdr3Provider(settings, clock).signals():
            heard.append(signal)

    task = asyncio.create_task(listen())
    yield heard
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def received(heard: list[Signal]) -> dict[str, Event]:
    """The last version of each event, by its name."""
    return {signal.event.name: signal.event for signal in heard if isinstance(signal, EventReceived)}


async def test_the_whole_day_arrives_at_a_home_as_it_was_meant(url: str, clock: SimulatedClock) -> None:
    async with BusinessLogic(url, "operator", "secret", clock) as provider, home(url, clock) as heard:
        for act in PROVIDER_DAY:
            await clock.advance_to(act.at)
            await provider.perform(act)
        await clock.advance_to(END)
    events = received(heard)
    for order in orders():
        (payload,) = events[order.key].payloads
        assert (payload.type, payload.interval, payload.value) == (order.kind, order.interval, order.value)
        assert events[order.key].targets == order.targets
        assert events[order.key].priority == order.priority
    assert events["noon-alert"].payloads[0].text.startswith("A substation is overloaded")
    last = [signal for signal in heard if isinstance(signal, EventsComplete)][-1]
    assert last.event_ids == {event.id for name, event in events.items() if name != "hvac-shed-2"}


async def test_prices_arrive_per_kwh_with_feed_in_and_co2(url: str, clock: SimulatedClock) -> None:
    async with BusinessLogic(url, "operator", "secret", clock) as provider, home(url, clock) as heard:
        for act in PROVIDER_DAY[:2]:
            await provider.perform(act)
        await clock.advance(timedelta(minutes=6))
    sunday = received(heard)["prices-sunday"]
    assert sunday.currency == "EUR"
    assert sunday.ignored == ()
    prices = {payload.interval: payload.value for payload in sunday.of(PayloadType.PRICE)}
    assert len(prices) == 24
    assert all(day_ahead().at(interval.start) == pytest.approx(price) for interval, price in prices.items())
    exports = sunday.of(PayloadType.EXPORT_PRICE)
    assert all(price.value == pytest.approx(prices[price.interval] - 0.02) for price in exports)
    assert {payload.value for payload in sunday.of(PayloadType.GHG)} >= {90.0, 355.0}


async def test_a_token_that_has_expired_is_renewed(url: str, clock: SimulatedClock) -> None:
    async with BusinessLogic(url, "operator", "secret", clock) as provider:
        await clock.advance(timedelta(hours=2))
        await provider.perform(PROVIDER_DAY[0])
        assert provider.event_id("prices-saturday")
        assert await provider.reports() == []


async def test_wrong_credentials_and_requests_are_refused_in_words(url: str, clock: SimulatedClock) -> None:
    with pytest.raises(ProviderRefusedError, match="credentials of operator"):
        async with BusinessLogic(url, "operator", "wrong", clock):
            pass
    async with BusinessLogic(url, "operator", "secret", clock):
        with pytest.raises(ProviderRefusedError, match="refuses POST /programs: 409"):
            async with BusinessLogic(url, "operator", "secret", clock):
                pass


async def test_a_vtn_that_does_not_answer_is_named(clock: SimulatedClock, unused_tcp_port: int) -> None:
    with pytest.raises(ProviderUnreachableError, match="does not answer POST /auth/token"):
        async with BusinessLogic(f"http://127.0.0.1:{unused_tcp_port}", "operator", "secret", clock):
            pass


def test_the_day_has_every_kind_of_act() -> None:
    kinds = {type(act) if isinstance(act, Cancel) else type(act.what) for act in PROVIDER_DAY}
    assert kinds == {PriceNotice, Order, Cancel}
