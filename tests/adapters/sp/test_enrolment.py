"""VEN, resources, targets and programs; numbers in docstrings are the obligations of a VEN."""

import logging
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.sp.openadr3 import WebhookSettings
from tests.adapters.sp.peers import (
    MINUTE,
    TroubleVtn,
    enrolled,
    events,
    last_complete,
    links,
    listening,
    settings_for,
    shed,
)


async def test_events_of_programs_that_the_customer_is_not_enrolled_in_are_refused(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """10."""
    ours, other = vtn.add("programs", programName="Ours"), vtn.add("programs", programName="Other")
    mine = shed(vtn, programID=ours["id"])
    shed(vtn, programID=other["id"])
    shed(vtn, programID="unknown")
    async with listening(settings_for(vtn.url, programs=("Ours",)), clock) as (_, heard):
        assert [event.id for event in events(heard)] == [mine["id"]]
        assert last_complete(heard) == {mine["id"]}


async def test_a_garbled_program_costs_its_descriptors_only(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """7."""
    program = vtn.add("programs", payloadDescriptors="?")
    shed(vtn, programID=program["id"])
    async with listening(settings_for(vtn.url), clock) as (_, heard):
        assert len(events(heard)) == 1


async def test_enrolment_creates_the_ven_and_its_resources_once(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """8: without any targets of its own."""
    settings = enrolled(vtn, resources=("freezer", "washer"), poll_s=60)
    async with listening(settings, clock):
        await clock.advance(3 * MINUTE)
    (ven,) = vtn.rows["vens"].values()
    assert (ven["venName"], ven["objectType"]) == ("home", "VEN_VEN_REQUEST")
    assert "targets" not in ven
    found = [(row["resourceName"], row["venID"]) for row in vtn.rows["resources"].values()]
    assert found == [("freezer", ven["id"]), ("washer", ven["id"])]
    async with listening(settings, clock):
        pass
    assert (len(vtn.rows["vens"]), len(vtn.rows["resources"])) == (1, 2)


async def test_a_ven_that_exists_already_is_looked_up_by_name(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """8: 409, with body [] as seen in the field."""

    async def conflict(_: web.Request) -> web.StreamResponse:
        vtn.add("vens", venName="home")
        return web.json_response([], status=409)

    vtn.bend["POST /vens"] = conflict
    async with listening(enrolled(vtn, resources=("freezer",)), clock) as (_, heard):
        assert links(heard) == [True]
    assert len(vtn.rows["resources"]) == 1


@pytest.mark.parametrize("status", [403, 404, 409])
async def test_a_provider_that_enrols_nobody_is_polled_all_the_same(
    vtn: TroubleVtn, clock: SimulatedClock, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    """8: said once."""

    async def refuse(_: web.Request) -> web.StreamResponse:
        return web.json_response({"title": "no"}, status=status)

    vtn.bend["POST /vens"] = refuse
    shed(vtn)
    async with listening(enrolled(vtn, poll_s=60), clock) as (_, heard):
        await clock.advance(3 * MINUTE)
        assert links(heard) == [True]
        assert len(events(heard)) == 1
    assert len([record for record in caplog.records if record.levelno >= logging.WARNING]) == 1


async def test_events_for_granted_targets_are_read_and_a_lost_grant_removes_them(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """9: asked with the targets of the VEN and of its resources, and without any."""
    ven = vtn.add("vens", venName="home", targets=["east"])
    vtn.add("resources", resourceName="freezer", venID=ven["id"], targets=["cold"])
    everybody, east, cold = shed(vtn), shed(vtn, targets=["east"]), shed(vtn, targets=["cold"])
    shed(vtn, targets=["west"])
    async with listening(enrolled(vtn, resources=("freezer",), poll_s=60), clock) as (_, heard):
        assert last_complete(heard) == {everybody["id"], east["id"], cold["id"]}
        assert {event.targets for event in events(heard)} == {(), ("east",), ("cold",)}
        ven["targets"] = []
        await clock.advance(MINUTE)
        assert last_complete(heard) == {everybody["id"], cold["id"]}


async def test_openadr_3_0_is_spoken_in_its_own_dialect(vtn: TroubleVtn, clock: SimulatedClock) -> None:
    """6: resources below the VEN, targets by type, subscriptions per program."""
    program = vtn.add("programs", programName="Ours")
    ven = vtn.add("vens", venName="home", targets=[{"type": "GROUP", "values": ["east"]}])
    made: list[Any] = []

    async def resources(request: web.Request) -> web.StreamResponse:
        made.extend([await request.json()] if request.method == "POST" else [])
        return web.json_response([] if request.method == "GET" else made[-1])

    path = f"/vens/{ven['id']}/resources"
    vtn.bend |= {f"GET {path}": resources, f"POST {path}": resources}
    settings = replace(enrolled(vtn, resources=("freezer",), version="3.0"), webhook=WebhookSettings())
    async with listening(settings, clock):
        pass
    assert made[0] == {"resourceName": "freezer"}
    asked = [query for path, query in vtn.queries if path == "GET /events"]
    assert ("targetValues", "east") in asked[1]
    subscriptions = list(vtn.rows["subscriptions"].values())
    assert [row["programID"] for row in subscriptions] == [program["id"]] * 2
    assert subscriptions[1]["targets"] == [{"type": "GROUP", "values": ["east"]}]
