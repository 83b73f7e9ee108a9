"""Price feeds over real bytes on loopback: conditions, pages, tomorrow, refusals, portals and halves."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.executor import InlineExecutor
from drrouter.adapters.sp.feeds.provider import EVENT, MOST_PAGES, FeedProvider
from drrouter.adapters.sp.feeds.settings import FeedSettings, addresses
from drrouter.domain.event import Event, PayloadType
from drrouter.domain.ids import EventId, ProgramId, ProviderId
from drrouter.domain.signal import EventReceived, EventsComplete, LinkChanged, MessageKind, OutboxItem, Signal
from tests.adapters.sp.peers import raw_server, serving

NOW = datetime(2026, 6, 10, 10, tzinfo=UTC)
SP = ProviderId("market")
HOUR = timedelta(hours=1)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
Answer = Callable[[web.Request], web.StreamResponse]


def rows(*prices: float, start: datetime = NOW) -> list[dict[str, Any]]:
    """aWATTar's rows, one an hour."""
    first = int(start.timestamp() * 1000)
    return [
        {
            "start_timestamp": first + 3_600_000 * n,
            "end_timestamp": first + 3_600_000 * (n + 1),
            "marketprice": price,
            "unit": "Eur/MWh",
        }
        for n, price in enumerate(prices)
    ]


def awattar(*prices: float, start: datetime = NOW) -> web.Response:
    return web.json_response({"object": "list", "data": rows(*prices, start=start)})


class Feed:
    """A provider, its clock and what it has told."""

    def __init__(self, url: str = "", **more: Any) -> None:
        self.clock = SimulatedClock(NOW, auto=True)
        told: dict[str, Any] = {"format": "awattar", "currency": "EUR", "jitter": 0.0, **more}
        settings = FeedSettings(SP, zone=AMSTERDAM, url=url, **told)
        self.provider = FeedProvider(settings, self.clock, InlineExecutor())
        self._signals = self.provider.signals()

    async def look(self) -> list[Signal]:
        """What one look brings, to the word that ends it: everything is known, or the link is lost."""
        told: list[Signal] = []
        while True:
            told.append(await anext(self._signals))
            if isinstance(told[-1], EventsComplete) or (
                isinstance(told[-1], LinkChanged) and not told[-1].up
            ):
                return told

    async def close(self) -> None:
        await self._signals.aclose()


@asynccontextmanager
async def feed(answer: Answer, path: str = "/prices?key=hush", **more: Any) -> AsyncIterator[Feed]:
    async def handler(request: web.Request) -> web.StreamResponse:
        return answer(request)

    async with serving(handler) as port:
        made = Feed(f"http://127.0.0.1:{port}{path}", **more)
        try:
            yield made
        finally:
            await made.close()


def prices_of(signals: list[Signal], kind: PayloadType = PayloadType.PRICE) -> list[tuple[float, float]]:
    """The prices of the event among the signals, by hours from now."""
    (event,) = [signal.event for signal in signals if isinstance(signal, EventReceived)]
    return [((one.interval.start - NOW) / HOUR, round(one.value, 6)) for one in event.of(kind)]


def lost(signals: list[Signal]) -> str:
    (link,) = [one for one in signals if isinstance(one, LinkChanged)]
    assert not link.up
    return link.sentence


async def test_the_first_look_tells_of_the_link_and_of_all_prices() -> None:
    async with feed(lambda _: awattar(100, 50, -20)) as one:
        signals = await one.look()
    assert signals[0] == LinkChanged(SP, True, "The feed market is read.", NOW)
    assert prices_of(signals) == [(0, 0.1), (1, 0.05), (2, -0.02)]
    assert signals[-1] == EventsComplete(SP, frozenset({EVENT}), NOW)


async def test_prices_are_told_again_only_when_they_are_new_and_old_ones_stay() -> None:
    served = [(100.0, 50.0), (100.0, 50.0), (100.0, 60.0, 70.0)]
    async with feed(lambda _: awattar(*served.pop(0))) as one:
        first = await one.look()
        assert [type(signal) for signal in await one.look()] == [EventsComplete]
        third = await one.look()
    assert prices_of(first) == [(0, 0.1), (1, 0.05)]
    assert prices_of(third) == [(0, 0.1), (1, 0.06), (2, 0.07)]
    versions = [signal.event.version for signal in (*first, *third) if isinstance(signal, EventReceived)]
    assert len(set(versions)) == 2


