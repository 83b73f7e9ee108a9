"""The client gives back what the router has, and raises what the router raised."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from drrouter.adapters.api import Role
from drrouter.adapters.client import DrClient
from drrouter.domain.ids import DeviceId, HoldToken
from drrouter.domain.journal import JournalKind
from drrouter.domain.wish import LevelWish, OverrideMode
from drrouter.errors import (
    DaemonRefusedError,
    DaemonUnreachableError,
    DeviceUnknownError,
    HoldConflictError,
    HoldExpiredError,
    HoldUnknownError,
    StoreError,
    WishImpossibleError,
)
from drrouter.router.facade import Change, OptionsRequest, Topic, WishRequest
from drrouter.router.viewed import StatusView
from tests.adapters.api.conftest import Served
from tests.adapters.api.memory_router import CAR, ECO, NOON, WASHER, a_plan


@pytest.fixture
async def client(served: Served) -> AsyncIterator[DrClient]:
    async with DrClient(served.api.url + "/", served.secrets[Role.OWNER], served.clock) as client:
        yield client


async def test_every_reading_method_gives_the_routers_own_view(served: Served, client: DrClient) -> None:
    router = served.router
    assert await client.status() == router.status()
    assert await client.plan() == router.plan()
    assert await client.devices() == router.devices()
    assert await client.device(WASHER) == router.devices()[0]
    assert await client.events() == router.events()
    assert await client.providers() == router.providers()
    assert await client.timeline() == router.timeline()
    assert await client.discovered() == router.discovered()
    assert await client.ledger() == router.ledger()
    assert await client.journal() == await router.journal()
    assert await client.journal(5, WASHER) == ()
    assert (await client.why(WASHER)).explanation == a_plan().explanations[0]
    assert (await client.openapi())["openapi"] == "3.1.0"
    router.the_plan = None
    assert await client.plan() is None


async def test_options_are_asked_accepted_and_fail_as_the_router_says(
    served: Served, client: DrClient
) -> None:
    offered = await client.options(WASHER, OptionsRequest(ECO.id, NOON, NOON + timedelta(hours=9)))
    commitment = await client.accept(offered[0].token)
    assert commitment == served.router.commitments[offered[0].token]
    with pytest.raises(HoldUnknownError, match="No such offer is open"):
        await client.accept(HoldToken("nonsense"))
    served.router.conflict = True
    with pytest.raises(HoldConflictError) as conflict:
        await client.accept(offered[1].token)
    assert conflict.value.options[0].device_id == WASHER
    await served.clock.advance(timedelta(minutes=3))
    with pytest.raises(HoldExpiredError):
        await client.accept(offered[1].token)
    with pytest.raises(WishImpossibleError, match="takes 2 h"):
        await client.options(WASHER, OptionsRequest(ready_by=NOON + timedelta(minutes=5)))


async def test_overrides_and_wishes_are_given_and_taken_back(served: Served, client: DrClient) -> None:
    until = NOON + timedelta(hours=1)
    assert await client.override(WASHER, OverrideMode.OFF, until) == served.router.overrides[WASHER]
    await client.clear_override(WASHER)
    wish = await client.wish(CAR, WishRequest(until, level=3e4))
    assert wish == LevelWish(CAR, 3e4, until)
    await client.clear_wish(CAR)
    assert not served.router.overrides
    assert not served.router.wishes


async def test_a_device_is_taken_back_and_its_plug_tested(served: Served, client: DrClient) -> None:
    await client.hand_over(WASHER, steered=False)
    assert (await client.device(WASHER)).watched
    test = await client.test_plug(WASHER)
    assert (await client.device(WASHER)).plug_test == test
    await client.stop_plug_test(WASHER)
    assert (await client.device(WASHER)).plug_test is None


async def test_the_owner_lets_people_in_by_the_client(served: Served, client: DrClient) -> None:
    shown = await client.claim_code()
    assert shown.url == f"{served.api.url}/#claim={shown.code}"
    assert (await client.claim_code(renew=True)).code != shown.code
    link = await client.make_link("guest", minutes=5)
    assert link.url.startswith(f"{served.api.url}/#link=")
    assert (await client.make_link()).minutes == 10
    anna = await client.add_person("Anna", "owner", "horse battery")
    ben = await client.add_person("Ben Ü", "guest", "horse battery")
    assert await client.people() == (anna, ben)
    await client.set_password("Ben Ü", "another horse")
    assert await served.entrance.people.check("ben ü", "another horse")
    await client.remove_person("Ben Ü")
    assert await client.people() == (anna,)
    with pytest.raises(DaemonRefusedError, match="This router has an owner"):
        await client.claim_code()
    with pytest.raises(DaemonRefusedError, match="The last owner stays"):
        await client.remove_person("Anna")


async def test_refusals_are_sentences(served: Served, client: DrClient) -> None:
    with pytest.raises(DeviceUnknownError, match="Known devices: car, freezer, washer"):
        await client.device(DeviceId("no/body?#"))
    with pytest.raises(DaemonRefusedError, match=r"until: it should lie between") as refused:
        await client.override(WASHER, OverrideMode.OFF, NOON)
    assert refused.value.status == 400
    served.router.fault = StoreError("The disk is full.")
    with pytest.raises(StoreError, match="The disk is full"):
        await client.status()
    async with DrClient(served.api.url, served.secrets[Role.GUEST]) as guest:
        with pytest.raises(DaemonRefusedError, match="The role guest may not do this"):
            await guest.clear_wish(CAR)
    async with DrClient(served.api.url, "") as nobody:
        with pytest.raises(DaemonRefusedError, match="Send a token"):
            await nobody.status()


async def test_where_nobody_answers_a_sentence_says_what_to_do(served: Served) -> None:
    async with DrClient("http://127.0.0.1:1", "x") as client:
        with pytest.raises(DaemonUnreachableError, match=r"No router answers at \S+:1\. Start one"):
            await client.status()
    with pytest.raises(DaemonUnreachableError, match="'router' is no address"):
        DrClient("router", "x")
    closed = DrClient(served.api.url, "x")
    with pytest.raises(DaemonUnreachableError, match="closed"):
        await closed.status()


async def test_while_a_request_is_under_way_simulated_time_stands(served: Served, client: DrClient) -> None:
    held: list[int] = []
    status = served.router.status

    def spying() -> StatusView:
        held.append(served.clock.held)
        return status()

    served.router.status = spying  # type: ignore[method-assign] # looks on while the request is under way
    await client.status()
    assert held == [2]  # the client's and the server's
    assert served.clock.held == 0


async def test_the_stream_yields_every_change_and_ends_with_the_router(
    served: Served, client: DrClient
) -> None:
    changes = client.changes()
    async with asyncio.timeout(10):
        assert await anext(changes) == Change(Topic.STATUS, served.router.status())
        assert await anext(changes) == Change(Topic.PLAN, a_plan())
        served.router.tell(JournalKind.PLAN, "It is so.")
        assert (await anext(changes)).topic is Topic.JOURNAL
        big = replace(a_plan(), changes=("x" * 500_000,))
        served.router.broadcast.tell(Change(Topic.PLAN, big))
        assert await anext(changes) == Change(Topic.PLAN, big)
        await served.api._streams.close()
        with pytest.raises(DaemonUnreachableError, match=r"does not answer|has ended the stream"):
            await anext(changes)


async def test_the_stream_is_refused_without_the_right_to_it(served: Served) -> None:
    async with DrClient(served.api.url, served.secrets[Role.APPLIANCE]) as appliance:
        with pytest.raises(DaemonRefusedError, match="The role appliance may not do this"):
            await anext(appliance.changes())


Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def _answering(answer: Answer) -> tuple[web.AppRunner, str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


@pytest.mark.parametrize(
    ("status", "text", "sentence"),
    [
        (404, "<html>", "answers 404; it seems to be no router"),
        (500, "[]", "answers 500; it seems to be no router"),
        (200, '{"site": 1}', r"site: input should be a valid string.*another version"),
        (200, "<html>", "another version"),
        (418, '{"detail": 5}', "^5$"),
        (409, '{"type": "urn:drrouter:problem:hold-conflict", "options": [1]}', "another version"),
    ],
)
async def test_a_server_that_is_no_router_is_named_so(status: int, text: str, sentence: str) -> None:
    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text=text)

    runner, url = await _answering(answer)
    async with DrClient(url, "x") as client:
        with pytest.raises(DaemonRefusedError, match=sentence):
            await client.status()
    await runner.cleanup()


async def test_a_router_that_never_answers_is_given_up() -> None:
    asked = asyncio.Event()

    async def answer(_request: web.Request) -> web.StreamResponse:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    runner, url = await _answering(answer)
    async with DrClient(url, "x", total_s=0.2) as client:
        with pytest.raises(DaemonUnreachableError, match="does not answer: it takes too long"):
            await client.status()
    assert asked.is_set()
    await runner.cleanup()


async def test_a_stream_that_says_nonsense_is_another_version() -> None:
    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"event: weather\ndata: {}\n\nevent: status\ndata: {}\n\n")

    runner, url = await _answering(answer)
    async with DrClient(url, "x") as client:
        with pytest.raises(DaemonRefusedError, match="another version"):
            _: Any = [change async for change in client.changes()]
    await runner.cleanup()
