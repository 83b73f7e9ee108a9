"""Programs, events, vens, resources, reports and subscriptions: created, found, replaced and deleted."""

from datetime import datetime
from typing import Any

import pytest

from drrouter.adapters.clock import SimulatedClock
from tests.adapters.vtn.world import BL, NOW, ROW, Client, running


async def test_an_object_gets_its_id_its_times_and_its_type(bl: Client) -> None:
    program = await bl.program("day-ahead")
    assert program["programName"] == "day-ahead"
    assert program["objectType"] == "PROGRAM"
    assert program["createdDateTime"] == program["modificationDateTime"] == "2026-03-01T12:00:00Z"
    assert (await bl.ask("GET", f"/programs/{program['id']}")).body == program


async def test_every_version_of_an_object_has_a_later_time_even_within_one_instant(bl: Client) -> None:
    event = await bl.event(await bl.program())
    times = [event["modificationDateTime"]]
    for priority in (1, 2):
        answer = await bl.ask("PUT", f"/events/{event['id']}", {**event, "priority": priority})
        assert answer.status == 200
        assert answer.body["createdDateTime"] == event["createdDateTime"]
        times.append(answer.body["modificationDateTime"])
    instants = [datetime.fromisoformat(time) for time in times]
    assert instants == sorted(set(instants))


async def test_put_replaces_the_whole_object(bl: Client) -> None:
    event = await bl.event(await bl.program(), priority=3, eventName="peak")
    body = {"programID": event["programID"], "eventName": "peak"}
    answer = await bl.ask("PUT", f"/events/{event['id']}", body)
    assert "priority" not in answer.body
    assert "intervals" not in answer.body


async def test_delete_answers_what_was_deleted_and_then_it_is_gone(bl: Client) -> None:
    program = await bl.program()
    assert (await bl.ask("DELETE", f"/programs/{program['id']}")).body == program
    for method in ("GET", "PUT", "DELETE"):
        body = {"programName": "x"} if method == "PUT" else None
        assert (await bl.ask(method, f"/programs/{program['id']}", body)).status == 404


async def test_the_events_of_a_deleted_program_go_with_it(bl: Client) -> None:
    gone, stays = await bl.program("a"), await bl.program("b")
    await bl.event(gone)
    kept = await bl.event(stays)
    await bl.ask("DELETE", f"/programs/{gone['id']}")
    assert await bl.all("/events") == [kept]


async def test_the_resources_of_a_deleted_ven_go_with_it(home: Client, bl: Client) -> None:
    ven = await home.enrol("home-1")
    await home.make("/resources", objectType="VEN_RESOURCE_REQUEST", resourceName="washer")
    await bl.ask("DELETE", f"/vens/{ven['id']}")
    assert await bl.all("/resources") == []


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_a_name_that_is_taken_is_a_conflict(bl: Client, method: str) -> None:
    await bl.program("a")
    other = await bl.program("b")
    path = f"/programs/{other['id']}" if method == "PUT" else "/programs"
    answer = await bl.ask(method, path, {"programName": "a"})
    assert answer.status == 409
    assert answer.body["status"] == 409
    assert "'a' already" in answer.body["detail"]


async def test_an_object_may_keep_its_own_name(bl: Client) -> None:
    program = await bl.program("a")
    assert (await bl.ask("PUT", f"/programs/{program['id']}", program)).status == 200


async def test_vens_and_resources_have_unique_names_too(home: Client, other: Client, bl: Client) -> None:
    await home.enrol("home-1")
    taken = {"objectType": "VEN_VEN_REQUEST", "venName": "home-1"}
    assert (await other.ask("POST", "/vens", taken)).status == 409
    assert (await home.ask("POST", "/vens", taken | {"venName": "home-2"})).status == 409
    theirs = await other.enrol("home-2")
    washer = {"objectType": "VEN_RESOURCE_REQUEST", "resourceName": "washer"}
    mine = await home.make("/resources", **washer)
    assert (await home.ask("POST", "/resources", washer)).status == 409
    assert (await other.ask("POST", "/resources", washer)).status == 201
    moved = {"objectType": "BL_RESOURCE_REQUEST", "resourceName": "washer", "venID": theirs["id"]}
    assert (await bl.ask("PUT", f"/resources/{mine['id']}", moved)).status == 409


async def test_an_event_needs_its_program_and_a_resource_its_ven(bl: Client, home: Client) -> None:
    answer = await bl.ask("POST", "/events", {"programID": "none"})
    assert (answer.status, answer.body["detail"][:9]) == (400, "programID")
    resource = {"objectType": "BL_RESOURCE_REQUEST", "resourceName": "r", "venID": "none"}
    assert (await bl.ask("POST", "/resources", resource)).status == 400
    early = {"objectType": "VEN_RESOURCE_REQUEST", "resourceName": "r"}
    assert "Enrol first" in (await home.ask("POST", "/resources", early)).body["detail"]


async def test_a_search_answers_a_page_of_at_most_fifty_in_order(bl: Client) -> None:
    program = await bl.program()
    made = [(await bl.event(program, priority=number))["id"] for number in range(55)]
    for query, expected in {
        "": made[:50],
        "?limit=500": made[:50],
        "?skip=50": made[50:],
        "?skip=10&limit=3": made[10:13],
        "?limit=0": [],
        "?skip=99": [],
        "?unknown=1&limit=1": made[:1],
    }.items():
        assert [event["id"] for event in await bl.all(f"/events{query}")] == expected


