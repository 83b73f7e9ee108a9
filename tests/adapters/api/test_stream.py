"""The event stream greets with status and plan, tells every change, and ends with the router."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from drrouter.adapters.api import LocalApi, Role
from drrouter.adapters.api import stream as streaming
from drrouter.adapters.strict_json import adapter_of
from drrouter.domain.journal import JournalKind
from drrouter.domain.plan import Plan
from drrouter.router.facade import Change, Topic
from tests.adapters.api.conftest import Browse, Serve, Served
from tests.adapters.api.memory_router import a_plan


@asynccontextmanager
async def listening(served: Served, role: Role = Role.OWNER) -> AsyncIterator[aiohttp.StreamReader]:
    url = f"{served.api.url}/api/v1/stream"
    async with asyncio.timeout(10), served.session.get(url, headers=served.bearer(role)) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/event-stream"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        yield answer.content


async def an_event(reader: aiohttp.StreamReader) -> tuple[str, Any]:
    """The next event's topic and payload; heartbeats are passed over."""
    topic = ""
    while True:
        line = (await reader.readline()).decode()
        if line.startswith("event: "):
            topic = line[7:].strip()
        elif line.startswith("data: "):
            return topic, adapter_of(streaming.PAYLOADS[Topic(topic)]).validate_json(line[6:])


async def nobody_listens(served: Served) -> None:
    """Wait until the last stream has ended."""
    async with asyncio.timeout(10):
        await asyncio.gather(*served.api._streams._tasks, return_exceptions=True)


async def test_a_listener_is_greeted_with_status_and_plan_and_told_every_change(served: Served) -> None:
    async with listening(served, Role.GUEST) as reader:
        assert await an_event(reader) == ("status", served.router.status())
        assert await an_event(reader) == ("plan", served.router.plan())
        served.router.tell(JournalKind.PLAN, "A line\nbreak and \u2028 another.")
        served.router.broadcast.tell(Change(Topic.PLAN, a_plan()))
        served.router.broadcast.tell(Change(Topic.DEVICE, served.router.devices()[0]))
        assert (await an_event(reader))[1].sentence == "A line\nbreak and \u2028 another."
        assert isinstance((await an_event(reader))[1], Plan)
        assert await an_event(reader) == ("device", served.router.devices()[0])


async def test_before_the_first_plan_the_greeting_is_the_status_alone(served: Served) -> None:
    served.router.the_plan = None
    async with listening(served) as reader:
        assert (await an_event(reader))[0] == "status"
        served.router.tell(JournalKind.PLAN, "Soon.")
        assert (await an_event(reader))[0] == "journal"


async def test_what_changes_while_the_greeting_is_made_is_not_missed(served: Served) -> None:
    plan = served.router.plan

    def telling() -> Plan | None:
        served.router.tell(JournalKind.PLAN, "Meanwhile.")
        return plan()

    served.router.plan = telling  # type: ignore[method-assign] # something happens at the worst moment
    async with listening(served) as reader:
        assert [(await an_event(reader))[0] for _ in range(3)] == ["status", "plan", "journal"]


async def test_a_quiet_stream_shows_that_it_lives(serve: Serve) -> None:
    served = await serve(heartbeat_s=0.02)
    async with listening(served) as reader:
        await an_event(reader)
        await an_event(reader)
        await reader.readline()
        assert await reader.readline() == b": still here\n"


async def test_simulated_time_runs_while_nothing_is_told(
    served: Served,
) -> None:
    async with listening(served) as reader:
        await an_event(reader)
        await an_event(reader)
        await served.clock.settle()
        assert served.clock.held == 0


async def test_the_api_stops_at_once_though_somebody_listens(served: Served) -> None:
    api = LocalApi(served.router, served.entrance, served.clock)
    async with asyncio.timeout(10):
        await api.__aenter__()
        headers = served.bearer()
        answer = await served.session.get(f"{api.url}/api/v1/stream", headers=headers)
        await answer.content.readline()
        began = time.monotonic()
        await api.__aexit__(None, None, None)
        assert time.monotonic() - began < 1.0
        answer.close()


async def test_a_listener_that_goes_is_forgotten(served: Served) -> None:
    async with listening(served) as reader:
        await an_event(reader)
        assert len(served.api._streams._tasks) == 1
    served.router.tell(JournalKind.PLAN, "Anybody?")
    await nobody_listens(served)


async def test_a_listener_that_does_not_read_is_dropped(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "_WRITE_S", 0.05)
    async with listening(served) as reader:
        await an_event(reader)
        for _ in range(200):  # more than the sockets of both ends hold
            served.router.tell(JournalKind.PLAN, "x" * 100_000)
        await nobody_listens(served)


async def test_too_many_listeners_are_told_so(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "MOST_STREAMS", 1)
    async with listening(served) as reader:
        await an_event(reader)
        status, problem = await served.ask("GET", "/stream")
        assert (status, problem["title"]) == (503, "Too many streams")


async def test_guests_who_listen_on_and_on_leave_room_for_owners(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "MOST_STREAMS", 2)
    monkeypatch.setattr(streaming, "OWNERS_ROOM", 1)
    url = f"{served.api.url}/api/v1/stream"
    async with served.session.get(url, headers=served.bearer(Role.GUEST)) as guest:
        assert guest.status == 200
        assert (await served.ask("GET", "/stream", Role.GUEST))[0] == 503
        async with served.session.get(url, headers=served.bearer()) as owner:
            assert owner.status == 200


async def test_a_stream_whose_source_ends_ends(served: Served) -> None:
    async def one_change(_: frozenset[Topic]) -> AsyncIterator[Change]:
        yield Change(Topic.STATUS, served.router.status())

    served.router.changes = one_change  # type: ignore[method-assign, assignment] # a router that has no more to say
    async with listening(served) as reader:
        assert (await reader.read()).count(b"event: status") == 2


async def test_a_page_hears_by_its_cookie_until_it_is_signed_out(serve: Serve, browse: Browse) -> None:
    served = await serve(heartbeat_s=0.02)
    page = await browse(served)
    await page.claim(served)
    url = f"{served.api.url}/api/v1/stream"
    async with asyncio.timeout(10), page.session.get(url) as answer:
        assert await an_event(answer.content) == ("status", served.router.status())
        await page.ask("DELETE", "/session")
        await answer.content.read()  # to its end
    assert (await page.session.get(url)).status == 401


async def test_a_revoked_token_hears_no_more(serve: Serve) -> None:
    served = await serve(heartbeat_s=0.02)
    guest = next(view for view in served.tokens.views() if view.role is Role.GUEST)
    async with listening(served, Role.GUEST) as reader:
        await an_event(reader)
        await served.tokens.revoke(guest.id)
        await reader.read()


async def test_a_client_is_told_of_the_topics_that_it_names(served: Served) -> None:
    url = f"{served.api.url}/api/v1/stream"
    async with asyncio.timeout(10):
        query = {"topics": "journal,plan"}
        async with served.session.get(url, params=query, headers=served.bearer(Role.OWNER)) as answer:
            served.router.broadcast.tell(Change(Topic.DEVICE, served.router.devices()[0]))
            served.router.tell(JournalKind.PLAN, "A new plan.")
            told = [await an_event(answer.content) for _ in range(2 if served.router.plan() else 1)]
    assert [topic for topic, _ in told][-1] == "journal"
    assert {topic for topic, _ in told} <= {"plan", "journal"}
    for wrong in ("", "weather", "plan,", "plan device"):
        assert (await served.ask("GET", f"/stream?topics={wrong}"))[0] == 400