async def test_a_feed_that_knows_editions_is_asked_on_condition() -> None:
    asked: list[str | None] = []

    editions = ['"v1"', '"v1"', '"v2"', '"v2"']

    def answer(request: web.Request) -> web.StreamResponse:
        asked.append(request.headers.get("If-None-Match"))
        edition = editions[len(asked) - 1]
        if asked[-1] == edition:
            assert request.headers["If-Modified-Since"] == "Wed, 10 Jun 2026 09:00:00 GMT"
            return web.Response(status=304)
        response = awattar(100 if edition == '"v1"' else 200)
        response.headers["ETag"] = edition
        response.headers["Last-Modified"] = "Wed, 10 Jun 2026 09:00:00 GMT"
        return response

    async with feed(answer) as one:
        await one.look()
        assert [type(signal) for signal in await one.look()] == [EventsComplete]
        assert prices_of(await one.look()) == [(0, 0.2)]
        assert [type(signal) for signal in await one.look()] == [EventsComplete]
    assert asked == [None, '"v1"', '"v1"', '"v2"']


async def test_a_feed_that_is_busy_is_left_alone_as_long_as_it_asks() -> None:
    times: list[datetime] = []
    waits = ["1800", "Wed, 10 Jun 2026 12:00:00 GMT", "nonsense", "999999"]

    def answer(_: web.Request) -> web.StreamResponse:
        times.append(one.clock.now())
        if waits:
            return web.Response(status=429, headers={"Retry-After": waits.pop(0)})
        return awattar(1)

    async with feed(answer) as one:
        assert "asks to be left alone for 30 min (429)." in lost(await one.look())
        assert (await one.look())[0] == LinkChanged(
            SP, True, "The feed market can be read again.", one.clock.now()
        )
    gaps = [after - before for before, after in pairwise(times)]
    assert gaps[0] >= timedelta(minutes=30)
    assert gaps[1] >= timedelta(minutes=59)
    assert gaps[2] >= timedelta(minutes=1)
    assert timedelta(hours=1) <= gaps[3] <= timedelta(hours=1, minutes=1)


async def test_a_login_page_loses_the_link_and_no_price() -> None:
    pages: list[web.StreamResponse] = [
        awattar(100),
        web.Response(text="<html>Welcome to the hotel</html>", content_type="text/html"),
        awattar(100, 90),
    ]
    async with feed(lambda _: pages.pop(0)) as one:
        await one.look()
        portal = await one.look()
        assert "it is a web page, not prices; a login page may be in the way" in lost(portal)
        assert not [signal for signal in portal if isinstance(signal, EventsComplete)]
        assert prices_of(await one.look()) == [(0, 0.1), (1, 0.09)]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            web.Response(status=302, headers={"Location": "https://login.example/"}),
            "A login page may be in the way",
        ),
        (web.Response(status=401), "refuses the router (401). Check token_file of the feed."),
        (web.Response(status=403), "refuses the router (403)"),
        (web.Response(status=404), "has no prices."),
        (web.Response(status=204), "has no prices."),
        (web.Response(status=500), "was answered 500."),
        (web.Response(status=304), "was answered 304"),
        (
            web.Response(body=b"{}", headers={"Content-Encoding": "gzip"}),
            "is compressed, which was not asked for",
        ),
        (web.Response(text='{"data": [{'), "it is not complete JSON"),
        (web.Response(text='{"data": [{"marketprice": NaN}]}'), "NaN is not a number here"),
    ],
    ids=["portal", "401", "403", "404", "204", "500", "304", "compressed", "half", "nan"],
)
async def test_any_other_answer_is_one_sentence_without_secrets(answer: web.Response, words: str) -> None:
    async with feed(lambda _: answer) as one:
        sentence = lost(await one.look())
    assert words in sentence or (answer.status == 304 and "304" in sentence)
    assert "hush" not in sentence


async def test_half_a_document_is_no_document() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    async with raw_server(head + json.dumps({"data": rows(1)}).encode()) as url:
        one = Feed(f"{url}/prices")
        assert "cannot be read" in lost(await one.look())
        await one.close()


async def test_an_endless_answer_is_cut() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(200):
            await response.write(b" " * 100_000)
        return response

    async with serving(handler) as port:
        one = Feed(f"http://127.0.0.1:{port}/prices")
        assert "cannot be read" in lost(await one.look())
        await one.close()


async def test_silence_ends_after_a_while() -> None:
    async with raw_server(b"", close=False) as url:
        one = Feed(f"{url}/prices", timeout_s=0.2)
        assert "was not read within 0.2 s" in lost(await one.look())
        await one.close()


async def test_nobody_there_is_one_sentence() -> None:
    async with raw_server(b"") as url:
        one = Feed(f"{url}/prices")
    assert "cannot be read" in lost(await one.look())
    await one.close()


async def test_a_tokens_place_is_the_feeds_own() -> None:
    seen: list[web.Request] = []

    def answer(request: web.Request) -> web.StreamResponse:
        seen.append(request)
        return web.Response(status=500)

    async with feed(answer, token="s3cret") as one:
        assert "s3cret" not in lost(await one.look())
    async with feed(answer, token="s3cret", format="entsoe_a44") as one:
        assert "s3cret" not in lost(await one.look())
    assert seen[0].headers["Authorization"] == "Bearer s3cret"
    assert seen[1].query["securityToken"] == "s3cret"
    assert "Authorization" not in seen[1].headers