@pytest.mark.parametrize(
    "query", ["skip=-1", "skip=x", "limit=1.5", "skip=9999999999", "limit=%D9%A3", "active=yes", "skip="]
)
async def test_a_parameter_that_is_not_what_it_must_be_is_refused(bl: Client, query: str) -> None:
    answer = await bl.ask("GET", f"/events?{query}")
    assert (answer.status, answer.body["status"]) == (400, 400)


async def test_searches_filter_by_what_the_specification_names(bl: Client, home: Client) -> None:
    one, two = await bl.program("one"), await bl.program("two")
    event = await bl.event(one, targets=["north"])
    await bl.event(two)
    ven = await home.enrol("home-1")
    washer = await home.make("/resources", objectType="VEN_RESOURCE_REQUEST", resourceName="washer")
    report = await home.make("/reports", eventID=event["id"], clientName="home-1", resources=[])
    for path, expected in {
        f"/events?programID={one['id']}": [event],
        "/events?targets=north": [event],
        "/events?targets=south,north": [event],
        "/events?targets=south": [],
        "/programs?targets=north": [],
        "/vens?venName=home-1": [ven],
        "/vens?venName=home-2": [],
        "/vens?targets=north": [],
        "/resources?resourceName=washer": [washer],
        f"/resources?venID={ven['id']}": [washer],
        "/resources?venID=none": [],
        f"/reports?programID={one['id']}": [report],
        f"/reports?programID={two['id']}": [],
        f"/reports?eventID={event['id']}&clientName=home-1": [report],
        f"/reports?eventID={event['id']}&clientName=home-2": [],
    }.items():
        assert await bl.all(path) == expected, path


@pytest.mark.parametrize(
    ("fields", "is_active"),
    [
        (
            {"intervalPeriod": {"start": "2026-03-01T10:00:00Z", "duration": "PT1H"}, "intervals": [ROW]},
            False,
        ),
        (
            {
                "intervalPeriod": {"start": "2026-03-01T10:00:00Z", "duration": "PT1H"},
                "intervals": [ROW, ROW, ROW],
            },
            True,
        ),
        (
            {
                "intervalPeriod": {"start": "2026-03-01T10:00:00Z", "duration": "PT1H"},
                "intervals": [ROW],
                "duration": "P1D",
            },
            True,
        ),
        (
            {
                "intervals": [
                    {**ROW, "intervalPeriod": {"start": "2026-03-01T06:00:00Z", "duration": "PT1H"}},
                    {**ROW, "intervalPeriod": {"start": "2026-03-01T07:00:00+00:00", "duration": "PT1H"}},
                ]
            },
            False,
        ),
        ({"intervalPeriod": {"start": "0001-01-01", "duration": "PT1H"}, "intervals": [ROW]}, True),
        ({"intervalPeriod": {"start": "0001-01-01", "duration": "PT0S"}, "intervals": [ROW]}, False),
        (
            {"intervalPeriod": {"start": "2020-01-01T00:00:00Z", "duration": "P9999Y"}, "intervals": [ROW]},
            True,
        ),
        ({"intervals": [ROW]}, True),
        ({"intervals": [{**ROW, "intervalPeriod": {"start": "2020-01-01T00:00:00Z"}}]}, True),
        ({"reportDescriptors": [{"payloadType": "USAGE"}]}, True),
    ],
)
async def test_active_leaves_out_events_that_have_transpired(
    bl: Client, fields: dict[str, Any], is_active: bool
) -> None:
    program = await bl.program()
    event = await bl.make("/events", programID=program["id"], **fields)
    assert await bl.all("/events?active=true") == ([event] if is_active else [])
    assert await bl.all("/events?active=false") == [event]


async def test_a_late_report_on_a_deleted_event_is_taken_and_found_by_program(
    bl: Client, home: Client
) -> None:
    program = await bl.program()
    event = await bl.event(program)
    await bl.ask("DELETE", f"/events/{event['id']}")
    report = await home.make("/reports", eventID=event["id"], clientName="home-1", resources=[])
    assert await bl.all(f"/reports?programID={program['id']}") == [report]
    unknown = {"eventID": "none", "clientName": "home-1", "resources": []}
    assert (await home.ask("POST", "/reports", unknown)).status == 400


async def test_the_answer_carries_the_clocks_time() -> None:
    async with running(SimulatedClock(NOW)) as vtn:
        answer = await vtn.stranger().ask("GET", "/auth/server")
        assert answer.headers["Date"] == "Sun, 01 Mar 2026 12:00:00 GMT"
        assert "aiohttp" not in answer.headers["Server"]


async def test_all_routes_stand_under_the_base_path() -> None:
    async with running(base_path="/openadr3/3.1.0") as vtn:
        bl = await vtn.client(BL)
        assert await bl.all("/programs") == []
        assert (await bl.ask("GET", "/auth/server")).body == {"tokenURL": f"{vtn.url}/auth/token"}


async def test_a_proxys_address_is_named_where_it_is_configured() -> None:
    async with running(public_url="https://vtn.example/oadr/") as vtn:
        answer = await vtn.stranger().ask("GET", "/auth/server")
        assert answer.body == {"tokenURL": "https://vtn.example/oadr/auth/token"}


async def test_a_vtn_that_is_full_says_so() -> None:
    async with running(most_objects=2) as vtn:
        bl = await vtn.client(BL)
        await bl.program("a")
        await bl.program("b")
        answer = await bl.ask("POST", "/programs", {"programName": "c"})
        assert (answer.status, "too many" in answer.body["detail"]) == (507, True)


async def test_only_webhooks_are_offered(home: Client, bl: Client) -> None:
    for client in (home, bl):
        assert (await client.ask("GET", "/notifiers")).body == {"WEBHOOK": True}