async def test_tibber_is_asked_its_question() -> None:
    asked: list[Any] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        asked.append(await request.json())
        price = {"total": 0.25, "startsAt": "2026-06-10T12:00:00+02:00", "currency": "EUR"}
        info = {"current": {"currency": "EUR"}, "today": [price], "tomorrow": []}
        home = {"id": "h", "currentSubscription": {"priceInfo": info}}
        return web.json_response({"data": {"viewer": {"homes": [home]}}})

    async with serving(handler) as port:
        one = Feed(f"http://127.0.0.1:{port}/v1-beta/gql", format="tibber", token="t")
        assert prices_of(await one.look()) == [(0, 0.25)]
        await one.close()
    assert "priceInfo" in asked[0]["query"]


def octopus(page: int, more: str | None) -> web.Response:
    start = NOW + HOUR * page
    row = {
        "value_inc_vat": 10.0 * page,
        "valid_from": f"{start:%FT%TZ}",
        "valid_to": f"{start + HOUR:%FT%TZ}",
    }
    return web.json_response({"results": [row], "next": more})


@pytest.mark.parametrize(
    ("last", "other", "count"),
    [(2, None, 3), (2, "https://elsewhere.example/", 3), (2, "//[", 3), (99, None, MOST_PAGES)],
)
async def test_further_pages_are_read_from_the_same_server_alone_and_not_for_ever(
    last: int, other: str | None, count: int
) -> None:
    asked: list[int] = []

    def answer(request: web.Request) -> web.StreamResponse:
        page = int(request.query.get("page", "0"))
        asked.append(page)
        here = str(request.url.with_query(page=page + 1))
        return octopus(page, here if page < last else other)

    async with feed(answer, "/rates", format="octopus", currency="GBP") as one:
        assert len(prices_of(await one.look())) == count
    assert asked == list(range(count))


async def test_a_page_that_is_missing_keeps_all_the_others_out() -> None:
    def answer(request: web.Request) -> web.StreamResponse:
        if "page" in request.query:
            return web.Response(status=404)
        return octopus(0, str(request.url.with_query(page=1)))

    async with feed(answer, "/rates", format="octopus", currency="GBP") as one:
        signals = await one.look()
    assert "names a further page that is not there" in lost(signals)


async def test_tomorrow_may_be_missing_and_comes_later() -> None:
    asked: list[str] = []

    def answer(request: web.Request) -> web.StreamResponse:
        asked.append(request.query["date"])
        if request.query["date"] == "2026-06-11":
            return web.Response(status=204) if len(asked) < 3 else awattar(70, start=NOW + 24 * HOUR)
        return awattar(80)

    async with feed(answer, "/prices?date={day}") as one:
        assert prices_of(await one.look()) == [(0, 0.08)]
        assert prices_of(await one.look()) == [(0, 0.08), (24, 0.07)]
    assert asked[:2] == ["2026-06-10", "2026-06-11"]


@pytest.mark.parametrize(
    ("now", "begin", "end"),
    [
        ("2026-03-28T23:30", "202603282300", "202603302200"),
        ("2026-10-24T21:59", "202610232200", "202610252300"),
    ],
)
def test_days_in_addresses_are_those_of_the_home_when_clocks_change_too(
    now: str, begin: str, end: str
) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    (url,) = addresses("https://x/?a={from_compact}&b={until_compact}&c={from}&d={until}", moment, AMSTERDAM)
    stamps = [f"{datetime.strptime(text, '%Y%m%d%H%M').replace(tzinfo=UTC):%FT%TZ}" for text in (begin, end)]
    assert url == f"https://x/?a={begin}&b={end}&c={stamps[0]}&d={stamps[1]}"


async def test_prices_of_the_past_are_forgotten_after_days() -> None:
    async with feed(lambda _: awattar(1, 2, start=one.clock.now()), poll_s=86_400.0) as one:
        for _ in range(5):
            signals = await one.look()
    (event,) = [signal.event for signal in signals if isinstance(signal, EventReceived)]
    assert min(payload.interval.start for payload in event.payloads) >= one.clock.now() - timedelta(days=4)


async def test_beginning_anew_tells_everything_again() -> None:
    async with feed(lambda _: awattar(1)) as one:
        await one.look()
        async with aclosing(one.provider.signals()) as again:
            signals = [await anext(again) for _ in range(3)]
    assert [type(signal) for signal in signals] == [LinkChanged, EventReceived, EventsComplete]


async def test_a_message_to_a_feed_is_delivered_to_nobody() -> None:
    item = OutboxItem("1", SP, MessageKind.RECEIPT, EventId("prices"), "v", ProgramId("p"), NOW)
    await Feed("https://x.example/").provider.send(item)


def test_the_same_prices_are_the_same_event_whatever_their_date() -> None:
    def event(at: datetime) -> Event:
        return Event(EVENT, SP, ProgramId("awattar"), "published prices", at, (), fingerprint="f")

    assert event(NOW + HOUR).repeats(event(NOW))
